"""Said loudly: the last day of a date had passed when it was waived or struck."""

from collections.abc import Collection
from datetime import date

PASSED = (
    "PASSED: the last day, {days}, had passed when it was {how}. The evidence counts it under missed and late. If "
    "something was to be filed, `deadlines reopen` takes this back, and `deadlines missed` records that it was missed."
)


def print_passed(how: str, days: Collection[date]) -> None:
    """Say so of what was waived or struck, by its last days; nothing where none had passed."""
    from deadlines.commands.output import paragraph, style
    from deadlines.commands.windows import day_words

    if days:
        told = ", ".join(day_words(day) for day in sorted(set(days)))
        paragraph(style(PASSED.format(days=told, how=how), fg="red", bold=True))
