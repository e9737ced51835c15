"""What a practice file may hold. Every class mirrors one table and refuses unknown keys."""

from msgspec import field

from deadlines.compute.ladders import Count
from deadlines.law.base import Table


class ReachTable(Table, frozen=True, kw_only=True):
    """Which windows a table is for; see `compute.ladders.Reach`."""

    rules: list[str] = field(default_factory=list)
    remedies: list[str] = field(default_factory=list)
    forums: list[str] = field(default_factory=list)
    fatal: bool | None = None
    filed: bool | None = None


class LadderTable(ReachTable, frozen=True, kw_only=True):
    """`[[ladder]]`: `days` before the safe date, for windows of `at_least` so many days."""

    at_least: int
    days: list[int]
    count: Count = "calendar"
    at: str | None = None
    zone: str | None = None


class DispatchTable(ReachTable, frozen=True, kw_only=True):
    """`[[dispatch]]`: the business days that a courier takes."""

    days: int
    remind: bool = True


class MilestoneTable(ReachTable, frozen=True, kw_only=True):
    """`[[milestone]]`: a step, its owner and its day."""

    id: str
    title: str
    owner: str = "attorney"
    after_notice: int | None = None
    before_safe_by: int | None = None
    before_dispatch: int | None = None
    count: Count = "business"
    once: bool = False
    remind: list[int] = field(default_factory=lambda: [0])


class FatalTable(Table, frozen=True, kw_only=True):
    """`[fatal]`: the rules and kinds of remedy whose last day is not fatal."""

    excepted: list[str] = field(name="except", default_factory=list)


class PracticeFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    ladder: list[LadderTable] = field(default_factory=list)
    dispatch: list[DispatchTable] = field(default_factory=list)
    milestone: list[MilestoneTable] = field(default_factory=list)
    fatal: FatalTable = FatalTable()
