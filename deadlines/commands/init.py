"""`deadlines init`: a configuration file and a database, where there are none."""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.errors import ConfigError

if TYPE_CHECKING:
    from deadlines.config import Settings

KEY_NAME = "deadlines.key"


@click.command()
@json_option
@pass_app
def command(app: App, as_json: bool) -> None:
    """Write the configuration file and a key file where they are absent, and create the database.

    By default the database is a file beside the configuration file. Nothing that exists is overwritten.

    \b
    Example:
      deadlines --config /srv/deadlines/deadlines.toml init
    """
    from deadlines.commands.output import print_json

    made: list[Path] = []
    path = Path.cwd() / (app.config or os.environ.get("DEADLINES_CONFIG") or "deadlines.toml")
    key = path.with_name(KEY_NAME)
    written = _write_where_absent(path, _configuration(key), made)
    try:
        if written:
            _write_where_absent(key, f"{secrets.token_hex(32)}\n", made)
        place = _create_database(path)
    except BaseException:
        for each in made:
            each.unlink(missing_ok=True)
        raise
    if as_json:
        print_json({"config": str(path), "config_written": written, "database": place})
        return
    click.echo(f"{'Wrote' if written else 'Kept'} {path}")
    if key in made:
        click.echo(f"Wrote {key}: it seals the stored dates; keep a copy of it apart from the backups")
    click.echo(f"Created the database {place}")
    click.echo(f'Next: deadlines --config {path} person add "Your Name" --email you@firm.example')


def _configuration(key: Path) -> str:
    from deadlines.config import keeping_toml, minimal_toml

    return minimal_toml() + keeping_toml(key.name)


def _write_where_absent(path: Path, text: str, made: list[Path]) -> bool:
    """Whether the file was written; it is readable by its owner only, and noted in `made`."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            made.append(path)
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror}); choose another place") from None
    return True


def _create_database(path: Path) -> str:
    from deadlines.config import load_settings
    from deadlines.wiring import create_database, shown_url

    settings: Settings = load_settings(str(path))
    create_database(settings).dispose()
    return shown_url(settings)
