"""FullCalendar draws each entry on its day, wherever the browser is; DEADLINES_PICTURES=1 keeps pictures of it."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.request import urlopen

import pytest

from deadlines.samples import Sample, current_notices
from tests.clients.browser import Browser, browsing
from tests.clients.shown import in_feed
from tests.e2e.office import ANA, TODAY, Office
from tests.ical import golden
from tests.ical.test_golden import DAYS

pytestmark = [
    pytest.mark.clients,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("fullcalendar"),
]

ZONES = ("America/Los_Angeles", "America/New_York", "Pacific/Auckland")
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PICTURE_ZONES = {
    "America/Los_Angeles": "los-angeles",
    "America/New_York": "new-york",
    "Pacific/Auckland": "auckland",
}
WIDTH = 1120
PICTURED, PICTURED_STRUCK = (0, 3, 4, 6), 3
"""Which of the made-up notices stand on the picture, and which of them is struck: a month that can be read."""
BEN = "ben@firm.example"


class Shop:
    """The running daemon with a docket of made-up notices, and a browser that may ask it."""

    def __init__(self, browser: Browser, url: str, pictured: str) -> None:
        self.browser, self.url, self.pictured = browser, url, pictured


def words(sample: Sample, attorney: str, matter: str) -> list[str]:
    """The command that records a sample."""
    notice = sample.notice
    facts = [word for name, value in notice.facts.items() for word in ("--fact", f"{name}={value}")]
    return [
        "add", "--matter", matter, "--client", sample.client, "--attorney", attorney, "--kind", notice.kind,
        "--decided-on", notice.decided_on.isoformat(), "--service", notice.service.method, "--by", attorney,
        *(["--form", notice.form] if notice.form else []), *facts,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    office = Office(tmp_path_factory.mktemp("office"))
    office.hire("Ben Sample", BEN)
    url, pictured = office.subscribe("intranet page"), office.subscribe("intranet page", person=BEN)
    samples = current_notices(TODAY)
    answers = [office.data(*words(sample, ANA, sample.matter)) for sample in samples]
    office.strike(answers[1]["notice"])
    for number in PICTURED:
        answer = office.data(*words(samples[number], BEN, f"2026-{140 + number:04}"))
        if number == PICTURED_STRUCK:
            office.strike(answer["notice"])
    feeds = {
        "/feed.ics": lambda: fetched(url),
        "/pictured.ics": lambda: fetched(pictured),
        "/golden.ics": golden.PATH.read_bytes,
    }
    folder = tmp_path_factory.mktemp("browser") / "home"
    with office.serving(), browsing(folder, feeds) as browser:
        yield Shop(browser, url, pictured)


def fetched(url: str) -> bytes:
    with urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
        return body


@pytest.mark.parametrize("zone", ZONES)
def test_every_entry_of_the_daemon_stands_on_its_day(shop: Shop, zone: str) -> None:
    wanted = sorted((entry.on, entry.title) for entry in in_feed(shop.url).values())
    first, last = wanted[0][0], wanted[-1][0]
    drawn = shop.browser.drawn("/feed.ics", first, date.fromordinal(last.toordinal() + 1), zone=zone)
    assert drawn.zone == zone
    assert sorted(drawn.entries) == wanted
    assert len(wanted) > 20


@pytest.mark.parametrize("zone", ZONES)
def test_the_odd_days_of_the_calendar_too(shop: Shop, zone: str) -> None:
    """Leap day, the last day of a year, the days on which clocks change."""
    drawn = shop.browser.drawn("/golden.ics", date(2026, 10, 1), date(2028, 4, 1), zone=zone)
    assert drawn.zone == zone
    assert drawn.entries == [(day, title) for day, title, _ in DAYS]


@pytest.mark.parametrize("zone", PICTURE_ZONES)
def test_a_month_fits_on_a_picture(shop: Shop, zone: str, tmp_path: Path) -> None:
    months = Counter(entry.on.replace(day=1) for entry in in_feed(shop.pictured).values())
    busiest = max(months, key=lambda month: months[month])
    wanted = os.environ.get("DEADLINES_PICTURES") == "1"
    path = (PICTURES if wanted else tmp_path) / f"calendar-{PICTURE_ZONES[zone]}.png"
    shop.browser.picture("/pictured.ics", busiest, path, zone=zone, width=WIDTH)
    assert path.read_bytes().startswith(b"\x89PNG")
