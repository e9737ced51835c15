"""What a person looks for, by the address of a page, and the address again: the filters above docket and calendar."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from sqlalchemy import select

from deadlines.docket.naming import shown_name
from deadlines.docket.roles import ATTORNEYS
from deadlines.docket.wanted import WHENS, Only, Wanted, When, forums_of, remedies_of, rules_of
from deadlines.store.tables import Person
from deadlines.web.desk.days import day_of
from deadlines.web.desk.visit import Visit

WHEN: dict[When, str] = {"all": "all open", "overdue": "overdue", "today": "today", "week": "the next seven days"}
ONLY: dict[Only, str] = {
    "discrepant": "read differently by two people",
    "unanswered": "up to a week ahead and taken on by nobody",
}
"""What a docket is narrowed to, in words."""
FORUMS = {
    "aao": "USCIS Administrative Appeals Office",
    "bia": "Board of Immigration Appeals",
    "consulate": "Consulate",
    "court-of-appeals": "Court of appeals",
    "department-of-state": "Department of State",
    "dhs": "DHS",
    "district-court": "District court",
    "ice": "ICE",
    "immigration-court": "Immigration court",
    "none": "No forum: a clock of status",
    "sevp": "SEVP",
    "supreme-court": "Supreme Court",
    "uscis": "USCIS",
}
"""The forums of the law data in words; one that a firm added keeps its own."""


class Choices(Struct, frozen=True):
    """What the selects above a list offer: people, forums and remedies, each by id and name."""

    attorneys: list[tuple[str, str]]
    forums: list[tuple[str, str]]
    remedies: list[str]


def choices_of(visit: Visit) -> Choices:
    """Everybody whose matters there may be, and what the law knows."""
    query = select(Person.id, shown_name().label("shown")).where(Person.active.is_(True), Person.role.in_(ATTORNEYS))
    people = [(row.id, row.shown) for row in visit.session.execute(query.order_by(Person.name))]
    forums = sorted(((forum, forum_words(forum)) for forum in forums_of(visit.law)), key=lambda pair: pair[1])
    return Choices(people, forums, remedies_of(visit.law))


def forum_words(forum: str) -> str:
    """A forum as people name it."""
    return FORUMS.get(forum) or forum.replace("-", " ").capitalize()


def wanted_of(visit: Visit, query: Mapping[str, str]) -> Wanted:
    """What a person looks for, by the address of the page; what makes no sense is left out."""
    page = query.get("page", "1")
    forum = plain(query, "forum")
    forum = forum if forum in forums_of(visit.law) else None
    return Wanted(
        attorney=plain(query, "attorney"),
        remedy=plain(query, "remedy"),
        forum=forum,
        rules=rules_of(visit.law, forum),
        words=plain(query, "words") or "",
        when=next((known for known in WHENS if known == query.get("when")), "all"),
        only=next((known for known in ONLY if known == query.get("only")), None),
        on=day_of(query, "on"),
        page=min(int(page[:6]), 10_000) if page.isascii() and page.isdigit() and int(page[:6]) > 0 else 1,
    )


def plain(query: Mapping[str, str], name: str) -> str | None:
    """What was asked for, as text that a database takes."""
    return "".join(c for c in query.get(name, "")[:100] if c.isprintable()) or None


def address_of(root: str, path: str, wanted: Wanted, **other: Any) -> str:
    """The address of a page that looks for the same, but for what is given."""
    asked = {**msgspec.structs.asdict(wanted), "page": None, "rules": None, **other}
    asked["when"] = None if asked["when"] == "all" else asked["when"]
    words = urlencode({name: word for name, word in asked.items() if word})
    return f"{root}{path}?{words}" if words else f"{root}{path}"
