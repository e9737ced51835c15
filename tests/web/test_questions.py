"""The preview of a typed notice counts the questions that it shows as still to be found out, and no others."""

import re

import pytest

from deadlines.store.database import Database
from tests.web.test_add import browser
from tests.web.test_desk import Firm

I_140 = {"kind": "uscis.denial", "form": "I-140", "decided_on": "2026-11-23"}
ORDER = {"kind": "ij.order", "decided_on": "2026-10-23", "service": "mail"}


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


@pytest.fixture
def firm(database: Database) -> Firm:
    return Firm(database)


def preview(firm: Firm, typed: dict[str, str]) -> str:
    return browser(firm).post("/add/preview", data=typed).text


def counted(page: str) -> int:
    return int(re.findall(r"Questions: (\d+)\.", page)[0])


def asked(page: str, legend: str = "To find out") -> list[str]:
    """The questions under a heading, as they are read."""
    part = re.findall(rf"<legend>{legend}</legend>(.*?)</fieldset>", page, re.DOTALL)
    found = re.findall(r"<label for=[^>]*>(.*?)</label>|<p>(.*?) <a href=", part[0] if part else "")
    return [own or elsewhere for own, elsewhere in found]


@pytest.mark.parametrize("service", ["", "unknown"])
def test_a_way_of_service_that_is_not_known_is_a_question(firm: Firm, service: str) -> None:
    page = preview(firm, {**I_140, "service": service})
    assert any("How was the decision served?" in question for question in asked(page))
    assert counted(page) == len(asked(page))


def test_who_knows_the_way_of_service_is_not_asked_for_it(firm: Firm) -> None:
    page = preview(firm, {**I_140, "service": "mail"})
    assert not any("served" in question for question in asked(page))
    assert counted(page) == len(asked(page))
    assert asked(page, "Found out") == []


def test_what_is_answered_is_shown_apart_and_not_counted(firm: Firm) -> None:
    before = preview(firm, ORDER)
    assert counted(before) == len(asked(before)) > 0
    after = preview(firm, {**ORDER, "fact.asylum": "none"})
    assert counted(after) == len(asked(after))
    answered = asked(after, "Found out")
    assert len(answered) == 1
    assert answered[0] not in asked(after)
