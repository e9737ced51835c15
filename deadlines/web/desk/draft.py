"""A notice as somebody types it on the page: each field as it stands, what is wrong with it, and the notice it makes.

Nothing is guessed: a date with two readings is refused, and what cannot be read leaves no notice.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import cast, get_args

from msgspec import Struct

from deadlines.compute import Notice
from deadlines.compute.contract import normal_form
from deadlines.compute.dates import parse_day
from deadlines.compute.kinds import group_words, grouped
from deadlines.compute.notice import Service
from deadlines.errors import InputError
from deadlines.law import Law
from deadlines.law.counting import Method
from deadlines.store.spelling import as_kept
from deadlines.web.plain import sentence

PLAIN = ("matter", "client", "attorney", "kind", "form", "service")
DAYS = ("decided_on", "service_on", "received_on", "printed_deadline")
OTHER = "other"
"""The field for facts that nobody asked for, one `name=value` a line."""
FACT, REASON = "fact.", "reason."
LONGEST, LONGEST_OTHER = 300, 2000
LABELS = {
    "matter": "Matter number",
    "client": "Client",
    "attorney": "Attorney",
    "kind": "Kind of notice",
    "form": "Form that was decided",
    "decided_on": "Date of the decision",
    "service": "How it was served",
    "service_on": "Day of service",
    "received_on": "Day it arrived",
    "printed_deadline": "Deadline printed on the notice",
    OTHER: "Other facts",
    "file": "A PDF of the notice",
}
METHODS = {
    "unknown": "not known",
    "mail": "ordinary mail",
    "certified-mail": "certified mail",
    "in-person": "in person",
    "electronic": "electronically",
    "fax": "by fax",
    "oral": "stated aloud in court",
}
FIELD_OF = {
    "service.method": "service",
    "printed_deadline": "printed_deadline",
    "received_on": "received_on",
    "form": "form",
}
"""Questions that have a field of their own on the page."""
AT_FAULT = {
    "service date": "service_on",
    "date of receipt": "received_on",
    "printed deadline": "printed_deadline",
    "decision date": "decided_on",
    "form": "form",
    "kind": "kind",
}
"""Which field the computation's sentence speaks of, by the words in it; the first that stands there."""


class Draft(Struct, frozen=True):
    """What was typed, by field; what is wrong, by field (empty: of the whole); the notice, where it can be read."""

    typed: dict[str, str]
    errors: dict[str, str]
    notice: Notice | None

    def wrong(self, field: str, sentence: str) -> "Draft":
        """The same with one fault more."""
        return Draft(self.typed, {**self.errors, field: sentence}, self.notice)

    def blame(self, sentence: str) -> "Draft":
        """The same with what the computation refuses, beside the field that it speaks of."""
        said = {sentence.lower().find(words): name for words, name in AT_FAULT.items() if words in sentence.lower()}
        field = said[min(said)] if said else ""
        fact = next((name for name in self.typed if f"'{name.removeprefix(FACT)}'" in sentence), "")
        return self.wrong(fact or field, sentence)


def kinds_of(law: Law) -> list[tuple[str, dict[str, str]]]:
    """The kinds of notice that have a rule, by who they come from: the group's words, then ids and titles."""
    covered = {kind for rule in law.rules.values() for kind in rule.kinds}
    groups = grouped({kind.id: kind.title for kind in law.kinds.values() if kind.id in covered})
    return [(group_words(name), kinds) for name, kinds in groups.items()]


def read_draft(law: Law, form: Mapping[str, str]) -> Draft:
    """The draft that a form holds; whatever is left out is empty."""
    typed = {name: _clean(form.get(name, "")) for name in (*PLAIN, *DAYS)}
    typed[OTHER] = "\n".join(_clean(line) for line in form.get(OTHER, "")[:LONGEST_OTHER].splitlines())
    typed |= {name: _clean(value) for name, value in form.items() if name.startswith((FACT, REASON))}
    errors: dict[str, str] = {}
    days = {name: _day(typed[name], name, errors) for name in DAYS}
    facts = dict(_facts(law, typed, errors))
    if typed["service"] and typed["service"] not in get_args(Method):
        errors["service"] = "Choose one of the ways of service."
    return Draft(typed, errors, None if errors else _notice(typed, days, facts))


def _notice(typed: Mapping[str, str], days: Mapping[str, date | None], facts: dict[str, str]) -> Notice | None:
    decided_on = days["decided_on"]
    if not typed["kind"] or decided_on is None:
        return None
    return Notice(
        kind=typed["kind"],
        decided_on=decided_on,
        form=normal_form(typed["form"]),
        service=Service(cast(Method, typed["service"] or "unknown"), days["service_on"]),
        received_on=days["received_on"],
        printed_deadline=days["printed_deadline"],
        facts=facts,
    )


def missing(draft: Draft) -> Draft:
    """The draft with a fault for each field without which nothing can be recorded."""
    for name in ("matter", "kind", "decided_on"):
        if not draft.typed[name] and name not in draft.errors:
            draft = draft.wrong(name, f"{LABELS[name]} is needed.")
    return draft


def _day(text: str, name: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        return parse_day(text)
    except InputError as wrong:
        errors[name] = sentence(wrong)
        return None


def _facts(law: Law, typed: Mapping[str, str], errors: dict[str, str]) -> Iterator[tuple[str, str]]:
    reasons = [name.removeprefix(REASON) for name, value in typed.items() if name.startswith(REASON) and value]
    if reasons:
        yield "reason", ",".join(reasons)
    for line in typed[OTHER].splitlines():
        name, equals, value = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        if not equals or not value or name not in law.facts:
            errors[OTHER] = f'"{line}" is no fact: write NAME=VALUE, such as detained=no, with a name from the list.'
            continue
        yield name, _value(law, name, value, OTHER, errors)
    for name, value in typed.items():
        fact = name.removeprefix(FACT)
        if name.startswith(FACT) and value and fact in law.facts:
            yield fact, _value(law, fact, value, name, errors)


def _value(law: Law, fact: str, value: str, field: str, errors: dict[str, str]) -> str:
    """A fact as the computation takes it: a day that people write in words as an ISO day."""
    if law.facts[fact].type != "date":
        return value
    day = _day(value, field, errors)
    return day.isoformat() if day is not None else value


def _clean(text: str) -> str:
    return as_kept("".join(c if c.isprintable() else " " for c in text[:LONGEST]))
