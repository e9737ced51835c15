"""Who entered and who verified what, how long it took, and what was decided about other dates."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select

from deadlines.docket.corrections import corrections_of
from deadlines.docket.direction import DEADLINES, NAMES
from deadlines.evidence.figures import spread
from deadlines.evidence.model import Asked, Cell, Part, Row, hours
from deadlines.store.tables import Audit, DeadlineRow, Entry, Matter, NoticeRow, Proposal

VERIFIED = "entry.verify"


def verification(asked: Asked) -> Part:
    """Every window that came on the docket, who entered it, who signed for it, and when."""
    every = _entries(asked)
    signed = _signed(asked, [entry for entry, *_ in every])
    rows = [_entered(asked, signed, *found) for found in every]
    entered = [row.cells for row in rows]
    done = [cells for cells in entered if cells[6] is not None]
    figures: list[tuple[str, Cell]] = [
        ("Windows that came on the docket", len(entered)),
        ("Verified by a second person", len(done)),
        ("Not verified by the end of the time", len(entered) - len(done)),
        ("Initialed by the responsible attorney", sum(cells[10] is not None for cells in entered)),
        *_spread("Days from the notice's date to its entry", entered, 5),
        *_spread("Hours from entry to verification", done, 8),
        *_spread("Days from the notice's date to verification", done, 9),
    ]
    columns = ["window", "notice", "decided_on", "entered_at", "entered_by", "days_to_entry"]
    columns += ["verified_at", "verified_by", "hours_to_verification", "days_to_verification"]
    columns += ["initialed_at", "initialed_by"]
    return Part(
        name="verification",
        title="Entered and verified",
        about="A window counts from the notice that opened it. Whoever entered a notice cannot verify it.",
        figures=figures,
        **asked.table(columns, rows),
    )


def _entries(asked: Asked) -> Sequence[tuple[Entry, Matter, NoticeRow, str]]:
    query = (
        select(Entry, Matter, NoticeRow, DeadlineRow.created_by)
        .join(Matter, Matter.id == Entry.matter_id)
        .join(NoticeRow, NoticeRow.id == Entry.notice_id)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == 1))
        .where(asked.within(Entry.created_at), Entry.status != "information")
        .order_by(Entry.created_at, Matter.reference, Entry.rule)
    )
    return [(row[0], row[1], row[2], row[3]) for row in asked.session.execute(query)]


def _signed(asked: Asked, entries: Sequence[Entry]) -> dict[str, tuple[datetime, str]]:
    """When each entry was verified, and by whom. Other dates end a verification, and so does a correction of what was
    read; what was not verified again by the end of the time is left out."""
    query = select(Audit).where(Audit.action == VERIFIED, asked.within(Audit.at)).order_by(Audit.id)
    versions, last = _versions(asked), _read_anew(asked, entries)
    found: dict[str, tuple[datetime, str]] = {}
    for row in asked.session.scalars(query):
        if row.detail.get("version") == versions.get(row.subject) and row.id > last.get(row.subject, 0):
            found.setdefault(row.subject, (row.at, asked.who(row.detail.get("person"))))
    return found


def _versions(asked: Asked) -> dict[str, int]:
    """The version of each entry's dates that was in force when the time ended."""
    query = select(DeadlineRow.entry_id, func.max(DeadlineRow.version)).where(DeadlineRow.created_at < asked.end)
    return {row[0]: row[1] for row in asked.session.execute(query.group_by(DeadlineRow.entry_id))}


def _read_anew(asked: Asked, entries: Sequence[Entry]) -> dict[str, int]:
    """By entry the last row of the trail by the end of the time that ended a verification of its notice."""
    return {
        entry: max((one.row.id for one in made if one.unsigned and one.row.at < asked.end), default=0)
        for entry, made in corrections_of(asked.session, entries).items()
    }


def _entered(
    asked: Asked,
    signed: dict[str, tuple[datetime, str]],
    entry: Entry,
    matter: Matter,
    notice: NoticeRow,
    entered_by: str,
) -> Row:
    at, by = signed.get(entry.id, (None, None))
    to_entry = (asked.day(entry.created_at) - notice.decided_on).days
    cells: list[Cell] = [entry.title, notice.kind, notice.decided_on, entry.created_at, entered_by, to_entry, at, by]
    initialed = entry.initialed_at if entry.initialed_at is not None and entry.initialed_at < asked.end else None
    end: list[Cell] = [initialed, asked.who(entry.initialed_by) if initialed else None]
    if at is None:
        return Row(matter, [*cells, None, None, *end])
    took: list[Cell] = [hours(at - entry.created_at), (asked.day(at) - notice.decided_on).days]
    return Row(matter, [*cells, *took, *end])


def _spread(what: str, rows: Sequence[Sequence[Cell]], at: int) -> Iterator[tuple[str, Cell]]:
    found = spread([cell for row in rows if isinstance(cell := row[at], int | float)])
    yield f"{what}: median", found.median
    yield f"{what}: nine of ten within", found.p90
    yield f"{what}: worst", found.worst


def proposals(asked: Asked) -> Part:
    """Other dates that were computed or asked for, and who decided about them."""
    query = (
        select(Proposal, Entry, Matter)
        .join(Entry, Entry.id == Proposal.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .where(or_(asked.within(Proposal.proposed_at), asked.within(Proposal.decided_at)))
        .order_by(Proposal.proposed_at, Proposal.id)
    )
    found = [(row[0], row[1], row[2]) for row in asked.session.execute(query)]
    states = [proposal.state for proposal, _, _ in found]
    columns = ["window", "kind", "state", "change", "edition", "proposed_by", "proposed_at"]
    columns += ["agreed_by", "agreed_at", "decided_by", "decided_at"]
    # What people type as a reason may name a client.
    columns += ["reason", "decision"] if asked.wanted.names else []
    return Part(
        name="changes",
        title="Changes of dates",
        about="Earlier dates take effect at once. Later ones wait until two different people have agreed.",
        figures=[
            ("Earlier dates, in force at once", states.count("applied")),
            ("Later dates that two people agreed to", states.count("accepted")),
            ("Decided against", states.count("ignored")),
            ("Waiting now", states.count("pending") + states.count("agreed")),
        ],
        **asked.table(columns, [_change(asked, *row) for row in found]),
    )


def _change(asked: Asked, row: Proposal, entry: Entry, matter: Matter) -> Row:
    cells: list[Cell] = [entry.title, row.kind, row.state, _moved(row), row.edition]
    cells += [asked.who(row.proposed_by), row.proposed_at, asked.who(row.agreed_by), row.agreed_at]
    cells += [asked.who(row.decided_by), row.decided_at]
    return Row(matter, [*cells, row.reason, row.decision] if asked.wanted.names else cells)


def _moved(row: Proposal) -> str:
    """`last day 2026-11-25 to 2026-11-30; …`: the dates that differ."""
    pairs = ((NAMES[name], row.old.get(name), row.window.get(name)) for name in DEADLINES)
    return "; ".join(f"{name} {old or 'none'} to {new or 'none'}" for name, old, new in pairs if old != new)
