"""The group of all commands: it knows their names and help lines, and imports none before it is used."""

from importlib import import_module

import click

from deadlines.commands.context import App
from deadlines.version import VERSION

COMMANDS = {
    "init": ("init", "Write a configuration file and create the database"),
    "compute": ("compute", "Compute the windows of a notice without storing it"),
    "incoming": ("incoming", "Papers that came in: add, list, docketed, dismiss"),
    "add": ("add", "Record a notice and calendar its windows"),
    "read": ("read", "What a notice in a PDF says, line by line"),
    "list": ("listing", "Open windows, earliest first, and what was closed"),
    "show": ("show", "One matter, notice or entry in full"),
    "explain": ("explain", "The working behind one entry's dates"),
    "verify": ("verify", "A second person signs for an entry's dates"),
    "initial": ("initial", "The responsible attorney initials an entry's dates"),
    "ack": ("ack", "Take a date on, so that nobody else is asked"),
    "resolve": ("resolve", "Decide between the printed and the computed deadline"),
    "file": ("filing", "Record that an entry was filed, with proof"),
    "dispatched": ("dispatched", "Record that a filing was sent, and is not proved to have arrived"),
    "recheck": ("recheck", "A second person looks at a closed entry and its proof"),
    "waive": ("waive", "Record that a remedy will not be used"),
    "amend": ("amend", "Correct what was entered of a notice"),
    "strike": ("strike", "Strike a notice that was entered by mistake"),
    "missed": ("missed", "A date passed without filing: record it, see what may still help, log each day"),
    "reopen": ("reopen", "Take back a wrong file, waive or strike"),
    "extension": ("extension", "More time: request, grant, refuse, list"),
    "recompute": ("recompute", "Compute every open entry again"),
    "proposal": ("proposal", "Other dates that wait for two people: list, show, accept, ignore"),
    "person": ("person", "The people of the firm: add, contact, list, sign-in, deactivate"),
    "matter": (
        "matter",
        "Matters: open, look, close, reopen, list, assign, unassign, hand-over, people, restrict, unrestrict",
    ),
    "team": ("team", "Teams of people: add, join, leave, list"),
    "followup": ("followup", "What was due last week and is due next, each with its proof or none"),
    "daybook": ("daybook", "Everything that was entered on a day, and who verified it"),
    "slip": ("slip", "All about one entry, for paper: who docketed it, trigger, rule, dates, proof"),
    "workload": ("workload", "How many dates fall on each attorney in each week"),
    "policy": ("policy", "The firm's docket policy in words, from its settings"),
    "evening": ("evening", "The check at the end of a working day: show, sign, list"),
    "milestone": ("milestone", "Steps on the way to a filing: list, done, undo, assign"),
    "practice": ("practice", "How the firm works: show, check, write"),
    "remind": ("remind", "Reminders: test, confirm, list, audit"),
    "feed": ("feed", "Calendar addresses: add, list, rotate, revoke, leak"),
    "believed": ("believed", "What the docket said of a matter on an earlier day, and why"),
    "evidence": ("evidence", "How the docket was kept, for the insurer"),
    "import": ("importing", "Record the notices of a CSV or XLSX file"),
    "export": ("export", "The docket as a calendar file or a table"),
    "token": ("token", "Tokens for other programs: add, list, revoke"),
    "webhook": ("webhook", "Other programs that are told of events: add, list, test, revoke"),
    "print": ("printing", "The docket as one file to read and print"),
    "serve": ("serve", "Run web server and scheduler in one process"),
    "daemon": ("daemon", "Run the scheduler alone"),
    "web": ("web", "Run the web server alone"),
    "law": ("law", "The law data: list, show, news, check, diff, editions"),
    "doctor": ("doctor", "Check the installation: exit status 0 well, 1 warning, 2 ill"),
    "clock": ("clock", "Whether the clock is believed, and confirm it"),
    "db": ("db", "The database: upgrade, seal, backup, restore, drill"),
    "demo": ("demo", "Try the whole product on sample cases"),
}
"""For each command its module below `deadlines.commands`, which calls it `command`, and its help line."""


class LazyGroup(click.Group):
    """A group whose commands are imported by name when they are used, so that the program starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: D102
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: D102
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"deadlines.commands.{COMMANDS[cmd_name][0]}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: D102
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="deadlines", message="%(prog)s %(version)s")
@click.option("--config", "config", metavar="FILE", help="The configuration file.")
@click.pass_context
def program(ctx: click.Context, config: str | None) -> None:
    """Deadlines of immigration notices: computed, explained, calendared, reminded.

    \b
    Example:
      deadlines init
      deadlines compute --kind uscis.denial --form I-485 --decided-on 2026-10-23 --service mail
    """
    ctx.obj = App(config)
