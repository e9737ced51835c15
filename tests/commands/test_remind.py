"""Contacts, tests of them, and the list of what is sent, by the real program against real receivers."""

import json
import os
import re
import sqlite3
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import Firm
from tests.commands.program import RECENT
from tests.notify.receivers import Receiver, answers, receiver
from tests.notify.servers import certificate

ANA = "ana@firm.example"


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    return certificate(tmp_path)[0]


@pytest.fixture
def hook(tls: ssl.SSLContext) -> Iterator[Receiver]:
    with receiver(tls, answers(200)) as running:
        yield running


@pytest.fixture
def reached(firm: Firm, hook: Receiver) -> Firm:
    """Ana is reached by mail, into a folder, and by Slack, at the receiver."""
    firm.config.write_text(
        f'[mail]\nchannel = "folder"\n[channels]\nallowed = "{hook.host}"\nca_file = "certificate.pem"\n'
    )
    firm.add("Ana Ruiz", ANA)
    contact(firm, hook.url)
    return firm


def contact(firm: Firm, address: str, channel: str = "slack") -> str:
    (firm.folder / "address").write_text(address + "\n")
    return firm.good("person", "contact", ANA, "--channel", channel, "--address-file", str(firm.folder / "address"))


def mailed_code(firm: Firm) -> str:
    newest = max((firm.folder / "mail").iterdir(), key=os.path.getmtime)
    return str(re.findall(r"code is (\d{6})", newest.read_text())[0])


def everything(firm: Firm) -> str:
    """The database as text, without the one column that is meant to hold addresses."""
    with sqlite3.connect(firm.folder / "deadlines.sqlite3") as connection:
        connection.execute("update contact set address = ''")
        return "\n".join(connection.iterdump())


def test_an_address_is_kept_and_never_shown_again(reached: Firm, hook: Receiver) -> None:
    ways = reached.data("person", "contact", ANA)
    assert [(way["channel"], way["shown"], way["proved_at"]) for way in ways] == [
        ("mail", ANA, None),
        ("slack", hook.host, None),
    ]
    shown = (
        reached.good("person", "contact", ANA) + reached.good("person", "list") + str(reached.data("person", "list"))
    )
    assert "S3CRET" not in shown
    assert "mail, slack" in reached.good("person", "list")
    reached.good("person", "contact", ANA, "--channel", "slack", "--remove")
    assert len(reached.data("person", "contact", ANA)) == 1
    assert reached.run("person", "contact", ANA, "--channel", "slack", "--remove").returncode == 7
    assert "S3CRET" not in everything(reached)


@pytest.mark.parametrize(
    "text", ["", "https://localhost/S3CRET", "http://h.example/S3CRET", "https://a/S3CRET\nhttps://b/", "https://u:S3CRET@h/"]
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(firm: Firm, text: str) -> None:
    firm.add("Ana", ANA)
    (firm.folder / "address").write_text(text)
    done = firm.run("person", "contact", ANA, "--channel", "teams", "--address-file", str(firm.folder / "address"))
    assert done.returncode == 3
    assert "S3CRET" not in done.stdout + done.stderr
    assert len(firm.data("person", "contact", ANA)) == 1


def test_without_a_file_and_a_terminal_the_address_is_asked_for_in_vain(firm: Firm) -> None:
    firm.add("Ana", ANA)
    done = firm.run("person", "contact", ANA, "--channel", "slack")
    assert (done.returncode, "--address-file" in done.stderr) == (3, True)
    assert firm.run("person", "contact", ANA, "--remove").returncode == 3
    gone = firm.run("person", "contact", ANA, "--channel", "slack", "--address-file", "gone")
    assert (gone.returncode, "cannot be read" in gone.stderr) == (3, True)


def test_a_test_reaches_every_channel_and_its_codes_prove_them(reached: Firm, hook: Receiver) -> None:
    outcomes = reached.data("remind", "test", ANA)
    assert [(each["channel"], each["taken"]) for each in outcomes] == [("mail", True), ("slack", True)]
    chatted = re.findall(r"code is (\d{6})", json.loads(hook.requests[-1].body)["text"])[0]
    assert reached.run("remind", "confirm", ANA, "abcdef").returncode == 3
    assert reached.data("remind", "confirm", ANA, chatted)["proved"] == ["slack"]
    assert reached.good("remind", "confirm", ANA, mailed_code(reached)).startswith("Proved: mail reaches Ana Ruiz")
    assert all(way["proved_at"] for way in reached.data("person", "contact", ANA))
    checks = {check["id"]: check for check in json.loads(reached.run("doctor", "--json").stdout)["checks"]}
    assert checks["paths"]["state"] == "well"
    assert chatted not in everything(reached)


def test_another_address_has_to_be_proved_anew(reached: Firm, hook: Receiver) -> None:
    reached.data("remind", "test", ANA, "--channel", "mail")
    reached.data("remind", "confirm", ANA, mailed_code(reached))
    reached.good("person", "amend", ANA, "--email", "ruiz@firm.example")
    assert reached.data("person", "contact", "ruiz@firm.example")[0]["proved_at"] is None


@pytest.mark.parametrize("status, part", [(404, "no longer good"), (429, "puts the message off"), (302, "redirect")])
def test_a_channel_that_does_not_take_it_is_told_in_a_sentence(
    reached: Firm, hook: Receiver, status: int, part: str
) -> None:
    hook.becomes(answers(status, b"S3CRET-BODY"))
    done = reached.run("remind", "test", ANA, "--json")
    assert done.returncode == 9
    slack = json.loads(done.stdout)[1]
    assert not slack["taken"]
    assert part in slack["sentence"]
    assert "S3CRET" not in done.stdout + done.stderr
    assert "NOT TAKEN" in reached.run("remind", "test", ANA).stdout
    assert reached.run("remind", "test", ANA, "--channel", "teams").returncode == 7


def test_the_webhook_is_tested_when_it_is_named(reached: Firm, hook: Receiver) -> None:
    for name, text in (("where", hook.url), ("secret", "whsec_" + "a2tr" * 10)):
        (reached.folder / name).write_text(text)
        (reached.folder / name).chmod(0o600)
    with reached.config.open("a") as config:
        config.write('[webhook]\naddress_file = "where"\nsecret_file = "secret"\n')
    [outcome] = reached.data("remind", "test", ANA, "--channel", "webhook")
    assert outcome["taken"]
    assert hook.requests[-1].headers["webhook-signature"].startswith("v1,")
    said = json.loads(hook.requests[-1].body)
    assert (said["type"], said["data"]) == ("deadline.test", {"text": said["data"]["text"]})
    assert "Nothing is due" in said["data"]["text"]
    assert not re.search(r"Ana|@|\d{6}", said["data"]["text"])
    (reached.folder / "secret").write_text("nonsense")
    done = reached.run("remind", "test", ANA, "--channel", "webhook")
    assert (done.returncode, "NOT TAKEN" in done.stdout, "nonsense" in done.stdout) == (9, True, False)


def test_the_list_tells_what_is_due_to_whom_and_names_no_client(reached: Firm) -> None:
    reached.data(
        "add", "--matter", "2026-0143", "--client", "CANARYNAME", "--attorney", ANA,
        "--kind", "uscis.denial", "--form", "I-485", "--decided-on", RECENT, "--service", "mail",
    )  # fmt: skip
    found = reached.data("remind", "list")
    assert {each["person"] for each in found} == {ANA}
    assert {each["state"] for each in found} == {"planned"}
    text = reached.good("remind", "list", "--person", ANA)
    assert "2026-0143" in text
    assert "CANARYNAME" not in text + str(found)
    assert reached.run("remind", "list", "--person", "nobody@firm.example").returncode == 7
