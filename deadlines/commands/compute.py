"""`deadlines compute`: the machine contract. No database, and no configuration unless `--config` names one."""

import gc
import sys
from collections.abc import Iterable, Mapping
from typing import IO, TYPE_CHECKING

import click

from deadlines import decoding
from deadlines.commands.context import App
from deadlines.commands.output import print_json

if TYPE_CHECKING:
    from deadlines.compute.contract import Facts
    from deadlines.law import Law

METHODS = ("mail", "certified-mail", "in-person", "electronic", "fax", "oral", "unknown")
REASONS = ("new-facts", "error", "evidence", "abandonment", "ineligible", "inadmissible", "discretion")
reasons_option = click.option(
    "--reason",
    "reasons",
    type=click.Choice(REASONS),
    metavar="REASON",
    multiple=True,
    help=f"Why it was decided so; may be repeated: {', '.join(REASONS)}.",
)
EXAMPLE = """
    \b
    Example:
      deadlines compute --kind ij.order --decided-on 2026-03-12 --service oral --fact asylum=none
      deadlines compute --jsonl < facts.jsonl > results.jsonl
      deadlines compute --kind uscis.denial --form I-140 --decided-on 2026-10-23 --service mail \\
        --edition 2026.11 --policy motion-mail-days=three
"""


@click.command("compute")
@click.option("--kind", metavar="KIND", help="Kind of notice, such as uscis.denial or ij.order.")
@click.option("--decided-on", metavar="DATE", help="The date the kind counts from, such as 2026-03-12.")
@click.option("--form", metavar="FORM", help="The form that was decided, such as I-485.")
@click.option("--service", metavar="METHOD", type=click.Choice(METHODS), help=f"{', '.join(METHODS)}.")
@click.option("--service-on", metavar="DATE", help="Day of service; default: the decision date.")
@click.option("--received-on", metavar="DATE", help="Day it provably arrived.")
@click.option("--printed-deadline", metavar="DATE", help="The deadline that the notice prints.")
@click.option("--fact", "facts", metavar="NAME=VALUE", multiple=True, help="A fact; may be repeated.")
@reasons_option
@click.option("--as-of", metavar="DATE", help="Answer with what the law data said on that day.")
@click.option("--filed-on", metavar="DATE", help="Say whether a filing received that day is timely.")
@click.option(
    "--edition", metavar="NAME", help="The edition of the law; default: the newest. `law editions` lists them."
)
@click.option(
    "--policy",
    "choices",
    metavar="NAME=CHOICE",
    multiple=True,
    help="How to settle a question that the law leaves open, such as motion-mail-days=three; may be repeated.",
)
@click.option("--ref", metavar="TEXT", help="A reference that comes back in the result.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--jsonl", is_flag=True, help="Read one facts object a line, print one result a line.")
@click.pass_context
def command(
    ctx: click.Context, /, jsonl: bool, as_json: bool, edition: str | None, choices: tuple[str, ...], **given: object
) -> None:
    """Compute the windows of a notice without storing it.

    By the packaged law and the careful choice wherever the law leaves a question open; with --config before
    the command, by the firm's law and policy.
    """
    law, policy = _law(ctx.find_object(App), edition, choices)
    if jsonl:
        extra = [name for name, value in given.items() if value]
        if extra:
            raise click.UsageError("--jsonl reads everything from standard input; give it no other option.")
        ctx.exit(_batch(sys.stdin.buffer, sys.stdout.buffer, law, policy))
    if not given["kind"] or not given["decided_on"]:
        raise click.UsageError("Give --kind and --decided-on, or --jsonl.")
    from deadlines.compute import compute
    from deadlines.compute.contract import to_notice

    result = compute(to_notice(facts_of(given)), law, policy)
    if as_json:
        print_json(result)
        return
    from deadlines.commands.windows import print_result

    print_result(result)


command.help = f"{command.help}\n{EXAMPLE}"


def _law(app: App | None, edition: str | None, choices: tuple[str, ...]) -> "tuple[Law, dict[str, str]]":
    """The law and the policy to compute by. Only a configuration that was named is read."""
    from deadlines.law import load_law

    words = parse_pairs("--policy", choices, "motion-mail-days=three")
    if app is not None and app.config is not None:
        from deadlines.wiring import build_law, build_policy

        law = build_law(app.settings, edition)
        policy = build_policy(app.settings, law)
    else:
        law, policy = load_law(), {}
        if edition is not None:
            from deadlines.law.editions import load_edition

            law = load_edition(edition)
    if words:
        from deadlines.compute.checking import chosen_otherwise

        # Also by the key of the configuration. Checked before the first notice of a batch.
        policy |= {name.replace("_", "-"): choice for name, choice in words.items()}
        policy = chosen_otherwise(law, policy)
    return law, policy


def facts_of(given: Mapping[str, object]) -> "Facts":
    """The facts object that the options spell out."""
    import msgspec

    from deadlines.compute.contract import Facts
    from deadlines.errors import InputError

    service = {"method": given.get("service") or "unknown", "on": given.get("service_on")}
    plain = {
        name: given.get(name)
        for name in (
            "kind",
            "decided_on",
            "form",
            "received_on",
            "printed_deadline",
            "as_of",
            "filed_on",
            "ref",
        )
    }
    facts = parse_facts(given.get("facts") or ())
    reasons = given.get("reasons")
    if isinstance(reasons, tuple) and reasons:
        facts["reason"] = ",".join(dict.fromkeys(reasons))
    try:
        return decoding.convert({**plain, "service": service, "facts": facts}, Facts)
    except msgspec.ValidationError as wrong:
        raise InputError(f"{wrong}.") from None


def parse_facts(words: object) -> dict[str, str]:
    """`name=value` words as a table. Raises InputError for anything else, and for a fact given twice."""
    return parse_pairs("--fact", words if isinstance(words, tuple | list) else (), "asylum=none")


def parse_pairs(option: str, words: Iterable[object], example: str) -> dict[str, str]:
    """The `name=value` words of an option as a table. Raises InputError."""
    from deadlines.errors import InputError

    found: dict[str, str] = {}
    for word in words:
        name, equals, value = str(word).partition("=")
        if not equals or not name or not value:
            raise InputError(f"{option} '{word}' is not NAME=VALUE, such as {example}.")
        if found.setdefault(name.strip(), value.strip()) != value.strip():
            raise InputError(f"{option}: '{name}' is given twice with different values.")
    return found


def _batch(source: IO[bytes], target: IO[bytes], law: "Law", policy: Mapping[str, str]) -> int:
    """Every line answered, in order; 1 if any failed."""
    from deadlines.compute import compute
    from deadlines.compute.contract import read_facts, ref_of, write_error, write_result
    from deadlines.errors import DeadlinesError

    gc.collect()
    gc.freeze()  # the law stays: a long batch need not look through it again and again
    failed = 0
    for line in source:
        try:
            answer = write_result(compute(read_facts(line), law, policy))
        except DeadlinesError as error:
            failed = 1
            answer = write_error(ref_of(line), error)
        target.write(answer + b"\n")
    target.flush()
    return failed
