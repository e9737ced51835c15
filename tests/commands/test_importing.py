"""`deadlines import` through the real program."""

import stat
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from deadlines.commands.root import program
from tests.commands.conftest import Firm
from tests.commands.program import RECENT

HEAD = "key,matter,client,attorney,kind,form,decided_on,service\n"
ROW = f"K-1,2026-0143,Canary,ana@firm.test,uscis.denial,I-140,{RECENT},mail\n"


@pytest.fixture
def office(firm: Firm) -> Firm:
    firm.add("Ana Ruiz", "ana@firm.test")
    return firm


def table(office: Firm, text: str, name: str = "notices.csv") -> str:
    (office.folder / name).write_text(text)
    return name


def imported(office: Firm, *words: str) -> Any:
    return office.data("import", *words, "--by", "ana@firm.test")


def test_a_dry_run_then_the_import_then_nothing_more(office: Firm) -> None:
    name = table(office, HEAD + ROW)
    said = office.good("import", name, "--by", "ana@firm.test")
    assert "1  new notices: opening 3 windows" in said
    assert "Nothing was recorded" in said
    assert office.data("list") == []
    assert imported(office, name, "--apply")["applied"] is True
    assert len(office.data("list")) == 3
    again = imported(office, name, "--apply")
    assert (again["new_notices"], again["known"]) == (0, 1)
    assert len(office.data("list")) == 3
    [entry, *_] = office.data("list")
    refused = office.run("verify", entry["entry"], "--by", "ana@firm.test")
    assert (refused.returncode, "entered" in refused.stderr) == (8, True)


def test_a_client_for_a_matter_that_has_none_is_told(office: Firm) -> None:
    opened = ("matter", "open", "2026-0143", "--attorney", "ana@firm.test", "--by", "ana@firm.test")
    office.good(*opened, "--none-until", (date.fromisoformat(RECENT) + timedelta(days=30)).isoformat())
    name = table(office, HEAD + ROW)
    assert "1  name the client of a matter that has none: row 2" in office.good("import", name, "--by", "ana@firm.test")
    assert [row["names_client"] for row in imported(office, name)["rows"]] == [True]
    assert "1  name the client" in office.good("import", name, "--by", "ana@firm.test", "--apply")


def test_a_table_whose_first_line_names_the_separator_is_read(office: Firm) -> None:
    name = table(office, "sep=;\n" + (HEAD + ROW).replace(",", ";"))
    assert imported(office, name)["new_notices"] == 1
    wrong = table(office, "sep=;\n" + (HEAD + ROW.replace("uscis.denial", "uscis.denail")).replace(",", ";"))
    assert "Row 3, kind (E3)" in office.run("import", wrong, "--by", "ana@firm.test").stderr


def test_mistakes_are_told_together_and_nothing_is_recorded(office: Firm) -> None:
    name = table(office, HEAD + ROW + "K-2,7,,,uscis.denail,I-140,10/23/2026,mail\n")
    done = office.run("import", name, "--by", "ana@firm.test", "--apply")
    assert done.returncode == 3
    assert "Row 3, kind (E3)" in done.stderr
    assert "Row 3, decided_on (G3)" in done.stderr
    assert "2 mistakes; nothing was recorded" in done.stderr
    assert office.data("list") == []
    as_json = office.run("import", name, "--by", "ana@firm.test", "--apply", "--json")
    assert as_json.returncode == 3
    assert '"cell": "E3"' in as_json.stdout
    assert "Canary" not in done.stderr + as_json.stdout


def test_the_template_filled_in_by_a_spreadsheet_is_imported(office: Firm) -> None:
    path = office.folder / "notices.xlsx"
    office.good("import", "--template", "xlsx", "-o", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Notices", "Explanation", "Values"]
    page = book["Notices"]
    names = [cell.value for cell in page[1]]
    filled = {"key": "0001", "matter": "0143", "attorney": "ana@firm.test", "kind": "uscis.denial", "form": "I-140"}
    cells: dict[str, Any] = {**filled, "decided_on": date.fromisoformat(RECENT), "service": "mail"}
    page.append([cells.get(str(name)) for name in names])
    book.save(path)
    assert imported(office, str(path), "--apply")["windows"] == 3
    assert {line["matter"] for line in office.data("list")} == {"0143"}
    assert "there already" in office.run("import", "--template", "xlsx", "-o", str(path)).stderr


def test_the_csv_template_is_its_own_header(office: Firm) -> None:
    header = office.good("import", "--template", "csv")
    assert imported(office, table(office, header))["new_notices"] == 0


def test_dates_in_figures_need_a_word(office: Firm) -> None:
    day = date.today() - timedelta(days=3)  # noqa: DTZ011
    name = table(office, HEAD + ROW.replace(RECENT, f"{day:%m/%d/%Y}"))
    assert office.run("import", name, "--by", "ana@firm.test").returncode == 3
    assert imported(office, name, "--dates", "mdy", "--apply")["windows"] == 3
    assert office.data("show", "2026-0143")["entries"][0]["decided_on"] == RECENT


def test_what_cannot_be_done_is_a_sentence(office: Firm) -> None:
    name = table(office, HEAD + ROW)
    office.add("Auda", "aud@firm.test", role="auditor")
    for words, status in (
        (("nope.csv", "--by", "ana@firm.test"), 3),
        ((name, "--by", "nobody@firm.test"), 7),
        ((name, "--by", "aud@firm.test"), 12),
        ((name, "--by", "ana@firm.test", "--sheet", "x"), 3),
    ):
        done = office.run("import", *words)
        assert (done.returncode, done.stderr.count("\n")) == (status, 1), done.stderr
    assert CliRunner().invoke(program, ["import", name]).exit_code == 2
