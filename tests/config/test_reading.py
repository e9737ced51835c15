import os
import subprocess
import sys
from pathlib import Path

import pytest

from deadlines.config import OPTIONS, load_settings
from deadlines.config.policy import POLICY
from deadlines.config.reading import LARGEST
from deadlines.errors import ConfigError
from deadlines.law import load_law


def refusal(path: Path, text: str | bytes) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as refused:
        load_settings(str(path), environ={})
    return refused.value.sentence


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deadlines.toml"


def test_values_are_read_and_the_rest_keeps_its_default(file: Path) -> None:
    file.write_text('[firm]\ntimezone = "Pacific/Honolulu"\n[web]\nport = 80\n')
    settings = load_settings(str(file), environ={})
    assert settings.firm.timezone == "Pacific/Honolulu"
    assert settings.web.port == 80
    assert settings.web.host == "127.0.0.1"
    assert settings.mail.security == "starttls"
    assert settings.source == str(file)


def test_a_file_of_comments_is_all_defaults(file: Path) -> None:
    file.write_text("# nothing yet\n")
    settings = load_settings(str(file), environ={})
    assert settings.daemon.tick_seconds == 30


def test_relative_paths_start_from_the_files_folder(file: Path) -> None:
    file.write_text(
        '[database]\nurl = "sqlite:///d/x.sqlite3"\n[mail]\nfolder = "out"\npassword_file = "/run/secret"\n'
    )
    settings = load_settings(str(file), environ={})
    assert settings.database.url == f"sqlite:///{file.parent}/d/x.sqlite3"
    assert settings.mail.folder == str(file.parent / "out")
    assert settings.mail.password_file == "/run/secret"


def test_an_absolute_database_path_stays(file: Path) -> None:
    file.write_text('[database]\nurl = "sqlite:////var/lib/x.sqlite3"\n')
    assert load_settings(str(file), environ={}).database.url == "sqlite:////var/lib/x.sqlite3"


@pytest.mark.parametrize(
    "text, line, part",
    [
        ('[mail]\nhots = "x"\n', 2, "unknown key 'hots' in [mail]; its keys are channel, host"),
        ('[mial]\nhost = "x"\n', 1, "unknown section 'mial'; the sections are firm, database"),
        ('\n\n[mail]\n# host\nport = "587"\n', 5, "mail.port must be a whole number"),
        ("[mail]\nport = true\n", 2, "mail.port must be a whole number"),
        ("[mail]\nport = 587.0\n", 2, "mail.port must be a whole number"),
        ("[mail]\nhost = 5\n", 2, "mail.host must be a text in quotes"),
        ("[reminders]\nat = 09:00:00\n", 2, "reminders.at must be a text in quotes"),
        ("mail.host = 5\n", 1, "mail.host must be a text in quotes"),
        ("[web]\n[mail]\nhost = [\n 'a',\n]\n", 3, "mail.host must be a text in quotes"),
        ('[web]\nhost = "a"\n[mail]\n"host" = 5\n', 4, "mail.host must be a text in quotes"),
        ('mail = { host = "a", port = 0 }\n', 1, "mail.port must be from 1 to 65535"),
        ("mail = 3\n", 1, "mail is a section; write [mail]"),
        ('\nhost = "x"\n', 2, "host stands outside its section; put it below [web]"),
        ("colour = 1\n", 1, "unknown key 'colour'; the sections are"),
        ("[web]\nport = 0\n", 2, "web.port must be from 1 to 65535"),
        ("[web]\nport = 65536\n", 2, "web.port must be from 1 to 65535"),
        ('[firm]\ntimezone = "EST5"\n', 2, "firm.timezone must name an IANA time zone"),
        ('[firm]\ntimezone = "America"\n', 2, "firm.timezone must name an IANA time zone"),
        ('[firm]\ntimezone = "../etc/passwd"\n', 2, "firm.timezone must name an IANA time zone"),
        ('[firm]\ntimezone = "America/Springfield"\n', 2, "firm.timezone must name an IANA time zone"),
        ('[mail]\nchannel = "fax"\n', 2, "mail.channel must be smtp, folder or console"),
        ('[mail]\nsecurity = "ssl"\n', 2, "mail.security must be starttls, tls or none"),
        ('[mail]\nsender = "docket"\n', 2, "mail.sender must be a mail address"),
        ('[mail]\nhost = "a b"\n', 2, "mail.host must be the name or address of a machine"),
        ('[mail]\nhost = "a\\nb"\n', 2, "mail.host holds a control character"),
        ('[reminders]\nat = "9"\n', 2, "reminders.at must be a time of day"),
        ('[reminders]\nat = "24:00"\n', 2, "reminders.at must be a time of day"),
        ('[agenda]\ndays = "mon mon"\n', 2, "agenda.days must name weekdays, each once"),
        ('[agenda]\nweekly = "monday"\n', 2, "agenda.weekly must be a weekday"),
        ('[web]\nbase_url = "calendar.firm.example"\n', 2, "web.base_url must be an address such as"),
        ('[oidc]\nissuer = "http://login.firm.example"\n', 2, "oidc.issuer must be an https address"),
        ('[web]\nbase_url = "ftp://firm.example"\n', 2, "web.base_url must be an address such as"),
        ('[web]\nbase_url = "https://firm.example/?a=b"\n', 2, "web.base_url must be an address such as"),
        ('[web]\nbase_url = "https://firm.example:99999"\n', 2, "web.base_url must be an address such as"),
        ('[database]\nurl = "mysql://x/y"\n', 2, "database.url must begin with sqlite:///"),
        ("[daemon]\nlease_seconds = 20\n", 2, "daemon.lease_seconds must be more than mail.timeout"),
        ('[mail]\npassword = "hunter2"\n', 2, "mail.password must not stand in this file"),
        (
            '[database]\nurl = "postgresql://a:hunter2@h/d"\n',
            2,
            "database.url must not hold a password; name a file in database.password_file",
        ),
        ('[mail]\nhost = "a"\nhost = "b"\n', 3, "host is set a second time"),
        ("[mail]\n[web]\n[mail]\n", 3, "[mail] is set a second time"),
        ("[mail]\nhost = smtp.firm.example\n", 2, "is not valid TOML"),
        ("[mail\nhost = 'x'\n", 1, "is not valid TOML"),
        ('[mail]\n\nhost = "x\n', 3, "is not valid TOML"),
        ('[mail]\nhost = """x\n', 2, "is not valid TOML"),
        (b"\xef\xbb\xbf[mail]\n", 1, "begins with a byte order mark"),
        ("[mail]\n".encode("utf-16"), 1, "begins with a byte order mark"),
        (b"[mail]\n\nhost = 'caf\xe9'\n", 3, "is not UTF-8 text"),
        (b"\x00\x01\x02", 1, "is not valid TOML"),
    ],
)
def test_a_refusal_names_file_line_and_key(file: Path, text: str | bytes, line: int, part: str) -> None:
    sentence = refusal(file, text)
    assert sentence.startswith(f"{file}, line {line}: ")
    assert part in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    "text, part", [("", "is empty"), ("  \n\n", "is empty"), ("#" * (LARGEST + 1), "is larger than 64 KB")]
)
def test_what_is_no_configuration_at_all(file: Path, text: str, part: str) -> None:
    assert part in refusal(file, text)


def test_the_line_is_found_behind_a_text_that_looks_like_the_key(file: Path) -> None:
    text = '# port = 1\n[firm]\nname = "port = 2"\n[daemon]\nbatch = 7\n[web]\n  port   = "x"\n'
    assert refusal(file, text).startswith(f"{file}, line 7: ")


def test_the_policy_has_one_key_for_each_question_that_a_firm_may_decide() -> None:
    law = {
        item.id.replace("-", "_"): (item.question, tuple((choice.id, choice.text) for choice in item.choices))
        for item in load_law().ambiguities.values()
        if item.firm
    }
    assert {key: (question, choices) for key, question, choices in POLICY} == law
    assert {option.key: option.default for option in OPTIONS if option.section == "policy"} == {
        key: choices[0][0] for key, (_, choices) in law.items()
    }
    assert not any("_" in item for item in load_law().ambiguities)  # a key can be turned back into its id


def test_a_choice_that_is_none_is_refused(file: Path) -> None:
    sentence = refusal(file, '[policy]\nmotion_mail_days = "four"\n')
    assert sentence == f"{file}, line 2: policy.motion_mail_days must be none or three"


def test_reading_the_configuration_does_not_load_the_law() -> None:
    code = (
        "from deadlines.config import load_settings; from deadlines.law import load_law; "
        "load_settings(environ={}); print(load_law.cache_info().misses)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_has_its_environment_variable(file: Path, option: object) -> None:
    from deadlines.config import Option

    assert isinstance(option, Option)
    other = {
        "firm.timezone": "Asia/Tokyo",
        "database.url": "postgresql://u@h/d",
        "web.base_url": "https://calendar.firm.example",
        "web.second_factor": "required",
        "oidc.issuer": "https://login.firm.example",
        "mail.channel": "folder",
        "log.format": "json",
        "mail.security": "tls",
        "mail.sender": "Docket <docket@firm.example>",
        "reminders.at": "07:30",
        "agenda.at": "06:45",
        "agenda.days": "mon sat",
        "agenda.weekly": "fri",
        "evening.by": "19:00",
        "follow_up.weekly": "mon",
        "reminders.also": "notice",
        "reminders.restricted": "all",
        "channels.allowed": "chat.firm.example ntfy.firm.example:8443",
        "reminders.ack_days": "3",
        "keeping.hour": "7",
        "incoming.opens": "08:00",
        "incoming.closes": "18:00",
        "incoming.days": "2",
    }.get(option.name, "77" if option.type is int else "/other")
    if option.name in ("web.host", "mail.host", "mail.clear_to"):
        other = "other.firm.example"
    if option.name == "daemon.lease_seconds":
        other = "99"
    if option.section == "policy":
        other = next(choices[1][0] for key, _, choices in POLICY if key == option.key)
    file.write_text("# defaults\n")
    settings = load_settings(str(file), environ={option.variable: other})
    section = getattr(settings, option.section)
    found = section[option.key] if isinstance(section, dict) else getattr(section, option.key)
    if option.holds == "secret":
        assert found.reveal() == other
        assert other not in repr(settings)
    else:
        assert str(found) == other


def test_the_environment_wins_over_the_file(file: Path) -> None:
    file.write_text('[mail]\nhost = "a.example"\n')
    assert load_settings(str(file), environ={"DEADLINES_MAIL_HOST": "b.example"}).mail.host == "b.example"


@pytest.mark.parametrize(
    "name, value, part",
    [
        ("DEADLINES_WEB_PORT", "http", "web.port must be a whole number"),
        ("DEADLINES_WEB_PORT", "", "web.port must be a whole number"),
        ("DEADLINES_WEB_PORT", "٨٠", "web.port must be a whole number"),
        ("DEADLINES_WEB_PORT", "0", "web.port must be from 1 to 65535"),
        ("DEADLINES_MAIL_HOTS", "x", "is no option"),
        ("DEADLINES_MAIL_HOST", "a\nb", "mail.host holds a control character"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str, part: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(environ={name: value})
    assert refused.value.sentence.startswith(f"environment variable {name}: ")
    assert part in refused.value.sentence


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    environ = {
        "DEADLINES_DEBUG": "1",
        "_DEADLINES_COMPLETE": "bash_source",
        "DEADLINES_TEST_DATABASE_URL": "x",
    }
    assert load_settings(environ=environ, folder=tmp_path).source is None


def test_a_password_in_the_url_is_accepted_from_the_environment(tmp_path: Path) -> None:
    url = "postgresql://a:b@h/d"
    assert load_settings(environ={"DEADLINES_DATABASE_URL": url}, folder=tmp_path).database.url == url


def test_where_the_file_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "deadlines.toml").write_text("[web]\nport = 1\n")
    (tmp_path / "named.toml").write_text("[web]\nport = 2\n")
    (tmp_path / "variable.toml").write_text("[web]\nport = 3\n")
    environ = {"DEADLINES_CONFIG": "variable.toml"}
    assert load_settings("named.toml", environ=environ, folder=tmp_path).web.port == 2
    assert load_settings(environ=environ, folder=tmp_path).web.port == 3
    assert load_settings(environ={}, folder=tmp_path).web.port == 1


@pytest.mark.parametrize("environ", [{}, {"DEADLINES_CONFIG": "gone.toml"}])
def test_a_named_file_must_exist(tmp_path: Path, environ: dict[str, str]) -> None:
    given = None if environ else "gone.toml"
    with pytest.raises(ConfigError, match=r"gone\.toml: there is no such configuration file"):
        load_settings(given, environ=environ, folder=tmp_path)


def test_the_address_of_the_server(file: Path) -> None:
    file.write_text('[web]\nbase_url = "https://calendar.firm.example/"\n')
    assert load_settings(str(file), environ={}).address == "https://calendar.firm.example"
    file.write_text("[web]\nport = 81\n")
    assert load_settings(str(file), environ={}).address == "http://127.0.0.1:81"
    file.write_text('[web]\nhost = "::1"\n')
    assert load_settings(str(file), environ={}).address == "http://[::1]:8099"


def test_the_process_environment_is_the_default(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("# defaults\n")
    monkeypatch.setitem(os.environ, "DEADLINES_WEB_PORT", "8123")
    assert load_settings(str(file)).web.port == 8123
