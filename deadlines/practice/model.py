"""A firm's practice as the program uses it: checked, read-only, with the careful default where it says nothing."""

import hashlib

import msgspec
from msgspec import Struct

from deadlines.compute.ladders import LADDERS, Ladder, WindowClass, is_remedy
from deadlines.compute.milestones import DISPATCHES, Dispatch, Template, dispatch_of
from deadlines.compute.result import Window
from deadlines.law import Law

FINGERPRINT = 8


class Practice(Struct, frozen=True):
    """How the firm works.

    `not_fatal`: rules and kinds of remedy whose last day ends nothing; every other last day is fatal.
    """

    ladders: tuple[Ladder, ...] = LADDERS
    dispatches: tuple[Dispatch, ...] = DISPATCHES
    milestones: tuple[Template, ...] = ()
    not_fatal: tuple[str, ...] = ()

    def class_of(self, law: Law, window: Window) -> WindowClass:
        """What decides how a window is worked; a rule that the law data no longer has is of no forum."""
        rule = law.rules.get(window.rule)
        fatal = not any(window.rule == word or is_remedy(window.remedy, word) for word in self.not_fatal)
        return WindowClass(window.rule, window.remedy, rule.forum if rule is not None else "", fatal)

    def dispatch(self, of: WindowClass) -> Dispatch | None:
        """How long a courier takes for such a window."""
        return dispatch_of(self.dispatches, of)

    def templates(self, of: WindowClass) -> list[Template]:
        """The milestones of such a window, in the order of the file."""
        return [template for template in self.milestones if template.reach.fits(of)]

    @property
    def state(self) -> str:
        """A few characters that are others when anything in it is."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:FINGERPRINT]
