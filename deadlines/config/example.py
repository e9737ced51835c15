"""The example file and the reference page, written from the table of options."""

import json
import textwrap

from deadlines.config.options import OPTIONS, Option
from deadlines.config.sections import SECTIONS

HEAD = """\
# The configuration of deadlines. Every line that begins with "# key =" shows an option at its default;
# take the "#" away to change it. The file is looked for in this order: --config FILE, the environment
# variable DEADLINES_CONFIG, ./deadlines.toml, /etc/deadlines/config.toml. Each option can be overridden
# by the environment variable named beside it. Relative paths start from the folder of this file.
"""


def example_toml() -> str:
    """Every option at its default, commented: the text of `config.example.toml`."""
    parts = [HEAD]
    for section, title in SECTIONS.items():
        parts.append(f"\n[{section}]  # {title}\n")
        parts += [_example(option) for option in OPTIONS if option.section == section]
    return "".join(parts)


def _example(option: Option) -> str:
    words = textwrap.fill(option.help, 100, initial_indent="# ", subsequent_indent="# ")
    if option.holds == "secret":
        return f"\n{words}\n# Not in this file; only as {option.variable}.\n"
    return f"\n{words} ({option.variable})\n# {option.key} = {json.dumps(option.default)}\n"


def minimal_toml() -> str:
    """What `init` writes: the few options that a firm sets first, commented."""
    first = ("firm.name", "firm.timezone", "web.base_url", "mail.host", "mail.user", "mail.password_file")
    lines = ["# deadlines: see config.example.toml for every option. Take a # away to set a value.\n"]
    for section in ("firm", "web", "mail"):
        lines.append(f"\n[{section}]\n")
        chosen = [*first, "mail.sender"]
        for option in (each for each in OPTIONS if each.section == section and each.name in chosen):
            lines.append(f"# {option.key} = {json.dumps(option.default)}  # {option.help}\n")
    return "".join(lines)


def keeping_toml(key_file: str) -> str:
    """What `init` adds for the key that it writes: a section of its own, with the folder for backups to be named."""
    folder = next(option for option in OPTIONS if option.name == "keeping.folder")
    return f'\n[keeping]\nkey_file = {json.dumps(key_file)}\n# folder = "backups"  # {folder.help}\n'


def reference_page() -> str:
    """A table of all options in Markdown: the text of `docs/configuration.md`."""
    lines = ["# Configuration\n", "\n", *(f"{line[2:]}\n" for line in HEAD.splitlines())]
    for section, title in SECTIONS.items():
        lines += [f"\n## [{section}]\n", f"\n{title}\n", "\n| Key | Default | Meaning | Variable |\n"]
        lines.append("| --- | --- | --- | --- |\n")
        lines += [_row(option) for option in OPTIONS if option.section == section]
    return "".join(lines)


def _row(option: Option) -> str:
    default = "environment only" if option.holds == "secret" else f"`{json.dumps(option.default)}`"
    return f"| `{option.key}` | {default} | {option.help} | `{option.variable}` |\n"
