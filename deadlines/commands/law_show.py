"""`deadlines law show`: one rule in plain words, for a lawyer to hold against its sources."""

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.law_words import edition_option

if TYPE_CHECKING:
    from deadlines.law import Law
    from deadlines.law.advice import Ambiguity
    from deadlines.law.model import Rule

Sections = list[tuple[str, list[str]]]


@click.command("show", short_help="Everything about one rule or open question")
@click.argument("name", metavar="RULE|AMBIGUITY")
@edition_option
@json_option
@pass_app
def command(app: App, name: str, edition: str | None, as_json: bool) -> None:
    """Everything the law data holds about one rule, or about one question that the law leaves open.

    \b
    Example:
      deadlines law show eoir.appeal.bia
      deadlines law show motion-mail-days
      deadlines law show "uscis A2"
    """
    from deadlines.commands.output import print_json
    from deadlines.compute.describe import ambiguity_sections, rule_sections
    from deadlines.wiring import build_law, build_policy

    law = build_law(app.settings, edition)
    policy = build_policy(app.settings, law)
    if name in law.rules:
        rule = law.rules[name]
        if as_json:
            print_json(_rule(law, rule, policy))
        else:
            _print(f"{rule.title}{f' (Form {rule.form})' if rule.form else ''}", rule_sections(law, rule, policy))
        return
    ambiguity = _open_question(law, name)
    if as_json:
        print_json(_ambiguity(law, ambiguity, policy))
    else:
        _print(ambiguity.question, ambiguity_sections(law, ambiguity, policy))


def _rule(law: "Law", rule: "Rule", policy: dict[str, str]) -> dict[str, Any]:
    from deadlines.law.review import doubts_of

    return {
        "edition": law.edition,
        "rule": rule,
        "computation": law.computations[rule.computation],
        "fees": [fee for fee in law.fees if rule.id in fee.rules],
        "ambiguities": [_ambiguity(law, law.ambiguities[key], policy) for key in doubts_of(law, rule)],
    }


def _ambiguity(law: "Law", ambiguity: "Ambiguity", policy: dict[str, str]) -> dict[str, Any]:
    from deadlines.law.review import doubts_of

    return {
        "edition": law.edition,
        "ambiguity": ambiguity,
        "choice": policy.get(ambiguity.id, ambiguity.choices[0].id) if ambiguity.firm else None,
        "rules": [rule.id for rule in law.rules.values() if ambiguity.id in doubts_of(law, rule)],
    }


def _print(title: str, sections: Sections) -> None:
    from deadlines.commands.output import clean, paragraph, style

    paragraph(style(title, bold=True))
    for heading, lines in sections:
        if lines:
            click.echo(f"\n{style(heading, bold=True)}")
        for line in lines:
            paragraph(f"  - {clean(line)}", hanging="    ")


def _open_question(law: "Law", name: str) -> "Ambiguity":
    """By its id, or by its row in the research (`uscis A2`; `A2` where only one has it)."""
    asked = name.casefold().strip()
    found = [
        ambiguity
        for ambiguity in law.ambiguities.values()
        if name == ambiguity.id or any(asked in (row, row.split()[-1]) for row in ambiguity.row.casefold().split(", "))
    ]
    if len(found) != 1:
        raise _unknown(law, name)
    return found[0]


def _unknown(law: "Law", name: str) -> Exception:
    from deadlines.errors import NotFound

    known = [*law.rules, *law.ambiguities]
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f"Did you mean {', '.join(near)}?" if near else "`deadlines law list` shows the rules."
    return NotFound(f"Edition {law.edition} has no rule and no ambiguity '{name}'. {hint}")
