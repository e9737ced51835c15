"""`followup`, `workload`, `policy` and `matter list` through the real program."""

import json

from tests.commands.conftest import Firm
from tests.commands.program import RECENT


def test_the_lists_answer_in_words_and_in_json(firm: Firm) -> None:
    firm.add("Ana Ruiz", "ana@firm.test")
    firm.good(
        "add", "--matter", "2026-0143", "--client", "Canary-Garcia", "--attorney", "ana@firm.test",
        "--kind", "uscis.denial", "--form", "I-140", "--decided-on", RECENT, "--service", "mail",
    )  # fmt: skip
    assert firm.data("followup", "--by", "ana@firm.test")["last"] == []
    assert "Nothing was due." in firm.good("followup")
    [load] = firm.data("workload", "--weeks", "8")["lines"]
    assert (load["attorney"], load["past"], sum(load["weeks"])) == ("ana@firm.test", 0, 3)
    assert "ana@firm.test" in firm.good("workload")
    assert firm.data("matter", "list", "--quiet") == []
    assert "2026-0143" in firm.good("matter", "list")
    assert "Canary" not in firm.good("matter", "list")


def test_the_policy_is_written_from_the_settings(firm: Firm) -> None:
    firm.add("Dora Dee", "dora@firm.test", "docket")
    said = firm.good("policy")
    assert "NOT SET: no evening check is asked for" in said
    with firm.config.open("a") as file:
        file.write('\n[evening]\nby = "19:00"\n\n[follow_up]\npartner = "dora@firm.test"\n')
    chapters = {one["title"]: " ".join(one["sentences"]) for one in firm.data("policy")["chapters"]}
    assert "signs the evening check by 19:00" in chapters["Daily and weekly control"]
    assert "dora@firm.test is sent the follow-up list" in chapters["Daily and weekly control"]
    assert "Dora Dee <dora@firm.test> follows up" in chapters["People"]
    assert "180, 90, 60, 30" in chapters["Reminders"]
    assert firm.data("person", "deactivate", "dora@firm.test")["still_named_in"] == ["follow_up.partner"]
    said = firm.good("policy")
    assert ("is sent the follow-up list" in said, said.count("dora@firm.test is no active person of the firm")) == (
        False,
        1,
    )
    checks = json.loads(firm.run("doctor", "--json").stdout)["checks"]
    assert [check["state"] for check in checks if check["id"] == "follow-up-partner"] == ["ill"]
