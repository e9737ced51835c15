"""Fails unless requirements.lock names every dependency with hashes and holds no address or host."""

import re
import sys
import tomllib
from pathlib import Path

text = Path("requirements.lock").read_text(encoding="utf-8")
project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = project.get("optional-dependencies", {})
wanted = {
    re.split(r"[\[<>=; ]", line, maxsplit=1)[0].lower()
    for group in (project["dependencies"], *extras.values())
    for line in group
} - {project["name"]}
locked = set(re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE))
blocks = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]

problems = [f"{name} is not locked; run `make lock`" for name in sorted(wanted - locked)]
problems += [f"{block.split()[0]} has no hash" for block in blocks if "--hash=sha256:" not in block]
problems += [
    f"line {text[: found.start()].count(chr(10)) + 1} holds an address"
    for found in re.finditer(r"://|@|--(?:extra-)?index|--find-links|\b[a-z0-9-]+\.(?:org|com|io|net|dev)\b", text)
]
sys.exit("\n".join(problems) if problems else None)
