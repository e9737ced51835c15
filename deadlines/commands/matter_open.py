"""`deadlines matter open` and `look`: a matter before its first notice, and what is known of its dates."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.dates import DAY
from deadlines.commands.signing import by_option, signed

if TYPE_CHECKING:
    from datetime import date

    from deadlines.docket.incoming import Way
    from deadlines.docket.opening import Opened

WAYS = ("mail", "e-mail", "fax", "portal", "counter")


@click.command("open")
@click.argument("reference", metavar="NUMBER")
@click.option("--client", metavar="NAME", help="The client, as the docket shows it.")
@click.option("--attorney", required=True, metavar="ADDRESS", help="Mail address of who answers for the matter.")
@click.option("--restricted", is_flag=True, help="Show it to nobody but who works on it (8 USC 1367).")
@click.option("--paper", metavar="TITLE", help="What came in and is to be docketed; it waits from now on.")
@click.option("--received-on", type=DAY, metavar="DATE", help="The day on which the paper came in; default: today.")
@click.option("--at", "way", type=click.Choice(WAYS), default="mail", show_default=True, help="How it came in.")
@click.option("--incoming", metavar="ID", help="A paper that waits already, instead of --paper.")
@click.option("--none-until", type=DAY, metavar="DATE", help="No date is known yet: look again on that day.")
@by_option
@json_option
@pass_app
def open_(
    app: App,
    reference: str,
    client: str | None,
    attorney: str,
    restricted: bool,
    paper: str | None,
    received_on: "date | None",
    way: "Way",
    incoming: str | None,
    none_until: "date | None",
    by: str,
    as_json: bool,
) -> None:
    """Open a matter before its first notice. Which deadline dates need to be calendared?

    Name the paper that is to be docketed (--paper, or --incoming for one that waits already), or say that no date is
    known yet and on which day you look again (--none-until). No matter opens without one of them.

    \b
    Example:
      deadlines matter open 2026-0150 --client Ito --attorney ana@firm.example --paper "USCIS denial I-140" \\
        --by paula@firm.example
      deadlines matter open 2026-0151 --attorney ana@firm.example --none-until 2027-01-15 --by paula@firm.example
    """
    from deadlines.commands.output import answer
    from deadlines.docket.opening import Answer, open_answered
    from deadlines.docket.people import find_person
    from deadlines.wiring import build_mail_room

    said = Answer(paper=paper, received_on=received_on, at=way, incoming=incoming, none_until=none_until)
    room = build_mail_room(app.settings)
    with signed(app, by, "enter") as act:
        opened = open_answered(
            act.session,
            room,
            reference,
            said,
            client=client,
            attorney=find_person(act.session, attorney),
            restricted=restricted,
            by=act.by,
            now=act.now,
            actor=act.desk.actor,
        )
        shown = {
            "matter": opened.matter.reference,
            "restricted": opened.matter.restricted,
            "incoming": opened.paper.id if opened.paper is not None else None,
            "look_again_on": opened.review.again_on if opened.review is not None else None,
        }
        sentence = _sentence(opened)
    answer(shown, sentence, as_json=as_json)


def _sentence(opened: "Opened") -> str:
    from deadlines.commands.windows import day_words

    begins = f"Matter {opened.matter.reference} is open."
    if opened.paper is not None:
        paper = opened.paper.id[:8]
        return f"{begins} Paper {paper} waits: `deadlines add --incoming {paper}` puts its notice on the docket."
    again_on = opened.review.again_on if opened.review is not None else None
    return f"{begins} No date is known yet; you are reminded to look again on {day_words(again_on)}."


@click.command()
@click.argument("reference", metavar="NUMBER")
@click.option("--again-on", required=True, type=DAY, metavar="DATE", help="When to look again, within a year.")
@by_option
@json_option
@pass_app
def look(app: App, reference: str, again_on: "date", by: str, as_json: bool) -> None:
    """Say of a matter that no date is known, and when it is looked at again; you are reminded on that day.

    \b
    Example:
      deadlines matter look 2026-0151 --again-on 2027-01-15 --by paula@firm.example
    """
    from deadlines.commands.output import answer
    from deadlines.commands.windows import day_words
    from deadlines.docket.reviews import none_known
    from deadlines.wiring import build_mail_room

    room = build_mail_room(app.settings)
    with signed(app, by, "enter") as act:
        matter = act.matter(reference)
        none_known(act.session, room, matter, again_on=again_on, by=act.by, now=act.now, actor=act.desk.actor)
        shown = {"matter": matter.reference, "look_again_on": again_on}
    sentence = f"No date of matter {shown['matter']} is known; to look again on {day_words(again_on)}."
    answer(shown, sentence, as_json=as_json)
