"""`deadlines incoming`: papers that came in, until they are on the docket."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.dates import DAY
from deadlines.commands.signing import by_option, reason_option, signed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy.orm import Session

    from deadlines.commands.signing import Signed
    from deadlines.docket.incoming import Way
    from deadlines.docket.undocketed import IncomingView
    from deadlines.store.tables import Incoming, Person

WAYS = ("mail", "e-mail", "fax", "portal", "counter")


@click.group()
def command() -> None:
    """Papers that came in: whoever opens the mail registers them before anybody computes a date.

    \b
    Example:
      deadlines incoming add "USCIS denial I-140" --matter 2026-0143 --by mail@firm.example
    """


@command.command()
@click.argument("title", metavar="TITLE")
@click.option("--matter", metavar="NUMBER", help="The matter it belongs to, where that is known.")
@click.option("--received-on", type=DAY, metavar="DATE", help="The day on which it came in; default: today.")
@click.option("--at", "way", type=click.Choice(WAYS), default="mail", show_default=True, help="How it came in.")
@by_option
@json_option
@pass_app
def add(
    app: App, title: str, matter: str | None, received_on: "date | None", way: "Way", by: str, as_json: bool
) -> None:
    """Register a paper that may bear a date. It grows old until it is on the docket, and people are told.

    Name the matter of a protected case, or leave the client out: TITLE is shown to everybody until the matter is known.

    \b
    Example:
      deadlines incoming add "USCIS denial I-140, A. Ruiz" --received-on 2026-11-20 --at fax --by mail@firm.example
    """
    from deadlines.commands.output import answer
    from deadlines.docket.incoming import register
    from deadlines.wiring import build_mail_room

    room = build_mail_room(app.settings)
    with signed(app, by, "enter") as act:
        of = act.matter(matter) if matter is not None else None
        found = register(
            act.session,
            room,
            title,
            matter=of,
            received_on=received_on,
            at=way,
            by=act.by,
            now=act.now,
            actor=act.desk.actor,
        )
        view = _view(app, act.session, found, act.by)
    due = room.local(view.due_at)
    sentence = f"Registered {view.incoming[:8]}: it must be on the docket by {due:%a} {due.day} {due:%b %Y, %H:%M}."
    answer(view, sentence, as_json=as_json)


@command.command("list")
@click.option("--by", metavar="ADDRESS", help="Who looks: restricted matters are shown to who works on them only.")
@click.option("--all", "everything", is_flag=True, help="Also what is docketed or dismissed.")
@json_option
@pass_app
def list_(app: App, by: str | None, everything: bool, as_json: bool) -> None:
    """What waits to be docketed, the oldest first, with its age in the firm's hours.

    \b
    Example:
      deadlines incoming list
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.people import active_person
    from deadlines.docket.undocketed import papers
    from deadlines.wiring import build_mail_room

    room = build_mail_room(app.settings)
    with app.reading() as session:
        person = active_person(session, by) if by else None
        found = papers(session, room, person, now=clock.now(), everything=everything)
    if as_json:
        print_json(found)
    else:
        _print(found)


@command.command()
@click.argument("paper", metavar="ID")
@click.option("--notice", required=True, metavar="NOTICE", help="The notice that was recorded from it.")
@by_option
@json_option
@pass_app
def docketed(app: App, paper: str, notice: str, by: str, as_json: bool) -> None:
    """Link a paper to the notice that was recorded from it; `deadlines add --incoming ID` does both.

    \b
    Example:
      deadlines incoming docketed k3v7qp2m --notice n4x2wq7k --by ana@firm.example
    """
    from deadlines.docket import incoming

    def settle(act: "Signed", found: "Incoming") -> "Incoming":
        row = act.notice(notice)
        return incoming.docketed(act.session, found, row, who=act.by.id, now=act.now, actor=act.desk.actor)

    _settled(app, paper, by, settle, as_json=as_json)


@command.command()
@click.argument("paper", metavar="ID")
@reason_option
@by_option
@json_option
@pass_app
def dismiss(app: App, paper: str, reason: str, by: str, as_json: bool) -> None:
    """Say that a paper bears no date. It stays in `list --all`, with the reason and the person.

    \b
    Example:
      deadlines incoming dismiss k3v7qp2m --reason "receipt notice, no date runs" --by ana@firm.example
    """
    from deadlines.docket import incoming

    def settle(act: "Signed", found: "Incoming") -> "Incoming":
        return incoming.dismiss(act.session, found, reason=reason, by=act.by, now=act.now, actor=act.desk.actor)

    _settled(app, paper, by, settle, as_json=as_json)


def _settled(app: App, paper: str, by: str, settle: "Callable[[Signed, Incoming], Incoming]", *, as_json: bool) -> None:
    from deadlines.commands.output import answer
    from deadlines.docket.incoming import find_seen_incoming

    with signed(app, by, "enter") as act:
        found = settle(act, find_seen_incoming(act.session, paper, act.by))
        view = _view(app, act.session, found, act.by)
    as_notice = f" as notice {view.notice[:8]}" if view.notice else ""
    answer(view, f"Paper {view.incoming[:8]} is {view.state}{as_notice}.", as_json=as_json)


def _view(app: App, session: "Session", found: "Incoming", person: "Person") -> "IncomingView":
    from deadlines import clock
    from deadlines.docket.undocketed import paper_view
    from deadlines.wiring import build_mail_room

    return paper_view(session, build_mail_room(app.settings), found, person, now=clock.now())


def _print(found: "list[IncomingView]") -> None:
    from deadlines.commands.output import print_table, style
    from deadlines.commands.windows import day_words

    print_table(
        ("Paper", "Title", "Matter", "Attorney", "Came in", "By", "Waiting", "State", "Notice", "Reason"),
        [
            (
                view.incoming[:8],
                view.title,
                view.matter,
                view.attorney,
                day_words(view.received_on),
                view.at,
                view.age.words,
                "NOT DOCKETED IN TIME" if view.overdue else view.state,
                view.notice[:8] if view.notice else None,
                view.reason,
            )
            for view in found
        ],
        empty="No paper waits to be docketed.",
        tones=["red" if view.overdue else None for view in found],
    )
    late = sum(view.overdue for view in found)
    if late:
        papers = "1 paper" if late == 1 else f"{late} papers"
        words = f"UNDOCKETED: {papers} past the time in which a paper must be on the docket."
        click.echo(style(f"{words} `deadlines add --incoming ID` records the notice.", fg="red", bold=True))
