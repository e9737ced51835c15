"""What has to be looked at in an edition, on a day that is an argument."""

from datetime import date, timedelta
from pathlib import Path

from deadlines.law import load_law
from deadlines.law.load import packaged, read_law
from deadlines.law.review import Remark, review
from tests.law.editing import APPEAL, change, copy
from tests.law.test_firm import CLOSING, REVIEWED


def remarks(today: date, **more: str) -> dict[str, list[Remark]]:
    found: dict[str, list[Remark]] = {}
    for remark in review(load_law(), today, **more):
        found.setdefault(remark.id, []).append(remark)
    return found


def test_a_review_is_old_after_365_days() -> None:
    marks = {f"rule {rule.id}": rule.reviewed.on for rule in load_law().rules.values()}
    marks |= {f"holidays {calendar.id}": calendar.reviewed.on for calendar in load_law().calendars.values()}
    oldest = min([*marks.values(), load_law().closures.reviewed.on])
    assert remarks(oldest + timedelta(days=365))["reviews"][0].state == "well"
    (old,) = remarks(oldest + timedelta(days=366))["reviews"]
    assert old.state == "warning"
    told = {what for what in marks if f"{what} (" in old.sentence}
    assert told == {what for what, on in marks.items() if on == oldest}


def test_a_review_on_a_day_that_has_not_come_is_told() -> None:
    law = load_law()
    marks = [rule.reviewed for rule in law.rules.values()] + [days.reviewed for days in law.calendars.values()]
    newest = max(mark.on for mark in [*marks, law.closures.reviewed])
    told = remarks(newest - timedelta(days=1))["reviews"][-1]
    assert (told.state, str(newest) in told.sentence) == ("warning", True)
    assert remarks(newest)["reviews"][-1].state == "well"


def test_the_docket_of_an_open_case_is_looked_at_every_thirty_days() -> None:
    def case(today: date) -> Remark:
        return next(remark for remark in remarks(today)["litigation"] if "of eoir.appeal.bia" in remark.sentence)

    seen = load_law().rules["eoir.appeal.bia"].reviewed.on
    told = case(seen + timedelta(days=30))
    assert (told.state, "Amica Center" in told.sentence) == ("note", True)
    assert "docket" in told.hint
    assert case(seen + timedelta(days=31)).state == "warning"


def test_a_case_that_is_over_asks_for_nothing(tmp_path: Path) -> None:
    place = copy(tmp_path, "2026.12", "2026-12-10")
    change(place, APPEAL, "live    = true", "live    = false")
    told = [remark.sentence for remark in review(read_law(place), date(2030, 1, 1)) if remark.id == "litigation"]
    assert not any("of eoir.appeal.bia" in sentence for sentence in told)


def test_days_to_come_are_told_until_they_have_come() -> None:
    def told(today: date) -> list[str]:
        return [remark.sentence for remark in remarks(today).get("to-come", [])]

    fee = next(fee for fee in load_law().fees if fee.from_ == date(2026, 10, 1))
    begins = f"On 2026-10-01 the fee for {fee.filing} ({fee.amount}) begins."
    assert begins in told(date(2026, 9, 30))
    assert begins not in told(date(2026, 10, 1))
    before = told(date(2026, 2, 1))
    assert "On 2026-03-09 the text ten-days of eoir.appeal.bia begins." in before
    assert "On 2026-03-08 the court action on ten-days of eoir.appeal.bia begins." in before
    assert [line[:13] for line in before] == sorted(line[:13] for line in before)


def test_a_broken_seal_and_what_the_firm_adds_are_told(tmp_path: Path) -> None:
    assert remarks(date(2026, 12, 1))["seal"][0].state == "well"
    (seal,) = remarks(date(2026, 12, 1), broken_seal="it has no seal.toml")["seal"]
    assert (seal.state, "it has no seal.toml" in seal.sentence) == ("warning", True)
    assert remarks(date(2026, 12, 1))["firm"][0].state == "well"
    (tmp_path / "closures.toml").write_text(REVIEWED + CLOSING)
    firm = [r for r in review(read_law(packaged(), tmp_path), date(2026, 12, 1)) if r.id == "firm"]
    assert [(r.state, "closure 2026-06-15" in r.sentence) for r in firm] == [("note", True)]


def test_weak_sources_are_counted(tmp_path: Path) -> None:
    law = load_law()
    marks = [holiday.confidence for calendar in law.calendars.values() for holiday in calendar.holiday]
    marks += [calendar.reviewed.confidence for calendar in law.calendars.values()]
    marks += [c.confidence for c in law.closures.closure] + [e.confidence for e in law.closures.extension]
    marks += [d.confidence for d in law.decisions] + [f.confidence for f in law.fees]
    marks += [c.confidence for c in law.clerks.values()]
    (count,) = remarks(date(2026, 12, 1))["confidence"]
    assert f"{marks.count('memory')} memory" in count.sentence
    assert f"{marks.count('secondary')} secondary" in count.sentence
    place = copy(tmp_path, "2026.12", "2026-12-10")
    change(place, APPEAL, 'confidence = "primary" }', 'confidence = "primary-old" }')
    old = [r.sentence for r in review(read_law(place), date(2026, 12, 1)) if r.id == "old-sources"]
    assert len(old) == 1
    assert "rule eoir.appeal.bia" in old[0]
