"""Short ways to ask the engine in tests."""

from datetime import date
from typing import Any

from deadlines.compute import Notice, Result, Service, Window, compute
from deadlines.law.counting import Method


def ask(kind: str, decided_on: str, method: Method = "unknown", **more: Any) -> Result:
    """The result for a notice written in one line; dates are ISO text."""
    for name in ("received_on", "printed_deadline", "as_of", "filed_on"):
        if name in more:
            more[name] = date.fromisoformat(more[name])
    on = more.pop("service_on", None)
    service = Service(method, date.fromisoformat(on) if on else None)
    return compute(Notice(kind=kind, decided_on=date.fromisoformat(decided_on), service=service, **more))


def window(result: Result, rule: str) -> Window:
    """The window of one rule; a KeyError names what there is instead."""
    found = {w.rule: w for w in result.windows}
    return found[rule]


def dates(result: Result, rule: str) -> tuple[str | None, ...]:
    """Safe, last, latest of a rule, as ISO text."""
    found = window(result, rule)
    return tuple(str(day) if day else None for day in (found.safe_by, found.last_day, found.latest))
