"""`deadlines missed`: a date passed without filing; the record, what may still help, and the diligence log."""

from datetime import date
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.commands.dates import DAY
from deadlines.commands.signing import by_option, signed

if TYPE_CHECKING:
    from deadlines.docket.rescues import MissedView, RescueView


class Recording(click.Group):
    """A group whose first word may be an entry: then it is recorded as missed."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of that name, or `record` for anything else."""
        known = bool(args) and self.get_command(ctx, args[0]) is not None
        return super().resolve_command(ctx, args if known else ["record", *args])


@click.group(cls=Recording)
def command() -> None:
    """A date passed without filing: record it, and see at once what may still help.

    `deadlines missed ENTRY …` is the same as `deadlines missed record ENTRY …`.

    \b
    Examples:
      deadlines missed k3v7qp2m --by ana@firm.example --found-on 2026-11-27 --how "filed under another client"
      deadlines missed show k3v7qp2m
    """


@command.command()
@click.argument("entry", metavar="ENTRY")
@click.option("--found-on", required=True, type=DAY, metavar="DATE", help="The day on which it was discovered.")
@click.option("--how", required=True, metavar="TEXT", help="How it came about, as far as it is known; kept for ever.")
@by_option
@json_option
@pass_app
def record(app: App, entry: str, found_on: date, how: str, by: str, as_json: bool) -> None:
    """Record that a date was missed: reminders end, and the record is frozen as it stands.

    Attorney, deputy, supervisor, partner and the docket role are told at once. Not while a filing can still be argued.

    \b
    Example:
      deadlines missed record k3v7qp2m --by ana@firm.example --found-on 2026-11-27 --how "filed under another client"
    """
    from deadlines.commands.output import print_json
    from deadlines.docket.missed import miss_entry
    from deadlines.docket.rescues import missed_view

    with signed(app, by, "file") as act:
        found = act.entry(entry)
        miss_entry(act.session, act.desk, found, found_on=found_on, how=how, by=act.by, now=act.now)
        view = missed_view(act.session, act.desk, found)
    if as_json:
        print_json(view)
    else:
        _print(view)


@command.command()
@click.argument("entry", metavar="ENTRY")
@json_option
@pass_app
def show(app: App, entry: str, as_json: bool) -> None:
    """What may still help, what to do, and what was done. With --json also the record as it stood.

    \b
    Example:
      deadlines missed show k3v7qp2m --json
    """
    from deadlines.commands.output import print_json
    from deadlines.docket.rescues import missed_view
    from deadlines.docket.views import find_entry
    from deadlines.wiring import build_desk

    desk = build_desk(app.settings, actor())
    with app.reading() as session:
        view = missed_view(session, desk, find_entry(session, entry))
    if as_json:
        print_json(view)
    else:
        _print(view)


@command.command()
@click.argument("entry", metavar="ENTRY")
@click.argument("text", metavar="TEXT")
@click.option("--on", type=DAY, metavar="DATE", help="The day on which it was done; default: today.")
@by_option
@json_option
@pass_app
def log(app: App, entry: str, text: str, on: date | None, by: str, as_json: bool) -> None:
    """Write down what was done about it on a day. A line is never changed.

    \b
    Example:
      deadlines missed log k3v7qp2m "asked the court for the record" --by ana@firm.example
    """
    from deadlines.commands.output import answer
    from deadlines.commands.windows import day_words
    from deadlines.docket.missed import log_diligence

    with signed(app, by, "file") as act:
        note = log_diligence(act.session, act.desk, act.entry(entry), text=text, on=on, by=act.by, now=act.now)
        shown = {"on": note.on, "text": note.text, "person": act.by.email}
        sentence = f"{day_words(note.on)}, {act.by.email}: {note.text}"
    answer(shown, sentence, as_json=as_json)


@command.command("list")
@click.option("--by", metavar="ADDRESS", help="Who looks; without it no restricted matter is shown.")
@json_option
@pass_app
def list_(app: App, by: str | None, as_json: bool) -> None:
    """The missed dates, and when something was last done about each.

    \b
    Example:
      deadlines missed list --by dora@firm.example
    """
    from deadlines.commands.output import print_json, print_table
    from deadlines.commands.windows import day_words
    from deadlines.docket.people import active_person
    from deadlines.docket.rescues import missed_lines

    with app.reading() as session:
        lines = missed_lines(session, active_person(session, by) if by is not None else None)
    if as_json:
        print_json(lines)
        return
    print_table(
        ("Entry", "Matter", "Window", "Last day", "Found", "Last work"),
        [
            (
                line.entry[:8],
                line.matter,
                line.title,
                day_words(line.last_day),
                day_words(line.found_on),
                day_words(line.last_logged_on) or "NONE",
            )
            for line in lines
        ],
        empty="No date is recorded as missed.",
    )


def _print(view: "MissedView") -> None:
    from deadlines.commands.output import clean, paragraph, style
    from deadlines.commands.windows import day_words

    title = f"MISSED: {view.title}, matter {view.matter}, entry {view.entry[:8]}"
    click.echo(style(title, fg="red", bold=True))
    paragraph(
        f"Last day {day_words(view.last_day)}; found on {day_words(view.found_on)}, recorded "
        f"{view.recorded_at:%Y-%m-%d %H:%M} UTC by {view.recorded_by}: {clean(view.how)}"
    )
    if not view.whole:
        paragraph(style("INTEGRITY ALARM: the record is not as it was written.", fg="red", bold=True))
    click.echo(style("\nWhat may still help (nothing of this is certain, and nothing is entered by itself)", bold=True))
    for rescue in view.rescues:
        _print_rescue(rescue)
    if not view.rescues:
        paragraph("  The law data knows nothing for this remedy. Ask at once whether anything excuses lateness.")
    click.echo(style("\nTo do now", bold=True))
    for item in view.checklist:
        paragraph(f"  [ ] {item}", hanging="      ")
    click.echo(style("\nWhat was done", bold=True))
    for note in view.log:
        paragraph(f"  {day_words(note.on)}  {note.person}: {clean(note.text)}", hanging="    ")
    if not view.log:
        click.echo(f'  Nothing yet: deadlines missed log {view.entry[:8]} "TEXT" --by ADDRESS')
    click.echo(
        f"\nThe record of that moment is kept: SHA-256 {view.digest}\n"
        "Not legal advice: verify each way against the cited law."
    )


def _print_rescue(rescue: "RescueView") -> None:
    from deadlines.commands.output import clean, paragraph, style
    from deadlines.commands.windows import day_words

    cite = f" [{'; '.join(rescue.cite)}; confidence {rescue.confidence}]"
    paragraph(f"  -  {style(rescue.title, bold=True)}: {clean(rescue.text)}{cite}", hanging="     ")
    paragraph(f"     Time: {rescue.days}", hanging="       ")
    if rescue.last_day is not None:
        where = f", entry {rescue.entry[:8]}, {rescue.status}" if rescue.entry else ", not on the docket"
        paragraph(
            f"     File by {day_words(rescue.safe_by)}, last day {day_words(rescue.last_day)}{where}", hanging="       "
        )
    elif rescue.why is not None:
        paragraph(f"     Not available for this notice: {clean(rescue.why)}", hanging="       ")
    for step in rescue.steps:
        paragraph(f"     [ ] {step}", hanging="         ")
    if rescue.notice is not None:
        click.echo(f"     When it comes: deadlines add --kind {rescue.notice} …")
