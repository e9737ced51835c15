"""Whoever is signed in no more is sent to the door, which says why, and that what was just sent was not recorded."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from deadlines.docket import logins
from deadlines.web.pages import HEADERS

DOOR = "/sign-in"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OUT = {
    "rest": f"You were signed out: this browser gave no sign of life for {logins.IDLE // MINUTE} minutes.",
    "age": f"You were signed out: a browser stays signed in for {logins.LONGEST // HOUR} hours at most.",
}
LOST = "What you just sent was not recorded. Sign in, then enter it once more."


def to_door(session: Session, token: str, root: str, *, posted: bool, now: datetime) -> Response:
    """On to the door, which says what `said` says. `posted`: a form was sent."""
    why = logins.why_out(session, token, now=now) if token else None
    words = {**({"out": why} if why else {}), **({"lost": "yes"} if posted else {})}
    query = f"?{urlencode(words)}" if words else ""
    return RedirectResponse(f"{root}{DOOR}{query}", 303, HEADERS)


def said(query: Mapping[str, str]) -> list[str]:
    """The sentences for the door, by its address; nothing for words that are not ours."""
    why = OUT.get(query.get("out", ""))
    return [*([why] if why else []), *([LOST] if query.get("lost") == "yes" else [])]
