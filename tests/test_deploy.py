"""The examples of deploy/: what the proxies let through, what they keep to themselves, and what the units start."""

import re
import tomllib
from pathlib import Path

import pytest

from deadlines.pdf.reading import MOST_BYTES

DEPLOY = Path(__file__).parents[1] / "deploy"
NGINX = (DEPLOY / "nginx" / "deadlines.conf").read_text(encoding="utf-8")
CADDY = (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")
OPERATIONS = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/f/", "/subscribe/", "/welcome/", "/api/"])
def test_in_clear_no_secret_is_redirected(path: str) -> None:
    clear = NGINX.split("listen 80;")[1].split("\nserver {")[0]
    assert re.search(rf"^ +location {path} +{{ return 404; }}$", clear, re.MULTILINE)
    site = CADDY.split("\nhttp://")[1]
    assert f"{path}*" in re.findall(r"@secret path (.*)", site)[0].split()
    assert re.search(r"handle @secret \{\s+respond 404\s+\}\s+handle \{\s+redir ", site)


def test_the_largest_paper_passes_nginx() -> None:
    allowed = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert [int(number) * 2**20 > MOST_BYTES + 2**20 for number in allowed] == [True]
    # Caddy has no limit of its own; one that is set must let it through too.
    assert "request_body" not in CADDY


def test_the_image_holds_every_channel_and_every_other_extra() -> None:
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [installed] = re.findall(r"'/src\[([\w,]+)\]'", (DEPLOY / "Containerfile").read_text(encoding="utf-8"))
    assert set(installed.split(",")) == project["optional-dependencies"].keys() - {"dev"}


def test_the_installation_is_that_of_the_units() -> None:
    started = {
        line.removeprefix("ExecStart=").rpartition(" ")[0]
        for unit in (DEPLOY / "systemd").glob("*.service")
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    }
    assert len(started) == 1
    account = "setpriv --reuid=deadlines --regid=deadlines --init-groups env HOME=/var/lib/deadlines"
    assert f"{account} {started.pop()} " in OPERATIONS
    for name in re.findall(r"(?<=src/)deploy/[\w./*-]+", OPERATIONS):
        assert list(DEPLOY.parent.glob(name)), name
