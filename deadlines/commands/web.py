"""`deadlines web`: the web server alone, beside a daemon elsewhere."""

import click

from deadlines.commands.context import App, pass_app


@click.command()
@click.option("--host", metavar="ADDRESS", help="The address to listen on, instead of web.host.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on, instead of web.port.")
@pass_app
def command(app: App, host: str | None, port: int | None) -> None:
    """Run the web server alone: feeds and pages, without reminders.

    Reminders need `deadlines daemon` beside it; without one, calendars say after an hour that they are stale. Several
    may run on one PostgreSQL server.

    \b
    Example:
      deadlines --config /srv/deadlines/deadlines.toml web --port 8099
    """
    from deadlines.commands.logs import start_log
    from deadlines.commands.serve import listen, serve
    from deadlines.wiring import build_housekeeping, build_web

    settings = app.settings
    start_log(settings.log.format)
    with app.database(patient=True) as database:
        web = build_web(settings, database)
        housekeeping = build_housekeeping(settings, database, web)
        with listen(host or settings.web.host, port or settings.web.port) as listener:
            serve(web, housekeeping, listener)
