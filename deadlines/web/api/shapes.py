"""The requests and answers of the API. The OpenAPI file is made from these types, and every request is held to them.

Dates are calendar days as `2026-11-20`, instants UTC as `2026-11-20T14:00:00Z`. What is not named is refused.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from deadlines.compute.notice import Notice
from deadlines.compute.result import Ask, State
from deadlines.docket.board import BoardLine, Counts
from deadlines.docket.incoming import TITLE_LENGTH, WaitingPaper, Way
from deadlines.docket.intake import CLIENT_LENGTH, REFERENCE_LENGTH
from deadlines.docket.views import EntryView
from deadlines.docket.wanted import When
from deadlines.law.counting import Method
from deadlines.law.news import News

NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
MOST, USUAL = 200, 50
MOST_COMPUTED = 500
LONGEST = 300

Limit = Annotated[int, Meta(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[str, Meta(max_length=500, pattern=r"^[A-Za-z0-9_-]*$", description="`next` of the page before.")]
Words = Annotated[str, Meta(max_length=100, pattern=NO_CONTROL, description="Each must occur somewhere.")]
Word = Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_CONTROL)]
Address = Annotated[str, Meta(min_length=3, max_length=254, pattern=NO_CONTROL, description="A mail address.")]
Text = Annotated[str, Meta(min_length=1, max_length=LONGEST, pattern=NO_CONTROL)]
Number = Annotated[int, Meta(ge=0, le=99999)]
Value = Annotated[str, Meta(max_length=LONGEST, pattern=NO_CONTROL)]


# -- what is asked ------------------------------------------------------------------------------------------


class DocketQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Filters of the docket, as on its page. `on`: a day on which one of an entry's dates falls; `until`: the last day
    on which the date that comes next may fall."""

    attorney: Address | None = None
    remedy: Word | None = None
    forum: Word | None = None
    words: Words = ""
    when: When = "all"
    on: date | None = None
    until: date | None = None
    cursor: Cursor | None = None
    limit: Limit = USUAL


class MattersQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which matters: by the firm's number, or by words in number and client."""

    reference: Word | None = None
    words: Words = ""
    cursor: Cursor | None = None
    limit: Limit = USUAL


class NoticesQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which notices: of one matter, or all."""

    matter: Word | None = None
    cursor: Cursor | None = None
    limit: Limit = USUAL


class NewPaper(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paper that came in and is to be docketed; `received_on` is today where it is not said."""

    title: Annotated[str, Meta(min_length=1, max_length=TITLE_LENGTH, pattern=NO_CONTROL)]
    received_on: date | None = None
    at: Way = "mail"


class NewMatter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new matter. `reference` is the firm's number, `attorney` the mail address of who answers for it.

    Which deadline dates need to be calendared? One of the two says it: `paper` is what came in and is to be docketed;
    `none_until`: none is known yet, and the matter is looked at again on that day.
    """

    reference: Annotated[str, Meta(min_length=1, max_length=REFERENCE_LENGTH, pattern=NO_CONTROL)]
    attorney: Address
    client: Annotated[str, Meta(min_length=1, max_length=CLIENT_LENGTH, pattern=NO_CONTROL)] | None = None
    restricted: bool = False
    paper: NewPaper | None = None
    none_until: date | None = None


class NewService(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the decision was served, and when; by default on its date."""

    method: Method = "unknown"
    on: date | None = None


class NewNotice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notice to record. `matter` is the id of its matter; `again`: although the matter has the same one already.
    `incoming` is the id of the paper that it is recorded from, which waits no longer then."""

    matter: Word
    kind: Word
    decided_on: date
    form: Annotated[str, Meta(max_length=40, pattern=NO_CONTROL)] | None = None
    service: NewService | None = None
    received_on: date | None = None
    printed_deadline: date | None = None
    facts: dict[str, Value | Number | list[Value] | None] | None = None
    again: bool = False
    incoming: Word | None = None


class Settlement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The notice that was recorded from a paper; `notice` is its id."""

    notice: Word


class Filing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A filing. `on` is the day on which the forum received it, with at least one proof: the USCIS `receipt` number, a
    `tracking` number, or `proof` in other words.

    `anyway`: though the window had not opened, or an alternative was filed already.
    """

    on: date
    receipt: Text | None = None
    tracking: Text | None = None
    proof: Text | None = None
    anyway: bool = False


class Waiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a remedy is not used; it is kept for ever."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_CONTROL)]


class MatterReason(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a matter is closed, or opened again; it is kept for ever."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_CONTROL)]


class TakingOn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many days a date is taken on, instead of the firm's own number."""

    days: Annotated[int, Meta(ge=1, le=30)] | None = None


# -- what is answered ---------------------------------------------------------------------------------------


class DocketPage(Struct, frozen=True, kw_only=True):
    """Open dates, the next first. `counts` are of everything that the person sees, `next` leads to the next page.
    `in_doubt`: why no date of the docket may be relied on; null while the audit trail holds."""

    items: list[BoardLine]
    counts: Counts
    next: str | None
    in_doubt: str | None


class MatterLine(Struct, frozen=True, kw_only=True):
    """One matter in a list. `open` counts its open entries; `closed_at` is there where the matter is closed."""

    id: str
    reference: str
    client: str | None
    restricted: bool
    attorney: str
    open: int
    closed_at: datetime | None


class MatterOpened(MatterLine, frozen=True, kw_only=True):
    """A new matter, with the id of the paper that waits to be docketed, or the day on which it is looked at again."""

    incoming: str | None
    look_again_on: date | None


class MattersPage(Struct, frozen=True, kw_only=True):
    """Matters by the firm's number."""

    items: list[MatterLine]
    next: str | None


class NoticeAnswer(Struct, frozen=True, kw_only=True):
    """One notice as it was entered, with the ids of its entries. `amends` is the notice that it corrects.

    An amended notice has no entries any more: they follow the notice in force. `blind`: the token's person may
    still verify it, or another notice of the matter where it was struck, so that `kind`, `form`, `decided_on` and
    `entered` are null.
    """

    id: str
    matter: str
    kind: str | None
    form: str | None
    decided_on: date | None
    entered: Notice | None
    entered_by: str
    entered_at: datetime
    amends: str | None
    entries: list[str]
    blind: bool = False


class NoticesPage(Struct, frozen=True, kw_only=True):
    """Notices, the latest entered first."""

    items: list[NoticeAnswer]
    next: str | None


class EntryAnswer(EntryView, frozen=True, kw_only=True):
    """One entry with its window, its working and everything that explains its dates. `matter_id` is its matter.

    `discrepant`: two people read the notice differently, as `discrepancy` tells without what anybody read.
    `in_doubt`: why no date of the docket may be relied on; null while the audit trail holds.
    """

    matter_id: str
    discrepant: bool
    in_doubt: str | None


class MatterAnswer(Struct, frozen=True, kw_only=True):
    """One matter with its notices, its entries and their windows. `waiting`: the papers of it that came in and are not
    docketed yet."""

    id: str
    reference: str
    client: str | None
    restricted: bool
    attorney: str
    closed_at: datetime | None
    notices: list[NoticeAnswer]
    entries: list[EntryAnswer]
    waiting: list[WaitingPaper]


class NewEntry(Struct, frozen=True, kw_only=True):
    """An entry that a notice opened."""

    entry: str
    rule: str
    title: str
    form: str | None
    status: str
    state: State
    opens_on: date | None
    protective_by: date | None
    safe_by: date | None
    last_day: date | None
    latest: date | None


class NoticeRecorded(Struct, frozen=True, kw_only=True):
    """What a notice became. `asks` are facts to find out, `warnings` what to look at again. `reopened`: the matter was
    closed, and is open again. `waiting`: papers of the matter that are not docketed yet; where the notice is one of
    them, and `incoming` did not say so, that paper is to be settled."""

    notice: str
    matter: str
    restricted: bool
    reopened: bool
    edition: str
    entries: list[NewEntry]
    asks: list[Ask]
    warnings: list[str]
    waiting: list[WaitingPaper]


class PaperSettled(Struct, frozen=True, kw_only=True):
    """A paper that waits no longer: `notice` was recorded from it."""

    id: str
    matter: str
    notice: str
    title: str
    received_on: date


class TakenOn(Struct, frozen=True, kw_only=True):
    """Who has taken a date on, and until when nobody else is asked."""

    entry: str
    by: str
    version: int
    until: datetime


class Failure(Struct, frozen=True):
    """Why one object of a list could not be computed."""

    code: str
    message: str


class Failed(Struct, frozen=True):
    """One object of a list that could not be computed; `ref` is its own."""

    ref: str | None
    error: Failure


Batch = Annotated[list[dict[str, Any]], Meta(max_length=MOST_COMPUTED)]


class LawAnswer(Struct, frozen=True, kw_only=True):
    """The law that the firm works by. `digest` tells two states of one edition apart, the firm's own files included."""

    edition: str
    digest: str
    kinds: list[str]
    news: list[News]


class Health(Struct, frozen=True, kw_only=True):
    """Whether the docket is kept and its dates may be relied on. `scheduler`: `ok`, `silent`, or `never ran`.
    `in_doubt`: why no date may be relied on; null while the audit trail holds."""

    state: Literal["well", "ill"]
    scheduler: Literal["ok", "silent", "never ran"]
    in_doubt: str | None
    seen_at: datetime | None
    edition: str
    version: str
    at: datetime
