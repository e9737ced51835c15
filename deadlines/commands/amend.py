"""`deadlines amend`: correct what was entered of a notice."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.compute import METHODS
from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, reason_option, signed

if TYPE_CHECKING:
    from datetime import date

    from deadlines.docket.amending import Amendment

NONE = "none"


@click.command()
@click.argument("notice", metavar="NOTICE")
@click.option("--fact", "facts", metavar="NAME=VALUE", multiple=True, help="A fact; `NAME=` takes it away. Repeatable.")
@click.option("--service", type=click.Choice(METHODS), metavar="METHOD", help=f"{', '.join(METHODS)}.")
@click.option("--service-on", metavar="DATE|none", help="Day of service; none: the date of the decision.")
@click.option("--received-on", metavar="DATE|none", help="Day it provably arrived, or none.")
@click.option("--printed-deadline", metavar="DATE|none", help="The deadline that the notice prints, or none.")
@reason_option
@by_option
@json_option
@pass_app
def command(app: App, /, notice: str, reason: str, by: str, as_json: bool, **given: Any) -> None:
    """Correct a notice. Its windows are computed again: earlier dates hold at once, later ones wait for a second
    person.

    The old row stays. Kind, form and date of the decision cannot be amended: strike the notice and record it
    anew.

    \b
    Example:
      deadlines amend n4x2wq7k --service-on 2026-10-26 --reason "postmark on the envelope" --by ana@firm.example
    """
    from deadlines.commands.output import print_json

    changes = _amendment(given)
    if changes is None:
        raise click.UsageError("Name what is to be corrected, such as --fact or --service-on.")
    answer = _amend(app, notice, changes, reason, by)
    if as_json:
        print_json(answer)
    else:
        _print(answer)


def _amend(app: App, name: str, changes: "Amendment", reason: str, by: str) -> dict[str, Any]:
    from deadlines import clock
    from deadlines.docket.amending import amend_notice, amended
    from deadlines.docket.doubts import odd_days
    from deadlines.docket.legible import notice_of

    with signed(app, by, "enter") as act:
        row = act.notice(name)
        today = clock.today(app.settings.firm.timezone)
        odd = odd_days(amended(notice_of(row), changes), today)
        found = amend_notice(act.session, act.desk, row, changes, reason=reason, by=act.by, now=act.now)
        return {
            "notice": found.notice.id,
            "amends": row.id,
            "matter": found.notice.matter.reference,
            "edition": found.result.edition,
            "moves": found.moves,
            "asks": found.result.asks,
            "warnings": [*found.result.warnings, *odd],
        }


def _amendment(given: Mapping[str, Any]) -> "Amendment | None":
    """The corrections that the options spell out; None where there is none."""
    from msgspec import UNSET

    from deadlines.docket.amending import Amendment

    days = {name: _day(name, given[name]) for name in ("service_on", "received_on", "printed_deadline") if given[name]}
    if not (days or given["facts"] or given["service"]):
        return None
    return Amendment(facts=_facts(given["facts"]), method=given["service"] or UNSET, **days)


def _day(name: str, text: str) -> "date | None":
    from deadlines.commands.dates import DAY

    if text.strip().lower() == NONE:
        return None
    return DAY.convert(text, click.Option([f"--{name.replace('_', '-')}"]), None)


def _facts(words: tuple[str, ...]) -> dict[str, str | None]:
    from deadlines.commands.compute import parse_facts
    from deadlines.errors import InputError

    gone = [word[:-1].strip() for word in words if word.endswith("=") and word.count("=") == 1]
    found: dict[str, str | None] = {**parse_facts(tuple(word for word in words if word[:-1].strip() not in gone))}
    twice = [name for name in gone if name in found]
    if twice or "" in gone:
        raise InputError(f"--fact {twice[0] if twice else ''}= and a value for it contradict each other.")
    return {**found, **dict.fromkeys(gone)}


def _print(answer: dict[str, Any]) -> None:
    from deadlines.commands.changes import print_moves
    from deadlines.commands.output import clean
    from deadlines.commands.windows import OPTIONS

    click.echo(f"Notice {answer['amends'][:8]} of matter {answer['matter']} is amended by {answer['notice'][:8]}.")
    print_moves(answer["moves"], empty="No date changes.")
    if any(move.outcome == "waiting" for move in answer["moves"]):
        click.echo("Later dates wait: another person accepts them with `deadlines proposal accept`.")
    for ask in answer["asks"]:
        click.echo(f"To find out: {clean(ask.why)} ({OPTIONS.get(ask.fact, f'--fact {ask.fact}=…')})")
    for warning in answer["warnings"]:
        click.echo(f"Note: {clean(warning)}", err=True)
