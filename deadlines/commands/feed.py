"""`deadlines feed`: calendar addresses, one secret link for each person and calendar program."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.store.tables import Subscription

WARNING = (
    "Keep this address secret: whoever has it reads the calendar. It is shown only now. "
    "Calendar programs look again in their own time: Outlook about every 3 hours, Google 4 to 24 hours, "
    "Apple as often as it is set to."
)


@click.group()
def command() -> None:
    """Calendar addresses to subscribe to.

    \b
    Example:
      deadlines feed add --person ana@firm.example --label "Outlook at work"
    """


@command.command()
@click.option("--person", "email", required=True, metavar="ADDRESS", help="Whose windows the calendar shows.")
@click.option("--label", required=True, help='Where it will be used, for example "Outlook at work".')
@json_option
@pass_app
def add(app: App, email: str, label: str, as_json: bool) -> None:
    """Make a calendar address. It is shown once, because only its hash is kept.

    \b
    Example:
      deadlines feed add --person ana@firm.example --label "Outlook at work"
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.feeds import add_subscription
    from deadlines.docket.people import find_person

    with app.writing() as session:
        person = find_person(session, email)
        subscription, token = add_subscription(
            session, person, label, redaction="matter", actor=actor(), now=clock.now()
        )
        shown = {
            "url": f"{app.settings.address}/f/{token}/deadlines.ics",
            "id": subscription.id,
            "hint": subscription.hint,
            "label": subscription.label,
            "person": person.email,
        }
    if as_json:
        print_json(shown)
    else:
        click.echo(shown["url"])
        click.echo(WARNING, err=True)


@command.command("list")
@click.option("--all", "revoked", is_flag=True, help="Also those that were revoked.")
@json_option
@pass_app
def list_(app: App, revoked: bool, as_json: bool) -> None:
    """List the calendar addresses, never the secret in them.

    \b
    Example:
      deadlines feed list --json
    """
    from deadlines.commands.output import print_json, print_table

    with app.reading() as session:
        feeds = [_shown(row) for row in _subscriptions(session, revoked)]
    if as_json:
        print_json(feeds)
        return
    columns = ["Id", "Person", "Label", "Hint", "Last fetched", "Fetches", "Revoked"]
    keys = ("id", "person", "label", "hint", "last_fetch_at", "fetches", "revoked_at")
    rows = [["" if feed[key] is None else str(feed[key]) for key in keys] for feed in feeds]
    print_table(columns, rows, empty="No calendar address yet; `deadlines feed add` makes one.")


@command.command()
@click.argument("identifier", metavar="ID")
@json_option
@pass_app
def revoke(app: App, identifier: str, as_json: bool) -> None:
    """End a calendar address, by its id or its hint. It cannot be given back; make a new one.

    \b
    Example:
      deadlines feed revoke k3j5hq2m
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.feeds import revoke_subscription

    with app.writing() as session:
        subscription = _find(session, identifier)
        revoke_subscription(session, subscription, actor=actor(), now=clock.now())
        shown = _shown(subscription)
    if as_json:
        print_json(shown)
    else:
        click.echo(f'Revoked "{shown["label"]}" of {shown["person"]}.')


def _subscriptions(session: "Session", revoked: bool) -> list["Subscription"]:
    from sqlalchemy import select

    from deadlines.store.tables import Subscription

    query = select(Subscription).order_by(Subscription.created_at, Subscription.id)
    if not revoked:
        query = query.where(Subscription.revoked_at.is_(None))
    return list(session.scalars(query))


def _find(session: "Session", identifier: str) -> "Subscription":
    found = [row for row in _subscriptions(session, True) if identifier in (row.id, row.hint)]
    if len(found) != 1:
        raise NotFound(f'No calendar address is named "{identifier}"; `deadlines feed list` shows their ids.')
    return found[0]


def _shown(row: "Subscription") -> dict[str, str | int | None]:
    return {
        "id": row.id,
        "person": row.person.email,
        "label": row.label,
        "hint": row.hint,
        "created_at": row.created_at.isoformat(timespec="seconds"),
        "last_fetch_at": row.last_fetch_at.isoformat(timespec="seconds") if row.last_fetch_at else None,
        "last_agent": row.last_agent,
        "fetches": row.fetches,
        "revoked_at": row.revoked_at.isoformat(timespec="seconds") if row.revoked_at else None,
    }
