"""The configuration: one table of options, read from one TOML file and the environment."""

from deadlines.config.example import example_toml, keeping_toml, minimal_toml, reference_page
from deadlines.config.options import OPTIONS, Option
from deadlines.config.reading import find_file, load_settings, read_key, read_secret
from deadlines.config.settings import (
    Daemon,
    DatabaseSettings,
    Firm,
    Keeping,
    LawSettings,
    Mail,
    Reminders,
    Secret,
    Settings,
    Web,
)

__all__ = [
    "OPTIONS",
    "Daemon",
    "DatabaseSettings",
    "Firm",
    "Keeping",
    "LawSettings",
    "Mail",
    "Option",
    "Reminders",
    "Secret",
    "Settings",
    "Web",
    "example_toml",
    "find_file",
    "keeping_toml",
    "load_settings",
    "minimal_toml",
    "read_key",
    "read_secret",
    "reference_page",
]
