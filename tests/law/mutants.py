"""Broken law files: one slip of the hand in one file, the same thousand every time."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

Slip = Callable[[random.Random, str], str]


def _line(dice: random.Random, text: str, change: Callable[[str], str]) -> str:
    lines = text.splitlines(keepends=True)
    at = dice.randrange(len(lines))
    lines[at] = change(lines[at])
    return "".join(lines)


def _drop_line(dice: random.Random, text: str) -> str:
    return _line(dice, text, lambda line: "")


def _twice(dice: random.Random, text: str) -> str:
    return _line(dice, text, lambda line: line + line)


def _drop_character(dice: random.Random, text: str) -> str:
    at = dice.randrange(len(text))
    return text[:at] + text[at + 1 :]


def _other_character(dice: random.Random, text: str) -> str:
    at = dice.randrange(len(text))
    return text[:at] + dice.choice('abcxyz0159"[]{}=,.\n\0é') + text[at + 1 :]


def _typo_in_key(dice: random.Random, text: str) -> str:
    keys = list(re.finditer(r"^ *([a-z_]+)( *=)", text, re.M))
    if not keys:
        return text
    key = dice.choice(keys)
    return text[: key.start(1)] + key[1][:-1] + "x" + text[key.end(1) :]


def _other_number(dice: random.Random, text: str) -> str:
    numbers = list(re.finditer(r"(?<![\w-])\d+(?![\w-])", text))
    if not numbers:
        return text
    number = dice.choice(numbers)
    return text[: number.start()] + str(dice.choice([0, -1, 31, 99999999])) + text[number.end() :]


def _other_date(dice: random.Random, text: str) -> str:
    days = list(re.finditer(r"\d{4}-\d{2}-\d{2}", text))
    if not days:
        return text
    day = dice.choice(days)
    return (
        text[: day.start()] + dice.choice(["2026-02-30", "0001-01-01", "1066-10-14", "9999-12-31"]) + text[day.end() :]
    )


def _other_word(dice: random.Random, text: str) -> str:
    words = list(re.finditer(r'"([^"\n]+)"', text))
    if not words:
        return text
    word = dice.choice(words)
    return text[: word.start(1)] + dice.choice(["", " ", "nonsense"]) + text[word.end(1) :]


def _cut(dice: random.Random, text: str) -> str:
    return text[: dice.randrange(len(text))]


def _swap_tables(dice: random.Random, text: str) -> str:
    parts = re.split(r"(?m)^(?=\[\[)", text)
    if len(parts) < 3:
        return text
    at = dice.randrange(1, len(parts) - 1)
    parts[at], parts[at + 1] = parts[at + 1], parts[at]
    return "".join(parts)


SLIPS: tuple[Slip, ...] = (
    _drop_line, _twice, _drop_character, _other_character, _typo_in_key, _other_number, _other_date, _other_word, _cut,
    _swap_tables,
)  # fmt: skip


def mutants(folder: Path, count: int, seed: int = 2026) -> Iterator[tuple[Path, str, str]]:
    """(file, what was done, its broken text), `count` times."""
    dice = random.Random(seed)
    paths = sorted(folder.rglob("*.toml"))
    for _ in range(count):
        path, slip = dice.choice(paths), dice.choice(SLIPS)
        yield path, slip.__name__.strip("_"), slip(dice, path.read_text(encoding="utf-8"))
