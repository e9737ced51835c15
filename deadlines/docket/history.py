"""The action history of a matter: everything that the audit trail holds about it, in words, the latest first."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.trail_words import ACTIONS
from deadlines.store.tables import Audit, Entry, Matter, Milestone, NoticeRow, Person

OF_OTHERS = ("matter.join", "matter.leave")
"""Acts whose `person` is not who acted."""
PROGRAMS = {"daemon": "the program", "auditor": "the auditor"}
"""How people read who acted where it was no person."""


class Happened(Struct, frozen=True, kw_only=True):
    """One thing that was done: when, by whom, what in words, and about which notice or entry (`about` its name)."""

    row: int
    at: datetime
    who: str
    words: str
    about: str
    entry: str | None


Detail = Mapping[str, Any]
Words = str | Callable[["_Known", Detail], str]


def history(session: Session, matter: Matter) -> list[Happened]:
    """What was done about a matter, its notices and its entries, the latest first."""
    known = _Known(session, matter)
    query = select(Audit).where(Audit.subject.in_(known.subjects)).order_by(Audit.id.desc())
    return [_happened(known, row) for row in session.scalars(query)]


class _Known:
    """The names of what the rows speak of, asked for once."""

    def __init__(self, session: Session, matter: Matter) -> None:
        entries = session.execute(select(Entry.id, Entry.title).where(Entry.matter_id == matter.id))
        notices = session.execute(
            select(NoticeRow.id, NoticeRow.kind, NoticeRow.decided_on).where(NoticeRow.matter_id == matter.id)
        )
        self.entries = {row.id: row.title for row in entries}
        self.notices = {row.id: f"{row.kind} of {row.decided_on}" for row in notices}
        self.subjects = [matter.id, *self.notices, *self.entries]
        self.people = {row.id: row.name for row in session.execute(select(Person.id, Person.name))}
        self.addresses = {row.email: row.name for row in session.execute(select(Person.email, Person.name))}
        steps = select(Milestone.id, Milestone.title).where(Milestone.entry_id.in_(list(self.entries)))
        self.steps = {row.id: row.title for row in session.execute(steps)}

    def person(self, who: object) -> str:
        """The name of a person by id or address; a program, or an account of the machine, by what it is called."""
        name = str(who)
        return self.people.get(name) or self.addresses.get(name) or PROGRAMS.get(name) or _account(name)


def _account(name: str) -> str:
    return f"{name.removeprefix('cli:')} on the command line" if name.startswith("cli:") else name


def _happened(known: _Known, row: Audit) -> Happened:
    detail: Detail = row.detail or {}
    return Happened(
        row=row.id,
        at=row.at,
        who=known.person(row.actor if row.action in OF_OTHERS else detail.get("person") or row.actor),
        words=_words(known, row.action, detail),
        about=known.entries.get(row.subject) or known.notices.get(row.subject, ""),
        entry=row.subject if row.subject in known.entries else None,
    )


def _words(known: _Known, action: str, detail: Detail) -> str:
    """The row in words. A damaged or unknown one is named as it stands, and hides no other."""
    words = WORDS.get(action)
    try:
        found = words(known, detail) if callable(words) else words
    except (KeyError, TypeError, AttributeError, ValueError):
        found = None
    said = found or ACTIONS.get(action) or action.replace(".", ": ").replace("-", " ")
    return said[:1].upper() + said[1:]


def _moved(_: _Known, detail: Detail) -> str:
    outcome = {
        "applied": "took effect at once",
        "waiting": "waits for two people",
        "known": "was known",
        "noted": "was noted",
    }
    old, new = (_days(detail[side]) for side in ("old", "new"))
    return f"Dates computed anew: {old} became {new} ({detail['kind']}), which {outcome[detail['outcome']]}"


def _days(dates: Detail) -> str:
    shown = dict.fromkeys(str(dates[name]) for name in ("safe_by", "last_day") if dates.get(name))
    return " / ".join(shown) or "no date"


def _filed(_: _Known, detail: Detail) -> str:
    closing = detail["closing"]
    return f"Filed, received on {closing['on']}, {closing['timeliness']}; proof: {closing['proof']}"


def _closed(what: str) -> Words:
    return lambda _, detail: f"{what}: {detail['closing']['reason']}"


def _because(what: str) -> Words:
    return lambda _, detail: f"{what}: {detail['reason']}"


def _resolved(_: _Known, detail: Detail) -> str:
    kept = "the dates in force stay" if detail["use"] == "printed" else "the printed deadline is left aside"
    return f"Dispute resolved, {kept}: {detail['reason']}"


def _step(what: str) -> Words:
    return lambda known, detail: f"{what}: {known.steps.get(detail['milestone'], detail['template'])}"


WORDS: dict[str, Words] = {
    "matter.open": "Matter opened",
    "matter.close": _because("Matter closed"),
    "matter.reopen": _because("Matter open again"),
    "matter.look": lambda _, detail: f"No date is known yet; to look again on {detail['again_on']}",
    "matter.client": "Name of the client entered",
    "matter.restrict": "Matter restricted (8 USC 1367)",
    "matter.unrestrict": _because("Restriction taken off"),
    "matter.join": lambda known, detail: f"{known.person(detail['person'])} works on the matter",
    "matter.leave": lambda known, detail: f"{known.person(detail['person'])} works on the matter no more",
    "matter.hand-over": lambda known, detail: (
        f"Handed over from {known.person(detail['from'])} to {known.person(detail['to'])}"
    ),
    "notice.record": lambda _, detail: (
        f"Notice recorded; {len(detail['entries'])} windows entered by edition {detail['edition']}"
    ),
    "notice.amend": _because("Notice amended"),
    "notice.strike": _because("Notice struck"),
    "entry.verify": lambda _, detail: f"Dates verified (version {detail['version']})",
    "entry.resolve": _resolved,
    "entry.acknowledge": lambda _, detail: f"Date taken on until {detail['until'][:10]}",
    "entry.filed": _filed,
    "entry.dispatched": lambda _, detail: (
        f"Sent on {detail['on']}, tracking number {detail['tracking']}; receipt is still to be proved"
    ),
    "entry.initial": lambda _, detail: (
        f"Dates initialed (version {detail['version']}); seen: {detail['source'] or 'not said'}"
    ),
    "entry.recheck": "Closing and its proof checked by a second person",
    "notice.discrepancy": "A second reading of the notice differs from what was entered",
    "extension.request": lambda _, detail: f"More time until {detail['wanted_on']} asked for on {detail['asked_on']}",
    "extension.grant": lambda _, detail: f"More time granted until {detail['to']} on {detail['granted_on']}",
    "extension.refuse": _because("More time refused"),
    "entry.waived": _closed("Waived"),
    "entry.struck": _closed("Struck"),
    "entry.missed": "Recorded as missed",
    "missed.record": lambda _, detail: f"Found on {detail['found_on']} to be missed; the record is frozen",
    "missed.log": lambda _, detail: f"Done on {detail['on']}: {detail['text']}",
    "entry.reopen": _because("Reopened"),
    "deadline.move": _moved,
    "dates.altered": "A stored date was found altered outside the program",
    "proposal.agree": "Agreed to other dates; a second person must accept them",
    "proposal.accept": "Accepted other dates as the second person",
    "proposal.ignore": "Decided against other dates",
    "milestone.done": _step("Milestone done"),
    "milestone.undo": _step("Milestone taken back"),
    "milestone.assign": _step("Milestone given to somebody else"),
    "reminder.escalate": "A reminder that nobody answered went on to the next person",
    "reminder.dead": "A reminder could not be delivered; somebody else was told",
    "reminder.mend": "A missing reminder was laid anew",
}
"""What each action of the trail is in words. Days stand as 2026-11-20."""
