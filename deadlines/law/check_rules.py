"""What must hold inside one rule and between it and the rest of the edition."""

from typing import TYPE_CHECKING

from deadlines.law import faults
from deadlines.law.base import Length
from deadlines.law.faults import CHOICES, cited, fail, need, need_all
from deadlines.law.model import Circuits, CourtAction, Note, Period, Relation, Rule

if TYPE_CHECKING:
    from deadlines.law.load import Law

ROUTES = ("aao", "aao-revocation", "bia", "bia-revocation", "bia-waiver", "n336", "legalization")
OWN_KINDS = "among the kinds of this rule"
MOTIONS = ("motion-reopen", "motion-reconsider")


def check_rule(law: "Law", rule: Rule) -> None:
    """One rule. Raises LawDataError with id and key."""
    where = f"rule {rule.id}"
    cited(where, rule)
    _words(where, rule)
    _references(law, where, rule)
    _trigger(law, where, rule)
    _periods(law, where, rule)
    for action in rule.court_action:
        _action(law, where, rule, action)
    for relation in rule.relation:
        _relation(law, where, relation)
    for item in rule.alternative:
        key = f"alternative.{item.name}"
        faults.span(where, key, item.from_, item.until)
        if not (item.start == "fact" or item.rolls) or item.length != Length():
            faults.counts(where, f"{key}.length", item.length, back=True)
        _doubt(law, where, f"{key}.doubt", item.doubt)
        if (item.start == "fact") != (item.start_fact is not None):
            fail(where, f"{key}.start_fact", "a start from a fact and the fact's name belong together")
        if item.start_fact is not None:
            _fact(law, where, f"{key}.start_fact", item.start_fact, "date")
    for note in rule.note:
        _note(where, rule, note)
    if rule.more_time is not None and not rule.more_time.why.strip():
        fail(where, "more_time.why", "it is empty: say who may give more time and when, or why nobody can")
    more = rule.more_time
    if more is not None and more.most_days is not None and not (more.allowed and more.most_days > 0):
        fail(where, "more_time.most_days", "at least 1 day, and only where more time may be given")


def _note(where: str, rule: Rule, note: Note) -> None:
    faults.span(where, "note", note.from_, note.until)
    if note.out is not None:
        need_all([note.out], (action.of for action in rule.court_action), where, "note.out")
    if note.live and note.out is None:
        fail(where, "note.live", "it needs 'out', the text that the open case is about")


def _words(where: str, rule: Rule) -> None:
    for key in ("title", "remedy", "forum", "file_with", "filed_when", "trigger_words"):
        if not getattr(rule, key).strip():
            fail(where, key, "it is empty")
    if not rule.kinds:
        fail(where, "kinds", "a rule that no notice opens is never seen")
    if rule.state == "not-available" and not rule.why.strip():
        fail(where, "why", "an answer that the law gives no remedy needs its reason")


def _references(law: "Law", where: str, rule: Rule) -> None:
    need(rule.computation, law.computations, where, "computation")
    need_all((recount.computation for recount in rule.recount), law.computations, where, "recount.computation")
    need_all(rule.kinds, law.kinds, where, "kinds")
    for key, table in (("forms", rule.forms), ("not_forms", rule.not_forms)):
        need_all(table, rule.kinds, where, key, OWN_KINDS)
        for kind, forms in table.items():
            if not forms:
                fail(where, f"{key}.{kind}", "the list of forms is empty: name them, or take the line out for any form")
            need_all(forms, law.forms, where, f"{key}.{kind}")
    need_all(rule.urgent, law.rules, where, "urgent")
    need_all(rule.day_one, rule.kinds, where, "day_one", OWN_KINDS)
    for form in (rule.form, *(recount.form for recount in rule.recount)):
        if form is not None:
            need(form, law.forms, where, "form")
    if rule.route is not None:
        need(rule.route, ROUTES + MOTIONS, where, "route")
    for key in ("mail_doubt", "start_doubt"):
        _doubt(law, where, key, getattr(rule, key))


def _doubt(law: "Law", where: str, key: str, doubt: str | None) -> None:
    if doubt is not None:
        need(doubt, law.ambiguities, where, key)


def _fact(law: "Law", where: str, key: str, fact: str, kind: str) -> None:
    """A fact of a kind, a `date` or a `number`: its answer is reckoned with."""
    of_kind = [known.name for known in law.facts.values() if known.type == kind]
    if fact in law.facts and fact not in of_kind:
        fail(where, key, f"{fact!r} asks for a {law.facts[fact].type}, and a {kind} belongs there")
    need(fact, of_kind, where, key)


def _trigger(law: "Law", where: str, rule: Rule) -> None:
    for trigger, key in (("final-order", "finality"), ("fact", "trigger_fact"), ("after", "after")):
        if (rule.trigger == trigger) != (getattr(rule, key) is not None):
            fail(where, key, f"a {trigger} trigger and '{key}' belong together")
    _waits(law, where, rule)
    for key in ("trigger_fact", "printed_fact"):
        if getattr(rule, key) is not None:
            _fact(law, where, key, getattr(rule, key), "date")
    if rule.printed_fact is not None and rule.printed == "ignored":
        fail(where, "printed_fact", "a printed day that is ignored needs no fact")
    for floor in rule.floor:
        _fact(law, where, "floor.fact", floor.fact, "date")
    if rule.counted_before is not None:
        _fact(law, where, "counted_before", rule.counted_before, "number")
    for recount in rule.recount:
        if recount.without is not None:
            _fact(law, where, "recount.without", recount.without, "date")
        if (recount.trigger is None) == bool(recount.trigger_words):
            fail(where, "recount.trigger_words", "another trigger and the words for it belong together")
    faults.dates(where, "not_before", rule.not_before)
    faults.dates(where, "reviewed.on", rule.reviewed.on)


def _waits(law: "Law", where: str, rule: Rule) -> None:
    """The rule whose last day starts this one: another one, and one that has its own day 0."""
    for key in ("finality", "after"):
        other = getattr(rule, key)
        if other is None:
            continue
        if other == rule.id:
            fail(where, key, "the rule names itself; name the other rule, whose last day is meant")
        need(other, law.rules, where, key)
        if law.rules[other].trigger in ("after", "final-order"):
            fail(where, key, f"{other} itself waits for another rule; a chain has one link")


def _periods(law: "Law", where: str, rule: Rule) -> None:
    dated = rule.state in ("due", "opens")
    if dated != bool(rule.period):
        fail(where, "period", "a rule has periods, or state = 'no-limit' or 'not-available', and never both")
    last: Period | None = None
    for period in rule.period:
        _period(law, where, period, last, back=rule.trigger in ("fact", "after"))
        last = period
    ids = [period.id for period in rule.period]
    if len(set(ids)) != len(ids):
        fail(where, "period.id", "an id stands twice")


def _period(law: "Law", where: str, period: Period, last: Period | None, *, back: bool) -> None:
    """`back`: day 0 may lie ahead, as a hearing does; from a decision nothing is counted back."""
    key = f"period.{period.id}"
    faults.span(where, key, period.from_, period.until)
    faults.dates(where, f"{key}.published", period.published)
    faults.counts(where, f"{key}.length", period.length, back=back)
    back = back and period.length.days < 0
    if period.safe_length is not None:
        faults.counts(where, f"{key}.safe_length", period.safe_length, back=back)
    _doubt(law, where, f"{key}.safe_doubt", period.safe_doubt)
    if period.safe_doubt is not None and period.safe_length is None:
        fail(where, f"{key}.safe_doubt", "an ambiguity about the safe length needs a safe length")
    if last is not None and (period.from_ <= last.from_ or (last.until is not None and period.from_ < last.until)):
        fail(where, f"{key}.from", "texts are listed in order of their dates and do not begin twice")
    for unless in period.unless:
        faults.counts(where, f"{key}.unless.length", unless.length, back=back)
        if unless.safe_length is not None:
            faults.counts(where, f"{key}.unless.safe_length", unless.safe_length, back=back)
        if not unless.when:
            fail(where, f"{key}.unless.when", "an exception needs its condition")


def _action(law: "Law", where: str, rule: Rule, action: CourtAction) -> None:
    key = f"court_action.{action.of}"
    need(action.of, [period.id for period in rule.period], where, "court_action.of", "a text of this rule")
    faults.span(where, key, action.from_, action.until)
    _doubt(law, where, f"{key}.doubt", action.doubt)
    if action.of == rule.period[0].id:
        fail(where, key, "no earlier text would be left; add the text that revives")
    if isinstance(action.reaches, Circuits):
        need_all(action.reaches.circuits, law.clerks, where, f"{key}.reaches")


def _relation(law: "Law", where: str, relation: Relation) -> None:
    if relation.rule is not None:
        need(relation.rule, law.rules, where, "relation.rule")
    if relation.notice is not None:
        need(relation.notice, law.kinds, where, "relation.notice")
    for fact, value in relation.facts.items():
        need(fact, law.facts, where, "relation.facts")
        choices = law.facts[fact].choices
        need(value, choices or [value], where, f"relation.facts.{fact}", CHOICES)
    if not relation.text.strip():
        fail(where, "relation.text", "it is empty")
