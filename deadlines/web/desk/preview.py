"""What a typed notice would open, before anything is recorded: its windows, what is to be found out, what is odd."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from deadlines.compute import Notice, Result
from deadlines.compute.engine import engine_for
from deadlines.compute.routes import bases_of
from deadlines.docket.answerable import refuse_left, require_attorney
from deadlines.docket.blind import blind_to, waiting_of
from deadlines.docket.doubts import odd_days, past_windows
from deadlines.docket.intake import find_twin
from deadlines.docket.notices import standing_notices
from deadlines.docket.protected import is_protected
from deadlines.docket.visible import UNUSABLE, is_taken_unseen
from deadlines.errors import DeadlinesError, InputError
from deadlines.law.matrix import Fact
from deadlines.store.tables import Matter, NoticeRow, Person
from deadlines.web.desk.acts import HAND_OVER
from deadlines.web.desk.draft import FACT, FIELD_OF, Draft
from deadlines.web.desk.visit import Visit
from deadlines.web.plain import sentence

if TYPE_CHECKING:
    from deadlines.docket.intake import Desk

NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
"""What may be the name of a fact, in the words of a question."""


class Question(Struct, frozen=True, kw_only=True):
    """A fact that changes a date. `field`: what answers it, of the page or its `own`; `answer` as given so far.

    `open`: it is still to be found out, also where "not known" was chosen. Otherwise it is answered, and stays in the
    form.
    """

    field: str
    own: bool
    why: str
    choices: list[str]
    answer: str
    open: bool = True


class Target(Struct, frozen=True):
    """The matter that the notice goes to: one that is there, or a new one of that attorney."""

    matter: Matter | None
    attorney: Person | None


class Preview(Struct, frozen=True, kw_only=True):
    """What recording would do. `digest` names exactly this: what was typed, by which law and policy.

    `twin`: the same notice, where the matter has it. `unread`: the notices of the matter that the visitor may still
    verify; whether one of them is the same is not told, because that would tell what was entered.
    """

    notice: Notice
    result: Result
    questions: list[Question]
    doubts: list[str]
    twin: NoticeRow | None
    unread: list[NoticeRow]
    target: Target
    restricts: bool
    digest: str


def target_of(visit: Visit, draft: Draft, *, whole: bool) -> tuple[Draft, Target]:
    """Which matter is meant, with a fault beside the field where it cannot be that one; see `preview_of`."""
    typed = draft.typed
    attorney = visit.session.get(Person, typed["attorney"]) if typed["attorney"] else None
    if not typed["matter"]:
        return draft, Target(None, attorney)
    if is_taken_unseen(visit.session, typed["matter"], visit.person):
        return draft.wrong("matter", UNUSABLE), Target(None, attorney)
    found = visit.session.scalars(select(Matter).where(Matter.reference == typed["matter"])).one_or_none()
    if found is None:
        wrong = _unfit(attorney) if attorney is not None else _without_attorney(typed["matter"]) if whole else ""
        return (draft.wrong("attorney", wrong) if wrong else draft), Target(None, attorney)
    try:
        refuse_left(found)
    except DeadlinesError as refused:
        return draft.wrong("matter", sentence(refused, HAND_OVER)), Target(found, attorney)
    if attorney is not None and attorney.id != found.attorney_id:
        draft = draft.wrong("attorney", f"Matter {found.reference} has another attorney: {found.attorney.name}.")
    if typed["client"] and found.client and typed["client"] != found.client:
        draft = draft.wrong("client", f"Matter {found.reference} has another client: {found.client}.")
    return draft, Target(found, attorney)


def _without_attorney(reference: str) -> str:
    return f"Matter {reference} is new: choose its attorney."


def _unfit(attorney: Person) -> str:
    """Why somebody may not be the attorney of a new matter."""
    try:
        require_attorney(attorney)
    except DeadlinesError as refused:
        return sentence(refused)
    return ""


def preview_of(visit: Visit, draft: Draft, *, restricted: bool, whole: bool = True) -> tuple[Draft, Preview | None]:
    """The preview, or the draft with what the computation refuses. Of a draft that is not `whole`, because somebody is
    still filling it in, nothing is asked for."""
    draft, target = target_of(visit, draft, whole=whole)
    notice, desk = draft.notice, visit.desk
    if notice is None:
        return draft, None
    try:
        odd = odd_days(notice, visit.today)
        result = engine_for(desk.law).compute(notice, desk.policy)
    except InputError as refused:
        return draft.blame(sentence(refused)), None
    twin, unread = _there(visit, target.matter, notice)
    restricts = (restricted or is_protected(notice)) and not (target.matter is not None and target.matter.restricted)
    return draft, Preview(
        notice=notice,
        result=result,
        questions=list(_questions(desk, draft, notice, result)),
        doubts=[*odd, *past_windows(result, visit.today)],
        twin=twin,
        unread=unread,
        target=target,
        restricts=restricts,
        digest=digest_of(desk, draft, notice, restricted=restricted),
    )


def _there(visit: Visit, matter: Matter | None, notice: Notice) -> tuple[NoticeRow | None, list[NoticeRow]]:
    """What the matter has already of which this notice may be a second copy; see `Preview`."""
    if matter is None:
        return None, []
    rows = standing_notices(visit.session, matter.id)
    blind = blind_to(visit.session, visit.person, [row.id for row in rows])
    unread = waiting_of(visit.session, blind)
    twin = find_twin(visit.session, matter, notice)
    return twin if twin is not None and twin.id not in blind else None, [row for row in rows if row.id in unread]


def digest_of(desk: "Desk", draft: Draft, notice: Notice, *, restricted: bool) -> str:
    """Another one for anything else that is typed, for another law and for another policy of the firm."""
    who = [draft.typed[name] for name in ("matter", "client", "attorney")]
    rests_on = [desk.law.edition, desk.law.digest, sorted(desk.policy.items())]
    text = msgspec.json.encode([msgspec.to_builtins(notice), who, restricted, rests_on], order="deterministic")
    return hashlib.sha256(text).hexdigest()[:32]


def _questions(desk: "Desk", draft: Draft, notice: Notice, result: Result) -> Iterator[Question]:
    """The questions, and beneath one that speaks of another fact by its name the question of that fact."""
    found = list(_asked(desk, draft, notice, result))
    there, facts = {question.field for question in found}, desk.law.facts
    for question in found:
        named = [name for name in dict.fromkeys(NAME.findall(question.why)) if name in facts]
        yield replace(question, why=NAME.sub(lambda name: _spoken(name[0], facts), question.why))
        for name in named:
            if f"{FACT}{name}" not in there:
                there.add(f"{FACT}{name}")
                yield Question(
                    field=f"{FACT}{name}", own=True, why=facts[name].question, choices=facts[name].choices, answer=""
                )


def _spoken(name: str, facts: Mapping[str, Fact]) -> str:
    return f"it under “{facts[name].question}”" if name in facts else name


def _asked(desk: "Desk", draft: Draft, notice: Notice, result: Result) -> Iterator[Question]:
    """What was answered already, so that it stays in the form, then what is still to be found out."""
    asked = {ask.fact for ask in result.asks}
    for name, answer in draft.typed.items():
        fact = name.removeprefix(FACT)
        if name.startswith(FACT) and answer and fact in desk.law.facts and fact not in asked:
            known = desk.law.facts[fact]
            choices = known.choices or (bases_of(desk.law, notice) if fact == "basis" else [])
            yield Question(field=name, own=True, why=known.question, choices=choices, answer=answer, open=False)
    for ask in result.asks:
        field = FIELD_OF.get(ask.fact)
        name = field or f"{FACT}{ask.fact}"
        choices = [] if field else ask.choices
        yield Question(field=name, own=field is None, why=ask.why, choices=choices, answer=draft.typed.get(name, ""))
