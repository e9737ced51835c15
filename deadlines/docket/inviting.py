"""One date for one person's calendar: the invitation, and the letter that carries it.

The content is that of the feed in the person's redaction. Where a date is no longer the person's to see, it
is taken out without a word of what it was, and the letter says that it may still hold.
"""

import logging
from datetime import date, datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute.result import Window
from deadlines.docket import letters
from deadlines.docket.renderings import origin_of
from deadlines.docket.veil import Veil, veil_of
from deadlines.errors import CalendarError
from deadlines.ical import CalendarItem, Party, Redaction, Slot, invitation_uid, itip_object, slot_days, slot_item
from deadlines.ical.event import DAY_BEFORE, WEEK_BEFORE
from deadlines.ical.itip import method_of
from deadlines.ical.wording import day_text
from deadlines.store.tables import DeadlineRow, Entry, Invitation, Letter, Person, Rendering

log = logging.getLogger(__name__)

KEY = "invitation/"
"""Begins the key of a letter that tells of a date; entry, slot, person and sequence follow."""
WEEK = timedelta(days=7)
WITHHELD = "removed from this calendar, the date may still hold"
WITHHELD_TEXT = (
    "This date is no longer sent to you: the matter is restricted or no longer yours, or you want no invitations "
    "any more. The date itself may still hold; the docket is the record."
)
ABOUT = (
    "This mail tells your calendar program of the date, and another one will when it changes. Answers are not\n"
    "read: to accept or decline changes nothing on the docket, which is the record.\n"
)
PLAIN = (
    "A date of the docket could not be put into an invitation. Open the docket to see what must be done; your\n"
    "calendar does not show it.\n"
)


class Told(Struct, frozen=True):
    """A date that a person's calendar is to be told of. `told`: what it was told last; `gone`: to be cancelled.

    `theirs`: whether the person works on the matter.
    """

    person: Person
    rendering: Rendering
    entry: Entry
    deadline: DeadlineRow
    told: Invitation | None
    gone: bool
    theirs: bool

    @property
    def on(self) -> date:
        """The day: of a cancelled one, the day that the calendar shows."""
        return self.told.on if self.gone and self.told is not None else self.rendering.on

    @property
    def sequence(self) -> int:
        """The next sequence for this person and date."""
        return 0 if self.told is None else self.told.sequence + 1

    @property
    def withheld(self) -> bool:
        """Whether the date itself still holds, and only this person is not to see it."""
        return self.gone and not self.rendering.cancelled

    @property
    def hidden(self) -> bool:
        """Whether nothing but the day is to be told."""
        return self.withheld or not self.theirs or self.entry.matter.restricted or self.person.invitations is None

    @property
    def redaction(self) -> Redaction:
        """The words that the person asked for; nothing but the day where they are not to see more."""
        return "busy" if self.hidden else decoding.convert(self.person.invitations, Redaction)


class Words(Struct, frozen=True):
    """What a letter says: to the reader, and to the reader's calendar program."""

    subject: str
    text: str
    calendar: bytes | None = None
    method: str | None = None


def write(session: Session, told: Told, *, organizer: Party, today: date, now: datetime) -> None:
    """Queue the letter and note what the calendar now knows.

    A letter about the same date that has not left yet is taken back. Where the calendar has not heard of the
    date at all, nothing is sent to cancel it.
    """
    unseen = told.told is not None and letters.withdraw(session, _key(told, told.told.sequence), now)
    never_seen = unseen and told.told is not None and told.told.sequence == 0
    if not (told.gone and never_seen):
        _queue(session, told, organizer, today, now)
    row = told.told
    if row is None:
        row = Invitation(entry_id=told.entry.id, slot=told.rendering.slot, person_id=told.person.id)
        session.add(row)
    # At once, because the day and the sequence are worked out from the row itself.
    row.sequence, row.rendered, row.on = told.sequence, told.rendering.sequence, told.on
    row.cancelled, row.told_at = told.gone, now


def hide(session: Session, told: Told, letter: Letter, *, organizer: Party, now: datetime) -> tuple[str, str]:
    """Write a waiting letter that takes a date out in words for who may no longer see more; its subject and text.

    It keeps its sequence: a calendar program that has it already takes it for the same.
    """
    words = _words(session, told, told.sequence - 1, organizer, DAY_BEFORE, now)
    letter.calendar, letter.method = words.calendar, words.method
    return words.subject, words.text


def _queue(session: Session, told: Told, organizer: Party, today: date, now: datetime) -> None:
    words = _words(session, told, told.sequence, organizer, _alarm(told, today), now)
    letters.queue(
        session,
        key=_key(told, told.sequence),
        person=told.person,
        subject=words.subject,
        text=words.text,
        now=now,
        calendar=words.calendar,
        method=words.method,
    )


def _words(session: Session, told: Told, sequence: int, organizer: Party, alarm: timedelta, now: datetime) -> Words:
    try:
        item = _item(told, sequence, veil_of(session), now)
        guest = Party(told.person.name, told.person.email)
        calendar = itip_object(item, organizer=organizer, attendee=guest, alarm=alarm)
        return Words(_subject(told, item), f"{item.description}\n\n{ABOUT}", calendar, method_of(item))
    except (CalendarError, msgspec.ValidationError):
        log.exception("entry %s: no invitation can be made; a plain letter goes out", told.entry.id)
        return Words(_plain(told), PLAIN)


def _key(told: Told, sequence: int) -> str:
    return f"{KEY}{told.entry.id}/{told.rendering.slot}/{told.person.id}/{sequence}"


def _item(told: Told, sequence: int, veil: Veil, now: datetime) -> CalendarItem:
    window = decoding.convert(told.deadline.window, Window)
    slot = decoding.convert(told.rendering.slot, Slot)
    # With a METHOD the stamp is the moment of writing, so that a program knows the later of two.
    origin = origin_of(told.entry, told.deadline, now, told.rendering.renderer)
    item = slot_item(window, origin, told.redaction, slot, told.on, gone=slot not in slot_days(window))
    item = msgspec.structs.replace(
        item, uid=invitation_uid(veil(told.entry.id, slot)), sequence=sequence, cancelled=told.gone
    )
    return msgspec.structs.replace(item, summary=WITHHELD, description=WITHHELD_TEXT) if told.withheld else item


def _alarm(told: Told, today: date) -> timedelta:
    return WEEK_BEFORE if told.rendering.slot == "safe" and told.on - today > WEEK else DAY_BEFORE


def _subject(told: Told, item: CalendarItem) -> str:
    day = day_text(told.on)
    if told.gone:
        return f"Cancelled, {day}: {item.summary}"
    if told.told is None or told.told.cancelled:
        return f"{day}: {item.summary}"
    return f"{'Changed, ' if told.told.on == told.on else 'Moved to '}{day}: {item.summary}"


def _plain(told: Told) -> str:
    matter = "" if told.redaction == "busy" else f", matter {told.entry.matter.reference}"
    return f"{day_text(told.on)}: open the docket{matter}"
