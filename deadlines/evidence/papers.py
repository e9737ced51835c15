"""Papers that came in, how soon they were docketed, and the time that was asked for."""

from sqlalchemy import or_, select

from deadlines.docket.extension_views import STATES, state_of
from deadlines.evidence.figures import spread
from deadlines.evidence.model import Asked, Cell, Part, Row, hours
from deadlines.store.tables import Entry, Extension, Incoming, Matter, Proposal


def incoming(asked: Asked) -> Part:
    """Every paper that was registered, and whether it was docketed by the time that the firm has set."""
    query = select(Incoming).where(asked.within(Incoming.registered_at)).order_by(Incoming.registered_at, Incoming.id)
    found = list(asked.session.scalars(query))
    settled = [row for row in found if row.settled_at is not None]
    late = [row for row in found if (row.settled_at or asked.now) > row.due_at]
    took = spread([hours(row.settled_at - row.registered_at) for row in settled if row.settled_at is not None])
    return Part(
        name="incoming",
        title="Papers that came in",
        about="A paper is registered when it comes in, and is on nobody's mind alone from then on: until it is "
        "docketed or found to bear no date, people are told of it.",
        figures=[
            ("Papers registered", len(found)),
            ("Docketed", sum(row.state == "docketed" for row in found)),
            ("Found to bear no date", sum(row.state == "dismissed" for row in found)),
            ("Still waiting", sum(row.state == "waiting" for row in found)),
            ("Settled later than the firm has set, or overdue now", len(late)),
            ("Hours from registration to settlement: median", took.median),
            ("Hours from registration to settlement: nine of ten within", took.p90),
            ("Hours from registration to settlement: worst", took.worst),
        ],
        **asked.table(_columns(asked), [_paper(asked, row) for row in found]),
    )


def _columns(asked: Asked) -> list[str]:
    # What people type as a title may name a client.
    title = ["paper"] if asked.wanted.names else []
    return [*title, "came_by", "received_on", "registered_at", "due_at", "state", "settled_at", "settled_by"]


def _paper(asked: Asked, row: Incoming) -> Row:
    title: list[Cell] = [row.title] if asked.wanted.names else []
    cells: list[Cell] = [row.at, row.received_on, row.registered_at, row.due_at, row.state, row.settled_at]
    return Row(row.matter, [*title, *cells, asked.who(row.settled_by)])


def extensions(asked: Asked) -> Part:
    """More time that was asked for: no date moves by it before it is granted and two people have agreed."""
    query = (
        select(Extension, Entry.title, Matter, Proposal.state)
        .join(Entry, Entry.id == Extension.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .outerjoin(Proposal, Proposal.id == Extension.proposal_id)
        .where(or_(asked.within(Extension.recorded_at), asked.within(Extension.decided_at)))
        .order_by(Extension.recorded_at, Extension.id)
    )
    found = [(row, title, matter, state_of(row, state)) for row, title, matter, state in asked.session.execute(query)]
    states = [state for *_, state in found]
    rows = [
        Row(matter, [title, row.asked_on, row.wanted_on, state, row.granted_to, asked.who(row.recorded_by)])
        for row, title, matter, state in found
    ]
    return Part(
        name="extensions",
        title="Extensions",
        about="More time that was asked for moves no date. Granted, it waits until two different people have agreed.",
        figures=[(state.replace("-", ", ").capitalize(), states.count(state)) for state in STATES],
        **asked.table(["window", "asked_on", "wanted_on", "state", "granted_to", "recorded_by"], rows),
    )
