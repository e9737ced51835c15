"""Chat and webhook refuse, ask for patience, redirect, drip and break off; the mail goes all the same."""

import secrets
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

from chaos.firm import Firm
from chaos.ground import MONDAY, Ground
from chaos.judge import leaked
from chaos.ledger import ONE_DAY
from chaos.stages.mail import due_on_monday
from deadlines.store.tables import Contact
from tests.notify import receivers
from tests.notify.receivers import Play, Receiver, Request, answers, receiver
from tests.notify.servers import certificate

MODES: dict[str, Play] = {
    "404": answers(404),
    "429 for a minute": answers(429, Retry_After="60"),
    "connection torn off": receivers.resets,
    "302 to the inside": answers(302, Location="https://localhost/"),
    "400": answers(400),
    "410": answers(410),
    "500": answers(500),
    "429 for an hour": answers(429, Retry_After="3600"),
    "429 without a time": answers(429),
    "429 for -1": answers(429, Retry_After="-1"),
    "429 for ages": answers(429, Retry_After="1000000000"),
    "429 until a date": answers(429, Retry_After="Mon, 28 Sep 2026 15:00:00 GMT"),
    "half an answer": receivers.half,
    "nonsense": receivers.nonsense,
    "an endless answer": receivers.endless,
    "silence": receivers.silent(15.0),
    "a byte at a time": receivers.drips,
}
SHORT = 3
"""How many of these the short form takes."""
SAID_YES = {"half an answer", "an endless answer"}
"""The status came and it was good: whatever becomes of the rest of the answer, the message was taken."""
UNCLEAR = {"connection torn off", "nonsense", "silence", "a byte at a time"}
"""After these nobody can tell whether the message was taken."""
RESTED = timedelta(minutes=61)
"""After that whatever was refused or put off is tried again."""
SETTINGS = """
[channels]
allowed = "{host}"
ca_file = "certificate.pem"
slack_per_minute = 600
[webhook]
address_file = "hook-address"
secret_file = "hook-secret"
per_minute = 600
"""


class Taken:
    """What the receiver took while it was well, and what it may have taken."""

    def __init__(self, hook: Receiver) -> None:
        self.hook, self.mode = hook, ""
        self.well: list[Request] = []
        self.unclear: set[str] = set()

    def becomes(self, mode: str) -> None:
        """Behave so; empty: well."""
        self.keep()
        self.mode = mode
        self.hook.becomes(MODES[mode] if mode else answers(200))

    def keep(self) -> None:
        """Sort what came in by how the receiver was."""
        came, self.hook.requests[:] = list(self.hook.requests), []
        if not self.mode:
            self.well += came
        elif self.mode in SAID_YES:
            self.well += [request for request in came if "/webhook/" in request.path]
        elif self.mode in UNCLEAR:
            self.unclear |= {request.headers.get("webhook-id", "") for request in came}


def run(ground: Ground) -> None:
    """Each mode in turn; in the end chat and webhook have heard of every urgent date, and so has the mail."""
    folder = ground.folder / "keys"
    folder.mkdir(parents=True)
    with receiver(certificate(folder)[0], answers(200)) as hook:
        begin, more = MONDAY - timedelta(hours=1), SETTINGS.format(host=hook.host)
        with ground.firm(begin, batch=50, more=more) as firm:
            _furnish(firm, hook, folder)
            firm.set_clock(MONDAY)
            taken = Taken(hook)
            for number, mode in enumerate(list(MODES)[: SHORT if ground.short else None]):
                _mode(ground, firm, taken, mode, f"2026-2{number:04}")
            firm.settle()
            taken.keep()
            firm.judge()
            _judge(ground, firm, taken)


def _furnish(firm: Firm, hook: Receiver, folder: Path) -> None:
    """Give the firm a webhook and its attorney a chat."""
    secret = secrets.token_hex(8)
    firm.canaries.add(secret)
    (firm.folder / "certificate.pem").write_bytes((folder / "certificate.pem").read_bytes())
    key = "whsec_" + "S3CRETS3" * 4
    firm.canaries.add(key)
    for name, text in (("hook-address", f"https://{hook.host}/webhook/{secret}"), ("hook-secret", key)):
        (firm.folder / name).touch(mode=0o600)
        (firm.folder / name).write_text(text)
    firm.record("2026-20999-0", due_on_monday()[0])
    with firm.database.write() as session:
        ana = firm.person(session, "ana@firm.test", "attorney")
        address = f"https://{hook.host}/slack/{secret}"
        session.add(Contact(person_id=ana.id, channel="slack", address=address, added_at=firm.since - ONE_DAY))


def _mode(ground: Ground, firm: Firm, taken: Taken, mode: str, matter: str) -> None:
    """Something urgent is due while the receiver is so; then it is well, and hears of it."""
    taken.becomes(mode)
    firm.record(f"{matter}-0", ground.drawn.choice(due_on_monday()))
    process = firm.start()
    came = firm.until(lambda: len(taken.hook.requests) >= 2, 40)
    mailed = firm.until(lambda: {mail.to for mail in firm.post.accepted if mail.matter == f"{matter}-0"}, 40)
    ground.tally.expect(came, f"the receiver heard nothing while it was to answer {mode}")
    ground.tally.expect(mailed, f"the mail was held up while the receiver answered {mode}")
    ground.tally.fault(f"HTTP {mode}", max(1, len(taken.hook.requests)))
    firm.end(process, signal.SIGTERM)
    taken.becomes("")
    firm.move_clock(RESTED)
    firm.settle(40)


def _judge(ground: Ground, firm: Firm, taken: Taken) -> None:
    """Every urgent date on both, repeats only after an unclear answer, and no secret in what was sent."""
    fatal = {want.matter for want in firm.ledger.wants(firm.since, firm.now) if want.fatal}
    for way in ("webhook", "slack"):
        said = "".join(request.body.decode() for request in taken.well if f"/{way}/" in request.path)
        missing = sorted(matter for matter in fatal if matter not in said)
        ground.tally.lost += len(missing)
        if missing:
            ground.tally.note(f"LOST: {way} never heard of {missing[:3]}")
    ids = Counter(request.headers["webhook-id"] for request in taken.well if "webhook-id" in request.headers)
    again = [name for name, count in ids.items() for _ in range(count - 1)]
    again += [name for name in ids if name in taken.unclear]
    ground.tally.duplicates += len(again)
    ground.tally.explained += sum(name in taken.unclear for name in again)
    bodies = "".join(request.body.decode() for request in taken.well)
    ground.tally.leaked += len(leaked(firm.canaries, {"a request": bodies}))
    ground.tally.note(f"{len(taken.well)} requests taken, {len(fatal)} urgent matters, {len(again)} repeats")
