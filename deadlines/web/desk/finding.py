"""Finds matters by a part of their number or client, among those that somebody may see."""

from sqlalchemy import or_, select

from deadlines.docket.visible import visible
from deadlines.store.spelling import holds
from deadlines.store.tables import Matter
from deadlines.web.desk.visit import Visit

MOST = 20


def matching(visit: Visit, words: str) -> list[Matter]:
    """The matters with that in number or client, the newest numbers first; none for nothing asked."""
    if not words:
        return []
    found = or_(holds(Matter.reference, words), holds(Matter.client, words))
    query = select(Matter).where(found, visible(visit.person)).order_by(Matter.reference.desc()).limit(MOST)
    return list(visit.session.scalars(query))
