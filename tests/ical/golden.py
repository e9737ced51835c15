"""A feed of fixed items, kept as golden.ics: every change of what subscribers receive is a visible difference.

`python -m tests.ical.golden` writes the file anew; read the difference before you keep it.
"""

from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import structs

from deadlines.ical import CalendarItem, join_calendar, render_event

PATH = Path(__file__).parent / "golden.ics"
HOSTILE = (
    'a;b,c:d "e" C:\\new\\;x %s {title} <b>&amp;</b> =0D=0A'
    "\r\nX-EVIL:1\u2028END:VEVENT\x00\x07 \u202egnol\u202c \ufeff\ud800"
)
PLAIN = CalendarItem(
    uid="a-plain-safe@deadlines",
    on=date(2026, 11, 20),
    summary="FILE BY: I-290B motion to reopen – 2026-0143 (must be received)",
    description="What: Motion to reopen\nForm: I-290B\n\nNot legal advice: verify against the notice and the law.",
    sequence=0,
    changed_at=datetime(2026, 10, 27, 14, 0, 5, tzinfo=UTC),
    created_at=datetime(2026, 10, 26, 9, 0, tzinfo=UTC),
    cancelled=False,
    category="Deadline",
)


def _item(name: str, on: date, summary: str, **more: object) -> CalendarItem:
    return structs.replace(PLAIN, uid=f"{name}@deadlines", on=on, summary=summary, **more)


ITEMS = (
    # The day on which the clocks of the United States go back.
    _item("g-note", date(2026, 11, 1), "Deadlines: this calendar is connected", category="Note"),
    PLAIN,
    _item("b-hostile-last", date(2026, 11, 25), f"LAST DAY: {HOSTILE}", description=HOSTILE, category="Last day"),
    _item("e-struck-safe", date(2026, 12, 18), "FILE BY: EOIR-26 appeal to the BIA", sequence=1, cancelled=True),
    _item("d-year-safe", date(2026, 12, 31), "FILE BY: Señor Ñandú, cafe\u0301 漢字 👩‍👩‍👧‍👦 ﷺ"),
    # Moved twice, to the day on which the clocks go forward.
    _item(
        "f-moved-last",
        date(2027, 3, 14),
        "LAST DAY: N-336 hearing – 2026-0150",
        sequence=2,
        changed_at=datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
        category="Last day",
    ),
    _item("c-leap-protective", date(2028, 2, 29), "PROTECTIVE DATE: leap day", category="Protective date"),
    _item("h-long-safe", date(2028, 3, 1), "é漢👩" * 200, description=" ".join(["Señora 漢字 👩‍👩‍👧‍👦,"] * 60)),
)


def render() -> bytes:
    """The feed as the program makes it today."""
    return join_calendar(f"Deadlines – {HOSTILE}", f"About: {HOSTILE}", [render_event(item) for item in ITEMS])


if __name__ == "__main__":
    PATH.write_bytes(render())
