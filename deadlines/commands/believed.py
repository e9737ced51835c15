"""`deadlines believed`: what the docket said of a matter on an earlier day, and why."""

from datetime import date
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.dates import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deadlines.docket.believed import Believed, BelievedEntry
    from deadlines.docket.believed_anew import Recomputed


@click.command()
@click.argument("matter", metavar="MATTER")
@click.option("--on", "on", required=True, type=DAY, metavar="DATE", help="The day; what was so when it ended is told.")
@json_option
@pass_app
def command(app: App, matter: str, on: date, as_json: bool) -> None:
    """What the docket said of a matter when an earlier day ended, and why.

    Notices as they were entered then, the dates in force with their edition, who had verified and taken them on,
    what had been sent. Each date is computed anew by the edition of that time, and compared.

    \b
    Example:
      deadlines believed 2026-0143 --on 2026-03-03
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.believed import believed, end_of_day
    from deadlines.docket.teams import find_matter
    from deadlines.wiring import build_law

    now, zone = clock.now(), app.settings.firm.timezone
    with app.reading() as session:
        found = believed(
            session,
            find_matter(session, matter),
            lambda edition: build_law(app.settings, edition),
            on=on,
            at=end_of_day(on, zone, now),
            now=now,
        )
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: "Believed") -> None:
    from deadlines.commands.output import style
    from deadlines.commands.windows import entered_words

    click.echo(style(f"Matter {found.matter} as the docket held it when {found.on} ended", bold=True))
    click.echo(f"Attorney {found.attorney}; by what was stored at {found.at:%Y-%m-%d %H:%M} UTC")
    if found.closed_at is not None:
        click.echo(f"The matter was closed then, since {found.closed_at:%Y-%m-%d %H:%M} UTC")
    if not found.notices:
        click.echo("No notice was on the docket.")
    for notice in found.notices:
        click.echo(f"\nNotice {notice.notice[:8]}: {entered_words(notice.entered)}")
        later = "; corrected later" if notice.amended_later else ""
        click.echo(f"  entered {notice.entered_at:%Y-%m-%d %H:%M} UTC by {notice.entered_by}{later}")
        for entry in notice.entries:
            _print_entry(entry)


def _print_entry(entry: "BelievedEntry") -> None:
    from deadlines.commands.output import clean, paragraph

    window = entry.window
    dates = f"safe date {window.safe_by}, last day {window.last_day}" if window.last_day else window.state
    later = f", now version {entry.now_version}" if entry.now_version != entry.version else ""
    click.echo(f"\n  {entry.entry[:8]}  {window.title}: {dates}")
    click.echo(f"    {entry.status}; version {entry.version}{later}; edition {entry.edition}; {clean(entry.reason)}")
    if entry.altered:
        click.echo("    INTEGRITY ALARM: the stored date was altered outside the program.")
    signed = f"{entry.verified_by}, {entry.verified_at:%Y-%m-%d %H:%M} UTC" if entry.verified_at else "nobody"
    standing = [ack.by for ack in entry.taken if ack.stood]
    click.echo(
        f"    verified by {signed}; taken on by {', '.join(standing) or 'nobody'}; {len(entry.sent)} reminders sent"
    )
    paragraph(f"    {recomputed_words(entry.recomputed)}", hanging="    ")
    for line in reasons_words(entry):
        paragraph(f"    {clean(line)}", hanging="    ")


def reasons_words(entry: "BelievedEntry") -> "Iterator[str]":
    """How it was closed, and what was disputed, decided and asked for by then, a sentence each."""
    from deadlines.docket.extension_views import state_words
    from deadlines.docket.looks import words_of

    if entry.closed_at is not None:
        why = f": {entry.proof}" if entry.proof else ""
        yield f"Closed {entry.closed_at:%Y-%m-%d %H:%M} UTC by {entry.closed_by}{why}"
    if entry.declined is not None:
        why = f": {entry.declined.reason}" if entry.declined.reason else ""
        who = f"{entry.declined.by}, {entry.declined.at:%Y-%m-%d %H:%M} UTC"
        yield f"The dates that computing anew gives were decided against: {who}{why}"
    if entry.waited:
        yield "Other dates waited for two people to agree."
    for look in entry.discrepancy:
        read = f"{look.by}, {look.at:%Y-%m-%d %H:%M} UTC, read {words_of(look.fields)} otherwise"
        yield f"TWO ENTRIES DIFFERED then: {read}."
    if entry.dispute is not None:
        yield f"DISPUTED then: {entry.dispute}"
    if entry.decided is not None:
        kept = "holds" if entry.decided.use == "printed" else "is left aside"
        made = f"{entry.decided.by}, {entry.decided.at:%Y-%m-%d %H:%M} UTC"
        yield f"The printed deadline {kept}: {made}: {entry.decided.reason}"
    for one in entry.asked:
        state = state_words(one.state, str(one.granted_to) if one.granted_to else None)
        why = f": {one.decision}" if one.decision else ""
        yield f"More time until {one.wanted_on}, asked for on {one.asked_on}: {state}{why}"


def recomputed_words(found: "Recomputed") -> str:
    """What computing anew gave, as a sentence."""
    if found.found == "same":
        return f"Computed anew by the edition of then: the same dates{', ' if found.why else ''}{found.why}."
    if found.found == "other":
        return f"Computed anew by the edition of then: OTHER dates ({found.why})."
    return f"It cannot be computed anew: {found.why}"
