"""`deadlines token`: secrets by which other programs ask the JSON API."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.commands.dates import DAY, end_of_day

if TYPE_CHECKING:
    from datetime import date

    from deadlines.docket.tokens import Scope, TokenView

WARNING = (
    "This is the only time the token is shown. Keep it where the program keeps its secrets, and send it in the header\n"
    "`Authorization: Bearer …`, never in an address."
)


@click.group()
def command() -> None:
    """Tokens for other programs, such as a case system.

    \b
    Example:
      deadlines token add --for ana@firm.example --label "case system" --scope read
    """


@command.command()
@click.option("--for", "email", required=True, metavar="ADDRESS", help="The person in whose name the program asks.")
@click.option("--label", required=True, metavar="TEXT", help="What uses it, such as: case system.")
@click.option("--scope", type=click.Choice(["read", "write"]), required=True, help="write also changes the docket.")
@click.option(
    "--until", type=DAY, metavar="DATE", help="The last day on which it is good; default: until it is revoked."
)
@json_option
@pass_app
def add(app: App, email: str, label: str, scope: "Scope", until: "date | None", as_json: bool) -> None:
    """Make a token. It sees what the person may see, and with --scope write does what the person may do.

    \b
    Example:
      deadlines token add --for ana@firm.example --label "case system" --scope write --until 2027-06-30
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.people import active_person
    from deadlines.docket.tokens import add_token, token_view

    now = clock.now()
    ends = end_of_day(until, app.settings.firm.timezone) if until else None
    with app.writing() as session:
        person = active_person(session, email)
        token, secret = add_token(session, person, label, scope, until=ends, actor=actor(), now=now)
        shown = token_view(token, now)
    if as_json:
        print_json({"token": secret, "id": shown.id, "person": shown.person, "scope": scope, "expires_at": ends})
    else:
        click.echo(secret)
        click.echo(f"{WARNING} Its id is {shown.id[:8]}.", err=True)


@command.command("list")
@click.option("--all", "ended", is_flag=True, help="Also those that have ended.")
@json_option
@pass_app
def list_(app: App, ended: bool, as_json: bool) -> None:
    """List the tokens: whose they are, what they may do, and when each was last used.

    \b
    Example:
      deadlines token list --json
    """
    from deadlines import clock
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.tokens import token_views

    with app.reading() as session:
        found = token_views(session, now=clock.now(), ended=ended)
    if as_json:
        print_json(found)
        return
    print_table(
        ("Id", "Begins", "Person", "Label", "Scope", "State", "Until", "Last used"),
        [_row(view) for view in found],
        empty="No token; `deadlines token add` makes one.",
    )


def _row(view: "TokenView") -> list[str]:
    until = f"{view.expires_at:%Y-%m-%d %H:%M} UTC" if view.expires_at else "revoked"
    used = f"{view.used_at:%Y-%m-%d %H:%M} UTC" if view.used_at else "never"
    return [view.id[:8], f"dla_{view.hint}", view.person, view.label, view.scope, view.state, until, used]


@command.command()
@click.argument("identifier", metavar="ID")
@json_option
@pass_app
def revoke(app: App, identifier: str, as_json: bool) -> None:
    """End a token at once.

    \b
    Example:
      deadlines token revoke k3j5hq2m
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.tokens import find_token, token_view
    from deadlines.docket.tokens import revoke as end

    now = clock.now()
    with app.writing() as session:
        token = find_token(session, identifier)
        end(session, token, actor=actor(), now=now)
        shown = token_view(token, now)
    answer(shown, f'Revoked "{shown.label}" of {shown.person}.', as_json=as_json)
