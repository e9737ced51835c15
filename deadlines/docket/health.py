"""How the docket fares: what the database tells about reminders, sweeps, people and the audit trail."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.docket.addresses import check_old
from deadlines.docket.alarms import check_alarms
from deadlines.docket.answerable import ABLE
from deadlines.docket.contacts import unproved
from deadlines.docket.copies import check_copies
from deadlines.docket.damaged import check_damaged
from deadlines.docket.dangling import check_missing
from deadlines.docket.enterers import check_enterers
from deadlines.docket.findings import Check, guarded
from deadlines.docket.findings import Finding as Finding  # noqa: PLC0414  (part of this module)
from deadlines.docket.findings import State as State  # noqa: PLC0414
from deadlines.docket.looks import check_discrepancies
from deadlines.docket.outages import outages
from deadlines.docket.policy import is_here
from deadlines.docket.reminders import PENDING
from deadlines.docket.reviews import check_reviews
from deadlines.docket.roles import DOCKET_ROLE
from deadlines.docket.rounds import check_auditor
from deadlines.docket.sealing import altered_dates, undated, unsealed
from deadlines.docket.silence import live
from deadlines.docket.standing_in import check_attorneys, check_deputies
from deadlines.docket.still_told import of_dates_in_force, still_told
from deadlines.docket.trail_watch import check_guards, check_trail
from deadlines.docket.trust import NEVER, sealed_with
from deadlines.docket.turns import check_turns
from deadlines.docket.undocketed import check_undocketed
from deadlines.docket.unmade import check_unmade
from deadlines.docket.unreadable import check_unreadable
from deadlines.docket.untrailed import check_acts
from deadlines.docket.verification import unresolved
from deadlines.errors import SendError
from deadlines.notify.message import checked_address
from deadlines.store.seal import seal_in
from deadlines.store.tables import (
    Audit,
    Heartbeat,
    Instance,
    Letter,
    Person,
    Proposal,
    Reminder,
    Subscription,
)

SILENT_AFTER = timedelta(minutes=5)
OVERDUE_AFTER = timedelta(minutes=10)
ILL_AFTER = timedelta(hours=1)
CLOCK_SLACK = timedelta(minutes=1)
UNCHECKED = timedelta(hours=26)
"""After so long without a nightly check of the stored dates, one was left out."""
LETTERS_SHOWN = timedelta(days=30)
"""A refused letter is not sent again by itself, so after a while it is no news."""


def check_docket(session: Session, now: datetime) -> Iterator[Finding]:
    """Every check that needs the database only. Ids and numbers, never a client's name."""
    checks: dict[str, Check] = {
        "clock-behind": lambda: _clock(session, now),
        "scheduler": lambda: _scheduler(session, now),
        "one-scheduler": lambda: _beat_notes(session),
        "sweeps": lambda: check_turns(session),
        "sending": lambda: _sending(session),
        "channels": lambda: _channels(session),
        "reminders-overdue": lambda: _overdue(session, now),
        "reminders-audited": lambda: check_auditor(session, now),
        "reminders-refused": lambda: _dead(session, now),
        "alarms-refused": lambda: check_alarms(session),
        "stored-dates": lambda: _recompute(session, now),
        "undocketed": lambda: check_undocketed(session, now),
        "reviews": lambda: check_reviews(session, now),
        "proposals": lambda: _proposals(session),
        "disputes": lambda: _disputes(session),
        "second-looks": lambda: check_discrepancies(session),
        "entered-by": lambda: check_enterers(session),
        "unreadable-rows": lambda: check_unreadable(session),
        "missing-rows": lambda: check_missing(session),
        "audit": lambda: check_trail(session),
        "audit-guarded": lambda: check_guards(session),
        "closed-without-trail": lambda: check_acts(session),
        "sealed-dates": lambda: _seals(session),
        "copied-dates": lambda: check_copies(session),
        "addresses": lambda: _addresses(session),
        "paths": lambda: _paths(session, now),
        "attorneys": lambda: check_attorneys(session),
        "deputies": lambda: check_deputies(session, now.date()),
        "docket-role": lambda: _watchers(session),
        "letters-refused": lambda: _letters(session, now),
        "calendars": lambda: _silent(session, now),
        "calendar-addresses": lambda: check_old(session, now),
        "calendars-made": lambda: check_unmade(session),
        "calendar-entries": lambda: check_damaged(session),
    }
    for name, check in checks.items():
        yield from guarded(name, check)


def _clock(session: Session, now: datetime) -> Finding:
    """Whether it can be as early as this machine says. A daemon that starts in 1970 finds nothing due, and all well."""
    newest = session.scalars(select(Audit.at).order_by(Audit.id.desc()).limit(1)).first()
    newest = newest or session.scalars(select(Instance.created_at)).first()
    if newest is None or newest <= now + CLOCK_SLACK:
        return Finding("clock-behind", "well", "The clock is not behind what is on the docket.")
    hint = "Set this machine's clock right and keep it so with a time service; until then nothing falls due."
    return Finding("clock-behind", "ill", f"The clock is behind: the docket was last changed on {_at(newest)}.", hint)


def _scheduler(session: Session, now: datetime) -> Finding:
    row = session.get(Heartbeat, "daemon")
    start = "Start `deadlines serve` or `deadlines daemon`."
    if row is None:
        waiting = session.scalar(select(func.count()).select_from(Reminder).where(PENDING)) or 0
        state: State = "ill" if waiting else "warning"
        return Finding("scheduler", state, "The scheduler has never run on this database.", start)
    if row.at > now + CLOCK_SLACK:
        hint = "Set this machine's clock right and keep it so with a time service."
        return Finding("scheduler", "ill", f"The last sign of life lies in the future: {_at(row.at)}.", hint)
    if _detail(row).get("stopped"):
        return Finding("scheduler", "ill", f"The scheduler was stopped on {_at(row.at)}.", start)
    if now - row.at > SILENT_AFTER:
        return Finding("scheduler", "ill", f"The scheduler has been silent since {_at(row.at)}.", start)
    age = max(0, int((now - row.at).total_seconds()))
    return Finding("scheduler", "well", f"The scheduler gave a sign of life {age} seconds ago.")


def _beat_notes(session: Session) -> Iterator[Finding]:
    row = session.get(Heartbeat, "daemon")
    detail = _detail(row) if row else {}
    if detail.get("other"):
        hint = "Messages still go once each; stop one of the two."
        yield Finding("one-scheduler", "warning", "Two schedulers work on this database.", hint)


def _sending(session: Session) -> Finding:
    row = session.get(Heartbeat, "send")
    detail = _detail(row) if row else {}
    trouble = str(detail.get("trouble") or "")
    if detail.get("broken"):
        hint = "See the log and the check unreadable-rows; until it is mended go by the second calendar."
        return Finding("sending", "ill", trouble, hint)
    if trouble:
        return Finding("sending", "warning", f"The last round of sending had trouble: {trouble}", "See the log.")
    return Finding("sending", "well", "The last round of sending had no trouble.")


def _channels(session: Session) -> Finding:
    down = outages(session)
    if not down:
        return Finding("channels", "well", "No channel is down.")
    said = "; ".join(f"{name} since {_at(each.since)}: {each.why}" for name, each in down.items() if each.since)
    return Finding("channels", "ill", f"Down is {said}", "Mend it; what is due goes as soon as the channel is back.")


def _overdue(session: Session, now: datetime) -> Finding:
    late = PENDING, Reminder.due_at < now - OVERDUE_AFTER
    count, oldest = session.execute(select(func.count(), func.min(Reminder.due_at)).where(*late)).one()
    if not count:
        return Finding("reminders-overdue", "well", "No reminder is overdue.")
    state: State = "ill" if now - oldest > ILL_AFTER else "warning"
    hint = "See that the scheduler runs and that the mail settings work."
    sentence = f"{count} reminders are overdue and unsent, the oldest since {_at(oldest)}."
    return Finding("reminders-overdue", state, sentence, hint)


def _dead(session: Session, now: datetime) -> Finding:
    refused = Reminder.state == "dead", of_dates_in_force(), still_told(now)
    count = session.scalar(select(func.count()).select_from(Reminder).where(*refused)) or 0
    if not count:
        return Finding("reminders-refused", "well", "No reminder was refused for good.")
    hint = "Tell the people by other means at once; then `deadlines person amend` the address, or mend the mail server."
    return Finding("reminders-refused", "ill", f"{count} reminders of open entries were refused.", hint)


def _recompute(session: Session, now: datetime) -> Finding:
    row = session.get(Heartbeat, "recompute")
    since = row.at if row is not None else _began(session)
    if since is not None and now - since > UNCHECKED:
        sentence = f"The nightly check of the stored dates has not come to its end since {_at(since)}."
        return Finding("stored-dates", "warning", sentence, "See the checks scheduler and sweeps, and the log.")
    if row is None:
        return Finding("stored-dates", "well", "The nightly check of the stored dates has not run yet.")
    detail = _detail(row)
    if detail.get("failed"):
        sentence = f"{detail['failed']} notices could not be computed again on {_at(row.at)}."
        return Finding("stored-dates", "warning", sentence, "`deadlines recompute` names them; mend or strike each.")
    moved = f"{detail.get('applied', 0)} moved at once, {detail.get('waiting', 0)} put forward"
    sentence = f"All {detail.get('checked', 0)} open entries were checked on {_at(row.at)}: {moved}."
    return Finding("stored-dates", "well", sentence)


def _began(session: Session) -> datetime | None:
    """When the docket was made; None where no daemon ever ran, which is told elsewhere."""
    if session.get(Heartbeat, "daemon") is None:
        return None
    return session.scalars(select(Instance.created_at)).first()


def _proposals(session: Session) -> Finding:
    query = select(func.count(), func.min(Proposal.proposed_at)).where(Proposal.state.in_(("pending", "agreed")))
    count, oldest = session.execute(query).one()
    if not count:
        return Finding("proposals", "well", "No other date waits to be agreed to.")
    hint = "`deadlines proposal list` shows them; two people accept each, or one ignores it with a reason."
    waits = "1 other date waits" if count == 1 else f"{count} other dates wait"
    return Finding("proposals", "warning", f"{waits} to be agreed to, the oldest since {_at(oldest)}.", hint)


def _disputes(session: Session) -> Finding:
    count = len(unresolved(session))
    if not count:
        return Finding("disputes", "well", "No printed deadline disputes a computed one.")
    hint = "`deadlines list` marks them; decide each with `deadlines resolve`."
    entries = "1 open entry has" if count == 1 else f"{count} open entries have"
    return Finding("disputes", "warning", f"{entries} another deadline printed on the notice.", hint)


def _seals(session: Session) -> Finding:
    last, seal = sealed_with(session), seal_in(session)
    if last not in (NEVER, "", seal.fingerprint):
        hint = "Put the right file back and name it in keeping.key_file; docs/operations.md tells of a lost one."
        return Finding(
            "sealed-dates", "ill", "The stored dates are sealed with another key than the present one.", hint
        )
    altered, lost = altered_dates(session), undated(session)
    if altered or lost:
        names = ", ".join(dict.fromkeys(found.entry[:8] for found in altered[:5]))
        sentence = f"INTEGRITY ALARM: {len(altered)} stored dates were altered outside the program, {lost} are missing"
        hint = "Check each against its notice now; docs/operations.md, chapter Keeping, says how to go on."
        return Finding("sealed-dates", "ill", f"{sentence}{f': entries {names}' if names else ''}.", hint)
    waiting = unsealed(session)
    if waiting and last == NEVER:
        hint = "The scheduler seals them at its next turn; start it."
        return Finding("sealed-dates", "warning", f"{waiting} stored dates are not sealed yet.", hint)
    if not seal.fingerprint:
        hint = "Name a key file in keeping.key_file; docs/operations.md says how to make one."
        return Finding("sealed-dates", "warning", "The stored dates are whole, but sealed without a key.", hint)
    return Finding("sealed-dates", "well", "Every stored date is as the program wrote it.")


def _addresses(session: Session) -> Finding:
    wrong = 0
    for email in session.scalars(select(Person.email).where(Person.active.is_(True))):
        try:
            checked_address(email)
        except SendError:
            wrong += 1
    if wrong:
        hint = "`deadlines person list` shows them; add each anew with a good address."
        return Finding("addresses", "ill", f"{wrong} active people have no usable mail address.", hint)
    return Finding("addresses", "well", "Every active person has a mail address.")


def _paths(session: Session, now: datetime) -> Finding:
    """Whether a test message ever reached each person by each channel."""
    found = unproved(session, now=now)
    if not found:
        return Finding("paths", "well", "Every way to every active person was proved within 180 days.")
    counts = Counter(path.channel for path in found)
    ways = " and ".join(f"{count} by {channel}" for channel, count in sorted(counts.items()))
    sentence = f"Ways to people that no test proved within 180 days: {ways}."
    hint = "`deadlines person list` shows them; send a test with `deadlines remind test`, then confirm its code."
    return Finding("paths", "warning", sentence, hint)


def _watchers(session: Session) -> Finding:
    query = select(func.count()).select_from(Person)
    count = session.scalar(query.where(Person.active.is_(True), Person.role == DOCKET_ROLE)) or 0
    if count:
        return Finding("docket-role", "well", "Somebody is told when a reminder cannot be delivered.")
    hint = "Add one: deadlines person add NAME --email ADDRESS --role docket."
    return Finding("docket-role", "warning", "Nobody has the role docket, to be told of failures.", hint)


def check_emergency(session: Session, email: str) -> Finding:
    """Whether somebody is asked last when nobody answers; `email` as configured."""
    if not email.strip():
        hint = "Set reminders.emergency, and `deadlines person deputy` for each attorney."
        return Finding("emergency-contact", "warning", "Nobody is asked last when a reminder stays unanswered.", hint)
    known = select(Person.role).where(Person.email == email.strip().lower(), Person.active.is_(True))
    role = session.scalar(known)
    if role is None:
        hint = "Add the person, or correct reminders.emergency."
        return Finding("emergency-contact", "ill", "The emergency contact is no active person of the firm.", hint)
    if role not in ABLE:
        hint = f"Name somebody in reminders.emergency with one of the roles {', '.join(ABLE)}."
        sentence = f"The emergency contact has the role {role} and may take no date on."
        return Finding("emergency-contact", "warning", sentence, hint)
    return Finding("emergency-contact", "well", "Somebody is asked last when a reminder stays unanswered.")


def check_partner(session: Session, email: str) -> Finding:
    """Whether the partner who follows up what was filed is here; `email` as configured, and nobody has to be named."""
    if not email.strip():
        return Finding("follow-up-partner", "well", "The firm names nobody who follows up what was filed.")
    if not is_here(session, email):
        hint = "Add the person, or correct follow_up.partner."
        sentence = "The follow-up partner is no active person of the firm: nobody is sent the weekly follow-up list."
        return Finding("follow-up-partner", "ill", sentence, hint)
    return Finding("follow-up-partner", "well", "Somebody follows up what was filed.")


def _letters(session: Session, now: datetime) -> Finding:
    query = select(func.count()).select_from(Letter).join(Person, Person.id == Letter.person_id)
    query = query.where(Letter.state == "dead", Letter.next_at > now - LETTERS_SHOWN, Person.active.is_(True))
    count = session.scalar(query) or 0
    if not count:
        return Finding("letters-refused", "well", "No letter was refused for good.")
    hint = "Tell the people by other means; then `deadlines person amend` the address, or mend the mail server."
    letters = "1 letter was" if count == 1 else f"{count} letters were"
    days = LETTERS_SHOWN.days
    return Finding("letters-refused", "warning", f"{letters} refused for good in the last {days} days.", hint)


def _silent(session: Session, now: datetime) -> Finding:
    query = select(func.count(), func.min(Subscription.last_fetch_at)).join(Subscription.person)
    silent = Subscription.silent_at.is_not(None), Subscription.last_fetch_at <= Subscription.silent_at
    count, since = session.execute(query.where(*live(now), *silent)).one()
    if not count or since is None:
        return Finding("calendars", "well", "No calendar has fallen silent.")
    hint = "`deadlines feed list` shows when each was last fetched; mend it, or revoke what nobody needs."
    calendars = "1 calendar is" if count == 1 else f"{count} calendars are"
    return Finding("calendars", "warning", f"{calendars} no longer fetched, one since {_at(since)}.", hint)


def _detail(row: Heartbeat) -> dict[str, object]:
    try:
        found = msgspec.json.decode(row.detail)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
