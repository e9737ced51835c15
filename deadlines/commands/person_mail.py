"""`deadlines person invitations` and `agenda`: what a person is sent beside reminders."""

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.commands.person_answer import as_answer
from deadlines.errors import ConfigError


@click.command()
@click.argument("email", metavar="ADDRESS")
@click.argument("wanted", metavar="on|off", type=click.Choice(["on", "off"]))
@click.option(
    "--redaction",
    type=click.Choice(["matter", "full", "busy"]),
    default="matter",
    show_default=True,
    help="matter: the matter's number; full: the client's name too, which then leaves by mail; busy: neither.",
)
@json_option
@pass_app
def invitations(app: App, email: str, wanted: str, redaction: str, as_json: bool) -> None:
    """Invite a person's own calendar to each date by mail, or stop it and take the dates out again.

    It suits Outlook and Gmail, which take dates from mail at once and ring for them. The daemon sends the nearest
    dates first, a few an hour. What a calendar program answers is not read: declining changes nothing.

    \b
    Example:
      deadlines person invitations ana@firm.example on
      deadlines person invitations ana@firm.example off
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.invitations import PER_HOUR, choose_invitations, waiting
    from deadlines.docket.people import find_person
    from deadlines.wiring import organizer

    if wanted == "on" and organizer(app.settings) is None:
        raise ConfigError("Invitations leave by mail: set mail.host and mail.sender first.")
    with app.writing() as session:
        person = find_person(session, email)
        choose_invitations(session, person, redaction if wanted == "on" else None, actor=actor(), now=clock.now())
        session.flush()
        found = waiting(session, person, clock.today(app.settings.firm.timezone))
        shown = {**as_answer(person), "requests": found.requests, "cancels": found.cancels, "per_hour": PER_HOUR}
    if as_json:
        print_json(shown)
        return
    who, pace = f"{shown['name']} <{shown['email']}>", f"the nearest first, at most {PER_HOUR} an hour"
    if wanted == "off":
        click.echo(f"{who} is invited no more. Dates to be taken out of the calendar: {found.cancels}, {pace}.")
        return
    click.echo(f"{who} is invited to dates by mail. Dates to be sent: {found.requests}, {pace}.")
    click.echo("Answers of the calendar program are not read. Whoever also subscribes sees each date twice.", err=True)


@click.command()
@click.argument("email", metavar="ADDRESS")
@click.argument("wanted", metavar="on|off", type=click.Choice(["on", "off"]))
@json_option
@pass_app
def agenda(app: App, email: str, wanted: str, as_json: bool) -> None:
    """Send a person the morning's list of their docket, or stop it. Reminders go in any case.

    \b
    Example:
      deadlines person agenda ana@firm.example off
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.agendas import choose_agenda
    from deadlines.docket.people import find_person

    with app.writing() as session:
        person = find_person(session, email)
        choose_agenda(session, person, wanted=wanted == "on", actor=actor(), now=clock.now())
        shown = as_answer(person)
    words = "is sent an agenda" if wanted == "on" else "is sent no agenda"
    answer(shown, f"{shown['name']} <{shown['email']}> {words}.", as_json=as_json)
