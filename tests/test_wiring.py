from datetime import date, datetime
from pathlib import Path

import pytest

from deadlines import wiring
from deadlines.compute import Notice
from deadlines.config import Settings, load_settings
from deadlines.errors import ChannelDown, ConfigError, InputError
from deadlines.law import load_law
from deadlines.notify.console import ConsoleChannel
from deadlines.notify.folder import FolderChannel
from deadlines.notify.smtp import SmtpChannel
from deadlines.store.database import Database
from tests.law.editing import issue
from tests.law.test_firm import CLOSING, REVIEWED


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
    assert list(channels) == [settings.mail.channel, "slack", "teams", "apprise"]
    assert isinstance(channels[settings.mail.channel], kind)
    assert channels[settings.mail.channel].name == settings.mail.channel


def test_without_a_mail_server_reminders_wait() -> None:
    from datetime import UTC, datetime

    from deadlines.notify.message import Message

    message = Message(
        to_name="A", to_email="a@b.example", subject="s", text="t", message_id="<1@x>", at=datetime.now(UTC)
    )
    channel = wiring.WaitingChannel()
    with pytest.raises(ChannelDown, match=r"Set mail\.host") as refused:
        channel.send(message)
    channel.close()
    assert not refused.value.permanent


def settings_of(folder: Path, text: str = "") -> Settings:
    (folder / "deadlines.toml").write_text(f"# firm\n{text}")
    return load_settings(str(folder / "deadlines.toml"), environ={})


def test_without_a_word_in_the_configuration_the_packaged_law_is_used(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert wiring.build_law(settings) is load_law()
    assert wiring.build_policy(settings) == {}
    assert wiring.law_state(settings) == f"2026.11+{load_law().digest}"


def test_the_newest_installed_edition_is_used_unless_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "installed").mkdir()
    issue(tmp_path / "installed")
    installed = '[law]\neditions = "installed"\n'
    assert wiring.build_law(settings_of(tmp_path, installed)).edition == "2026.12"
    settings = settings_of(tmp_path, f'{installed}edition = "2026.11"\n')
    assert wiring.build_law(settings) is load_law()
    assert wiring.build_law(settings, "2026.12").edition == "2026.12"
    with pytest.raises(InputError, match=r"there is 2026\.12, 2026\.11"):
        wiring.build_law(settings, "2027.1")
    with pytest.raises(ConfigError, match=r"law\.edition: There is no edition '2027\.1'"):
        wiring.build_law(settings_of(tmp_path, f'{installed}edition = "2027.1"\n'))


@pytest.mark.parametrize("key", ["editions", "folder"])
def test_a_folder_that_is_not_there_is_named_with_its_key(key: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=rf"{tmp_path}/gone: there is no such folder; correct law\.{key}"):
        wiring.build_law(settings_of(tmp_path, f'[law]\n{key} = "gone"\n'))


def test_the_firms_law_and_policy_reach_the_desk_the_nightly_check_and_its_state(tmp_path: Path) -> None:
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "closures.toml").write_text(REVIEWED + CLOSING)
    text = '[law]\nfolder = "law"\n'
    settings = settings_of(tmp_path, f'{text}[policy]\nmotion_mail_days = "three"\n')
    desk = wiring.build_desk(settings, "test")
    assert desk.law.firm == ("closure 2026-06-15",)
    assert desk.policy == {"motion-mail-days": "three"}
    result = wiring.build_compute(settings)(Notice(kind="ij.order", decided_on=date(2026, 5, 15)))
    assert next(w.last_day for w in result.windows if w.rule == "eoir.appeal.bia") == date(2026, 6, 16)
    plain, policy = wiring.law_state(settings_of(tmp_path, text)), wiring.law_state(settings)
    assert len({plain, policy, wiring.law_state(settings_of(tmp_path))}) == 3
    assert policy.startswith(f"{plain}+")


def test_a_changed_law_or_policy_is_checked_at_once(database: Database, now: datetime, tmp_path: Path) -> None:
    channel = f'[mail]\nchannel = "folder"\nfolder = "{tmp_path}"\n'
    calm = wiring.build_sweeps(settings_of(tmp_path, channel), database)
    assert calm.recompute_if_due(now)
    assert not calm.recompute_if_due(now)
    changed = settings_of(tmp_path, f'{channel}[policy]\nmotion_mail_days = "three"\n')
    assert wiring.build_sweeps(changed, database).recompute_if_due(now)
