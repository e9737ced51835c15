"""The evening check: before the day ends somebody goes through what was due and what was closed, and signs for it.

What is still open and was to be done by today needs a word each, or nobody can sign. The signature keeps the list as
it was, and can never be changed.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.orm import Session

from deadlines.docket.evening_sheet import DueItem, Sheet, sees_all, sheet_of
from deadlines.docket.evening_signed import checks_of, covered, digest, said
from deadlines.docket.intake import Desk
from deadlines.docket.reasons import plain_reason
from deadlines.errors import Conflict, InputError
from deadlines.store import audit
from deadlines.store.tables import EveningCheck, Person

LONGEST_NOTE = 1000


def sign_evening(
    session: Session,
    desk: Desk,
    *,
    by: Person,
    on: date,
    left: Mapping[str, str],
    note: str | None = None,
    now: datetime,
) -> EveningCheck:
    """Sign for a day: everything was gone through. `left` says for each thing that stays open why.

    Who has signed signs again for what came after that; what they said of things that are as they were stands. Signed
    after the day has ended it is marked late. Raises InputError for a day to come, a word about what is not on the
    sheet, or none where one is needed, and Conflict for who does not see all of the day, or has signed for all of it.
    """
    today = now.astimezone(ZoneInfo(desk.zone)).date()
    if on > today:
        raise InputError(f"{on} has not come yet: sign for it on its evening.", code="bad-date")
    audit.hold(session)
    _require_whole(session, desk, by, on)
    sheet = sheet_of(session, desk, by, on=on)
    _refuse_twice(sheet, by)
    words = _words(sheet, {**standing_words(session, sheet, by), **left})
    kept = _kept(sheet, words)
    note = plain_reason(note, "note", LONGEST_NOTE) if note else None
    check = EveningCheck(on=on, person_id=by.id, signed_at=now, late=today > on, note=note, sheet=kept)
    check.digest = digest(check)
    session.add(check)
    session.flush()
    detail = {
        "on": on,
        "person": by.id,
        "late": check.late,
        "open": len(sheet.open),
        "closed": len(sheet.closed),
        "digest": check.digest,
    }
    audit.record(session, at=now, actor=desk.actor, action="evening.sign", subject=check.id, detail=detail)
    return check


def standing_words(session: Session, sheet: Sheet, by: Person) -> dict[str, str]:
    """What a person said under an earlier signature for the day, of each thing that is as it was then."""
    own = [check for check in checks_of(session, sheet.on, sheet.on) if check.person_id == by.id]
    words = {name: word for check in own for name, word in said(check).items()}
    signed, needing = covered(own), set(sheet.needing)
    standing = {name for name, state in sheet.states.items() if state in signed and name in needing}
    return {name: words[name] for name in standing if name in words}


def _refuse_twice(sheet: Sheet, by: Person) -> None:
    if any(one.person == by.email for one in sheet.signatures) and not sheet.after:
        raise Conflict(
            f"{by.email} has signed for {sheet.on} already, and nothing came after; another person may sign as well."
        )


def _require_whole(session: Session, desk: Desk, by: Person, on: date) -> None:
    """Nobody signs for dates that are not theirs to see."""
    if not sees_all(session, desk, by, on=on):
        raise Conflict(f"{by.email} does not see the whole docket of {on}: somebody of the docket role signs for it.")


def _words(sheet: Sheet, left: Mapping[str, str]) -> dict[str, str]:
    """What was said of each thing that stays; raises InputError where something has no word, or is not there."""
    strange = next((name for name in left if name not in {*sheet.needing, *(o.id for o in sheet.others)}), None)
    if strange is not None:
        raise InputError(f"{strange[:8]} is not on the list of what stays open on {sheet.on}.")
    silent = [name[:8] for name in sheet.needing if name not in left]
    if silent:
        raise InputError(
            f"Still open on {sheet.on}: {', '.join(silent)}. File, waive or docket each, or say why it stays open.",
            advice="That is said with --left ID WHY.",
            code="left-open",
        )
    return {name: plain_reason(words) for name, words in left.items()}


def _kept(sheet: Sheet, words: Mapping[str, str]) -> dict[str, Any]:
    """The list as it is kept: ids, versions, states, days and what was said. Titles and matters are on the docket."""

    def due(item: DueItem) -> dict[str, Any]:
        kept = {"entry": item.entry, "version": item.version, "status": item.status, "on": item.on, "what": item.what}
        return kept | ({"left": words[item.entry]} if item.entry in words else {})

    found: dict[str, Any] = msgspec.to_builtins(
        {
            "next_on": sheet.next_on,
            "open": [due(item) for item in sheet.open],
            "closed": [
                {
                    "entry": i.entry,
                    "version": i.version,
                    "status": i.status,
                    "event": i.event,
                    "on": i.on,
                    "by": i.closed_by,
                }
                for i in sheet.closed
            ],
            "coming": [due(item) for item in sheet.coming],
            "others": [
                {"id": item.id, "what": item.what, "must": item.must, "left": words.get(item.id)}
                for item in sheet.others
            ],
        }
    )
    return found
