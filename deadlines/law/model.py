"""What a rule file may hold. Every class mirrors one table of the TOML files and refuses unknown keys.

Dates are calendar days, both ends inclusive unless a name says `until` (the first day it no longer
holds). Each value stands beside its citation.
"""

from datetime import date
from typing import Literal

from msgspec import field

from deadlines.law.base import Confidence, Length, Reviewed, Table, When


class Unless(Table, frozen=True, kw_only=True):
    """Another length where the facts match. `confidence`: where its source is weaker than the rule's others."""

    when: When
    length: Length
    safe_length: Length | None = None
    cite: list[str]
    why: str = ""
    confidence: Confidence | None = None


class Period(Table, frozen=True, kw_only=True):
    """One text of the law: it holds for decisions from `from` until a later one follows, or `until`.

    A negative length counts back from the trigger. `safe_length`: what the firm counts instead, for the
    ambiguity `safe_doubt`. `opens`: the window opens so long after the trigger. `confidence`: where the source
    of this text is weaker than the rule's others.
    """

    id: str
    from_: date = field(name="from")
    until: date | None = None
    published: date | None = None
    governs: Literal["decided_on"] = "decided_on"
    length: Length
    safe_length: Length | None = None
    safe_doubt: str | None = None
    opens: Length | None = None
    cite: list[str]
    why: str = ""
    confidence: Confidence | None = None
    unless: list[Unless] = field(default_factory=list)


class Circuits(Table, frozen=True, kw_only=True):
    """A court order that reaches only some circuits."""

    circuits: list[str]


class CourtAction(Table, frozen=True, kw_only=True):
    """What a court did to a period's text. The text itself is never edited.

    `live`: the litigation is open, so the knocked-out text still gives a protective date. `doubt`: the
    ambiguity by which a firm may work to that date alone.
    """

    kind: Literal["vacated", "stayed", "enjoined"]
    of: str
    from_: date = field(name="from")
    until: date | None = None
    reaches: Literal["everyone", "parties"] | Circuits
    case: str
    live: bool
    doubt: str | None = None
    cite: list[str]


class Alternative(Table, frozen=True, kw_only=True):
    """Another tenable answer beside the period's own.

    `effect`: `prevails` replaces the last day where it is later, `caps` where it is earlier; `arguable` may move
    `latest`; `safe` may move `safe_by`; `disfavoured` is shown and moves nothing.
    `start` names the day counted from; `due` is the last day found without this alternative, `fact` the
    date fact `start_fact`. `doubt`: the ambiguity that a `safe` one settles, so that a firm may decide otherwise.
    `rolls`: its day is moved off weekends and holidays, also where the computation moves none; where nothing moves it,
    it says nothing.
    """

    id: str | None = None
    name: str
    effect: Literal["prevails", "caps", "arguable", "safe", "disfavoured"]
    start: Literal["decided", "served", "received", "due", "fact"]
    start_fact: str | None = None
    length: Length = Length()
    rolls: bool = False
    when: When = field(default_factory=dict)
    from_: date | None = field(name="from", default=None)
    until: date | None = None
    why: str
    doubt: str | None = None
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

    `contests`: it puts the last day itself in doubt, so the window is contested and the result warns. `out`: a
    period, and the note is shown only while a court keeps that text from the notice; with `live`, only while
    the case is open too.
    """

    id: str | None = None
    text: str
    when: When = field(default_factory=dict)
    from_: date | None = field(name="from", default=None)
    until: date | None = None
    contests: bool = False
    out: str | None = None
    live: bool = False
    cite: list[str] = field(default_factory=list)


class Relation(Table, frozen=True, kw_only=True):
    """How this remedy stands to another clock.

    `kind`: `alternative` (one of the two, not both), `starts` (it starts another clock), `ends` (it destroys
    something), `keeps-running` (it does not stop something). `on`: the event that makes it so. `rule`: the
    rule whose window is meant. `notice`: the kind of notice to record when the event comes. `facts`: facts
    to add to the same notice when it comes. A follow-on is proposed from these, never entered by itself.
    """

    kind: Literal["alternative", "starts", "ends", "keeps-running"]
    on: Literal["filed", "denied", "granted", "not-filed", "any"] = "any"
    rule: str | None = None
    notice: str | None = None
    facts: dict[str, str] = field(default_factory=dict)
    when: When = field(default_factory=dict)
    text: str
    cite: list[str]


class MoreTime(Table, frozen=True, kw_only=True):
    """Whether somebody may give more time than the period, as a source says in so many words; `why` tells who and when.

    `most_days`: how many days after the last day at most, where a source gives a plain number.
    Where no source is known there is no such table: then nobody knows, and that is said.
    """

    allowed: bool
    why: str
    cite: list[str]
    most_days: int | None = None


Trigger = Literal["decided", "served", "received", "stated-or-served", "final-order", "fact", "after"]
"""What starts the count: the date on the paper; service; receipt; the oral statement or else service; the
day the order became final; a date fact; the last day of another rule's window."""


class Recount(Table, frozen=True, kw_only=True):
    """Another computation where the facts match, because that text counts mail days its own way.

    `trigger`, with `trigger_words`: that text also starts the count on another day. `form`: it is filed on another
    form. `without`: the date fact beside which it does not hold. The first that matches holds.
    """

    when: When
    without: str | None = None
    computation: str
    trigger: Literal["decided", "served", "received"] | None = None
    trigger_words: str = ""
    form: str | None = None
    why: str
    cite: list[str]


class Place(Table, frozen=True, kw_only=True):
    """Where it is filed instead, where the facts match. The first that matches holds."""

    when: When
    file_with: str
    cite: list[str]


class Floor(Table, frozen=True, kw_only=True):
    """Day 0 is never earlier than the date fact `fact` and the `length` after it; `why` says what day that is."""

    fact: str
    length: Length = Length()
    why: str
    cite: list[str]


class Rule(Table, frozen=True, kw_only=True):
    """One remedy: who decides, what is filed, and the dated periods that limit it.

    `kinds`: the notices that open it; `forms`: of these, the kinds that open it only on some forms; `not_forms`: those
    that do not open it on some. `place`: where it is filed in some cases.
    `when`: it exists only where these facts hold; it is not shown, and not asked for, while they are not known
    (`ask`: it is asked for). `state`: `due` gives dates; `no-limit` may be
    filed at any time; `opens` gives only the day from which something is possible or a bar has ended;
    `not-available` is an answer that the law gives no such remedy.
    `route`: the remedy named in the decision matrix that must be open. `finality`: the appeal whose expiry makes
    the order final. `after`: the rule whose last day is day 0. `trigger_fact`: the date fact that is day 0.
    `day_one`: kinds of notice whose date is itself the first counted day, so that day 0 is the day before.
    `printed`: whether a deadline printed on the notice governs the window, caps its safe date, or says nothing
    about it. `printed_fact`: the date fact that carries the printed day, where the notice prints one of its own
    for this window beside the deadline of another. `not_before`: the count never starts earlier; nor before any
    `floor`. `counted_before`: the number
    fact that says how many days had been counted already. `urgent`: rules whose dates make this one urgent.
    `party`: whose clock it is; one of the `government` is shown and never followed. `mail_doubt` and
    `start_doubt`: the ambiguities by which the safe date counts no mail days, and from the earliest day.
    `discreet`: the remedy itself tells of a case that 8 USC 1367 protects, so it leaves in no feed, and in
    mail only for a restricted matter. `more_time`: whether more time may be given. `shared`: notes and alternatives of
    `shared.toml` that belong here too.
    """

    id: str
    title: str
    remedy: str
    forum: str
    form: str | None = None
    file_with: str
    place: list[Place] = field(default_factory=list)
    filed_when: str
    computation: str
    recount: list[Recount] = field(default_factory=list)
    kinds: list[str]
    forms: dict[str, list[str]] = field(default_factory=dict)
    not_forms: dict[str, list[str]] = field(default_factory=dict)
    when: When = field(default_factory=dict)
    ask: bool = False
    trigger: Trigger
    trigger_words: str
    trigger_fact: str | None = None
    day_one: list[str] = field(default_factory=list)
    after: str | None = None
    not_before: date | None = None
    floor: list[Floor] = field(default_factory=list)
    counted_before: str | None = None
    finality: str | None = None
    route: str | None = None
    printed: Literal["governs", "caps", "ignored"] = "ignored"
    printed_fact: str | None = None
    state: Literal["due", "no-limit", "opens", "not-available"] = "due"
    why: str = ""
    urgent: list[str] = field(default_factory=list)
    party: Literal["client", "government", "either"] = "client"
    mail_doubt: str | None = None
    start_doubt: str | None = None
    discreet: bool = False
    reviewed: Reviewed
    cite: list[str]
    shared: list[str] = field(default_factory=list)
    period: list[Period] = field(default_factory=list)
    court_action: list[CourtAction] = field(default_factory=list)
    alternative: list[Alternative] = field(default_factory=list)
    answer: list[Answer] = field(default_factory=list)
    note: list[Note] = field(default_factory=list)
    relation: list[Relation] = field(default_factory=list)
    more_time: MoreTime | None = None
    replaces: str | None = None
    origin: str = ""
