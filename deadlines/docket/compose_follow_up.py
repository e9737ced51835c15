"""The words of the weekly follow-up. As in every mail, a matter's number and never a client's name."""

from collections.abc import Iterator, Sequence
from datetime import date

from deadlines.docket.extension_views import asked_words
from deadlines.docket.follow_up import FollowUp, FollowUpLine
from deadlines.docket.tidings import names_client
from deadlines.ical.wording import day_text
from deadlines.notify.message import clean_line
from deadlines.store.tables import Matter

WHAT = {"protective": "protective date", "file-by": "file by", "last-day": "LAST DAY"}
MOST_LINES = 200
FOOT = (
    "Ask for the proof of each filing of last week: a stamped copy, a receipt notice, a tracking record. What says\n"
    "NO PROOF was not recorded as filed. The docket is the record: `deadlines followup` shows this list anew."
)


def compose_follow_up(found: FollowUp, matters: dict[str, Matter], *, today: date) -> tuple[str, str]:
    """Subject and text. `matters` by their numbers, so that a proof that names the client is left out."""
    parts = [
        _block("DUE LAST WEEK", found.last, matters, "Nothing was due."),
        _block("DUE NEXT WEEK", found.next, matters, "Nothing is due."),
        FOOT,
    ]
    unproved = f"{found.unproved} WITHOUT PROOF, " if found.unproved else ""
    subject = f"Follow-up of {day_text(today)}: {unproved}{len(found.last)} due last week, {len(found.next)} next"
    return subject, "\n\n".join(parts) + "\n"


def _block(heading: str, lines: Sequence[FollowUpLine], matters: dict[str, Matter], empty: str) -> str:
    shown = [text for line in lines[:MOST_LINES] for text in _line(line, matters)]
    if len(lines) > MOST_LINES:
        shown.append(f"  and {len(lines) - MOST_LINES} more: `deadlines followup` shows them.")
    return "\n".join([heading, *(shown or [f"  {empty}"])])


def _line(line: FollowUpLine, matters: dict[str, Matter]) -> Iterator[str]:
    title = "deadline" if line.discreet else clean_line(line.title)
    matter = clean_line(line.matter) or "restricted matter"
    attorney = clean_line(line.attorney)
    yield f"  {day_text(line.on)}  {matter}  {title}, {WHAT[line.what]}  {attorney}  [{line.entry[:8]}]"
    yield f"    {_word(line, matters)}"
    if line.extension_to is not None:
        yield f"    {asked_words(line.extension_to)}"


def _word(line: FollowUpLine, matters: dict[str, Matter]) -> str:
    filed = f"filed {day_text(line.filed_on)}, {line.timeliness}, proof: " if line.filed_on is not None else ""
    matter = matters.get(line.matter)
    hidden = line.discreet or (matter is not None and names_client(line.word, matter))
    if line.status in ("open", "missed"):
        return line.word
    return f"{filed or f'{line.status}: '}{'see the docket' if hidden else clean_line(line.word)}"
