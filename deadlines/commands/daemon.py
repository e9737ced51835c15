"""`deadlines daemon`: the scheduler alone."""

import click

from deadlines.commands.context import App, pass_app


@click.command()
@pass_app
def command(app: App) -> int:
    """Run the scheduler alone: reminders and checks, without the web server.

    Runs until SIGTERM or Ctrl-C; the message on its way is finished first.

    \b
    Example:
      deadlines --config /srv/deadlines/deadlines.toml daemon
    """
    from deadlines.commands.logs import start_log
    from deadlines.daemon import run
    from deadlines.wiring import build_scheduler

    start_log(app.settings.log.format)
    with app.database(patient=True) as database:
        return run(build_scheduler(app.settings, database))
