"""The JSON API from outside: who gets in, what is read, what is changed, and how HTTP is spoken."""

import base64
import json
import logging
import threading
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import func, select, text

from deadlines.docket import people, repeats, tokens
from deadlines.docket.incoming import register
from deadlines.docket.verification import verify_notice
from deadlines.errors import StoreError
from deadlines.store.database import Database
from deadlines.store.tables import AccessToken, Audit, Entry, Matter, NoticeRow, Person
from deadlines.web.api import Firm
from deadlines.web.api.operations import OPERATIONS
from tests.docket import desks, samples
from tests.web.api_firm import NOTICE, NOW, ROOM, ApiFirm, Program, problem_of

CANARIES = ("Canary", "S-1", "motion to secret", "I-918")
PATHS = ("/docket", "/matters", "/notices", "/law", "/health")


on_sqlite = pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
"""Tests to which the kind of database makes no difference."""


@pytest.fixture
def firm(database: Database) -> ApiFirm:
    return ApiFirm(database)


# -- tokens -------------------------------------------------------------------------------------------------


def test_without_a_live_token_everything_is_refused_in_the_same_words(firm: ApiFirm) -> None:
    live, ended, revoked, left = firm.token(), firm.token(until=NOW + timedelta(1)), firm.token(), firm.token("Ben")
    with firm.database.write() as session:
        found = tokens.find_live(session, revoked, now=NOW)
        assert found is not None
        tokens.revoke(session, found, actor="t", now=NOW)
        person = session.get_one(Person, firm.people["Ben"])
        people.deactivate_person(session, person, successor=None, actor="t", today=NOW.date(), now=NOW)
        people.activate_person(session, person, actor="t", now=NOW)
    firm.later(days=1)
    bodies = set()
    for token in (None, "", "x", live[:-1], live.removeprefix("dla_"), ended, revoked, left):
        for method, path in (("GET", "/docket"), ("POST", "/notices"), ("DELETE", "/nowhere"), ("GET", "/../x")):
            answer = Program(firm.app, token).client.request(method, f"/api/v1{path}")
            assert problem_of(answer, 401)["code"] == "no-token"
            assert answer.headers["www-authenticate"] == 'Bearer realm="deadlines"'
            bodies.add(answer.content)
    assert len(bodies) == 1
    assert Program(firm.app, live).get("/docket").status_code == 200


@on_sqlite
def test_a_token_counts_in_its_header_only(firm: ApiFirm) -> None:
    token, stranger = firm.token(), Program(firm.app, None)
    assert stranger.get(f"/docket?token={token}").status_code == 401
    assert stranger.get(f"/docket?access_token={token}").status_code == 401
    for header in (f"Basic {token}", token, f"Bearer {token} x", f"bearer  {token}"):
        wanted = 200 if header.startswith("bearer") else 401
        assert stranger.get("/docket", Authorization=header).status_code == wanted, header


@on_sqlite
def test_only_strangers_are_slowed_down(firm: ApiFirm) -> None:
    stranger, program = Program(firm.app, "dla_wrong"), firm.program()
    statuses = [stranger.get("/docket").status_code for _ in range(70)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert stranger.get("/docket").headers["retry-after"] == "60"
    assert program.get("/health").status_code == 200


@on_sqlite
def test_a_token_is_kept_as_a_hash_and_its_last_use_is_known(firm: ApiFirm) -> None:
    program = firm.program("Ana", "read")
    for minutes in (0, 0.5, 2):
        firm.now = NOW + timedelta(minutes=minutes)
        assert program.get("/law").status_code == 200
        with firm.database.read() as session:
            token = session.scalars(select(AccessToken)).one()
            used = token.used_at
            assert program.token not in (token.token_hash, token.hint)
        assert used == (NOW if minutes < 1 else firm.now)


@on_sqlite
def test_a_reading_token_changes_nothing_nor_does_an_administrator(firm: ApiFirm) -> None:
    body = {**NOTICE, "matter": firm.matters["A-1"]}
    assert firm.program("Ana", "read").refused("/notices", body, 403)["code"] == "read-only"
    assert firm.program("Adam").refused("/notices", body, 403)["code"] == "forbidden"
    assert firm.program("Ana", "read").made("/compute", NOTICE, 200)["windows"]
    with firm.database.read() as session:
        assert session.scalar(select(func.count()).select_from(NoticeRow)) == 2  # those of the beginning


@on_sqlite
def test_no_log_line_carries_a_token(firm: ApiFirm, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    program = firm.program()
    for path in (*PATHS, "/nowhere", "/docket?limit=x"):
        program.get(path)
    program.post("/notices", {"x": 1})
    assert program.token is not None
    secret = program.token.removeprefix("dla_")[6:]
    assert all(secret not in str(vars(record)) for record in caplog.records)
    assert "listDocket" in caplog.text


# -- reading ------------------------------------------------------------------------------------------------


def test_the_docket_is_read_on_by_cursor(firm: ApiFirm) -> None:
    with firm.database.write() as session:
        matter = session.get_one(Matter, firm.matters["A-1"])
        for number in range(7):
            samples.entry(session, matter, samples.window(rule=f"r.{number}", title=f"Motion {number}"))
    program = firm.program()
    whole = program.data("/docket")
    assert [line["next_on"] for line in whole["items"]] == ["2026-11-20"] * 9
    assert (whole["next"], whole["counts"]["all"]) == (None, 9)
    seen, path = [], "/docket?limit=4"
    for _ in range(3):
        page = program.data(path)
        seen += [line["entry"] for line in page["items"]]
        path = f"/docket?limit=4&cursor={page['next']}"
    assert seen == [line["entry"] for line in whole["items"]]
    assert page["next"] is None


def test_a_line_whose_day_cannot_be_read_is_in_the_list_once(firm: ApiFirm) -> None:
    with firm.database.write() as session:
        matter = session.get_one(Matter, firm.matters["A-1"])
        for number in range(4):
            samples.entry(session, matter, samples.window(rule=f"r.{number}", title=f"Motion {number}"))
        for table, name in (("deadline", "entry_id"), ("entry", "id")):
            session.execute(text(f"UPDATE {table} SET safe_by = NULL, last_day = NULL WHERE {name} LIKE '%a%'"))
    program, seen, path = firm.program(), [], "/docket?limit=1"
    while path:
        page = program.data(path)
        seen += [line["entry"] for line in page["items"]]
        path = f"/docket?limit=1&cursor={page['next']}" if page["next"] else ""
    assert len(seen) == len(set(seen)) == 6


def test_filters_are_those_of_the_board(firm: ApiFirm) -> None:
    program = firm.program()
    found = {
        query: [line["matter"] for line in program.data(f"/docket?{query}")["items"]]
        for query in (
            *("words=sons", "when=week", "remedy=motion", "attorney=ana@firm.test", "attorney=ben@firm.test"),
            *("forum=uscis", "forum=bia", "on=2026-11-25", "on=2026-11-24", "until=2026-11-19", "until=2026-11-20"),
        )
    }
    assert found["words=sons"] == ["A-1"]
    assert found["when=week"] == found["attorney=ben@firm.test"] == []
    assert sorted(found["remedy=motion"]) == sorted(found["attorney=ana@firm.test"]) == ["A-1", "S-1"]
    assert [len(found[query]) for query in ("forum=uscis", "on=2026-11-25", "until=2026-11-20")] == [2, 2, 2]
    assert [len(found[query]) for query in ("forum=bia", "on=2026-11-24", "until=2026-11-19")] == [0, 0, 0]
    assert "uscis" in problem_of(program.get("/docket?forum=uscsi"), 404)["detail"]
    assert problem_of(program.get("/docket?attorney=nobody@firm.test"), 404)["code"] == "not-found"


@on_sqlite
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=many", "limit"),
        ("when=ever", "when"),
        ("page=2", "page"),
        ("limit=1&limit=2", "limit"),
        ("words=%00", "words"),
    ],
)
def test_a_query_that_makes_no_sense_is_named(firm: ApiFirm, query: str, parameter: str) -> None:
    assert problem_of(firm.program().get(f"/docket?{query}"), 422)["parameter"] == parameter


@on_sqlite
@pytest.mark.parametrize("word", ["x", "e30", "WyIyMDI2LTAxLTAxIl0", "WzEsMl0"])
def test_a_cursor_that_was_made_up_is_refused(firm: ApiFirm, word: str) -> None:
    for path in ("/docket", "/notices"):
        assert problem_of(firm.program().get(f"{path}?cursor={word}"), 422)["code"] == "bad-cursor"


@on_sqlite
@pytest.mark.parametrize(
    "at", ["2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\\ud800"]
)
def test_a_cursor_of_no_moment_is_refused(firm: ApiFirm, at: str) -> None:
    word = base64.urlsafe_b64encode(f'["{at}","a"]'.encode()).decode().rstrip("=")
    assert problem_of(firm.program().get(f"/notices?cursor={word}"), 422)["code"] == "bad-cursor"


@on_sqlite
@pytest.mark.parametrize("far", ["0001-01-01", "9999-12-31"])
def test_a_day_of_no_real_year_is_named(firm: ApiFirm, far: str) -> None:
    program = firm.program()
    for name in ("on", "until"):
        for null in ("null", "NULL"):
            refused = problem_of(program.get(f"/docket?{name}={null}"), 422)
            assert (refused["code"], refused["parameter"]) == ("bad-value", name)
        found = problem_of(program.get(f"/docket?{name}={far}"), 422)
        assert (found["code"], found["parameter"]) == ("bad-date", name)
    matter = {"reference": "Z-9", "attorney": "ana@firm.test"}
    notice = {**NOTICE, "matter": firm.matters["A-1"]}
    for path, body, place in (
        ("/matters", {**matter, "none_until": far}, "none_until"),
        ("/matters", {**matter, "paper": {"title": "a letter", "received_on": far}}, "paper/received_on"),
        ("/notices", {**notice, "decided_on": far}, "decided_on"),
        ("/notices", {**notice, "service": {"method": "mail", "on": far}}, "service/on"),
    ):
        found = program.refused(path, body, 422)
        assert (found["code"], found["pointer"]) == ("bad-date", f"#/{place}")


def test_matters_notices_and_entries_hang_together(firm: ApiFirm) -> None:
    program = firm.program()
    made = program.made("/notices", {**NOTICE, "matter": firm.matters["A-1"]})
    listed = program.data("/matters?reference=A-1")["items"]
    assert [(line["id"], line["client"], line["open"]) for line in listed] == [
        (firm.matters["A-1"], "Garcia and Sons", 4)
    ]
    matter = program.data(f"/matters/{firm.matters['A-1']}")
    assert matter["notices"][0]["id"] == made["notice"]
    assert sorted(matter["notices"][0]["entries"]) == sorted(line["entry"] for line in made["entries"])
    entry = program.data(f"/entries/{made['entries'][0]['entry']}")
    assert (entry["window"]["safe_by"], entry["window"]["last_day"]) == ("2026-11-20", "2026-11-25")
    assert entry["window"]["working"][0]["date"] == "2026-10-23"
    assert entry["matter_id"] == firm.matters["A-1"]
    assert entry["recorded_at"] == "2026-11-02T15:00:00Z"
    notice = program.data(f"/notices/{made['notice']}")
    assert notice["entered"]["service"] == {"method": "mail", "on": None}
    pages = program.data("/notices?limit=2")
    assert pages["items"][0] == notice
    assert len(program.data(f"/notices?limit=2&cursor={pages['next']}")["items"]) == 1
    assert [line["reference"] for line in program.data("/matters?words=SON")["items"]] == ["A-1"]


def test_who_may_still_verify_a_notice_is_not_told_what_was_entered(firm: ApiFirm) -> None:
    told = {**NOTICE, "received_on": "2026-10-29", "service": {"method": "mail", "on": "2026-10-26"}}
    made = firm.program("Ben").made("/notices", {**told, "matter": firm.matters["A-1"]})
    entry = made["entries"][0]["entry"]
    paths = (
        f"/notices/{made['notice']}",
        "/notices",
        f"/matters/{firm.matters['A-1']}",
        f"/entries/{entry}",
        "/docket",
    )
    for name in ("Ana", "Dora"):
        program = firm.program(name)
        for path in paths:
            said = json.dumps([one for one in parts(program.data(path)) if made["notice"] in one or entry in one])
            assert said != "[]", path
            for secret in ("2026-10-2", "October 2026", "uscis.denial", '\\"mail\\"'):
                assert secret not in said, (name, path, secret)
        notice = program.data(paths[0])
        assert (notice["blind"], notice["entered"], notice["kind"], notice["decided_on"]) == (True, None, None, None)
        seen = program.data(f"/entries/{entry}")["window"]
        assert (seen["safe_by"], seen["last_day"], seen["working"]) == ("2026-11-20", "2026-11-30", [])
        closed = program.made(f"/entries/{made['entries'][1]['entry']}/acknowledge", {}, 200)
        assert "2026-10-2" not in json.dumps(closed)
    assert firm.program("Ben").data(paths[0])["entered"]["received_on"] == "2026-10-29"
    assert firm.program("Adam").data(paths[0])["blind"] is False
    before = firm.program("Ana").get(paths[0]).headers["etag"]
    with firm.database.write() as session:
        row, ana = session.get_one(NoticeRow, made["notice"]), session.get_one(Person, firm.people["Ana"])
        verify_notice(session, firm.desk("t"), row, desks.look(session.get_one(Entry, entry)), by=ana, now=firm.now)
    assert firm.program("Ana").data(paths[0])["entered"]["received_on"] == "2026-10-29"
    assert firm.program("Ana").get(paths[0]).headers["etag"] != before


@on_sqlite
def test_dates_that_are_in_doubt_say_so(firm: ApiFirm) -> None:
    notice = {**NOTICE, "matter": firm.matters["A-1"]}
    doubted = firm.program("Ben").made("/notices", notice)
    other = firm.program("Ben").made("/notices", {**notice, "decided_on": "2026-10-20"})
    with firm.database.write() as session:
        row, ana = session.get_one(NoticeRow, doubted["notice"]), session.get_one(Person, firm.people["Ana"])
        look = structs.replace(desks.look(session.get_one(Entry, doubted["entries"][0]["entry"])), form="I-129")
        verify_notice(session, firm.desk("t"), row, look, by=ana, now=firm.now)
    program = firm.program("Ana")
    whole = program.data(f"/matters/{firm.matters['A-1']}")["entries"]
    one = [program.data(f"/entries/{made['entries'][0]['entry']}") for made in (doubted, other)]
    in_doubt = {entry["entry"] for entry in doubted["entries"] if entry["status"] == "open"}
    for found in (program.data("/docket")["items"], whole, one):
        assert {entry["entry"] for entry in found if entry["discrepant"]} == in_doubt & {e["entry"] for e in found}
        assert any(not entry["discrepant"] for entry in found)
    assert [differing["fields"] for differing in one[0]["discrepancy"]] == [["form"]]


def test_a_paper_that_waits_is_settled_by_a_notice_that_is_there(firm: ApiFirm) -> None:
    program, matter = firm.program("Ben"), firm.matters["A-1"]
    with firm.database.write() as session:
        ben, [plain, secret] = session.get_one(Person, firm.people["Ben"]), [
            session.get_one(Matter, firm.matters[name]) for name in ("A-1", "S-1")
        ]  # fmt: skip
        day = firm.now.date()
        paper, hidden = (
            register(
                session, ROOM, "a denial", matter=of, received_on=day, at="fax", by=ben, now=firm.now, actor="t"
            ).id
            for of in (plain, secret)
        )
    waits = [{"id": paper, "title": "a denial", "received_on": day.isoformat()}]
    made = program.made("/notices", {**NOTICE, "matter": matter})
    assert (made["waiting"], program.data(f"/matters/{matter}")["waiting"]) == (waits, waits)
    body = {"notice": made["notice"]}
    for unknown, given in ((hidden, body), ("nothing", body), (paper, {"notice": "nothing"})):
        program.refused(f"/incoming/{unknown}/docketed", given, 404)
    firm.program("Adam").refused(f"/incoming/{paper}/docketed", body, 403)
    settled = program.made(f"/incoming/{paper}/docketed", body, 200)
    assert settled == {**waits[0], "matter": matter, "notice": made["notice"]}
    assert program.data(f"/matters/{matter}")["waiting"] == []
    assert "already" in program.refused(f"/incoming/{paper}/docketed", body, 409)["detail"]


def parts(found: Any) -> list[str]:
    """The innermost objects of an answer that have an id, each as a word."""
    lists = [value for value in found.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    inner = [one for items in lists for one in items if "id" in one or "entry" in one]
    return [json.dumps(one) for one in inner] or [json.dumps(found)]


def test_matters_are_read_on_by_cursor(firm: ApiFirm) -> None:
    first = firm.program().data("/matters?limit=1")
    assert [line["reference"] for line in first["items"]] == ["A-1"]
    second = firm.program().data(f"/matters?limit=1&cursor={first['next']}")
    assert ([line["reference"] for line in second["items"]], second["next"]) == (["S-1"], None)


@pytest.mark.parametrize("name", ["Ben", "Dora", "Adam"])
def test_of_a_restricted_matter_nothing_is_told(firm: ApiFirm, name: str) -> None:
    program = firm.program(name)
    searches = ("/docket?words=Canary", "/docket?words=S-1", "/docket?remedy=motion", "/matters?reference=S-1")
    for path in (*PATHS, *searches, "/matters?words=canary", f"/matters/{firm.matters['A-1']}"):
        told = program.data(path)
        assert not any(word.lower() in json.dumps(told).lower() for word in CANARIES), path
    hidden = ("/matters/{}".format(firm.matters["S-1"]), "/entries/{}".format(firm.entries["S-1"]))
    for path in hidden:
        missing = f"{path.rpartition('/')[0]}/{'a' * 26}"
        assert program.get(path).status_code == 404
        assert program.get(path).content == program.get(missing).content
    asked = program.get(f"/notices?matter={firm.matters['S-1']}")
    assert asked.content == program.get(f"/notices?matter={'a' * 26}").content
    veiled = [line for line in program.data("/docket")["items"] if line["veiled"]]
    assert [line["matter_id"] for line in veiled] == ([""] if name == "Dora" else [])
    for change, body in (("file", {"on": "2026-10-30", "proof": "x"}), ("waive", {"reason": "x"}), ("acknowledge", {})):
        # What a role may not do is the same for every entry, and so tells of none.
        status = 403 if name == "Adam" or (name, change) == ("Ben", "waive") else 404
        assert program.post(f"/entries/{firm.entries['S-1']}/{change}", body).status_code == status


@on_sqlite
def test_law_and_health(firm: ApiFirm) -> None:
    program = firm.program()
    law = program.data("/law")
    assert law["edition"] == firm.desk("x").law.edition
    assert "ij.order" in law["kinds"]
    assert law["news"] == [{"edition": "2026.11", "issued": None, "text": "All."}]
    assert (program.data("/health")["state"], program.data("/health")["scheduler"]) == ("well", "ok")
    firm.later(hours=2)
    ill = program.data("/health")
    assert (ill["state"], ill["scheduler"], ill["seen_at"]) == ("ill", "silent", "2026-11-02T15:00:00Z")


# -- computing ----------------------------------------------------------------------------------------------


@on_sqlite
def test_compute_answers_the_machine_contract(firm: ApiFirm) -> None:
    program = firm.program("Ana", "read")
    facts = {**NOTICE, "ref": "r1"}
    one = program.made("/compute", facts, 200)
    assert (one["ref"], {window["safe_by"] for window in one["windows"] if window["state"] == "due"}) == (
        "r1",
        {"2026-11-20"},
    )
    many = program.made("/compute", [facts, {"kind": "no.such", "decided_on": "2026-10-23", "ref": 7}, {}], 200)
    assert many[0] == one
    assert (many[1]["ref"], many[1]["error"]["code"]) == ("7", "unknown-kind")
    assert many[2]["error"]["code"] == "missing-key"
    assert program.made("/compute", [], 200) == []


@on_sqlite
@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({**NOTICE, "kind": "no.such"}, "unknown-kind", "#/kind"),
        ({**NOTICE, "decided_on": "02/03/2026"}, "bad-date", "#/decided_on"),
        ({**NOTICE, "form": "I-1"}, "unknown-form", "#/form"),
        ({**NOTICE, "facts": {"x": "y"}}, "unknown-fact", "#/facts"),
        ({**NOTICE, "colour": 1}, "unknown-key", None),
        ([NOTICE, 1], "bad-value", "#/1"),
        (7, "bad-value", "#"),
    ],
)
def test_a_notice_that_cannot_be_computed_is_refused(firm: ApiFirm, body: Any, code: str, pointer: str | None) -> None:
    found = firm.program().refused("/compute", body, 422)
    assert found["code"] == code, found
    assert found.get("pointer") == pointer


# -- changing -----------------------------------------------------------------------------------------------


def test_a_matter_is_opened_once(firm: ApiFirm) -> None:
    program = firm.program("Ben")
    body = {"reference": "B-1", "client": "Ito", "attorney": "ana@firm.test", "none_until": "2026-11-16"}
    answer = program.post("/matters", body)
    assert answer.status_code == 201
    assert (answer.json()["incoming"], answer.json()["look_again_on"]) == (None, "2026-11-16")
    assert answer.headers["location"] == f"/api/v1/matters/{answer.json()['id']}"
    assert program.data(answer.headers["location"].removeprefix("/api/v1"))["client"] == "Ito"
    assert program.refused("/matters", body, 409)["code"] == "matter-exists"
    hidden = [program.refused("/matters", {**body, "reference": number}, 409) for number in (" S-1 ", "s-1")]
    assert hidden[0] == hidden[1]
    assert (hidden[0]["code"], "cannot be used" in hidden[0]["detail"]) == ("matter-exists", True)
    assert program.refused("/matters", {**body, "reference": "B-2", "attorney": "x@y.z"}, 404)["code"] == "not-found"
    for other in ("ben", "dora", "adam"):
        unfit = {**body, "reference": "B-2", "attorney": f"{other}@firm.test"}
        assert program.refused("/matters", unfit, 422)["code"] == "not-an-attorney"
    with firm.database.read() as session:
        actors = set(session.scalars(select(Audit.actor).where(Audit.action == "matter.open")))
    assert actors == {"ben@firm.test"}


def test_no_matter_opens_without_an_answer_to_its_dates(firm: ApiFirm) -> None:
    program = firm.program("Ben")
    body = {"reference": "B-1", "attorney": "ana@firm.test"}
    paper = {"title": "USCIS denial I-140", "received_on": "2026-10-30", "at": "fax"}
    for none in ({}, {"paper": paper, "none_until": "2026-11-16"}):
        assert program.refused("/matters", {**body, **none}, 422)["code"] == "dates-unanswered"
    assert program.refused("/matters", {**body, "none_until": "2026-11-02"}, 422)["code"] == "bad-date"
    assert program.data("/matters?reference=B-1")["items"] == []
    made = program.made("/matters", {**body, "paper": paper})
    assert program.data("/docket")["counts"]["undocketed"] == 1
    notice = {**NOTICE, "matter": made["id"], "incoming": made["incoming"]}
    secret = program.refused("/notices", {**notice, "incoming": "x" * 26}, 404)
    assert secret["code"] == "not-found"
    program.made("/notices", notice)
    assert program.data("/docket")["counts"]["undocketed"] == 0
    assert program.refused("/notices", {**notice, "again": True}, 409)["code"] == "conflict"


def test_a_matter_is_closed_when_nothing_is_open_and_a_notice_opens_it_again(firm: ApiFirm) -> None:
    program, busy = firm.program(), firm.matters["A-1"]
    assert program.refused(f"/matters/{busy}/close", {"reason": "over"}, 409)["code"] == "matter-unfinished"
    body = {"reference": "B-1", "attorney": "ana@firm.test", "none_until": "2026-11-16"}
    made = program.made("/matters", body)["id"]
    closed = program.made(f"/matters/{made}/close", {"reason": "client never came"}, 200)
    assert closed["closed_at"] == program.data("/matters?reference=B-1")["items"][0]["closed_at"] is not None
    assert program.made(f"/matters/{made}/reopen", {"reason": "she came"}, 200)["closed_at"] is None
    program.made(f"/matters/{made}/close", {"reason": "and left"}, 200)
    notice = program.made("/notices", {**NOTICE, "matter": made})
    assert (notice["reopened"], program.data(f"/matters/{made}")["closed_at"]) == (True, None)
    hidden = firm.program("Ben")
    assert hidden.refused(f"/matters/{firm.matters['S-1']}/close", {"reason": "x"}, 403)["code"] == "forbidden"
    assert firm.program("Dora").refused(f"/matters/{firm.matters['S-1']}/close", {"reason": "x"}, 404)


def test_the_same_key_gives_the_same_answer_and_changes_nothing_more(firm: ApiFirm) -> None:
    program, body = firm.program("Ben"), {**NOTICE, "matter": firm.matters["A-1"]}
    first = program.post("/notices", body, Idempotency_Key="k-1")
    assert first.status_code == 201
    reordered = dict(reversed(list(body.items())))
    for again in (body, reordered):
        answer = program.post("/notices", again, Idempotency_Key="k-1")
        assert (answer.status_code, answer.content) == (201, first.content)
        assert answer.headers["location"] == first.headers["location"]
    other = program.post("/notices", {**body, "form": "I-485"}, Idempotency_Key="k-1")
    assert problem_of(other, 409)["code"] == "key-reused"
    entry = first.json()["entries"][0]["entry"]
    filed = program.post(f"/entries/{entry}/file", {"on": "2026-11-02", "proof": "x"}, Idempotency_Key="k-1")
    assert problem_of(filed, 409)["code"] == "key-reused"
    assert problem_of(program.post("/notices", body), 409)["code"] == "conflict"
    assert firm.program("Ben").post("/notices", {**body, "again": True}, Idempotency_Key="k-1").status_code == 201
    with firm.database.read() as session:
        actors = list(session.scalars(select(Audit.actor).where(Audit.action == "notice.record")))
        entered = set(session.scalars(select(NoticeRow.entered_by).where(NoticeRow.form == "I-140")))
    assert actors == ["ben@firm.test"] * 2
    assert entered == {"ben@firm.test"}


@on_sqlite
def test_a_refused_request_uses_up_no_key(firm: ApiFirm) -> None:
    program, body = firm.program(), {**NOTICE, "matter": firm.matters["A-1"]}
    wrong = program.post("/notices", {**body, "kind": "no.such"}, Idempotency_Key="k")
    assert problem_of(wrong, 422)["pointer"] == "#/kind"
    assert program.post("/notices", body, Idempotency_Key="k").status_code == 201
    assert problem_of(program.post("/notices", body, Idempotency_Key="k" * 201), 400)["code"] == "bad-key"


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"decided_on": "2026-02-30"}, "#/decided_on"),
        ({"decided_on": "02/03/2026"}, "#/decided_on"),
        ({"decided_on": None}, "#/decided_on"),
        ({"service": {"method": "pigeon"}}, "#/service/method"),
        ({"service": {"method": "mail", "by": "x"}}, "#/service"),
        ({"facts": {"detained": ["yes", 1]}}, "#/facts/.../1"),
        ({"client": "x"}, "#"),
        ({"form": "I-\x00"}, "#/form"),
        ({"kind": ""}, "#/kind"),
        ({"decided_on": "2028-10-23"}, None),
    ],
)
def test_a_fault_is_pointed_at(firm: ApiFirm, changes: dict[str, Any], pointer: str | None) -> None:
    body = {**NOTICE, "matter": firm.matters["A-1"], **changes}
    assert firm.program().refused("/notices", body, 422).get("pointer") == pointer


@on_sqlite
def test_a_protected_notice_restricts_its_matter(firm: ApiFirm) -> None:
    program = firm.program("Ben")
    body = {**NOTICE, "form": "I-918", "matter": firm.matters["A-1"]}
    assert program.made("/notices", body)["restricted"] is True
    assert program.get(f"/matters/{firm.matters['A-1']}").status_code == 404


@on_sqlite
def test_a_date_is_taken_on_by_who_is_concerned(firm: ApiFirm) -> None:
    entry = firm.entries["A-1"]
    taken = firm.program("Ana").made(f"/entries/{entry}/acknowledge", {"days": 2}, 200)
    assert taken == {"entry": entry, "by": "ana@firm.test", "version": 1, "until": "2026-11-04T15:00:00Z"}
    firm.program("Ben").refused(f"/entries/{entry}/acknowledge", {}, 409)
    assert firm.program("Ana").refused(f"/entries/{entry}/acknowledge", {"days": 0}, 422)["pointer"] == "#/days"
    lines = firm.program("Ana").data("/docket")["items"]
    assert [line["taken_on"] for line in lines if line["entry"] == entry] == [True]


def test_entries_are_filed_and_waived(firm: ApiFirm) -> None:
    program = firm.program("Ana")
    made = program.made("/notices", {**NOTICE, "matter": firm.matters["A-1"]})
    first, second, third = (line["entry"] for line in made["entries"] if line["status"] == "open")
    assert program.refused(f"/entries/{first}/file", {"on": "2026-11-03", "proof": "IOE1"}, 422)["code"] == "bad-date"
    unproved = program.refused(f"/entries/{first}/file", {"on": "2026-11-02"}, 422)
    assert (unproved["code"], "--" in unproved["detail"], "receipt number" in unproved["detail"]) == (
        "no-proof",
        False,
        True,
    )
    sent = program.made(f"/entries/{first}/file", {"on": "2026-11-02", "tracking": "1Z 999"}, 200)
    assert (sent["status"], sent["dispatched"]["tracking"]) == ("open", "1Z 999")
    filed = program.made(f"/entries/{first}/file", {"on": "2026-11-02", "receipt": "IOE0912345678"}, 200)
    assert (filed["status"], filed["closed_by"], filed["closing"]["timeliness"]) == (
        "satisfied",
        "ana@firm.test",
        "timely",
    )
    assert program.refused(f"/entries/{first}/waive", {"reason": "x"}, 409)["code"] == "conflict"
    waived = program.made(f"/entries/{second}/waive", {"reason": "the client agrees"}, 200)
    assert waived["closing"]["reason"] == "the client agrees"
    with firm.database.read() as session:
        assert session.get_one(Entry, third).status == "open"
        rows = session.execute(select(Audit.action, Audit.actor).where(Audit.action.like("entry.%"))).all()
    assert set(map(tuple, rows)) == {
        ("entry.dispatched", "ana@firm.test"), ("entry.filed", "ana@firm.test"), ("entry.waived", "ana@firm.test"),
    }  # fmt: skip


# -- HTTP ---------------------------------------------------------------------------------------------------


@on_sqlite
def test_an_answer_is_sent_once_while_it_is_the_same(firm: ApiFirm) -> None:
    program = firm.program("Ana")
    for path in ("/docket", "/law", f"/matters/{firm.matters['A-1']}"):
        answer = program.get(path)
        etag = answer.headers["etag"]
        same = program.get(path, If_None_Match=etag)
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
        assert "authorization" in answer.headers["vary"].lower()
    etag = program.get("/docket").headers["etag"]
    program.made(f"/entries/{firm.entries['A-1']}/acknowledge", {}, 200)
    assert program.get("/docket", If_None_Match=etag).status_code == 200


@on_sqlite
def test_head_is_get_without_its_body(firm: ApiFirm) -> None:
    program = firm.program()
    got, head = program.get("/law"), program.client.head("/api/v1/law")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.content))
    assert head.headers["etag"] == got.headers["etag"]


@on_sqlite
@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/docket", "GET, HEAD"),
        ("DELETE", "/matters", "GET, HEAD, POST"),
        ("GET", "/notices/aaaa/", None),
        ("OPTIONS", "/compute", "POST"),
        ("PATCH", "/openapi.json", None),
        ("GET", "/", None),
        ("GET", "", None),
    ],
)
def test_other_methods_and_addresses(firm: ApiFirm, method: str, path: str, allow: str | None) -> None:
    answer = firm.program().client.request(method, f"/api/v1{path}")
    problem_of(answer, 405 if allow else 404)
    assert answer.headers.get("allow") == allow


@on_sqlite
def test_json_is_asked_for_and_given(firm: ApiFirm) -> None:
    program, body = firm.program(), json.dumps(NOTICE)
    for accept in ("text/html", "application/json;q=0", "text/*, image/png"):
        problem_of(program.get("/law", Accept=accept), 406)
    for accept in ("*/*", "application/json", "text/html, application/*;q=0.1", "application/json; indent=2"):
        assert program.get("/law", Accept=accept).status_code == 200
    url = "/api/v1/compute"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""):
        problem_of(program.client.post(url, content=body, headers={"Content-Type": kind}), 415)
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    problem_of(program.client.post(url, content=body, headers=packed), 415)
    for wrong in (
        "{",
        "",
        "[1,]",
        '"\ud800"'.encode("utf-8", "surrogatepass"),
        b"\xff",
        "NaN",
        '{"kind":"a","kind":"b"}',
    ):
        answer = program.client.post(url, content=wrong, headers={"Content-Type": "application/json; charset=utf-8"})
        assert answer.status_code in (400, 422), wrong


@on_sqlite
@pytest.mark.parametrize("also, key", [("decided_on", "decided_on"), ("service", "service"), ("inner", "method")])
def test_a_body_that_says_something_twice_is_refused(firm: ApiFirm, also: str, key: str) -> None:
    """RFC 8259, section 4, leaves open which of the two holds."""
    program = firm.program()
    words = {
        "decided_on": '"decided_on": "2026-11-02"',
        "service": '"service": {"method": "mail"}',
        "inner": '"facts": {"method": "mail", "method": "personal"}',
    }
    said = json.dumps({"service": {"method": "personal"}, **NOTICE, "matter": firm.matters["A-1"]})
    body = f"{said[:-1]}, {words[also]}}}"
    answer = program.client.post("/api/v1/notices", content=body, headers={"Content-Type": "application/json"})
    told = problem_of(answer, 422)
    assert (told["code"], told["detail"]) == ("duplicate-key", f"{key}: the key stands twice in the object.")


@on_sqlite
@pytest.mark.parametrize("depth", [400, 900, 990, 1000, 20_000])
@pytest.mark.parametrize("opened, closed", [('{"facts":', "}"), ("[", "]")])
def test_json_that_is_nested_too_deeply_is_no_fault_of_the_server(
    firm: ApiFirm, depth: int, opened: str, closed: str
) -> None:
    program, headers = firm.program(), {"Content-Type": "application/json"}
    reading = [one.path.replace("{", "").replace("}", "") for one in OPERATIONS if one.method == "POST"]
    assert "/compute" in reading
    for path in reading:
        body = opened * depth + "1" + closed * depth
        answer = program.client.post(f"/api/v1{path}", content=body, headers=headers)
        assert answer.status_code < 500, path
        if path == "/compute" and depth == 20_000:
            assert problem_of(answer, 400)["code"] == "bad-json"


@on_sqlite
def test_a_large_body_is_refused_before_it_is_read(firm: ApiFirm) -> None:
    program = firm.program()
    large = {**NOTICE, "matter": "m", "kind": "k" * 70_000}
    assert program.refused("/notices", large, 413)["code"] == "too-large"

    def chunks() -> Any:
        yield from (b"x" * 1000 for _ in range(100))

    headers = {"Content-Type": "application/json"}
    problem_of(program.client.post("/api/v1/notices", content=chunks(), headers=headers), 413)
    assert program.refused("/compute", [NOTICE] * 501, 422)["pointer"] == "#"


def test_who_asks_in_the_same_moment_waits_and_gets_the_same_answer(firm: ApiFirm) -> None:
    secret, digest = firm.token(), repeats.digest_of(b"x")
    begun, found = threading.Event(), []

    def again() -> None:
        begun.wait(60)
        with firm.database.write() as session:
            token = tokens.find_live(session, secret, now=NOW)
            assert token is not None
            kept = repeats.find_or_begin(session, token, "k", digest, now=NOW)
            found.append(kept.body if kept is not None else None)

    other = threading.Thread(target=again)
    other.start()
    with firm.database.write() as session:
        token = tokens.find_live(session, secret, now=NOW)
        assert token is not None
        assert repeats.find_or_begin(session, token, "k", digest, now=NOW) is None
        begun.set()
        other.join(0.3)
        assert found == []
        repeats.keep(session, token, "k", status=201, body=b"{}", location=None)
    other.join(60)
    assert found == [b"{}"]


@on_sqlite
def test_a_database_that_fails_is_no_secret_told(firm: ApiFirm, monkeypatch: pytest.MonkeyPatch) -> None:
    program = firm.program()

    def locked(*_words: object) -> Any:
        raise StoreError("/srv/canary.sqlite3 is locked.")

    monkeypatch.setattr(Database, "write", locked)
    answer = program.post(f"/entries/{firm.entries['A-1']}/acknowledge", {}, Idempotency_Key="k")
    assert problem_of(answer, 503)["code"] == "unavailable"
    assert answer.headers["retry-after"] == "5"
    assert program.get("/docket").status_code == 200  # that the last use cannot be noted keeps nobody from reading
    monkeypatch.setattr(Database, "read", locked)
    assert "canary" not in program.get("/docket").text
    monkeypatch.undo()
    monkeypatch.setattr(Firm, "desk", property(lambda _firm: 1 / 0))
    unforeseen = program.get("/law")
    assert (problem_of(unforeseen, 500)["code"], "division" in unforeseen.text) == ("unforeseen", False)
