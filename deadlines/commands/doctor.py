"""`deadlines doctor`: is everything well, and if not, what to do."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.errors import ConfigError, NoDocket, StoreError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.docket.findings import Finding

STATES = {"well": 0, "warning": 1, "ill": 2}
COLOURS = {"well": "green", "warning": "yellow", "ill": "red"}


@click.command()
@json_option
@pass_app
def command(app: App, as_json: bool) -> int:
    """Check configuration, database, scheduler, reminders, mail and law data.

    The exit status is 0 when all is well, 1 with a warning, 2 when something is ill.

    \b
    Example:
      deadlines doctor --json
    """
    from deadlines.commands.output import print_json
    from deadlines.version import VERSION

    findings = list(_findings(app))
    state = max((finding.state for finding in findings), key=STATES.__getitem__)
    if as_json:
        print_json({"state": state, "version": VERSION, "checks": findings})
    else:
        _print(findings)
    return STATES[state]


def _findings(app: App) -> Iterator["Finding"]:
    from deadlines import clock
    from deadlines.commands import installation, machine
    from deadlines.docket.findings import Finding

    now = clock.now()
    yield installation.check_zone_data(now)
    try:
        settings = app.settings
    except ConfigError as error:
        yield installation.check_law(now)
        yield Finding("configuration", "ill", error.sentence, "Correct the configuration; then run this again.")
        return
    yield installation.check_law(now, settings)
    yield installation.check_firm_law(settings)
    yield installation.check_practice(settings)
    yield installation.check_reminders(settings)
    yield installation.check_configuration(settings)
    yield installation.check_mail(settings)
    yield installation.check_files(settings)
    yield installation.check_web(settings)
    yield machine.check_feeds_folder(settings)
    yield from _database_findings(app)


def _database_findings(app: App) -> Iterator["Finding"]:
    from sqlalchemy.exc import SQLAlchemyError

    from deadlines import clock
    from deadlines.commands import installation, machine
    from deadlines.docket.findings import Finding, guarded
    from deadlines.docket.health import check_docket, check_emergency, check_partner
    from deadlines.docket.monitor import check_monitor
    from deadlines.docket.timekeeping import check_clock, read_clocks
    from deadlines.docket.webhooks import check_webhooks
    from deadlines.keeping.records import check_keeping, check_sheet

    try:
        with app.database() as database:
            yield installation.check_database(database)
            yield machine.check_disk(app.settings)
            with database.read() as session:
                now, settings = clock.now(), app.settings
                yield from guarded("clock", lambda: check_clock(session, read_clocks(now)))
                yield from guarded("leader", lambda: machine.check_leader(database, session, now))
                yield from check_docket(session, now)
                watched = bool(settings.monitor.address_file)
                unread = installation.check_monitor_file(settings)
                yield from guarded("monitor", lambda: unread or check_monitor(session, now, configured=watched))
                yield from guarded("webhooks", lambda: check_webhooks(session))
                yield from guarded("emergency-contact", lambda: check_emergency(session, settings.reminders.emergency))
                yield from guarded("follow-up-partner", lambda: check_partner(session, settings.follow_up.partner))
                yield from guarded("milestone-owners", lambda: _owners(app, session))
                yield from guarded("evening-signed", lambda: _evening(app, session))
                yield from guarded("backup", lambda: check_keeping(session, settings.keeping.folder, now))
                if settings.print.folder:
                    yield from guarded("sheet", lambda: check_sheet(session, now))
    except NoDocket as error:
        yield Finding("database", "ill", error.sentence, "A new installation begins with `deadlines init`.")
    except ConfigError as error:
        yield Finding("database", "ill", error.sentence, "Correct the configuration; then run this again.")
    except StoreError as error:
        hint = "Look at the disk or at the database server and its log; docs/operations.md says how to go on."
        yield Finding("database", "ill", error.sentence, hint)
    except SQLAlchemyError as error:
        sentence = f"The database fails while it is read ({type(error).__name__})."
        yield Finding("database", "ill", sentence, "Look at the disk and at the database server's log.")


def _owners(app: App, session: "Session") -> Iterator["Finding"]:
    """Whether the owners of milestones are people of the firm; nothing where the practice file cannot be read."""
    from contextlib import suppress

    from deadlines.docket.owners import check_owners
    from deadlines.errors import LawDataError
    from deadlines.wiring import build_practice

    with suppress(LawDataError, ConfigError):  # the check of the practice tells of it
        practice = build_practice(app.settings)
        yield check_owners(session, [template.owner for template in practice.milestones])


def _evening(app: App, session: "Session") -> Iterator["Finding"]:
    """Whether evening checks are signed; working days are law, so nothing where the law cannot be read."""
    from contextlib import suppress

    from deadlines import clock
    from deadlines.commands.context import actor
    from deadlines.docket.evening_watch import check_evening
    from deadlines.errors import LawDataError
    from deadlines.wiring import build_desk, evening_by

    with suppress(LawDataError, ConfigError):  # the checks of the law and of the firm's practice tell of it
        desk = build_desk(app.settings, actor())
        yield check_evening(session, desk, by=evening_by(app.settings), now=clock.now())


def _print(findings: list["Finding"]) -> None:
    from deadlines.commands.output import clean, style

    for finding in findings:
        state = style(f"{finding.state:7}", fg=COLOURS[finding.state])
        click.echo(f"{state}  {finding.id:18} {clean(finding.sentence)}")
        if finding.hint and finding.state != "well":
            click.echo(f"{'':28}{clean(finding.hint)}")
