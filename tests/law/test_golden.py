"""Golden cases, counted outside the engine: two or more for each rule. See golden/README.md."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deadlines.compute import compute
from deadlines.compute.contract import read_facts
from deadlines.law import load_law

FOLDER = Path(__file__).parent / "golden"
CASES: list[dict[str, Any]] = [
    case for file in sorted(FOLDER.glob("*.toml")) for case in tomllib.loads(file.read_text())["case"]
]
DATES = ("opens_on", "protective_by", "safe_by", "last_day", "latest")
KEYS = {"state", *DATES, "none", "asks", "not_asked", "timeliness", "confidence"}


@pytest.mark.parametrize("case", CASES, ids=[f"{case['rule']}: {case['about']}" for case in CASES])
def test_golden(case: dict[str, Any]) -> None:
    expect = case["expect"]
    assert set(case) == {"rule", "about", "source", "notice", "expect"}
    assert set(expect) <= KEYS, "a key that nothing checks"
    result = compute(read_facts(msgspec.json.encode(case["notice"])))
    windows = {window.rule: window for window in result.windows}
    asked = {ask.fact for ask in result.asks if case["rule"] in ask.rules}
    assert set(expect.get("asks", [])) <= asked
    assert not set(expect.get("not_asked", [])) & asked
    if expect.get("state") == "absent":
        assert case["rule"] not in windows
        return
    window = windows[case["rule"]]
    found = {key: getattr(window, key) for key in expect if key not in ("none", "asks", "not_asked")}
    assert found == {key: expect[key] for key in found}
    assert [key for key in expect.get("none", []) if getattr(window, key) is not None] == []


def test_every_rule_has_two_golden_cases() -> None:
    counts = {rule: sum(case["rule"] == rule for case in CASES) for rule in load_law().rules}
    assert {rule: count for rule, count in counts.items() if count < 2} == {}


def test_every_golden_case_names_a_source() -> None:
    assert [case["about"] for case in CASES if len(case["source"]) < 10] == []
