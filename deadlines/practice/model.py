"""A firm's practice as the program uses it: checked, read-only, with the careful default where it says nothing."""

import hashlib

import msgspec
from msgspec import Struct, structs

from deadlines.compute.ladders import LADDERS, Ladder, WindowClass, is_filed, is_remedy
from deadlines.compute.milestones import DISPATCHES, Dispatch, Template, dispatch_of
from deadlines.law import Law
from deadlines.law.model import Rule

FINGERPRINT = 8


class Practice(Struct, frozen=True):
    """How the firm works.

    `not_fatal`: rules and kinds of remedy whose last day ends nothing; every other last day is fatal.
    """

    ladders: tuple[Ladder, ...] = LADDERS
    dispatches: tuple[Dispatch, ...] = DISPATCHES
    milestones: tuple[Template, ...] = ()
    not_fatal: tuple[str, ...] = ()

    def class_of(self, law: Law, rule: str, remedy: str) -> WindowClass:
        """What decides how a window of that rule and kind of remedy is worked; a rule that the law data no longer has
        is of no forum, and a filing."""
        found = law.rules.get(rule)
        if found is None:
            return WindowClass(rule, remedy, "", self._is_fatal(rule, remedy))
        return structs.replace(self.class_of_rule(found), remedy=remedy, fatal=self._is_fatal(rule, remedy))

    def class_of_rule(self, rule: Rule) -> WindowClass:
        """The same of every window of a rule."""
        fatal = self._is_fatal(rule.id, rule.remedy)
        return WindowClass(rule.id, rule.remedy, rule.forum, fatal, is_filed(rule.filed_when))

    def _is_fatal(self, rule: str, remedy: str) -> bool:
        return not any(rule == word or is_remedy(remedy, word) for word in self.not_fatal)

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
