"""The law as dated data: what it says, from when, what a court did to it, and where that stands written.

`load_law` reads the packaged edition. Nothing here knows a notice, a database or the present day.
"""

from deadlines.law.load import Law, load_law

__all__ = ["Law", "load_law"]
