"""Notices with the structure of real ones, made for the tests: pages of lines, and the same as PDFs."""

from collections.abc import Sequence

from fpdf import FPDF

USCIS_HEAD = [
    "U.S. Department of Homeland Security",
    "U.S. Citizenship and Immigration Services",
    "Nebraska Service Center",
]
DENIAL = [
    [
        *USCIS_HEAD,
        "P.O. Box 82521",
        "Lincoln, NE 68501-2521",
        "October 23, 2026",
        "EXAMPLE SOFTWARE INC LIN2690012345",
        "c/o SAMPLE LAW FIRM A123-456-789",
        "RE: MARIA EXAMPLE",
        "I-140, Immigrant Petition for Alien Workers",
        "DECISION",
        "Dear Sir or Madam:",
        "On March 2, 2025, you filed Form I-140, Immigrant Petition for Alien Workers, with U.S. Citizenship",
        "and Immigration Services (USCIS). On May 4, 2026, we issued a Request for Evidence. You responded on",
        "July 1, 2026. After a thorough review of your petition and the record of evidence, we must inform you",
        "that we are denying your petition for the following reasons:",
    ],
    [
        "The evidence does not show the ability to pay the proffered wage.",
        "If you disagree with this decision, you may appeal to the Administrative Appeals Office by filing a",
        "completed Form I-290B, Notice of Appeal or Motion. You must file your appeal within 30 calendar days of",
        "the date of this decision, or within 33 days if this decision was mailed to you.",
    ],
]
RFE = [
    [
        "Department of Homeland Security",
        "U.S. Citizenship and Immigration Services",
        "Form I-797E, Notice of Action",
        "REQUEST FOR EVIDENCE",
        "Receipt Number Case Type",
        "WAC2690054321 I-129 - PETITION FOR A NONIMMIGRANT WORKER",
        "Received Date Priority Date",
        "August 3, 2026",
        "Notice Date: October 20, 2026 Page 1 of 3",
        "Sent via U.S. Mail",
        "USCIS has received your petition. Your response must be received in this office by",
        "January 12, 2027.",
        "If you do not respond to this notice, your petition may be denied for abandonment.",
        "You have eighty-four (84) days to answer; no extension is granted.",
    ]
]
COLUMNS = (
    (10, 10, "Department of Homeland Security"), (120, 10, "Form I-797E, Notice of Action"),
    (10, 15, "U.S. Citizenship and Immigration Services"), (10, 25, "REQUEST FOR EVIDENCE"),
    (10, 35, "Receipt Number"), (10, 40, "WAC2690054321"),
    (100, 35, "Case Type"), (100, 40, "I485 - APPLICATION TO REGISTER PERMANENT RESIDENCE"),
    (10, 45, "Received Date"), (10, 50, "08/03/2026"), (60, 45, "Priority Date"), (60, 50, "01/05/2020"),
    (100, 45, "Applicant A123 456 789"), (100, 50, "EXAMPLE, MARIA"),
    (10, 55, "Notice Date"), (10, 60, "10/20/2026"), (60, 55, "Page"), (60, 60, "1 of 2"),
    (10, 90, "You must respond to this request by January 12, 2027."),
)  # fmt: skip
"""The head of a Form I-797 as it is laid out: x, y in millimetres, text."""
NOID = [
    [
        *USCIS_HEAD,
        "Date: November 2, 2026",
        "Form I-130, Petition for Alien Relative",
        "A 098 765 432",
        "NOTICE OF INTENT TO DENY",
        "This refers to the Form I-130 that you filed on January 5, 2025. USCIS intends to deny your petition.",
        "You have 30 days (33 days if this notice was sent by mail) to submit evidence.",
    ]
]
REVOCATION = [
    [
        *USCIS_HEAD,
        "Notice Date",
        "November 5, 2026",
        "Form I-140, Immigrant Petition for Alien Workers",
        "NOTICE OF REVOCATION",
        "A notice of intent to revoke was issued on June 1, 2026. The approval of the petition is hereby revoked.",
        "This notice was mailed on November 6, 2026 by certified mail, number 7000 0000.",
    ]
]
JUDGE = [
    [
        "UNITED STATES DEPARTMENT OF JUSTICE",
        "EXECUTIVE OFFICE FOR IMMIGRATION REVIEW",
        "NEW YORK IMMIGRATION COURT",
        "Respondent Name: A-Number:",
        "EXAMPLE, MARIA A123-456-789",
        "In Removal Proceedings",
        "Initiated by the Department of Homeland Security",
        "Date:",
        "10/23/2026",
        "ORDER OF THE IMMIGRATION JUDGE",
        "This is a summary of the oral decision entered on 10/22/2026.",
        "Appeal: Department of Homeland Security: waived reserved",
        "Respondent: waived reserved",
        "Appeal Due: 11/23/2026",
        "Certificate of Service",
        "This document was served:",
        "Via: [ M ] Mail | [ P ] Personal Service | [ E ] Electronic Service | [ U ] Address Unavailable",
        "To: [ E ] Noncitizen | [ ] Noncitizen c/o custodial officer | [ E ] Noncitizen atty/rep. | [ E ] DHS",
        "By: CLERK, Court Staff",
        "Date: 10/23/2026",
    ]
]
ABSENT = [
    [
        "EXECUTIVE OFFICE FOR IMMIGRATION REVIEW",
        "IMMIGRATION COURT",
        "ORDER OF THE IMMIGRATION JUDGE",
        "The respondent did not appear, and the hearing was conducted in absentia.",
        "Date: October 6, 2026",
    ]
]
BOARD = [
    [
        "U.S. Department of Justice",
        "Executive Office for Immigration Review",
        "Board of Immigration Appeals",
        "Office of the Clerk",
        "Name: EXAMPLE, MARIA A 088-968-133",
        "Date of this notice: 9/20/2026",
        "Enclosed is a copy of the Board's decision and order in the above-referenced case.",
    ],
    [
        "Decision of the Board of Immigration Appeals",
        "File: A088 968 133 - Atlanta, GA Date: SEP 21 2026",
        "The respondent appeals the March 30, 2025, Immigration Judge's decision. The appeal is dismissed.",
    ],
]
MOTION = [
    [
        "Decision of the Board of Immigration Appeals",
        "Date: October 1, 2026",
        "ORDER: The motion to reopen is denied.",
    ]
]
AAO = [
    [
        "U.S. Citizenship and Immigration Services",
        "Non-Precedent Decision of the Administrative Appeals Office",
        "In Re: 12345678 Date: OCT. 23, 2026",
        "Form I-140, Immigrant Petition for Alien Workers",
        "The Director of the Texas Service Center denied the petition.",
        "ORDER: The appeal is dismissed.",
    ]
]


def laid_out(texts: Sequence[tuple[float, float, str]]) -> bytes:
    """Texts at their places on one page."""
    made = FPDF()
    made.set_font("helvetica", size=9)
    made.add_page()
    for x, y, text in texts:
        made.text(x, y, text)
    return bytes(made.output())


def pdf(pages: Sequence[Sequence[str]], *, password: str = "") -> bytes:
    """The pages as a PDF with text, as an agency's program prints it."""
    made = FPDF()
    made.set_font("helvetica", size=9)
    for page in pages:
        made.add_page()
        for line in page:
            made.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
    if password:
        made.set_encryption(owner_password="owner", user_password=password)
    return bytes(made.output())
