"""Fifty subscribers while the docket changes: every answer is whole, and none lags behind a commit."""

from datetime import date
from pathlib import Path

import pytest

from tests.e2e.office import Office
from tests.e2e.subscribers import Entry, load, missing, read, subscriptions

SUBSCRIBERS, ADDRESSES, SECONDS = 50, 12, 10
DAY, OTHER = date(2026, 12, 1), date(2026, 12, 2)


@pytest.mark.slow
def test_no_subscriber_misses_what_was_committed(tmp_path: Path) -> None:
    office = Office(tmp_path)
    feeds = subscriptions(office, ADDRESSES)
    with office.serving():
        report = load(office, feeds, SECONDS, subscribers=SUBSCRIBERS)
    print(f"{len(report.seconds)} answers, {report.writes} writes, p99 {report.percentile(0.99) * 1e3:.0f} ms")
    assert report.faults[:10] == []
    assert set(report.statuses) == {200, 304}
    assert len(report.statuses) >= SUBSCRIBERS * 3
    assert report.writes >= 3
    assert report.calendars > report.writes
    counted = office.data("feed", "list")
    assert sum(feed["fetches"] for feed in counted) == len(report.statuses)
    assert "Traceback" not in office.log.read_text()


def test_the_judge_can_tell() -> None:
    confirmed = {"a": Entry(DAY, False), "b": Entry(DAY, False, last_word=False)}
    assert missing(confirmed, {"a": Entry(DAY, False), "b": Entry(OTHER, True), "c": Entry(DAY, False)}) == []
    assert missing(confirmed, {"b": Entry(DAY, False)}) == ["a is missing"]
    assert len(missing(confirmed, {"a": Entry(OTHER, False), "b": Entry(DAY, False)})) == 1
    assert len(missing(confirmed, {"a": Entry(DAY, True), "b": Entry(DAY, False)})) == 1
    for broken in (b"", b"<html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"):
        with pytest.raises(ValueError, match="not whole"):
            read(broken)
