"""Matters that were opened, looked at without a known date, closed, and opened again."""

from sqlalchemy import func, select

from deadlines.evidence.model import Asked, Cell, Part, Row
from deadlines.store.tables import Audit, Matter

ACTS = {
    "matter.open": "opened",
    "matter.look": "no date known",
    "matter.close": "closed",
    "matter.reopen": "open again",
}


def matters(asked: Asked) -> Part:
    """What was done to each matter as a whole, and how many are open and closed now."""
    query = (
        select(Audit, Matter)
        .join(Matter, Matter.id == Audit.subject)
        .where(Audit.action.in_(ACTS), asked.within(Audit.at))
        .order_by(Audit.id)
    )
    found = [(row[0], row[1]) for row in asked.session.execute(query)]
    acts = [ACTS[row.action] for row, _ in found]
    total, closed = asked.session.execute(select(func.count(), func.count(Matter.closed_at)).select_from(Matter)).one()
    # What people type as a reason may name a client.
    reason = ["reason"] if asked.wanted.names else []
    return Part(
        name="matters",
        title="Matters",
        about="A matter opens with a notice, with a paper that waits to be docketed, or with a named person's word "
        "that no date is known yet and when they look again. It closes when nothing of it is open and a second person "
        "has looked at each notice; whatever comes in later opens it again.",
        figures=[
            *(
                (f"Matters {what}" if what != "no date known" else "Words that no date is known", acts.count(what))
                for what in ACTS.values()
            ),
            ("Open on the day on which this was made", total - closed),
            ("Closed on that day", closed),
        ],
        **asked.table(["what", "at", "by", "look_again_on", *reason], [_row(asked, *pair) for pair in found]),
    )


def _row(asked: Asked, row: Audit, matter: Matter) -> Row:
    detail = row.detail
    by = asked.who(detail.get("person")) or asked.who(row.actor)
    cells: list[Cell] = [ACTS[row.action], row.at, by, detail.get("again_on")]
    return Row(matter, [*cells, detail.get("reason")] if asked.wanted.names else cells)
