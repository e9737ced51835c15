"""`deadlines clock`: whether the clock is believed; a person confirms it."""

from datetime import date, datetime

import click

from deadlines.commands.context import App, actor, json_option, pass_app


@click.command()
@click.option("--confirm", "day", metavar="DATE", help="Today's date, YYYY-MM-DD: the clock of this machine is right.")
@json_option
@pass_app
def command(app: App, day: str | None, as_json: bool) -> int:
    """Say whether this machine's clock is believed, or confirm it where it made a large step.

    After a step of more than a day nothing is sent until the clock is right again, a time service vouches for it, or
    somebody looks at a calendar and confirms the day. The exit status is 2 while the clock is not believed.

    \b
    Example:
      deadlines clock --confirm 2026-11-27
    """
    from deadlines import clock
    from deadlines.commands.output import clean, print_json
    from deadlines.docket.timekeeping import check_clock, confirm, read_clocks

    now = clock.now()
    if day is not None:
        _must_be_today(day, now, app.settings.firm.timezone)
        with app.writing() as session:
            confirm(session, read_clocks(now), actor=actor())
    with app.reading() as session:
        finding = check_clock(session, read_clocks(now))
    if as_json:
        print_json({"now": now, "believed": finding.state != "ill", "sentence": finding.sentence})
    else:
        click.echo(clean(f"It is {now:%Y-%m-%d %H:%M} UTC by this machine. {finding.sentence}"))
    return 2 if finding.state == "ill" else 0


def _must_be_today(text: str, now: datetime, zone: str) -> None:
    """Refuse a day that is another than the machine's: whoever confirms has looked at a calendar."""
    from zoneinfo import ZoneInfo

    from deadlines.errors import Conflict, InputError

    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(f'"{text}" is no date: write today as YYYY-MM-DD.', code="bad-date") from None
    here = now.astimezone(ZoneInfo(zone)).date()
    if day != here:
        raise Conflict(f"By this machine it is {here}, not {day}: set its clock right instead of confirming it.")
