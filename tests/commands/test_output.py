import json

import pytest

from deadlines.commands import output


def test_a_table_in_a_pipe_is_plain_and_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(["Name", "Day"], [["Ana", "2026-02-03"], ["Benedikt", None]], empty="Nobody.")
    assert capsys.readouterr().out == "Name      Day\nAna       2026-02-03\nBenedikt\n"


def test_an_empty_table_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(["Name"], [], empty="Nobody yet.")
    assert capsys.readouterr().out == "Nobody yet.\n"


def test_cells_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(["Name"], [["a\x1b[2Jb\nc\u202e"]], empty="")
    assert capsys.readouterr().out == "Name\na [2Jb c\n"


def test_a_terminal_gets_a_table_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    output.print_table(["Name"], [["[bold]Ana[/bold]"]], empty="")
    shown = capsys.readouterr().out
    assert "[bold]Ana[/bold]" in shown
    assert "─" in shown


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_no_width_of_a_terminal_cuts_an_id_or_a_date(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    headings = ["Next date", "Matter", "Window", "Last day", "Entry", "Proposal"]
    cells = [
        "Thu 24 Dec 2026",
        "2026-0143-LONG",
        "Motion to reconsider the decision",
        "Mon 28 Dec 2026",
        "5l2jet4n",
        "x" * 8,
    ]
    output.print_table(headings, [cells, cells], empty="")
    shown = capsys.readouterr().out
    for whole in (cells[0], cells[1], cells[3], cells[4], cells[5]):
        assert shown.count(whole) >= 2
    for word in cells[2].split():
        assert word in shown
    assert "…" not in shown


@pytest.mark.parametrize(
    "terminal, variables, coloured",
    [(True, {}, True), (True, {"NO_COLOR": "1"}, False), (False, {}, False)],
)
def test_colour_only_on_a_terminal(
    terminal: bool, variables: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(output, "is_terminal", lambda: terminal)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert (output.style("late", fg="red") != "late") is coloured


def test_json_is_one_document_in_utf_8(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"name": "Żółć", "none": None, "list": [1, 2]})
    shown = capsys.readouterr().out
    assert json.loads(shown) == {"name": "Żółć", "none": None, "list": [1, 2]}
    assert "Żółć" in shown
    assert shown.endswith("}\n")
