"""A notice as the computation needs it: checked words, real dates, nothing guessed."""

from datetime import date

from msgspec import Struct, field

from deadlines.law.counting import Method


class Service(Struct, frozen=True, gc=False):
    """How and on which day the decision was served. `on` defaults to the date of the decision."""

    method: Method = "unknown"
    on: date | None = None


class Notice(Struct, frozen=True, kw_only=True, gc=False):
    """The paper or message that tells of a decision.

    `decided_on` is the date the kind gives it (see the kinds of the law data), `received_on` the day it
    provably arrived, `printed_deadline` the date it prints, `as_of` asks what the law data said on that
    day, `filed_on` asks whether a filing received that day is timely.
    """

    kind: str
    decided_on: date
    form: str | None = None
    service: Service = Service()
    received_on: date | None = None
    printed_deadline: date | None = None
    facts: dict[str, str] = field(default_factory=dict)
    as_of: date | None = None
    filed_on: date | None = None
    ref: str | None = None

    @property
    def served_on(self) -> date:
        """The day of service, by default the date of the decision."""
        return self.service.on or self.decided_on
