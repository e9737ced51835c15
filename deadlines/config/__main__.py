"""`python -m deadlines.config`: writes the two files made from the table of options; run it in the root."""

from pathlib import Path

from deadlines.config import example_toml, reference_page

Path("config.example.toml").write_text(example_toml(), encoding="utf-8")
Path("docs/configuration.md").write_text(reference_page(), encoding="utf-8")
