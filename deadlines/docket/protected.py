"""Which notices tell of a case that 8 USC 1367 keeps confidential: VAWA, T and U."""

from deadlines.compute.notice import Notice

PROTECTED_FORMS = {"I-914", "I-918", "I-929"}
PROTECTED_BASES = {("I-360", "vawa"), ("I-485", "t"), ("I-485", "245m"), ("I-192", "tu")}
UNCLEAR_FORMS = {"I-360", "I-192"}
"""Forms without an ordinary class: while nobody has said which it is, it may be a protected one."""
PROTECTED_FACTS = {("nonimmigrant_class", "T"), ("nonimmigrant_class", "U"), ("presence_exception", "vawa")}
PROTECTED_FACTS |= {("presence_exception", "trafficking")}


def is_protected(notice: Notice) -> bool:
    """Whether the notice itself tells of a VAWA, T or U case, which 8 USC 1367 keeps confidential, or may do so.

    A form that is filed for such cases and others is taken for one until its class is known.
    """
    basis = notice.facts.get("basis")
    if notice.form in PROTECTED_FORMS or (notice.form, basis) in PROTECTED_BASES:
        return True
    unclear = notice.form in UNCLEAR_FORMS and basis is None
    return unclear or not PROTECTED_FACTS.isdisjoint(notice.facts.items())
