"""The words by which American authorities say things on paper, as patterns."""

import re


def words(*patterns: str) -> re.Pattern[str]:
    """Any of these, in capitals or not."""
    return re.compile("|".join(patterns), re.IGNORECASE)


FORM = words(r"\b(?:Form\s+)?((?:I|N|G|EOIR|DS)-?\d{1,4}[A-Z]{0,2})\b")
NOT_DECIDED = {"I-290B", "I-290C", "I-694", "N-336", "EOIR-26", "EOIR-29", "G-28", "G-1145", "I-94", "I-862", "I-213"}
"""Forms that a notice names as a remedy, as a representative's or as another paper."""
FORM_LABEL = words(
    r"^(?:case type|form(?: type| number)?|application type|application/petition|petition type|re)\b",
    r"^(?:form\s+)?(?:I|N|G|EOIR)-?\d{1,4}[A-Z]{0,2}\s*(?:[,:–-]\s*\w|$)",
)
FILED = words(r"\b(?:you|petitioner|applicant)\b[\w\s]{0,30}\b(?:filed|submitted)\b")

DATE_LABEL = words(
    r"\bnotice date\s*:?(?=\s|$)",
    r"\bdate of (?:this )?(?:notice|decision|order)\s*:?(?=\s|$)",
    r"\bdecision date\s*:?(?=\s|$)",
    r"\bdated?\s*:?(?=\s|$)",
)
OTHER_LABEL = words(
    r"\b(?:received|receipt|priority|birth|filing|hearing|interview|entry|expiration|due|response|appeal)\s+date\b",
    r"\bdate (?:of|for) (?:birth|entry|hearing|receipt|filing|arrival)\b",
    r"\b(?:appeal|response) due\b",
)
ORAL = words(r"oral decision (?:entered|rendered|issued|of)")

DEADLINE = words(
    r"must be (?:received|submitted|filed|postmarked)",
    r"\bno later than\b",
    r"\bon or before\b",
    r"\b(?:due date|appeal due|response due)\b",
    r"\b(?:respond|reply|response|evidence|appeal)\b[\w\s,]{0,60}\bby(?=\s[A-Z0-9])",
)
LENGTH = words(
    r"\bwithin\s+(?:[\w-]+\s+)?\(?\d{1,3}\)?\s+(?:calendar |business )?days",
    r"\b\d{1,3} (?:calendar |business )?days\b",
    r"\b(?:ten|fifteen|thirty|thirty-three|sixty|eighty-four|eighty-seven|ninety)(?: \(\d+\))? (?:calendar )?days\b",
)

SERVICE = (
    (
        "certified-mail",
        words(r"\b(?:by|via|through) certified mail\b", r"\bcertified mail(?:,|:| -| number| no\.)"),
    ),
    (
        "mail",
        words(
            r"\b(?:sent|served)\b[\w\s,]{0,40}\b(?:by|via) (?:first[- ]class |regular |ordinary |u\.?s\.? )*mail\b",
            r"\bvia:? (?:first[- ]class |regular |u\.?s\.? )*mail\b",
            r"\b(?:was|were) mailed\b",
            r"\bdate mailed\b",
            r"\bmailed on\b",
        ),
    ),
    (
        "electronic",
        words(
            r"\b(?:via|by) (?:electronic (?:service|mail|notice)|e-?mail|ecas)\b",
            r"\belectronically served\b",
        ),
    ),
    (
        "in-person",
        words(
            r"\bpersonally served\b",
            r"\b(?:by|via) personal service\b",
            r"\bhand[- ]delivered\b",
            r"\bserved in person\b",
        ),
    ),
    ("fax", words(r"\b(?:by|via) (?:fax|facsimile)\b")),
)
CONDITION = words(r"\b(?:if|whether|or|may|must|should|unless)\b")
"""A sentence with one of these tells of how papers may be served, not of how this one was."""
LEGEND = words(r"\[\s*M\s*\]\s*Mail.*\[\s*P\s*\]\s*Personal")
"""The certificate of service of an immigration court: what each mark means; the marks stand on the line `To:` below."""
MARK = re.compile(r"\[\s*([A-Z])\s*\]")
MARKS = {"M": "mail", "P": "in-person", "E": "electronic"}
RECEIPT = re.compile(
    r"\b(?:IOE|EAC|WAC|LIN|SRC|MSC|NBC|YSC)[\s-]?\d{2}[\s-]?\d{3}[\s-]?\d{5}\b|\b[A-Z]{3}\d{10}\b",
)

BOARD = words(r"decision of the board of immigration appeals", r"copy of the board.s decision")
COURT = words(
    r"\bimmigration court\b",
    r"(?:order|decision|decision and order) of the immigration judge",
)
OFFICE = words(r"decision of the administrative appeals office")
USCIS = words(r"citizenship and immigration services")
BOARD_NAME = words(r"\bboard of immigration appeals\b")
"""On its letterhead; other papers name the Board too, as where one may appeal."""
CERTIFICATE = words(r"\b(?:certificate|proof) of (?:mailing|service|delivery)\b")
"""The heading of a page that tells how and when the letter before it went out: its date is not that of a letter."""

OTHER_PAPER = words(
    r"\b(?:issued|sent|mailed|responded|response|respond|replied|received|previous|prior|earlier|if|may|unless|not)\b"
)
"""Words of a sentence that tells of another request or intent than this one."""
MAYBE = words(r"\b(?:if|may|might|would|could|should|unless|until|previous|prior|earlier)\b")
"""Words of a sentence that tells of a decision that may come, or came before."""
PETITION = r"(?:application|petition|request|form [a-z]+-\d+[a-z]*)[\w\s,()-]{0,60}"
OF_USCIS = (
    ("uscis.rfe", OTHER_PAPER, words(r"request for (?:initial |additional |further )?evidence(?: \(rfe\))?")),
    ("uscis.noid", OTHER_PAPER, words(r"(?:notice of )?intent to deny(?: \(noid\))?", r"intends to deny")),
    ("uscis.noir", OTHER_PAPER, words(r"(?:notice of )?intent to revoke(?: \(noir\))?", r"intends to revoke")),
    ("uscis.noit", OTHER_PAPER, words(r"(?:notice of )?intent to terminate", r"intends to terminate")),
    (
        "uscis.revocation",
        MAYBE,
        words(r"notice of revocation(?: of approval)?", r"approval [\w\s,-]{0,60}is (?:hereby )?revoked"),
    ),
    (
        "uscis.denial.abandonment",
        MAYBE,
        words(r"denied (?:due to|for|because of) abandonment", r"considered abandoned and (?:is )?(?:hereby )?denied"),
    ),
    (
        "uscis.motion.denial",
        MAYBE,
        words(r"(?:your|the) motion [\w\s]{0,40}(?:is|has been|will be) (?:hereby )?(?:denied|dismissed)"),
    ),
    (
        "uscis.denial",
        MAYBE,
        words(
            r"notice of denial",
            r"denial notice",
            r"notice of decision[:\s-]+denial",
            rf"{PETITION}(?:is|has been|is being|must be) (?:hereby )?denied",
            r"\b(?:we|uscis|this office)(?: \w+)? (?:deny|denies|denied|denying) (?:your|the|this)",
        ),
    ),
    ("uscis.rejection", MAYBE, words(r"rejection notice", r"notice of rejection")),
)
OF_OFFICE = (("aao.dismissal", MAYBE, words(r"appeal (?:is|will be) (?:summarily )?dismissed")),)
OF_JUDGE = (
    ("ij.in-absentia", MAYBE, words(r"\bin absentia\b")),
    (
        "ij.bond",
        MAYBE,
        words(
            r"(?:order|decision)[\w\s]{0,60}\b(?:bond|custody)\b",
            r"\b(?:custody|bond) (?:re)?determination\b",
        ),
    ),
    (
        "ij.motion.denial",
        MAYBE,
        words(r"motion to (?:reopen|reconsider|rescind)[\w\s]{0,60}(?:is|be) (?:hereby )?denied"),
    ),
    ("ij.order", MAYBE, words(r"(?:order|decision|decision and order) of the immigration judge")),
)
OF_BOARD = (
    (
        "bia.motion.denial",
        MAYBE,
        words(r"motion (?:to (?:reopen|reconsider|remand)[\w\s]{0,40})?(?:is|will be) (?:hereby )?denied"),
    ),
    ("bia.remand", MAYBE, words(r"record is remanded", r"remanded to the immigration (?:judge|court)")),
    ("bia.decision", MAYBE, BOARD),
)
GENERAL = {
    "ij.order": ("ij.in-absentia", "ij.bond", "ij.motion.denial"),
    "bia.decision": ("bia.motion.denial", "bia.remand"),
}
"""Kinds whose words stand on every paper of that body: offered only where nothing closer is."""
