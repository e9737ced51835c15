"""What a law file may hold. Every class mirrors one table of the TOML files and refuses unknown keys.

Dates are calendar days, both ends inclusive unless a name says `until` (the first day it no longer
holds). Lengths are calendar days unless said otherwise. Each value stands beside its citation.
"""

from datetime import date
from typing import Literal

from msgspec import Struct, field

Confidence = Literal["primary", "primary-old", "secondary", "memory"]
When = dict[str, list[str]]
"""Conditions, all of which must hold: a fact, `kind`, `form` or `method`, and the values that satisfy it."""


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A TOML table: read-only, and an unknown key is an error."""


class Length(Table, frozen=True, kw_only=True):
    """A prescribed period. Days are counted first, then months and years, so `years = 1, days = -1`
    is the day before the anniversary, and 28 February stands for a missing 29 February."""

    days: int = 0
    months: int = 0
    years: int = 0


class Reviewed(Table, frozen=True, kw_only=True):
    """When someone last held the file against its sources, and how good they were."""

    on: date
    confidence: Confidence


class Unless(Table, frozen=True, kw_only=True):
    """Another length where the facts match."""

    when: When
    length: Length
    cite: list[str]
    why: str = ""


class Period(Table, frozen=True, kw_only=True):
    """One text of the law: it holds for decisions from `from` until a later one follows, or `until`."""

    id: str
    from_: date = field(name="from")
    until: date | None = None
    published: date | None = None
    governs: Literal["decided_on"] = "decided_on"
    length: Length
    safe_length: Length | None = None
    cite: list[str]
    why: str = ""
    unless: list[Unless] = field(default_factory=list)


class Circuits(Table, frozen=True, kw_only=True):
    """A court order that reaches only some circuits."""

    circuits: list[str]


class CourtAction(Table, frozen=True, kw_only=True):
    """What a court did to a period's text. The text itself is never edited.

    `live`: the litigation is open, so the knocked-out text still gives a protective date.
    """

    kind: Literal["vacated", "stayed", "enjoined"]
    of: str
    from_: date = field(name="from")
    until: date | None = None
    reaches: Literal["everyone", "parties"] | Circuits
    case: str
    live: bool
    cite: list[str]


class Alternative(Table, frozen=True, kw_only=True):
    """Another tenable answer beside the period's own.

    `effect`: `prevails` replaces the last day where it is later; `arguable` may move `latest`;
    `safe` may move `safe_by`; `disfavoured` is shown and moves nothing.
    `start` names the day counted from; `due` is the last day found without this alternative.
    """

    name: str
    effect: Literal["prevails", "arguable", "safe", "disfavoured"]
    start: Literal["decided", "served", "received", "due"]
    length: Length
    when: When = field(default_factory=dict)
    from_: date | None = field(name="from", default=None)
    until: date | None = None
    why: str
    confidence: Confidence
    cite: list[str]


class Answer(Table, frozen=True, kw_only=True):
    """Where the facts match, the law gives something other than a date: `state`, with its reason."""

    when: When
    state: Literal["not-available", "no-limit", "closed"]
    why: str
    cite: list[str]


class Note(Table, frozen=True, kw_only=True):
    """A pitfall shown with the window; with `when`, only where the facts match.

    `contests`: it puts the last day itself in doubt, so the window is contested and the result warns.
    """

    text: str
    when: When = field(default_factory=dict)
    from_: date | None = field(name="from", default=None)
    until: date | None = None
    contests: bool = False
    cite: list[str] = field(default_factory=list)


Trigger = Literal["decided", "served", "stated-or-served", "final-order"]
"""What starts the count: the date on the paper; service; the oral statement or else service; the day
the order became final."""


class Recount(Table, frozen=True, kw_only=True):
    """Another computation where the facts match, because that text counts mail days its own way."""

    when: When
    computation: str
    why: str
    cite: list[str]


class Rule(Table, frozen=True, kw_only=True):
    """One remedy: who decides, what is filed, and the dated periods that limit it.

    `route`: the remedy named in the decision matrix that must be open. `finality`: the appeal whose
    expiry makes the order final. `printed`: whether a deadline printed on the notice governs the
    window, caps its safe date, or says nothing about it. `not_before`: the count never starts earlier.
    `discreet`: the remedy itself tells of a case that 8 USC 1367 protects, so it leaves in no feed, and in
    mail only for a restricted matter.
    """

    id: str
    title: str
    remedy: str
    forum: str
    form: str | None = None
    file_with: str
    filed_when: str
    computation: str
    recount: list[Recount] = field(default_factory=list)
    kinds: list[str]
    trigger: Trigger
    trigger_words: str
    not_before: date | None = None
    finality: str | None = None
    route: str | None = None
    printed: Literal["governs", "caps", "ignored"] = "ignored"
    state: Literal["due", "no-limit"] = "due"
    discreet: bool = False
    reviewed: Reviewed
    cite: list[str]
    period: list[Period] = field(default_factory=list)
    court_action: list[CourtAction] = field(default_factory=list)
    alternative: list[Alternative] = field(default_factory=list)
    answer: list[Answer] = field(default_factory=list)
    note: list[Note] = field(default_factory=list)


Method = Literal["mail", "certified-mail", "in-person", "electronic", "fax", "oral", "unknown"]


class ServiceLine(Table, frozen=True, kw_only=True):
    """Days added for one way of service: `add` by the prevailing reading, `argue` by the most generous."""

    method: Method
    add: Length
    argue: Length | None = None
    why: str
    cite: list[str]


class Roll(Table, frozen=True, kw_only=True):
    """What moves a last day that falls on a day off, and where it goes."""

    off: list[Literal["saturday", "sunday", "legal-holiday"]]
    to: Literal["next-open-day", "stays"]
    cite: list[str]


class Computation(Table, frozen=True, kw_only=True):
    """How a forum counts: named, so that rules share it.

    `state_holidays`: the holidays of the state of the circuit clerk's principal office move the last
    day too. `online_roll`: whether an online filing profits from the roll. `extensions`: the forum
    name under which dated extensions apply.
    """

    id: str
    count: Literal["calendar"]
    order: list[Literal["period", "service", "roll"]]
    roll: Roll
    holidays: str
    forum: str
    state_holidays: bool = False
    online_roll: bool = True
    online_from: date | None = None
    online_why: str = ""
    online_cite: list[str] = field(default_factory=list)
    observed_why: str = ""
    closure_why: str = ""
    closure_cite: list[str] = field(default_factory=list)
    roll_first_why: str = ""
    cite: list[str]
    service: list[ServiceLine]


class Holiday(Table, frozen=True, kw_only=True):
    """A holiday by definition: a fixed day, the nth weekday of a month (nth = -1 is the last), a count
    of days from Easter Sunday, or a day relative to another definition.

    `plus`: days added to the day found. `year_cycle` and `year_offset`: only years with
    `year % year_cycle == year_offset`. `dates`: days listed one by one instead of a definition.
    `from`/`until` are the first day it holds and the first day it no longer holds.
    """

    id: str
    name: str
    month: int | None = None
    day: int | None = None
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None = None
    nth: int | None = None
    easter: int | None = None
    plus: int = 0
    year_cycle: int = 1
    year_offset: int = 0
    from_: date | None = field(name="from", default=None)
    until: date | None = None
    dates: list[date] = field(default_factory=list)
    observed: Literal["as-calendar", "never"] = "as-calendar"
    cite: list[str]
    confidence: Confidence


class Observance(Table, frozen=True, kw_only=True):
    """What a calendar does with a holiday that falls on a weekend."""

    saturday: Literal["friday", "monday", "none"]
    sunday: Literal["monday", "none"]
    cite: list[str]
    why: str = ""


class HolidayCalendar(Table, frozen=True, kw_only=True):
    """The holidays of one jurisdiction."""

    id: str
    name: str
    reviewed: Reviewed
    observance: Observance
    cite: list[str]
    holiday: list[Holiday]


class ClosureEffect(Table, frozen=True, kw_only=True):
    """A forum that does treat a closure as a day off: the last day moves."""

    forum: str
    circuits: list[str] = field(default_factory=list)
    why: str
    cite: list[str]


class Closure(Table, frozen=True, kw_only=True):
    """A one-off closing of offices that is not a legal holiday. Without an effect it moves no last day."""

    on: date
    name: str
    confidence: Confidence
    cite: list[str]
    effect: list[ClosureEffect] = field(default_factory=list)


class Extension(Table, frozen=True, kw_only=True):
    """A dated notice by which a forum accepted filings due in a span until a later day."""

    id: str
    forum: str
    due_from: date
    due_to: date
    accepted_to: date
    when: When = field(default_factory=dict)
    why: str
    confidence: Confidence
    cite: list[str]


class Closures(Table, frozen=True, kw_only=True):
    """The closures and extensions file."""

    reviewed: Reviewed
    closure: list[Closure]
    extension: list[Extension] = field(default_factory=list)


class Clerk(Table, frozen=True, kw_only=True):
    """Where a circuit clerk has the principal office, for FRAP 26(a)(6)(C) and 26(a)(4)(B)."""

    circuit: str
    city: str
    state: str
    calendar: str
    zone: str
    cite: list[str]
    confidence: Confidence


class Kind(Table, frozen=True, kw_only=True):
    """A kind of notice and what its `decided_on` means."""

    id: str
    title: str
    decided_on: str


class Fact(Table, frozen=True, kw_only=True):
    """A fact that rules may ask for. Without choices any short word is accepted.

    `usual`: the ordinary case, assumed while the question is open; the other answer is shown beside it.
    """

    name: str
    question: str
    choices: list[str] = field(default_factory=list)
    usual: str | None = None


Route = Literal[
    "none",
    "aao",
    "aao-revocation",
    "bia",
    "bia-revocation",
    "bia-waiver",
    "n336",
    "legalization",
]


class Decision(Table, frozen=True, kw_only=True):
    """Which remedies a decision on a form has. `*` stands for every form.

    `basis`: the classes under the form this row is for; none means all. `usual`: the row used while
    the basis is not known. `appeal_when`: facts without which the appeal does not exist; otherwise
    `appeal_else` says why it is gone.
    """

    row: str
    forms: list[str]
    kinds: list[str]
    basis: list[str] = field(default_factory=list)
    usual: bool = False
    from_: date | None = field(name="from", default=None)
    until: date | None = None
    appeal: Route
    appeal_why: str
    appeal_cite: list[str]
    appeal_unless: When = field(default_factory=dict)
    unless_why: str = ""
    motion: Literal["standard", "reopen-only", "none", "not-listed"]
    motion_why: str = ""
    motion_cite: list[str] = field(default_factory=list)
    confidence: Confidence
    note: list[str] = field(default_factory=list)


class Form(Table, frozen=True, kw_only=True):
    """A form that may be named on a notice."""

    id: str
    title: str
