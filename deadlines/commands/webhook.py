"""`deadlines webhook`: other programs that are told of what happens on the docket."""

import sys
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.errors import InputError

if TYPE_CHECKING:
    from deadlines.docket.webhooks import WebhookView

WARNING = (
    "This is the only time the secret is shown. The other program checks with it that an event is ours\n"
    "(Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature)."
)
RESTRICTED_WARNING = (
    "The ids and dates of restricted matters that the person works on will leave the firm by this webhook. Cases of "
    "VAWA, T and U are confidential by statute (8 USC 1367)."
)


@click.group()
def command() -> None:
    """Other programs that are told of events. They get ids and dates only, and ask the API for the rest.

    \b
    Example:
      deadlines webhook add https://case.firm.example/hooks/deadlines --events all --for ana@firm.example
    """


@command.command()
@click.argument("url", metavar="URL")
@click.option("--events", required=True, metavar="LIST", help="Such as notice.recorded,dates.moved; or all.")
@click.option("--for", "email", required=True, metavar="ADDRESS", help="The person: what they may see is told.")
@click.option("--restricted", is_flag=True, help="Also of the restricted matters that the person works on.")
@json_option
@pass_app
def add(app: App, url: str, events: str, email: str, restricted: bool, as_json: bool) -> None:
    """Tell the program at URL of events from now on. URL - reads the address from a pipe.

    The address must be https and lie in the open internet, unless channels.allowed names its host.

    \b
    Example:
      deadlines webhook add https://case.firm.example/hooks/deadlines \\
        --events notice.recorded,dates.moved,entry.filed --for ana@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.people import active_person
    from deadlines.docket.webhooks import add_webhook, webhook_view
    from deadlines.notify.posting import check_address
    from deadlines.wiring_channels import build_outbound
    from deadlines.wiring_entrance import build_vault

    address = sys.stdin.readline().strip() if url == "-" else url
    check_address(address, build_outbound(app.settings))
    if restricted:
        click.echo(RESTRICTED_WARNING, err=True)
    with app.writing() as session:
        hook, secret = add_webhook(
            session,
            active_person(session, email),
            address,
            _wanted(events),
            vault=build_vault(app.settings),
            restricted=restricted,
            actor=actor(),
            now=clock.now(),
        )
        shown = webhook_view(session, hook)
    if as_json:
        print_json({"id": shown.id, "secret": secret, "to": shown.to, "person": shown.person, "events": shown.events})
    else:
        click.echo(secret)
        click.echo(f"{WARNING}\nTry it now: deadlines webhook test {shown.id[:8]}", err=True)


def _wanted(events: str) -> list[str]:
    """The events that are listed, none for all."""
    words = [word.strip() for word in events.split(",") if word.strip()]
    if not words:
        raise InputError("--events lists events such as notice.recorded,dates.moved; or says all.")
    return [] if words == ["all"] else words


@command.command("list")
@click.option("--all", "ended", is_flag=True, help="Also those that were revoked.")
@json_option
@pass_app
def list_(app: App, ended: bool, as_json: bool) -> None:
    """List the webhooks: whose they are, what they hear, and whether they take it.

    \b
    Example:
      deadlines webhook list --json
    """
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.webhooks import webhook_views

    with app.reading() as session:
        found = webhook_views(session, ended=ended)
    if as_json:
        print_json(found)
        return
    print_table(
        ("Id", "Person", "To", "Events", "State", "Waiting", "Last taken", "Reason"),
        [_row(view) for view in found],
        empty="No webhook; `deadlines webhook add` adds one.",
        tones=["yellow" if view.state in ("failing", "dead") else None for view in found],
    )


def _row(view: "WebhookView") -> list[str]:
    taken = f"{view.sent_at:%Y-%m-%d %H:%M} UTC" if view.sent_at else "never"
    events = ", ".join(view.events) + (", restricted too" if view.restricted else "")
    return [view.id[:8], view.person, view.to, events, view.state, str(view.waiting), taken, view.why]


@command.command()
@click.argument("identifier", metavar="ID")
@json_option
@pass_app
def test(app: App, identifier: str, as_json: bool) -> None:
    """Send a test event now. When it is taken, a webhook that was given up goes on where it stood.

    \b
    Example:
      deadlines webhook test k3j5hq2m
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.daemon.hooks import tell
    from deadlines.docket.deliveries import test_of
    from deadlines.docket.webhooks import find_webhook, note_taken, webhook_view
    from deadlines.wiring_channels import build_outbound
    from deadlines.wiring_entrance import build_vault

    with app.reading() as session:
        ready = test_of(find_webhook(session, identifier), build_vault(app.settings), clock.now())
    fault, _gone = tell(build_outbound(app.settings), ready, clock.now())
    if fault is not None:
        raise fault
    with app.writing() as session:
        hook = find_webhook(session, ready.webhook)
        note_taken(session, hook, clock.now())
        shown = webhook_view(session, hook)
    answer(shown, f"{shown.to} took the test event {ready.message_id}.", as_json=as_json)


@command.command()
@click.argument("identifier", metavar="ID")
@json_option
@pass_app
def revoke(app: App, identifier: str, as_json: bool) -> None:
    """End a webhook at once; what waits for it is not sent.

    \b
    Example:
      deadlines webhook revoke k3j5hq2m
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.webhooks import find_webhook, webhook_view
    from deadlines.docket.webhooks import revoke as end

    with app.writing() as session:
        hook = find_webhook(session, identifier)
        end(session, hook, actor=actor(), now=clock.now())
        shown = webhook_view(session, hook)
    answer(shown, f"Revoked the webhook to {shown.to}.", as_json=as_json)
