"""`deadlines db`: care of the database."""

import click

from deadlines.commands.context import App, json_option, pass_app


@click.group()
def command() -> None:
    """Care of the database.

    \b
    Example:
      deadlines db upgrade
    """


@command.command()
@json_option
@pass_app
def upgrade(app: App, as_json: bool) -> None:
    """Bring the database to the schema of this program; all of it or nothing.

    Stop the service and make a copy of the database first.

    \b
    Example:
      deadlines --config /srv/deadlines/deadlines.toml db upgrade
    """
    from deadlines.commands.output import print_json
    from deadlines.wiring import upgrade_database

    before, after = upgrade_database(app.settings)
    if as_json:
        print_json({"before": before, "after": after})
    elif before == after:
        click.echo(f"The database is up to date (schema {after}).")
    else:
        click.echo(f"Upgraded the database from schema {before} to {after}.")
