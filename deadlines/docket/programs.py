"""Which calendar program a user agent names, in words a person knows."""

PROGRAMS = (
    ("google-calendar-importer", "Google Calendar"),
    ("google", "Google"),
    ("thunderbird", "Thunderbird"),
    ("evolution", "GNOME"),
    ("dataaccessd", "Apple (iPhone, iPad)"),
    ("calendaragent", "Apple (Mac)"),
    ("ios/", "Apple (iPhone, iPad)"),
    ("macos/", "Apple (Mac)"),
    ("microsoft office", "Outlook (Windows)"),
    ("ms-office", "Outlook (Windows)"),
    ("exchange", "Outlook (online)"),
    ("outlook", "Outlook"),
    ("microsoft", "Outlook (online)"),
    ("vdirsyncer", "vdirsyncer"),
    ("icsx5", "ICSx5 (Android)"),
    ("davx5", "DAVx5 (Android)"),
    ("nextcloud", "Nextcloud"),
    ("mozilla/", "a browser"),
)
"""Beginnings of what fetchers of calendars call themselves, the more telling ones first."""
SERVERS = ("Google Calendar", "Google", "Outlook (online)")
"""Those that fetch from a server of their own, day and night."""
LONGEST = 30


def program_of(agent: str | None) -> str:
    """`Google Calendar`, `Thunderbird`; of an unknown one the first words, of none nothing."""
    if not agent:
        return ""
    lower = agent.lower()
    return next((name for mark, name in PROGRAMS if mark in lower), agent[:LONGEST])
