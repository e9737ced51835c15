"""Sending letters: the same order as for reminders, claim, send, mark, a few at a time."""

import logging
from collections.abc import Callable
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from deadlines.daemon.post import DATABASE_FAULTS, Post, SendReport
from deadlines.docket import letters
from deadlines.docket.agendas import Rhythm, renewed
from deadlines.docket.invitations import hidden, overtaken
from deadlines.errors import SendError
from deadlines.ical import Party
from deadlines.notify.message import Message
from deadlines.store.tables import Letter

log = logging.getLogger(__name__)

AT_ONCE = 10
"""Letters between two looks for reminders: an urgent one waits for no more than these."""


def words_now(
    session: Session, letter: Letter, now: datetime, *, organizer: Party | None, rhythm: Rhythm | None
) -> tuple[str, str] | None:
    """The words of a letter just before it leaves: an agenda as of today, an invitation as far as its reader may see
    the matter by then; None where it has been overtaken. `organizer` is the firm, by its own address."""
    if overtaken(session, letter):
        return None
    words = hidden(session, letter, organizer=organizer, now=now) if organizer is not None else None
    if words is not None:
        return words
    return letters.as_written(session, letter, now) if rhythm is None else renewed(session, letter, rhythm, now)


class LetterSender:
    """One process's part in sending letters, by the first channel that is configured, as far as its pace allows."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._channel = next(iter(post.channels), "")
        self._limit = min(post.batch, AT_ONCE)
        self._untried: set[int] = set()

    def send_batch(self, present: Callable[[], datetime], report: SendReport, down: set[str]) -> bool:
        """Claim a few letters and send them; whether there may be more."""
        if self._channel in down or not self._has_room(present()):
            return False
        ids = self._claim(present())
        self._untried = set(ids)
        for number, letter_id in enumerate(ids):
            self._untried.discard(letter_id)
            if self._post.stopping.is_set() or self._channel in down or not self._has_room(present()):
                self._release(ids[number:], present(), report)
                break
            if not self._deliver(letter_id, present, report):
                down.add(self._channel)
        return len(ids) >= self._limit

    def give_back(self, now: datetime) -> None:
        """Give back what was claimed and not begun, as reminders are."""
        untried = set(self._untried)
        if untried:
            with self._post.database.write() as session:
                letters.release(session, untried, owner=self._post.owner, now=now)
            self._untried.difference_update(untried)

    def _has_room(self, now: datetime) -> bool:
        """No letter is urgent: what is kept for urgent reminders is left to them."""
        return self._post.has_room(self._channel, now, urgent=False)

    def _claim(self, now: datetime) -> list[int]:
        with self._post.database.write() as session:
            owner, lease = self._post.owner, self._post.lease
            ids = letters.claim(session, now=now, owner=owner, lease=lease, limit=self._limit)
            if ids:
                self._post.hook("letter.claim.before_commit")
        if ids:
            self._post.hook("letter.claim.after_commit")
        return ids

    def _deliver(self, letter_id: int, present: Callable[[], datetime], report: SendReport) -> bool:
        """Send one letter and write down what became of it; False if the channel is down."""
        self._post.sign_of_life()
        unconnected = self._post.connect(self._channel)
        message = self._prepare(letter_id, present, report)
        if message is None:
            return True
        self._post.hook("letter.send.before")
        fault = self._post.hand_over(self._channel, message, f"letter {letter_id}", present(), unconnected)
        if fault is not None:
            self._failed(letter_id, fault, present, report)
            return self._post.goes_on(self._channel, fault, present())
        self._post.hook("letter.send.after")
        owner = self._post.owner
        self._post.mark(lambda session: letters.mark_sent(session, letter_id, owner=owner, now=present()))
        self._post.hook("letter.mark.after_commit")
        report.letters += 1
        return True

    def _prepare(self, letter_id: int, present: Callable[[], datetime], report: SendReport) -> Message | None:
        owner, lease = self._post.owner, self._post.lease
        try:
            with self._post.database.write() as session:
                message = letters.prepare(
                    session, letter_id, owner=owner, now=present(), lease=lease, renew=self._post.renew
                )
                return self._linked(message) if message is not None else None
        except DATABASE_FAULTS:
            raise
        except Exception:
            log.exception("letter %d cannot be made into a message; it is put off", letter_id)
            self._failed(letter_id, SendError("The message cannot be made; see the log."), present, report)
            return None

    def _linked(self, message: Message) -> Message:
        """With the address of the pages below it, where the firm has one."""
        foot = f"\nThe docket: {self._post.pages}/\n" if self._post.pages else ""
        return msgspec.structs.replace(message, text=f"{message.text}{foot}")

    def _failed(self, letter_id: int, error: SendError, present: Callable[[], datetime], report: SendReport) -> None:
        log.error("letter %d was not sent: %s", letter_id, error.sentence)
        report.failed += 1
        report.trouble = error.sentence
        owner = self._post.owner
        self._post.mark(lambda session: letters.mark_failed(session, letter_id, error, owner=owner, now=present()))

    def _release(self, ids: list[int], now: datetime, report: SendReport) -> None:
        with self._post.database.write() as session:
            letters.release(session, ids, owner=self._post.owner, now=now)
        report.released += len(ids)
