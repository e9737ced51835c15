"""What stands above every page while the docket cannot be relied on."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from deadlines.docket.trail_watch import doubt
from deadlines.store.tables import Heartbeat
from deadlines.web.stale import BANNER_AFTER, is_stale


def banners(session: Session, heartbeat: str, patience: timedelta, now: datetime) -> dict[str, Any]:
    """For the frame of a page: whether nobody keeps the docket up to date, since when; why every date is in doubt."""
    beat = session.get(Heartbeat, heartbeat)
    silent = beat is None or is_stale(beat.at, now, min(BANNER_AFTER, patience))
    return {"silent": silent, "silent_since": beat.at if beat is not None else None, "doubt": doubt(session)}
