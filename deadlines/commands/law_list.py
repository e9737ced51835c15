"""`deadlines law list`: the rules of an edition."""

from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.law_words import edition_option

if TYPE_CHECKING:
    from deadlines.law import Law


@click.command("list", short_help="The rules of an edition")
@click.option("--forum", metavar="FORUM", help="Only rules of one forum, such as uscis or bia.")
@click.option("--kind", metavar="KIND", help="Only rules that a notice of this kind opens, such as uscis.denial.")
@edition_option
@json_option
@pass_app
def command(app: App, forum: str | None, kind: str | None, edition: str | None, as_json: bool) -> None:
    """The rules: their periods, how good their sources were, and when somebody last checked them.

    \b
    Example:
      deadlines law list --kind ij.order
    """
    from deadlines.commands.output import print_json, print_table
    from deadlines.wiring import build_law

    law = build_law(app.settings, edition)
    _known("forum", forum, sorted({rule.forum for rule in law.rules.values()}))
    _known("kind", kind, list(law.kinds))
    rows = _rows(law, forum, kind)
    if as_json:
        print_json(rows)
        return
    print_table(
        ("Rule", "Title", "Periods", "Sources", "Reviewed", "Origin"),
        [
            (row["id"], row["title"], row["periods"], row["confidence"], str(row["reviewed_on"]), row["origin"])
            for row in rows
        ],
        empty="No rule fits.",
    )
    click.echo(f"Law data edition {law.edition}. `deadlines law show RULE` tells everything about one.")


def _rows(law: "Law", forum: str | None, kind: str | None) -> list[dict[str, Any]]:
    from deadlines.compute.law_words import periods_words

    return [
        {
            "id": rule.id,
            "title": rule.title,
            "forum": rule.forum,
            "form": rule.form,
            "kinds": rule.kinds,
            "periods": periods_words(rule),
            "confidence": rule.reviewed.confidence,
            "reviewed_on": rule.reviewed.on,
            "origin": rule.origin,
        }
        for rule in sorted(law.rules.values(), key=lambda rule: rule.id)
        if forum in (None, rule.forum) and (kind is None or kind in rule.kinds)
    ]


def _known(what: str, given: str | None, known: list[str]) -> None:
    from difflib import get_close_matches

    from deadlines.errors import InputError

    if given is None or given in known:
        return
    near = get_close_matches(given, known, n=3, cutoff=0.5) or known
    raise InputError(f"Unknown {what} '{given}'; there is {', '.join(near)}.", code=f"unknown-{what}")
