"""Every candidate that the lines of a paper support, field by field."""

import re
from collections.abc import Iterator, Sequence

from deadlines.compute.contract import normal_form
from deadlines.compute.words import listed
from deadlines.law import Law
from deadlines.papers import words
from deadlines.papers.dates import Printed, days_in
from deadlines.papers.kinds import kinds
from deadlines.papers.letters import LETTER_LINES, beginnings, receipt_numbers, standing_day
from deadlines.papers.model import A_NUMBER, FIELDS, LABELS, Candidate, Found, Line, lines_of, masked


def find(pages: Sequence[Sequence[str]], law: Law) -> Found:
    """Every candidate that the text supports. `law` knows the kinds and forms that there are."""
    lines = lines_of(pages)
    begins = beginnings(lines)
    every = [
        *kinds(lines, law),
        *_forms(lines, law),
        *_days(lines, begins),
        *_services(lines),
        *_deadlines(lines),
        *_numbers(lines),
    ]
    found = list({(p.field, p.value, p.page, p.line_number): p for p in every}.values())
    return Found(_once(found), [*_several(begins), *_notes(found)])


def _once(found: Sequence[Candidate]) -> list[Candidate]:
    """Of the same value of a field the first line only; deadline sentences all."""
    first: dict[tuple[str, str], Candidate] = {}
    for candidate in found:
        first.setdefault((candidate.field, candidate.value), candidate)
    return list(first.values())


def _several(begins: Sequence[int]) -> list[str]:
    if len(begins) < 2:
        return []
    pages = listed([str(page) for page in begins])
    seems = f"The paper seems to hold {len(begins)} notices, which begin on pages {pages}."
    return [f"{seems} Record each by itself, and take for it only what stands on its own pages."]


def _notes(found: Sequence[Candidate]) -> list[str]:
    notes = []
    for field in FIELDS:
        values = {candidate.value for candidate in found if candidate.field == field}
        if len(values) > 1:
            notes.append(f"The paper gives more than one {LABELS[field]}: look at each line and choose.")
    return notes


def _forms(lines: Sequence[Line], law: Law) -> list[Candidate]:
    """The forms of the best sort of line that there is: a label, then `you filed`, then any."""
    ranked: dict[int, list[Candidate]] = {1: [], 2: [], 3: []}
    for line in lines:
        for match in words.FORM.finditer(line.text):
            form = normal_form(match[1]) or ""
            labelled = words.FORM_LABEL.search(line.text) is not None
            if form not in law.forms or (form in words.NOT_DECIDED and not labelled):
                continue
            rank = 1 if labelled and form not in words.NOT_DECIDED else 2 if words.FILED.search(line.text) else 3
            ranked[rank].append(line.offer("form", form))
    return next((ranked[rank] for rank in (1, 2, 3) if ranked[rank]), [])


def _days(lines: Sequence[Line], begins: Sequence[int]) -> Iterator[Candidate]:
    for line in lines:
        for match in words.DATE_LABEL.finditer(line.text):
            other = words.OTHER_LABEL.search(line.text, max(0, match.start() - 12), match.end() + 12)
            if other is None or not other.start() <= match.start() < other.end():
                yield from _beside(line, match.end())
        yield from _oral(line)
        if line.page in begins and line.number <= LETTER_LINES:
            yield from _alone(line)


def _beside(line: Line, start: int) -> Iterator[Candidate]:
    """The first day after a label, before any other label; or the only day on the line below a bare one."""
    rest = line.text[start:]
    stop = words.OTHER_LABEL.search(rest)
    days = days_in(rest[: stop.start()] if stop else rest)
    if days:
        yield line.offer("decided_on", days[0].day.isoformat(), note=days[0].note)
    elif not days_in(line.text) and stop is None and len(days_in(line.after)) == 1:
        [only] = days_in(line.after)
        yield line.offer("decided_on", only.day.isoformat(), note=only.note, end=len(line.both))


def _alone(line: Line) -> Iterator[Candidate]:
    printed = standing_day(line)
    if printed is not None:
        yield line.offer("decided_on", printed.day.isoformat(), note=printed.note or "stands by itself at the head")


def _oral(line: Line) -> Iterator[Candidate]:
    match = words.ORAL.search(line.both)
    if match is None or match.start() >= len(line.text):
        return
    for printed in [day for day in days_in(line.both) if day.start >= match.end()][:1]:
        note = f"the oral decision. {printed.note}".strip(" .")
        yield line.offer("decided_on", printed.day.isoformat(), note=note, end=printed.end)


def _services(lines: Sequence[Line]) -> Iterator[Candidate]:
    legend = False
    for line in lines:
        if words.LEGEND.search(line.text):
            legend = True
            continue
        if legend and line.text.lower().startswith("to:"):
            for mark in dict.fromkeys(words.MARK.findall(line.text)):
                if mark in words.MARKS:
                    note = f"the mark {mark} of the certificate of service"
                    yield line.offer("service", words.MARKS[mark], note=note)
            legend = False
        yield from _service(line)


def _service(line: Line) -> Iterator[Candidate]:
    """The ways of service that a line tells of, and the day, if it names one after them."""
    hits = {method: pattern.search(line.text) for method, pattern in words.SERVICE}
    found = {method: match for method, match in hits.items() if match is not None}
    if words.CONDITION.search(line.text):
        return
    for method in found:
        if method != "mail" or "certified-mail" not in found:
            yield line.offer("service", method)
    start = min((match.start() for match in found.values()), default=len(line.text))
    for printed in [day for day in days_in(line.text) if day.start > start][:1]:
        yield line.offer("service_on", printed.day.isoformat(), note=printed.note)


def _deadlines(lines: Sequence[Line]) -> Iterator[Candidate]:
    for line in lines:
        match = words.DEADLINE.search(line.both)
        if match is not None and match.start() < len(line.text):
            for printed in _soon_after(line.both, match):
                yield line.offer("printed_deadline", printed.day.isoformat(), note=printed.note, end=printed.end)
        if words.LENGTH.search(line.text):
            yield line.offer("deadline_words", masked(line.text))


def _soon_after(text: str, match: re.Match[str]) -> list[Printed]:
    """The first day after the words of a deadline, in the same sentence."""
    sentence = re.split(r"\.\s(?=[A-Z])", text[match.start() :])[0]
    return [day for day in days_in(text) if match.start() <= day.start < match.start() + len(sentence)][:1]


def _numbers(lines: Sequence[Line]) -> Iterator[Candidate]:
    for line in lines:
        yield from (line.offer("receipt_number", number) for number in receipt_numbers(line))
        for match in A_NUMBER.finditer(line.text):
            yield line.offer("a_number", masked(match[0]))
