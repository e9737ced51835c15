"""`deadlines law editions`: the editions that can be computed with."""

from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App, json_option, pass_app

if TYPE_CHECKING:
    from deadlines.config import Settings

PLACES = {"current": "this program", "earlier": "this program", "installed": "installed"}


@click.command("editions", short_help="The editions that can be computed with")
@json_option
@pass_app
def command(app: App, as_json: bool) -> None:
    """The editions of the law data: when each was issued, whether its seal holds, and where it lies.

    \b
    Example:
      deadlines law editions
    """
    from deadlines.commands.output import print_json

    rows = _rows(app.settings)
    if as_json:
        print_json(rows)
    else:
        _print(rows)


def _print(rows: list[dict[str, Any]]) -> None:
    from deadlines.commands.output import clean, paragraph, print_table

    print_table(
        ("Edition", "Issued", "Seal", "Where", "In use"),
        [
            (
                row["edition"],
                str(row["issued"]),
                _seal(row),
                PLACES[row["place"]] if row["place"] != "installed" else row["folder"],
                "yes" if row["in_use"] else "no: refused" if row["chosen"] and row["refused"] else "",
            )
            for row in rows
        ],
        empty="There is no edition.",
        tones=[None if row["sealed"] else "red" for row in rows],
    )
    for row in rows:
        if row["refused"]:
            paragraph(clean(row["refused"]))


def _seal(row: dict[str, Any]) -> str:
    from deadlines.law.digest import UNSEALED

    if row["sealed"]:
        return "holds"
    return f"{'NONE' if row['seal'] == UNSEALED else 'BROKEN'}: {row['seal']}"


def _rows(settings: "Settings") -> list[dict[str, Any]]:
    from deadlines.law.digest import broken_seal
    from deadlines.law.editions import refusal
    from deadlines.wiring import known_editions

    known = known_editions(settings)
    chosen = settings.law.edition or known[0].name
    return [
        {
            "edition": item.name,
            "issued": item.edition.issued,
            "sealed": (broken := broken_seal(item.folder)) is None,
            "seal": broken,
            "place": item.place,
            "folder": str(item.folder),
            "chosen": item.name == chosen,
            "refused": (refused := refusal(item)),
            "in_use": item.name == chosen and refused is None,
        }
        for item in known
    ]
