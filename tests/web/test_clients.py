"""Every button's link, letter by letter: what the calendar programs want of an address."""

import re

import pytest

from deadlines.web.clients import HOW, feed_address
from deadlines.web.invited import code_for, programs_for

TOKEN = "dlf_" + "Ab-_" * 10 + "xyz"
ADDRESS = feed_address("https://calendar.firm.test:8443/cal", TOKEN)
NAME = "Deadlines – Ana Ruiz & Söhne?"
ENCODED = f"calendar.firm.test%3A8443%2Fcal%2Ff%2F{TOKEN}%2Fdeadlines.ics"
ENCODED_NAME = "Deadlines%20%E2%80%93%20Ana%20Ruiz%20%26%20S%C3%B6hne%3F"
BARE = f"calendar.firm.test:8443/cal/f/{TOKEN}/deadlines.ics"

LINKS = {
    "Open Outlook on the web": "https://outlook.office.com/calendar/0/addfromweb"
    f"?url=https%3A%2F%2F{ENCODED}&name={ENCODED_NAME}",
    # The new Outlook takes the scheme off and wants an address beneath; every other program wants webcal://.
    "Open the new Outlook (Windows)": f"webcal:https://{BARE}",
    "Open Outlook.com": f"https://outlook.live.com/calendar/0/addfromweb?url=https%3A%2F%2F{ENCODED}&name={ENCODED_NAME}",
    "Open Google's form": "https://calendar.google.com/calendar/u/0/r/settings/addbyurl",
    "Try to add it in one step": f"https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F{ENCODED}",
    "Open Apple Calendar": f"webcal://{BARE}",
}


def test_every_button_has_exactly_its_link() -> None:
    buttons = [button for program in programs_for(ADDRESS, NAME) for button in program.buttons]
    assert {button.words: button.link for button in buttons} == LINKS
    assert all(button.outside == button.link.startswith("https:") for button in buttons)


def test_the_odd_form_stands_only_with_outlook() -> None:
    found = [how.program for how in HOW if any(pattern.startswith("webcal:{") for _, pattern in how.buttons)]
    assert found == ["Outlook (work, school)"]


@pytest.mark.parametrize("how", HOW, ids=lambda how: how.program)
def test_every_program_has_steps_that_need_no_button_and_says_how_fresh_it_is(how: object) -> None:
    (program,) = (found for found in programs_for(ADDRESS, NAME) if found.name == getattr(how, "program", ""))
    assert "paste the address" in program.steps
    assert program.fresh.endswith(".")


def test_the_longest_address_is_short_enough_for_every_program() -> None:
    longest = "https://" + "a" * 142  # what the configuration takes
    assert len(feed_address(longest, TOKEN)) <= 256
    assert feed_address(longest, TOKEN).endswith("/deadlines.ics")


def test_the_code_is_a_drawing_without_styles() -> None:
    drawing = code_for(ADDRESS)
    assert drawing.startswith('<svg role="img" aria-label="')
    assert "style" not in drawing
    assert TOKEN not in drawing
    assert set(re.findall(r"<([a-z]+)", drawing)) == {"svg", "title", "path"}
