"""What a firm has laid down, built as the program builds it, from a configuration file of the test's own."""

from pathlib import Path

from deadlines.config import load_settings
from deadlines.docket.house import House
from deadlines.wiring import build_house

CONFIG = """\
[firm]
name = "Sample & Sons"

[mail]
channel = "folder"
folder = "mail"
sender = "Docket <docket@firm.test>"
"""


def house_in(folder: Path) -> House:
    """The house of a firm whose mails go into a folder."""
    file = folder / "deadlines.toml"
    file.write_text(CONFIG)
    return build_house(load_settings(str(file)))
