"""`deadlines token` and `deadlines webhook`, by the real program."""

import json
from typing import Any

import pytest

from tests.commands.conftest import Firm, firm, initialised

__all__ = ["firm", "initialised"]
ADDRESS = "https://case.firm.test/hooks/S3CRET"


@pytest.fixture
def office(firm: Firm) -> Firm:
    firm.add("Ana Ruiz", "ana@firm.test")
    return firm


def refused(firm: Firm, *words: str) -> Any:
    done = firm.run(*words, "--json")
    assert done.returncode != 0
    return json.loads(done.stdout)["error"]


def test_a_token_is_shown_once_and_revoked(office: Firm) -> None:
    how = ("--for", "Ana@firm.test", "--label", "case system", "--scope", "read", "--until", "2031-06-30")
    made = office.data("token", "add", *how)
    assert made["token"].startswith("dla_")
    assert made["expires_at"] == "2031-07-01T04:00:00Z"
    assert office.good("token", "list").count("dla_" + made["token"][4:10]) == 1
    (listed,) = office.data("token", "list")
    assert (listed["state"], listed["scope"], listed["used_at"], listed["hint"]) == (
        "live",
        "read",
        None,
        made["token"][4:10],
    )
    assert made["token"] not in json.dumps(listed)
    assert made["token"].encode() not in (office.folder / "deadlines.sqlite3").read_bytes()
    assert office.data("token", "revoke", made["id"][:8])["state"] == "revoked"
    assert office.data("token", "list", "--all")[0]["state"] == "revoked"
    assert refused(office, "token", "revoke", made["id"])["code"] == "conflict"


def test_a_token_needs_a_person_and_a_day_to_come(office: Firm) -> None:
    how = ("token", "add", "--label", "x", "--scope", "read", "--for")
    assert refused(office, *how, "nobody@firm.test")["code"] == "not-found"
    assert refused(office, *how, "ana@firm.test", "--until", "2020-01-01")["code"] == "bad-input"


def test_a_webhook_is_added_listed_and_revoked(office: Firm) -> None:
    how = ("--events", "notice.recorded, entry.filed", "--for", "ana@firm.test")
    made = office.data("webhook", "add", ADDRESS, *how)
    assert made["secret"].startswith("whsec_")
    assert (made["to"], made["events"]) == ("case.firm.test", ["entry.filed", "notice.recorded"])
    shown = office.good("webhook", "list") + json.dumps(office.data("webhook", "list"))
    assert "S3CRET" not in shown
    assert made["secret"] not in shown
    assert office.data("webhook", "revoke", made["id"][:6])["state"] == "revoked"
    assert refused(office, "webhook", "test", made["id"])["code"] == "conflict"


def test_a_webhook_into_the_house_or_of_nothing_is_refused(office: Firm) -> None:
    how = ("webhook", "add", "--for", "ana@firm.test", "--events")
    assert refused(office, *how, "all", "https://127.0.0.1/x")["code"] == "bad-input"
    assert refused(office, *how, "all", "http://case.firm.test/x")["code"] == "bad-input"
    assert "notice.recorded" in refused(office, *how, "notice.recorded,entry.vanished", ADDRESS)["message"]


def test_doctor_looks_at_webhooks(office: Firm) -> None:
    checks = json.loads(office.run("doctor", "--json").stdout)["checks"]
    assert [check["state"] for check in checks if check["id"] == "webhooks"] == ["well"]
