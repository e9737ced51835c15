"""`python -m deadlines.web.api`: writes docs/openapi.json from the code; run it in the root."""

from pathlib import Path

from deadlines.web.api.openapi import as_file

Path("docs/openapi.json").write_bytes(as_file())
