"""A second look: another person reads a notice off the paper, without seeing what was entered; both are compared.

Where they differ, nobody is told the values, so that a third person can look just as blindly. The dates stay; the
entries count as in dispute between two entries until the notice is amended or struck, or a third look agrees with it.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.compute.notice import Notice
from deadlines.docket.entries import computed
from deadlines.docket.findings import Finding
from deadlines.docket.intake import Desk
from deadlines.docket.legible import kept
from deadlines.docket.records import Discrepancy, Look
from deadlines.docket.roles import who_may
from deadlines.docket.telling import Leaves, told
from deadlines.store.tables import Entry, NoticeRow

FIELDS = {
    "kind": "the kind of notice",
    "form": "the form",
    "decided_on": "the date of the decision",
    "service": "the way of service",
    "served_on": "the day of service",
    "received_on": "the day of receipt",
    "printed_deadline": "the printed deadline",
}
"""What is read off a notice, as programs and people call it."""

STRUCK = ("kind", "form", "decided_on")
"""What no amendment corrects: a notice of which one of these is wrong is struck, and recorded anew."""


def seen(notice: Notice) -> dict[str, str | None]:
    """What is read off a notice, each as a word; the day of service is that of the decision unless it is another."""
    days = (notice.decided_on, notice.served_on, notice.received_on, notice.printed_deadline)
    decided, served, received, printed = (day.isoformat() if day is not None else None for day in days)
    values = (notice.kind, notice.form, decided, notice.service.method, served, received, printed)
    return dict(zip(FIELDS, values, strict=True))


def differences(entered: Notice, look: Notice) -> list[str]:
    """The names of the fields in which a second look is another than the entry, in the order of `FIELDS`."""
    first, second = seen(entered), seen(look)
    return [name for name in FIELDS if first[name] != second[name]]


def words_of(differs: Iterable[str]) -> str:
    """The fields in which second looks differ, in the words and the order of `FIELDS`."""
    names = set(differs)
    return ", ".join(words for name, words in FIELDS.items() if name in names)


def must_be_struck(differs: Iterable[str]) -> bool:
    """Whether an entry that is wrong in these fields can only be struck and recorded anew."""
    return not set(STRUCK).isdisjoint(differs)


def to_be_read(desk: Desk, notice: Notice) -> list[str]:
    """The fields that nobody may leave out of a second look at such a notice; the others may stand on no paper.

    What begins without a paper (an arrival, a departure) has neither kind nor service to read.
    """
    if notice.kind.startswith("status."):
        return ["decided_on"]
    form = notice.form is not None or any(ask.fact == "form" for ask in computed(desk, notice).asks)
    return ["kind", *(["form"] if form else []), "decided_on", "service"]


def refusal(row: NoticeRow, differs: Sequence[str], leaves: Leaves = "mail") -> str:
    """What a second person is told whose look differs: in which fields, and not what was entered there."""
    name, mended = row.id[:8], "`deadlines amend` corrects it."
    if must_be_struck(differs):
        mended = f"{who_may('close')} strikes the notice with `deadlines strike {name}`, and it is recorded anew."
    return (
        f"What you read differs from what was entered of notice {name} in {words_of(differs)}. Nothing is verified; "
        f"{told(leaves, 'who keeps the docket and who entered it')}. A third person looks at the paper, or {mended}"
    )


def looks_of(entry: Entry) -> list[Look]:
    """The second looks that differ from the entry."""
    found = kept(entry.discrepancy, Discrepancy)
    return found.looks if found is not None else []


def check_discrepancies(session: Session) -> Finding:
    """Whether every second look agreed with what was entered."""
    query = select(func.count()).select_from(Entry).where(Entry.status == "open", Entry.discrepancy.is_not(None))
    count = session.scalar(query) or 0
    if not count:
        return Finding("second-looks", "well", "No second look differs from what was entered.")
    hint = "`deadlines list` marks them and `deadlines explain` says what ends it; compare the paper first."
    entries = "1 open entry rests" if count == 1 else f"{count} open entries rest"
    return Finding("second-looks", "warning", f"{entries} on a notice that two people read differently.", hint)
