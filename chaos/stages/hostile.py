"""Hostile words, dates, addresses and settings come in by every door; guesses knock at the calendars."""

import http.client
import re
import secrets
import signal
from contextlib import closing

from chaos.firm import Firm
from chaos.ground import MONDAY, Ground
from chaos.stages.mail import due_on_monday
from tests.notify.servers import free_port

DATES = (
    "02/03/2026",
    "13/02/2026",
    "1/2/26",
    "2026-02-30",
    "2027-02-29",
    "29 Feb",
    "9999-12-31",
    "1900-01-01",
    "tomorrow",
)
NAMES = (
    "Canary-\r\nX-Injected: yes",
    "Canary-\rATTACH:http://evil.test/x",
    "Canary-\u2028X-Injected: yes",
    "Canary-\u202egnp.exe",
    "Canary-\x0bBEGIN:VTODO",
    "=Canary-cmd|' /C calc'!A0",
    "Canary-{{7*7}} %s {0.__class__}",
    "Canary-<script>alert(1)</script>",
    "Canary-" + "x" * 10_000,
)
ADDRESSES = (
    "http://127.0.0.1/x", "https://127.0.0.1/x", "https://[::1]/x", "https://[::ffff:169.254.169.254]/x",
    "https://100.64.0.1/x", "https://[64:ff9b::7f00:1]/x", "https://[2002:7f00:1::]/x", "https://0x7f000001/x",
    "https://2130706433/x", "file:///etc/passwd", "gopher://127.0.0.1/", "https://a@127.0.0.1/x",
)  # fmt: skip
SETTINGS = (
    "[firm",
    '[frim]\nname = "x"',
    '[firm]\nnmae = "x"',
    '[web]\nport = "many"',
    '[firm]\nname = "a"\nname = "b"',
    '[mail]\nchannel = "pigeon"',
    "\x00",
    "[daemon]\ntick_seconds = -1",
)
INJECTED = re.compile(r"^(X-Injected|ATTACH|BEGIN:VTODO)", re.MULTILINE | re.IGNORECASE)
REFUSED = {2, 3, 5, 8}
"""The exit statuses with which a command refuses what it was given."""


def run(ground: Ground) -> None:
    """What is refused leaves nothing; what is taken harms nothing where it comes out."""
    port = free_port()
    with ground.firm(batch=50, web=port) as firm:
        firm.record("2026-00000", due_on_monday()[0])
        firm.set_clock(MONDAY)
        _dates(ground, firm)
        _names(ground, firm)
        _addresses(ground, firm)
        _settings(ground, firm)
        _feed(ground, firm, port)
        firm.judge()
        found = [mail.subject for mail in firm.post.accepted if INJECTED.search(mail.raw)]
        ground.tally.expect(not found, f"a mail carries what was injected: {found[:1]}")


def _add(firm: Firm, matter: str, client: str, decided: str) -> tuple[int, str]:
    done = firm.run(
        "add", "--matter", matter, "--client", client, "--attorney", "ana@firm.test", "--by", "ana@firm.test",
        "--kind", "uscis.denial",
        "--form", "I-140", "--decided-on", decided, "--service", "mail", "--json",
    )  # fmt: skip
    return done.returncode, done.stderr


def _dates(ground: Ground, firm: Firm) -> None:
    """A date that can be read in two ways, or in none, is refused."""
    for text in DATES[: ground.pick(3, 99)]:
        status, said = _add(firm, "2026-60000", "Canary-date", text)
        ground.tally.fault("date that is none")
        ground.tally.wrong += status == 0
        ground.tally.expect(status in REFUSED and "Traceback" not in said, f"`--decided-on {text}` ends with {status}")


def _names(ground: Ground, firm: Firm) -> None:
    """A name is refused in a sentence, or is no more than a name wherever it is shown."""
    decided, taken = due_on_monday()[0], 0
    for number, name in enumerate(NAMES[: ground.pick(4, 99)]):
        matter = f"2026-6100{number}"
        status, said = _add(firm, matter, name, decided.isoformat())
        ground.tally.fault("hostile name")
        ground.tally.expect(
            status == 0 or status in REFUSED, f"the name {name[:30]!r} ends with {status}: {said[-200:]}"
        )
        if status == 0:
            taken += 1
            firm.take_over(matter, decided)
    ground.tally.note(f"{taken} of {len(NAMES[: ground.pick(4, 99)])} hostile names were taken, as names")


def _addresses(ground: Ground, firm: Firm) -> None:
    """No chat lies inside the firm's own machines."""
    file = firm.folder / "address"
    for address in ADDRESSES[: ground.pick(3, 99)]:
        file.write_text(address)
        done = firm.run("person", "contact", "ana@firm.test", "--channel", "slack", "--address-file", str(file))
        ground.tally.fault("address inside")
        ground.tally.expect(done.returncode in REFUSED, f"{address} ends with {done.returncode}: {done.stderr[-200:]}")


def _settings(ground: Ground, firm: Firm) -> None:
    """A configuration with a mistake starts nothing, and the sentence names the line."""
    good = firm.config.read_text()
    for text in SETTINGS[: ground.pick(3, 99)]:
        firm.config.write_text(text)
        done = firm.run("daemon")
        ground.tally.fault("wrong configuration")
        ground.tally.expect(done.returncode == 5, f"a configuration {text!r} ends with {done.returncode}")
        ground.tally.expect(
            "line" in done.stderr, f"a configuration {text!r} is refused without its line: {done.stderr}"
        )
    firm.config.write_text(good)


def _feed(ground: Ground, firm: Firm, port: int) -> None:
    """The calendar holds the dates and nothing else; nobody guesses its address, and it stands in no log."""
    made = firm.run("feed", "add", "--person", "ana@firm.test", "--label", "Outlook", "--json")
    found = re.search(r"/f/([^/]+)/", made.stdout)
    ground.tally.expect(found is not None, f"no calendar: {made.stderr[-200:]}")
    if found is None:
        return
    token = found.group(1)
    process = firm.start("serve", "--port", str(port))
    up = firm.until(lambda: "serving on" in firm.log.read_text(errors="replace"), 20)
    ground.tally.expect(up, "the server does not come up")
    status, body = _get(port, f"/f/{token}/deadlines.ics")
    ground.tally.expect(status == 200 and body.count("BEGIN:VEVENT") >= 2, f"the calendar answers {status}")
    unfolded = re.sub(r"\r?\n[ \t]", "", body).replace("\r", "\n")
    lines = [line for line in unfolded.splitlines() if INJECTED.match(line)]
    ground.tally.expect(not lines, f"the calendar carries what was injected: {lines[:2]}")
    answers = {_get(port, f"/f/{secrets.token_urlsafe(32)}/deadlines.ics")[0] for _ in range(ground.pick(20, 300))}
    ground.tally.fault("guessed address", ground.pick(20, 300))
    ground.tally.leaked += 200 in answers
    ground.tally.expect(answers <= {404, 429}, f"guesses are answered {answers}")
    firm.until(lambda: firm.waiting() == 0, 30)
    firm.end(process, signal.SIGTERM)
    firm.canaries.add(token)
    firm.forgive("feed add")


def _get(port: int, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
