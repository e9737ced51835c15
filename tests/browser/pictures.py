"""`python -m tests.browser.pictures`: the main pages by day and by night into `docs/pictures`, of a furnished docket.

Nobody whose name stands in a picture exists.
"""

import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.browser.driving import PHONE, Browser, Window, driven
from tests.browser.furnished import NOW, furnish
from tests.browser.house import DORA, PAULA, House, until

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
LARGEST = 150_000
"""Bytes of one picture."""
QUALITY = 80


def main() -> None:
    """Take every picture anew; each is named on the standard output."""
    with tempfile.TemporaryDirectory() as name, driven(Path(name)) as browser:
        house = House(Path(name), f"sqlite:///{name}/pictures.sqlite3", NOW)
        furnish(house)
        with house.serving():
            for dark in (False, True):
                _take(house, browser, "dark" if dark else "light", dark=dark)


def _take(house: House, browser: Browser, light: str, *, dark: bool) -> None:
    dora, paula = (house.sign_in(browser, person, dark=dark) for person in (DORA, PAULA))
    dora.go("/")
    _keep(dora, f"docket-{light}", 900)
    dora.follow("DEMO-002")
    _keep(dora, f"matter-{light}", 1000)
    dora.go("/month?month=2026-12")
    _keep(dora, f"month-{light}", 1150)
    dora.go("/verify")
    dora.follow("Verify", exact=False, within="main")
    _keep(dora, f"verify-{light}", 1000)
    dora.go("/evening")
    _keep(dora, f"evening-{light}", 900)
    paula.go("/add")
    paula.fill(matter="DEMO-014", client="Sample Client 14", form="I-140", decided_on="16 Nov 2026")
    paula.act({"css": "#attorney"}, "selectOption", {"label": "Ana Attorney"})
    paula.choose(kind="uscis.denial", service="mail")
    until(lambda: "attorney Ana Attorney" in paula.text and "Wed 16 Dec 2026" in paula.text, "the preview")
    _keep(paula, f"add-{light}", 1150)
    if not dark:
        dora.resize(PHONE)
        dora.go("/")
        _keep(dora, "docket-phone", 1500)
    for window in (dora, paula):
        window.close()


def _keep(window: Window, name: str, height: int) -> None:
    path = FOLDER / f"{name}.webp"
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "picture.png"
        window.picture(raw, height)
        Image.open(raw).save(path, quality=QUALITY, method=6)
    size = path.stat().st_size
    print(f"{path.name}: {size} bytes")
    if size > LARGEST:
        sys.exit(f"{path.name} is larger than {LARGEST} bytes.")


if __name__ == "__main__":
    main()
