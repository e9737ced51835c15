"""The story of a denial in a real browser, against the real program."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.driving import Browser, driven
from tests.browser.house import ANA, DORA, PAT, House
from tests.browser.story import FILED, MORNING, NEXT_DAY, REMINDED, STILL_UNANSWERED, UNANSWERED, Story


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with driven(tmp_path) as found:
        yield found


@pytest.mark.browser
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_denial_goes_from_the_mail_room_to_its_filing(
    empty_database_url: str, browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    house = House(tmp_path, empty_database_url, MORNING)
    story = Story(house, browser, scripts=scripts)
    with house.serving():
        story.register()
        story.enter()
        story.differ()
        story.amend()
        story.verify(ANA, "2026-10-26")
        story.later(NEXT_DAY)
        story.move()
        story.verify(DORA, "2026-10-30")
        story.later(REMINDED)
        story.remind()
        story.later(UNANSWERED)
        story.escalate(DORA)
        story.later(STILL_UNANSWERED)
        story.escalate(PAT)
        story.later(FILED)
        story.file()
        story.close("Thursday, 19 November 2026")
        story.later(FILED)


class TestShort:
    """The main line of the story, for a first look: one database, a minute."""

    @pytest.fixture
    def kind_of_database(self) -> str:
        return "sqlite"

    @pytest.mark.browser
    def test_a_wrong_date_is_caught_by_the_second_person(
        self, empty_database_url: str, browser: Browser, tmp_path: Path
    ) -> None:
        house = House(tmp_path, empty_database_url, MORNING)
        story = Story(house, browser)
        with house.serving():
            story.register()
            story.enter()
            story.differ()
            story.amend()
            story.verify(ANA, "2026-10-26")
            story.file("2026-11-02", "Mon 2 Nov 2026")
            story.close("Monday, 2 November 2026")
            story.later(MORNING)
