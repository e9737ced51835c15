"""How changes of dates, and what comes after a closing, are printed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from deadlines.commands.output import clean, paragraph, print_table, style
from deadlines.commands.windows import day_words, undated_words

if TYPE_CHECKING:
    from deadlines.docket.direction import Dates
    from deadlines.docket.moves import Move
    from deadlines.docket.records import Ended, FollowOn

OUTCOMES = {
    "applied": "moved at once",
    "waiting": "waits for agreement",
    "known": "known: waits or ignored",
    "noted": "kept as information",
    "withdrawn": "what waited is withdrawn",
}
EVENTS = {
    "filed": "Once filed",
    "denied": "If it is denied",
    "granted": "If it is granted",
    "not-filed": "Not filed",
    "any": "In any case",
    "ended": "ENDED",
}


def print_moves(moves: "Sequence[Move]", *, empty: str) -> None:
    """Each date that is another now: what it was, what it is, which way, why, and by which authority."""
    print_table(
        ("Entry", "Matter", "Window", "Old file by, last day", "New", "Direction", "Proposal", "Reason", "Authority"),
        [
            (
                move.entry[:8],
                move.matter,
                move.title,
                dates_words(move.old),
                dates_words(move.new),
                _direction(move),
                move.proposal[:8] if move.proposal and move.outcome == "waiting" else None,
                move.reason,
                "; ".join(move.authority[:2]),
            )
            for move in moves
        ],
        empty=empty,
        tones=[_tone(move) for move in moves],
    )


def _direction(move: "Move") -> str:
    """Which way, and what holds now."""
    if move.kind == "same" and move.outcome == "applied":
        return "the dates stay"
    if move.kind == "same":
        return f"the dates stay, {OUTCOMES[move.outcome]}"
    if move.kind == "mixed" and move.outcome == "waiting":
        return "mixed: what comes earlier moved at once, what comes later waits for agreement"
    return f"{move.kind}, {OUTCOMES[move.outcome]}"


def _tone(move: "Move") -> str | None:
    sooner = move.kind == "earlier" or (move.kind == "mixed" and move.outcome == "waiting")
    return "red" if sooner else "yellow" if move.outcome == "waiting" else None


def dates_words(dates: "Dates") -> str:
    """The safe date and the last day, and a protective date where there is one."""
    shown = [day_words(day) for day in dict.fromkeys((dates.safe_by, dates.last_day)) if day is not None]
    if dates.protective_by is not None:
        shown.append(f"protective {day_words(dates.protective_by)}")
    return ", ".join(shown) or "no date"


def print_follow_ons(found: "Sequence[FollowOn]") -> None:
    """What comes next, each with its authority and the command that would enter it."""
    if not found:
        return
    shown: set[str] = set()
    click.echo(style("What comes next (nothing of this is entered by itself)", bold=True))
    for item in found:
        cite = f" [{'; '.join(item.cite)}]" if item.cite else ""
        paragraph(f"  -  {EVENTS[item.on]}: {clean(item.text)}{cite}", hanging="     ")
        for ended in item.ended:
            _print_ended(ended)
        for ahead in item.proposed:
            dated = f"file by {day_words(ahead.safe_by)}, last day {day_words(ahead.last_day)}"
            dated = dated if ahead.safe_by else undated_words(ahead.state, ahead.opens_on)
            paragraph(f"     PROPOSED  {clean(ahead.title)}: {dated}", hanging="       ")
        if item.no_longer:
            paragraph(f"     No longer available then: {clean('; '.join(item.no_longer))}", hanging="       ")
        if item.fault:
            paragraph(f"     It cannot be computed yet: {clean(item.fault)}", hanging="       ")
        if item.command:
            click.echo(f"     {item.command if item.command not in shown else 'The same command as above enters it.'}")
            shown.add(item.command)


def _print_ended(ended: "Ended") -> None:
    """The entry whose clock the filing has ended, and how to close it where that is still to be done."""
    words = f"     ENDED  {clean(ended.title)}, entry {ended.entry[:8]}, {ended.status}"
    paragraph(
        style(f"{words}: it counts no longer. Close it:" if ended.command else words, fg="red"), hanging="       "
    )
    if ended.command:
        click.echo(f"     {clean(ended.command)}")
