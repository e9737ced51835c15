"""What the text of an uploaded PDF seems to say, carried in the form as proposals until a person takes one or none.

The file itself is read in memory and kept nowhere. What a browser sends back is shown and nothing more: taking one
only fills its field, and the preview and the recording treat it as typed.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from deadlines import decoding
from deadlines.errors import InputError
from deadlines.law import Law
from deadlines.papers import Candidate, find
from deadlines.papers.model import FIELDS
from deadlines.pdf import read_pdf
from deadlines.web.plain import sentence
from deadlines.web.uploads import Sent

CARRIED = "paper"
"""The hidden field that carries the proposals."""
TAKE = "take"
LONGEST, LONGEST_LINE = 8_000, 160


class Reading(Struct, frozen=True):
    """The proposals that a file made, or the sentence why there are none."""

    proposals: list[Candidate]
    notes: list[str]
    fault: str = ""


def read_paper(sent: Sent, law: Law) -> Reading:
    """What the file says. Takes a second or so: in a thread, and in no transaction."""
    if sent.too_large or not sent.content:
        return Reading([], [], "Choose a PDF of the notice, of 20 megabytes at most.")
    try:
        text = read_pdf(sent.content)
    except InputError as refused:
        return Reading([], [], sentence(refused))
    found = find(text.pages, law)
    notes = list(found.notes)
    if len(text.pages) < text.count:
        notes.append(f"Only {len(text.pages)} of {text.count} pages were read.")
    if not found.candidates:
        return Reading([], notes, "Nothing was found in the PDF that a notice is recorded by: type it in.")
    return Reading(found.candidates, notes)


def packed(proposals: Sequence[Candidate]) -> str:
    """The proposals as text for the form, as many as it takes."""
    kept: list[Candidate] = []
    for proposal in proposals:
        cut = msgspec.structs.replace(proposal, line=proposal.line[:LONGEST_LINE], note=proposal.note[:LONGEST_LINE])
        if len(msgspec.json.encode([*kept, cut])) > LONGEST:
            break
        kept.append(cut)
    return msgspec.json.encode(kept).decode() if kept else ""


def carried(form: Mapping[str, str]) -> list[Candidate]:
    """The proposals that a form carries; none where they cannot be read."""
    try:
        return decoding.decode(form.get(CARRIED, "") or "[]", list[Candidate])
    except (msgspec.DecodeError, RecursionError):
        return []


def with_taken(form: dict[str, str]) -> dict[str, str]:
    """The form with the proposal in its field whose button was pressed."""
    field, _, value = form.get(TAKE, "").partition("=")
    offered = any((proposal.field, proposal.value) == (field, value) for proposal in carried(form))
    return {**form, field: value} if field in FIELDS and offered else form
