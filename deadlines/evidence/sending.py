"""What was sent and in time, what could not be delivered, and what nobody answered."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from deadlines.compute.ladder import SEVERITIES
from deadlines.docket.attorneys import Attorneys
from deadlines.docket.escalation import ASKED_AT, unreached
from deadlines.docket.health import OVERDUE_AFTER
from deadlines.docket.lanes import ESCALATED, UNDELIVERED
from deadlines.docket.reminders import URGENT
from deadlines.evidence.figures import spread
from deadlines.evidence.model import Asked, Cell, Part, Row, hours
from deadlines.notify.channel import WEBHOOK
from deadlines.store.tables import Acknowledgement, Audit, Entry, Letter, Matter, Reminder

PENDING = ("planned", "leased", "uncertain")
CLOSED = ("entry.filed", "entry.waived", "entry.struck", "entry.missed")
KINDS = ("on time", "late", "undelivered", "overdue", "said by another", "not needed")


def reminders(asked: Asked) -> list[Part]:
    """How many reminders fell due, by month, and what became of them; and each that was late or undelivered."""
    months: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[Row] = []
    for row, title, matter in _due(asked):
        kind = _kind(row, asked.now)
        months[f"{asked.day(row.due_at):%Y-%m}"][kind] += 1
        if kind in ("late", "undelivered", "overdue"):
            wrong.append(Row(matter, _wrong(asked, row, title, kind)))
    total = sum(months.values(), Counter[str]())
    minutes = int(OVERDUE_AFTER.total_seconds() // 60)
    counted = Part(
        name="reminders",
        title="Reminders",
        about=f"By the month in which they fell due. On time: taken by the channel within {minutes} minutes. "
        "Not needed: the date had changed or the window was closed before. Restricted matters are counted too.",
        figures=[(kind.capitalize(), total[kind]) for kind in KINDS] + list(_letters(asked)),
        columns=["month", "due", *KINDS],
        rows=[[month, sum(counts.values()), *(counts[kind] for kind in KINDS)] for month, counts in months.items()],
    )
    late = Part(
        name="reminders-late",
        title="Reminders that were late or not delivered",
        about="A reminder that a channel refuses for good is told to somebody else at once.",
        figures=[("Reminders", len(wrong))],
        **asked.table(["window", "stage", "severity", "to", "channel", "due_at", "sent_at", "what"], wrong),
    )
    return [counted, late]


def _due(asked: Asked) -> Iterator[tuple[Reminder, str, Matter]]:
    query = (
        select(Reminder, Entry.title, Matter)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(asked.within(Reminder.due_at))
        .order_by(Reminder.due_at, Reminder.id)
    )
    for row in asked.session.execute(query):
        yield row[0], row[1], row[2]


def _kind(row: Reminder, now: datetime) -> str:
    if row.state in PENDING:
        return "overdue" if now - row.due_at > OVERDUE_AFTER else "on time"
    if row.state == "sent" and row.sent_at is not None:
        return "late" if row.sent_at - row.due_at > OVERDUE_AFTER else "on time"
    return {"dead": "undelivered", "covered": "said by another"}.get(row.state, "not needed")


def _wrong(asked: Asked, row: Reminder, title: str, kind: str) -> list[Cell]:
    severity = SEVERITIES[row.severity]
    return [title, row.rung, severity, asked.who(row.person_id), row.channel, row.due_at, row.sent_at, kind]


def _letters(asked: Asked) -> Iterator[tuple[str, Cell]]:
    """Agendas, alarms and invitations: how many left, and how many were refused."""
    states = Counter(asked.session.scalars(select(Letter.state).where(asked.within(Letter.created_at))))
    yield "Other mails sent", states["sent"]
    yield "Other mails refused", states["dead"]


class _Answers:
    """Who took dates on, which entries were closed, and who was asked in turn."""

    def __init__(self, asked: Asked) -> None:
        session = asked.session
        self.taken: dict[str, list[Acknowledgement]] = defaultdict(list)
        for ack in session.scalars(select(Acknowledgement).where(Acknowledgement.at < asked.now)):
            self.taken[ack.entry_id].append(ack)
        later = Audit.at >= asked.start
        self.closed: dict[str, list[Audit]] = defaultdict(list)
        for row in session.scalars(select(Audit).where(Audit.action.in_(CLOSED), later).order_by(Audit.id)):
            self.closed[row.subject].append(row)
        self.asked: dict[int, list[Audit]] = defaultdict(list)
        told = select(Audit).where(Audit.action == "reminder.escalate", later).order_by(Audit.id)
        for row in session.scalars(told):
            self.asked[row.detail.get("reminder", 0)].append(row)

    def to(self, row: Reminder, sent_at: datetime) -> tuple[datetime, object, str] | None:
        """When a reminder was answered, by whom and how: somebody had taken the date on, took it on, or closed it."""
        acks = [ack for ack in self.taken[row.entry_id] if ack.until > sent_at]
        found: list[tuple[datetime, object, str]] = [(max(ack.at, sent_at), ack.person_id, "taken on") for ack in acks]
        found += [
            (event.at, event.detail.get("person"), event.action.partition(".")[2])
            for event in self.closed[row.entry_id]
            if event.at >= sent_at
        ]
        return min(found, key=lambda item: item[0], default=None)


def unanswered(asked: Asked) -> Part:
    """Urgent reminders to attorneys: how soon somebody answered, and what went on to the next person."""
    answers = _Answers(asked)
    rows, waits, silent, escalated, lost = [], [], 0, 0, 0
    for reminder, title, matter in _urgent(asked, answers.asked):
        sent_at: datetime = reminder.sent_at or reminder.due_at
        answer, levels = answers.to(reminder, sent_at), answers.asked[reminder.id]
        if answer is not None:
            waits.append(hours(answer[0] - sent_at))
        silent += answer is None
        escalated += bool(levels)
        lost += reminder.state != "sent"
        if levels or answer is None:
            rows.append(Row(matter, _unanswered(asked, reminder, title, answer, levels)))
    found = spread(waits)
    return Part(
        name="answers",
        title="Answers to urgent reminders",
        about="What the matter's attorney does not answer goes on to the deputy, the supervisor, and the last person "
        "to ask, and so does what does not reach the attorney, from when it was due: such a row has no moment of "
        "sending. The table holds what went on, and what nobody has answered.",
        figures=[
            ("Urgent reminders to attorneys", len(waits) + silent),
            ("Of these not known to have reached the attorney", lost),
            ("Answered", len(waits)),
            ("Went on to somebody else", escalated),
            ("Not answered by anybody", silent),
            ("Hours to the answer: median", found.median),
            ("Hours to the answer: nine of ten within", found.p90),
            ("Hours to the answer: worst", found.worst),
        ],
        **asked.table(["window", "stage", "to", "sent_at", "went_on_to", "answered_at", "answered_by", "how"], rows),
    )


def _urgent(asked: Asked, went_on: Collection[int]) -> Iterator[tuple[Reminder, str, Matter]]:
    """What was sent to the attorney of then, what does not reach them, and what went on to somebody else, whatever
    became of it. Only what was sent to an attorney goes on."""
    attorneys = Attorneys(asked.session, asked.start)
    query = (
        select(Reminder, Entry.title, Matter)
        .join(Entry, Entry.id == Reminder.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(
            or_(Reminder.state == "sent", unreached(), Reminder.id.in_(went_on)),
            Reminder.severity >= URGENT,
            asked.within(ASKED_AT),
            or_(Reminder.person_id == Matter.attorney_id, Matter.id.in_(attorneys), Reminder.id.in_(went_on)),
            Reminder.channel != WEBHOOK,
            Reminder.rung.not_like(f"{UNDELIVERED}%"),
            Reminder.rung.not_like(f"{ESCALATED}%"),
        )
        .order_by(ASKED_AT, Reminder.id)
    )
    for reminder, title, matter in asked.session.execute(query):
        then = attorneys.of(matter, reminder.sent_at or reminder.due_at)
        if reminder.person_id == then or reminder.id in went_on:
            yield reminder, title, matter


def _unanswered(
    asked: Asked, row: Reminder, title: str, answer: tuple[Any, object, str] | None, levels: Sequence[Audit]
) -> list[Cell]:
    on = "; ".join(f"{asked.who(level.detail.get('told'))} at {level.at:%Y-%m-%d %H:%M} UTC" for level in levels)
    at, who, how = answer if answer is not None else (None, "", "")
    return [title, row.rung, asked.who(row.person_id), row.sent_at, on, at, asked.who(who), how]
