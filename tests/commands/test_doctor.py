import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Firm
from tests.commands.program import RECENT, run


def checks_of(text: str) -> dict[str, Any]:
    return {check["id"]: check for check in json.loads(text)["checks"]}


def test_nothing_is_initialised(tmp_path: Path) -> None:
    done = run("doctor", "--json", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == ""
    checks = checks_of(done.stdout)
    assert checks["configuration"]["state"] == "warning"
    assert checks["database"]["state"] == "ill"
    assert "deadlines init" in checks["database"]["sentence"] + checks["database"]["hint"]
    assert checks["law"]["state"] in ("well", "warning", "ill")
    assert json.loads(done.stdout)["state"] == "ill"
    assert list(tmp_path.iterdir()) == []


def test_a_fresh_installation_has_warnings(firm: Firm) -> None:
    done = firm.run("doctor", "--json")
    checks = checks_of(done.stdout)
    warned = {name for name, check in checks.items() if check["state"] == "warning"}
    assert {"scheduler", "mail", "docket-role", "web"} <= warned
    assert checks["database"]["state"] == "well"
    assert "sqlite" in checks["database"]["sentence"].lower()
    assert checks["audit"]["state"] == "well"
    assert all(check["hint"] for name, check in checks.items() if name in warned)


def test_the_status_follows_the_worst_check(firm: Firm) -> None:
    done = firm.run("doctor", "--json")
    worst = json.loads(done.stdout)["state"]
    assert done.returncode == {"well": 0, "warning": 1, "ill": 2}[worst]
    assert firm.run("doctor").returncode == done.returncode


def test_people_read_it_too(firm: Firm) -> None:
    text = firm.run("doctor").stdout
    assert "well     database" in text
    assert "warning  mail" in text
    assert "Set mail.host and mail.sender" in text


def test_a_wrong_configuration_is_ill_and_named(firm: Firm) -> None:
    firm.config.write_text('[mail]\nhots = "x"\n')
    done = firm.run("doctor", "--json")
    assert done.returncode == 2
    assert "line 2" in checks_of(done.stdout)["configuration"]["sentence"]


@pytest.mark.parametrize(
    "text, state, part",
    [
        ('host = "h.example"\n', "ill", "mail.sender"),
        ('host = "h.example"\nsender = "a@b.example"\n', "well", "h.example:587"),
        ('host = "h.example"\nsender = "a@b.example"\nuser = "a"\nsecurity = "none"\n', "ill", "in clear"),
        ('host = "h.example"\nsender = "a@b.example"\nsecurity = "none"\n', "ill", "in clear"),
        ('host = "h.example"\nsender = "a@b.example"\nsecurity = "none"\nclear_to = "h2.example"\n', "ill", "in clear"),
        ('host = "h.example"\nsender = "a@b.example"\nsecurity = "none"\nclear_to = "H.example"\n', "warning", "clear"),
        ('host = "127.0.0.1"\nsender = "a@b.example"\nsecurity = "none"\n', "well", "127.0.0.1:587"),
        ('host = "h.example"\nsender = "a@b.example"\npassword_file = "gone"\n', "ill", "cannot be read"),
        ('channel = "folder"\n', "warning", "folder"),
    ],
)
def test_mail_settings(firm: Firm, text: str, state: str, part: str) -> None:
    firm.config.write_text(f"[mail]\n{text}")
    mail = checks_of(firm.run("doctor", "--json").stdout)["mail"]
    assert mail["state"] == state
    assert part in mail["sentence"]


@pytest.mark.parametrize(
    "text, named, also",
    [
        ('[channels]\nca_file = "gone"\n', "gone: channels.ca_file cannot be read (No such file", "mail"),
        ('[channels]\nca_file = "deadlines.toml"\n', "deadlines.toml: holds no certificates", "mail"),
        ('[webhook]\naddress_file = "gone"\nsecret_file = "x"\n', "gone: the webhook address file cannot", ""),
        ('[webhook]\naddress_file = "address"\nsecret_file = "gone"\n', "gone: the webhook secret file cannot", ""),
        ('[webhook]\naddress_file = "address"\n', "needs webhook.secret_file beside it", ""),
        ('[monitor]\naddress_file = "gone"\n', "gone: the monitor address file cannot be read", "monitor"),
        ('[oidc]\nclient_secret_file = "gone"\n', "gone: the client secret file cannot be read", ""),
        ('[keeping]\nbackup_key_file = "gone"\n', "gone: the key file cannot be read", ""),
    ],
)
def test_each_file_that_cannot_be_used_is_named_by_the_right_check(
    firm: Firm, text: str, named: str, also: str
) -> None:
    (firm.folder / "address").write_text("https://hooks.firm.example/deadlines\n")
    (firm.folder / "address").chmod(0o600)
    firm.config.write_text(text)
    checks = checks_of(firm.run("doctor", "--json").stdout)
    naming = {name for name, check in checks.items() if named in check["sentence"]}
    assert naming == {"files", also} - {""}
    assert {checks[name]["state"] for name in naming} == {"ill"}


def test_files_that_can_be_used_are_well(firm: Firm) -> None:
    assert checks_of(firm.run("doctor", "--json").stdout)["files"]["state"] == "well"


@pytest.mark.parametrize(
    "url, state",
    [("", "warning"), ("http://firm.example", "warning"), ("https://firm.example", "well")],
)
def test_the_address_given_out(firm: Firm, url: str, state: str) -> None:
    firm.config.write_text(f'[web]\nbase_url = "{url}"\n')
    assert checks_of(firm.run("doctor", "--json").stdout)["web"]["state"] == state


def test_a_changed_audit_trail_is_ill(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    with sqlite3.connect(firm.folder / "deadlines.sqlite3") as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f'drop trigger "{name}"')
        connection.execute("update audit set actor = 'somebody else'")
    done = firm.run("doctor", "--json")
    assert done.returncode == 2
    assert "broken at row 1" in checks_of(done.stdout)["audit"]["sentence"]


def test_waiting_reminders_without_a_scheduler_are_ill(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    firm.data(
        "add", "--matter", "2026-0143", "--client", "CANARYNAME", "--attorney", "ana@firm.example",
        "--kind", "uscis.denial", "--form", "I-485", "--decided-on", RECENT, "--service", "mail",
    )  # fmt: skip
    done = firm.run("doctor", "--json")
    assert checks_of(done.stdout)["scheduler"]["state"] == "ill"
    assert "CANARYNAME" not in done.stdout


def test_damaged_rows_blind_no_check_and_are_named(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    with sqlite3.connect(firm.folder / "deadlines.sqlite3") as connection:
        connection.execute("insert into heartbeat (sweep, at, detail) values ('daemon', '2026-1q-01', '')")
        connection.execute("update person set created_at = '2026-1q-01'")
    done = firm.run("doctor", "--json")
    checks = checks_of(done.stdout)
    assert done.returncode == 2
    assert checks["database"]["state"] == checks["audit"]["state"] == "well"
    assert checks["scheduler"]["state"] == checks["unreadable-rows"]["state"] == "ill"
    assert "heartbeat daemon (at)" in checks["unreadable-rows"]["sentence"]
    assert "created_at" in checks["unreadable-rows"]["sentence"]


def test_an_owner_of_milestones_who_is_nobody_is_named(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    step = '[[milestone]]\nid = "{0}"\ntitle = "Step"\nowner = "{0}@firm.example"\nafter_notice = 3\nremind = [0]\n'
    (firm.folder / "practice.toml").write_text(step.format("ana") + step.format("nobody"))
    done = firm.run("doctor", "--json", DEADLINES_FIRM_PRACTICE=str(firm.folder / "practice.toml"))
    check = checks_of(done.stdout)["milestone-owners"]
    assert check["state"] == "warning"
    assert "nobody@firm.example" in check["sentence"]
    assert "ana@" not in check["sentence"]


@pytest.mark.parametrize("at, state", [("12:00", "well"), ("23:30", "warning")])
def test_a_time_at_which_it_is_too_late_is_told(firm: Firm, at: str, state: str) -> None:
    done = firm.run("doctor", "--json", DEADLINES_REMINDERS_AT=at)
    assert checks_of(done.stdout)["reminders-time"]["state"] == state


def test_only_where_there_is_no_docket_a_new_one_is_proposed(firm: Firm) -> None:
    with firm.config.open("a") as file:
        file.write('\n[database]\nurl = "postgresql://nobody@127.0.0.1:9/none"\n')
    check = checks_of(firm.run("doctor", "--json").stdout)["database"]
    assert check["state"] == "ill"
    assert "init" not in check["hint"]
