"""docs/operations.md tells of everything by which the program raises its voice: checks, alarms, errors in the log."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ERRORS = ("error", "critical", "exception")


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the program, by the last word of what is called."""
    for path in (ROOT / "deadlines").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func).rpartition(".")[2], node


def texts(node: ast.AST) -> list[str]:
    """The literal texts in an expression, in their order."""
    return [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def table(heading: str) -> str:
    """The rows of a chapter's table."""
    return "".join(re.findall(r"^\|.*$", OPERATIONS.split(f"\n### {heading}\n")[1].split("\n#")[0], re.MULTILINE))


def test_every_check_of_doctor_has_a_row() -> None:
    checks = {
        texts(node.args[0])[0] for name, node in calls() if name in ("Finding", "guarded") and texts(node.args[0])
    }
    # Those that name themselves by a variable, and those that `check_docket` holds together.
    health = (ROOT / "deadlines" / "docket" / "health.py").read_text(encoding="utf-8")
    checks |= {"feeds-folder", "reminders-audited", *re.findall(r'^ +"([a-z-]+)": lambda', health, re.MULTILINE)}
    assert len(checks) > 45
    rows = table("What each alarm means") + table("What each alarm means here")
    assert sorted(name for name in checks if f"`{name}`" not in rows) == []


def test_every_alarm_to_people_has_a_row() -> None:
    keys = [node.args[1] for name, node in calls() if name == "raise_alarm" and node.keywords and len(node.args) == 2]
    kinds = {found[0] for key in keys if (found := re.findall(r"^([a-z-]+)/", "".join(texts(key)[:1])))}
    kinds |= {"evening"}  # the keys of which are made where it watches
    assert len(kinds) > 8
    assert sorted(kind for kind in kinds if f"`{kind}/…`" not in table("What the program writes to people")) == []


def test_every_error_in_the_log_has_a_row() -> None:
    said = [
        texts(node.args[0]) for name, node in calls() if name in ERRORS and ast.unparse(node.func).startswith("log.")
    ]
    fixed = [max(re.split(r"%[sd]", "".join(words)), key=len).strip(" :;,.()") for words in said]
    rows = table("Errors in the log")
    assert len(fixed) > 45
    assert sorted({words for words in fixed if words and words not in rows}) == []
