"""`deadlines feed`: calendar addresses, one secret link for each person, feed and calendar program."""

from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.commands.feed_add import add, ask_for_restricted, print_made

if TYPE_CHECKING:
    from deadlines.docket.addresses import AddressView

STATES = {
    "live": "in use",
    "waits": "waits to be opened",
    "unopened": "LINK RAN OUT unopened",
    "silent": "SILENT",
    "ended": "ended, says so",
    "gone": "gone",
}


@click.group()
def command() -> None:
    """Calendar addresses to subscribe to.

    \b
    Example:
      deadlines feed add --person ana@firm.example --label "Outlook at work"
    """


command.add_command(add)


@command.command("list")
@click.option("--all", "ended", is_flag=True, help="Also those that have ended.")
@json_option
@pass_app
def list_(app: App, ended: bool, as_json: bool) -> None:
    """List the calendar addresses: what each shows, who fetches it, and whether it has gone silent.

    The secret in an address is never shown again.

    \b
    Example:
      deadlines feed list --json
    """
    from deadlines import clock
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.addresses import OLD, addresses

    today = clock.today(app.settings.firm.timezone)
    with app.reading() as session:
        found = addresses(session, now=clock.now(), today=today, ended=ended)
    if as_json:
        print_json(found)
        return
    columns = ["Id", "Person", "Label", "Shows", "Words", "State", "Program", "Last fetched", "Fetches"]
    print_table(
        columns,
        [_row(feed) for feed in found],
        empty="No calendar address yet; `deadlines feed add` makes one.",
        tones=["yellow" if feed.state in ("silent", "unopened") else None for feed in found],
    )
    for feed in found:
        if feed.state in ("live", "silent") and feed.expires_at is None and clock.now() - feed.created_at > OLD:
            click.echo(f'{feed.id[:8]} "{feed.label}" of {feed.person} is older than a year: `deadlines feed rotate`.')
        if feed.ends_early is not None:
            click.echo(
                f'{feed.id[:8]} "{feed.label}" of {feed.person} ends on {feed.ends_early}, because programs drop '
                "entries of a larger calendar. Fewer matters or remedies reach further; --whole shows everything."
            )


def _row(feed: "AddressView") -> list[str]:
    state = STATES[feed.state] + (f" ({feed.ending})" if feed.ending else "")
    fetched = f"{feed.last_fetch_at:%Y-%m-%d %H:%M} UTC" if feed.last_fetch_at else "never"
    who = [feed.id[:8], feed.person, feed.label, feed.shows, feed.redaction]
    return [*who, state, feed.program, fetched, str(feed.fetches)]


@command.command()
@click.argument("identifier", metavar="ID")
@click.option("--link", "by_link", is_flag=True, help="Print a one-time link to a page that shows the new address.")
@click.option("--by", metavar="ADDRESS", help="Where it shows restricted matters: the person, who asks for it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_app
def rotate(app: App, identifier: str, by_link: bool, by: str | None, yes: bool, as_json: bool) -> None:
    """Replace a calendar address by a new one that shows the same.

    The old address says for 14 days in the calendar that it has ended, then it is gone.

    \b
    Example:
      deadlines feed rotate k3j5hq2m
    """
    from deadlines import clock
    from deadlines.docket.addresses import find_address
    from deadlines.docket.endings import rotate as replace

    with app.reading() as session:
        old = find_address(session, identifier)
        identifier, restricted_of = old.id, old.person.email if old.restricted else None
    if restricted_of is not None:
        ask_for_restricted(restricted_of, by, yes=yes)
    with app.withdrawing() as session:
        old = find_address(session, identifier)
        new, secret = replace(session, old, actor=actor(), now=clock.now(), by_link=by_link)
        session.refresh(new)
        print_made(app, new, secret, by_link=by_link, as_json=as_json)


@command.command()
@click.argument("identifier", metavar="ID")
@json_option
@pass_app
def revoke(app: App, identifier: str, as_json: bool) -> None:
    """End a calendar address. It says so in the calendar for 14 days, without any deadline, then it is gone.

    \b
    Example:
      deadlines feed revoke k3j5hq2m
    """
    _end(app, identifier, "revoked", as_json)


@command.command()
@click.argument("identifier", metavar="ID")
@json_option
@pass_app
def leak(app: App, identifier: str, as_json: bool) -> None:
    """Somebody else may know the address: close it at once. Nothing more can be read from it.

    \b
    Example:
      deadlines feed leak k3j5hq2m
    """
    _end(app, identifier, "leaked", as_json)


def _end(app: App, identifier: str, why: Any, as_json: bool) -> None:
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.addresses import address_view, find_address
    from deadlines.docket.endings import condition, end_subscription

    now, today = clock.now(), clock.today(app.settings.firm.timezone)
    with app.withdrawing() as session:
        subscription = find_address(session, identifier)
        before = condition(subscription, now)
        end_subscription(session, subscription, why, actor=actor(), now=now)
        changed = condition(subscription, now) != before
        session.flush()
        shown = address_view(session, subscription, now=now, today=today)
    if as_json:
        print_json(shown)
        return
    if not changed:
        click.echo(f'"{shown.label}" of {shown.person} had ended already ({STATES[before]}); nothing changes.')
        return
    what = "Closed" if why == "leaked" else "Revoked"
    click.echo(f'{what} "{shown.label}" of {shown.person}.')
    if why == "leaked":
        click.echo("What the program has fetched stays on its screen: the person must remove the calendar.", err=True)
