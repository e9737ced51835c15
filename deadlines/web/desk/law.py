"""The law that the dates rest on: the edition in force, its news, its rules and open questions, other editions."""

from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.compute.describe import ambiguity_sections, rule_sections
from deadlines.compute.law_words import periods_words
from deadlines.docket.house import House
from deadlines.docket.records import WAITING
from deadlines.docket.visible import visible
from deadlines.errors import NotFound
from deadlines.law import Law
from deadlines.law.digest import broken_seal
from deadlines.law.editions import refusal
from deadlines.law.model import Rule
from deadlines.law.news import News
from deadlines.law.review import STALE, review
from deadlines.store.tables import Entry, Proposal
from deadlines.web.desk.choosing import forum_words
from deadlines.web.desk.door import UNKNOWN, Door
from deadlines.web.desk.visit import Visit
from deadlines.web.markdown import html_of

PLACES = {"current": "this program", "earlier": "this program", "installed": "installed by the firm"}
LONGEST_QUERY = 100


class LawPages:
    """What the law data says, for everybody who is signed in."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/law", self.law, methods=["GET"]),
            Route("/law/rules", self.rules, methods=["GET"]),
            Route("/law/rule/{rule}", self.rule, methods=["GET"]),
            Route("/law/questions", self.questions, methods=["GET"]),
            Route("/law/question/{question}", self.question, methods=["GET"]),
        ]

    async def law(self, request: Request) -> Response:
        """The edition in force, what it changed, and what has to be looked at."""
        return await self._door.show(request, _law)

    async def rules(self, request: Request) -> Response:
        """The rules, all or those that were looked for."""
        query = dict(request.query_params)
        words, forum = _plain(query.get("words", "")), _plain(query.get("forum", ""))
        return await self._door.show(request, lambda visit: _rules(visit, words, forum))

    async def rule(self, request: Request) -> Response:
        """Everything about one rule."""
        name = request.path_params["rule"]
        return await self._door.show(request, lambda visit: _rule(visit, name))

    async def questions(self, request: Request) -> Response:
        """What the law leaves open, and what the firm calendars."""
        return await self._door.show(request, _questions)

    async def question(self, request: Request) -> Response:
        """Everything about one open question."""
        name = request.path_params["question"]
        return await self._door.show(request, lambda visit: _question(visit, name))


def _law(visit: Visit) -> Response:
    house = visit.house
    law, known = house.law, house.editions()
    one = next((item for item in known if item.name == law.edition), None)
    remarks = review(law, visit.today, broken_seal(one.folder) if one is not None else None)
    return visit.page(
        "law.html",
        law=law,
        oldest=min(rule.reviewed.on for rule in law.rules.values()),
        warnings=[remark for remark in remarks if remark.state == "warning"],
        notes=[remark for remark in remarks if remark.state == "note"],
        news=[(item, html_of(item.text)) for item in _latest_first(house.news(), law.edition)],
        editions=_editions(house),
        waiting=_waiting(visit),
    )


def _waiting(visit: Visit) -> int:
    """How many changes of dates wait for two people, of matters that the visitor may see."""
    query = select(func.count()).select_from(Proposal).join(Proposal.entry).join(Entry.matter)
    return visit.session.scalar(query.where(Proposal.state.in_(WAITING), visible(visit.person))) or 0


def _latest_first(news: list[News], edition: str) -> list[News]:
    """The edition in force first, the others as the files have them."""
    return sorted(news, key=lambda item: item.edition != edition)


def _editions(house: House) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "issued": one.edition.issued,
            "place": PLACES[one.place],
            "refused": refusal(one) or broken_seal(one.folder),
            "in_use": one.name == house.law.edition,
        }
        for one in house.editions()
    ]


class RuleLine(Struct, frozen=True):
    """One rule in the list. `stale`: its review is so old that it says little about the law of today."""

    rule: Rule
    periods: str
    stale: bool


def _rules(visit: Visit, words: str, forum: str) -> Response:
    law = visit.house.law
    every = sorted(law.rules.values(), key=lambda rule: (rule.forum, rule.title, rule.id))
    found = [rule for rule in every if forum in ("", rule.forum) and _matches(law, rule, words)]
    lines = [RuleLine(rule, periods_words(rule), _is_stale(rule, visit.today)) for rule in found]
    forums = sorted(((one, forum_words(one)) for one in {rule.forum for rule in every}), key=lambda pair: pair[1])
    return visit.page(
        "law_rules.html",
        law=law,
        lines=lines,
        words=words,
        forum=forum,
        forums=forums,
        forum_words=forum_words,
        total=len(every),
    )


def _matches(law: Law, rule: Rule, words: str) -> bool:
    kinds = [f"{kind} {law.kinds[kind].title}" for kind in rule.kinds]
    text = " ".join([rule.id, rule.title, rule.remedy, rule.form or "", *rule.cite, *kinds]).casefold()
    return all(word in text for word in words.casefold().split())


def _is_stale(rule: Rule, today: date) -> bool:
    return today - rule.reviewed.on > STALE


def _rule(visit: Visit, name: str) -> Response:
    house = visit.house
    rule = house.law.rules.get(name)
    if rule is None:
        raise NotFound(UNKNOWN[1])
    sections = [part for part in rule_sections(house.law, rule, house.policy) if part[1]]
    stale = _is_stale(rule, visit.today)
    return visit.page("law_rule.html", law=house.law, rule=rule, sections=sections, stale=stale)


def _questions(visit: Visit) -> Response:
    house = visit.house
    rows: list[dict[str, Any]] = [
        {
            "question": item,
            "chosen": next(c for c in item.choices if c.id == house.policy.get(item.id, item.choices[0].id)),
            "own": item.firm and item.id in house.policy,
        }
        for item in house.law.ambiguities.values()
    ]
    rows.sort(key=lambda row: (not row["own"], not row["question"].firm))
    return visit.page("law_questions.html", law=house.law, rows=rows)


def _question(visit: Visit, name: str) -> Response:
    house = visit.house
    item = house.law.ambiguities.get(name)
    if item is None:
        raise NotFound(UNKNOWN[1])
    sections = [part for part in ambiguity_sections(house.law, item, house.policy) if part[1]]
    return visit.page("law_question.html", law=house.law, item=item, sections=sections)


def _plain(text: str) -> str:
    return "".join(c for c in text[:LONGEST_QUERY] if c.isprintable()).strip()
