"""`deadlines demo`: the main job from end to end, on real decided cases and made-up notices of today."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App
from deadlines.commands.output import style
from deadlines.errors import ConfigError

if TYPE_CHECKING:
    import socket
    from datetime import datetime

    from sqlalchemy.orm import Session

    from deadlines.compute import Result
    from deadlines.docket.intake import Desk
    from deadlines.samples import Sample
    from deadlines.store.tables import Person

MARKER = "THIS-IS-A-DEMO.txt"
ATTORNEY = ("Ana Sample", "ana@firm.example", "attorney")
CLERK = ("Ben Sample", "ben@firm.example", "docket")


@click.command()
@click.option("--once", is_flag=True, help="Do everything once and stop, without serving.")
@click.option(
    "--folder",
    default="deadlines-demo",
    show_default=True,
    metavar="FOLDER",
    help="Where the demo lives; made anew.",
)
@click.option("--port", default=8099, show_default=True, type=click.IntRange(1, 65535), help="Port on localhost.")
def command(once: bool, folder: str, port: int) -> None:
    """Try the whole product on sample cases, in a folder of its own.

    Records real decided cases and made-up current notices in an embedded database, prints their windows
    with working, delivers the reminder mails that are due into a folder, and serves a calendar feed on
    localhost until Ctrl-C. Nothing leaves this machine, and no configuration is read.

    \b
    Example:
      deadlines demo --once
    """
    place = _fresh(Path(folder))
    listener = None
    if not once:
        from deadlines.commands.serve import listen

        listener = listen("127.0.0.1", port)
    app = _new_installation(place, port)
    url = _fill(app)
    _deliver(app, place)
    click.echo(f"\nCalendar feed (secret, of this demo only):\n  {url}")
    click.echo(f"Look around:\n  deadlines --config {place / 'deadlines.toml'} list")
    if listener is not None:
        _serve(app, listener, port)


def _fresh(place: Path) -> Path:
    """The demo's own folder, empty. A folder that is no demo is never touched."""
    if place.exists():
        if not place.is_dir() or (any(place.iterdir()) and not (place / MARKER).is_file()):
            raise ConfigError(f"{place} exists and is not a demo: choose another place with --folder.")
        shutil.rmtree(place)
    try:
        place.mkdir(parents=True, mode=0o700)
    except OSError as fault:
        raise ConfigError(f"{place} cannot be made ({fault.strerror}); choose another place with --folder.") from None
    (place / MARKER).write_text(
        "Made by `deadlines demo`; the next demo in this place deletes it. Nobody in it exists.\n"
    )
    return place.resolve()


def _new_installation(place: Path, port: int) -> App:
    from deadlines.wiring import create_database

    (place / "deadlines.toml").write_text(
        '[firm]\nname = "Sample firm"\n\n[database]\nurl = "sqlite:///deadlines.sqlite3"\n\n'
        f"[web]\nport = {port}\n\n"
        '[mail]\nchannel = "folder"\nfolder = "mail"\nsender = "Deadlines demo <deadlines@firm.example>"\n'
    )
    app = App(str(place / "deadlines.toml"))
    create_database(app.settings).dispose()
    return app


def _fill(app: App) -> str:
    """Record every sample in one transaction; returns the feed's address."""
    from deadlines import clock
    from deadlines.docket.people import add_person
    from deadlines.docket.subscriptions import add_subscription
    from deadlines.samples import current_notices, decided_cases
    from deadlines.wiring import build_desk

    now = clock.now()
    desk = build_desk(app.settings, "demo")
    with app.writing() as session:
        people = [
            add_person(session, name=name, email=email, role=role, actor="demo", now=now)
            for name, email, role in (ATTORNEY, CLERK)
        ]
        click.echo(style("Real decided cases", bold=True))
        for sample in decided_cases():
            _print_case(sample, _record(session, desk, sample, people[0], now))
        click.echo(style("\nMade-up notices of today", bold=True))
        for sample in current_notices(clock.today(app.settings.firm.timezone)):
            _print_notice(sample, _record(session, desk, sample, people[0], now))
        _, token = add_subscription(session, people[0], "Demo", actor="demo", now=now)
    return f"{app.settings.address}/f/{token}/deadlines.ics"


def _record(session: "Session", desk: "Desk", sample: "Sample", attorney: "Person", now: "datetime") -> "Result":
    from deadlines.docket.intake import open_matter, record_notice

    matter = open_matter(session, sample.matter, client=sample.client, attorney=attorney, actor="demo", now=now)
    return record_notice(session, desk, matter, sample.notice, now=now).result


def _print_case(sample: "Sample", result: "Result") -> None:
    from deadlines.commands.windows import print_window

    window = next(w for w in result.windows if w.rule == sample.rule)
    agrees = "agrees" if window.last_day == sample.due else f"DIFFERS: computed {window.last_day}"
    click.echo(f"  {sample.notice.decided_on}  {sample.source}")
    click.echo(f"              {sample.about}")
    click.echo(f"              {window.title}: last day {sample.due}, {agrees}. Outcome: {sample.outcome}.")
    print_window(window, more=False)
    click.echo("")


def _print_notice(sample: "Sample", result: "Result") -> None:
    from deadlines.commands.windows import day_words, print_window

    form = f", Form {sample.notice.form}" if sample.notice.form else ""
    dated = day_words(sample.notice.decided_on)
    click.echo(style(f"\n{sample.matter}: {sample.notice.kind}{form}, dated {dated}", bold=True, underline=True))
    for window in result.windows:
        print_window(window, more=False)


def _deliver(app: App, place: Path) -> None:
    from deadlines import clock
    from deadlines.wiring import build_sweeps

    with app.database() as database:
        report = build_sweeps(app.settings, database).send_due(clock.now())
    mails = sorted((place / "mail").rglob("*.eml"))
    click.echo(f"\n{len(mails)} reminder mails for {report.sent} reminders are in {place / 'mail'}")


def _serve(app: App, listener: "socket.socket", port: int) -> None:
    from deadlines.commands.logs import start_log
    from deadlines.commands.serve import serve
    from deadlines.wiring import build_scheduler, build_web

    click.echo(f"Serving on http://127.0.0.1:{port} until Ctrl-C; subscribe a calendar program to the address above.")
    start_log()
    with app.database() as database:
        web = build_web(app.settings, database)
        serve(web, build_scheduler(app.settings, database, web), listener)
