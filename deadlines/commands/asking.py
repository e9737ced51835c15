"""The questions of `deadlines add` on a terminal: only for what matters and is missing."""

from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.asking_kind import choose_kind
from deadlines.commands.compute import METHODS, REASONS, facts_of
from deadlines.commands.context import App
from deadlines.errors import InputError, NotFound

if TYPE_CHECKING:
    from deadlines.law import Law


def complete(app: App, given: dict[str, Any]) -> dict[str, Any]:
    """The options with the missing ones asked for, and each fact that would change a date."""
    from deadlines.wiring import build_law

    law = build_law(app.settings)
    filled = _matter(app, _by(app, dict(given)))
    covered = {kind for rule in law.rules.values() for kind in rule.kinds}
    kinds = {kind.id: kind.title for kind in law.kinds.values() if kind.id in covered}
    filled["kind"] = given["kind"] or choose_kind(kinds)
    filled["decided_on"] = given["decided_on"] or ask_day(law.kinds[filled["kind"]].decided_on)
    if filled["kind"].startswith(("uscis.", "aao.")):
        filled["form"] = given["form"] or _form(law)
        filled["service"] = given["service"] or choose("How was it served", dict.fromkeys(METHODS, ""))
    return _reasons(_facts(app, filled))


def _by(app: App, filled: dict[str, Any]) -> dict[str, Any]:
    """Who enters it, where several people could."""
    from deadlines.docket.enterers import able

    with app.reading() as session:
        known = [person.email for person in able(session)]
    while len(known) > 1 and filled["by"] not in known:
        filled["by"] = click.prompt("Who enters it; somebody else verifies it (mail address)").strip().lower()
        if filled["by"] not in known:
            click.echo(f"It is one of {', '.join(known)}.")
    return filled


def _matter(app: App, filled: dict[str, Any]) -> dict[str, Any]:
    """The matter, and for a new one its client and attorney, before any other question."""
    from sqlalchemy import select

    from deadlines.docket.people import find_person
    from deadlines.store.spelling import as_kept
    from deadlines.store.tables import Matter

    filled["matter"] = as_kept(filled["matter"] or click.prompt("Matter number"))
    with app.reading() as session:
        if session.scalar(select(Matter.id).where(Matter.reference == filled["matter"])) is not None:
            return filled
        click.echo(f"Matter {filled['matter']} is new.")
        filled["client"] = filled["client"] or optional("Client; the name leaves in no feed or mail")
        while True:
            filled["attorney"] = filled["attorney"] or click.prompt("Attorney's mail address").strip()
            try:
                find_person(session, filled["attorney"])
            except NotFound as nobody:
                click.echo(nobody.sentence)
                filled["attorney"] = None
                continue
            return filled


def _form(law: "Law") -> str | None:
    """A form that the law data knows, as people write it; None where it is left open."""
    from deadlines.compute.contract import normal_form

    while True:
        form = normal_form(optional("Form that was decided, such as I-485"))
        if form is None or form in law.forms:
            return form
        click.echo(f"Form {form} is not known; write it as on the notice, such as I-485 or N-400.")


def _facts(app: App, filled: dict[str, Any]) -> dict[str, Any]:
    """Ask until nothing that can be asked for is left; Enter leaves a question open."""
    from deadlines.compute import compute
    from deadlines.compute.contract import to_notice
    from deadlines.wiring import build_law, build_policy

    law, policy = build_law(app.settings), build_policy(app.settings)
    left_open: set[str] = set()
    while True:
        result = compute(to_notice(facts_of(filled)), law, policy)
        ask = next((a for a in result.asks if a.fact not in left_open), None)
        if ask is None:
            return filled
        click.echo(f"\n{ask.why}")
        answer = optional(f"{ask.fact}{' (' + ', '.join(ask.choices) + ')' if ask.choices else ''}")
        if answer is None:
            left_open.add(ask.fact)
            continue
        if ask.choices and answer not in ask.choices:
            click.echo(f"It is one of {', '.join(ask.choices)}.")
            continue
        changed = _with(filled, ask.fact, answer)
        try:
            compute(to_notice(facts_of(changed)), law, policy)
        except InputError as wrong:
            click.echo(wrong.sentence)
            continue
        filled = changed


def _reasons(filled: dict[str, Any]) -> dict[str, Any]:
    """Why it was decided so, unless it was said already; Enter leaves it open."""
    while not filled["reasons"] and not filled["kind"].startswith("status."):
        answer = optional(f"\nWhy was it decided so? One or more, with commas ({', '.join(REASONS)})")
        if answer is None:
            return filled
        words = tuple(word.strip() for word in answer.split(","))
        if all(word in REASONS for word in words):
            return {**filled, "reasons": words}
        click.echo(f"Each is one of {', '.join(REASONS)}.")
    return filled


def _with(filled: dict[str, Any], fact: str, answer: str) -> dict[str, Any]:
    option = {
        "service.method": "service",
        "printed_deadline": "printed_deadline",
        "received_on": "received_on",
        "form": "form",
    }.get(fact)
    changed = {**filled, option: answer} if option else {**filled, "facts": (*filled["facts"], f"{fact}={answer}")}
    try:
        facts_checked(changed)
    except InputError as wrong:
        click.echo(wrong.sentence)
        return filled
    return changed


def facts_checked(filled: dict[str, Any]) -> None:
    """Raise InputError where an answer cannot be used."""
    from deadlines.compute.contract import to_notice

    to_notice(facts_of(filled))


def choose(label: str, choices: dict[str, str]) -> str:
    """One of the choices, by its name; the list is shown once."""
    for name, title in choices.items():
        click.echo(f"  {name:<30} {title}")
    answer: str = click.prompt(label, type=click.Choice(list(choices)), show_choices=False)
    return answer


def ask_day(meaning: str) -> str:
    """A date that can be read, with the kind's own meaning of it."""
    from deadlines.compute.dates import parse_day

    while True:
        answer: str = click.prompt(f"Date ({meaning})").strip()
        try:
            return parse_day(answer).isoformat()
        except InputError as wrong:
            click.echo(wrong.sentence)


def optional(label: str) -> str | None:
    """An answer that may be left out."""
    answer: str = click.prompt(f"{label} [Enter: not known]", default="", show_default=False).strip()
    return answer or None
