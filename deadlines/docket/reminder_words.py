"""A reminder in words: of which stage or step it is, what became of it, and which to look at first."""

from collections.abc import Mapping

from deadlines.docket.audited_deputies import STAGES
from deadlines.docket.lanes import AGAIN, ESCALATED, UNDELIVERED, stage_of
from deadlines.docket.milestones import MILESTONE, OVERDUE, milestone_of

ABOUT = {
    "safe": "the safe date",
    "last": "the last day",
    "protective": "the protective date",
    "dispatch": "the courier's day",
    "opens": "the first day",
}
ALONE = {
    "": "all dates",
    "now": "a notice that was entered late",
    "past": "a last day that had passed at entry",
    "moved": "a change of the dates",
}
STATES = {
    "planned": "to come",
    "leased": "being sent",
    "uncertain": "may have arrived, goes again",
    "sent": "sent",
    "covered": "said by a later one",
    "superseded": "withdrawn: the date changed",
    "cancelled": "withdrawn",
    "dead": "refused: somebody else was told",
}
URGENT_RUNGS = ("now", "past", "moved", "safe-1", "safe-0")
FIRST, THEN, LAST = range(3)


def became(state: str) -> str:
    """What became of a reminder, in words; a damaged state stands as it is."""
    return STATES.get(state, state)


def rank_of(rung: str) -> int:
    """Fatal and urgent ones first, steps last."""
    if rung.startswith((MILESTONE, OVERDUE)):
        return LAST
    return (
        FIRST if stage_of(rung) in ("", *URGENT_RUNGS) or rung.startswith((*STAGES, ESCALATED, UNDELIVERED)) else THEN
    )


def words_of(rung: str, titles: Mapping[str, str]) -> str:
    """Of what a reminder speaks, as the rest of "the reminder of". `titles`: the words of steps that may be told."""
    step = milestone_of(rung)
    if step is not None:
        named = f"step '{titles[step]}'" if step in titles else "a step"
        before = rung.removeprefix(MILESTONE).partition("-")[0]
        return (
            f"{named}, overdue" if rung.startswith(OVERDUE) else f"{named}, {_before(before, 'its day', 'on its day')}"
        )
    if rung.startswith(UNDELIVERED):
        return "another one that did not arrive"
    if rung.startswith(ESCALATED):
        return "one that nobody had answered"
    if AGAIN in rung:
        return f"{words_of(stage_of(rung), titles)}, asked again"
    stage, _, before = rung.partition("-")
    return _before(before, ABOUT[stage]) if stage in ABOUT else ALONE.get(rung, rung)


def _before(days: str, day: str, itself: str = "") -> str:
    return {"0": itself or f"{day} itself", "1": f"the day before {day}"}.get(days, f"{days} days before {day}")
