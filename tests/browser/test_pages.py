"""Every page in a real browser: whoever cannot see, has no mouse, no script or only a telephone gets through it."""

import re
from collections.abc import Iterator

import pytest

from deadlines.web.desk.menu import MENU
from tests.browser.driving import PHONE, Browser, Window, driven
from tests.browser.furnished import NOW, furnish
from tests.browser.house import PAT, House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.xdist_group("pages")]

ALIKE, MATTERS = 2, 20
"""Pages of one kind that are looked at; of matters all, because each offers other acts."""
ID = re.compile(r"(?<=/)(?=[a-z2-7]*[2-7])[a-z2-7]{20,}|(?<=rule/)[a-z0-9.-]+|(?<=question/)[a-z0-9.-]+")
NO_PAGE = re.compile(r"^(https?:|mailto:|webcal|#|/f/|/static/)|\.(csv|xlsx|pdf|ics|zip)\b|^/sign-in/elsewhere")
ACTS = {
    "/": ("Show", "DEMO-001"),
    "/month": ("Month after", "Show"),
    "/incoming": ("Register", "Docket it: USCIS denial I-140"),
    "/add": ("Kind of notice", "Preview"),
    "/verify": ("Verify a notice of matter DEMO-002",),
    "/proposals": ("Decide which holds: ",),
    "/evening": ("Sign for Monday, 23 November 2026",),
}
"""What the keyboard must reach on the pages on which the day's work is done; the beginnings of the words."""


class Found:
    """A furnished house, its pages, and a browser."""

    def __init__(self, house: House, browser: Browser) -> None:
        self.house, self.browser = house, browser
        self.window = house.sign_in(browser, PAT)
        self.paths = crawl(self.window)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    folder = tmp_path_factory.mktemp("pages")
    with driven(folder) as browser:
        house = House(folder, f"sqlite:///{folder / 'pages.sqlite3'}", NOW)
        furnish(house)
        with house.serving():
            yield Found(house, browser)


def crawl(window: Window) -> list[str]:
    """Every page that can be reached from the menu, of those that differ only in what they are about a few."""
    todo, seen, kinds = [*(path for path, _ in MENU), "/quiet"], set[str](), dict[str, int]()
    found = []
    while todo:
        path = todo.pop(0)
        kind = ID.sub("*", re.sub(r"=[^&]*", "=", path))
        if path in seen or kinds.get(kind, 0) >= (MATTERS if kind == "/matter/*" else ALIKE):
            continue
        seen.add(path)
        kinds[kind] = kinds.get(kind, 0) + 1
        window.go(path)
        found.append(path)
        links = window.links("a[href]")
        todo += [link.partition("#")[0] for link in links if not NO_PAGE.search(link) and link.startswith("/")]
        todo += [path.partition("?")[0] + link for link in links if link.startswith("?")]
    return found


def test_the_crawl_comes_everywhere(found: Found) -> None:
    kinds = {ID.sub("*", path.partition("?")[0]) for path in found.paths}
    acts = ("file", "dispatched", "initial", "waive", "extension", "missed", "resolve", "reopen")
    assert {path for path, _ in MENU} <= kinds
    assert {f"/entry/*/{act}" for act in acts} <= kinds
    assert {"/notice/*/verify", "/notice/*/amend", "/notice/*/strike", "/proposal/*/accept"} <= kinds
    assert {"/matter/*", "/matter/*/history", "/evening/history", "/quiet", "/entry/*/slip"} <= kinds
    assert {"/open", "/import", "/incoming/*/docketed", "/matter/*/look", "/matter/*/close"} <= kinds
    assert {f"/matter/*/{act}" for act in ("assign", "hand-over", "restrict")} <= kinds


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_keeps_anybody_out(found: Found, dark: bool) -> None:
    found.window.turn(dark=dark)
    barriers = []
    for path in found.paths:
        found.window.go(path)
        barriers += found.window.barriers()
    assert barriers == []
    assert found.window.faults() == []


def test_nothing_stands_out_of_a_telephone(found: Found) -> None:
    found.window.resize(PHONE)
    wide = []
    for path in found.paths:
        found.window.go(path)
        wide += found.window.overflow()
    found.window.resize({"width": 1280, "height": 900})
    assert wide == []


def test_tables_are_cards_on_a_telephone_and_still_tables_to_who_listens(found: Found) -> None:
    window = found.window
    window.resize(PHONE)
    matter = next(path for path in found.paths if re.fullmatch(r"/matter/[a-z2-7]{26}", path))
    pushed, said = [], {}
    for path in ("/", matter, "/evening", "/quiet", "/incoming", "/daybook"):
        window.go(path)
        pushed += [f"{path}: {one}" for one in window.scrolling()]
        tables = {"css": "table.cards", "first": True}
        if window.act({"css": "table.cards"}, "count"):
            said[path] = window.act(tables, "ariaSnapshot")
    names = window.column_names("/")
    window.resize({"width": 1280, "height": 900})
    assert pushed == []
    assert {"/", "/evening", "/daybook"} <= said.keys()
    for heading in ("Next date", "File by", "Last day", "Attorney"):
        assert f'columnheader "{heading}"' in said["/"]
    assert "row" in said["/"]
    assert "cell" in said["/"]
    assert not re.search(r'cell "[^"]*File by', said["/"])  # the name before a cell is not said twice
    assert names[:4] == ['"Next date: "', '"What: "', '"Matter: "', '"File by: "']


def test_the_keyboard_reaches_every_act_and_shows_where_it_is(found: Found) -> None:
    unseen, missing = [], []
    for path, acts in ACTS.items():
        found.window.go(path)
        stops = found.window.tabs(400)
        unseen += [(path, stop) for stop in stops if not stop.shown]
        words = [re.sub(r"\s*:", ":", stop.text) for stop in stops]
        missing += [(path, act) for act in acts if not any(one.startswith(act) for one in words)]
    assert missing == [], missing
    assert unseen == [], unseen


def test_the_first_stop_skips_the_menu(found: Found) -> None:
    found.window.go("/")
    assert found.window.tabs(1)[0].text == "Skip to the page"
    found.window.act({"css": ":focus"}, "press", "Enter")
    assert found.window.path == "/#main"
    assert found.window.tabs(1)[0].text.endswith("overdue")


def test_every_page_works_without_scripts(found: Found) -> None:
    plain = found.house.sign_in(found.browser, PAT, scripts=False)
    for path in found.paths:
        text = plain.go(path)
        assert plain.act({"css": "h1"}, "count") == 1, path
        assert "javascript" not in text.lower(), path
    assert plain.faults() == []
    plain.close()
