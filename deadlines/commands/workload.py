"""`deadlines workload`: how many dates fall on each attorney in each week."""

import click

from deadlines.commands.context import App, json_option, pass_app


@click.command()
@click.option("--weeks", type=click.IntRange(1, 52), default=6, show_default=True, help="How many weeks.")
@json_option
@pass_app
def command(app: App, weeks: int, as_json: bool) -> None:
    """Open dates for each attorney and week, this week first; each window counts once, on the date that comes next.

    \b
    Example:
      deadlines workload --weeks 8
    """
    from deadlines import clock
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.workload import workload

    today = clock.today(app.settings.firm.timezone)
    with app.reading() as session:
        found = workload(session, None, weeks=weeks, today=today)
    if as_json:
        print_json(found)
        return
    print_table(
        ("Attorney", "Past", *(f"{monday.day} {monday:%b}" for monday in found.weeks), "Later", "Open"),
        [
            (line.attorney, *(str(count or "-") for count in (line.past, *line.weeks, line.later, line.total)))
            for line in found.lines
        ],
        empty="No window is open.",
        tones=["red" if line.past else None for line in found.lines],
    )
