"""What a database holds, in a few numbers: a copy of which they are not the same is no backup."""

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, inspect, select, table
from sqlalchemy.orm import Session

from deadlines.docket.sealing import altered_dates
from deadlines.docket.trail_watch import cut_at
from deadlines.store import audit, migrate
from deadlines.store.guards import unguarded
from deadlines.store.tables import Instance

KEPT_FOR_EVER = (
    "audit", "deadline", "entry", "evening_check", "extension", "incoming", "missed", "missed_note", "notice",
    "reminder", "rendering",
)  # fmt: skip
"""Tables from which nothing is ever deleted."""


RESTORED = "database.restored"
"""The audit's word for a docket that was put back from a backup."""


class Facts(Struct, frozen=True, kw_only=True):
    """The instance, the schema, how many rows each table has, and how the audit trail and the seals stand.

    `audit_head` is the last digest of the trail, `audit_broken` the first row that does not fit it. `altered`
    counts stored dates that are not as the program wrote them; None where the schema is not this program's.
    """

    instance: str
    schema: str
    counts: dict[str, int]
    audit_head: str
    audit_broken: int | None
    altered: int | None


def facts_of(session: Session) -> Facts:
    """The facts of the database that the session reads, by this program's seal."""
    connection = session.connection()
    schema = str(migrate.revision_of(connection))
    return Facts(
        instance=str(session.scalar(select(Instance.instance_id))),
        schema=schema,
        counts=counts_of(connection),
        audit_head=audit.head(session),
        audit_broken=audit.verify(session),
        altered=len(altered_dates(session)) if schema == migrate.head_revision() else None,
    )


def doubts_of(session: Session, facts: Facts) -> list[str]:
    """What is wrong with the docket that these are the facts of, a sentence each; nothing where all is well."""
    found = [] if facts.audit_broken is None else [f"the audit trail is broken at row {facts.audit_broken}"]
    if facts.audit_broken is None and (cut := cut_at(session)) is not None:
        found.append(f"the audit trail was cut at its end: row {cut} is there no more")
    if facts.altered:
        found.append(f"{facts.altered} stored dates were altered outside the program")
    if lying_open := unguarded(session):
        found.append(f"the triggers are missing that keep from changes: {', '.join(lying_open)}")
    return found


def counts_of(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def difference(wanted: Facts, found: Facts) -> str | None:
    """The first thing in which two databases differ, in words, or None.

    A program of another schema cannot say how the seals stand: what it leaves open differs from nothing.
    """
    for name in msgspec.structs.asdict(wanted):
        one, other = getattr(wanted, name), getattr(found, name)
        if name == "altered" and None in (one, other):
            continue
        if one != other and name == "counts":
            tables = [each for each in sorted({*one, *other}) if one.get(each) != other.get(each)]
            return (
                f"the table {tables[0]} has {other.get(tables[0], 'no')} rows instead of {one.get(tables[0], 'none')}"
            )
        if one != other:
            return f"{name.replace('_', ' ')} is {other} instead of {one}"
    return None
