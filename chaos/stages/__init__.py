"""The stages, in the order in which they run. Each module has `run(ground)` and says on which databases it runs."""

from collections.abc import Callable
from importlib import import_module
from types import MappingProxyType

from chaos.ground import Ground

BOTH, FILE, SERVER = ("sqlite", "postgres"), ("sqlite",), ("postgres",)
STAGES = MappingProxyType(
    {
        "kill": BOTH,
        "stop": BOTH,
        "mail": BOTH,
        "hooks": BOTH,
        "clock": BOTH,
        "disk": FILE,
        "server": SERVER,
        "integrity": BOTH,
        "backup": BOTH,
        "migrate": BOTH,
        "hostile": BOTH,
        "weekend": BOTH,
    }
)
"""For each stage the databases that it runs on."""


def runner(name: str) -> Callable[[Ground], None]:
    """What carries a stage out."""
    run: Callable[[Ground], None] = import_module(f"chaos.stages.{name}").run
    return run
