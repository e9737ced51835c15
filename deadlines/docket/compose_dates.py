"""The days in a mail: each by its name, how far off it is, and how it was found."""

from datetime import date

from deadlines.docket.trust import window_of
from deadlines.ical.wording import day_text
from deadlines.notify.message import clean_line
from deadlines.store.tables import DeadlineRow, Entry


def days_left(day: date, today: date) -> str:
    """How far off a day is, as people say it."""
    left = (day - today).days
    if left < -1:
        return f"{-left} days ago"
    near = {-1: "yesterday", 0: "TODAY", 1: "tomorrow"}
    return near.get(left, f"{left} days")


def lines_of_dates(deadline: DeadlineRow, today: date) -> list[str]:
    """Each day by its name, and how far off it is."""
    named = (
        (
            "Opens:          ",
            deadline.opens_on if deadline.opens_on and deadline.opens_on > today else None,
            "",
        ),
        ("File by:        ", deadline.safe_by, ""),
        ("Last day:       ", deadline.last_day, ""),
        (
            "Protective date:",
            deadline.protective_by,
            "; under a shorter text that a court has set aside for now",
        ),
        (
            "Arguable until: ",
            deadline.latest if deadline.latest != deadline.last_day else None,
            "; never rely on it",
        ),
    )
    return [f"   {name} {day_text(day)} ({days_left(day, today)}){remark}" for name, day, remark in named if day]


def explained(entry: Entry, deadline: DeadlineRow) -> list[str]:
    """Where to file, when it counts as filed, and how the dates were found, with the texts they rest on."""
    window = window_of(entry, deadline)
    must = " It must be RECEIVED by then; a postmark does not count." if window.filed_when == "received" else ""
    lines = [f"   File with: {clean_line(window.file_with)}. Filed when {clean_line(window.filed_when)}.{must}"]
    lines.append("   How the dates were found:")
    for number, step in enumerate(window.working, start=1):
        cite = f" [{clean_line(step.cite)}]" if step.cite else ""
        lines.append(f"     {number}. {clean_line(step.text)}{cite}")
    if window.contested:
        lines.append("   Readings of the law:")
        for reading in window.readings:
            mark = "prevails" if reading.prevails else "does not prevail"
            why = f"{clean_line(reading.name)}: {day_text(reading.last_day)}, {mark}; {clean_line(reading.why)}"
            lines.append(f"     - {why} [{clean_line(', '.join(reading.cite))}]")
    lines += [f"   Note: {clean_line(note)}" for note in window.pitfalls]
    lines.append(f"   Authority: {clean_line('; '.join(window.cite))}")
    lines.append(f"   Law data: edition {clean_line(deadline.edition)}, reviewed {day_text(window.reviewed_on)}")
    return lines
