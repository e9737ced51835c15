"""What a page and a program say of a refusal: the fact, and never a command or an option of the command line."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import deadlines
from deadlines import errors
from deadlines.commands.root import COMMANDS
from deadlines.errors import Conflict, DeadlinesError, InputError
from deadlines.web.api.problems import of_error
from deadlines.web.plain import sentence

SOURCE = Path(deadlines.__file__).parent
COMMAND = re.compile(rf"\bdeadlines ({'|'.join(COMMANDS)})\b|`deadlines\b|(?<![\w-])--[a-z]")
SHOWN = ("docket", "compute", "law", "sheets", "papers", "pdf", "evidence", "practice", "web")
"""The rooms whose refusals pages and the API show."""
FOR_OPERATORS = ("ConfigError", "LawDataError", "ServeError", "BackupError")
"""What is raised at the start or at the command line, before any page is there."""


def kinds(of: type[DeadlinesError] = DeadlinesError) -> Iterator[str]:
    yield of.__name__
    for each in of.__subclasses__():
        yield from kinds(each)


def words(node: ast.AST) -> str:
    """The constant words of an expression; what stands for a value is a dot."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.FormattedValue):
        return "…"
    return "".join(words(each) for each in ast.iter_child_nodes(node))


def names_of(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def said(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The facts of refusals in a module: what is written there, or in a constant of the module that is named there."""
    constants = {
        target.id: words(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    raised = set(kinds()) - set(FOR_OPERATORS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in raised or name in ("problem", "fault", "_fault", "Fault"):
                for given in node.args:
                    yield node.lineno, words(given)
                    yield from ((node.lineno, constants[one]) for one in names_of(given) & set(constants))


def files(*rooms: str) -> list[Path]:
    return sorted(path for room in rooms for path in (SOURCE / room).rglob("*.py"))


def test_the_rule_finds_what_it_looks_for() -> None:
    assert {"InputError", "Conflict", "BeforeKnownLaw", "Faulty"} <= set(kinds())
    bad = 'HINT = "run `deadlines show`"\ndef f(x):\n    raise Conflict(f"It is {x}: give --anyway.")\n'
    bad += '    raise errors.NotFound(HINT, advice="`deadlines list` shows them.")\n'
    facts = [text for _, text in said(ast.parse(bad)) if text]
    assert facts == ["It is …: give --anyway.", "run `deadlines show`"]
    assert all(COMMAND.search(text) for text in facts)
    for text in ("deadlines list shows it", "`deadlines missed log`", "with --deputy", "(--sheet)"):
        assert COMMAND.search(text), text
    for text in ("its deadlines come by mail", "a well-known thing", "–"):
        assert not COMMAND.search(text), text


def test_no_fact_of_a_refusal_holds_a_command() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{line}: {text}"
        for path in files(*SHOWN)
        for line, text in said(ast.parse(path.read_text("utf-8")))
        if COMMAND.search(text)
    ]
    assert found == []


def test_no_page_holds_a_command() -> None:
    templates = sorted((SOURCE / "web" / "templates").glob("*.html"))
    assert len(templates) > 50
    found = [f"{path.name}: {hit[0]}" for path in templates for hit in COMMAND.finditer(path.read_text("utf-8"))]
    for path in files("web/desk"):
        tree = ast.parse(path.read_text("utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                found += [f"{path.name}:{node.lineno}: {hit[0]}" for hit in COMMAND.finditer(node.value)]
    assert found == []


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (InputError("the date is empty"), "The date is empty."),
        (Conflict("It is verified already.", advice="`deadlines show` says by whom."), "It is verified already."),
        (Conflict("ana@firm.example still answers for 3 dates"), "ana@firm.example still answers for 3 dates."),
        (InputError("Which one?", code="left"), "Which one? Choose below."),
    ],
)
def test_a_page_says_the_fact_and_its_own_way(error: DeadlinesError, shown: str) -> None:
    assert sentence(error, {"left": "Choose below."}) == shown


def test_the_command_line_has_the_advice_too_and_a_program_has_not() -> None:
    error = errors.NotFound("facts.when: no entry begins with 'k3'", advice="`deadlines list` shows them.")
    assert str(error) == error.sentence == "facts.when: no entry begins with 'k3' `deadlines list` shows them."
    assert of_error(error).detail == "facts.when: no entry begins with 'k3'."
