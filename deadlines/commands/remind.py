"""`deadlines remind`: test how people are reached, see what is due, sent and refused, and audit it."""

from typing import TYPE_CHECKING

import click
from msgspec import Struct

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.commands.remind_audit import audit
from deadlines.errors import SendError

if TYPE_CHECKING:
    from deadlines.docket.sendings import Sending
    from deadlines.notify.channel import Channel
    from deadlines.notify.message import Message


class Outcome(Struct, frozen=True):
    """What became of a test message on one channel."""

    channel: str
    taken: bool
    sentence: str


@click.group()
def command() -> None:
    """Reminders: test how people are reached, see what is due and sent, audit it.

    \b
    Example:
      deadlines remind test ana@firm.example
      deadlines remind list
    """


command.add_command(audit)


@command.command()
@click.argument("email", metavar="ADDRESS")
@click.option("--channel", metavar="NAME", help="Only this one: mail, slack, teams, apprise or webhook.")
@json_option
@pass_app
def test(app: App, email: str, channel: str | None, as_json: bool) -> int:
    """Send a person a test message by each of their channels, now.

    Each message holds a code; `deadlines remind confirm` takes it and notes that the channel works. What the webhook
    is sent has the type deadline.test, and no code. The exit status is 9 where a channel did not take its message.

    \b
    Example:
      deadlines remind test ana@firm.example --channel slack
    """
    from deadlines import clock
    from deadlines.docket.people import active_person
    from deadlines.docket.trials import trial_messages
    from deadlines.wiring_channels import build_channels

    channels, now = build_channels(app.settings), clock.now()
    with app.writing() as session:
        person = active_person(session, email)
        messages = trial_messages(session, person, channel, actor=actor(), now=now, webhook="webhook" in channels)
    mail = app.settings.mail.channel
    outcomes = [_sent(name, channels[mail if name == "mail" else name], message) for name, message in messages.items()]
    _print_outcomes(outcomes, email, as_json=as_json)
    return 0 if all(outcome.taken for outcome in outcomes) else SendError.exit_code


def _sent(name: str, channel: "Channel", message: "Message") -> Outcome:
    try:
        channel.send(message)
    except SendError as error:
        return Outcome(name, False, error.sentence)
    finally:
        channel.close()
    code = "" if name == "webhook" else " Ask the person for its code."
    return Outcome(name, True, f"The message was taken.{code}")


def _print_outcomes(outcomes: list[Outcome], email: str, *, as_json: bool) -> None:
    from deadlines.commands.output import print_json, print_table

    if as_json:
        print_json(outcomes)
        return
    rows = [[each.channel, "taken" if each.taken else "NOT TAKEN", each.sentence] for each in outcomes]
    print_table(["Channel", "State", "Reason"], rows, empty="")
    if any(each.channel != "webhook" for each in outcomes):
        click.echo(f"When a code arrives: deadlines remind confirm {email} CODE", err=True)


@command.command()
@click.argument("email", metavar="ADDRESS")
@click.argument("code")
@json_option
@pass_app
def confirm(app: App, email: str, code: str, as_json: bool) -> None:
    """Note that a test message arrived: the person read its code out.

    \b
    Example:
      deadlines remind confirm ana@firm.example 123456
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket import contacts
    from deadlines.docket.people import active_person

    with app.writing() as session:
        person = active_person(session, email)
        proved = contacts.confirm(session, person, code, actor=actor(), now=clock.now())
        name = person.name
    if as_json:
        print_json({"person": email.strip().lower(), "proved": proved})
    else:
        click.echo(f"Proved: {' and '.join(proved)} reaches {name}.")


@command.command("list")
@click.option("--person", "email", metavar="ADDRESS", help="Only this person's.")
@json_option
@pass_app
def list_(app: App, email: str | None, as_json: bool) -> None:
    """What falls due within 14 days, what was sent within 7, and what was refused, by person.

    What also goes to chats is added when it falls due.

    \b
    Example:
      deadlines remind list --person ana@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.people import find_person
    from deadlines.docket.sendings import sendings

    with app.reading() as session:
        person = find_person(session, email) if email else None
        found = sendings(session, now=clock.now(), person=person)
    if as_json:
        print_json(found)
        return
    columns = ["Person", "Due (UTC)", "Matter", "Entry", "Reminder", "Severity", "Channel", "State", "Reason"]
    tones = ["red" if each.state == "dead" else None for each in found]
    print_table(columns, [_row(each) for each in found], empty="Nothing is due, sent or refused.", tones=tones)


def _row(each: "Sending") -> list[str]:
    state = "REFUSED" if each.state == "dead" else each.state
    due = f"{each.due_at:%Y-%m-%d %H:%M}"
    return [each.person, due, each.matter, each.entry[:8], each.rung, each.severity, each.channel, state, each.why]
