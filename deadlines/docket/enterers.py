"""Who entered a notice, where nobody said so: what somebody typed they do not verify, so the docket must know them."""

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from deadlines.docket.findings import Finding
from deadlines.docket.roles import may
from deadlines.errors import InputError
from deadlines.store.tables import Entry, NoticeRow, Person

ACCOUNT = "cli:"
"""What stands before the name of an account of this machine, where no person was named."""


def able(session: Session) -> list[Person]:
    """The people who enter notices and verify what others entered, by their address."""
    people = session.scalars(select(Person).where(Person.active.is_(True)).order_by(Person.email))
    return [person for person in people if may(person, "enter")]


def enterer(session: Session) -> Person | None:
    """Who enters a notice where nobody is named: the only one who can. None where nobody can yet.

    Raises InputError where there are several, because each of them may verify what another one entered.
    """
    people = able(session)
    if len(people) > 1:
        raise InputError(
            f"Say who enters it: {len(people)} people here verify what others entered, and nobody verifies what they "
            "entered themselves.",
            advice="Name them with --by ADDRESS.",
            code="no-enterer",
        )
    return people[0] if people else None


def check_enterers(session: Session) -> Finding:
    """Whether it is known of every open date who entered it; of a single person nobody needs to know."""
    here = Entry.status == "open", NoticeRow.entered_by.startswith(ACCOUNT, autoescape=True)
    verified = func.coalesce(func.sum(cast(Entry.verified_at.is_not(None), Integer)), 0)
    query = select(func.count(), verified).select_from(Entry).join(NoticeRow, NoticeRow.id == Entry.notice_id)
    count, signed = session.execute(query.where(*here)).one()
    if not count or len(able(session)) < 2:
        return Finding("entered-by", "well", "Of every open date it is known who entered it.")
    what = "1 open date was" if count == 1 else f"{count} open dates were"
    said = f"{what} entered under the name of an account and of no person"
    said += (
        f"; {signed} of them verified, perhaps by who typed them." if signed else ", and may be verified by who typed."
    )
    hint = (
        "Let somebody verify who did not type them. Where one person did both, strike the notice and record it anew "
        "with `deadlines add --by`."
    )
    return Finding("entered-by", "warning", said, hint)
