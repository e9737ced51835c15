"""The docket on paper: every open date once, nothing of restricted matters, and one file that stands alone."""

import re
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deadlines.daemon.keeper import Keeper, Keeping
from deadlines.keeping.records import check_sheet
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Matter
from deadlines.web.desk import printing
from deadlines.web.printing import Printer, leave
from tests.docket import samples
from tests.web.serving import NOW, ZONE
from tests.web.test_desk import CANARIES, Firm

NIGHT = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
"""Half past three in New York."""


@pytest.fixture
def firm(database: Database) -> Firm:
    return Firm(database)


def rows(page: str) -> list[str]:
    return page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1] if "<tbody>" in page else []


def whole(firm: Firm, days: int = 90) -> str:
    with firm.database.read() as session:
        return Printer("Firm", ZONE, "2026.11").whole(session, None, now=NOW, days=days)


def add(firm: Firm, safe_by: date, last_day: date, **changes: object) -> str:
    with firm.database.write() as session:
        matter = session.get_one(Matter, firm.ids["A-1"])
        made = samples.window(rule=f"r{safe_by}", safe_by=safe_by, last_day=last_day, latest=last_day, **changes)
        return samples.entry(session, matter, made)[0].id


def test_every_open_date_up_to_the_day_stands_there_once(firm: Firm) -> None:
    add(firm, date(2026, 10, 1), date(2026, 10, 5), title="Overdue one")
    add(firm, date(2027, 1, 29), date(2027, 2, 2), title="Ninety days ahead")
    add(firm, date(2027, 2, 1), date(2027, 2, 2), title="One day too far")
    page = firm.browser("Ana").get("/print").text  # 1 November 2026 and ninety days: 30 January 2027
    lines = rows(page)
    assert len(lines) == 4
    assert "Overdue one" in lines[0]
    assert "PAST" in lines[0]
    assert "Ninety days ahead" in lines[3]
    assert "One day too far" not in page
    assert len(rows(firm.browser("Ana").get("/print?days=92").text)) == 5
    assert len(rows(firm.browser("Ana").get("/print?days=0").text)) == 1
    assert re.search(r"<strong>4</strong> open entries: <strong>1</strong> overdue", page)
    assert "Law edition 2026.11" in page
    assert "Printed 2026-11-01 07:05 EST" in page
    assert all('class="box"' in line for line in lines)
    assert '<time datetime="2026-11-20">Fri 20 Nov 2026</time>' in lines[1]


def test_a_page_holds_so_many_lines_and_says_so(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "MOST_LINES", 1)
    page = firm.browser("Ana").get("/print").text
    assert len(rows(page)) == 1
    assert "<strong>2</strong> open entries" in page
    assert "Only the first 1 stand here" in page


def test_numbers_of_days_that_make_no_sense_are_ninety(firm: Firm) -> None:
    browser = firm.browser("Ana")
    for text in ("", "-1", "x", "99999", "٣", "1e3"):
        assert 'value="90"' in browser.get("/print", params={"days": text}).text, text


def test_of_a_restricted_matter_nothing_is_told(firm: Firm) -> None:
    for name in ("Ben", "Dora", "Adam", ""):
        page = firm.browser(name).get("/print").text if name else whole(firm)
        assert not any(word.lower() in page.lower() for word in CANARIES)
        assert firm.ids["S-1"] not in page
        assert ("Deadline of a restricted matter" in page) == (name in ("Dora", ""))


def test_the_file_stands_alone(firm: Firm) -> None:
    text = whole(firm)
    assert re.findall(r"<(?:link|script|img|iframe|a)\b|url\(|@import|https?://", text) == []
    assert "counter(page)" in text
    assert len(rows(text)) == 2
    assert "Garcia &amp; &lt;b&gt;Sons&lt;/b&gt;" in text


def test_an_altered_date_comes_first_and_is_counted(firm: Firm) -> None:
    late = add(firm, date(2027, 1, 20), date(2027, 1, 25), title="Altered one")
    with firm.database.write() as session:
        session.connection().exec_driver_sql(f"UPDATE deadline SET last_day = '2027-01-26' WHERE entry_id = '{late}'")
    text = whole(firm)
    assert "Altered one" in rows(text)[0]
    assert "INTEGRITY ALARM: 1 altered" in text


def test_a_file_is_left_whole_for_its_owner_and_fourteen_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "sheets"
    for number in range(20):
        leave(folder, f"day {number}", date(2026, 11, 1) + timedelta(number))
    (folder / "notes.txt").write_text("mine")
    leave(folder, "again", date(2026, 11, 20))
    names = sorted(path.name for path in folder.iterdir())
    assert names == [*(f"docket-2026-11-{day:02}.html" for day in range(7, 21)), "notes.txt"]
    last = folder / "docket-2026-11-20.html"
    assert (last.read_text(), stat.S_IMODE(last.stat().st_mode)) == ("again", 0o600)


def test_the_nightly_care_leaves_one_each_night(firm: Firm, tmp_path: Path) -> None:
    folder = tmp_path / "sheets"

    def left(database: Database, now: datetime) -> Path:
        with database.read() as session:
            return leave(folder, Printer("Firm", ZONE, "1").whole(session, None, now=now, days=90), now.date())

    def keeper(leave_sheet: object) -> Keeper:
        keeping = Keeping(zone=ZONE, hour=3, folder=None, days=30, key=None, program="1", leave_sheet=leave_sheet)  # type: ignore[arg-type]
        return Keeper(firm.database, keeping)

    def fails(_database: Database, _now: datetime) -> Path:
        raise PermissionError(13, "Permission denied")

    assert "no sheet" in keeper(fails).keep(NIGHT)
    with firm.database.read() as session:
        told = check_sheet(session, NIGHT)
        assert told.state != "well"
        assert "Permission denied" in told.sentence
    assert "no sheet" not in keeper(left).keep(NIGHT + timedelta(minutes=5))
    assert "sheet" in keeper(left).keep(NIGHT + timedelta(hours=1))
    assert keeper(left).keep(NIGHT + timedelta(hours=2)) == []
    assert "sheet" in keeper(left).keep(NIGHT + timedelta(days=1))
    assert sorted(path.name for path in folder.iterdir()) == ["docket-2026-11-03.html", "docket-2026-11-04.html"]
    with firm.database.read() as session:
        for days, state in ((1, "well"), (3, "warning"), (6, "ill")):
            assert check_sheet(session, NIGHT + timedelta(days=days)).state == state
        assert session.get_one(Heartbeat, "sheet").detail.endswith("docket-2026-11-04.html")
