"""Reads the configuration: file, then environment, then checks. Every refusal names its place."""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deadlines import decoding
from deadlines.config.lines import line_of
from deadlines.config.options import BY_NAME, OPTIONS, Option
from deadlines.config.sections import SECTIONS
from deadlines.config.settings import Secret, Settings
from deadlines.errors import ConfigError

VARIABLE = "DEADLINES_CONFIG"
PLACES = ("deadlines.toml", "/etc/deadlines/config.toml")
LARGEST = 64 * 1024
Found = dict[str, tuple[Any, str]]
"""For each option that was set: its value, and the place to name in a refusal."""


def find_file(given: str | None, environ: Mapping[str, str], folder: Path) -> Path | None:
    """The configuration file: as given, else DEADLINES_CONFIG, ./deadlines.toml, /etc/deadlines/config.toml.

    A file that was named but is not there is a ConfigError; None where nobody named one and none exists.
    """
    named = given or environ.get(VARIABLE)
    if named:
        path = folder / named
        if not path.is_file():
            raise ConfigError(f"{path}: there is no such configuration file; `deadlines init` writes one")
        return path
    return next((folder / place for place in PLACES if (folder / place).is_file()), None)


def load_settings(
    given: str | None = None, *, environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> Settings:
    """The settings from the file that `find_file` finds and from the environment.

    Raises ConfigError with file, line and key for anything unknown, of the wrong type or out of range.
    """
    environ = os.environ if environ is None else environ
    folder = Path.cwd() if folder is None else folder
    path = find_file(given, environ, folder)
    found = _from_file(path) if path else {}
    _refuse_unknown_variables(environ)
    found |= _from_environment(environ)
    return _settings(found, path, path.absolute().parent if path else folder)


def _settings(found: Found, path: Path | None, folder: Path) -> Settings:
    tree: dict[str, Any] = {section: {} for section in SECTIONS}
    for option in OPTIONS:
        value, place = found.get(option.name, (option.default, "default"))
        complaint = option.check(value)
        if complaint:
            raise ConfigError(f"{place}: {option.name} {complaint}")
        tree[option.section][option.key] = _final(option, value, folder)
    _check_lease(tree, found)
    return decoding.convert({**tree, "source": str(path.absolute()) if path else None}, Settings)


def _final(option: Option, value: Any, folder: Path) -> Any:
    """The value as the program uses it: paths absolute, secrets wrapped."""
    if option.holds == "secret":
        return Secret(value) if value else None
    if option.holds == "path" and value:
        return str(folder / value)
    if option.name == "database.url" and value.startswith("sqlite:///"):
        return f"sqlite:///{folder / value.removeprefix('sqlite:///')}"
    return value


def _check_lease(tree: dict[str, Any], found: Found) -> None:
    """A lease that ends while the mail server is still thinking would send the reminder twice."""
    if tree["daemon"]["lease_seconds"] > tree["mail"]["timeout"]:
        return
    set_one = found.get("daemon.lease_seconds") or found.get("mail.timeout") or (0, "default")
    raise ConfigError(f"{set_one[1]}: daemon.lease_seconds must be more than mail.timeout")


def _from_file(path: Path) -> Found:
    text = _text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_bad_toml(path, text, str(error))) from None
    found: Found = {}
    for section, keys in document.items():
        _check_section(path, text, section, keys)
        for key, value in keys.items():
            place = f"{path}, line {line_of(text, section, key)}"
            option = _known(section, key, place)
            found[option.name] = (_typed(option, value, place), place)
    return found


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); give this user the right to") from None
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError(f"{path}, line 1: begins with a byte order mark; save it as UTF-8 without one")
    if len(raw) > LARGEST:
        raise ConfigError(f"{path}: is larger than {LARGEST // 1024} KB; this is not a configuration file")
    if not raw.strip():
        raise ConfigError(f"{path}: is empty; remove it and let `deadlines init` write one")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}, line {line}: is not UTF-8 text; save it as UTF-8") from None


def _bad_toml(path: Path, text: str, error: str) -> str:
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", error, re.DOTALL)
    reason = found[1] if found else error
    line = int(found[2]) if found and found[2] else len(text.splitlines())
    shown = reason[:1].lower() + reason[1:]
    if reason.startswith(("Cannot overwrite", "Cannot declare", "Duplicate")):
        return f"{path}, line {line}: {_written(text, line)} is set a second time; keep one of the two"
    return f"{path}, line {line}: is not valid TOML ({shown}); text values stand in quotes, one key a line"


def _written(text: str, line: int) -> str:
    """The key or table header on a line; never its value, which might be a secret."""
    content = text.splitlines()[line - 1].strip()
    found = re.match(r"\[+[^\]]*\]+|[A-Za-z0-9_.\"'-]+", content)
    return found[0] if found else "a key"


def _check_section(path: Path, text: str, section: str, keys: Any) -> None:
    if section in SECTIONS and isinstance(keys, dict):
        return
    place = f"{path}, line {line_of(text, section)}"
    if section in SECTIONS:
        raise ConfigError(f"{place}: {section} is a section; write [{section}] and its keys below it")
    homes = [option.section for option in OPTIONS if option.key == section]
    if not isinstance(keys, dict) and homes:
        raise ConfigError(f"{place}: {section} stands outside its section; put it below [{homes[0]}]")
    what = "section" if isinstance(keys, dict) else "key"
    raise ConfigError(f"{place}: unknown {what} {section!r}; the sections are {', '.join(SECTIONS)}")


def _known(section: str, key: str, place: str) -> Option:
    option = BY_NAME.get(f"{section}.{key}")
    if option is None:
        keys = ", ".join(each.key for each in OPTIONS if each.section == section and each.holds != "secret")
        raise ConfigError(f"{place}: unknown key {key!r} in [{section}]; its keys are {keys}")
    if option.holds == "secret":
        raise ConfigError(
            f"{place}: {option.name} must not stand in this file; "
            f"name a file in {option.name}_file or set {option.variable}"
        )
    return option


WORDS = {str: "a text in quotes", int: "a whole number", bool: "true or false"}


def _typed(option: Option, value: Any, place: str) -> Any:
    if type(value) is not option.type:
        raise ConfigError(f"{place}: {option.name} must be {WORDS[option.type]}")
    if not isinstance(value, str):
        return value
    if not value.isprintable():
        raise ConfigError(f"{place}: {option.name} holds a control character; remove it")
    if option.name == "database.url" and re.match(r"[a-z+]+://[^/@]*:[^/@]*@", value):
        raise ConfigError(f"{place}: {option.name} must not hold a password; name a file in database.password_file")
    return value


def _from_environment(environ: Mapping[str, str]) -> Found:
    found: Found = {}
    for option in OPTIONS:
        text = environ.get(option.variable)
        if text is not None:
            place = f"environment variable {option.variable}"
            found[option.name] = (_from_text(option, text, place), place)
    return found


def _from_text(option: Option, text: str, place: str) -> Any:
    if option.type is int:
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise ConfigError(f"{place}: {option.name} must be {WORDS[int]}")
        return int(text)
    if option.name == "database.url":
        return text
    return _typed(option, text, place)


def _refuse_unknown_variables(environ: Mapping[str, str]) -> None:
    """A misspelt override must not pass in silence."""
    known = {option.variable for option in OPTIONS}
    starts = tuple(f"DEADLINES_{section}_".upper() for section in SECTIONS)
    for name in sorted(environ):
        if name.startswith(starts) and name not in known:
            raise ConfigError(f"environment variable {name}: is no option; config.example.toml lists them")


def read_secret(given: Secret | None, path: str, what: str = "password") -> Secret | None:
    """The secret from the environment where given, else the first line of its file, else None.

    A file that others may read is refused: its owner alone, or its group, may.
    """
    if given is not None or not path:
        return given
    try:
        mode = Path(path).stat().st_mode
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path}: the {what} file cannot be read; check its name and rights") from None
    if mode & stat.S_IRWXO:
        raise ConfigError(f"{path}: everybody may read this {what} file; run `chmod 600 {path}`")
    value = text.removesuffix("\n").removesuffix("\r")
    if not value or "\n" in value:
        raise ConfigError(f"{path}: a {what} file holds the {what} on one line and nothing else")
    return Secret(value)


KEY_DIGITS = 64


def read_key(path: str) -> bytes | None:
    """The 32 bytes of a key file: 64 hexadecimal digits on one line; None where no file is named.

    Raises ConfigError for a file that is missing, readable by others, or holds anything else.
    """
    secret = read_secret(None, path, "key")
    if secret is None:
        return None
    try:
        key = bytes.fromhex(secret.reveal())
    except ValueError:
        key = b""
    if len(key) * 2 != KEY_DIGITS:
        raise ConfigError(
            f"{path}: a key file holds {KEY_DIGITS} hexadecimal digits on one line; restore the right file"
        )
    return key
