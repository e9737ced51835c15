"""`deadlines evening`: what is gone through before the day ends, and the signature under it."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.commands.dates import DAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.docket.evening_sheet import ClosedItem, DueItem, Sheet
    from deadlines.docket.evening_signed import Signature
    from deadlines.docket.evening_watch import EveningDay

WHAT = {
    "protective": "protective",
    "file-by": "file by",
    "last-day": "LAST DAY",
    "past": "PAST",
    "courier": "courier",
    "altered": "ALTERED",
}

ALL_CLOSED = "Nothing: all that was to be done is closed."
NONE, NONE_SEEN = "Nothing.", "Nothing that you see."
PART_SEEN = f"{NONE_SEEN} You do not see everything of this day: more may be open."


@click.group(invoke_without_command=True)
@click.option("--on", type=DAY, metavar="DATE", help="Another day than today, to look at it or to sign for it late.")
@click.option("--sign", is_flag=True, help="Sign: everything on the list was gone through. Needs --by.")
@click.option(
    "--by", metavar="ADDRESS", help="Who looks or signs; restricted matters show as far as they may see them."
)
@click.option("--note", metavar="TEXT", help="A word on the day, kept with the signature.")
@click.option(
    "--left",
    nargs=2,
    multiple=True,
    metavar="ID WHY",
    help="Why something that was to be done stays open. Repeat it.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    on: date | None,
    sign: bool,
    by: str | None,
    note: str | None,
    left: tuple[tuple[str, str], ...],
    as_json: bool,
) -> None:
    """The check at the end of a working day: what was to be done and stays open, what was closed, what comes next.

    Whoever signs says that each closing was looked at with its proof. While something that was to be done stays open,
    nobody can sign without a word on it. A signature is never changed; another person may sign as well. What came after
    it is not signed for: whoever has signed may sign again, and says a word only on what is new.

    \b
    Examples:
      deadlines evening
      deadlines evening --sign --by dora@firm.example --left k3v7qp2m "the courier comes at eight tomorrow"
    """
    if ctx.invoked_subcommand is not None:
        return
    from deadlines import clock

    app: App = ctx.obj
    day = on or clock.today(app.settings.firm.timezone)
    if not sign and (note or left):
        raise click.UsageError("--note and --left belong to --sign.")
    if sign and by is None:
        raise click.UsageError("--sign needs --by: a signature is somebody's.")
    if sign:
        _sign(app, day, str(by), note, left, as_json=as_json)
    else:
        _show(app, day, by, as_json=as_json)


def _show(app: App, on: date, by: str | None, *, as_json: bool) -> None:
    from deadlines.commands.output import print_json
    from deadlines.docket.evening_sheet import sees_all, sheet_of
    from deadlines.docket.people import active_person
    from deadlines.wiring import build_desk

    desk = build_desk(app.settings, actor())
    with app.reading() as session:
        reader = active_person(session, by) if by is not None else None
        sheet, whole = sheet_of(session, desk, reader, on=on), reader is None or sees_all(session, desk, reader, on=on)
    if as_json:
        print_json(sheet)
    else:
        _print(sheet, whole)


def _sign(app: App, on: date, by: str, note: str | None, left: tuple[tuple[str, str], ...], *, as_json: bool) -> None:
    from deadlines.commands.output import answer
    from deadlines.commands.signing import signed
    from deadlines.commands.windows import day_words
    from deadlines.docket.evening import sign_evening
    from deadlines.docket.evening_signed import said

    with signed(app, by, "sign-evening") as act:
        words = {_whole_id(act.session, name): why for name, why in left}
        check = sign_evening(act.session, act.desk, by=act.by, on=on, left=words, note=note, now=act.now)
        shown = {
            "check": check.id,
            "on": check.on,
            "person": act.by.email,
            "late": check.late,
            "left": len(said(check)),
            "digest": check.digest,
        }
        sentence = (
            f"The evening check of {day_words(check.on)} is signed by {act.by.email}{' LATE' if check.late else ''}; "
            f"{len(check.sheet['closed'])} closed, {len(said(check))} left open with a word."
        )
    answer(shown, sentence, as_json=as_json)


def _whole_id(session: "Session", name: str) -> str:
    """The id of an entry or of a paper by a beginning of it; whatever is neither stays as it was typed."""
    from contextlib import suppress

    from deadlines.docket.incoming import find_incoming
    from deadlines.docket.views import find_entry
    from deadlines.errors import NotFound

    with suppress(NotFound):
        return find_entry(session, name).id
    with suppress(NotFound):
        return find_incoming(session, name).id
    return name


def _print(sheet: "Sheet", whole: bool) -> None:
    from deadlines.commands.output import paragraph, style
    from deadlines.commands.windows import day_words

    none = NONE if whole else NONE_SEEN
    click.echo(f"Evening check of {day_words(sheet.on)}\n")
    click.echo(style("To be done by then, and still open", bold=True))
    _print_due(sheet.open, ALL_CLOSED if whole else PART_SEEN, tone="red", after=sheet.after)
    since = "that day" if sheet.closed_since == sheet.on else f"since {day_words(sheet.closed_since)}"
    click.echo(style(f"\nClosed {since}: was each closed rightly?", bold=True))
    _print_closed(sheet.closed, none, sheet.after)
    if sheet.others:
        click.echo(style("\nPapers that wait, and matters to look at again", bold=True))
        for item in sheet.others:
            word = " (needs a word)" if item.must else ""
            paragraph(f"  {item.id[:8]}  {item.line}{word}{_mark(item.id, sheet.after)}", hanging="    ")
    click.echo(style(f"\nDue next, by {day_words(sheet.next_on)}", bold=True))
    _print_due(sheet.coming, none)
    _print_signatures(sheet.signatures)
    if sheet.after:
        count = len(sheet.after)
        click.echo(style(f"\nNot signed for: {count} that came, changed or closed after the last signature.", fg="red"))
        click.echo(f"`deadlines evening --sign --on {sheet.on} --by ADDRESS` signs again for that.")


def _print_signatures(signatures: "list[Signature]") -> None:
    from deadlines.commands.output import paragraph, style

    for one in signatures:
        late = " LATE" if one.late else ""
        altered = "" if one.whole else "; ALTERED: not as it was signed"
        click.echo(
            style(f"\nSigned by {one.person} at {_signed_at(one)}{late}; left open with a word: {one.left}", bold=True)
            + altered
        )
        if one.note:
            paragraph(f"  Note: {one.note}", hanging="    ")
        for left in one.words:
            matter = f", matter {left.matter}" if left.matter else ""
            paragraph(f"  {left.id[:8]}  {left.title}{matter}: {left.word}", hanging="    ")


def _signed_at(one: "Signature") -> str:
    return f"{one.at:%Y-%m-%d %H:%M} UTC"


def _mark(name: str, after: Collection[str]) -> str:
    return ", NOT SIGNED FOR" if name in after else ""


def _asked(item: "DueItem") -> str:
    from deadlines.docket.extension_views import asked_words

    return "" if item.extension_to is None else f"; {asked_words(item.extension_to)}"


def _print_due(items: "list[DueItem]", empty: str, tone: str | None = None, after: Collection[str] = ()) -> None:
    from deadlines.commands.output import print_table
    from deadlines.commands.windows import day_words

    print_table(
        ("Date", "What", "Matter", "Window", "Form", "Attorney", "Entry"),
        [
            (
                day_words(i.on),
                WHAT[i.what] + _mark(i.entry, after) + _asked(i),
                i.matter,
                i.title,
                i.form,
                i.attorney,
                i.entry[:8],
            )
            for i in items
        ],
        empty=empty,
        tones=[tone] * len(items),
    )


def _print_closed(items: "list[ClosedItem]", empty: str, after: Collection[str]) -> None:
    from deadlines.commands.output import print_table
    from deadlines.commands.windows import day_words

    print_table(
        ("How", "Matter", "Window", "Form", "Entry", "By", "In time", "Reason or proof"),
        [
            (
                i.event + _mark(i.entry, after),
                i.matter,
                i.title,
                i.form,
                i.entry[:8],
                i.closed_by,
                f"after the last day {day_words(i.passed)}" if i.passed is not None else i.timeliness,
                i.proof,
            )
            for i in items
        ],
        empty=empty,
    )


@command.command("list")
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="How many days back.")
@click.option(
    "--by", metavar="ADDRESS", help="Who looks: words on restricted matters show as far as they may see them."
)
@json_option
@pass_app
def list_(app: App, days: int, by: str | None, as_json: bool) -> None:
    """Who signed for which day. A working day for which nobody has signed is marked, and one on which something came
    or was closed after the signature.

    `Left open` counts everything that stayed open with a word; `deadlines evening --on DATE` shows the words, as --json
    does here.

    \b
    Example:
      deadlines evening list --days 60
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.evening_watch import evening_days
    from deadlines.docket.people import active_person
    from deadlines.wiring import build_desk

    desk = build_desk(app.settings, actor())
    with app.reading() as session:
        reader = active_person(session, by) if by is not None else None
        found = evening_days(session, desk, days=days, now=clock.now(), reader=reader)
    if as_json:
        print_json(found)
    else:
        _print_days(found)


def _state(day: "EveningDay", signature: "Signature") -> str:
    if not signature.whole:
        return "ALTERED: not as it was signed"
    after = f", {day.unsigned} NOT SIGNED FOR since" if day.unsigned and signature is day.signatures[-1] else ""
    return f"{'late' if signature.late else 'signed'}{after}"


def _print_days(days: "list[EveningDay]") -> None:
    from deadlines.commands.output import print_table
    from deadlines.commands.windows import day_words

    rows: list[tuple[str | None, ...]] = []
    for day in days:
        rows += [
            (
                day_words(day.on),
                _state(day, s),
                s.person,
                f"{s.at:%Y-%m-%d %H:%M}",
                f"{s.closed}",
                f"{s.left}",
                s.note,
            )
            for s in day.signatures
        ]
        if not day.signatures:
            rows.append((day_words(day.on), "NOT SIGNED" if day.gap else "not yet", None, None, None, None, None))
    print_table(
        ("Day", "State", "Person", "Signed (UTC)", "Closed", "Left open", "Note"),
        rows,
        empty="Nobody has signed an evening check.",
        tones=["red" if "NOT" in (row[1] or "") or "ALTERED" in (row[1] or "") else None for row in rows],
    )
