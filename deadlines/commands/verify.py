"""`deadlines verify`: a second person reads the notice off the paper, and where both agree, signs for the dates."""

import sys
from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.compute import METHODS
from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, signed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.compute import Notice
    from deadlines.docket.verification import Checked
    from deadlines.docket.views import EntryView
    from deadlines.store.tables import Entry, NoticeRow

NONE = "none"


@click.command()
@click.argument("entry", metavar="[ENTRY]", required=False)
@click.option("--notice", metavar="NOTICE", help="Instead of ENTRY: every open entry of a notice at once.")
@click.option("--kind", metavar="KIND", help="The kind of notice that you hold, such as uscis.denial or ij.order.")
@click.option("--form", metavar="FORM|none", help="The form that it decides, such as I-485.")
@click.option("--decided-on", metavar="DATE", help="The date on the notice.")
@click.option("--service", type=click.Choice(METHODS), metavar="METHOD", help=f"{', '.join(METHODS)}.")
@click.option("--served-on", "--service-on", "service_on", metavar="DATE", help="Day of service; default: its date.")
@click.option(
    "--received-on", metavar="DATE", help="Day it provably arrived, where the paper or the mail room shows it."
)
@click.option("--printed-deadline", metavar="DATE", help="The deadline that it prints, where it prints one.")
@by_option
@json_option
@pass_app
def command(app: App, /, entry: str | None, notice: str | None, by: str, as_json: bool, **read: Any) -> None:
    """Verify an entry blindly: enter what the notice itself says, without looking at what was entered before.

    Both are compared, and the dates are computed again from what you read. Where both are the same, you have signed
    for the dates. Where they differ, you are told in which fields, nothing is verified, and people are told. Not by
    the person who entered the notice; what is contested or rests on a lesser source is for an attorney or partner.
    A new version of the dates must be verified anew. On a terminal it asks for what is missing.

    \b
    Example:
      deadlines verify k3v7qp2m --kind uscis.denial --form I-485 --decided-on 2026-11-20 --service mail \\
        --by ben@firm.example
    """
    from deadlines.docket.looks import refusal
    from deadlines.docket.verification import verify_notice
    from deadlines.errors import Conflict

    if (entry is None) == (notice is None):
        raise click.UsageError("Name an entry, or a notice with --notice.")
    look = _look(app, _complete(app, entry, notice, by, read, asks=sys.stdin.isatty() and not as_json))
    with signed(app, by, "verify") as act:
        row, one = _found(act.session, entry, notice)
        checked = verify_notice(act.session, act.desk, row, look, by=act.by, now=act.now, entry=one)
        said = refusal(row, checked.differs, act.desk.leaves) if checked.differs else ""
        views = _views(act.session, checked)
    if said:
        raise Conflict(said, code="two-entries-differ")
    _answer(app, views, checked, one=one is not None, as_json=as_json)


def _found(session: "Session", entry: str | None, notice: str | None) -> "tuple[NoticeRow, Entry | None]":
    from deadlines.docket.notices import find_notice
    from deadlines.docket.views import find_entry

    if entry is None:
        return find_notice(session, str(notice)), None
    found = find_entry(session, entry)
    return found.notice, found


def _complete(
    app: App, entry: str | None, notice: str | None, by: str, read: dict[str, Any], *, asks: bool
) -> dict[str, Any]:
    """What was read, with what is missing asked for on a terminal; elsewhere raises UsageError that names it.

    Whether the person may verify it at all is looked at first. Nothing of what was entered is shown.
    """
    from deadlines.docket.legible import notice_of
    from deadlines.docket.looks import to_be_read
    from deadlines.docket.verification import verifiable

    with signed(app, by, "verify") as act:
        row, one = _found(act.session, entry, notice)
        verifiable(act.session, row, by=act.by, entry=one)
        entered = notice_of(row)
        needed = to_be_read(act.desk, entered)
    if "kind" not in needed:  # there is no paper whose kind or service could be read
        plain = {"kind": entered.kind, "service": entered.service.method, "service_on": entered.service.on}
        read = {**read, **{name: read[name] or value for name, value in plain.items()}}
    missing = [name for name in needed if not read[name]]
    if missing and not asks:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise click.UsageError(f"Missing {options}: enter what the notice itself says.")
    if asks:
        from deadlines.commands.asking_look import ask_look

        return ask_look(app, needed, read)
    return read


def _look(app: App, read: dict[str, Any]) -> "Notice":
    """What was read, with its dates and words checked as those of `deadlines add` are."""
    from deadlines.commands.compute import facts_of
    from deadlines.compute.contract import to_notice

    plain = {**read, "form": None if (read["form"] or "").strip().lower() == NONE else read["form"]}
    return to_notice(facts_of(plain))


def _views(session: "Session", checked: "Checked") -> "list[EntryView]":
    from deadlines.docket.views import entry_view

    return [entry_view(session, entry) for entry in checked.verified]


def _answer(app: App, views: "list[EntryView]", checked: "Checked", *, one: bool, as_json: bool) -> None:
    """What was signed, with its working now that both have been compared, and what was not."""
    from deadlines import clock
    from deadlines.commands.explain import print_entry
    from deadlines.commands.output import print_json, style

    if as_json:
        left = [{"entry": item.entry.id, "why": item.why} for item in checked.left]
        print_json(views[0] if one else {"verified": views, "left": left})
        return
    for view in views:
        print_entry(view, clock.today(app.settings.firm.timezone))
        said = f"Version {view.version} is verified by {view.verified_by}."
        click.echo(style(said, fg="green", bold=True) + ("" if one else "\n"))
    for item in checked.left:
        click.echo(style(f"Not verified: {item.why}", fg="yellow"))
