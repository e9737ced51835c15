"""How the docket was controlled: missed dates, evening checks, backups and rehearsals, editions, the audit trail."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from deadlines.docket.evening_signed import Thing, said, things_of
from deadlines.docket.monitor import BACKUP_FAILED
from deadlines.docket.past_days import AFTER, ENDED, ended_after
from deadlines.docket.sealing import altered_dates
from deadlines.docket.ways import is_working_day
from deadlines.evidence.model import Asked, Cell, Part, Row
from deadlines.keeping.manifest import backups_in
from deadlines.keeping.records import DRILLED, last
from deadlines.law.digest import broken_seal
from deadlines.store import audit
from deadlines.store.guards import unguarded
from deadlines.store.tables import Audit, DeadlineRow, Entry, EveningCheck, Instance, Matter

EVENING = "evening.sign"
MISSED = "missed"
LATE = ("late", "contested")
LEFT = {
    "window": "Windows left open with a word",
    "not docketed": "Papers that waited on",
    "look again": "Matters that were to be looked at again",
}


def missed(asked: Asked) -> Part:
    """Dates that passed without filing, or with one that was not clearly in time; also where they were waived or
    struck when that had happened."""
    rows = [row for found in _candidates(asked) if (row := _missed(asked, *found)) is not None]
    kinds = [row.cells[-2] for row in rows]
    return Part(
        name="missed",
        title="Missed and late",
        about="Open windows whose last day has passed, windows recorded as missed, filings that came after the "
        "last day or after a shorter date that somebody may argue for, and open windows that were waived or struck "
        "when their last day had passed: why stands on the matter.",
        figures=[
            ("Recorded as missed", kinds.count("missed")),
            ("Open after the last day", kinds.count("open after the last day")),
            ("Filed late", kinds.count("filed, late")),
            ("Filed, contested", kinds.count("filed, contested")),
            *((AFTER.format(how).capitalize(), kinds.count(AFTER.format(how))) for how in ENDED),
        ],
        **asked.table(["window", "safe_date", "last_day", "what", "on"], rows),
    )


def _candidates(asked: Asked) -> Sequence[tuple[Entry, Matter, date | None, date | None]]:
    first, final = asked.wanted.from_on, asked.wanted.until_on
    query = (
        select(Entry, Matter, DeadlineRow.safe_by, DeadlineRow.last_day)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .join(Matter, Matter.id == Entry.matter_id)
        .where(
            or_(
                Entry.status.in_(("open", MISSED, "satisfied")),
                and_(Entry.status.in_(ENDED), Entry.closed_on > DeadlineRow.last_day),
            ),
            or_(DeadlineRow.last_day.between(first, final), Entry.closed_on.between(first, final)),
        )
        .order_by(DeadlineRow.last_day, Entry.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in asked.session.execute(query)]


def _missed(asked: Asked, entry: Entry, matter: Matter, safe_by: date | None, last_day: date | None) -> Row | None:
    what, on = _what(asked, entry, last_day)
    return Row(matter, [entry.title, safe_by, last_day, what, on]) if what else None


def _what(asked: Asked, entry: Entry, last_day: date | None) -> tuple[str, date | None]:
    first, final = asked.wanted.from_on, asked.wanted.until_on
    if entry.status == MISSED:
        return "missed", entry.closed_on or last_day
    if entry.status == "open":
        passed = last_day is not None and first <= last_day <= final and last_day < asked.today
        return ("open after the last day", last_day) if passed else ("", None)
    if entry.status in ENDED:
        return (AFTER.format(entry.status), entry.closed_on) if ended_after(entry, last_day) else ("", None)
    timeliness = (entry.closing or {}).get("timeliness")
    inside = entry.closed_on is not None and first <= entry.closed_on <= final
    return (f"filed, {timeliness}", entry.closed_on) if inside and timeliness in LATE else ("", None)


def evening(asked: Asked) -> Part:
    """The evening checks that were signed, and the working days without one."""
    query = select(Audit).where(Audit.action == EVENING, asked.within(Audit.at)).order_by(Audit.id)
    left = {check.id: len(said(check)) for check in asked.session.scalars(_checks(asked))}
    rows: list[list[Cell]] = [
        [
            str(row.detail.get("on", "")),
            row.at,
            asked.who(row.detail.get("person")),
            "late" if row.detail.get("late") else "in time",
            left.get(row.subject),
            row.detail.get("closed"),
        ]
        for row in asked.session.scalars(query)
    ]
    signed, working = {str(row[0]) for row in rows}, _working_days(asked)
    bare = [day for day in working if day.isoformat() not in signed]
    return Part(
        name="evening",
        title="Evening checks",
        about="Before the day ends somebody goes through what was due and what was closed, and signs for it.",
        figures=[
            ("Checks signed", len(rows)),
            ("Signed after the day had ended", sum(row[3] == "late" for row in rows)),
            ("Working days", len(working)),
            ("Working days without a check", len(bare)),
        ],
        columns=["on", "signed_at", "by", "signed", "left_open", "closed_that_day"],
        rows=rows,
    )


def left_open(asked: Asked) -> Part:
    """What was said of each thing that stayed open, with the signature under which it stands."""
    checks = asked.session.scalars(_checks(asked))
    words = [(check, name, word) for check in checks for name, word in said(check).items()]
    things = things_of(asked.session, {name for _, name, _ in words})
    rows = [_left(asked, check, things[name], word) for check, name, word in words if name in things]
    kinds = [things[name].what for _, name, _ in words if name in things]
    # What people type as a word or as a paper's title may name a client.
    typed = ["paper", "word"] if asked.wanted.names else []
    return Part(
        name="evening-left",
        title="Left open at evening checks",
        about="Nobody signs without a word on everything that was to be done and stays open.",
        figures=[(words, kinds.count(what)) for what, words in LEFT.items()],
        **asked.table(["on", "signed_at", "by", "what", "window", *typed], rows),
    )


def _checks(asked: Asked) -> Select[EveningCheck]:
    return select(EveningCheck).where(asked.within(EveningCheck.signed_at)).order_by(EveningCheck.signed_at)


def _left(asked: Asked, check: EveningCheck, thing: Thing, word: str) -> Row:
    window, paper = (thing.title if thing.what == what else "" for what in ("window", "not docketed"))
    cells: list[Cell] = [check.on, check.signed_at, asked.who(check.person_id), thing.what, window]
    return Row(thing.matter, [*cells, paper, word] if asked.wanted.names else cells)


def _working_days(asked: Asked) -> list[date]:
    """The firm's working days of the time, up to yesterday."""
    works = is_working_day(asked.desk)
    final = min(asked.wanted.until_on, asked.today - timedelta(days=1))
    count = (final - asked.wanted.from_on).days + 1
    days = [asked.wanted.from_on + timedelta(days=number) for number in range(max(0, count))]
    return [day for day in days if works(day)]


def backups(asked: Asked) -> Part:
    """The backups that are still kept, and the rehearsals in which one was restored and checked."""
    begun = asked.session.scalars(select(Instance)).one()
    folder = asked.house.backups
    found = backups_in(folder, begun.instance_id) if folder is not None else []
    kept = [one for _, one in found if asked.start <= one.made_at < asked.end]
    query = select(Audit).where(Audit.action == DRILLED, asked.within(Audit.at)).order_by(Audit.id)
    drills = list(asked.session.scalars(query))
    rows: list[list[Cell]] = [
        ["backup", one.made_at, one.file, one.seconds, "made and verified", one.sha256] for one in reversed(kept)
    ]
    rows += [["rehearsal", row.at, *_drill(row.detail)] for row in drills]
    newest = found[0][1].made_at if found else None
    return Part(
        name="backups",
        title="Backups and rehearsals",
        about="A backup is opened and compared with the docket before it gets its name. A rehearsal restores the "
        "newest one and asks it everything that a docket must answer. Older backups are not kept.",
        figures=[
            ("Newest backup", newest),
            ("Backups of this time that are still kept", len(kept)),
            ("Last backup that failed", last(asked.session, BACKUP_FAILED)),
            ("Rehearsals", len(drills)),
            ("Rehearsals that found a fault", sum(bool(row.detail.get("faults")) for row in drills)),
        ],
        columns=["what", "at", "file", "seconds", "found", "sha256"],
        rows=rows,
    )


def _drill(detail: dict[str, Any]) -> list[Cell]:
    faults = detail.get("faults") or []
    return [detail.get("file", ""), detail.get("seconds"), "; ".join(faults) or "everything is there", ""]


def editions(asked: Asked) -> Part:
    """The editions of the law that dates rest on."""
    made: dict[str, int] = defaultdict(int)
    computed = select(DeadlineRow.edition, func.count()).where(asked.within(DeadlineRow.created_at))
    made.update({row[0]: row[1] for row in asked.session.execute(computed.group_by(DeadlineRow.edition))})
    in_force = (
        select(DeadlineRow.edition, func.count())
        .join(Entry, (Entry.id == DeadlineRow.entry_id) & (Entry.version == DeadlineRow.version))
        .where(Entry.status == "open")
        .group_by(DeadlineRow.edition)
    )
    stand = {row[0]: row[1] for row in asked.session.execute(in_force)}
    known = {one.name: one for one in asked.house.editions()}
    rows: list[list[Cell]] = []
    for name in sorted({*made, *stand, asked.house.law.edition}, reverse=True):
        one = known.get(name)
        seal = "not here" if one is None else "holds" if broken_seal(one.folder) is None else "BROKEN OR NONE"
        rows.append([name, one.edition.issued if one else None, seal, made.get(name, 0), stand.get(name, 0)])
    return Part(
        name="editions",
        title="Editions of the law",
        about="Each stored date names the edition of the law data that it was computed by. Restricted matters are "
        "counted too.",
        figures=[("Edition in use", asked.house.law.edition), ("Its fingerprint", asked.house.law.digest)],
        columns=["edition", "issued", "seal", "dates_computed_in_this_time", "open_dates_now"],
        rows=rows,
    )


def trail(asked: Asked) -> Part:
    """Whether the audit trail and the stored dates are whole."""
    session = asked.session
    broken = audit.verify(session)
    ends = session.scalars(select(Audit).where(asked.within(Audit.at)).order_by(Audit.id.desc()).limit(1)).first()
    counted = dict(_counted(asked))
    figures: list[tuple[str, Cell]] = [
        ("Rows in the trail", session.scalar(select(func.count()).select_from(Audit))),
        ("Rows of this time", sum(counted.values())),
        ("The chain holds", "yes" if broken is None else f"NO: row {broken} does not fit"),
        ("The database refuses to change it", "NO" if unguarded(session) else "yes"),
        ("Its head (SHA-256)", audit.head(session)),
        ("The last row of this time (SHA-256)", ends.digest if ends is not None else None),
        ("Stored dates altered outside the program", len(altered_dates(session))),
    ]
    return Part(
        name="audit",
        title="Audit trail",
        about="Each row carries the hash of the row before, so that none can be changed, removed or slipped in unseen. "
        "Stored dates carry a seal.",
        figures=figures,
        columns=["action", "rows"],
        rows=[[action, count] for action, count in counted.items()],
    )


def _counted(asked: Asked) -> Iterator[tuple[str, int]]:
    query = select(Audit.action, func.count()).where(asked.within(Audit.at)).group_by(Audit.action)
    yield from sorted((row[0], row[1]) for row in asked.session.execute(query))
