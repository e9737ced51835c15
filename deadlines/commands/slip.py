"""`deadlines slip`: all that is kept of one entry, to be read, filed or printed."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deadlines.docket.naming import Names
    from deadlines.docket.slips import Slip


@click.command()
@click.argument("entry", metavar="ENTRY")
@click.option("--by", required=True, metavar="ADDRESS", help="Who looks: not who may still verify the notice.")
@json_option
@pass_app
def command(app: App, entry: str, by: str, as_json: bool) -> None:
    """All about one entry: who docketed it, when and from what, its trigger, rule, dates, checks and proof.

    \b
    Example:
      deadlines slip k3v7qp2m --by ana@firm.example
    """
    from deadlines.commands.output import paragraph, print_json
    from deadlines.docket.naming import Names
    from deadlines.docket.people import active_person
    from deadlines.docket.slips import slip_of
    from deadlines.docket.views import find_entry
    from deadlines.docket.visible import require_visible

    with app.reading() as session:
        person, found = active_person(session, by), find_entry(session, entry)
        require_visible(session, found.matter_id, person)
        slip, names = slip_of(session, found, person), Names(session)
    if as_json:
        print_json(slip)
        return
    for heading, text in _lines(slip, names):
        paragraph(f"{heading:<12}{text}", hanging=" " * 12)


def _lines(slip: "Slip", names: "Names") -> "Iterator[tuple[str, str]]":
    from deadlines.commands.windows import DATES, day_words, entered_words

    view = slip.view
    window = view.window
    yield "Entry", f"{view.entry}, {view.status}"
    yield "Matter", f"{view.matter}{f', {slip.client}' if slip.client else ''}; attorney {names.of(view.attorney)}"
    for number, row in enumerate(slip.entered):
        source = f"; {row.source}" if row.source else ""
        yield "Amended" if number else "Entered", f"by {names.of(row.by)}, {row.at:%Y-%m-%d %H:%M} UTC{source}"
    yield "Notice", entered_words(view.entered)
    yield "Rule", f"{slip.rule}, {'; '.join(window.cite)}; edition {view.edition}, {window.confidence}"
    yield "Remedy", f"{window.title}{f', {window.form}' if window.form else ''}, with {window.file_with}"
    for name, words, _ in DATES:
        if getattr(window, name) is not None:
            yield words, day_words(getattr(window, name))
    for number, step in enumerate(window.working, start=1):
        yield f"Step {number}", f"{step.text}{f' [{step.cite}]' if step.cite else ''}"
    for one in slip.versions if len(slip.versions) > 1 else ():
        days = f"file by {day_words(one.safe_by)}, last day {day_words(one.last_day)}" if one.safe_by else "no date"
        yield f"Version {one.version}", f"{one.at:%Y-%m-%d %H:%M} UTC, {names.of(one.by)}: {one.reason}; {days}"
    yield "Verified", _signed(names, view.verified_by, view.verified_at)
    yield "Initialed", _signed(names, view.initialed_by, view.initialed_at, view.initialed_source)
    if view.closing is not None:
        closing = view.closing
        said = closing.proof or closing.reason
        yield closing.event.capitalize(), f"{day_words(view.closed_on)} by {names.of(view.closed_by)}: {said}"
    if view.rechecked_by is not None:
        yield "Re-checked", _signed(names, view.rechecked_by, view.rechecked_at)


def _signed(names: "Names", by: str | None, at: object, saw: str | None = None) -> str:
    if by is None:
        return "by nobody yet"
    return f"by {names.of(by)}, {at:%Y-%m-%d %H:%M} UTC{f'; saw: {saw}' if saw else ''}"
