"""`deadlines milestone`: the steps on the way to a filing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.output import answer
from deadlines.commands.signing import by_option, signed

if TYPE_CHECKING:
    from datetime import date

    from deadlines.commands.signing import Signed
    from deadlines.docket.ticking import MilestoneView
    from deadlines.store.tables import Milestone


@click.group()
def command() -> None:
    """The steps on the way to a filing, by the firm's template (docs/practice.md).

    \b
    Example:
      deadlines milestone list --person ana@firm.example
    """


@command.command("list")
@click.option("--person", metavar="ADDRESS", help="Only those of one owner.")
@click.option("--matter", metavar="NUMBER", help="Only those of one matter.")
@click.option("--overdue", is_flag=True, help="Only those whose day has passed.")
@click.option("--all", "everything", is_flag=True, help="Also what is done or cancelled.")
@json_option
@pass_app
def list_(app: App, person: str | None, matter: str | None, overdue: bool, everything: bool, as_json: bool) -> None:
    """The open milestones by their days.

    \b
    Example:
      deadlines milestone list --overdue
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.people import find_person
    from deadlines.docket.teams import find_matter
    from deadlines.docket.ticking import milestones

    today = clock.today(app.settings.firm.timezone)
    with app.reading() as session:
        found = milestones(
            session,
            owner=find_person(session, person) if person else None,
            matter=find_matter(session, matter) if matter else None,
            everything=everything,
            before=today if overdue else None,
        )
    if as_json:
        print_json(found)
    else:
        print_milestones(found, today)


@command.command()
@click.argument("milestone", metavar="MILESTONE")
@by_option
@json_option
@pass_app
def done(app: App, milestone: str, by: str, as_json: bool) -> None:
    """Tick a milestone: nobody is reminded of it any more.

    \b
    Example:
      deadlines milestone done k3v7qp2m --by ana@firm.example
    """
    from deadlines.docket.ticking import tick

    shown = _changed(app, milestone, by, lambda act, found: tick(act.session, act.desk, found, act.by, now=act.now))
    answer(shown, f"{shown.title} of matter {shown.matter} is done.", as_json=as_json)


@command.command()
@click.argument("milestone", metavar="MILESTONE")
@by_option
@json_option
@pass_app
def undo(app: App, milestone: str, by: str, as_json: bool) -> None:
    """Take a tick back.

    \b
    Example:
      deadlines milestone undo k3v7qp2m --by ana@firm.example
    """
    from deadlines.docket.ticking import untick

    shown = _changed(app, milestone, by, lambda act, found: untick(act.session, act.desk, found, act.by, now=act.now))
    answer(shown, f"{shown.title} of matter {shown.matter} is open again, due {shown.due_on}.", as_json=as_json)


@command.command()
@click.argument("milestone", metavar="MILESTONE")
@click.option("--to", required=True, metavar="ADDRESS", help="Who owns it from now on; must be active.")
@by_option
@json_option
@pass_app
def assign(app: App, milestone: str, to: str, by: str, as_json: bool) -> None:
    """Give a milestone to somebody else, who is reminded of it from now on.

    \b
    Example:
      deadlines milestone assign k3v7qp2m --to ben@firm.example --by ana@firm.example
    """
    from deadlines.docket import ticking
    from deadlines.docket.people import active_person

    def give(act: "Signed", found: "Milestone") -> None:
        ticking.assign(act.session, act.desk, found, active_person(act.session, to), act.by, now=act.now)

    shown = _changed(app, milestone, by, give)
    answer(shown, f"{shown.title} of matter {shown.matter} is now {shown.owner}'s.", as_json=as_json)


def _changed(app: App, name: str, by: str, change: "Callable[[Signed, Milestone], None]") -> "MilestoneView":
    from deadlines.docket.ticking import find_milestone, view_of

    with signed(app, by, "acknowledge") as act:
        found = find_milestone(act.session, name)
        change(act, found)
        return view_of(act.session, found)


def print_milestones(found: "list[MilestoneView]", today: "date") -> None:
    """A table of milestones, the overdue ones in red."""
    from deadlines.commands.output import print_table
    from deadlines.commands.windows import day_words

    print_table(
        ("Due", "Milestone", "Title", "Matter", "Window", "Owner", "State"),
        [
            (
                day_words(item.due_on),
                item.milestone[:8],
                item.title,
                item.matter,
                item.window,
                item.owner,
                _state(item, today),
            )
            for item in found
        ],
        empty="None.",
        tones=["red" if _state(item, today) == "OVERDUE" else None for item in found],
    )


def _state(item: "MilestoneView", today: "date") -> str:
    if item.state == "open":
        return "OVERDUE" if item.due_on < today else "open"
    return f"{item.state} by {item.done_by}" if item.done_by else item.state
