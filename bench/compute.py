"""How many notices a second `deadlines compute --jsonl` answers, with full working."""

import json
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

from bench.measure import median_seconds

KINDS = [
    ("uscis.denial", "I-485"), ("uscis.denial", "I-130"), ("uscis.denial", "I-140"), ("uscis.denial", "N-400"),
    ("uscis.revocation", "I-130"), ("uscis.rfe", None), ("aao.dismissal", None), ("ij.order", None),
    ("ij.in-absentia", None), ("bia.decision", None),
]  # fmt: skip
NOTICES = 10_000


def facts(count: int = NOTICES) -> str:
    """A batch of mixed notices; the same every time."""
    dice = random.Random(2026)
    lines = []
    for number in range(count):
        kind, form = dice.choice(KINDS)
        on = date(2000, 1, 3) + timedelta(days=dice.randrange(9_800))
        method = dice.choice(["mail", "electronic", "in-person", "unknown"])
        lines.append(
            json.dumps(
                {
                    "ref": str(number),
                    "kind": kind,
                    "form": form,
                    "decided_on": str(on),
                    "service": {"method": method},
                }
            )
        )
    return "\n".join(lines) + "\n"


def rows() -> list[tuple[str, str, str]]:
    """Whole process and inside one process."""
    text = facts()
    command = [str(Path(sys.executable).parent / "deadlines"), "compute", "--jsonl"]
    whole = median_seconds(
        lambda: subprocess.run(command, input=text.encode(), stdout=subprocess.DEVNULL, check=True), 3
    )
    inside = median_seconds(lambda: _inside(text), 3)
    return [
        (
            f"`compute --jsonl`, {NOTICES:,} notices, whole process",
            f"{NOTICES / whole:,.0f} notices/s",
            "≥ 5,000/s",
        ),
        ("the same inside one process", f"{NOTICES / inside:,.0f} notices/s", ""),
    ]


def _inside(text: str) -> None:
    from deadlines import compute
    from deadlines.compute.contract import read_facts, write_result

    for line in text.encode().splitlines():
        write_result(compute(read_facts(line)))
