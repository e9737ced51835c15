"""The machine contract: every line answered, wrong ones with a code and a sentence that name what is wrong."""

import json
from datetime import date
from typing import Any

import pytest
from msgspec import structs

from deadlines.compute import Notice, compute
from deadlines.compute.contract import normal_form, read_facts, ref_of, write_result
from deadlines.errors import InputError
from deadlines.law import load_law

GOOD = {"kind": "ij.order", "decided_on": "2026-03-12"}


def line(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (b"nonsense", "bad-json", "Not a JSON object"),
        (b"", "bad-json", "Not a JSON object"),
        (b"[]", "bad-value", "Expected `object`"),
        (b'{"kind": "ij.order"}', "missing-key", "decided_on"),
        (line(colour="red"), "unknown-key", "colour"),
        (line(kind="ij.ordr"), "unknown-kind", "ij.order"),
        (line(form="I-999"), "unknown-form", "I-999"),
        (line(facts={"asylm": "none"}), "unknown-fact", "asylum"),
        (line(facts={"asylum": "maybe"}), "unknown-fact-value", "denied-merits"),
        (line(service={"method": "pigeon"}), "bad-value", "pigeon"),
        (line(service={"method": "mail", "by": "hand"}), "unknown-key", "by"),
        (line(decided_on="2026-02-30"), "bad-date", "28 days"),
        (line(decided_on="02/03/2026"), "bad-date", "2026-02-03 or 2026-03-02"),
        (line(decided_on="2099-01-01"), "bad-date", "too far ahead"),
        (line(decided_on="1990-02-03"), "before-known-law", "begins on"),
        (line(as_of="1990-02-03"), "before-known-law", "as_of"),
        (line(service={"on": "2026-03-11"}), "contradictory-dates", "before the decision date"),
        (line(filed_on="2026-03-11"), "contradictory-dates", "filing date"),
        (line(service={"on": "2026-03-20"}, received_on="2026-03-19"), "contradictory-dates", "receipt"),
        (b'{"kind": "ij.order", "decided_on": "2026-03-12", "kind": "bia.decision"}', "duplicate-key", "kind"),
        (b'{"kind": "ij.order", "facts": {"asylum": ' + b"[" * 20_000, "bad-value", "facts"),
    ],
)
def test_a_bad_line_says_what_is_wrong(text: bytes, code: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        compute(read_facts(text))
    assert refused.value.code == code
    assert words in refused.value.sentence


def test_a_kind_without_a_rule_is_refused() -> None:
    law = load_law()
    bare = structs.replace(law, rules={name: rule for name, rule in law.rules.items() if "ij.order" not in rule.kinds})
    with pytest.raises(InputError) as refused:
        compute(read_facts(line()), bare)
    assert refused.value.code == "no-rule"
    assert "no rule" in refused.value.sentence


def test_the_result_has_the_keys_of_the_contract() -> None:
    result = json.loads(write_result(compute(read_facts(line(ref="a", facts={"asylum": "none"})))))
    assert list(result) == ["ref", "edition", "windows", "asks", "warnings"]
    first = next(w for w in result["windows"] if w["rule"] == "eoir.appeal.bia")
    assert list(first)[:19] == [
        "rule", "title", "remedy", "form", "file_with", "filed_when", "state", "opens_on", "protective_by", "safe_by",
        "last_day", "latest", "contested", "readings", "working", "cite", "confidence", "reviewed_on", "notes",
    ]  # fmt: skip
    assert list(first)[19:] == ["relations", "fees", "fits", "dispute", "party"]
    assert list(first["readings"][0]) == ["name", "last_day", "prevails", "why", "cite"]
    assert list(first["working"][0]) == ["text", "date", "cite"]
    assert list(result["asks"][0]) == ["fact", "why", "choices", "rules"]
    assert first["opens_on"] == "2026-03-12"


def test_a_reference_survives_a_wrong_line() -> None:
    assert ref_of(line(ref=7, colour="red")) == "7"
    assert ref_of(b"nonsense") is None
    assert ref_of(b'{"ref": 7, "x": ' + b"[" * 20_000) is None


@pytest.mark.parametrize(
    ("written", "form"),
    [("i485", "I-485"), ("Form I-526E", "I-526E"), ("n 400", "N-400"), ("eoir-26", "EOIR-26"), ("", None)],
)
def test_forms_are_read_as_people_write_them(written: str, form: str | None) -> None:
    assert normal_form(written) == form


def test_text_for_a_date_in_python_is_refused_with_a_sentence() -> None:
    with pytest.raises(InputError, match=r"datetime\.date"):
        compute(Notice(kind="ij.order", decided_on="2026-03-12"))  # type: ignore[arg-type]


def test_the_public_names_work_as_documented() -> None:
    import deadlines

    notice = deadlines.Notice(
        kind="uscis.denial", form="I-140", decided_on=date(2012, 2, 8), service=deadlines.Service("mail")
    )
    result = deadlines.compute(notice, deadlines.load_law())
    assert str(result.windows[0].last_day) == "2012-03-12"
