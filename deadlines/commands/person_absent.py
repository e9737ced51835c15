"""`deadlines person absent` and `person back`: who is away, and who covers."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.commands.dates import DAY

if TYPE_CHECKING:
    from datetime import date


@click.command()
@click.argument("email", metavar="ADDRESS")
@click.option(
    "--from", "from_on", type=DAY, help="The first day away, in the firm's time zone; today where it is not given."
)
@click.option("--until", "until_on", type=DAY, required=True, help="The last day away.")
@click.option("--deputy", metavar="ADDRESS", help="Who covers; the person's own deputy where it is not given.")
@json_option
@pass_app
def absent(app: App, email: str, from_on: "date | None", until_on: "date", deputy: str | None, as_json: bool) -> None:
    """Say on which days a person is away and who covers.

    Reminders of the person then go at once to the deputy as well, and the deputy is the first who is expected to
    answer. Nothing is handed over, and restricted matters stay closed to a deputy who does not work on them.

    \b
    Example:
      deadlines person absent ana@firm.example --from 2026-12-21 --until 2027-01-02 --deputy ben@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.absences import closed_to, note_absence
    from deadlines.docket.people import active_person, find_person

    today = clock.today(app.settings.firm.timezone)
    with app.writing() as session:
        row = note_absence(
            session,
            find_person(session, email),
            from_on=from_on or today,
            until_on=until_on,
            deputy=active_person(session, deputy) if deputy else None,
            today=today,
            actor=actor(),
            now=clock.now(),
        )
        closed = closed_to(session, row.deputy, row.person)
        shown = {
            "person": row.person.email,
            "from": row.from_on,
            "until": row.until_on,
            "deputy": row.deputy.email,
            "restricted_without_deputy": closed,
        }
    answer(
        shown,
        f"{shown['person']} is away from {shown['from']} until {shown['until']}; {shown['deputy']} covers.",
        as_json=as_json,
    )
    if closed and not as_json:
        click.echo(
            f"Restricted matters that {shown['deputy']} cannot open: {', '.join(closed)}. Where that is not enough, "
            f"`deadlines matter assign MATTER {shown['deputy']}` opens one.",
            err=True,
        )


@click.command()
@click.argument("email", metavar="ADDRESS")
@json_option
@pass_app
def back(app: App, email: str, as_json: bool) -> None:
    """Say that a person is here, from today on: what was noted of absences ends, or does not come about.

    \b
    Example:
      deadlines person back ana@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.absences import come_back
    from deadlines.docket.people import find_person

    today = clock.today(app.settings.firm.timezone)
    with app.writing() as session:
        person = find_person(session, email)
        ended = come_back(session, person, today=today, actor=actor(), now=clock.now())
        shown = {"person": person.email, "ended": ended}
    answer(shown, f"{shown['person']} is here; absences that ended: {ended}.", as_json=as_json)
