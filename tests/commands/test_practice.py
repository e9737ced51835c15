"""`deadlines practice`, and a firm that works by a file of its own."""

from tests.commands.conftest import Firm
from tests.commands.program import RECENT

MOTION = "uscis.motion.reopen"


def use(firm: Firm, text: str | None = None) -> None:
    """Name a practice file in the configuration; the one to begin with unless a text is given."""
    if text is None:
        firm.good("practice", "write", "practice.toml")
    else:
        (firm.folder / "practice.toml").write_text(text, encoding="utf-8")
    before = firm.config.read_text(encoding="utf-8")
    firm.config.write_text(before.replace("[firm]\n", '[firm]\npractice = "practice.toml"\n', 1), encoding="utf-8")


def denial(firm: Firm) -> dict[str, str]:
    firm.add("Ana Ruiz", "ana@firm.test")
    made = firm.data(
        "add", "--matter", "2026-0143", "--attorney", "ana@firm.test", "--kind", "uscis.denial", "--form", "I-140",
        "--decided-on", RECENT, "--service", "mail", "--by", "ana@firm.test",
    )  # fmt: skip
    return {entry["rule"]: entry["entry"] for entry in made["entries"]}


def test_the_default_is_shown(firm: Firm) -> None:
    assert "180, 90, 60, 30, 14, 7, 3, 1, 0" in firm.good("practice", "show")
    assert firm.data("practice", "show")["file"] is None


def test_a_file_is_written_once_checked_and_used(firm: Firm) -> None:
    use(firm)
    assert firm.run("practice", "write", "practice.toml").returncode == 8
    assert "can be used" in firm.good("practice", "check", "practice.toml")
    shown = firm.data("practice", "show")
    assert shown["file"].endswith("practice.toml")
    assert next(item["id"] for item in shown["practice"]["milestones"]) == "attorney-review"


def test_a_wrong_file_stops_what_would_use_it_and_the_doctor_tells(firm: Firm) -> None:
    use(firm, "[[ladder]]\nat_least = 0\ndays = [30, 3, 1]\n")
    refused = firm.run("add", "--matter", "1", "--kind", "uscis.denial", "--form", "I-140", "--decided-on", RECENT)
    assert refused.returncode != 0
    checked = firm.run("practice", "check", "practice.toml")
    assert checked.returncode == 5
    assert (
        "practice.toml, ladder number 1: key 'days': a fatal date needs a reminder on the day itself" in checked.stderr
    )
    assert "Traceback" not in checked.stderr
    assert "the day itself" in firm.run("doctor").stdout


def test_the_courier_s_day_is_shown(firm: Firm) -> None:
    entries = denial(firm)
    shown = firm.data("show", entries[MOTION])
    assert shown["dispatch_by"] < shown["window"]["safe_by"]
    told = firm.good("explain", entries[MOTION])
    assert "By courier: hand it over by" in told
    assert "Counted back from the safe date in business days" in told


def test_milestones_are_listed_ticked_taken_back_and_given(firm: Firm) -> None:
    use(firm)
    firm.add("Ben Ode", "ben@firm.test", "paralegal")
    entries = denial(firm)
    listed = firm.data("milestone", "list", "--matter", "2026-0143")
    assert sum(item["template"] == "attorney-review" for item in listed) == 1
    draft = next(item for item in listed if item["template"] == "draft" and item["entry"] == entries[MOTION])
    assert draft["owner"] == "ana@firm.test"
    firm.good("milestone", "done", draft["milestone"][:8], "--by", "ana@firm.test")
    assert firm.run("milestone", "done", draft["milestone"][:8], "--by", "ana@firm.test").returncode == 8
    shown = {item["template"]: item for item in firm.data("show", entries[MOTION])["milestones"]}
    assert (shown["draft"]["state"], shown["draft"]["done_by"]) == ("done", "ana@firm.test")
    assert "Draft ready for review" in firm.good("show", "2026-0143")
    firm.good("milestone", "undo", draft["milestone"], "--by", "ana@firm.test")
    given = firm.data("milestone", "assign", draft["milestone"], "--to", "ben@firm.test", "--by", "ana@firm.test")
    assert given["owner"] == "ben@firm.test"
    assert draft["milestone"] in {
        item["milestone"] for item in firm.data("milestone", "list", "--person", "ben@firm.test")
    }
    assert firm.run("milestone", "done", "zzzzzz", "--by", "ana@firm.test").returncode == 7


def test_steps_of_a_restricted_matter_are_of_who_works_on_it(firm: Firm) -> None:
    use(firm)
    firm.add("Liz Poe", "liz@firm.test", "paralegal")
    denial(firm)
    liz = ("--by", "liz@firm.test")
    firm.good("matter", "assign", "2026-0143", "liz@firm.test")
    step = firm.data("milestone", "list")[0]["milestone"]
    firm.good("milestone", "assign", step, "--to", "liz@firm.test", "--by", "ana@firm.test")
    firm.good("matter", "unassign", "2026-0143", "liz@firm.test")
    assert {item["owner"] for item in firm.data("milestone", "list")} == {"ana@firm.test"}
    firm.good("milestone", "assign", step, "--to", "liz@firm.test", "--by", "ana@firm.test")
    firm.good("matter", "restrict", "2026-0143")
    assert {item["owner"] for item in firm.data("milestone", "list")} == {"ana@firm.test"}
    for words in (("done", step), ("undo", step), ("assign", step, "--to", "ana@firm.test")):
        refused = firm.run("milestone", *words, *liz)
        assert (refused.returncode, "not yours to see" in refused.stderr) == (7, True)
    refused = firm.run("milestone", "assign", step, "--to", "liz@firm.test", "--by", "ana@firm.test")
    assert (refused.returncode, "put them on it first" in refused.stderr) == (8, True)
