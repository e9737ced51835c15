"""The window map: the picture is well-formed, in the order of the days, and readable where windows differ much."""

import re
from xml.etree import ElementTree

from deadlines.compute import Notice, Service
from tests.docket.desks import DENIAL
from tests.web.office import Office

MAIL = Service("mail")
ADJUSTMENT = Notice(
    kind="uscis.denial", form="I-485", decided_on=DENIAL.decided_on, service=MAIL, facts={"basis": "245"}
)
ORDER = Notice(kind="ij.order", decided_on=DENIAL.decided_on, service=MAIL, facts={"asylum": "none"})


def rows(office: Office, notice: Notice) -> dict[str, ElementTree.Element]:
    """The rows of the only map of a new matter, by the name of their remedy."""
    office.record("M-1", notice)
    page = office.browser("Ana").get(f"/matter/{office.matter('M-1')}").text
    [picture] = re.findall(r'<svg class="map".*?</svg>', page, re.DOTALL)
    groups = ElementTree.fromstring(picture).findall("g")
    return {(group.findtext("text[@class='name']") or ""): group for group in groups}


def width(group: ElementTree.Element) -> float:
    bar = group.find("rect[@class='bar']")
    assert bar is not None
    return float(bar.get("width", ""))


def test_a_month_is_seen_beside_six_years(office: Office) -> None:
    """28 USC 2401(a) gives six years for the suit, 8 CFR 103.5(a)(1)(i) thirty days for the motion."""
    found = rows(office, ADJUSTMENT)
    motion, suit = width(found["I-290B motion to reopen"]), max(map(width, found.values()))
    assert motion > suit / 20
    assert 500 < suit <= 600


def test_the_line_of_today_crosses_no_name_of_a_month(office: Office) -> None:
    office.record("M-1", ORDER, by="Ana")
    page = office.browser("Ana").get(f"/matter/{office.matter('M-1')}").text
    [picture] = re.findall(r'<svg class="map".*?</svg>', page, re.DOTALL)
    found = ElementTree.fromstring(picture)
    lowest = max(float(text.get("y", "")) for text in found.findall("text[@class='tick']"))
    lines = [line for kind in ("today", "start") for line in found.findall(f"line[@class='{kind}']")]
    assert len(lines) == 2
    assert all(float(line.get("y1", "")) > lowest for line in lines)


def test_each_row_says_what_stands_in_its_way(office: Office) -> None:
    """8 CFR 1003.3: once the appeal is filed a motion goes to the Board, so either is no good beside the other."""
    found = rows(office, ORDER)
    appeal, motion = found["EOIR-26 appeal to the BIA"], found["Motion to reopen before the IJ"]
    assert motion.findtext("text[@class='beside']") == "not beside EOIR-26 appeal to the BIA"
    assert (appeal.findtext("text[@class='beside']") or "").startswith("not beside Motion to reconsider before the IJ")
    assert "Motion to reopen before the IJ" in (appeal.findtext("title") or "")


def test_what_a_remedy_closes_starts_and_leaves_running_is_told_with_its_source(office: Office) -> None:
    office.record("M-1", ORDER, by="Ana")
    page = office.browser("Ana").get(f"/matter/{office.matter('M-1')}").text
    assert "<strong>Denied:</strong> The Board&#39;s decision starts the petition for review" in page
    assert "<strong>Filed:</strong> Removal is not stayed by this motion" in page


def test_later_days_stand_further_right(office: Office) -> None:
    """Thirty days, 180 days, one year (8 USC 1182(a)(9)(B)) and six years, before and behind the bend."""
    found = rows(office, ADJUSTMENT)
    names = ("I-290B motion to reopen", "Leave before the 3-year", "Leave before the 10-year", "Suit under")
    places = [last_day(group) for start in names for name, group in found.items() if name.startswith(start)]
    assert len(places) == 4
    assert places == sorted(set(places))


def last_day(group: ElementTree.Element) -> float:
    mark = group.find("line[@class='last']")
    assert mark is not None
    return float(mark.get("x1", ""))
