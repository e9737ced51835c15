"""Where a reader of a mail goes, and what they may do there: no mail asks for what its reader is refused."""

from typing import TYPE_CHECKING

from deadlines.docket.lanes import ESCALATED
from deadlines.docket.roles import may
from deadlines.notify.message import clean_line

if TYPE_CHECKING:
    from deadlines.docket.compose import Item

HERE = "Open the docket to see what must be done."
ELSEWHERE = "Ask its attorney what must be done: the matter is open only to who works on it."


def to_know_more(item: "Item") -> str:
    """Where what must be done is to be learned."""
    return HERE if item.sees else ELSEWHERE


def place_of(item: "Item", pages: str) -> list[str]:
    """The entry's id, and the address of its matter for who sees it there."""
    link = [f"   Open it:         {_page(item, pages)}"] if _page(item, pages) else []
    return [f"   Docket entry: {item.entry.id}", *link]


def why_asked(item: "Item") -> str:
    """Why a date comes to somebody in the place of its attorney."""
    name = clean_line(item.matter.attorney.name)
    asked = f"No reminder to {name} arrives" if item.unreached else f"{name} was reminded and has not answered"
    return f"{asked}. You are asked next."


def to_take_on(item: "Item", pages: str) -> str:
    """How a date is taken on, or who is asked to by a reader who may not."""
    asked = item.concerned or item.covers or item.reminder.rung.startswith(ESCALATED)
    if not may(item.person, "acknowledge") or not asked:
        return "ask its attorney, or who keeps the docket."
    how = "open it and choose I take this date on, or run " if _page(item, pages) else ""
    return f"{how}deadlines ack {item.entry.id[:8]} --by {clean_line(item.person.email)}"


def to_record_missed(item: "Item", pages: str) -> str:
    """How it is recorded that a date passed without filing, or who is told by a reader who may not."""
    if not may(item.person, "file"):
        return "tell its attorney, who records it"
    how = "open it and choose It was missed, or " if _page(item, pages) else ""
    return f"{how}record it with `deadlines missed {item.entry.id[:8]}`"


def to_tick(item: "Item", step: str, pages: str) -> str:
    """How a milestone, named by its id, is ticked, or who is told that it is done."""
    if not may(item.person, "acknowledge"):
        return "tell its attorney, who ticks it."
    how = "tick it there, or run " if _page(item, pages) else ""
    return f"{how}deadlines milestone done {step} --by {clean_line(item.person.email)}"


def _page(item: "Item", pages: str) -> str:
    return f"{pages}/matter/{item.matter.id}" if pages and item.sees else ""
