"""Who hears that a notice was struck: dates that people acted by are gone by one person's word, so others are told."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import letters
from deadlines.docket.compose import what_to_file
from deadlines.docket.versions import current
from deadlines.docket.visible import is_visible
from deadlines.ical.wording import day_text
from deadlines.notify.message import clean_line
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person

LETTER = """\
{by} struck notice {notice} of matter {matter} as entered by mistake.
Of these dates nobody is reminded any more:

{dates}

If the paper has another kind, form or day, it must be recorded again at once. Where it then has later dates than
these, look at the paper yourself.

{how}
"""
BY_PAGE = """\
A strike that was wrong is taken back by reopening each entry on the page of the matter, which says why it was struck:
{pages}/matter/{id}"""
BY_COMMAND = """\
A strike that was wrong is taken back by `deadlines reopen ENTRY`;
`deadlines show {matter}` says why it was struck."""


def tell_struck(
    session: Session, notice: NoticeRow, entries: Sequence[Entry], *, by: Person, now: datetime, pages: str
) -> None:
    """Write to the attorney, to who verified one of the dates and to the docket role; not to who struck it, not to who
    does not see the matter, and not where nobody was reminded of any of it.

    Why is not told: it may name the client, or a day that a second reader is to find on the paper.
    """
    followed = [entry for entry in entries if (entry.closing or {}).get("was") == "open"]
    if not followed:
        return
    matter = notice.matter
    named = {"matter": clean_line(matter.reference), "id": matter.id, "pages": pages}
    text = LETTER.format(
        **named,
        by=clean_line(by.name),
        notice=notice.id[:8],
        dates="\n".join(_line(entry, current(session, entry), matter) for entry in followed),
        how=(BY_PAGE if pages else BY_COMMAND).format(**named),
    )
    for person in _told(session, matter, followed, by):
        letters.queue(
            session,
            key=f"struck/{notice.id}/{now:%Y%m%dT%H%M%S}/{person.id}",
            person=person,
            subject=f"STRUCK: notice {notice.id[:8]} of matter {named['matter']}",
            text=text,
            now=now,
        )


def _line(entry: Entry, deadline: DeadlineRow, matter: Matter) -> str:
    title = "deadline" if matter.restricted else what_to_file(entry)
    days = (("file by", deadline.safe_by), ("last day", deadline.last_day))
    words = ", ".join(f"{what} {day_text(day)}" for what, day in days if day is not None)
    verified = ", verified" if entry.verified_by is not None else ""
    return f"  {title}: {words or 'without a day'}{verified}  [{entry.id[:8]}]"


def _told(session: Session, matter: Matter, entries: Sequence[Entry], by: Person) -> Iterator[Person]:
    verifiers = session.scalars(select(Person).where(Person.id.in_({entry.verified_by for entry in entries}))).all()
    people = {one.id: one for one in (matter.attorney, *verifiers, *letters.docket_people(session))}
    yield from (
        one for one in people.values() if one.active and one.id != by.id and is_visible(session, matter.id, one)
    )
