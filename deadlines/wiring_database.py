"""Opens and creates the database that the settings name."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from deadlines import clock
from deadlines.config import Settings, read_key, read_secret
from deadlines.errors import ConfigError
from deadlines.version import VERSION

if TYPE_CHECKING:
    from deadlines.store.database import Database


def open_database(settings: Settings, *, patient: bool = False) -> "Database":
    """The database as configured; raises StoreError, and ConfigError for its password or key file.

    `patient`: a server that does not answer is no error yet.
    """
    from deadlines.store.database import Database

    return Database.open(database_url(settings), key=read_key(settings.keeping.key_file), patient=patient)


def create_database(settings: Settings) -> "Database":
    """A new database as configured; raises StoreError where there is one already, and ConfigError without its key."""
    from deadlines.store.database import Database

    key = settings.keeping.key_file
    if key and not Path(key).exists():
        raise ConfigError(
            f"{key}: keeping.key_file names this file, and it is not there. Make the key, then run this again: "
            f"`openssl rand -hex 32 > {key} && chmod 600 {key}`; or take keeping.key_file out."
        )

    return Database.create(
        database_url(settings), now=clock.now(), version=VERSION, key=read_key(settings.keeping.key_file)
    )


def database_url(settings: Settings) -> str:
    """The address of the database with its password, for the driver only."""
    given = settings.database
    secret = read_secret(given.password, given.password_file)
    if secret is None or given.url.startswith("sqlite"):
        return given.url
    parts = urlsplit(given.url)
    user, _, host = parts.netloc.rpartition("@")
    login = f"{user.partition(':')[0]}:{quote(secret.reveal(), safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{host}"))


def shown_url(settings: Settings) -> str:
    """The address of the database for people: without a password, a file as its path."""
    url = settings.database.url
    if url.startswith("sqlite:///"):
        return url.removeprefix("sqlite:///")
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{name}@{host}" if name else host, query=""))
