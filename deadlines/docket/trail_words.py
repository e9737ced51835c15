"""The words of the audit trail, the one table of them: what each act is called, and what it tells beside that.

The trail of everything and the history of a matter both read it. The words stand after the name of who acted.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

Detail = Mapping[str, Any]


class Known(Protocol):
    """Who and what stands behind the ids of a row."""

    def person(self, who: object) -> str:
        """A person, a program or an account as people read it."""

    def step(self, milestone: object) -> str | None:
        """The title of a milestone; None where it is not known."""

    def day(self, moment: str) -> date:
        """The reader's day of a moment as it stands in a row."""


More = Callable[[Detail, Known], str]
"""What an act tells beside its words; raises on a detail that is damaged."""


def words_of(action: str) -> str:
    """What an act is called; one that is not in the table goes by its own word."""
    found = ACTS.get(action)
    if found is None:
        return action.replace(".", ": ").replace("-", " ")
    return found if isinstance(found, str) else found[0]


def more_of(action: str, detail: Detail, known: Known) -> str:
    """What the row tells beside the words. A damaged one tells nothing, and hides no other."""
    found = ACTS.get(action)
    try:
        return _details(detail, known) if found is None or isinstance(found, str) else found[1](detail, known)
    except (KeyError, TypeError, AttributeError, ValueError):
        return ""


def _doubted(detail: Detail, _known: Known) -> str:
    return str(detail.get("why") or f"row {detail['row']}")


def _details(detail: Detail, known: Known) -> str:
    """The details that people read, each with what it is called."""
    pairs = ((SHOWN[key], _value(value, known)) for key, value in detail.items() if key in SHOWN)
    return "; ".join(f"{name}: {value}" for name, value in pairs if value)


def _value(value: Any, known: Known) -> str:
    if value is None or value is False or value == []:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)[:LONGEST]
    return known.person(value)[:LONGEST]


def _because(detail: Detail, _: Known) -> str:
    return str(detail["reason"])


def _closed(detail: Detail, _: Known) -> str:
    return str(detail["closing"]["reason"])


def _filed(detail: Detail, _: Known) -> str:
    closing = detail["closing"]
    return f"received on {closing['on']}, {closing['timeliness']}; proof: {closing['proof']}"


def _person(detail: Detail, known: Known) -> str:
    return known.person(detail["person"])


def _step(detail: Detail, known: Known) -> str:
    return known.step(detail["milestone"]) or str(detail["template"])


def _escalated(detail: Detail, known: Known) -> str:
    """Rows from before do not tell whether the attorney was reached."""
    why: dict[object, str] = {True: "; the attorney was reminded", False: "; no reminder reached the attorney"}
    return f"{known.person(detail['told'])}{why.get(detail.get('reached'), '')}"


def _version(detail: Detail, _: Known) -> str:
    return f"version {detail['version']}"


def _initialed(detail: Detail, _: Known) -> str:
    return f"version {detail['version']}; seen: {detail['source'] or 'not said'}"


def _resolved(detail: Detail, _: Known) -> str:
    kept = "the dates in force stay" if detail["use"] == "printed" else "the printed deadline is left aside"
    return f"{kept}; {detail['reason']}"


def _ignored(detail: Detail, known: Known) -> str:
    again = "the printed deadline is in dispute again" if detail.get("disputed_again") else ""
    return "; ".join(part for part in (_details(detail, known), again) if part)


def _taken(detail: Detail, _: Known) -> str:
    restricted = detail.get("restricted")
    named = not restricted and (detail.get("clients") or detail.get("redaction") == "full")
    told = (
        f"entries: {detail['entries']}" if "entries" in detail else "",
        "with the names of clients" if named else "",
        "of a restricted matter" if restricted else "",
    )
    return "; ".join(filter(None, told))


def _recorded(detail: Detail, _: Known) -> str:
    return f"{len(detail['entries'])} windows entered by edition {detail['edition']}"


def _moved(detail: Detail, _: Known) -> str:
    if detail["outcome"] == "withdrawn":
        return f"{_days(detail['new'])} stays, and the other dates that waited for two people are withdrawn"
    outcome = {
        "applied": "took effect at once",
        "waiting": "waits for two people",
        "known": "was known",
        "noted": "was noted",
    }
    old, new = (_days(detail[side]) for side in ("old", "new"))
    return f"{old} became {new} ({detail['kind']}), which {outcome[detail['outcome']]}"


def _days(dates: Detail) -> str:
    shown = dict.fromkeys(str(dates[name]) for name in ("safe_by", "last_day") if dates.get(name))
    return " / ".join(shown) or "no date"


ACTS: dict[str, str | tuple[str, More]] = {
    "backup.rehearse": "restored a backup for rehearsal",
    "calendar.mend": "wrote damaged calendar entries anew",
    "calendar.reword": "worded calendars anew",
    "clock.confirm": "confirmed the clock",
    "contact.prove": "proved a way to a person",
    "contact.remove": "forgot a chat's address",
    "contact.set": "set a chat's address",
    "contact.test": "sent a test message",
    "database.restored": "restored the docket from a backup",
    "dates.altered": "found dates that were altered outside the program",
    "dates.copied": "put right copies of dates that were out of step",
    "dates.sealed": "sealed the stored dates",
    "deadline.discreet": "followed, or no longer followed, what only a protected person may file",
    "deadline.move": ("computed the dates anew", _moved),
    "entry.acknowledge": ("took the date on", lambda detail, known: f"until {known.day(detail['until'])}"),
    "entry.courier": "gave the courier another day",
    "entry.dispatched": (
        "recorded that the filing was sent",
        lambda detail, _: f"on {detail['on']}, tracking number {detail['tracking']}; receipt is still to be proved",
    ),
    "entry.filed": ("recorded the filing", _filed),
    "entry.initial": ("initialed the dates", _initialed),
    "entry.missed": ("recorded the date as missed", _closed),
    "entry.recheck": ("looked at a closed window and its proof once more", lambda *_: ""),
    "entry.reopen": ("took the closing back", _because),
    "entry.resolve": ("decided a disputed date", _resolved),
    "entry.struck": ("struck the window", _closed),
    "entry.verify": ("verified the dates", _version),
    "entry.waived": ("waived the remedy", _closed),
    "evening.sign": "signed the evening check",
    "evidence.export": "took the evidence out",
    "export.csv": ("took dates out as a table", _taken),
    "export.ics": ("took dates out as a calendar file", _taken),
    "export.json": ("took dates out as JSON", _taken),
    "export.xlsx": ("took dates out as a workbook", _taken),
    "extension.grant": (
        "noted that more time was granted",
        lambda detail, _: f"until {detail['to']}, on {detail['granted_on']}",
    ),
    "extension.refuse": ("noted that more time was refused", _because),
    "extension.request": (
        "noted that more time was asked for",
        lambda detail, _: f"until {detail['wanted_on']}, on {detail['asked_on']}",
    ),
    "factor.confirm": "set up a second factor",
    "factor.recover": "signed in with a recovery code",
    "factor.remove": "took a second factor away",
    "feed.add": "made a calendar address",
    "feed.end": "ended a calendar address",
    "feed.invite": "made a link to a calendar address",
    "feed.open": "opened a calendar address",
    "incoming.dismissed": "found that a paper bears no date",
    "incoming.docketed": "docketed a paper that came in",
    "incoming.matter": "named the matter of a paper",
    "incoming.register": "registered a paper that came in",
    "incoming.wait": "let a paper wait again",
    "letter.dead": "could not deliver a mail",
    "login.change": "changed the password",
    "login.choose": "chose a password",
    "login.half": "gave the password, and the second factor was still to come",
    "login.invite": "made a sign-in link",
    "login.rest": "let an account rest after wrong passwords",
    "login.sign-in": "signed in",
    "login.sign-out": "signed out everywhere",
    "matter.client": "named the client",
    "matter.close": ("closed the matter", _because),
    "matter.hand-over": (
        "handed the matter over",
        lambda detail, known: f"from {known.person(detail['from'])} to {known.person(detail['to'])}",
    ),
    "matter.join": ("put somebody on the matter", _person),
    "matter.leave": ("took somebody off the matter", _person),
    "matter.look": ("said that no date is known yet", lambda detail, _: f"to look again on {detail['again_on']}"),
    "matter.open": "opened the matter",
    "matter.reopen": ("opened the closed matter again", _because),
    "matter.restrict": ("restricted the matter (8 USC 1367)", lambda detail, _: str(detail.get("reason", ""))),
    "matter.unrestrict": ("took the restriction off the matter", _because),
    "milestone.assign": ("gave a milestone to somebody", _step),
    "milestone.done": ("ticked a milestone", _step),
    "milestone.undo": ("took the tick off a milestone", _step),
    "missed.log": ("wrote into the log of a missed date", lambda detail, _: f"on {detail['on']}: {detail['text']}"),
    "missed.record": ("froze the record of a missed date", lambda detail, _: f"found on {detail['found_on']}"),
    "notice.amend": ("amended a notice", _because),
    "notice.discrepancy": ("read a notice otherwise than it was entered", lambda *_: ""),
    "notice.import": "recorded notices of a file",
    "notice.record": ("recorded a notice", _recorded),
    "notice.strike": ("struck a notice", _because),
    "person.absent": "noted an absence",
    "person.activate": "took somebody back",
    "person.add": "added somebody",
    "person.agenda": "set the agenda",
    "person.amend": "corrected a mail address",
    "person.back": "noted that somebody is here again",
    "person.deactivate": "took somebody off",
    "person.deputies": "noted who stands in",
    "person.invitations": "set invitations",
    "person.name": "corrected a name",
    "person.role": ("gave somebody another role", lambda detail, _: f"from {detail['from']} to {detail['to']}"),
    "proposal.accept": ("agreed as the second to other dates", lambda *_: ""),
    "proposal.agree": ("agreed as the first to other dates", lambda *_: ""),
    "proposal.ignore": ("decided against other dates", _ignored),
    "recompute.failed": "could not compute a notice anew",
    "reminder.dead": "could not deliver a reminder",
    "reminder.escalate": ("asked the next person about a date that nobody had taken on", _escalated),
    "reminder.mend": "laid a missing reminder anew",
    "team.add": "made a team",
    "team.join": "put somebody into a team",
    "team.leave": "took somebody out of a team",
    "token.add": "made a token for a program",
    "token.revoke": "ended a token of a program",
    "trail.doubted": ("found that the audit trail was altered outside the program", _doubted),
    "trail.signed": ("signed for the audit trail as it stands", _because),
    "webhook.add": "named a program that is told of events",
    "webhook.dead": "gave up telling a program of events",
    "webhook.revive": "told a program of events again",
    "webhook.revoke": "ended the telling of a program",
    "webhook.test": "sent a test to a program",
}
"""What an act is called, and how what it tells beside is worded; without that, its details are named one by one."""
SHOWN = {
    "reason": "because",
    "from": "from",
    "to": "to",
    "until": "until",
    "again_on": "to look again on",
    "version": "version",
    "edition": "edition",
    "kind": "kind",
    "outcome": "outcome",
    "channel": "channel",
    "role": "role",
    "redaction": "says",
    "scope": "shows",
    "restricted": "with restricted matters",
    "why": "why",
    "wanted": "wanted",
    "level": "level",
    "told": "told",
    "deputy": "deputy",
    "supervisor": "supervisor",
    "successor": "successor",
    "matters": "matters",
    "attorney": "attorney",
    "use": "keeps",
    "on": "on",
    "late": "late",
    "names": "with names",
    "file": "file",
    "faults": "faults",
    "error": "error",
    "failures": "wrong passwords",
}
"""The details that people read, and what they are called; ids and hashes are for programs."""
LONGEST = 300
