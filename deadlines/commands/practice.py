"""`deadlines practice`: the firm's ladders, courier days and milestones, and a file to set them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.errors import Conflict, InputError

if TYPE_CHECKING:
    from deadlines.compute.ladders import Ladder
    from deadlines.compute.milestones import Template
    from deadlines.practice import Practice


@click.group()
def command() -> None:
    """How the firm works: when people are reminded, how long a courier takes, which steps lead to a filing.

    \b
    Example:
      deadlines practice show
    """


@command.command()
@json_option
@pass_app
def show(app: App, as_json: bool) -> None:
    """What is in force: ladders, courier days and milestones, from the firm's file or by default.

    \b
    Example:
      deadlines practice show --json
    """
    from deadlines.commands.output import print_json
    from deadlines.wiring import build_practice

    practice = build_practice(app.settings)
    source = app.settings.firm.practice or None
    if as_json:
        print_json({"file": source, "state": practice.state, "practice": practice})
        return
    click.echo(f"From {source}." if source else "The default; firm.practice names a file of the firm's own.")
    print_practice(practice)


@command.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@pass_app
def check(app: App, file: Path, as_json: bool) -> None:
    """Check a practice file without using it. A file that is wrong is refused with its place and fault.

    \b
    Example:
      deadlines practice check practice.toml
    """
    from deadlines.commands.output import print_json
    from deadlines.wiring import read_practice

    practice = read_practice(app.settings, file)
    if as_json:
        print_json({"file": str(file), "state": practice.state, "practice": practice})
        return
    click.echo(f"{file} can be used.")
    print_practice(practice)


@command.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def write(file: Path) -> None:
    """Write a practice file to begin with: the default ladders and a template of milestones. Nothing is overwritten.

    \b
    Example:
      deadlines practice write practice.toml
    """
    from deadlines.practice import example

    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(example())
    except FileExistsError:
        raise Conflict(f"{file} is there already; nothing was written.") from None
    except OSError as wrong:
        raise InputError(f"{file} cannot be written ({wrong.strerror}); choose another place.") from None
    click.echo(f'Wrote {file}. Name it in the configuration: practice = "{file.name}" under [firm].')


def print_practice(practice: "Practice") -> None:
    """Ladders, courier days and milestones as tables."""
    from deadlines.commands.output import print_table
    from deadlines.practice.words import reach_words

    click.echo("\nLadders: days before the safe date on which people are reminded")
    print_table(
        ("Windows", "From days", "Days before", "Counted in", "At"),
        [_ladder(ladder) for ladder in practice.ladders],
        empty="None.",
    )
    click.echo("\nCourier: business days before the safe date, where receipt counts")
    couriers = [(reach_words(d.reach), str(d.days), "yes" if d.remind else "no") for d in practice.dispatches]
    print_table(("Windows", "Days", "Reminder"), couriers, empty="None.")
    click.echo("\nMilestones")
    print_table(
        ("Milestone", "Title", "Windows", "Due", "Owner", "Told before"),
        [_template(template) for template in practice.milestones],
        empty="None; `deadlines practice write FILE` writes a template.",
    )
    if practice.not_fatal:
        click.echo(f"\nNot fatal: {', '.join(practice.not_fatal)}")


def _ladder(ladder: "Ladder") -> tuple[str, ...]:
    from deadlines.practice.words import ladder_words, reach_words

    days = ", ".join(str(day) for day in ladder.days)
    return reach_words(ladder.reach), str(ladder.at_least), days, *ladder_words(ladder)


def _template(template: "Template") -> tuple[str, ...]:
    from deadlines.practice.words import due_words, reach_words

    told = ", ".join(str(day) for day in template.remind)
    return template.id, template.title, reach_words(template.reach), due_words(template), template.owner, told
