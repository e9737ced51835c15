"""The roles of people, and what each may do: the one table behind pages and commands.

A role says what somebody may do. Which matters they see is another question, and `docket.visible` answers it.
"""

from typing import TYPE_CHECKING, Literal, get_args

from deadlines.errors import Forbidden

if TYPE_CHECKING:
    from deadlines.store.tables import Person

Role = Literal["attorney", "paralegal", "docket", "partner", "administrator", "auditor"]
Act = Literal[
    "read",
    "acknowledge",
    "enter",
    "verify",
    "initial",
    "file",
    "close",
    "staff",
    "decide",
    "unrestrict",
    "sign-evening",
    "manage-people",
    "manage-own-feeds",
    "manage-feeds",
    "manage-law",
    "read-audit",
]
ROLES: tuple[Role, ...] = get_args(Role)
ACTS: tuple[Act, ...] = get_args(Act)
DOCKET_ROLE: Role = "docket"
"""Answers for the whole docket: asked first when somebody cannot be reached or an attorney does not answer."""
PARTNER_ROLE: Role = "partner"
"""Answers for the firm: told of missed dates, whose record nobody else may change."""
ADMINISTRATOR: Role = "administrator"
ATTORNEYS: tuple[Role, ...] = ("attorney", "partner")
"""Who has matters of their own, as a list of attorneys shows them."""

WORDS: dict[Act, str] = {
    "read": "read the docket",
    "acknowledge": "take dates on and tick milestones",
    "enter": "enter and amend notices",
    "verify": "verify dates",
    "initial": "initial the dates of matters they answer for",
    "file": "record filings",
    "close": "close matters, and waive, strike or reopen dates",
    "staff": "say who works on a matter, and hand matters over",
    "decide": "decide on proposals, disputes and altered dates",
    "unrestrict": "take the restriction off a matter",
    "sign-evening": "sign the evening check",
    "manage-people": "manage people",
    "manage-own-feeds": "manage their own calendars",
    "manage-feeds": "manage the calendars of others",
    "manage-law": "install law data",
    "read-audit": "read the audit trail",
}
"""How a refusal names each act."""

NAMES: dict[Role, str] = {
    "attorney": "an attorney",
    "paralegal": "a paralegal",
    "docket": "somebody of the docket role",
    "partner": "a partner",
    "administrator": "an administrator",
    "auditor": "an auditor",
}
"""How a sentence names somebody of each role."""

_DESK: frozenset[Act] = frozenset(
    ("read", "acknowledge", "enter", "verify", "initial", "file", "decide", "manage-own-feeds")
)
MAY: dict[Role, frozenset[Act]] = {
    "attorney": _DESK | {"close", "staff", "unrestrict", "sign-evening"},
    # Two people must agree to a later date, and in a small firm the second one is the paralegal. To give a remedy
    # up is an attorney's decision.
    "paralegal": _DESK,
    "docket": _DESK | {"close", "staff", "sign-evening", "manage-feeds", "read-audit"},
    "partner": frozenset(ACTS),
    # Looks after the program, not after cases: signs for nothing.
    "administrator": frozenset(
        ("read", "manage-people", "manage-own-feeds", "manage-feeds", "manage-law", "read-audit")
    ),
    # Changes nothing, and so makes no calendar either.
    "auditor": frozenset(("read", "read-audit")),
}


def may(person: "Person", act: Act) -> bool:
    """Whether somebody may do that. A role that this program does not know may do nothing."""
    return person.active and act in _acts_of(person.role)


def who_may(act: Act) -> str:
    """Who may do that, for a sentence that tells others whom to ask: `an attorney, … or a partner`."""
    names = [NAMES[role] for role in ROLES if act in MAY[role]]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def require(person: "Person", act: Act) -> None:
    """Raises Forbidden for who may not do that; the sentence says whose roles may."""
    if not may(person, act):
        able = [role for role in ROLES if act in MAY[role]]
        raise Forbidden(
            f"{person.email} has the role {person.role} and may not {WORDS[act]}; these roles may: {', '.join(able)}."
        )


def _acts_of(role: str) -> frozenset[Act]:
    return next((acts for known, acts in MAY.items() if known == role), frozenset())
