"""What an attorney reads: summary, description, redactions, slots."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from icalendar import Event

from deadlines.compute.result import Reading, Step, Window
from deadlines.ical import REDACTIONS, Origin, Redaction, entry_items, render_event, slot_item

ENDS = ("satisfied", "waived", "struck", "missed")
NOW = datetime(2026, 10, 27, 14, 0, tzinfo=UTC)
ORIGIN = Origin(
    entry_id="k" * 26,
    matter="2026-0143",
    client="Garcia CANARY",
    edition="2026.11",
    status="open",
    created_at=NOW,
    changed_at=NOW,
)


def window(**changes: Any) -> Window:
    fields: dict[str, Any] = {
        "rule": "uscis.motion.reopen",
        "title": "Motion to reopen",
        "remedy": "motion to reopen",
        "form": "I-290B",
        "file_with": "USCIS, at the lockbox for Form I-290B (never the AAO)",
        "filed_when": "received",
        "state": "due",
        "opens_on": date(2026, 10, 23),
        "safe_by": date(2026, 11, 20),
        "last_day": date(2026, 11, 25),
        "latest": date(2026, 11, 30),
        "contested": True,
        "readings": [
            Reading("with mail days", date(2026, 11, 25), True, "the form says so", ["8 CFR 103.8(b)"]),
            Reading("roll first", date(2026, 11, 30), False, "a page says so", ["USCIS page"]),
        ],
        "working": [
            Step("Friday 23 October 2026 is day 0", date(2026, 10, 23), "8 CFR 1.2"),
            Step("30 days, and 3 for the mail", date(2026, 11, 25), None),
        ],
        "cite": ["8 CFR 103.5(a)(1)(i)"],
        "confidence": "primary",
        "reviewed_on": date(2026, 11, 23),
        "notes": ["A fee is due with the form."],
    }
    return Window(**{**fields, **changes})


def origin(**changes: Any) -> Origin:
    return msgspec.structs.replace(ORIGIN, **changes)


def test_a_telephone_shows_what_form_matter_and_that_it_must_be_received() -> None:
    items = entry_items(window(), ORIGIN)
    assert items["safe"].summary == "FILE BY: I-290B motion to reopen – 2026-0143 (must be received)"
    assert items["last"].summary == "LAST DAY: I-290B motion to reopen – 2026-0143 (must be received)"
    assert {slot: item.on for slot, item in items.items()} == {
        "safe": date(2026, 11, 20),
        "last": date(2026, 11, 25),
    }
    assert {slot: item.category for slot, item in items.items()} == {"safe": "Deadline", "last": "Last day"}


def test_a_protective_date_has_an_entry_of_its_own() -> None:
    appeal = window(title="Appeal to the Board of Immigration Appeals", form="EOIR-26", protective_by=date(2026, 3, 23))
    item = entry_items(appeal, ORIGIN)["protective"]
    assert item.summary == "PROTECTIVE DATE: EOIR-26 appeal to the BIA – 2026-0143 (must be received)"
    assert item.on == date(2026, 3, 23)
    assert "Protective date: Mon 23 Mar 2026, under a shorter text that a court has set aside for now" in (
        item.description
    )


def test_two_dates_on_one_day_are_one_entry_that_says_so() -> None:
    items = entry_items(window(safe_by=date(2026, 11, 25)), ORIGIN)
    assert list(items) == ["safe"]
    assert items["safe"].summary.startswith("FILE BY AND LAST DAY: ")


@pytest.mark.parametrize(
    "title, form, said",
    [
        ("Motion to reopen before the immigration judge", None, "Motion to reopen before the IJ"),
        ("Appeal to the Administrative Appeals Office", "I-290B", "I-290B appeal to the AAO"),
        ("Response to a request for evidence", None, "Response to an RFE"),
        ("VAWA special motion to reopen", "X-1", "X-1 VAWA special motion to reopen"),
        ("Petition I-751 window", "I-751", "Petition I-751 window"),
    ],
)
def test_forms_and_titles_are_put_shortly(title: str, form: str | None, said: str) -> None:
    assert f": {said} – 2026-0143" in entry_items(window(title=title, form=form), ORIGIN)["safe"].summary


@pytest.mark.parametrize(
    "filed_when, said",
    [
        ("received", "(must be received)"),
        ("received, or mailed with clear and convincing proof of the mailing date", "(must be received)"),
        ("mailed", "(must be mailed)"),
        ("placed in the hands of the prison authorities with postage prepaid", "(see what counts as filed)"),
    ],
)
def test_what_counts_as_filed_is_said(filed_when: str, said: str) -> None:
    item = entry_items(window(filed_when=filed_when), ORIGIN)["last"]
    assert said in item.summary
    assert f"Filed when: {filed_when}." in item.description
    assert ("A postmark does not count" in item.description) == (filed_when == "received")


def test_the_description_explains_the_dates() -> None:
    text = entry_items(window(), ORIGIN)["safe"].description
    wanted = [
        "What: Motion to reopen",
        "Form: I-290B",
        "Matter: 2026-0143",
        "File with: USCIS, at the lockbox for Form I-290B (never the AAO)",
        "Opens: Fri 23 Oct 2026",
        "File by: Fri 20 Nov 2026",
        "Last day: Wed 25 Nov 2026",
        "Latest arguable: Mon 30 Nov 2026, never rely on it",
        "- with mail days: Wed 25 Nov 2026, prevails: the form says so [8 CFR 103.8(b)]",
        "- roll first: Mon 30 Nov 2026, does not prevail: a page says so [USCIS page]",
        "1. Friday 23 October 2026 is day 0 [8 CFR 1.2]",
        "2. 30 days, and 3 for the mail",
        "- A fee is due with the form.",
        "Law: 8 CFR 103.5(a)(1)(i)",
        "Law data: edition 2026.11, reviewed Mon 23 Nov 2026, confidence primary.",
        "Not legal advice: verify against the notice and the cited law.",
    ]
    lines = text.splitlines()
    assert [line for line in wanted if line not in lines] == []
    assert [lines.index(line) for line in wanted] == sorted(lines.index(line) for line in wanted)


def test_the_courier_s_day_stands_with_the_dates_while_it_is_of_use() -> None:
    courier = origin(dispatch_by=date(2026, 11, 18))
    line = "By courier: Wed 18 Nov 2026, to arrive by the file-by date"
    for redaction in ("matter", "full"):
        text = entry_items(window(), courier, redaction)["safe"].description.splitlines()
        assert text[text.index(line) - 1] == "File by: Fri 20 Nov 2026"
    assert "By courier" not in entry_items(window(), ORIGIN)["safe"].description
    hidden = (
        entry_items(window(), courier, "busy"),
        entry_items(window(), origin(dispatch_by=date(2026, 11, 18), altered=True)),
        *(entry_items(window(), origin(dispatch_by=date(2026, 11, 18), status=status)) for status in ENDS),
    )
    for items in hidden:
        assert not any("courier" in item.description or "18 Nov" in item.description for item in items.values())


def test_however_long_the_working_the_warning_stays() -> None:
    steps = [Step(f"step {number} " + "x" * 300, None, "8 CFR 1.2") for number in range(200)]
    item = entry_items(window(working=steps), ORIGIN)["safe"]
    event = Event.from_ical(render_event(item))
    assert isinstance(event, Event)
    assert str(event["DESCRIPTION"]).endswith("Not legal advice: verify against the notice and the cited law.")


def rendered(redaction: Redaction) -> str:
    return b"".join(render_event(item) for item in entry_items(window(), ORIGIN, redaction).values()).decode()


def test_the_default_names_the_matter_and_not_the_client() -> None:
    assert "2026-0143" in rendered("matter")
    assert "CANARY" not in rendered("matter")


def test_full_names_the_client_too() -> None:
    item = entry_items(window(), ORIGIN, "full")["safe"]
    assert item.summary.endswith(" – 2026-0143 Garcia CANARY (must be received)")
    assert "Client: Garcia CANARY" in item.description
    assert entry_items(window(), origin(client=None), "full")["safe"].summary.endswith(
        " – 2026-0143 (must be received)"
    )


def test_busy_tells_nothing_but_that_there_is_a_deadline() -> None:
    items = entry_items(window(protective_by=date(2026, 11, 2)), ORIGIN, "busy")
    assert {item.summary for item in items.values()} == {"Deadline"}
    text = rendered("busy").replace("\r\n ", "")
    for word in ("I-290B", "otion", "2026-0143", "Garcia", "USCIS", "CFR", "Last day", "rotective"):
        assert word not in text
    assert len({item.uid for item in items.values()}) == 3


@pytest.mark.parametrize("redaction", REDACTIONS)
def test_identity_and_days_are_the_same_in_every_redaction(redaction: Redaction) -> None:
    plain = entry_items(window(), ORIGIN)
    found = entry_items(window(), ORIGIN, redaction)
    assert [(item.uid, item.on) for item in found.values()] == [(item.uid, item.on) for item in plain.values()]


@pytest.mark.parametrize("state", ["no-limit", "not-available", "closed"])
def test_a_window_that_is_not_due_has_no_entries(state: str) -> None:
    assert entry_items(window(state=state), ORIGIN) == {}


@pytest.mark.parametrize(
    "status, said",
    [("satisfied", "Satisfied:"), ("waived", "Waived:"), ("struck", "Struck from the docket:")],
)
def test_an_entry_that_ended_is_cancelled_with_its_reason(status: str, said: str) -> None:
    items = entry_items(window(), origin(status=status))
    assert all(item.cancelled and item.description.startswith(said) for item in items.values())


@pytest.mark.parametrize("status", ["open", "missed"])
def test_a_missed_window_stays_in_sight(status: str) -> None:
    assert not any(item.cancelled for item in entry_items(window(), origin(status=status)).values())


def test_a_date_that_the_entry_no_longer_has_is_cancelled() -> None:
    item = slot_item(window(), ORIGIN, "matter", "protective", date(2026, 11, 2), gone=True)
    assert item.cancelled
    assert item.description.startswith("This date no longer applies.")


@pytest.mark.parametrize("field", ["matter", "client", "edition"])
def test_hostile_text_of_people_cannot_add_lines(field: str) -> None:
    hostile = origin(**{field: "x\r\nLast day: Mon 1 Jan 2029\u2028y\x00"})
    items = entry_items(window(), hostile, "full")
    for item in items.values():
        assert "\nLast day: Mon 1 Jan 2029" not in item.description
        render_event(item)
