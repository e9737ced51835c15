"""`deadlines list`: the open windows."""

from datetime import date

import click

from deadlines.commands.context import App, json_option, pass_app


@click.command()
@click.option("--attorney", metavar="ADDRESS", help="Only matters of the attorney with that mail address.")
@click.option("--matter", metavar="NUMBER", help="Only one matter.")
@json_option
@pass_app
def command(app: App, attorney: str | None, matter: str | None, as_json: bool) -> None:
    """Open windows, earliest first.

    \b
    Example:
      deadlines list --attorney ana@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.views import open_windows

    today = clock.today(app.settings.firm.timezone)
    with app.reading() as session:
        lines = open_windows(session, today, attorney=attorney, matter=matter)
    if as_json:
        print_json(lines)
        return
    print_table(
        ("Safe by", "In", "Last day", "Matter", "Window", "Form", "Protective", "Entry"),
        [
            (
                f"{line.safe_by:%a} {line.safe_by}",
                _in_days(line.days_left, line.last_day, today),
                str(line.last_day),
                line.matter,
                line.title,
                line.form,
                str(line.protective_by or ""),
                line.entry[:8],
            )
            for line in lines
        ],
        empty="No window is open. `deadlines add` records a notice.",
    )


def _in_days(days: int, last_day: date, today: date) -> str:
    if last_day < today:
        return "PAST"
    if days < 0:
        return "SAFE DATE PAST"
    return "TODAY" if days == 0 else f"{days} day{'' if days == 1 else 's'}"
