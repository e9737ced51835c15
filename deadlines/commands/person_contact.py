"""`deadlines person contact`: where a chat reaches a person."""

import sys
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, firm_day, json_option, pass_app
from deadlines.errors import InputError

if TYPE_CHECKING:
    from deadlines.docket.contacts import Path

LARGEST = 4096


@click.command()
@click.argument("email", metavar="ADDRESS")
@click.option("--channel", type=click.Choice(["slack", "teams", "apprise"]), help="Which chat to set or remove.")
@click.option("--address-file", metavar="FILE", help="A file that holds the chat's address; - reads it from a pipe.")
@click.option("--remove", is_flag=True, help="Forget the chat's address.")
@json_option
@pass_app
def contact(app: App, email: str, channel: str | None, address_file: str | None, remove: bool, as_json: bool) -> None:
    """Show how a person is reached, or set where a chat reaches them.

    The address of a chat is a secret: it comes from a file, or is asked for, and is never shown again.

    \b
    Example:
      deadlines person contact ana@firm.example
      deadlines person contact ana@firm.example --channel slack --address-file slack.txt
    """
    from deadlines import clock
    from deadlines.docket.contacts import paths, remove_contact, set_contact
    from deadlines.docket.people import active_person

    if channel is None and (address_file or remove):
        raise InputError("Name the chat with --channel slack, teams or apprise.")
    address = "" if channel is None or remove else _address(address_file)
    shown = _checked(app, channel, address) if channel and not remove else ""
    with app.writing() as session:
        person = active_person(session, email)
        if channel and remove:
            remove_contact(session, person, channel, actor=actor(), now=clock.now())
        elif channel:
            set_contact(session, person, channel, address, shown, actor=actor(), now=clock.now())
        session.flush()
        found = paths(session, person)
    _print(found, as_json=as_json, added=bool(channel and not remove))


def _address(file: str | None) -> str:
    """The first line of the file, or what is typed; never an argument, which other programs could read."""
    if file is None and not sys.stdin.isatty():
        raise InputError("Name a file that holds the address with --address-file; it is never an argument.")
    if file is None:
        text = str(click.prompt("Address", hide_input=True))
    else:
        try:
            with click.open_file(file, encoding="utf-8") as opened:
                text = opened.read(LARGEST + 1)
        except (OSError, UnicodeDecodeError):
            raise InputError("The file with the address cannot be read; check its name and rights.") from None
    address = text.strip()
    if not address or len(address) > LARGEST or "\n" in address:
        raise InputError("The file must hold the address on one line and nothing else.")
    return address


def _checked(app: App, channel: str, address: str) -> str:
    """What of the address may be shown; raises InputError where nothing may be sent there."""
    from deadlines.notify.apprise import built
    from deadlines.notify.posting import check_address
    from deadlines.wiring_channels import build_outbound

    outbound = build_outbound(app.settings)
    return built(address, outbound)[1] if channel == "apprise" else check_address(address, outbound)


def _print(found: list["Path"], *, as_json: bool, added: bool) -> None:
    from deadlines.commands.output import print_json, print_table

    if as_json:
        print_json(found)
        return
    rows = [[p.channel, p.shown, f"{firm_day(p.proved_at)}" if p.proved_at else "never"] for p in found]
    print_table(["Channel", "To", "Proved"], rows, empty="")
    if added:
        click.echo(f"Send a test now: deadlines remind test {found[0].person}", err=True)
