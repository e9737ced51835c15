"""`deadlines law diff`: two editions compared by meaning, and what the difference does to dates."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app

if TYPE_CHECKING:
    from deadlines.commands.law_effect import Effect
    from deadlines.compute import Notice
    from deadlines.law import Law
    from deadlines.law.diff import Change

NAMES = {
    "opens_on": "opening day",
    "protective_by": "protective date",
    "safe_by": "safe date",
    "last_day": "last day",
    "latest": "latest day",
    "state": "state",
}
WAYS = ("earlier", "later", "appears", "vanishes")


@click.command("diff", short_help="Compare two editions, and count the dates that move")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--year",
    type=click.IntRange(2000, 2089),
    help="The year of the sample notices; default: the latest that the changes name, else that of NEW.",
)
@json_option
@pass_app
def command(app: App, old: str, new: str, year: int | None, as_json: bool) -> None:
    """Compare two editions by meaning, and count the dates that move between them.

    OLD and NEW are names of editions, or folders that hold one. The effect is that on a fixed sample: a notice
    on every day of a year, for every kind and remedy that may be touched.

    \b
    Example:
      deadlines law diff 2026.11 /srv/deadlines/editions/2026.12
    """
    from deadlines.commands import law_effect, law_sample
    from deadlines.commands.output import print_json
    from deadlines.law.diff import compare

    before, after = _law(app, old), _law(app, new)
    changes = compare(before, after)
    year = year or law_sample.year_touched(changes) or after.issued.year
    kinds = law_sample.kinds_touched(before, after, changes)
    effects = law_effect.effects(before, after, _shown(law_sample.samples(before, after, kinds, year)))
    if as_json:
        heads = [
            {"edition": law.edition, "issued": law.issued, "digest": law.digest, "seal": _broken(name)}
            for law, name in ((before, old), (after, new))
        ]
        print_json({"old": heads[0], "new": heads[1], "changes": changes, "year": year, "effects": effects})
        return
    click.echo(f"Edition {before.edition} of {before.issued} and edition {after.edition} of {after.issued}.")
    _print_seals((before, old), (after, new))
    _print_changes(changes)
    _print_effects(effects, year)


def _law(app: App, name: str) -> "Law":
    from deadlines.law.editions import load_edition
    from deadlines.law.load import read_law
    from deadlines.wiring import editions_folders

    if _is_folder(name):
        return read_law(Path(name))
    return load_edition(name, editions_folders(app.settings))


def _is_folder(name: str) -> bool:
    return "/" in name or Path(name).is_dir()


def _broken(name: str) -> str | None:
    """What is wrong with the seal of a folder: it may be compared before it is issued. A name is loaded sealed."""
    from deadlines.law.digest import broken_seal

    return broken_seal(Path(name)) if _is_folder(name) else None


def _print_seals(*compared: "tuple[Law, str]") -> None:
    from deadlines.commands.output import clean, paragraph
    from deadlines.law.digest import seal_words

    for law, name in compared:
        broken = _broken(name)
        if broken is not None:
            paragraph(clean(f"{seal_words(law.edition, broken)} Nothing else is computed with it."))


def _shown(runs: "list[list[Notice]]") -> "Iterable[list[Notice]]":
    """The runs, with a bar on a terminal: every kind may be many thousand notices."""
    if not sys.stderr.isatty():
        yield from runs
        return
    with click.progressbar(runs, label="Computing the sample", file=sys.stderr) as bar:
        yield from bar


def _print_changes(changes: "list[Change]") -> None:
    from deadlines.commands.output import clean, paragraph, style

    click.echo(f"\n{style('What changed', bold=True)}")
    if not changes:
        click.echo("  Nothing: both say the same.")
    for change in changes:
        what = f"{change.part} {change.id}"
        if change.key:
            line = f"{what}: {change.key}: {change.old or 'nothing'} -> {change.new or 'nothing'}"
        else:
            line = f"{what}: " + (f"added ({change.new})" if change.old is None else f"taken away ({change.old})")
        paragraph(f"  - {clean(line)}", hanging="    ")


def _print_effects(effects: "list[Effect]", year: int) -> None:
    from deadlines.commands.output import clean, paragraph, style

    click.echo(f"\n{style(f'What moves, with a notice on every day of {year}', bold=True)}")
    sampled, moved = sum(effect.sampled for effect in effects), [effect for effect in effects if effect.moved]
    for effect in moved:
        paragraph(f"  - {clean(_sentence(effect))}", hanging="    ")
    if not moved:
        click.echo(
            f"  No date of {sampled} sample windows." if sampled else "  No date: nothing that dates rest on changed."
        )
    elif len(moved) < len(effects):
        rest = sum(effect.sampled for effect in effects if not effect.moved)
        click.echo(f"  The other {rest} sample windows of the kinds concerned stay as they are.")


def _sentence(effect: "Effect") -> str:
    moves = "; ".join(
        f"{NAMES[field]} {', '.join(f'{getattr(move, way)} {way}' for way in WAYS if getattr(move, way))}"
        for field, move in effect.moves.items()
    )
    said = f"{effect.rule} after {effect.kind}: {effect.moved} of {effect.sampled} sample dates move"
    said += f": {moves}." if moves else "."
    first = effect.example
    if first is None:
        return said
    facts = "".join(f", {name} {value}" for name, value in first.facts.items())
    form = f", Form {first.form}" if first.form else ""
    return (
        f"{said} First: decided {first.decided_on}, {first.method}{form}{facts}: {NAMES[first.field]} "
        f"{first.old or 'none'} -> {first.new or 'none'}."
    )
