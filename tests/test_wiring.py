from pathlib import Path

import pytest

from deadlines import wiring
from deadlines.config import load_settings
from deadlines.errors import ChannelDown, ConfigError
from deadlines.notify.console import ConsoleChannel
from deadlines.notify.folder import FolderChannel
from deadlines.notify.smtp import SmtpChannel


@pytest.mark.parametrize(
    "environ, url, shown",
    [
        ({"DATABASE_URL": "postgresql://u@h:5/d"}, "postgresql://u@h:5/d", "postgresql://u@h:5/d"),
        (
            {"DATABASE_URL": "postgresql://u@h:5/d", "DATABASE_PASSWORD": "p@s/s"},
            "postgresql://u:p%40s%2Fs@h:5/d",
            "postgresql://u@h:5/d",
        ),
        (
            {"DATABASE_URL": "postgresql://u:old@h/d?sslmode=require", "DATABASE_PASSWORD": "new"},
            "postgresql://u:new@h/d?sslmode=require",
            "postgresql://u@h/d",
        ),
        ({"DATABASE_URL": "postgresql://h/d"}, "postgresql://h/d", "postgresql://h/d"),
        ({"DATABASE_URL": "sqlite:////x/y.sqlite3"}, "sqlite:////x/y.sqlite3", "/x/y.sqlite3"),
    ],
)
def test_the_address_of_the_database(environ: dict[str, str], url: str, shown: str, tmp_path: Path) -> None:
    settings = load_settings(environ={f"DEADLINES_{k}": v for k, v in environ.items()}, folder=tmp_path)
    assert wiring.database_url(settings) == url
    assert wiring.shown_url(settings) == shown


def test_the_password_comes_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("tiger\n")
    (tmp_path / "password").chmod(0o600)
    (tmp_path / "deadlines.toml").write_text('[database]\nurl = "postgresql://u@h/d"\npassword_file = "password"\n')
    settings = load_settings(environ={}, folder=tmp_path)
    assert wiring.database_url(settings) == "postgresql://u:tiger@h/d"
    (tmp_path / "password").chmod(0o644)
    with pytest.raises(ConfigError, match="everybody may read"):
        wiring.database_url(settings)


@pytest.mark.parametrize(
    "environ, kind",
    [
        ({"MAIL_HOST": "h.example", "MAIL_SENDER": "a@b.example"}, SmtpChannel),
        ({"MAIL_CHANNEL": "folder"}, FolderChannel),
        ({"MAIL_CHANNEL": "console"}, ConsoleChannel),
        ({}, wiring.WaitingChannel),
    ],
)
def test_the_channel_goes_by_the_name_that_is_configured(environ: dict[str, str], kind: type, tmp_path: Path) -> None:
    settings = load_settings(environ={f"DEADLINES_{k}": v for k, v in environ.items()}, folder=tmp_path)
    channels = wiring.build_channels(settings)
    assert list(channels) == [settings.mail.channel]
    assert isinstance(channels[settings.mail.channel], kind)
    assert channels[settings.mail.channel].name == settings.mail.channel


def test_without_a_mail_server_reminders_wait() -> None:
    from datetime import UTC, datetime

    from deadlines.notify.message import Message

    message = Message(
        to_name="A", to_email="a@b.example", subject="s", text="t", message_id="<1@x>", at=datetime.now(UTC)
    )
    channel = wiring.WaitingChannel()
    with pytest.raises(ChannelDown, match=r"set mail\.host") as refused:
        channel.send(message)
    channel.close()
    assert not refused.value.permanent
