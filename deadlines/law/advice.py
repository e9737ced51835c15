"""What stands beside the rules: fees, ambiguities with their choices, reasons of a decision, the list of rows."""

from datetime import date

from msgspec import Struct, field

from deadlines.law.base import Confidence, Table, When
from deadlines.law.model import Alternative, Note


class Fee(Table, frozen=True, kw_only=True):
    """What a filing costs from one day until the next: a filing without its fee is not filed.

    `amount` is in US dollars, or the word `none`, or `unknown` where no source gives it and `text` says where to
    look. `filing` names what is paid for; `rules` are the remedies.
    """

    filing: str
    rules: list[str]
    from_: date = field(name="from")
    until: date | None = None
    amount: str
    when: When = field(default_factory=dict)
    text: str = ""
    confidence: Confidence
    cite: list[str]


class Choice(Table, frozen=True, kw_only=True):
    """One way to settle an ambiguity."""

    id: str
    text: str


class Ambiguity(Table, frozen=True, kw_only=True):
    """A question that the law leaves open. The first choice is the careful one and holds unless a firm decides.

    `firm`: a firm may decide otherwise under `[policy]`; this moves its safe date, never a last day.
    """

    id: str
    row: str
    question: str
    firm: bool = False
    choices: list[Choice]
    why: str
    cite: list[str]


class Fit(Table, frozen=True, kw_only=True):
    """Why a remedy fits a reason."""

    rules: list[str]
    text: str
    cite: list[str]


class Reason(Table, frozen=True, kw_only=True):
    """Why the authority decided as it did, and which remedies answer that."""

    id: str
    title: str
    fit: list[Fit]


class Rescue(Table, frozen=True, kw_only=True):
    """What may still help where the last day of one of the `rules` has passed without filing.

    `leads_to`: the remedy that is open instead, with the dates of its own rule. `notice`: the kind of notice to record
    when it comes. `within`: how long the law gives, in words; where it is empty the law names no days, and diligence
    counts from the discovery. `steps`: what to do, in order.
    """

    id: str
    title: str
    rules: list[str]
    leads_to: str | None = None
    notice: str | None = None
    within: str = ""
    text: str
    steps: list[str] = field(default_factory=list)
    confidence: Confidence
    cite: list[str]


class Row(Table, frozen=True, kw_only=True):
    """A row of the research behind the data: where it went, or why it is left out."""

    id: str
    about: str
    where: list[str] = field(default_factory=list)
    out: str = ""


class Shared(Struct, frozen=True):
    """Notes and alternatives that several rules show alike, by id."""

    notes: dict[str, Note]
    alternatives: dict[str, Alternative]
