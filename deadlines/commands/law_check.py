"""`deadlines law check`: what somebody has to look at in the law data."""

from datetime import date
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.dates import DAY
from deadlines.commands.law_words import edition_option

if TYPE_CHECKING:
    from deadlines.law.review import Remark

COLOURS = {"well": "green", "note": "cyan", "warning": "yellow"}


@click.command("check", short_help="What has to be looked at")
@click.option("--on", "on", type=DAY, metavar="DATE", help="The day to check for; default: today.")
@edition_option
@json_option
@pass_app
def command(app: App, on: date | None, edition: str | None, as_json: bool) -> int:
    """Old reviews, open litigation, dates to come, weak sources, the seal, and what the firm adds.

    The exit status is 0 when nothing is pressing, 1 with a warning.

    \b
    Example:
      deadlines law check
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.law.digest import broken_seal
    from deadlines.law.review import review
    from deadlines.wiring import build_law, known_editions

    law = build_law(app.settings, edition)
    folder = next(known.folder for known in known_editions(app.settings) if known.name == law.edition)
    remarks = review(law, on or clock.today(app.settings.firm.timezone), broken_seal(folder))
    pressing = any(remark.state == "warning" for remark in remarks)
    if as_json:
        state = "warning" if pressing else "well"
        print_json({"state": state, "edition": law.edition, "digest": law.digest, "checks": remarks})
    else:
        _print(remarks)
    return 1 if pressing else 0


def _print(remarks: "list[Remark]") -> None:
    from deadlines.commands.output import clean, paragraph, style

    for remark in remarks:
        state = style(f"{remark.state:7}", fg=COLOURS[remark.state])
        paragraph(f"{state}  {remark.id:12} {clean(remark.sentence)}", hanging=" " * 22)
        if remark.hint and remark.state != "well":
            paragraph(f"{'':22}{clean(remark.hint)}", hanging=" " * 22)
