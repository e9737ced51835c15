"""What is read from the text of a notice: each with its line, nothing chosen, nothing made up."""

from collections.abc import Sequence

import pytest

from deadlines.law import load_law
from deadlines.papers import Found, find
from deadlines.papers.dates import days_in
from deadlines.pdf import read_pdf
from tests.papers import samples

LAW = load_law()


def found(pages: Sequence[Sequence[str]]) -> Found:
    return find(pages, LAW)


@pytest.mark.parametrize(
    ("pages", "kind", "form", "days", "service", "deadline"),
    [
        (samples.DENIAL, "uscis.denial", ["I-140"], ["2026-10-23"], [], []),
        (samples.RFE, "uscis.rfe", ["I-129"], ["2026-10-20"], ["mail"], ["2027-01-12"]),
        (samples.NOID, "uscis.noid", ["I-130"], ["2026-11-02"], [], []),
        (samples.REVOCATION, "uscis.revocation", ["I-140"], ["2026-11-05"], ["certified-mail"], []),
        (samples.JUDGE, "ij.order", [], ["2026-10-23", "2026-10-22"], ["electronic"], ["2026-11-23"]),
        (samples.ABSENT, "ij.in-absentia", [], ["2026-10-06"], [], []),
        (samples.BOARD, "bia.decision", [], ["2026-09-20", "2026-09-21"], [], []),
        (samples.MOTION, "bia.motion.denial", [], ["2026-10-01"], [], []),
        (samples.AAO, "aao.dismissal", ["I-140"], ["2026-10-23"], [], []),
    ],
)  # fmt: skip
def test_what_a_notice_says(
    pages: list[list[str]], kind: str, form: list[str], days: list[str], service: list[str], deadline: list[str]
) -> None:
    read = found(pages)
    assert read.values("kind") == [kind]
    assert read.values("form") == form
    assert read.values("decided_on") == days
    assert read.values("service") == service
    assert read.values("printed_deadline") == deadline
    assert all((note.startswith("The paper gives more than one")) == (len(days) > 1) for note in read.notes)


def test_two_notices_in_one_paper_are_told_and_neither_hides_the_other() -> None:
    first = [*samples.DENIAL[0], "IOE0912345678"]
    second = [line.replace("IOE0912345678", "IOE0999999999") for line in samples.RFE[0]]
    read = found([first, ["page 2 of the first, IOE0912345678"], [*second, "IOE0999999999"]])
    assert sorted(read.values("kind")) == ["uscis.denial", "uscis.rfe"]
    assert read.values("decided_on") == ["2026-10-23", "2026-10-20"]
    assert read.notes[0].startswith("The paper seems to hold 2 notices, which begin on pages 1 and 3")


def test_the_head_of_a_letter_on_each_of_its_pages_begins_no_other() -> None:
    head = ["U.S. Citizenship and Immigration Services", "October 23, 2026", "IOE0912345678"]
    read = found([[*head, "your petition is denied"], [*head, "Page 2"], [*head, "you may appeal"]])
    assert not any("seems to hold" in note for note in read.notes)


@pytest.mark.parametrize(
    "second",
    [
        ["Your other petition MSC2190012345 is pending"],
        ["EAC1234567890 and LIN1234567890 were earlier petitions"],
        ["U.S. Citizenship and Immigration Services", "Certificate of mailing", "October 26, 2026"],
        ["U.S. Citizenship and Immigration Services", "IOE0912345678", *["of the record"] * 30, "MSC2190012345"],
    ],
)
def test_a_number_or_a_date_on_a_later_page_begins_no_other_notice(second: list[str]) -> None:
    head = ["U.S. Citizenship and Immigration Services", "October 23, 2026", "IOE0912345678"]
    read = found([[*head, "your petition is denied"], second, ["IOE0912345678, page 3"]])
    assert not any("seems to hold" in note for note in read.notes)
    assert read.values("decided_on") == ["2026-10-23"]


USCIS = "U.S. Citizenship and Immigration Services"
JUSTICE = ["U.S. Department of Justice", "Executive Office for Immigration Review"]
ALIEN = "A-Number: A123-456-789"
STATUS = [USCIS, "November 2, 2026", "IOE0912345678", ALIEN, "Form I-485, Application", "It is hereby denied."]
WORK = [USCIS, "October 20, 2026", "IOE0999999999", ALIEN, "Form I-765, Application", "It is hereby denied."]
REQUEST = [USCIS, "October 12, 2026", "IOE0999999999", ALIEN, "REQUEST FOR EVIDENCE", "Form I-485"]
ORDER = [*JUSTICE, "IMMIGRATION COURT", "File: A123-456-789", "Date:", "10/6/2026", "ORDER OF THE IMMIGRATION JUDGE"]
APPEAL = [*JUSTICE, "Board of Immigration Appeals", "File: A123-456-789", "October 1, 2026", "It is dismissed."]


@pytest.mark.parametrize(
    ("pages", "begins", "days"),
    [
        ([STATUS, WORK], "1 and 2", ["2026-11-02", "2026-10-20"]),
        ([STATUS, ["page 2 of 2, IOE0912345678"], WORK], "1 and 3", ["2026-11-02", "2026-10-20"]),
        ([STATUS, [*STATUS[:3], "Page 2"], WORK, [*WORK[:3], "Page 2"]], "1 and 3", ["2026-11-02", "2026-10-20"]),
        ([STATUS, [line.replace("October 20", "November 2") for line in WORK]], "1 and 2", ["2026-11-02"]),
        ([STATUS, REQUEST], "1 and 2", ["2026-11-02", "2026-10-12"]),
        ([REQUEST, STATUS, WORK], "1, 2 and 3", ["2026-10-12", "2026-11-02", "2026-10-20"]),
        ([REQUEST, [*WORK[:1], "December 1, 2026", *WORK[2:]]], "1 and 2", ["2026-10-12", "2026-12-01"]),
        ([[*STATUS, "your Form I-765, IOE0999999999"], WORK], "1 and 2", ["2026-11-02", "2026-10-20"]),
        ([[*STATUS, *["of the record"] * 30, "IOE0999999999"], WORK], "1 and 2", ["2026-11-02", "2026-10-20"]),
        ([STATUS, ORDER], "1 and 2", ["2026-11-02", "2026-10-06"]),
        (
            [
                [USCIS, "Date of Notice: October 12, 2026", *REQUEST[2:]],
                [USCIS, "Date of Notice: December 1, 2026", *WORK[2:]],
            ],
            "1 and 2",
            ["2026-10-12", "2026-12-01"],
        ),
        ([ORDER, APPEAL], "1 and 2", ["2026-10-06", "2026-10-01"]),
        (
            [[*APPEAL, "CERTIFICATE OF SERVICE", "Date: October 6, 2026"], [*APPEAL[:4], "October 6, 2026"]],
            "1 and 2",
            ["2026-10-01", "2026-10-06"],
        ),
        (
            [
                [*ORDER, "CERTIFICATE OF SERVICE", "Date:", "10/6/2026"],
                [*(line.replace("10/6/", "11/9/") for line in ORDER), "CERTIFICATE OF SERVICE", "Date:", "11/9/2026"],
            ],
            "1 and 2",
            ["2026-10-06", "2026-11-09"],
        ),
        ([[line.replace("November 2", "October 6") for line in STATUS], ORDER], "1 and 2", ["2026-10-06"]),
        ([ORDER, [line.replace("October 1,", "October 6,") for line in APPEAL]], "1 and 2", ["2026-10-06"]),
        ([ORDER, [*APPEAL[:4], "Date: October 1, 2026"]], "1 and 2", ["2026-10-06", "2026-10-01"]),
        (
            [[USCIS, "November 2, 2026", "It is hereby denied."], [USCIS, "October 20, 2026", "It is hereby denied."]],
            "1 and 2",
            ["2026-11-02", "2026-10-20"],
        ),
        ([STATUS, [USCIS, "October 20, 2026", "It is hereby denied."]], "1 and 2", ["2026-11-02", "2026-10-20"]),
        (
            [[*STATUS, "as we wrote on", "in our notice of October 20, 2026"], [USCIS, "October 20, 2026"]],
            "1 and 2",
            ["2026-11-02", "2026-10-20"],
        ),
    ],
)
def test_two_notices_to_the_same_person_are_two_and_each_has_its_own_date(
    pages: list[list[str]], begins: str, days: list[str]
) -> None:
    read = found(pages)
    assert any(f"which begin on pages {begins}." in note for note in read.notes)
    assert read.values("decided_on") == days


@pytest.mark.parametrize(
    ("pages", "days"),
    [
        ([STATUS, [*STATUS[:4], "Page 2"], [*STATUS[:4], "Page 3"]], ["2026-11-02"]),
        ([STATUS, ["November 2, 2026", *STATUS[:3], "Page 2"], [USCIS, "November 2, 2026", "Page 3"]], ["2026-11-02"]),
        ([STATUS, [USCIS, ALIEN, "Page 2"]], ["2026-11-02"]),
        ([[USCIS, "Date: November 2, 2026", "Page 1"], [USCIS, "November 2, 2026", "Page 2"]], ["2026-11-02"]),
        ([STATUS, [USCIS, "Proof of Delivery", "November 6, 2026", "IOE0912345678"]], ["2026-11-02"]),
        ([STATUS, [USCIS, "November 6, 2026", "IOE0912345678", "Certificate of mailing"]], ["2026-11-02"]),
        (
            [STATUS, [USCIS, *["an address"] * 8, "CERTIFICATE OF MAILING", "November 3, 2026"]],
            ["2026-11-02"],
        ),
        (samples.BOARD, ["2026-09-20", "2026-09-21"]),
        ([[*APPEAL[:5], "Enclosed is the decision."], APPEAL], ["2026-10-01"]),
        ([[*ORDER[:6], "Enclosed is the decision."], ORDER], ["2026-10-06"]),
        ([ORDER, [*JUSTICE, "Board of Immigration Appeals", "NOTICE OF APPEAL", "Date:", "A-Number:"]], ["2026-10-06"]),
        ([ORDER, ["File: A123-456-789", "whether, as the Board of Immigration Appeals has held, it"]], ["2026-10-06"]),
        ([STATUS, [ALIEN, "and U.S. Citizenship and Immigration Services told the Immigration Court"]], ["2026-11-02"]),
        ([["The heading is a picture.", *ORDER[3:]], [*ORDER[:3], "File: A123-456-789", "Page 2"]], ["2026-10-06"]),
    ],
)
def test_one_letter_of_several_pages_its_cover_and_its_enclosure_are_one_notice(
    pages: list[list[str]], days: list[str]
) -> None:
    read = found(pages)
    assert not any("seems to hold" in note for note in read.notes)
    assert read.values("decided_on") == days


def test_a_decision_of_another_day_than_its_cover_letter_is_offered_with_its_own_date() -> None:
    """Which of the two the time runs from is for the person to say, not for the order of the pages."""
    read = found([[*APPEAL[:4], "October 5, 2026", "Enclosed is the decision."], APPEAL])
    assert read.values("decided_on") == ["2026-10-05", "2026-10-01"]
    assert any("seems to hold 2 notices" in note for note in read.notes)


@pytest.mark.parametrize("name", ["DENIAL", "RFE", "NOID", "REVOCATION", "JUDGE", "BOARD", "AAO"])
def test_every_proposal_stands_on_the_line_that_it_names(name: str) -> None:
    from deadlines.papers.model import masked

    pages = getattr(samples, name)
    candidates = found(pages).candidates
    assert candidates
    for candidate in candidates:
        page = pages[candidate.page - 1]
        here, below = page[candidate.line_number - 1], page[candidate.line_number : candidate.line_number + 1]
        assert candidate.line in (masked(here), masked(" ".join([here, *below])))


def test_numbers_are_for_the_eyes_and_an_a_number_is_never_shown_whole() -> None:
    read = found(samples.DENIAL)
    assert read.values("receipt_number") == ["LIN2690012345"]
    assert read.values("a_number") == ["A***-***-789"]
    for pages in (samples.DENIAL, samples.JUDGE, samples.BOARD, samples.NOID):
        said = str(found(pages))
        assert "A***" in said
        assert not any(part in said for part in ("123-456", "088-968", "088 968", "098 765"))


def test_sentences_about_time_are_shown_and_no_date_is_made_of_them() -> None:
    read = found(samples.DENIAL)
    said = read.values("deadline_words")
    assert any("within 30 calendar days" in line for line in said)
    assert any("33 days if this decision was mailed" in line for line in said)
    assert read.values("printed_deadline") == []
    assert read.values("service") == []


def test_an_earlier_request_is_not_taken_for_this_notice() -> None:
    assert found(samples.DENIAL).values("kind") == ["uscis.denial"]
    two = [*samples.NOID[0], "REQUEST FOR EVIDENCE"]
    read = found([two])
    assert set(read.values("kind")) == {"uscis.noid", "uscis.rfe"}
    assert "kind of notice" in read.notes[0]


def test_a_day_of_mailing_is_offered_as_the_day_of_service() -> None:
    assert found(samples.REVOCATION).values("service_on") == ["2026-11-06"]


def test_dates_of_other_things_are_not_offered_as_the_date_of_the_notice() -> None:
    head = samples.USCIS_HEAD
    for label in ("Received Date", "Priority Date", "Date of Birth", "Hearing Date"):
        assert found([[*head, label, "March 2, 2025"]]).values("decided_on") == []
        assert found([[*head, f"{label}: March 2, 2025"]]).values("decided_on") == []
    both = found([[*head, "Received Date: March 2, 2025 Notice Date: October 23, 2026"]])
    assert both.values("decided_on") == ["2026-10-23"]
    assert found([[*head, "Notice Date Received Date", "October 23, 2026 March 2, 2025"]]).values("decided_on") == []


@pytest.mark.parametrize(
    "line",
    [
        "within 33 days if this decision was mailed",
        "You may file by mail or in person.",
        "Your appeal must be sent by certified mail.",
    ],
)
def test_how_papers_may_be_sent_is_not_how_this_one_was(line: str) -> None:
    assert found([[line]]).values("service") == []


def test_a_paper_that_says_nothing_gives_nothing() -> None:
    assert found([[]]).candidates == []
    assert found([["Lorem ipsum dolor sit amet", "consectetur 12345"]]) == Found([])


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("October 23, 2026", ["2026-10-23"]),
        ("OCT. 23 2026", ["2026-10-23"]),
        ("Sept. 3rd, 2026", ["2026-09-03"]),
        ("23 October 2026 and 23-OCT-2026", ["2026-10-23", "2026-10-23"]),
        ("2026-10-23", ["2026-10-23"]),
        ("10/23/2026", ["2026-10-23"]),
        ("23/10/2026", []),
        ("February 30, 2026", []),
        ("10/23/26", []),
        ("file 123/10/2026", []),
        ("May 1, 1899", []),
    ],
)  # fmt: skip
def test_days_as_they_are_printed(text: str, days: list[str]) -> None:
    assert [printed.day.isoformat() for printed in days_in(text)] == days


def test_figures_with_two_readings_say_how_they_were_read() -> None:
    [printed] = days_in("11/02/2026")
    assert printed.day.isoformat() == "2026-11-02"
    assert "2 November 2026" in printed.note
    assert days_in("11/23/2026")[0].note == ""


def test_the_columns_of_a_form_i_797_are_not_mixed_up() -> None:
    read = found(read_pdf(samples.laid_out(samples.COLUMNS)).pages)
    assert read.notes == []
    fields = ("kind", "form", "decided_on", "printed_deadline", "receipt_number")
    assert [read.values(field) for field in fields] == [
        ["uscis.rfe"], ["I-485"], ["2026-10-20"], ["2027-01-12"], ["WAC2690054321"],
    ]  # fmt: skip


COURT = ["EXECUTIVE OFFICE FOR IMMIGRATION REVIEW", "NEWARK IMMIGRATION COURT"]


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        ([*COURT, "ORDER OF THE IMMIGRATION JUDGE", "The motion to reopen is hereby denied."], ["ij.motion.denial"]),
        ([*COURT, "ORDER OF THE IMMIGRATION JUDGE WITH RESPECT TO CUSTODY"], ["ij.bond"]),
        ([*COURT, "ORDER OF THE IMMIGRATION JUDGE", "An appeal may be filed."], ["ij.order"]),
        (["Decision of the Board of Immigration Appeals", "The record is remanded."], ["bia.remand"]),
        ([*samples.USCIS_HEAD, "Rejection Notice"], ["uscis.rejection"]),
        ([*samples.USCIS_HEAD, "NOTICE OF INTENT TO REVOKE"], ["uscis.noir"]),
        ([*samples.USCIS_HEAD, "Your case is denied for abandonment."], ["uscis.denial.abandonment"]),
        ([*samples.USCIS_HEAD, "Your motion to reopen is dismissed."], ["uscis.motion.denial"]),
        ([*samples.USCIS_HEAD, "Your application may be denied."], []),
        ([*samples.USCIS_HEAD, "If you do not respond, your petition will be denied."], []),
        ([*samples.USCIS_HEAD, "We sent you a Request for Evidence on May 4, 2026."], []),
    ],
)
def test_kinds_by_the_words_of_each_authority(lines: list[str], kinds: list[str]) -> None:
    assert found([lines]).values("kind") == kinds
