"""A form that one browser sends twice, as a double click does, is recorded once and led both times to the same page.

Each form that records carries a mark of its own. The same browser, address, mark and content are the same press of a
button; where anything differs, as after another date was typed, it is another.
"""

import secrets
from collections.abc import Mapping
from string import ascii_lowercase

import msgspec
from markupsafe import Markup

from deadlines.docket.records import Copy
from deadlines.docket.repeats import digest_of

NAME, LENGTH = "once", 24
"""Letters alone, so that nothing on a page looks like a date or a number by chance."""


def mark() -> Markup:
    """The hidden field of one form, another one each time that it is shown."""
    letters = "".join(secrets.choice(ascii_lowercase) for _ in range(LENGTH))
    return Markup('<input type="hidden" name="{}" value="{}">').format(NAME, letters)


def press_of(browser: str, path: str, fields: Mapping[str, str], file: Copy | None = None) -> str | None:
    """What tells one press of a button from every other; None for a form without a mark."""
    if not fields.get(NAME):
        return None
    return digest_of(browser.encode(), path.encode(), msgspec.json.encode((fields, file), order="sorted"))
