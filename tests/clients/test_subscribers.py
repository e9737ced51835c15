"""Programs that fetch by themselves, against the daemon as it runs, ends and starts again."""

import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.clients.gnome import Gnome, gnome
from tests.clients.shown import Calendared, days_moved, days_recorded, in_feed
from tests.clients.thunderbird import thunderbird
from tests.e2e.office import Office, until

pytestmark = [pytest.mark.clients, pytest.mark.timeout(1200)]

MINUTE = 60
STARTING, POLL = 180, 4 * MINUTE


class Docket:
    """An office with three notices: one stays, one is corrected, one is struck."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.office = Office(folder)
        self.url = self.office.subscribe("calendar program")
        self.recorded = {matter: self.office.record(matter) for matter in ("2026-STAYS", "2026-MOVES", "2026-ENDS")}
        self.hint = self.office.data("feed", "list")[0]["hint"]

    def days(self) -> dict[str, date]:
        found: dict[str, date] = {}
        for answer in self.recorded.values():
            found |= days_recorded(answer)
        return found

    def change(self) -> tuple[dict[str, date], dict[str, date], set[str]]:
        """Add one, correct one, strike one: the days added, the days moved, the UIDs struck."""
        struck = self.recorded["2026-ENDS"]
        added = days_recorded(self.office.record("2026-ADDED", days_ago=5))
        moved = days_moved(self.office.hand_over(self.recorded["2026-MOVES"]["notice"]))
        self.office.strike(struck["notice"])
        return added, moved, set(days_recorded(struck))

    def sent(self, status: int) -> int:
        """How often the log tells of such an answer. It leaves out 304s, which are nearly all."""
        return len(re.findall(rf"GET {re.escape(self.hint)}\S* {status} ", self.office.log.read_text()))

    def fetches(self) -> int:
        """Every 200 and 304; complete once the daemon has ended in order."""
        count: Any = self.office.data("feed", "list")[0]["fetches"]
        return int(count)


def require_changes(shown: Calendared, changes: tuple[dict[str, date], dict[str, date], set[str]]) -> None:
    """The change of the docket is what the program shows."""
    added, moved, struck = changes
    assert added
    assert moved
    assert struck
    for uid, day in (added | moved).items():
        assert (shown[uid].on, shown[uid].cancelled) == (day, False)
    for uid in struck:
        assert shown[uid].cancelled
        assert shown[uid].title.startswith("CANCELLED: ")


def test_thunderbird_follows_the_docket_through_a_restart(tmp_path: Path) -> None:
    docket = Docket(tmp_path / "office")
    office = docket.office
    with office.serving(), thunderbird(tmp_path / "client", docket.url, zone="America/Los_Angeles") as client:
        until(client.shown, "the first fetch", STARTING)
        until(lambda: client.shown() == in_feed(docket.url), "every entry", POLL, every=2)
        assert {uid: entry.on for uid, entry in client.shown().items()} == docket.days()

        changes = docket.change()
        wanted = in_feed(docket.url)
        until(lambda: client.shown() == wanted, "the changes", POLL, every=2)
        require_changes(client.shown(), changes)

        # Nothing changes for more than one look: it is answered with 304.
        sent = docket.sent(200)
        time.sleep(2.5 * MINUTE)
        assert docket.sent(200) == sent
        assert client.shown() == wanted
        office.stop()
        quiet = docket.fetches() - sent
        assert quiet >= 2

        # It looks at least once while nobody answers, and loses nothing.
        time.sleep(1.5 * MINUTE)
        assert client.shown() == wanted
        office.start()
        late = days_recorded(office.record("2026-LATER"))
        until(lambda: set(late) <= set(client.shown()), "what was added after the restart", 2 * POLL, every=2)
        assert client.shown() == in_feed(docket.url)


def look_often(client: Gnome, wanted: Calendared) -> None:
    """Every fetch leaves what is there as it is."""
    for _ in range(5):
        assert client.shown() == wanted
        time.sleep(1)


def test_gnome_follows_the_docket_through_a_restart(tmp_path: Path) -> None:
    docket = Docket(tmp_path / "office")
    office = docket.office
    with office.serving(), gnome(tmp_path / "client", docket.url, zone="Pacific/Auckland") as client:
        until(lambda: client.shown() == in_feed(docket.url), "every entry", STARTING, every=1)
        assert {uid: entry.on for uid, entry in client.shown().items()} == docket.days()

        changes = docket.change()
        wanted = in_feed(docket.url)
        until(lambda: client.shown() == wanted, "the changes", MINUTE, every=1)
        require_changes(client.shown(), changes)

        sent = docket.sent(200)
        look_often(client, wanted)
        assert docket.sent(200) == sent
        office.stop()
        assert docket.fetches() - sent >= 3

        look_often(client, wanted)
        office.start()
        late = days_recorded(office.record("2026-LATER"))
        until(lambda: set(late) <= set(client.shown()), "what was added after the restart", MINUTE, every=1)
        assert client.shown() == in_feed(docket.url)
