"""The questions of `deadlines verify` on a terminal: what the paper says, never what was entered of it before."""

from typing import Any

import click

from deadlines.commands.asking import ask_day, choose, optional
from deadlines.commands.asking_kind import choose_kind
from deadlines.commands.compute import METHODS
from deadlines.commands.context import App
from deadlines.errors import InputError

DAYS = {
    "service_on": "Day of service, where it is another than the date of the notice",
    "received_on": "Day it provably arrived, where that is on the paper or the mail room registered it",
    "printed_deadline": "Deadline that the notice prints, where it prints one",
}


def ask_look(app: App, needed: list[str], read: dict[str, Any]) -> dict[str, Any]:
    """What was read, with every field asked for that no option gave."""
    from deadlines.wiring import build_law

    click.echo("Look at the notice itself, not at the docket.")
    filled = dict(read)
    if "kind" in needed and not read["kind"]:
        filled["kind"] = choose_kind({kind.id: kind.title for kind in build_law(app.settings).kinds.values()})
    if "form" in needed and not read["form"]:
        filled["form"] = optional("Form that was decided, such as I-485") or "none"
    filled["decided_on"] = read["decided_on"] or ask_day("as on the notice")
    if "service" in needed and not read["service"]:
        filled["service"] = choose("How was it served", dict.fromkeys(METHODS, ""))
    for name, label in DAYS.items():
        filled[name] = read[name] or _maybe_day(label)
    return filled


def _maybe_day(label: str) -> str | None:
    from deadlines.compute.dates import parse_day

    while True:
        answer = optional(label)
        if answer is None:
            return None
        try:
            return parse_day(answer).isoformat()
        except InputError as wrong:
            click.echo(wrong.sentence)
