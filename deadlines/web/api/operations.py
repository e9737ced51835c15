"""Every operation of the API, in one table: the server answers by it, and the OpenAPI file is made from it."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from deadlines import decoding
from deadlines.compute import Result
from deadlines.compute.contract import TOO_DEEP, Facts, require_once
from deadlines.docket.roles import Act
from deadlines.docket.tokens import Scope
from deadlines.errors import InputError
from deadlines.web.api import computing, reading, shapes, writing
from deadlines.web.api.asked import Asked, Reply
from deadlines.web.api.days import odd_day
from deadlines.web.api.problems import Refused, of_error, of_validation, problem
from deadlines.web.api.writing import ROOT

SMALL, LARGE = 64 * 1024, 1024 * 1024
"""Bytes of a body; a list of notices takes more."""


class Operation(Struct, frozen=True, kw_only=True):
    """One thing that a program may ask. `path` is below the root and names ids in braces.

    `query` and `body` are the types of what is asked, `read` decodes a body that has no one type; `answer` is the type
    of what comes back, with `status`, and `listed` those of what comes back in a list instead. `act` is what the
    role of the token's person must allow. What is `changing` takes an idempotency key and a token of the scope `write`.
    """

    name: str
    method: str
    path: str
    tag: str
    summary: str
    text: str = ""
    run: Callable[[Asked], Reply]
    answer: type[Struct]
    listed: tuple[type[Struct], ...] = ()
    query: type[Struct] | None = None
    body: Any = None
    read: Callable[[bytes], Any] | None = None
    status: int = 200
    act: Act = "read"
    changing: bool = False
    largest: int = SMALL
    problems: tuple[int, ...] = ()

    @property
    def scope(self) -> Scope:
        """What a token must be allowed."""
        return "write" if self.changing else "read"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a body, one of which a sentence may begin with."""
        found: tuple[str, ...] = getattr(self.body, "__struct_fields__", ())
        return found or (computing.KEYS if self.read is computing.read else ())

    def decode(self, text: bytes) -> Any:
        """The body; raises Refused with what is wrong and where."""
        try:
            found = self.read(text) if self.read is not None else _decoded(text, self.body)
            if (odd := odd_day(found)) is not None:
                raise Refused(problem(422, "bad-date", odd.sentence, pointer=f"#/{odd.place}"))
            return found
        except InputError as twice:
            raise Refused(of_error(twice, self.keys)) from None
        except msgspec.ValidationError as wrong:
            raise Refused(of_validation(wrong)) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            raise Refused(problem(400, "bad-json", f"Not a JSON text: {wrong}.")) from None
        except RecursionError:
            raise Refused(problem(400, "bad-json", TOO_DEEP)) from None


def _decoded(text: bytes, kind: Any) -> Any:
    found = decoding.decode(text, kind)
    require_once(text)
    return found


OPERATIONS = (
    Operation(
        name="listDocket",
        method="GET",
        path="/docket",
        tag="docket",
        summary="The open dates that the person sees, the next first",
        text="Of a restricted matter that the person does not work on, the docket role has the days without a word of "
        "the case (`veiled`); nobody else has them at all.",
        run=reading.docket,
        query=shapes.DocketQuery,
        answer=shapes.DocketPage,
        problems=(404,),
    ),
    Operation(
        name="listMatters",
        method="GET",
        path="/matters",
        tag="matters",
        summary="The matters that the person sees, by the firm's number",
        run=reading.matters,
        query=shapes.MattersQuery,
        answer=shapes.MattersPage,
    ),
    Operation(
        name="openMatter",
        method="POST",
        path="/matters",
        tag="matters",
        summary="Open a matter",
        text="Which deadline dates need to be calendared? No matter opens without an answer: `paper` names what came "
        "in and waits to be docketed from then on, `none_until` the day on which somebody looks again. 422 "
        "`dates-unanswered` for neither or both, 409 `matter-exists` where the firm has that number already.",
        run=writing.new_matter,
        body=shapes.NewMatter,
        answer=shapes.MatterOpened,
        status=201,
        act="enter",
        changing=True,
        problems=(404, 409),
    ),
    Operation(
        name="getMatter",
        method="GET",
        path="/matters/{matter}",
        tag="matters",
        summary="One matter with its notices, entries and windows",
        run=reading.matter,
        answer=shapes.MatterAnswer,
        problems=(404,),
    ),
    Operation(
        name="closeMatter",
        method="POST",
        path="/matters/{matter}/close",
        tag="matters",
        summary="Close a matter of which nothing is open",
        text="409 `matter-unfinished` while an entry is open, no second person has looked at a notice, or a paper "
        "waits; the sentence names each. A notice or a paper that comes in later opens the matter again.",
        run=writing.close,
        body=shapes.MatterReason,
        answer=shapes.MatterAnswer,
        act="close",
        changing=True,
        problems=(404, 409),
    ),
    Operation(
        name="reopenMatter",
        method="POST",
        path="/matters/{matter}/reopen",
        tag="matters",
        summary="Open a closed matter again",
        run=writing.reopen,
        body=shapes.MatterReason,
        answer=shapes.MatterAnswer,
        act="close",
        changing=True,
        problems=(404, 409),
    ),
    Operation(
        name="listNotices",
        method="GET",
        path="/notices",
        tag="notices",
        summary="Notices, the latest entered first",
        run=reading.notices,
        query=shapes.NoticesQuery,
        answer=shapes.NoticesPage,
        problems=(404,),
    ),
    Operation(
        name="recordNotice",
        method="POST",
        path="/notices",
        tag="notices",
        summary="Record a notice and calendar its windows",
        text="`asks` in the answer are facts to find out: until then the earliest dates hold. 409 where the matter has "
        "the same notice already; `again` records it once more. Somebody else verifies what a program entered.",
        run=writing.new_notice,
        body=shapes.NewNotice,
        answer=shapes.NoticeRecorded,
        status=201,
        act="enter",
        changing=True,
        problems=(404, 409),
    ),
    Operation(
        name="getNotice",
        method="GET",
        path="/notices/{notice}",
        tag="notices",
        summary="One notice as it was entered",
        run=reading.notice,
        answer=shapes.NoticeAnswer,
        problems=(404,),
    ),
    Operation(
        name="settlePaper",
        method="POST",
        path="/incoming/{paper}/docketed",
        tag="notices",
        summary="Settle a paper that came in by the notice that is on the docket already",
        text="The papers of a matter that wait stand in `waiting` of the matter, and of the answer to a new notice. "
        "409 where the paper is settled already or of another matter, and for a notice that was amended or struck.",
        run=writing.settle_paper,
        body=shapes.Settlement,
        answer=shapes.PaperSettled,
        act="enter",
        changing=True,
        problems=(404, 409),
    ),
    Operation(
        name="getEntry",
        method="GET",
        path="/entries/{entry}",
        tag="entries",
        summary="One entry with its window and the working of its dates",
        run=reading.entry,
        answer=shapes.EntryAnswer,
        problems=(404,),
    ),
    Operation(
        name="acknowledgeEntry",
        method="POST",
        path="/entries/{entry}/acknowledge",
        tag="entries",
        summary="The person of the token takes a date on, so that nobody else is asked",
        run=writing.take_on,
        body=shapes.TakingOn,
        answer=shapes.TakenOn,
        act="acknowledge",
        changing=True,
        problems=(404, 409),
    ),
    Operation(
        name="fileEntry",
        method="POST",
        path="/entries/{entry}/file",
        tag="entries",
        summary="Record that an entry was filed, with proof",
        text="The day on which the forum received it counts. Where the law counts receipt, a tracking number alone "
        "closes nothing: the entry stays open, and `dispatched` says that it was sent. A late or contested filing is "
        "recorded as such: see `closing.timeliness`. 409 `alternative-filed` and 422 `too-early` are overcome by "
        "`anyway`.",
        run=writing.file,
        body=shapes.Filing,
        answer=shapes.EntryAnswer,
        act="file",
        changing=True,
        problems=(404, 409),
    ),
    Operation(
        name="waiveEntry",
        method="POST",
        path="/entries/{entry}/waive",
        tag="entries",
        summary="Record that a remedy will not be used, with the reason",
        run=writing.waive,
        body=shapes.Waiver,
        answer=shapes.EntryAnswer,
        act="close",
        changing=True,
        problems=(404, 409),
    ),
    Operation(
        name="compute",
        method="POST",
        path="/compute",
        tag="law",
        summary="The windows of a notice, or of each in a list, without storing anything",
        text="The machine contract of `deadlines compute`, by the firm's law and policy. In a list every object is "
        "answered in its place: a bad one by `error`, and the others go on.",
        run=computing.compute,
        body=Facts | shapes.Batch,
        read=computing.read,
        answer=Result,
        listed=(Result, shapes.Failed),
        largest=LARGE,
    ),
    Operation(
        name="getLaw",
        method="GET",
        path="/law",
        tag="law",
        summary="The edition of the law that the firm works by, and what each edition changed",
        run=reading.law,
        answer=shapes.LawAnswer,
    ),
    Operation(
        name="getHealth",
        method="GET",
        path="/health",
        tag="health",
        summary="Whether the docket is kept up to date",
        text="Answers 200 whenever the database can be read: look at `state`. `/readyz` answers 503 without a token.",
        run=reading.health,
        answer=shapes.Health,
    ),
)


class Route(Struct, frozen=True):
    """What stands at an address: its operations by method, and the ids that the address names."""

    operations: dict[str, Operation]
    ids: dict[str, str]

    @property
    def allowed(self) -> str:
        """The value of `Allow`."""
        methods = set(self.operations) | ({"HEAD"} if "GET" in self.operations else set())
        return ", ".join(sorted(methods))

    def operation(self, method: str) -> Operation | None:
        """The operation for a method; HEAD is GET without its body."""
        return self.operations.get("GET" if method == "HEAD" else method)


def find_route(path: str) -> Route | None:
    """What stands at a path; None for nothing."""
    below = path.removeprefix(ROOT)
    if below == path:
        return None
    parts = below.split("/")
    for template, operations in _BY_PATH.items():
        ids = _ids(template.split("/"), parts)
        if ids is not None:
            return Route(operations, ids)
    return None


def _ids(template: list[str], parts: list[str]) -> dict[str, str] | None:
    if len(template) != len(parts):
        return None
    ids = {}
    for name, part in zip(template, parts, strict=True):
        if name.startswith("{"):
            ids[name[1:-1]] = part
        elif name != part:
            return None
    return ids if all(part.isascii() and part.isalnum() for part in ids.values()) else None


def _by_path() -> dict[str, dict[str, Operation]]:
    found: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        found.setdefault(operation.path, {})[operation.method] = operation
    return found


_BY_PATH = _by_path()
