"""The window map: the picture is well-formed, in the order of the days, and readable where windows differ much."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import deadlines
from deadlines.compute import Notice, Service
from tests.docket.desks import DENIAL
from tests.web.office import Office

MAIL = Service("mail")
FORMS = ("map", "map stacked")
SHEET = (Path(deadlines.__file__).parent / "web" / "static" / "page.css").read_text()
READABLE, SMALLEST = 4.5, 12
"""The contrast that WCAG 2.2 asks of words (1.4.3), and the pixels of the smallest."""
ADJUSTMENT = Notice(
    kind="uscis.denial", form="I-485", decided_on=DENIAL.decided_on, service=MAIL, facts={"basis": "245"}
)
ORDER = Notice(kind="ij.order", decided_on=DENIAL.decided_on, service=MAIL, facts={"asylum": "none"})


def picture(office: Office, kind: str = "map") -> ElementTree.Element:
    """The only map of the matter, as drawn for a wide screen, or `map stacked` for a narrow one."""
    page = office.browser("Ana").get(f"/matter/{office.matter('M-1')}").text
    [found] = re.findall(rf'<svg class="{kind}".*?</svg>', page, re.DOTALL)
    return ElementTree.fromstring(found)


def rows(office: Office, notice: Notice, kind: str = "map") -> dict[str, ElementTree.Element]:
    """The rows of the only map of a new matter, by the name of their remedy."""
    office.record("M-1", notice)
    groups = picture(office, kind).findall("g")
    return {(group.findtext("text[@class='name']") or ""): group for group in groups}


def width(group: ElementTree.Element) -> float:
    bar = group.find("rect[@class='bar']")
    assert bar is not None
    return share(bar, "width")


def test_a_month_is_seen_beside_six_years(office: Office) -> None:
    """28 USC 2401(a) gives six years for the suit, 8 CFR 103.5(a)(1)(i) thirty days for the motion."""
    found = rows(office, ADJUSTMENT)
    motion, suit = width(found["I-290B motion to reopen"]), max(map(width, found.values()))
    assert motion > suit / 20
    assert 52 < suit <= 63


@pytest.mark.parametrize("kind", FORMS)
def test_the_line_of_today_crosses_no_name_of_a_month(office: Office, kind: str) -> None:
    office.record("M-1", ORDER, by="Ana")
    found = picture(office, kind)
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
    return share(mark, "x1")


def share(element: ElementTree.Element, name: str) -> float:
    """A place across, in hundredths of the picture's width."""
    return float(element.get(name, "").removesuffix("%"))


@pytest.mark.parametrize("kind", FORMS)
def test_no_word_is_scaled_down_and_every_mark_is_on_the_screen(office: Office, kind: str) -> None:
    """Nothing is scrolled to: not 28 USC 2401(a)'s six years either, and not a protective date beside them."""
    found = rows(office, ADJUSTMENT, kind)
    drawn = picture(office, kind)
    assert (drawn.get("viewBox"), drawn.get("width")) == (None, "100%")
    places = [share(one, name) for one in drawn.iter() for name in ("x", "x1", "x2", "cx") if one.get(name)]
    assert 0 <= min(places) <= max(places) < 99
    bars = [bar for group in found.values() for bar in group.findall("rect[@class='bar']")]
    assert len(bars) == len(found) > 4
    assert max(share(bar, "x") + share(bar, "width") for bar in bars) < 99
    sizes = re.findall(r"^\.map.*?(?:font-size|font): (\d+)px", SHEET, re.MULTILINE)
    assert len(sizes) >= 3
    assert min(map(int, sizes)) >= SMALLEST
    assert not re.search(r"^\.map.*(?:min-width|opacity)", SHEET, re.MULTILINE)


def test_on_a_narrow_screen_a_name_stands_above_its_bar(office: Office) -> None:
    for group in rows(office, ORDER, "map stacked").values():
        words = [float(text.get("y", "")) for text in group.findall("text")]
        bar = group.find("rect[@class='bar']")
        assert bar is not None
        assert max(words) < float(bar.get("y", ""))
        assert all(len(text.text or "") <= 38 for text in group.findall("text"))


def test_the_sheet_shows_one_drawing_at_a_time() -> None:
    narrow = SHEET[SHEET.index("@media (max-width: 64rem)") :]
    assert re.search(r"^\.map\.stacked \{ display: none; \}", SHEET, re.MULTILINE)
    assert narrow.index(".map { display: none; }") < narrow.index(".map.stacked { display: block; }")


def test_what_is_closed_can_still_be_read_by_day_and_by_night() -> None:
    assert re.search(r"^\.map \.closed text \{ fill: var\(--quiet\); \}", SHEET, re.MULTILINE)
    schemes = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)[:2]
    colours: dict[str, str] = {}
    for scheme in schemes:
        colours |= dict(re.findall(r"--(\w+): (#\w+)", scheme))
        assert contrast(colours["quiet"], colours["sheet"]) >= READABLE


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
