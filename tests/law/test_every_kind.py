"""No kind of notice, and no form that its rules name, is answered with silence: a window, or the question before it."""

from datetime import date

import pytest

from deadlines.compute import Notice, Service, compute
from deadlines.law import load_law

LAW = load_law()
ON = date(2026, 6, 10)


def forms_of(kind: str) -> list[str | None]:
    """Every form that the matrix or a rule names for a kind, and none."""
    rules = [rule for rule in LAW.rules.values() if kind in rule.kinds]
    named = {form for rule in rules for form in (*rule.when.get("form", ()), *rule.forms.get(kind, ()))}
    known = set(LAW.matrix.get(kind, {}))
    return [
        None,
        *sorted(form for form in named | known if form != "*" and (not known or form in known or "*" in known)),
    ]


@pytest.mark.parametrize("kind", sorted(LAW.kinds))
def test_every_kind_has_a_window_or_a_question(kind: str) -> None:
    silent = []
    for form in forms_of(kind):
        result = compute(Notice(kind=kind, form=form, decided_on=ON, service=Service("mail")))
        if not result.windows and not result.asks:
            silent.append(form)
    assert silent == []


@pytest.mark.parametrize("kind", sorted(LAW.kinds))
def test_every_answer_says_where_it_stands_written(kind: str) -> None:
    for form in forms_of(kind):
        for window in compute(Notice(kind=kind, form=form, decided_on=ON, service=Service("mail"))).windows:
            assert window.cite, (window.rule, form)
            assert all(step.text.strip().endswith((".", '"', ")")) for step in window.working), (window.rule, form)
