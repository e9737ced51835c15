"""What is told of calendar addresses: what each shows, who fetches it, and how it stands. Never a secret."""

from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.docket.endings import condition
from deadlines.docket.feeds import ends_early
from deadlines.docket.findings import Finding
from deadlines.docket.programs import program_of
from deadlines.docket.silence import live
from deadlines.errors import InputError, NotFound
from deadlines.store.tables import Subscription

SHORTEST_NAME = 4


OLD = timedelta(days=365)
"""An address in use for longer is told of: a secret is not to be forgotten."""


class AddressView(Struct, frozen=True, kw_only=True):
    """One calendar address.

    `state`: `live`, `waits` to be opened by its one-time link, `unopened` in time, `silent`, `ended`, `gone`.

    `ends_early`: the first day that it does not show, because it would be too large for calendar programs.
    """

    id: str
    person: str
    label: str
    hint: str
    shows: str
    redaction: str
    state: str
    ending: str | None
    program: str
    last_agent: str | None
    created_at: datetime
    expires_at: datetime | None
    last_fetch_at: datetime | None
    fetches: int
    silent_at: datetime | None
    revoked_at: datetime | None
    ends_early: date | None


def addresses(session: Session, *, now: datetime, today: date, ended: bool = False) -> list[AddressView]:
    """The addresses in the order in which they were made; those that have ended only where asked for."""
    query = select(Subscription).order_by(Subscription.created_at, Subscription.id)
    rows = [row for row in session.scalars(query) if ended or condition(row, now) == "live"]
    return [address_view(session, row, now=now, today=today) for row in rows]


def address_view(session: Session, row: Subscription, *, now: datetime, today: date) -> AddressView:
    """One address."""
    state = _state(row, now)
    return AddressView(
        id=row.id,
        person=row.person.email,
        label=row.label,
        hint=row.hint,
        shows=what_it_shows(row),
        redaction=row.redaction,
        state=state,
        ending=row.ending,
        program=program_of(row.last_agent),
        last_agent=row.last_agent,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_fetch_at=row.last_fetch_at,
        fetches=row.fetches,
        silent_at=row.silent_at,
        revoked_at=row.revoked_at,
        ends_early=ends_early(session, row, today=today) if state in ("live", "silent") else None,
    )


def check_old(session: Session, now: datetime) -> Finding:
    """Whether every address was made anew within a year, or ends by itself."""
    old = Subscription.created_at < now - OLD, Subscription.expires_at.is_(None)
    count = session.scalar(select(func.count()).join(Subscription.person).where(*live(now), *old)) or 0
    if not count:
        return Finding("calendar-addresses", "well", "No calendar address without a last day is older than a year.")
    addresses_are = "1 calendar address is" if count == 1 else f"{count} calendar addresses are"
    hint = "`deadlines feed list` names them; replace each with `deadlines feed rotate`."
    return Finding("calendar-addresses", "warning", f"{addresses_are} older than a year.", hint)


def find_address(session: Session, name: str) -> Subscription:
    """The address of that id or hint, or of a beginning of its id that only one has.

    Raises NotFound for none, InputError where several fit.
    """
    word = name.strip()
    fitting = Subscription.id.startswith(word.lower(), autoescape=True) if len(word) >= SHORTEST_NAME else False
    found = session.scalars(select(Subscription).where((Subscription.hint == word) | fitting)).all()
    if not found:
        raise NotFound(f'No calendar address is named "{name}".', advice="`deadlines feed list --all` shows their ids.")
    if len(found) > 1:
        raise InputError(f'More than one calendar address is named "{name}": give its whole id.')
    return found[0]


def what_it_shows(row: Subscription) -> str:
    """`own matters, only motion, with reminders`: whose entries, then what differs from everything."""
    whose = {
        "own": "own matters",
        "firm": "whole firm",
        "matter": f"matter {row.matter.reference if row.matter else ''}",
        "team": f"team {row.team.name if row.team else ''}",
    }[row.scope]
    parts = [
        whose,
        f"only {', '.join(row.remedies)}" if row.remedies else "",
        "only last days" if row.fatal_only else "",
        "" if row.protective else "no protective dates",
        "with reminders" if row.reminders else "",
        "with restricted matters" if row.restricted else "",
        "of any size" if row.whole else "",
    ]
    return ", ".join(part for part in parts if part)


def _state(row: Subscription, now: datetime) -> str:
    found = condition(row, now)
    if found != "live":
        return found
    if row.claim_hash is not None:
        return "waits" if row.claim_until is not None and now < row.claim_until else "unopened"
    return "silent" if row.silent_at is not None else "live"
