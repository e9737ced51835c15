"""A firm's policy: its choice for each question that the law leaves open and that a firm may decide."""

from collections.abc import Mapping
from difflib import get_close_matches

from deadlines.errors import InputError
from deadlines.law.load import Law


def checked_policy(law: Law, chosen: Mapping[str, str]) -> dict[str, str]:
    """The choices by ambiguity id; a name may be written with underscores, as in the configuration.

    Raises InputError for a question that is no firm's to decide, and for a choice that it does not have.
    """
    found = {}
    for name, choice in chosen.items():
        key = name.replace("_", "-")
        open_to_firms = [item.id for item in law.ambiguities.values() if item.firm]
        if key not in open_to_firms:
            near = get_close_matches(key, open_to_firms, n=3, cutoff=0.5) or open_to_firms
            raise InputError(f"No policy is called '{name}'; there is {', '.join(near)}.", code="unknown-policy")
        choices = [item.id for item in law.ambiguities[key].choices]
        if choice not in choices:
            raise InputError(
                f"Policy '{key}' cannot be '{choice}'; it is {' or '.join(choices)}.", code="unknown-policy-choice"
            )
        found[key] = choice
    return found
