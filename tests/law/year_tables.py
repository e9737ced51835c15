"""Year-wide tables: for each rule the dates of a decision on every day of 2025 to 2027, as a file a week a line.

An edit of the law shows its whole effect in the difference of these files. Write them anew with
`python -m tests.law.year_tables` and read what changed before it is committed.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import product
from pathlib import Path

from msgspec import structs

from deadlines.compute.engine import Engine, engine_for
from deadlines.compute.notice import Notice, Service
from deadlines.compute.result import Window
from deadlines.compute.routes import bases_of
from deadlines.errors import DeadlinesError
from deadlines.law import Law, load_law
from deadlines.law.model import Rule

FOLDER = Path(__file__).parent / "tables"
FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
MONDAYS = tuple(date(2024, 12, 30) + timedelta(weeks=week) for week in range(157))
METHODS = ("mail", "electronic")
MOST_TRIES = 60
PROBES = (date(2026, 5, 13), date(2025, 5, 14))
HEAD = """# {title}
# {about}
# Each day of a decision from Monday to Sunday: days until safe date/last day/latest, `p` protective date, `o` opens,
# `-` no date. Served by {method}.
"""


def tables(law: Law, every: int = 1) -> Iterator[tuple[str, str]]:
    """(file name, text) for each rule that has dates. Rules of one sample follow each other: it is computed once.

    `every`: only every so many weeks, in one table others than in the next.
    """
    engine = engine_for(law)
    dated = [(rule, sample_for(engine, rule)) for rule in law.rules.values() if rule.state in ("due", "opens")]
    for number, (rule, sample) in enumerate(sorted(dated, key=lambda pair: repr(pair[1]))):
        if sample is None:
            raise LookupError(f"{rule.id}: no sample notice opens it")
        yield f"{rule.id}.txt", _text(engine, rule, sample, MONDAYS[number % every :: every])


def _text(engine: Engine, rule: Rule, sample: Notice, mondays: Sequence[date]) -> str:
    texts = [(method, _table(engine, rule, sample, method, mondays)) for method in METHODS]
    shown = texts[:1] if texts[0][1] == texts[1][1] else texts
    kind = f"{sample.kind}{f' on Form {sample.form}' if sample.form else ''}"
    facts = ", ".join(f"{name}={value}" for name, value in sample.facts.items())
    about = f"{kind}{f', {facts} (dates move with the decision)' if facts else ''}"
    return "\n".join(HEAD.format(title=rule.title, about=about, method=method) + text for method, text in shown)


def sample_for(engine: Engine, rule: Rule) -> Notice | None:
    """A notice that opens the rule: the first that its conditions and the answers to its questions allow."""
    for probe, kind in product(PROBES, _kinds(rule)):
        for form in _forms(engine.law, rule, kind):
            facts = _search(engine, rule, Notice(kind=kind, form=form, decided_on=probe, service=Service("mail")))
            if facts is not None:
                return Notice(kind=kind, form=form, decided_on=probe, facts=facts)
    return None


def _search(engine: Engine, rule: Rule, bare: Notice) -> dict[str, str] | None:
    """Facts under which the rule has dates: its own conditions first, then what it asks or is answered by."""
    first = {name: _number(values[0]) for name, values in rule.when.items() if name not in ("kind", "form", "method")}
    if rule.trigger_fact is not None:
        first[rule.trigger_fact] = "DAY"
    waiting, seen = [first], 0
    while waiting and seen < MOST_TRIES:
        facts, seen = waiting.pop(0), seen + 1
        notice = structs.replace(bare, facts=_on(facts, bare.decided_on))
        if _window(engine, rule, notice) is not None:
            return facts
        waiting += [{**facts, name: value} for name, value in _more(engine, rule, notice) if name not in facts]
    return None


def _more(engine: Engine, rule: Rule, notice: Notice) -> Iterator[tuple[str, str]]:
    """Facts that may bring the rule's dates about, with each value."""
    try:
        result = engine.compute(notice)
    except DeadlinesError:
        return
    names = [ask.fact for ask in result.asks if rule.id in ask.rules]
    names += [name for answer in rule.answer for name in answer.when]
    for name in dict.fromkeys(names):
        if name == "basis":
            yield from ((name, value) for value in bases_of(engine.law, notice))
        elif name in engine.law.facts:
            fact = engine.law.facts[name]
            yield from ((name, value) for value in fact.choices or ["DAY" if fact.type == "date" else "10"])


def _kinds(rule: Rule) -> list[str]:
    return rule.when.get("kind", rule.kinds)


def _forms(law: Law, rule: Rule, kind: str) -> list[str | None]:
    named = rule.when.get("form") or rule.forms.get(kind)
    if named:
        return [*named]
    if rule.route is None:
        return [None, *law.forms]
    return [*dict.fromkeys(form for row in law.decisions for form in row.forms if form != "*"), None]


def _number(value: str) -> str:
    """The low end of a range, or the word itself."""
    low, dash, _ = value.partition("-")
    return low if dash and low.isdecimal() else value


def _on(facts: dict[str, str], day: date) -> dict[str, str]:
    return {name: str(day) if value == "DAY" else value for name, value in facts.items()}


def _window(engine: Engine, rule: Rule, notice: Notice) -> Window | None:
    try:
        windows = engine.compute(notice).windows
    except DeadlinesError:
        return None
    found = next((window for window in windows if window.rule == rule.id), None)
    dated = found is not None and (found.last_day is not None or found.opens_on is not None)
    return found if dated else None


def _table(engine: Engine, rule: Rule, sample: Notice, method: str, mondays: Sequence[date]) -> str:
    lines = []
    for monday in mondays:
        week = [monday + timedelta(days=offset) for offset in range(7)]
        lines.append(
            f"{monday}  " + "  ".join(f"{_cell(engine, rule, sample, method, on):<12}" for on in week).rstrip()
        )
    return "\n".join(lines) + "\n"


def _cell(engine: Engine, rule: Rule, sample: Notice, method: str, day: date) -> str:
    if not FIRST <= day <= LAST:
        return ""
    notice = Notice(
        kind=sample.kind, form=sample.form, decided_on=day, service=Service(method), facts=_on(sample.facts, day)  # type: ignore[arg-type]
    )  # fmt: skip
    window = _window(engine, rule, notice)
    if window is None:
        return "-"
    if window.safe_by is None:
        return f"o{_days(day, window.opens_on)}"
    dates = "/".join(_days(day, on) for on in (window.safe_by, window.last_day, window.latest))
    protective = f"p{_days(day, window.protective_by)}" if window.protective_by else ""
    opens = f"o{_days(day, window.opens_on)}" if window.opens_on and window.opens_on > day else ""
    return f"{dates}{protective}{opens}"


def _days(day: date, on: date | None) -> str:
    return "-" if on is None else str((on - day).days)


def main() -> None:
    """Write every table, and take away those of rules that are gone."""
    fresh = dict(tables(load_law()))
    for old in FOLDER.glob("*.txt"):
        if old.name not in fresh:
            old.unlink()
    for name, text in fresh.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
