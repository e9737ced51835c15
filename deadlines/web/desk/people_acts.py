"""What an administrator does about people: each from a form that was sent, to the page that says so."""

from datetime import date

from starlette.responses import Response

from deadlines.config.checks import is_mail_address
from deadlines.docket import letters, logins, people
from deadlines.docket.absences import come_back, note_absence
from deadlines.docket.new_roles import amend_name, amend_role
from deadlines.docket.roles import require
from deadlines.errors import InputError
from deadlines.store.tables import Login
from deadlines.web.desk.days import chosen_day
from deadlines.web.desk.people_shown import managed
from deadlines.web.desk.typed import Typed
from deadlines.web.desk.visit import Visit

LINK_MADE = """\
{by} has made a link on which a new password for your account of the docket can be chosen. It works once, for a day.

If you did not ask for it, tell whoever keeps the docket at once.
"""


def add(visit: Visit, form: dict[str, str]) -> Response:
    """Somebody new, without a password yet."""
    require(visit.person, "manage-people")
    email = _mail_address(form.get("email", ""))
    name, role = form.get("name", ""), form.get("role", "")
    made = people.add_person(visit.session, name=name, email=email, role=role, actor=visit.person.email, now=visit.now)
    return visit.go(f"/people/{made.id}?done=added")


def amend(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    """Another mail address."""
    person, email = managed(visit, identifier), _mail_address(form.get("email", ""))
    people.amend_address(visit.session, person, email, actor=visit.person.email, now=visit.now)
    return visit.go(f"/people/{person.id}?done=address")


def name(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    """Another name."""
    person = managed(visit, identifier)
    amend_name(visit.session, person, form.get("name", ""), actor=visit.person.email, now=visit.now)
    return visit.go(f"/people/{person.id}?done=name")


def role(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    """Another role; what it may not carry goes to the successor who is named."""
    person = managed(visit, identifier)
    if person.id == visit.person.id:
        raise InputError("Nobody changes their own role: let another administrator do it.")
    heir = people.active_person(visit.session, form["heir"]) if form.get("heir") else None
    given = amend_role(
        visit.session,
        person,
        form.get("role", ""),
        successor=heir,
        actor=visit.person.email,
        today=visit.today,
        now=visit.now,
        pages=visit.desk.pages,
    )
    return visit.go(f"/people/{person.id}?done={'role-given' if given else 'role'}")


def deputies(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    """Who is asked when the person does not answer."""
    person = managed(visit, identifier)
    people.set_deputies(
        visit.session,
        person,
        deputy=form.get("deputy") or "-",
        supervisor=form.get("supervisor") or "-",
        actor=visit.person.email,
        now=visit.now,
        today=visit.today,
    )
    return visit.go(f"/people/{person.id}?done=deputies")


def link(visit: Visit, identifier: str) -> Response:
    """A one-time link to a new password, shown once; who had a password is told that it was made."""
    person = managed(visit, identifier)
    if not person.active:
        raise InputError(f"{person.email} has left the firm and does not sign in.")
    code = logins.invite(visit.session, person, actor=visit.person.email, now=visit.now)
    login = visit.session.get_one(Login, person.id)
    if login.password is not None and person.id != visit.person.id:
        # Whoever opens the link first is that person from then on: they are told.
        letters.queue(
            visit.session,
            key=f"link/{person.id}/{visit.now.isoformat(timespec='seconds')}",
            person=person,
            subject="A link to a new password for the docket was made",
            text=LINK_MADE.format(by=visit.person.name),
            now=visit.now,
        )
    link = f"{visit.office.address}/welcome/{code}"
    return visit.page("person_link.html", person=person, link=link, until=login.link_until)


def absent(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    """The person will be away, and somebody covers."""
    person, typed = managed(visit, identifier), Typed(form)
    deputy = people.active_person(visit.session, form["cover"]) if form.get("cover") else None
    from_on, until_on = typed.take("from", chosen_day, date.min), typed.take("until", chosen_day, date.min)
    typed.check()
    note_absence(
        visit.session,
        person,
        from_on=from_on,
        until_on=until_on,
        deputy=deputy,
        today=visit.today,
        actor=visit.person.email,
        now=visit.now,
    )
    return visit.go(f"/people/{person.id}?done=absent")


def here(visit: Visit, identifier: str) -> Response:
    """The person is here again."""
    person = managed(visit, identifier)
    come_back(visit.session, person, today=visit.today, actor=visit.person.email, now=visit.now)
    return visit.go(f"/people/{person.id}?done=here")


def leave(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    """The person leaves: what is theirs goes to the successor."""
    person = managed(visit, identifier)
    if person.id == visit.person.id:
        raise InputError("Nobody takes themselves off: let another administrator do it.")
    successor = people.active_person(visit.session, form["successor"]) if form.get("successor") else None
    people.deactivate_person(
        visit.session,
        person,
        successor=successor,
        actor=visit.person.email,
        now=visit.now,
        today=visit.today,
        pages=visit.desk.pages,
    )
    return visit.go(f"/people/{person.id}?done=left")


def back(visit: Visit, identifier: str) -> Response:
    """The person is back."""
    person = managed(visit, identifier)
    people.activate_person(visit.session, person, actor=visit.person.email, now=visit.now)
    return visit.go(f"/people/{person.id}?done=back")


def _mail_address(text: str) -> str:
    email = text.strip()
    if not is_mail_address(email):
        raise InputError(f'"{email[:100]}" is not a mail address; write it as ana@firm.example.')
    return email
