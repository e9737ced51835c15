import re
from datetime import UTC, datetime
from pathlib import Path

from deadlines.docket.endings import sights
from deadlines.docket.subscriptions import hash_token
from deadlines.store.database import Database
from deadlines.web.shelf import Kept, Shelf, tag_of
from tests.commands import program
from tests.commands.conftest import Firm


def test_the_address_is_shown_once_with_a_warning(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    done = firm.run("feed", "add", "--person", "ana@firm.example", "--label", "Outlook at work")
    assert re.fullmatch(r"http://127\.0\.0\.1:8099/f/[A-Za-z0-9_-]{40,}/deadlines\.ics\n", done.stdout)
    assert len(done.stdout) < 256
    assert "secret" in done.stderr
    for name in ("Outlook", "Google", "Apple"):
        assert name in done.stderr
    token = done.stdout.split("/")[4]
    shown = firm.good("feed", "list", "--all") + firm.good("feed", "list", "--json")
    assert token not in shown
    for path in Path(firm.folder).rglob("*"):
        assert token.encode() not in path.read_bytes()


def test_what_programs_are_told(firm: Firm) -> None:
    firm.config.write_text('[web]\nbase_url = "https://calendar.firm.example/"\n')
    firm.add("Ana", "ana@firm.example")
    made = firm.data("feed", "add", "--person", "Ana@firm.example", "--label", "Phone")
    assert set(made) == {"url", "id", "hint", "label", "person", "shows"}
    assert made["url"].startswith("https://calendar.firm.example/f/")
    assert made["hint"] in made["url"]
    (listed,) = firm.data("feed", "list")
    assert listed["id"] == made["id"]
    assert listed["person"] == "ana@firm.example"
    assert listed["revoked_at"] is None


def test_an_address_is_revoked_by_id_or_hint(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    first, second = (firm.data("feed", "add", "--person", "ana@firm.example", "--label", label) for label in ("A", "B"))
    firm.good("feed", "revoke", first["id"])
    assert [feed["label"] for feed in firm.data("feed", "list")] == ["B"]
    firm.good("feed", "revoke", second["hint"])
    assert firm.data("feed", "list") == []
    assert {feed["label"] for feed in firm.data("feed", "list", "--all")} == {"A", "B"}


def test_what_is_not_there_is_a_sentence(firm: Firm) -> None:
    unknown = firm.run("feed", "add", "--person", "x@firm.example", "--label", "A")
    assert (unknown.returncode, "Nobody has the address" in unknown.stderr) == (7, True)
    missing = firm.run("feed", "revoke", "nonsense")
    assert (missing.returncode, "feed list" in missing.stderr) == (7, True)


def settled(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    firm.add("Paula", "paula@firm.example", "paralegal")
    firm.good(
        *("add", "--matter", "2026-0143", "--client", "Canary", "--attorney", "ana@firm.example"),
        *("--kind", "uscis.denial", "--form", "I-140", "--decided-on", program.RECENT, "--service", "mail", "--json"),
        *("--by", "ana@firm.example"),
    )


def test_a_calendar_of_a_matter_a_team_and_the_firm(firm: Firm) -> None:
    settled(firm)
    refused = firm.run("feed", "add", "--person", "paula@firm.example", "--label", "A", "--matter", "2026-0143")
    assert (refused.returncode, "matter assign" in refused.stderr) == (8, True)
    firm.good("matter", "assign", "2026-0143", "paula@firm.example")
    assert [row["person"] for row in firm.data("matter", "people", "2026-0143")] == [
        "ana@firm.example",
        "paula@firm.example",
    ]
    words = ("feed", "add", "--person", "paula@firm.example", "--label", "A")
    assert firm.data(*words, "--matter", "2026-0143")["shows"] == "matter 2026-0143"
    firm.good("team", "add", "Removal defense")
    firm.good("team", "join", "removal defense", "ana@firm.example")
    assert firm.data("team", "list") == [{"name": "Removal defense", "people": ["ana@firm.example"]}]
    assert firm.data(*words, "--team", "Removal Defense")["shows"] == "team Removal defense"
    assert firm.data(*words, "--firm")["shows"] == "whole firm"
    both = firm.run(*words, "--firm", "--matter", "2026-0143")
    assert (both.returncode, "Choose one" in both.stderr) == (3, True)
    assert "1 calendar address ended" in firm.good("matter", "unassign", "2026-0143", "paula@firm.example")


def test_filters_and_what_is_refused(firm: Firm) -> None:
    settled(firm)
    words = ("feed", "add", "--person", "ana@firm.example", "--label", "A")
    made = firm.data(*words, "--remedy", "Motion", "--only-fatal", "--no-protective", "--whole")
    assert made["shows"] == "own matters, only motion, only last days, no protective dates, of any size"
    assert firm.run(*words, "--only-fatal", "--reminders").returncode == 3
    assert firm.run(*words, "--own", "--firm").returncode == 3
    for empty in ("--matter", "--team", "--expires"):
        assert firm.run(*words, empty, "").returncode in (3, 7)  # a script whose variable is unset
    assert firm.run(*words, "--expires", "9999-12-31").returncode == 3
    assert len(firm.data("feed", "list")) == 1
    misspelt = firm.run(*words, "--remedy", "motoin")
    assert (misspelt.returncode, "choose from" in misspelt.stderr) == (3, True)
    for bad in ("2026-13-01", "2020-01-01"):
        assert firm.run(*words, "--expires", bad).returncode == 3
    assert firm.run(*words, "--redaction", "all").returncode == 2


def test_restricted_matters_are_shown_only_to_who_asks_for_them(firm: Firm) -> None:
    settled(firm)
    words = ("feed", "add", "--person", "ana@firm.example", "--label", "A", "--restricted")
    for by in ((), ("--by", "paula@firm.example")):
        refused = firm.run(*words, "--yes", *by)
        assert (refused.returncode, "for ana@firm.example alone" in refused.stderr) == (3, True)
    done = firm.run(*words, "--by", "ana@firm.example", "--yes")
    assert done.returncode == 0
    for word in ("Google", "Microsoft", "Apple", "8 USC 1367"):
        assert word in done.stderr
    unasked = firm.run(*words, "--by", "ana@firm.example", stdin="n\n")
    assert unasked.returncode != 0
    [made] = firm.data("feed", "list")
    for by in ((), ("--by", "paula@firm.example")):
        refused = firm.run("feed", "rotate", made["id"], "--yes", *by)
        assert (refused.returncode, "for ana@firm.example alone" in refused.stderr) == (3, True)
    done = firm.run("feed", "rotate", made["id"], "--yes", "--by", "ana@firm.example")
    assert (done.returncode, "8 USC 1367" in done.stderr) == (0, True)
    [row] = firm.data("feed", "list")
    assert row["id"] != made["id"]


def test_an_address_is_rotated_and_closed(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    old = firm.data("feed", "add", "--person", "ana@firm.example", "--label", "A", "--reminders")
    new = firm.data("feed", "rotate", old["id"])
    assert new["url"] != old["url"]
    assert new["shows"] == old["shows"]
    assert [row["id"] for row in firm.data("feed", "list")] == [new["id"]]
    assert firm.data("feed", "leak", new["hint"])["state"] == "gone"
    states = {row["id"]: row["state"] for row in firm.data("feed", "list", "--all")}
    assert states == {old["id"]: "ended", new["id"]: "gone"}
    for ended in (old, new):
        assert "nothing changes" in firm.good("feed", "revoke", ended["id"])
    assert {row["id"]: row["state"] for row in firm.data("feed", "list", "--all")} == states
    again = firm.run("feed", "rotate", old["id"])
    assert (again.returncode, "has ended" in again.stderr) == (8, True)


def test_a_one_time_link_instead_of_the_address(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    done = firm.run("feed", "add", "--person", "ana@firm.example", "--label", "A", "--link")
    assert re.fullmatch(r"http://127\.0\.0\.1:8099/subscribe/dlc_[A-Za-z0-9_-]{43}\n", done.stdout)
    assert "works once" in done.stderr
    (listed,) = firm.data("feed", "list")
    assert listed["state"] == "waits"


def kept(firm: Firm, *made: dict[str, str]) -> list[Path]:
    """The files of these addresses, as a server keeps them that reads the docket now."""
    folder = firm.folder / "deadlines.sqlite3.feeds"
    shelf = Shelf(folder)
    with Database.open(f"sqlite:///{firm.folder}/deadlines.sqlite3").read() as session:
        now_seen = sights(session, now=datetime.now(UTC))
    for one in made:
        token = hash_token(one["url"].split("/")[-2])
        shelf.save(Kept(token, one["id"], "h", "s", tag_of(b"x"), b"x", sight=now_seen[token]))
    return [folder / f"{one['id']}.feed" for one in made]


def test_copies_that_show_too_much_go_while_no_server_runs(firm: Firm) -> None:
    settled(firm)
    files = kept(firm, *(add(firm, "ana", name) for name in ("A", "B", "C")))
    assert [file.exists() for file in files] == [True, True, True]
    ids = [file.stem for file in files]
    firm.good("feed", "leak", ids[0])
    assert [file.exists() for file in files] == [False, True, True]
    firm.good("feed", "revoke", ids[1])
    assert [file.exists() for file in files] == [False, False, True]
    firm.good("matter", "restrict", firm.data("list")[0]["matter"])
    assert [file.exists() for file in files] == [False, False, False]


def add(firm: Firm, name: str, label: str, *more: str) -> dict[str, str]:
    made: dict[str, str] = firm.data("feed", "add", "--person", f"{name}@firm.example", "--label", label, *more)
    return made


def test_the_copy_of_a_restricted_matter_goes_with_who_leaves_the_matter(firm: Firm) -> None:
    settled(firm)
    matter = firm.data("list")[0]["matter"]
    firm.good("matter", "assign", matter, "paula@firm.example")
    firm.good("matter", "restrict", matter)
    of_paula = add(firm, "paula", "A", "--restricted", "--by", "paula@firm.example", "--yes")
    of_ana = add(firm, "ana", "A", "--restricted", "--by", "ana@firm.example", "--yes")
    files = kept(firm, of_paula, of_ana)
    firm.good("matter", "unassign", matter, "paula@firm.example")
    assert [file.exists() for file in files] == [False, True]
    firm.add("Ben", "ben@firm.example")
    firm.good("matter", "hand-over", matter, "ben@firm.example")
    assert [file.exists() for file in files] == [False, False]
