"""A small docket: people, a matter, and entries with their dates."""

from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from deadlines.compute.result import Reading, Step, Window
from deadlines.docket import subscriptions
from deadlines.docket.copies import copy_dates
from deadlines.docket.reminders import Way, plan_reminders
from deadlines.docket.subscriptions import Choice
from deadlines.store import audit
from deadlines.store.seal import seal_of
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person, Reminder, Subscription

ZONE = "America/New_York"
ENTERED = datetime(2026, 10, 27, 14, 0, tzinfo=UTC)
NINE = time(9)


def person(session: Session, name: str = "Ana Ruiz", role: str = "attorney", **more: Any) -> Person:
    made = Person(
        name=name,
        email=more.pop("email", f"{name.split()[0].lower()}@firm.test"),
        role=role,
        created_at=ENTERED,
        **more,
    )
    session.add(made)
    session.flush()
    return made


def matter(session: Session, attorney: Person, reference: str = "2026-0143", **more: Any) -> Matter:
    made = Matter(reference=reference, client="Canary-Garcia", attorney_id=attorney.id, created_at=ENTERED, **more)
    session.add(made)
    session.flush()
    return made


def told(session: Session) -> None:
    """What every change of the docket does last: it stands in the audit trail."""
    audit.record(session, at=ENTERED, actor="test", action="test.change", subject="", detail={})


def subscribe(session: Session, of: Person, **choice: Any) -> Subscription:
    """An address that shows this to that person."""
    made, _ = subscriptions.add_subscription(session, of, "x", choice=Choice(**choice), actor="test", now=ENTERED)
    return made


def window(**changes: Any) -> Window:
    """A motion after a denial dated and mailed Fri 23 October 2026."""
    fields: dict[str, Any] = {
        "rule": "uscis.motion.reopen",
        "title": "Motion to reopen",
        "remedy": "motion",
        "form": "I-290B",
        "file_with": "USCIS, at the address the form's page names",
        "filed_when": "received",
        "state": "due",
        "opens_on": date(2026, 10, 23),
        "safe_by": date(2026, 11, 20),
        "last_day": date(2026, 11, 25),
        "latest": date(2026, 11, 25),
        "contested": True,
        "readings": [Reading("with mail days", date(2026, 11, 25), True, "the form says so", ["8 CFR 103.8(b)"])],
        "working": [
            Step("Friday 23 October 2026 is day 0", date(2026, 10, 23), "8 CFR 1.2"),
            Step("30 days, and 3 for the mail", date(2026, 11, 25), "8 CFR 103.5(a)(1)(i)"),
        ],
        "cite": ["8 CFR 103.5(a)(1)(i)"],
        "confidence": "primary",
        "reviewed_on": date(2026, 11, 23),
        "notes": ["A fee is due with the form."],
    }
    return Window(**{**fields, **changes})


def entry(session: Session, of: Matter, asked: Window, *, status: str = "open") -> tuple[Entry, DeadlineRow]:
    notice = NoticeRow(
        matter_id=of.id,
        kind="uscis.denial",
        form="I-485",
        decided_on=date(2026, 10, 23),
        facts={
            "kind": "uscis.denial",
            "form": "I-485",
            "decided_on": "2026-10-23",
            "service": {"method": "mail", "on": "2026-10-23"},
        },
        entered_by="test",
        entered_at=ENTERED,
    )
    session.add(notice)
    session.flush()
    made = Entry(
        notice_id=notice.id,
        matter_id=of.id,
        rule=asked.rule,
        title=asked.title,
        remedy=asked.remedy,
        form=asked.form,
        status=status,
        created_at=ENTERED,
        changed_at=ENTERED,
    )
    session.add(made)
    session.flush()
    return made, version(session, made, asked, 1)


def version(session: Session, of: Entry, asked: Window, number: int) -> DeadlineRow:
    row = DeadlineRow(
        entry_id=of.id,
        version=number,
        edition="2026.11",
        state=asked.state,
        opens_on=asked.opens_on,
        protective_by=asked.protective_by,
        safe_by=asked.safe_by,
        last_day=asked.last_day,
        latest=asked.latest,
        window=msgspec.to_builtins(asked),
        reason="entered",
        created_by="test",
        created_at=ENTERED,
    )
    session.add(row)
    row.digest = seal_of(row).of(row, of.rule)
    of.version = number
    copy_dates(of, row)
    session.flush()
    return row


def plan(
    session: Session,
    of: Entry,
    deadline: DeadlineRow,
    asked: Window,
    people: list[Person],
    now: datetime = ENTERED,
) -> list[Reminder]:
    return plan_reminders(
        session,
        of,
        deadline,
        asked,
        people=people,
        channel="smtp",
        way=Way(zone=ZONE, at=NINE, is_working_day=lambda day: day.weekday() < 5),
        now=now,
    )


def docket(session: Session, *, entries: int = 1, people: list[Person] | None = None) -> list[Reminder]:
    """One attorney, one matter, some entries, all reminders planned on the day after the notice came in."""
    told = people or [person(session)]
    of = matter(session, told[0])
    rows: list[Reminder] = []
    for number in range(entries):
        asked = window(rule=f"uscis.motion.reopen.{number}" if number else "uscis.motion.reopen")
        made, deadline = entry(session, of, asked)
        rows += plan(session, made, deadline, asked, told)
    return rows
