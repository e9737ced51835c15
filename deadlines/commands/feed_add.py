"""`deadlines feed add`: a new calendar address, shown once, with what each calendar program makes of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.docket.confidential import RESTRICTED_WARNING
from deadlines.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.docket.subscriptions import Choice, Scope
    from deadlines.store.tables import Person, Subscription

WARNING = "Keep this address secret: whoever has it reads the calendar. It is shown only now."
LINK_WARNING = (
    "Hand this link to the person, by mail if you like: the page shows the address once and has a button for each "
    "calendar program. It works once, until {until} UTC."
)


@click.command()
@click.option("--person", "email", required=True, metavar="ADDRESS", help="Whose calendar it is.")
@click.option("--label", required=True, help='Where it will be used, for example "Outlook at work".')
@click.option("--own", is_flag=True, help="The matters the person works on; the default.")
@click.option("--firm", is_flag=True, help="The whole firm; the default for who keeps the docket.")
@click.option("--matter", metavar="NUMBER", help="One matter.")
@click.option("--team", metavar="NAME", help="The matters of a team's people; see `deadlines team`.")
@click.option("--remedy", "remedies", multiple=True, metavar="WORD", help="Only such remedies: appeal, motion, …")
@click.option("--only-fatal", "fatal_only", is_flag=True, help="Only last days and protective dates.")
@click.option("--no-protective", "unprotected", is_flag=True, help="Without protective dates.")
@click.option("--reminders", is_flag=True, help="Reminders too, as entries of their own.")
@click.option(
    "--redaction",
    type=click.Choice(["matter", "full", "busy"]),
    default="matter",
    show_default=True,
    help="matter: number and remedy; full: the client's name too; busy: only that there is a deadline.",
)
@click.option("--restricted", is_flag=True, help="The person's restricted matters too; only by the person.")
@click.option("--by", metavar="ADDRESS", help="With --restricted: the person, who asks for it.")
@click.option("--whole", is_flag=True, help="However large: only for programs that take more than 1,000 entries.")
@click.option("--expires", metavar="DATE", help="The last day on which it shows deadlines.")
@click.option("--link", "by_link", is_flag=True, help="Print a one-time link to a page instead of the address.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_app
def add(app: App, /, email: str, label: str, as_json: bool, **how: Any) -> None:
    """Make a calendar address. It is shown once, because only its hash is kept.

    \b
    Example:
      deadlines feed add --person ana@firm.example --label "Outlook at work"
      deadlines feed add --person ana@firm.example --label Phone --link --remedy appeal --reminders
    """
    from deadlines import clock
    from deadlines.docket.people import find_person
    from deadlines.docket.subscriptions import add_subscription, invite

    if how["restricted"]:
        ask_for_restricted(email, how["by"], yes=how["yes"])
    with app.writing() as session:
        person = find_person(session, email)
        make = invite if how["by_link"] else add_subscription
        choice = _choice(app, session, person, how)
        subscription, secret = make(session, person, label, actor=actor(), now=clock.now(), choice=choice)
        made = _made(app, subscription, secret, by_link=how["by_link"])
    _print(made, as_json=as_json)


def print_made(app: App, subscription: "Subscription", secret: str, *, by_link: bool, as_json: bool) -> None:
    """Tell of a new address, once."""
    _print(_made(app, subscription, secret, by_link=by_link), as_json=as_json)


def ask_for_restricted(email: str, by: str | None, *, yes: bool) -> None:
    """Warn of where restricted matters go, and ask. Raises InputError unless the person asks for it by name."""
    if (by or "").strip().lower() != email.strip().lower():
        raise InputError(
            f"This calendar shows restricted matters: that is for {email} alone to ask, with --by {email}."
        )
    click.echo(RESTRICTED_WARNING, err=True)
    if not yes:
        click.confirm("Show restricted matters in this calendar?", abort=True, err=True)


def _choice(app: App, session: "Session", person: "Person", how: dict[str, Any]) -> "Choice":
    from deadlines.docket.subscriptions import Choice
    from deadlines.docket.teams import find_matter, find_team

    every: tuple[Scope, ...] = ("own", "firm", "matter", "team")
    scopes = [scope for scope in every if how[scope] not in (None, False)]
    if len(scopes) > 1:
        raise InputError("Choose one of --own, --firm, --matter and --team.")
    return Choice(
        scope=scopes[0] if scopes else None,
        matter=find_matter(session, how["matter"]) if how["matter"] is not None else None,
        team=find_team(session, how["team"]) if how["team"] is not None else None,
        redaction=how["redaction"],
        remedies=tuple(_remedy(app, session, word) for word in how["remedies"]),
        fatal_only=how["fatal_only"],
        protective=not how["unprotected"],
        reminders=how["reminders"],
        restricted=how["restricted"],
        whole=how["whole"],
        expires_at=_end_of_day(app, how["expires"]) if how["expires"] is not None else None,
    )


def _remedy(app: App, session: "Session", word: str) -> str:
    """The word, if any remedy of the law or on the docket begins with it: a misspelt one must not hide everything."""
    from deadlines.docket.scopes import remedies_on_docket
    from deadlines.wiring import build_law

    wanted = " ".join(word.lower().split())
    known = {rule.remedy for rule in build_law(app.settings).rules.values()} | set(remedies_on_docket(session))
    if not any(remedy == wanted or remedy.startswith(f"{wanted} ") for remedy in known):
        first = sorted({remedy.split(" ", maxsplit=1)[0] for remedy in known})
        raise InputError(f'"{word}" is no kind of remedy; choose from {", ".join(first)}.')
    return wanted


def _end_of_day(app: App, text: str) -> datetime:
    """The first moment of the day after, in the firm's zone: on the day itself it is still answered."""
    from deadlines.commands.dates import end_of_day
    from deadlines.compute.dates import parse_day

    return end_of_day(parse_day(text), app.settings.firm.timezone)


def _made(app: App, subscription: "Subscription", secret: str, *, by_link: bool) -> dict[str, Any]:
    from deadlines.docket.addresses import what_it_shows
    from deadlines.web.clients import feed_address

    base = app.settings.address
    where = {"link": f"{base}/subscribe/{secret}", "until": subscription.claim_until}
    return {
        **(where if by_link else {"url": feed_address(base, secret)}),
        "id": subscription.id,
        "hint": subscription.hint,
        "label": subscription.label,
        "person": subscription.person.email,
        "shows": what_it_shows(subscription),
    }


def _print(made: dict[str, Any], *, as_json: bool) -> None:
    from deadlines.commands.output import print_json
    from deadlines.web.clients import HOW

    if as_json:
        print_json(made)
    elif "link" in made:
        click.echo(made["link"])
        click.echo(LINK_WARNING.format(until=f"{made['until']:%Y-%m-%d %H:%M}"), err=True)
    else:
        click.echo(made["url"])
        click.echo(f"{WARNING} It shows: {made['shows']}.", err=True)
        for how in HOW:
            click.echo(f"  {how.program}: {how.steps} {how.fresh}", err=True)
