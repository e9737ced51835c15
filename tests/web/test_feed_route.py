"""The feed's HTTP contract, on both databases."""

import gzip
import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.testclient import TestClient

from deadlines.docket import endings, renderings
from deadlines.docket.restricting import restrict_matter
from deadlines.errors import StoreError
from deadlines.store.database import Database
from deadlines.store.tables import DeadlineRow, Entry, Heartbeat, Matter, Person, Subscription
from deadlines.web.app import create_app
from tests.docket import samples
from tests.reading import events_of
from tests.web.serving import NOW, ZONE, Subscribed, ask, raw, serving, subscribe

POLITE = {
    "cache-control": "private, max-age=0, must-revalidate",
    "vary": "Accept-Encoding",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
IDENTITY = {"Accept-Encoding": "identity"}


@pytest.fixture
def feed(database: Database) -> Subscribed:
    return subscribe(database)


@pytest.fixture
def client(database: Database, feed: Subscribed) -> Iterator[TestClient]:
    with TestClient(create_app(database, zone=ZONE, now=lambda: NOW), follow_redirects=False) as made:
        yield made


def test_a_live_address_answers_with_the_whole_calendar(client: TestClient, feed: Subscribed) -> None:
    answer = client.get(feed.path, headers=IDENTITY)
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.content)
    assert len(calendar.walk("VEVENT")) == 2
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'inline; filename="deadlines.ics"'
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert {name: answer.headers[name] for name in POLITE} == POLITE
    for absent in ("set-cookie", "location", "last-modified", "www-authenticate", "content-encoding"):
        assert absent not in answer.headers
    assert feed.token not in answer.text
    assert "Canary-Garcia" not in answer.text


def test_the_bytes_are_the_same_the_next_time_and_after_a_restart(
    client: TestClient, feed: Subscribed, database: Database
) -> None:
    first = client.get(feed.path, headers=IDENTITY)
    assert client.get(feed.path, headers=IDENTITY).content == first.content
    with TestClient(create_app(database, zone=ZONE, now=lambda: NOW)) as other:
        assert other.get(feed.path, headers=IDENTITY).content == first.content


def test_head_has_the_same_headers_and_no_body(client: TestClient, feed: Subscribed) -> None:
    for headers in (IDENTITY, {"Accept-Encoding": "gzip"}):
        whole, head = client.get(feed.path, headers=headers), client.head(feed.path, headers=headers)
        assert head.status_code == 200
        assert head.content == b""
        assert dict(head.headers) == dict(whole.headers)


IF_NONE_MATCH = [
    ("{}", 304),
    ("W/{}", 304),
    ('"a", W/{} , "b"', 304),
    ("*", 304),
    (" * ", 304),
    ('"other"', 200),
    ('"a","b"', 200),
    ("", 200),
    ("garbage", 200),
]


def test_if_none_match_is_a_list_compared_weakly(client: TestClient, feed: Subscribed) -> None:
    etag = client.get(feed.path).headers["etag"]
    for form, status in IF_NONE_MATCH:
        for method in ("GET", "HEAD"):
            answer = client.request(method, feed.path, headers={"If-None-Match": form.format(etag)})
            assert answer.status_code == status, form


def test_a_304_is_empty_and_says_what_a_200_would(client: TestClient, feed: Subscribed) -> None:
    etag = client.get(feed.path).headers["etag"]
    answer = client.get(feed.path, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag
    assert {name: answer.headers[name] for name in POLITE} == POLITE
    assert "content-type" not in answer.headers


def test_a_tag_split_over_two_headers_still_counts(client: TestClient, feed: Subscribed) -> None:
    etag = client.get(feed.path).headers["etag"]
    answer = client.get(feed.path, headers=[("If-None-Match", '"a"'), ("If-None-Match", etag)])
    assert answer.status_code == 304


def test_dates_authorization_cookies_and_accept_are_ignored(client: TestClient, feed: Subscribed) -> None:
    odd = {
        "If-Modified-Since": "Fri, 31 Dec 2027 23:59:59 GMT",
        "Authorization": "Bearer nonsense",
        "Cookie": "session=x",
        "Accept": "application/json;q=1, text/html",
        "Range": "bytes=0-10",
    }
    answer = client.get(feed.path, headers={**IDENTITY, **odd})
    assert answer.status_code == 200
    assert answer.content == client.get(feed.path, headers=IDENTITY).content


ACCEPTED = [
    ("gzip", "Thunderbird", True),
    ("br, GZIP;q=0.5", "Thunderbird", True),
    ("x-gzip", "", True),
    ("gzip;q=0", "Thunderbird", False),
    ("gzip; q=0.000", "Thunderbird", False),
    ("identity", "Thunderbird", False),
    ("*", "Thunderbird", False),
    ("br, deflate", "", False),
    ("gzip", "Microsoft Office/16.0 (Microsoft Outlook 16.0)", False),
    ("gzip", "ExchangeServicesClient/15.0", False),
    ("gzip, deflate", "outlook-ios/2.0", False),
]


def test_gzip_only_where_it_is_asked_for_and_understood(client: TestClient, feed: Subscribed) -> None:
    plain = client.get(feed.path, headers=IDENTITY)
    for accepted, agent, packed in ACCEPTED:
        answer = client.get(feed.path, headers={"Accept-Encoding": accepted, "User-Agent": agent})
        assert ("content-encoding" in answer.headers) is packed, (accepted, agent)
        assert answer.content == plain.content
        assert (answer.headers["etag"] == plain.headers["etag"]) is not packed
        for tag in (answer.headers["etag"], plain.headers["etag"]):
            named = {"If-None-Match": tag, "Accept-Encoding": accepted, "User-Agent": agent}
            assert client.get(feed.path, headers=named).status_code == 304
        assert (int(answer.headers["content-length"]) < len(plain.content)) is packed


def test_other_methods_are_not_allowed_whatever_the_address(
    client: TestClient, feed: Subscribed, database: Database
) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "REPORT", "TRACE"):
        paths = (feed.path, "/f/dlf_no/deadlines.ics")
        answers = [client.request(method, path, content=b"x") for path in paths]
        assert [answer.status_code for answer in answers] == [405, 405], method
        assert [answer.headers["allow"] for answer in answers] == ["GET, HEAD"] * 2
        assert answers[0].content == answers[1].content
    with database.write() as session:
        client.app.state.flush(session, NOW)  # type: ignore[attr-defined]
        assert session.get_one(Subscription, feed.id).fetches == 0


def test_every_address_that_never_was_gets_the_same_404(client: TestClient, feed: Subscribed) -> None:
    dead = [
        f"/f/{'x' * len(feed.token)}/deadlines.ics",
        f"/f/{feed.token[:-1]}/deadlines.ics",
        f"/f/{feed.token.upper()}/deadlines.ics",
        f"/f/{feed.token}/deadlines.txt",
        f"/f/{feed.token}/.ics",
        f"/f/{feed.token}/a/b.ics",
        f"/f/{feed.token}/%0d%0aX.ics",
        f"/f/{feed.token}/",
        f"/f/{feed.token}",
        f"/f//{feed.token}/deadlines.ics",
        f"/f/{feed.token}%2Fdeadlines.ics/x",
        "/f/%ff%fe/deadlines.ics",
        "/f/" + "é" * 50 + "/deadlines.ics",
        "/f/",
    ]
    known = {"If-None-Match": "*"}
    for path in dead:
        for headers in ({}, known):
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.content) == (404, b"Not found.\n"), path
            assert dict(answer.headers) == {
                **POLITE,
                "content-type": "text/plain; charset=utf-8",
                "content-length": "11",
            }
    assert client.head(dead[0]).content == b""


def test_any_human_name_will_do(client: TestClient, feed: Subscribed) -> None:
    for name in (
        "deadlines.ics",
        "Ana Ruiz.ics",
        "2026-0143_x.y.ics",
        "d.ics",
        "D.ICS",
        "Fristen für Ana.ics",
        "期限.ics",
        "x" * 200 + ".ics",
    ):
        assert client.get(f"/f/{feed.token}/{name}").status_code == 200


def test_a_query_changes_nothing(client: TestClient, feed: Subscribed) -> None:
    assert client.get(f"{feed.path}?v=2").status_code == 200


GONE = b"This calendar address has ended. Remove the calendar, and ask for a new address.\n"


def end(database: Database, feed: Subscribed, why: endings.Ending) -> None:
    with database.write() as session:
        endings.end_subscription(session, session.get_one(Subscription, feed.id), why, actor="t", now=NOW)


def test_a_leaked_address_is_gone_at_the_next_request(client: TestClient, feed: Subscribed, database: Database) -> None:
    etag = client.get(feed.path).headers["etag"]
    end(database, feed, "leaked")
    for headers in ({}, {"If-None-Match": etag}, {"If-None-Match": "*"}):
        answer = client.get(feed.path, headers=headers)
        assert (answer.status_code, answer.content) == (410, GONE)
        assert dict(answer.headers) == {
            **POLITE,
            "content-type": "text/plain; charset=utf-8",
            "content-length": str(len(GONE)),
        }


@pytest.mark.parametrize("why", ["revoked", "rotated", "left"])
def test_an_ended_address_says_so_for_a_fortnight_and_is_then_gone(
    database: Database, feed: Subscribed, why: endings.Ending
) -> None:
    moment = [NOW]
    with TestClient(create_app(database, zone="America/New_York", now=lambda: moment[0])) as client:
        before = client.get(feed.path)
        end(database, feed, why)
        answer = client.get(feed.path, headers={"If-None-Match": before.headers["etag"]})
        assert (answer.status_code, answer.text.count("BEGIN:VEVENT")) == (200, 1)
        assert "THIS CALENDAR HAS ENDED" in answer.text
        assert "2026-0143" not in answer.text
        moment[0] = NOW + timedelta(days=endings.NOTICE_DAYS, seconds=-1)
        with database.write() as session:
            session.merge(Heartbeat(sweep="daemon", at=moment[0], detail=""))
        assert client.get(feed.path).content == answer.content
        moment[0] += timedelta(seconds=1)
        assert client.get(feed.path).status_code == 410


def test_notes_stand_on_the_days_of_the_firm(database: Database, feed: Subscribed) -> None:
    """Ten in the evening in New York is the next day in London."""
    late = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
    with database.write() as session:
        restrict_matter(session, session.query(Matter).one(), actor="t", now=late)
        session.merge(Heartbeat(sweep="daemon", at=late, detail=""))
    client = TestClient(create_app(database, zone=ZONE, now=lambda: late))
    removed = events_of(client.get(feed.path).text)
    assert {event["DTSTART"].dt for event in removed} == {date(2026, 11, 1)}
    with database.write() as session:
        endings.end_subscription(session, session.get_one(Subscription, feed.id), "revoked", actor="t", now=late)
    [ended] = events_of(client.get(feed.path).text)
    assert ended["DTSTART"].dt == date(2026, 11, 1)


def test_an_address_that_expires_does_so_to_the_second(database: Database) -> None:
    moment = [NOW]
    subscribed = subscribe(database)
    with database.write() as session:
        session.get_one(Subscription, subscribed.id).expires_at = NOW + timedelta(minutes=5)
    with TestClient(create_app(database, zone="America/New_York", now=lambda: moment[0])) as client:
        moment[0] = NOW + timedelta(minutes=5, seconds=-1)
        assert "2026-0143" in client.get(subscribed.path).text
        moment[0] = NOW + timedelta(minutes=5)
        assert "has reached the day" in client.get(subscribed.path).text.replace("\r\n ", "")


def test_strangers_are_slowed_down_and_subscribers_never(client: TestClient, feed: Subscribed) -> None:
    seen = [client.get(f"/f/dlf_{number}/deadlines.ics").status_code for number in range(70)]
    assert seen == [404] * 60 + [429] * 10
    assert client.get("/f/dlf_x/deadlines.ics").headers["retry-after"] == "60"
    assert {client.get(feed.path).status_code for _ in range(100)} == {200}


def test_what_is_recorded_moved_or_ended_is_in_the_next_answer(
    client: TestClient, feed: Subscribed, database: Database
) -> None:
    seen = [client.get(feed.path)]
    with database.write() as session:
        matter = session.query(Matter).one()
        entry, deadline = samples.entry(session, matter, samples.window(rule="uscis.motion.reconsider"))
        renderings.render_entry(session, entry, deadline, now=NOW)
        samples.told(session)
        identifier = entry.id
    seen.append(client.get(feed.path, headers={"If-None-Match": seen[-1].headers["etag"]}))
    with database.write() as session:
        entry = session.get_one(Entry, identifier)
        entry.version = 2
        later = samples.version(session, entry, samples.window(last_day=date(2026, 11, 24)), 2)
        renderings.render_entry(session, entry, later, now=NOW)
        samples.told(session)
    seen.append(client.get(feed.path, headers={"If-None-Match": seen[-1].headers["etag"]}))
    with database.write() as session:
        entry = session.get_one(Entry, identifier)
        entry.status = "struck"
        renderings.render_entry(session, entry, session.query(DeadlineRow).filter_by(version=2).one(), now=NOW)
        samples.told(session)
    seen.append(client.get(feed.path, headers={"If-None-Match": seen[-1].headers["etag"]}))
    assert [answer.status_code for answer in seen] == [200] * 4
    assert [answer.text.count("BEGIN:VEVENT") for answer in seen] == [2, 4, 4, 4]
    assert [answer.text.count("DTSTART;VALUE=DATE:20261124") for answer in seen] == [0, 0, 1, 1]
    assert [answer.text.count("STATUS:CANCELLED") for answer in seen] == [0, 0, 0, 2]


def test_the_day_of_the_firm_decides_what_is_shown(database: Database, feed: Subscribed) -> None:
    """30 days after 20 November the first date leaves, at midnight of the firm's zone."""
    moment = NOW.replace(month=12, day=21, hour=4, minute=59)
    with database.write() as session:
        session.merge(Heartbeat(sweep="daemon", at=moment, detail=""))
    times = [moment]
    with TestClient(create_app(database, zone="America/New_York", now=lambda: times[0])) as client:
        assert client.get(feed.path).text.count("BEGIN:VEVENT") == 2
        times[0] += timedelta(minutes=1)
        assert client.get(feed.path).text.count("BEGIN:VEVENT") == 1


def test_somebody_who_leaves_takes_the_feeds_along(client: TestClient, feed: Subscribed, database: Database) -> None:
    assert client.get(feed.path).status_code == 200
    with database.write() as session:
        session.query(Person).one().active = False
        samples.told(session)
    assert client.get(feed.path).status_code == 410


def test_fetches_are_written_down_later_not_by_the_request(
    client: TestClient, feed: Subscribed, database: Database
) -> None:
    odd = {b"User-Agent": "Thunder\x07bird/153 \u00e9".encode("latin-1")}
    etag = client.get(feed.path, headers=odd).headers["etag"]
    client.get(feed.path, headers={"If-None-Match": etag, "User-Agent": "khal" + "x" * 500})
    with database.read() as session:
        assert session.get_one(Subscription, feed.id).fetches == 0
    flush = client.app.state.flush  # type: ignore[attr-defined]
    for _ in range(2):
        with database.write() as session:
            flush(session, NOW)
    with database.read() as session:
        row = session.get_one(Subscription, feed.id)
        assert (row.fetches, row.last_fetch_at) == (2, NOW)
        assert row.last_agent == ("khal" + "x" * 500)[:200]


def test_a_fetch_that_cannot_be_written_is_kept_for_the_next_time(
    client: TestClient, feed: Subscribed, database: Database
) -> None:
    client.get(feed.path)
    flush = client.app.state.flush  # type: ignore[attr-defined]
    rename = 'ALTER TABLE "{}" RENAME TO "{}"'
    with database.write() as session:
        session.execute(text(rename.format("subscription", "gone")))
    with pytest.raises((StoreError, SQLAlchemyError)), database.write() as session:
        flush(session, NOW)
    with database.write() as session:
        session.execute(text(rename.format("gone", "subscription")))
    client.get(feed.path)
    with database.write() as session:
        flush(session, NOW)
        assert session.get_one(Subscription, feed.id).fetches == 2


def test_the_wire_itself(database: Database, feed: Subscribed) -> None:
    """A real server: HEAD sends no body, nothing redirects, a body of a refused method does no harm."""
    with serving(create_app(database, zone=ZONE, now=lambda: NOW)) as port:
        close = b"\r\nHost: x\r\nConnection: close\r\n\r\n"
        head = raw(port, b"HEAD " + feed.path.encode() + b" HTTP/1.1" + close)
        assert head.startswith(b"HTTP/1.1 200 ")
        assert head.endswith(b"\r\n\r\n")
        assert b"server:" not in head.lower()
        whole = raw(port, b"GET " + feed.path.encode() + b" HTTP/1.1" + close)
        headers, _, body = whole.partition(b"\r\n\r\n")
        assert f"content-length: {len(body)}".encode() in headers.lower()
        assert body.startswith(b"BEGIN:VCALENDAR\r\n")
        assert body.endswith(b"END:VCALENDAR\r\n")
        old = raw(port, b"GET " + feed.path.encode() + b" HTTP/1.0\r\n\r\n")
        assert old.partition(b"\r\n\r\n")[2] == body
        put = raw(port, b"PUT " + feed.path.encode() + b" HTTP/1.1\r\nContent-Length: 3" + close + b"abc")
        assert put.startswith(b"HTTP/1.1 405 ")
        refused = raw(port, b"PROPFIND " + feed.path.encode() + b" HTTP/1.1\r\nDepth: 1" + close)
        assert refused.startswith(b"HTTP/1.1 405 ")
        assert ask(port, feed.path.replace("/deadlines.ics", ""))[0] == 404
        etag = ask(port, feed.path)[1]["etag"]
        status, _, nothing = ask(port, feed.path, If_None_Match=etag)
        assert (status, nothing) == (304, b"")
        packed = ask(port, feed.path, Accept_Encoding="gzip")
        assert packed[1]["content-encoding"] == "gzip"
        assert gzip.decompress(packed[2]) == body
