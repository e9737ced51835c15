"""`deadlines policy`: the firm's docket policy in words, generated from its settings."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.config import Settings
    from deadlines.docket.policy import Chapter


@click.command()
@json_option
@pass_app
def command(app: App, as_json: bool) -> None:
    """How this firm keeps its docket: roles, checks, ladders, evening check, follow-up, backups, as they are set now.

    Print it for the file, for training, and for the insurer; what is not set is said as well.

    \b
    Example:
      deadlines policy > docket-policy.txt
    """
    from deadlines import clock
    from deadlines.commands.output import clean, paragraph, print_json, style

    settings = app.settings
    with app.reading() as session:
        chapters = list(_chapters(session, settings))
    if as_json:
        print_json({"firm": settings.firm.name, "on": clock.today(settings.firm.timezone), "chapters": chapters})
        return
    click.echo(style(f"Docket policy of {clean(settings.firm.name) or 'the firm'}", bold=True))
    click.echo(f"As set on {clock.today(settings.firm.timezone)}; written from the program's settings.")
    for chapter in chapters:
        click.echo(style(f"\n{chapter.title}", bold=True))
        for sentence in chapter.sentences:
            paragraph(f"  -  {clean(sentence)}", hanging="     ")


def _chapters(session: "Session", settings: "Settings") -> "Iterator[Chapter]":
    from deadlines.docket.policy import Chapter, people_chapter
    from deadlines.wiring import build_practice

    emergency, partner = settings.reminders.emergency, settings.follow_up.partner
    yield people_chapter(session, emergency=emergency, partner=partner)
    yield Chapter("Entry and checks", [_incoming(settings), *_sentences(ENTRY)])
    yield Chapter("Reminders", [*_ladders(settings), *_reminders(settings)])
    yield Chapter("Daily and weekly control", list(_control(session, settings)))
    yield Chapter("Missed dates", _sentences(MISSED))
    yield Chapter("Keeping", list(_keeping(settings)))
    yield Chapter("State of this print", [f"Practice {build_practice(settings).state}.", *_law(settings)])


ENTRY = """\
Every notice is entered once, with the date it bears and how it was served; every window that it opens is computed with
its working and its authority, and the safe date is calendared.

Where a fact that changes a date is missing, the earliest date holds and the question stays open.

A second person, not the one who entered the notice, reads the paper without seeing what was entered; the dates are
verified where both agree.

A deadline printed on the notice that differs from the computed one is decided by a person with a reason.

A date that comes earlier takes effect at once; a later one only after two different people have agreed to it. More time
that was asked for moves no date until it is granted and two people have accepted it.

An entry is closed only with the proof of its filing, or a reason; what is closed stays visible and is looked at again
in the evening check.

A matter is closed with a reason, when nothing of it is open and a second person, where there is one, has verified or
looked at each notice; whatever comes in for it later opens it again, and people are told.
"""
MISSED = """\
A date that passed without filing is recorded as missed: attorney, deputy, supervisor, partners and docket role are told
at once, and the record is frozen; only a partner or the attorney's supervisor may change it.

What may still help is listed with its sources, and each day's work is written down.
"""


def _sentences(text: str) -> list[str]:
    """Each paragraph of a text as one line."""
    return [" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n")]


def _incoming(settings: "Settings") -> str:
    chosen = settings.incoming
    days = {0: "on the same working day", 1: "on the next working day"}.get(
        chosen.days, f"{chosen.days} working days later"
    )
    return (
        f"Every paper that may bear a date is registered when it comes in (the firm is open from {chosen.opens} to "
        f"{chosen.closes}); it must be on the docket {days}, or people are told."
    )


def _ladders(settings: "Settings") -> Iterator[str]:
    from deadlines.practice.words import reach_words
    from deadlines.wiring import build_practice

    practice = build_practice(settings)
    for ladder in practice.ladders:
        days = ", ".join(str(day) for day in ladder.days)
        yield (
            f"{reach_words(ladder.reach).capitalize()} of {ladder.at_least} days or more: reminders {days} "
            f"{ladder.count} days before the safe date."
        )
    if practice.milestones:
        steps = len(practice.milestones)
        yield f"{steps} steps lead to a filing, each with its owner and day (`deadlines practice show`)."
    else:
        yield "No steps on the way to a filing are laid down."


def _reminders(settings: "Settings") -> Iterator[str]:
    chosen = settings.reminders
    zone = settings.firm.timezone
    yield f"Reminders leave at {chosen.at} ({zone}) to the attorney and to everybody of the docket role."
    yield (
        f"An urgent reminder that nobody answers goes on after {chosen.escalate_hours} hours at the latest to the "
        "deputy, the supervisor, and the emergency contact."
    )
    yield (
        f"Who takes a date on answers for {chosen.ack_days} days at most; the day before a date asks anew, and so does "
        "the date itself."
    )


def _control(session: "Session", settings: "Settings") -> Iterator[str]:
    from deadlines.docket.policy import is_here

    agenda, evening, follow = settings.agenda, settings.evening, settings.follow_up
    yield f"Agendas go out at {agenda.at} on {agenda.days}." if agenda.days else "No agendas are sent."
    if agenda.weekly:
        yield f"Supervisors are sent the docket of their attorneys every week ({agenda.weekly})."
    if evening.by:
        yield (
            f"On every working day somebody signs the evening check by {evening.by}: what was due, what was closed "
            "and with which proof, what comes next. Where nobody has, the docket role and its deputies are told that "
            "evening and again on the next morning."
        )
    else:
        yield "NOT SET: no evening check is asked for (evening.by)."
    if follow.partner and follow.weekly and not is_here(session, follow.partner):
        yield f"NOT SET: the weekly follow-up list goes to nobody: {follow.partner} is no active person of the firm."
    elif follow.partner and follow.weekly:
        yield f"{follow.partner} is sent the follow-up list with the proof of each filing every week ({follow.weekly})."
    else:
        yield "NOT SET: nobody is sent the weekly follow-up list (follow_up.partner, follow_up.weekly)."
    yield "Matters without a date to come are counted on the docket and listed by `deadlines matter list --quiet`."
    yield (
        "No matter opens without the paper that is to be docketed, or the word of a named person that no date is known "
        "yet and when they look again; on that day they are reminded, and the evening check asks for a word on it."
    )


def _keeping(settings: "Settings") -> Iterator[str]:
    keeping = settings.keeping
    if keeping.folder:
        sealed = "encrypted" if keeping.backup_key_file else "not encrypted"
        made = f"A backup is made and checked every night from {keeping.hour}:00"
        yield f"{made}, {sealed}, kept for {keeping.backups} days."
    else:
        yield "NOT SET: no nightly backups are made (keeping.folder)."
    yield (
        "Stored dates are sealed with a key outside the database."
        if keeping.key_file
        else "NOT SET: stored dates are sealed without a key (keeping.key_file)."
    )
    yield (
        "A service outside raises the alarm when the program falls silent."
        if settings.monitor.address_file
        else "NOT SET: nobody outside notices when this machine stops (monitor.address_file)."
    )
    yield "The audit trail only grows; each row seals the one before."


def _law(settings: "Settings") -> Iterator[str]:
    from deadlines.wiring import build_law, build_policy

    law = build_law(settings)
    yield f"Law data: edition {law.edition}, state {law.digest}."
    own = build_policy(settings, law)
    for question, choice in sorted(own.items()):
        yield f"Where the law is open, the firm decided: {law.ambiguities[question].question} {choice}."
    if not own:
        yield "Where the law leaves a question open, the careful answer holds."
