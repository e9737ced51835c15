"""What one check of `doctor` says."""

from typing import Literal

from msgspec import Struct

State = Literal["well", "warning", "ill"]


class Finding(Struct, frozen=True):
    """One check: its name for programs, how it stands, a sentence, and what to do about it."""

    id: str
    state: State
    sentence: str
    hint: str = ""
