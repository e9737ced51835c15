"""The kinds of notice by who they come from, for people who choose one of many."""

from collections.abc import Mapping

GROUPS = {
    "uscis": ("USCIS and its Administrative Appeals Office", ("uscis", "aao")),
    "judge": ("Immigration judge", ("ij",)),
    "board": ("Board of Immigration Appeals", ("bia",)),
    "eoir": ("EOIR itself: a fee waiver, discipline of a practitioner", ("eoir",)),
    "dhs": ("ICE, CBP and other offices of DHS", ("dhs", "sevp")),
    "court": ("Federal court", ("circuit", "district")),
    "consulate": ("Consulate and Department of State", ("consular",)),
    "status": ("No decision: an arrival, a departure, a change of status", ("status",)),
}
"""Who a notice comes from: what is typed, what is shown, and how the ids of its kinds begin."""
OTHER = "other"
"""The group of kinds that a firm added under a beginning of its own."""


def grouped(kinds: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The kinds (ids and titles) of each group that has any."""
    begin = {beginning: name for name, (_, beginnings) in GROUPS.items() for beginning in beginnings}
    found: dict[str, dict[str, str]] = {name: {} for name in (*GROUPS, OTHER)}
    for kind, title in kinds.items():
        found[begin.get(kind.partition(".")[0], OTHER)][kind] = title
    return {name: within for name, within in found.items() if within}


def group_words(group: str) -> str:
    """A group in words."""
    return GROUPS[group][0] if group in GROUPS else "Kinds that the firm added"
