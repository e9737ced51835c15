"""Real decided cases and made-up notices of today that ship with the program, for `demo` and the tests."""

import tomllib
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from msgspec import Struct

from deadlines.compute import Notice, Service


class Sample(Struct, frozen=True):
    """One notice to record. A decided case also tells its source and the day that was decided to be the last."""

    matter: str
    client: str
    notice: Notice
    about: str = ""
    source: str = ""
    rule: str = ""
    due: date | None = None
    outcome: str = ""


def decided_cases() -> list[Sample]:
    """Cases that a court, the Board or the AAO decided, oldest source first as listed."""
    return [
        Sample(
            matter=f"CASE-{case['ref']}",
            client=case["source"].partition(",")[0],
            notice=_notice(case, case["decided_on"]),
            about=case["about"],
            source=case["source"],
            rule=case["rule"],
            due=case["due"],
            outcome=case["outcome"],
        )
        for case in _read("decided-cases.toml")["case"]
    ]


def current_notices(today: date) -> list[Sample]:
    """Made-up notices whose windows are open on the day asked about."""
    return [
        Sample(item["matter"], item["client"], _notice(item, _weekday(today - timedelta(days=item["days_ago"]))))
        for item in _read("sample-notices.toml")["notice"]
    ]


def _weekday(day: date) -> date:
    """No office dates its notices on a weekend: the Friday before."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _notice(item: dict[str, Any], decided_on: date) -> Notice:
    return Notice(
        kind=item["kind"],
        form=item.get("form"),
        decided_on=decided_on,
        service=Service(item.get("service", "unknown")),
        facts=item.get("facts", {}),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("deadlines.samples") / name).read_text(encoding="utf-8"))
