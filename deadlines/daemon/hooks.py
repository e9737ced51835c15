"""Tells webhooks of events: writes what is new on the audit trail, then claims, sends and marks, one at a time."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from deadlines import clock
from deadlines.daemon.post import Post
from deadlines.docket import deliveries
from deadlines.docket.deliveries import Ready
from deadlines.errors import ContentRefused, SendError
from deadlines.notify.outbound import Outbound, judge
from deadlines.notify.webhook import key_of, signed
from deadlines.store.vault import Vault

log = logging.getLogger(__name__)

GONE = 410
"""The other program says that the address is no more: it is never tried again by itself."""
AT_ONCE = 20


class HookSender:
    """One process's part in telling webhooks. `outbound` decides where requests may go, `vault` reads their secrets.

    No transaction is open while a request travels. One that takes nothing holds up no other for longer than one try.
    """

    def __init__(self, post: Post, outbound: Outbound, vault: Vault) -> None:
        self._post, self._outbound, self._vault = post, outbound, vault
        self._untried: set[int] = set()

    def send_due(self, now: datetime) -> int:
        """Write and send what is due; how many events were taken. Raises what the database raises."""
        started, taken = clock.elapsed(), 0

        def present() -> datetime:
            return now + timedelta(seconds=clock.elapsed() - started)

        # Where a fault broke the turn before off.
        self.give_back(now)
        self._write(present)
        while not self._post.stopping.is_set():
            self._post.sign_of_life()
            ids = self._claim(present())
            self._untried = set(ids)
            for number, delivery_id in enumerate(ids):
                self._untried.discard(delivery_id)
                if self._post.stopping.is_set():
                    self._release(ids[number:], present())
                    break
                taken += self._deliver(delivery_id, present)
            if len(ids) < AT_ONCE:
                break
        return taken

    def give_back(self, now: datetime) -> None:
        """Give back what was claimed and not begun, as reminders are."""
        untried = set(self._untried)
        if untried:
            self._release(list(untried), now)
            self._untried.difference_update(untried)

    def _write(self, present: Callable[[], datetime]) -> None:
        """Write the deliveries of what happened since the last time, page by page."""
        database = self._post.database
        with database.read() as session:
            behind = deliveries.behind(session)
        for webhook_id in behind:
            more = True
            while more and not self._post.stopping.is_set():
                self._post.sign_of_life()
                with database.write() as session:
                    more = deliveries.write(session, webhook_id, present())
                    self._post.hook("hooks.write.before_commit")

    def _claim(self, now: datetime) -> list[int]:
        owner, lease = self._post.owner, self._post.lease
        with self._post.database.read() as session:
            if not deliveries.is_due(session, now):
                return []
        with self._post.database.write() as session:
            return deliveries.claim(session, now=now, owner=owner, lease=lease, limit=AT_ONCE)

    def _deliver(self, delivery_id: int, present: Callable[[], datetime]) -> bool:
        """Send one event and write down what became of it; whether it was taken."""
        self._post.sign_of_life()
        owner, lease = self._post.owner, self._post.lease
        with self._post.database.write() as session:
            ready = deliveries.prepare(session, delivery_id, vault=self._vault, owner=owner, now=present(), lease=lease)
        if ready is None:
            return False
        self._post.hook("hooks.send.before")
        fault, gone = self._handed_over(ready, present())
        self._post.hook("hooks.send.after")
        if fault is not None:
            log.error("event %s was not taken by webhook %s: %s", ready.message_id, ready.webhook, fault.sentence)
            self._post.mark(
                lambda session: deliveries.mark_failed(
                    session, delivery_id, fault, owner=owner, now=present(), gone=gone
                )
            )
            return False
        self._post.mark(lambda session: deliveries.mark_sent(session, delivery_id, owner=owner, now=present()))
        return True

    def _handed_over(self, ready: Ready, now: datetime) -> tuple[SendError | None, bool]:
        """What went wrong, or None when it was taken; and whether the address is no more. Never raises."""
        try:
            return tell(self._outbound, ready, now)
        except Exception:
            log.exception("webhook %s failed in an unforeseen way", ready.webhook)
            return SendError("The request failed in an unforeseen way; see the log.", uncertain=True), False

    def _release(self, ids: list[int], now: datetime) -> None:
        with self._post.database.write() as session:
            deliveries.release(session, ids, owner=self._post.owner, now=now)


def tell(outbound: Outbound, ready: Ready, now: datetime) -> tuple[SendError | None, bool]:
    """Send one signed event; what went wrong, or None, and whether the other program says that the address is gone."""
    headers = signed(key_of(ready.secret), ready.message_id, now, ready.body)
    gone = False
    try:
        answer = outbound.post(ready.address, ready.body, headers, now=now)
        gone = answer.status == GONE
        judge(answer, "The webhook")
    except ContentRefused as fault:
        return fault, False
    except SendError as fault:
        return fault, gone
    return None, False
