"""Tables about words and forms: kinds of notice, facts, forms, and which remedies a decision on a form has."""

from datetime import date
from typing import Literal

from msgspec import field

from deadlines.law.base import Confidence, Table, When


class Kind(Table, frozen=True, kw_only=True):
    """A kind of notice and what its `decided_on` means."""

    id: str
    title: str
    decided_on: str


class Fact(Table, frozen=True, kw_only=True):
    """A fact that rules may ask for. Without choices any short word is accepted.

    `type`: `words` may be several of the choices, with commas between them; `date` is an ISO day; `number` a
    whole number, for which conditions name ranges (`181-364`, `365-`).
    `usual`: the ordinary case, assumed while the question is open; the other answer is shown beside it.
    `falls`: on which side of the notice's own date such a day lies; one on the other side is warned of.
    `forms`: the only forms of which it says something, where there are such; for another form it changes nothing.
    """

    name: str
    question: str
    type: Literal["word", "words", "date", "number"] = "word"
    choices: list[str] = field(default_factory=list)
    usual: str | None = None
    falls: Literal["before", "after"] | None = None
    forms: list[str] = field(default_factory=list)


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
    the basis is not known. `appeal_unless`: facts with which the appeal is gone, for the reason `unless_why`.
    `motion_confidence`: where the source for the motion is weaker than the one for the appeal.
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
    motion_confidence: Confidence | None = None
    confidence: Confidence
    note: list[str] = field(default_factory=list)


class Form(Table, frozen=True, kw_only=True):
    """A form that may be named on a notice."""

    id: str
    title: str
