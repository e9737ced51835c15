"""What a run counts, and the last line that says it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """The figures of a stage, a lane or a whole run. `broken` are sentences about anything else that must not be."""

    faults: int = 0
    lost: int = 0
    wrong: int = 0
    leaked: int = 0
    duplicates: int = 0
    explained: int = 0
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def fault(self, kind: str, count: int = 1) -> None:
        """Faults of a kind were injected."""
        self.faults += count
        self.kinds[kind] += count

    def expect(self, holds: object, sentence: str) -> None:
        """Note the sentence where something does not hold."""
        if not holds:
            self.broken.append(sentence)

    def note(self, sentence: str) -> None:
        """A figure worth printing."""
        self.notes.append(sentence)

    def add(self, other: "Tally") -> None:
        """Take the figures of another over."""
        for name in ("faults", "lost", "wrong", "leaked", "duplicates", "explained"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.broken += other.broken
        self.notes += other.notes
        self.not_run += other.not_run
        self.kinds += other.kinds

    @property
    def holds(self) -> bool:
        """Nothing lost, wrong, leaked, repeated without a reason, or broken."""
        return not (self.lost or self.wrong or self.leaked or self.broken or self.duplicates != self.explained)

    @property
    def status(self) -> int:
        """The exit status: 0 it holds, 1 it does not, 2 it holds as far as it ran."""
        return 1 if not self.holds else 2 if self.not_run else 0

    def figures(self) -> str:
        """The figures as the last line gives them."""
        return (
            f"faults {self.faults} lost {self.lost} wrong {self.wrong} leaked {self.leaked} "
            f"duplicates {self.duplicates} (explained {self.explained})"
        )

    def to_json(self) -> dict[str, Any]:
        """For another process."""
        return {**vars(self), "kinds": dict(self.kinds)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Tally":
        """What another process counted."""
        return cls(**{**data, "kinds": Counter(data["kinds"])})
