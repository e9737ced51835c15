"""Lists, tables and commands take a matter's number in whatever Unicode form it is typed."""

import unicodedata
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import true
from sqlalchemy.orm import Session

from deadlines.docket.closed import closed_lines
from deadlines.docket.closing import waive_entry
from deadlines.docket.table import Choice, docket_table
from deadlines.docket.teams import find_matter
from deadlines.docket.views import open_windows
from tests.docket.desks import LATER, desk, recorded
from tests.docket.samples import ZONE, person


@pytest.mark.parametrize("typed", ["ÉT-7", unicodedata.normalize("NFD", "ÉT-7"), " ÉT-7\u00a0"])
def test_a_number_is_found_in_every_unicode_form(session: Session, typed: str) -> None:
    entries = list(recorded(session, reference="ÉT-7").values())
    waive_entry(session, desk(), entries[0], reason="not wanted", by=person(session, "Ben Ode"), now=LATER)
    today, still = LATER.date(), {one.id for one in entries if one.status == "open"}
    assert find_matter(session, typed) is entries[0].matter
    assert [line.entry for line in closed_lines(session, matter=typed)] == [entries[0].id]
    assert {line.entry for line in open_windows(session, today, matter=typed)} == still
    copy = docket_table(session, Choice(matter=typed), true(), zone=ZoneInfo(ZONE), today=today)
    assert still
    assert {line.entry for line in copy.lines} == still
