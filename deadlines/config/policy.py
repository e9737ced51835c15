"""The `[policy]` options: how the firm settles each question that the law leaves open.

One key for each ambiguity of the law data that a firm may decide, spelt out here so that reading the configuration
does not load the law; a test compares the two. The first choice is the careful one.
"""

Choices = tuple[tuple[str, str], ...]
"""What a key may be set to, each with its meaning."""

POLICY: tuple[tuple[str, str, Choices], ...] = (
    (
        "motion_mail_days",
        "Are three days added to a USCIS motion when the decision was mailed?",
        (
            ("none", "thirty days and no mail days"),
            ("three", "thirty-three days, as the form and the AAO count"),
        ),
    ),
    (
        "certified_mail_days",
        "Are three days added when a decision came by certified mail?",
        (
            ("none", "no mail days: certified mail is personal service"),
            ("three", "three days: it was mailed"),
        ),
    ),
    (
        "eoir29_mail_days",
        "Are three days added to an appeal on Form EOIR-29 when the decision was mailed?",
        (
            ("none", "thirty days from the date of mailing"),
            ("three", "thirty-three days, by the words after service"),
        ),
    ),
    (
        "n336_start",
        "When do the thirty days for Form N-336 start?",
        (
            ("notice", "from the date on the notice"),
            ("service", "from the day of mailing, with the mail days of USCIS practice"),
        ),
    ),
    (
        "noir_start",
        "When does the time to answer a notice of intent to revoke start?",
        (
            ("earliest", "the earlier of the printed date and 30 days from the date of the notice"),
            ("text", "as the text of the class says: receipt, or the date of the notice"),
        ),
    ),
    (
        "notice_or_postmark",
        "A decision was mailed after the date it bears: which day starts the safe count?",
        (
            ("notice", "the date on the notice"),
            ("service", "the proved day of mailing or posting"),
        ),
    ),
    (
        "date_of_notice_mail_days",
        "Are mail days added where the clock runs from the date of the notice?",
        (
            ("none", "no mail days"),
            ("three", "three days"),
        ),
    ),
    (
        "anniversaries",
        "Does a year end on the anniversary or on the day before?",
        (
            ("day-before", "the day before; 28 February stands for 29 February"),
            ("anniversary", "the anniversary"),
        ),
    ),
    (
        "presence_start",
        "On which day does unlawful presence begin after a denial?",
        (
            ("earliest", "the day after the earliest of the date, mailing and service of the denial"),
            ("service", "the day after service"),
        ),
    ),
    (
        "presence_margin",
        "Which is the last day to leave before a bar?",
        (
            ("day-179", "leave by day 179, or before the year by day 364, so that nobody plans to the edge"),
            ("day-181", "leave by day 181, or by day 365, because the day of departure is not counted"),
        ),
    ),
    (
        "legalization_mail_days",
        "The thirty days of a legalization appeal begin three days after mailing: on which day do they end?",
        (
            ("day-30", "the safe date is day 30 without the three days"),
            ("day-33", "day 33"),
        ),
    ),
    (
        "ten_day_text",
        (
            "Which date of an appeal to the Board drives the alarm while the ten-day text of 2026 is "
            "vacated and the case is open?"
        ),
        (
            ("both", "the protective tenth day and the thirtieth day are both calendared"),
            ("protective", "the firm works to the tenth day alone"),
        ),
    ),
    (
        "board_decision_start",
        "Does a clock after a Board decision start on its date, its mailing or its electronic service?",
        (
            ("decision", "the date of the decision"),
            ("mailing", "the day of mailing or service"),
        ),
    ),
    (
        "final_without_appeal",
        "When is an order final against which nobody appealed?",
        (
            ("decision", "the safe count starts on the date of the decision"),
            ("expiry", "the count starts when the appeal period ends"),
        ),
    ),
    (
        "rehearing_days",
        "Has a petition for rehearing of a petition for review fourteen or forty-five days?",
        (
            ("fourteen", "14 days"),
            ("forty-five", "45 days, as in a civil case with the United States as a party"),
        ),
    ),
    (
        "vawa_year",
        "Is the year of the special motion for battered persons 365 days or the anniversary?",
        (
            ("365", "365 days, without moving"),
            ("anniversary", "the anniversary"),
        ),
    ),
    (
        "discipline_appeal",
        "Has the appeal in a practitioner discipline case ten or thirty days?",
        (
            ("ten", "work to the tenth day"),
            ("thirty", "thirty days"),
        ),
    ),
)


def policy_help(question: str, choices: Choices) -> str:
    """The line of help of one key."""
    said = " or ".join(f'"{choice}" ({meaning})' for choice, meaning in choices)
    return f"{question} {said}."
