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
    how = ("--for", "Ana@firm.test", "--label", "case system", "--scope", "read", "--until")
    assert refused(office, "token", "add", *how, "2020-01-01")["code"] == "bad-input"
    made = office.data("token", "add", *how, "2031-06-30")
    assert made["token"].startswith("dla_")
    assert made["expires_at"] == "2031-07-01T04:00:00Z"
    (listed,) = office.data("token", "list")
    hint = made["token"][4:10]
    assert (listed["state"], listed["scope"], listed["used_at"], listed["hint"]) == ("live", "read", None, hint)
    assert made["token"] not in json.dumps(listed)
    assert made["token"].encode() not in (office.folder / "deadlines.sqlite3").read_bytes()
    assert office.data("token", "revoke", made["id"][:8])["state"] == "revoked"
    assert refused(office, "token", "revoke", made["id"])["code"] == "conflict"
    shown = office.good("token", "list", "--all")
    assert (f"dla_{hint}" in shown, made["token"] in shown) == (True, False)


def test_a_webhook_is_added_listed_and_revoked(office: Firm) -> None:
    how = ("webhook", "add", "--for", "ana@firm.test", "--events")
    assert refused(office, *how, "all", "https://127.0.0.1/x")["code"] == "bad-input"
    assert "notice.recorded" in refused(office, *how, "notice.recorded,entry.vanished", ADDRESS)["message"]
    made = office.data(*how, "notice.recorded, entry.filed", ADDRESS)
    assert made["secret"].startswith("whsec_")
    assert (made["to"], made["events"]) == ("case.firm.test", ["entry.filed", "notice.recorded"])
    shown = office.good("webhook", "list")
    assert ("case.firm.test" in shown, "S3CRET" in shown, made["secret"] in shown) == (True, False, False)
    assert office.data("webhook", "revoke", made["id"][:6])["state"] == "revoked"
    assert refused(office, "webhook", "test", made["id"])["code"] == "conflict"
