"""The words of the audit trail: what each act is called, and which of its details people read."""

from collections.abc import Mapping
from typing import Any

ACTIONS = {
    "calendar.reword": "worded calendars anew",
    "clock.confirm": "confirmed the clock",
    "contact.prove": "proved a way to a person",
    "contact.remove": "forgot a chat's address",
    "contact.set": "set a chat's address",
    "contact.test": "sent a test message",
    "database.restored": "restored the docket from a backup",
    "backup.rehearse": "restored a backup for rehearsal",
    "dates.altered": "found dates that were altered outside the program",
    "dates.sealed": "sealed the stored dates",
    "deadline.move": "moved dates",
    "entry.acknowledge": "took a date on",
    "entry.dispatched": "recorded that a filing was sent",
    "entry.initial": "initialed the dates",
    "entry.recheck": "looked at a closed window once more",
    "entry.filed": "recorded a filing",
    "entry.missed": "recorded a missed date",
    "entry.reopen": "took a closing back",
    "entry.resolve": "decided a disputed date",
    "entry.struck": "struck a window",
    "entry.verify": "verified dates",
    "entry.waived": "waived a remedy",
    "evening.sign": "signed the evening check",
    "evidence.export": "took the evidence out",
    "export.csv": "took the docket out as a table",
    "export.ics": "took a matter's dates out as a calendar file",
    "export.xlsx": "took the docket out as a workbook",
    "feed.add": "made a calendar address",
    "feed.end": "ended a calendar address",
    "feed.open": "opened a calendar address",
    "feed.invite": "made a link to a calendar address",
    "incoming.register": "registered a paper that came in",
    "incoming.docketed": "docketed a paper that came in",
    "incoming.dismissed": "found that a paper bears no date",
    "incoming.matter": "named the matter of a paper",
    "incoming.wait": "let a paper wait again",
    "extension.request": "noted that more time was asked for",
    "extension.grant": "noted that more time was granted",
    "extension.refuse": "noted that more time was refused",
    "letter.dead": "could not deliver a mail",
    "login.change": "changed the password",
    "login.choose": "chose a password",
    "login.half": "gave the password, and the second factor was still to come",
    "login.invite": "made a sign-in link",
    "login.rest": "let an account rest after wrong passwords",
    "login.sign-in": "signed in",
    "login.sign-out": "signed out everywhere",
    "matter.client": "named the client",
    "matter.hand-over": "handed a matter over",
    "matter.join": "put somebody on a matter",
    "matter.leave": "took somebody off a matter",
    "matter.close": "closed a matter",
    "matter.reopen": "opened a closed matter again",
    "matter.look": "said that no date of a matter is known yet",
    "matter.open": "opened a matter",
    "matter.restrict": "restricted a matter",
    "matter.unrestrict": "took a restriction off",
    "milestone.assign": "gave a milestone to somebody",
    "milestone.done": "ticked a milestone",
    "milestone.undo": "took the tick off a milestone",
    "missed.log": "wrote into the log of a missed date",
    "missed.record": "recorded a missed date with all that stood then",
    "notice.amend": "corrected a notice",
    "notice.discrepancy": "read a notice otherwise than it was entered",
    "notice.import": "recorded notices of a file",
    "notice.record": "recorded a notice",
    "notice.strike": "struck a notice",
    "factor.confirm": "set up a second factor",
    "factor.recover": "signed in with a recovery code",
    "factor.remove": "took a second factor away",
    "person.absent": "noted an absence",
    "person.back": "noted that somebody is here again",
    "person.activate": "took somebody back",
    "person.add": "added somebody",
    "person.agenda": "set the agenda",
    "person.amend": "corrected a mail address",
    "person.deactivate": "took somebody off",
    "person.deputies": "noted who stands in",
    "person.invitations": "set invitations",
    "proposal.accept": "agreed as the second to other dates",
    "proposal.agree": "agreed as the first to other dates",
    "proposal.ignore": "decided against other dates",
    "recompute.failed": "could not compute a notice anew",
    "reminder.dead": "could not deliver a reminder",
    "reminder.escalate": "asked the next person",
    "reminder.mend": "mended a missing reminder",
    "team.add": "made a team",
    "team.join": "put somebody into a team",
    "team.leave": "took somebody out of a team",
    "token.add": "made a token for a program",
    "token.revoke": "ended a token of a program",
    "webhook.add": "named a program that is told of events",
    "webhook.dead": "gave up telling a program of events",
    "webhook.revive": "told a program of events again",
    "webhook.revoke": "ended the telling of a program",
    "webhook.test": "sent a test to a program",
}
"""What an act is called, after the name of who did it; one that is not here goes by its own word."""
SHOWN = {
    "reason": "because",
    "person": "person",
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


def details_of(detail: Mapping[str, Any], people: Mapping[str, str]) -> list[tuple[str, str]]:
    """The details of a row in words; people by their names. The record of a closing tells its day, proof and reason."""
    closing = detail.get("closing")
    inner = {key: closing.get(key) for key in ("on", "proof", "timeliness")} if isinstance(closing, dict) else {}
    reason = closing.get("reason") if isinstance(closing, dict) else None
    plain = {**detail, **({"reason": reason} if reason and "reason" not in detail else {})}
    found = [(SHOWN[key], _words(value, people)) for key, value in plain.items() if key in SHOWN]
    found += [(key, _words(value, people)) for key, value in inner.items()]
    return [(key, value) for key, value in found if value]


def _words(value: Any, people: Mapping[str, str]) -> str:
    if value is None or value is False or value == []:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)[:LONGEST]
    return people.get(str(value), str(value))[:LONGEST]
