"""`deadlines person`: the people of the firm."""

from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.commands.person_absent import absent, back
from deadlines.commands.person_answer import as_answer
from deadlines.commands.person_contact import contact
from deadlines.commands.person_mail import agenda, invitations
from deadlines.docket.roles import ROLES
from deadlines.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.store.tables import Absence


@click.group()
def command() -> None:
    """The people of the firm.

    \b
    Example:
      deadlines person add "Ana Ruiz" --email ana@firm.example --role attorney
    """


command.add_command(contact)
command.add_command(absent)
command.add_command(back)
command.add_command(invitations)
command.add_command(agenda)


@command.command()
@click.argument("name")
@click.option("--email", required=True, metavar="ADDRESS", help="The mail address; names the person everywhere.")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="attorney",
    show_default=True,
    help="docket: gets every reminder beside the attorney and is told when one cannot be delivered. "
    "auditor: reads and changes nothing.",
)
@json_option
@pass_app
def add(app: App, name: str, email: str, role: str, as_json: bool) -> None:
    """Add a person.

    \b
    Example:
      deadlines person add "Ana Ruiz" --email ana@firm.example --role attorney
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.config.checks import is_mail_address
    from deadlines.docket.people import add_person

    if not is_mail_address(email):
        raise InputError(f'"{email}" is not a mail address; write it as ana@firm.example.')
    with app.writing() as session:
        person = add_person(session, name=name, email=email, role=role, actor=actor(), now=clock.now())
        shown = as_answer(person)
    if as_json:
        print_json(shown)
    else:
        click.echo(f"Added {shown['name']} <{shown['email']}>, {shown['role']}.")


@command.command()
@click.argument("email", metavar="ADDRESS")
@click.option("--email", "new", metavar="ADDRESS", help="The corrected mail address.")
@click.option("--name", metavar="NAME", help="The corrected name.")
@click.option("--role", type=click.Choice(ROLES), help="Another role; its rights count at once.")
@click.option("--successor", metavar="ADDRESS", help="With --role: who takes over what the new role may not carry.")
@json_option
@pass_app
def amend(
    app: App, email: str, new: str | None, name: str | None, role: str | None, successor: str | None, as_json: bool
) -> None:
    """Correct a person's mail address or name, or give the person another role.

    Reminders that the address refused go out anew. A role is refused while something open is the person's that it may
    not carry, which is named: matters are an attorney's or a partner's, and who may take no date on answers for none.
    With a successor everything that is open goes to them.

    \b
    Example:
      deadlines person amend ana@firm.exmaple --email ana@firm.example
      deadlines person amend ana@firm.example --name "Ana Ruiz-Ode" --role partner
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.config.checks import is_mail_address
    from deadlines.docket.absences import away_words
    from deadlines.docket.new_roles import amend_name, amend_role
    from deadlines.docket.people import active_person, amend_address, find_person

    if successor is not None and role is None:
        raise InputError("A successor takes over what another role may not carry: give --role too.")
    if new is None and name is None and role is None:
        raise InputError("Say what is to be corrected: --email, --name or --role.")
    if new is not None and not is_mail_address(new):
        raise InputError(f'"{new}" is not a mail address; write it as ana@firm.example.')
    now, today, again, away = clock.now(), clock.today(app.settings.firm.timezone), 0, ""
    with app.withdrawing() if successor else app.writing() as session:
        person = find_person(session, email)
        if role is not None:
            heir = active_person(session, successor) if successor else None
            pages = app.settings.web.base_url.rstrip("/")
            gone = amend_role(session, person, role, successor=heir, actor=actor(), today=today, now=now, pages=pages)
            away = away_words(session, heir, today) if gone and heir else ""
        if name is not None:
            amend_name(session, person, name, actor=actor(), now=now)
        if new is not None:
            again = amend_address(session, person, new, actor=actor(), now=now)
        shown = {**as_answer(person), "reminders_again": again, "away": away}
    said = f"{shown['name']} is now {shown['email']}, {shown['role']}; {again} refused reminders go out anew. {away}"
    answer(shown, said.rstrip(), as_json=as_json)


@command.command()
@click.argument("email", metavar="ADDRESS")
@click.option("--deputy", metavar="ADDRESS", help="Who is asked when the person does not answer; - for nobody.")
@click.option("--supervisor", metavar="ADDRESS", help="Who is asked next; - for nobody.")
@json_option
@pass_app
def deputy(app: App, email: str, deputy: str | None, supervisor: str | None, as_json: bool) -> None:
    """Say who is asked when a person does not answer an urgent reminder.

    \b
    Example:
      deadlines person deputy ana@firm.example --deputy ben@firm.example --supervisor carla@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.people import find_person, set_deputies

    with app.writing() as session:
        person = find_person(session, email)
        today = clock.today(app.settings.firm.timezone)
        set_deputies(session, person, deputy=deputy, supervisor=supervisor, actor=actor(), now=clock.now(), today=today)
        named = {"deputy": person.deputy_id, "supervisor": person.supervisor_id}
        shown = {"person": person.email, **{key: _email_of(session, value) for key, value in named.items()}}
    if as_json:
        print_json(shown)
    else:
        click.echo(
            f"{shown['person']}: deputy {shown['deputy'] or 'nobody'}, supervisor {shown['supervisor'] or 'nobody'}."
        )


def _email_of(session: "Session", identifier: str | None) -> str | None:
    from deadlines.store.tables import Person

    return session.get_one(Person, identifier).email if identifier is not None else None


@command.command("list")
@click.option("--all", "everybody", is_flag=True, help="Also those who have left.")
@json_option
@pass_app
def list_(app: App, everybody: bool, as_json: bool) -> None:
    """List the people.

    \b
    Example:
      deadlines person list --json
    """
    from deadlines import clock
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.absences import coming
    from deadlines.docket.contacts import paths, unproved
    from deadlines.docket.factors import ways_in
    from deadlines.docket.people import list_people

    with app.reading() as session:
        open_ways = {(path.person, path.channel) for path in unproved(session, now=clock.now())}
        away = {row.person_id: row for row in reversed(coming(session, clock.today(app.settings.firm.timezone)))}
        signs_in = ways_in(session)
        people = [
            {
                **as_answer(person),
                "reached_by": paths(session, person),
                "away": _away(away.get(person.id)),
                "signs_in_by": signs_in.get(person.id),
            }
            for person in list_people(session, inactive=everybody)
        ]
    if as_json:
        print_json(people)
        return
    rows = [_row(person, open_ways) for person in people]
    columns = ["Name", "E-mail", "Role", "Not proved", "Away", "Signs in by", ""]
    print_table(columns, rows, empty="Nobody yet; `deadlines person add` adds people.")


def _row(person: dict[str, Any], open_ways: set[tuple[str, str]]) -> list[str]:
    ways = [way.channel for way in person["reached_by"] if (way.person, way.channel) in open_ways]
    away = person["away"]
    days = f"{away['from']} to {away['until']}, {away['deputy']} covers" if away else ""
    left = "" if person["active"] else "left"
    return [person["name"], person["email"], person["role"], ", ".join(ways), days, person["signs_in_by"] or "", left]


def _away(row: "Absence | None") -> dict[str, object] | None:
    """The absence that goes on or comes next."""
    return {"from": row.from_on, "until": row.until_on, "deputy": row.deputy.email} if row is not None else None


@command.command()
@click.argument("email")
@click.option("--successor", metavar="ADDRESS", help="Who takes over the matters and waiting reminders.")
@json_option
@pass_app
def deactivate(app: App, email: str, successor: str | None, as_json: bool) -> None:
    """Take a person off: feeds end at once, matters and reminders go to the successor, who is told by mail.

    \b
    Example:
      deadlines person deactivate ana@firm.example --successor ben@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.absences import away_words
    from deadlines.docket.people import deactivate_person, find_person

    settings, today = app.settings, clock.today(app.settings.firm.timezone)
    with app.withdrawing() as session:
        person = find_person(session, email)
        heir = find_person(session, successor) if successor else None
        moved = deactivate_person(
            session,
            person,
            successor=heir,
            actor=actor(),
            now=clock.now(),
            today=today,
            pages=app.settings.web.base_url.rstrip("/"),
        )
        shown, away = as_answer(person), away_words(session, heir, today) if heir else ""
    duties = {"reminders.emergency": settings.reminders.emergency, "follow_up.partner": settings.follow_up.partner}
    named = [option for option, address in duties.items() if address.strip().lower() == shown["email"]]
    if as_json:
        print_json({**shown, "matters_handed_over": moved, "still_named_in": named, "away": away})
        return
    click.echo(f"{shown['name']} <{shown['email']}> is inactive; matters handed over: {moved}.")
    if away:
        click.echo(away)
    for option in named:
        click.echo(f"{option} still names them, so that this duty is nobody's now: name somebody else there.")


@command.command("sign-in")
@click.argument("email", metavar="ADDRESS")
@click.option("--reset-second-factor", "reset", is_flag=True, help="Only take the second factor away; print no link.")
@json_option
@pass_app
def sign_in(app: App, email: str, reset: bool, as_json: bool) -> None:
    """Print a one-time link on which a person chooses a password for the pages. It works for one day.

    Give it to the person yourself; whoever opens it first chooses. The present password holds until then, and a
    second factor stays. Take that away only after you have made sure that it is the person who asks.

    \b
    Example:
      deadlines person sign-in ana@firm.example
      deadlines person sign-in ana@firm.example --reset-second-factor
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.logins import invite
    from deadlines.docket.people import active_person

    if reset:
        _reset_second_factor(app, email, as_json=as_json)
        return
    with app.writing() as session:
        person = active_person(session, email)
        code = invite(session, person, actor=actor(), now=clock.now())
        shown = {"person": person.email, "link": f"{app.settings.address}/welcome/{code}"}
    answer(shown, shown["link"], as_json=as_json)


def _reset_second_factor(app: App, email: str, *, as_json: bool) -> None:
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.factors import remove
    from deadlines.docket.people import active_person

    with app.writing() as session:
        person = active_person(session, email)
        remove(session, person, actor=actor(), now=clock.now())
        shown = {"person": person.email, "second_factor": False}
    answer(shown, f"{shown['person']} has no second factor any more and is signed out everywhere.", as_json=as_json)


@command.command()
@click.argument("email", metavar="ADDRESS")
@json_option
@pass_app
def activate(app: App, email: str, as_json: bool) -> None:
    """Somebody who had left is back. Matters, calendars and chats are given anew.

    \b
    Example:
      deadlines person activate ana@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.docket.people import activate_person, find_person

    with app.writing() as session:
        person = find_person(session, email)
        activate_person(session, person, actor=actor(), now=clock.now())
        shown, name = as_answer(person), person.name
    answer(shown, f"{name} is back; `deadlines matter hand-over` gives matters.", as_json=as_json)
