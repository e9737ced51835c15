"""Tables that are cards on a telephone: each cell says under which heading it stands, to eyes and to screen readers."""

import re
from html.parser import HTMLParser

import pytest

from tests.docket.desks import DENIAL
from tests.web.office import Office
from tests.web.test_names import office as furnished
from tests.web.test_names import pages

office = furnished
ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
MORE = ("/audit", "/people", "/me", "/practice", "/law?view=rules", "/evening/history", "/evening?on=2026-11-02")
FOLLOW_UP = "/follow-up?on=2026-11-18"


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


class Tables(HTMLParser):
    """The tables of a page that become cards, and what is wrong with them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[list[str]] = []
        self.wrong: list[str] = []
        self._in, self._names, self._cell, self._text = False, list[str](), 0, ""
        self._reads = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._in, self._names = "cards" in given.get("class", "").split(), []
        if not self._in:
            return
        role = {"col": "columnheader", "row": "rowheader"}[given["scope"]] if tag == "th" else ROLES.get(tag)
        if role is not None and given.get("role") != role:
            self.wrong.append(f"{tag} is no {role}")
        if tag == "tr":
            self._cell = 0
        if tag == "th" and given["scope"] == "col":
            self._reads, self._text = True, ""
        elif tag in ("td", "th"):
            self._labelled(given)

    def _labelled(self, given: dict[str, str]) -> None:
        if self._cell >= len(self._names) or given.get("data-label") != self._names[self._cell]:
            self.wrong.append(f"cell {self._cell} of {self._names} says {given.get('data-label')}")
        self._cell += 1

    def handle_data(self, data: str) -> None:
        self._text += data if self._reads else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "th" and self._reads:
            self._reads = False
            self._names.append(self._text.strip())
        if tag == "table" and self._in:
            self._in = False
            self.found.append(self._names)


def test_each_cell_says_under_which_heading_it_stands(office: Office) -> None:
    browser, met = office.browser("Pat"), set[str]()
    asked = browser.get("/open").text
    ana = next(one for one in re.findall(r'<option value="([a-z2-7]{26})">', asked))
    assert (
        browser.post("/open", data={"reference": "Q-1", "attorney": ana, "none_until": "2026-11-16"}).status_code == 303
    )
    for path in (*pages(office), *MORE, FOLLOW_UP):
        tables = Tables(browser.get(path).text)
        assert tables.wrong == [], path
        met |= {path for names in tables.found if names}
    matter = f"/matter/{office.matter()}"
    assert {
        "/",
        matter,
        f"{matter}/history",
        "/evening?on=2026-11-02",
        "/incoming",
        FOLLOW_UP,
        "/quiet",
    } - met == set()


def test_a_long_number_may_break_and_a_short_one_does_not(office: Office) -> None:
    """The longest number in the docket's column without a break is one of sixteen characters."""
    for number in ("2026-GARCIA-0144", "2026-GARCIA-00144-B"):
        office.record(number, DENIAL)
    page = office.browser("Ana").get("/").text
    kinds = dict(re.findall(r'class="(nowrap|number)">(2026-GARCIA[^<]*)<', page))
    assert kinds == {"nowrap": "2026-GARCIA-0144", "number": "2026-GARCIA-00144-B"}


def test_the_checks_above_can_fail() -> None:
    table = (
        '<table class="cards" role="table"><thead role="rowgroup"><tr role="row">{}</tr></thead><tbody role="rowgroup">'
    )
    head = table.format('<th role="columnheader" scope="col">A</th><th role="columnheader" scope="col">B</th>')
    row = '<tr role="row"><td role="cell" data-label="A">1</td><td role="cell" data-label="{}">2</td></tr></table>'
    assert Tables(head + row.format("B")).wrong == []
    assert Tables(head + row.format("A")).wrong == ["cell 1 of ['A', 'B'] says A"]
    assert Tables((head + row.format("B")).replace('<tr role="row"><td', "<tr><td")).wrong == ["tr is no row"]
