"""`deadlines add`: record a notice, see its windows with their working, and calendar them."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.compute import METHODS, facts_of, reasons_option
from deadlines.commands.context import App, actor, json_option, pass_app

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.compute import Notice, Result
    from deadlines.docket.intake import Recorded
    from deadlines.store.tables import Person


@click.command()
@click.option("--matter", metavar="NUMBER", help="The firm's number of the matter; opened if it is new.")
@click.option("--client", metavar="NAME", help="The client, for a new matter; it leaves in no feed or mail.")
@click.option("--attorney", metavar="ADDRESS", help="Mail address of the attorney, for a new matter.")
@click.option("--restricted", is_flag=True, help="Keep the matter out of every feed (VAWA, T, U are kept out anyway).")
@click.option("--kind", metavar="KIND", help="Kind of notice, such as uscis.denial or ij.order.")
@click.option("--decided-on", metavar="DATE", help="The date on the notice, such as 2026-10-23 or 23 Oct 2026.")
@click.option("--form", metavar="FORM", help="The form that was decided, such as I-485.")
@click.option("--service", type=click.Choice(METHODS), metavar="METHOD", help=f"{', '.join(METHODS)}.")
@click.option("--service-on", metavar="DATE", help="Day of service; default: the decision date.")
@click.option("--received-on", metavar="DATE", help="Day it provably arrived.")
@click.option("--printed-deadline", metavar="DATE", help="The deadline that the notice prints.")
@click.option("--fact", "facts", metavar="NAME=VALUE", multiple=True, help="A fact; may be repeated.")
@reasons_option
@click.option(
    "--by",
    metavar="ADDRESS",
    help="Mail address of who enters it, and does not verify it; from two people on it must be said.",
)
@click.option("--from", "pdf", metavar="FILE.pdf", help="Read the notice in a PDF, and ask about each line it has.")
@click.option(
    "--incoming", metavar="ID", help="The paper that came in, from `deadlines incoming list`; it is docketed."
)
@click.option("--again", is_flag=True, help="Record it although the matter has the same notice already.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation on a terminal.")
@json_option
@pass_app
def command(app: App, /, as_json: bool, yes: bool, again: bool, pdf: str | None, **given: Any) -> None:
    """Record a notice and calendar its windows.

    On a terminal it asks for what matters and is missing, and shows the windows before it stores them.

    \b
    Example:
      deadlines add --matter 2026-0143 --client "Garcia" --attorney ana@firm.example \\
        --kind uscis.denial --form I-485 --decided-on 2026-10-23 --service mail
      deadlines add --matter 2026-0143 --from denial.pdf
    """
    from deadlines import clock
    from deadlines.compute import compute
    from deadlines.compute.contract import to_notice
    from deadlines.docket.doubts import odd_days, past_windows
    from deadlines.wiring import build_law, build_policy

    asks = sys.stdin.isatty() and sys.stdout.isatty() and not as_json
    app.settings  # noqa: B018  (a wrong configuration is told before any question is asked)
    if given["incoming"]:
        given = _of_paper(app, given)
    if pdf is not None:
        from deadlines.commands.asking_paper import confirmed, refuse_alone

        given = confirmed(app, pdf, given) if asks else refuse_alone(pdf)
    if asks:
        from deadlines.commands.asking import complete

        given = complete(app, given)
    _need(given)
    if asks:
        given = _with_paper(app, given)
    notice = to_notice(facts_of(given))
    today = clock.today(app.settings.firm.timezone)
    odd = odd_days(notice, today)
    result = compute(notice, build_law(app.settings), build_policy(app.settings))
    doubts = [*odd, *past_windows(result, today)]
    if asks:
        _show(result, doubts)
        if not yes and not click.confirm("Record this and calendar it?", default=not doubts):
            click.echo("Nothing was recorded.")
            return
    recorded = _record(app, notice, given, again=again)
    _answer(recorded, doubts, given, as_json=as_json, shown=asks)


def _of_paper(app: App, given: dict[str, Any]) -> dict[str, Any]:
    """The options with the matter that the paper was registered for, where none is named. Raises Conflict for a paper
    that is settled already, NotFound for one of a matter that who enters it does not see."""
    from deadlines.docket.incoming import find_seen_incoming, require_waiting

    with app.reading() as session:
        found = find_seen_incoming(session, given["incoming"], _entered_by(session, given["by"]))
        require_waiting(found)
        known = found.matter.reference if found.matter is not None else None
        return {**given, "incoming": found.id, "matter": given["matter"] or known}


def _with_paper(app: App, given: dict[str, Any]) -> dict[str, Any]:
    """The options with the paper of the matter that the notice is, if somebody says that it is one that waits."""
    from deadlines.commands.asking_waiting import ask_which

    with app.reading() as session:
        by = _entered_by(session, given["by"])
    return ask_which(app, given, by)


def _need(given: Mapping[str, Any]) -> None:
    missing = [f"--{name.replace('_', '-')}" for name in ("matter", "kind", "decided_on") if not given[name]]
    if missing:
        raise click.UsageError(f"Missing {', '.join(missing)}.")


def _show(result: "Result", doubts: list[str]) -> None:
    from deadlines.commands.output import style
    from deadlines.commands.windows import print_questions, print_window

    click.echo("")
    for window in result.windows:
        print_window(window, more=False)
        click.echo("")
    print_questions(result)
    for sentence in doubts:
        click.echo(style(f"LOOK AGAIN  {sentence}", fg="red", bold=True))
    click.echo("`deadlines explain` shows other readings and pitfalls of each window. Not legal advice.")


def _record(app: App, notice: "Notice", given: Mapping[str, Any], *, again: bool) -> "dict[str, Any]":
    from deadlines import clock
    from deadlines.docket.incoming import docketed, find_seen_incoming, hold_waiting, waiting_papers
    from deadlines.docket.intake import open_matter, record_notice
    from deadlines.docket.people import find_person
    from deadlines.docket.visible import require_visible_matter
    from deadlines.wiring import build_desk

    now = clock.now()
    with app.writing() as session:
        by = _entered_by(session, given["by"])
        who = by.email if by is not None else actor()
        if by is not None:
            require_visible_matter(session, given["matter"], by)
        paper = find_seen_incoming(session, given["incoming"], by) if given["incoming"] else None
        if paper is not None:
            hold_waiting(session, paper)
        attorney = find_person(session, given["attorney"]) if given["attorney"] else None
        matter = open_matter(
            session,
            given["matter"],
            client=given["client"],
            attorney=attorney,
            restricted=given["restricted"],
            by=by,
            actor=who,
            now=now,
        )
        desk = build_desk(app.settings, who, "command")
        recorded = record_notice(session, desk, matter, notice, now=now, again=again)
        if paper is not None:
            docketed(session, paper, recorded.notice, who=by.id if by is not None else who, now=now, actor=who)
        said = _as_json(recorded, matter.reference, who, restricted=matter.restricted)
        return {**said, "waiting": waiting_papers(session, matter)}


def _entered_by(session: "Session", by: str | None) -> "Person | None":
    from deadlines.docket.enterers import enterer
    from deadlines.docket.people import active_person
    from deadlines.docket.roles import require

    if not by:
        return enterer(session)
    person = active_person(session, by)
    require(person, "enter")
    return person


def _as_json(recorded: "Recorded", reference: str, who: str, *, restricted: bool) -> "dict[str, Any]":
    windows = {window.rule: window for window in recorded.result.windows}
    return {
        "notice": recorded.notice.id,
        "matter": reference,
        "restricted": restricted,
        "entered_by": who,
        "reopened": recorded.reopened,
        "edition": recorded.result.edition,
        "entries": [
            {
                "entry": entry.id,
                "rule": entry.rule,
                "title": entry.title,
                "form": entry.form,
                "status": entry.status,
                "state": windows[entry.rule].state,
                "opens_on": windows[entry.rule].opens_on,
                "protective_by": windows[entry.rule].protective_by,
                "safe_by": windows[entry.rule].safe_by,
                "last_day": windows[entry.rule].last_day,
                "latest": windows[entry.rule].latest,
            }
            for entry in recorded.entries
        ],
        "asks": recorded.result.asks,
        "warnings": recorded.result.warnings,
    }


def _answer(
    recorded: dict[str, Any], doubts: list[str], given: Mapping[str, Any], *, as_json: bool, shown: bool
) -> None:
    from deadlines.commands.asking_waiting import still_waits
    from deadlines.commands.output import print_json, print_table, style
    from deadlines.commands.windows import OPTIONS, day_words, undated_words

    if as_json:
        print_json({**recorded, "warnings": [*recorded["warnings"], *doubts]})
        return
    who = recorded["entered_by"]
    click.echo(f"Recorded notice {recorded['notice'][:8]} in matter {recorded['matter']}, entered by {who}.")
    if recorded["reopened"]:
        click.echo(style(f"Matter {recorded['matter']} was closed, and is open again.", fg="red", bold=True))
    print_table(
        ("Entry", "Window", "Form", "File by", "Protective", "Last day"),
        [
            (
                entry["entry"][:8],
                entry["title"],
                entry["form"],
                day_words(entry["safe_by"]) or undated_words(entry["state"], entry["opens_on"]),
                day_words(entry["protective_by"]),
                day_words(entry["last_day"]),
            )
            for entry in recorded["entries"]
        ],
        empty="The notice opens no window.",
    )
    for ask in () if shown else recorded["asks"]:
        click.echo(f"To find out: {ask.why} ({OPTIONS.get(ask.fact, f'--fact {ask.fact}=…')})")
    for warning in () if shown else [*recorded["warnings"], *doubts]:
        click.echo(f"Note: {warning}", err=True)
    for sentence in () if shown else still_waits(recorded["waiting"], recorded["notice"]):
        click.echo(f"Note: {sentence}", err=True)
    if recorded["restricted"]:
        click.echo("The matter is restricted: it appears in no feed, and mail names only its number.")
