"""Year-wide tables: for each rule the dates of a decision on every day of 2025 to 2027, as a file a week a line.

An edit of the law shows its whole effect in the difference of these files. Write them anew with
`python -m tests.law.year_tables` and read what changed before it is committed.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

from deadlines.compute.engine import Engine, engine_for
from deadlines.compute.notice import Notice, Service
from deadlines.compute.result import Window
from deadlines.errors import DeadlinesError
from deadlines.law import Law, load_law
from deadlines.law.base import When
from deadlines.law.model import Rule

FOLDER = Path(__file__).parent / "tables"
FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
METHODS = ("mail", "electronic")
PROBE = date(2026, 5, 13)
HEAD = """# {title}
# {about}
# Each day of a decision from Monday to Sunday: days until safe date/last day/latest, `p` protective date, `o` opens,
# `-` no date. Served by {method}.
"""


def tables(law: Law) -> Iterator[tuple[str, str]]:
    """(file name, text) for each rule that has dates."""
    engine = engine_for(law)
    for rule in law.rules.values():
        if rule.state not in ("due", "opens"):
            continue
        sample = sample_for(engine, rule)
        if sample is None:
            raise LookupError(f"{rule.id}: no sample notice opens it")
        texts = [(method, _table(engine, rule, sample, method)) for method in METHODS]
        shown = texts[:1] if texts[0][1] == texts[1][1] else texts
        kind = f"{sample.kind}{f' on Form {sample.form}' if sample.form else ''}"
        facts = ", ".join(f"{name}={value}" for name, value in sample.facts.items())
        about = f"{kind}{f', {facts} (dates move with the decision)' if facts else ''}"
        blocks = [HEAD.format(title=rule.title, about=about, method=method) + text for method, text in shown]
        yield f"{rule.id}.txt", "\n".join(blocks)


def sample_for(engine: Engine, rule: Rule) -> Notice | None:
    """A notice that opens the rule: the first that the conditions allow."""
    for kind, form, facts in product(_kinds(rule), _forms(engine.law, rule), _facts(engine.law, rule)):
        notice = Notice(kind=kind, form=form, decided_on=PROBE, service=Service("mail"), facts=_on(facts, PROBE))
        if _window(engine, rule, notice) is not None:
            return Notice(kind=kind, form=form, decided_on=PROBE, facts=facts)
    return None


def _kinds(rule: Rule) -> list[str]:
    return rule.when.get("kind", rule.kinds)


def _forms(law: Law, rule: Rule) -> list[str | None]:
    if "form" in rule.when:
        return list(rule.when["form"])
    if rule.route is None:
        return [None, *law.forms]
    return [*dict.fromkeys(form for row in law.decisions for form in row.forms if form != "*"), None]


def _facts(law: Law, rule: Rule) -> Iterator[dict[str, str]]:
    """Facts from the rule's own conditions, then with the ordinary classes of a form."""
    wanted = {name: values for name, values in rule.when.items() if name not in ("kind", "form", "method")}
    extra = {rule.trigger_fact: "DAY"} if rule.trigger_fact is not None else {}
    for values in product(*wanted.values()):
        yield {**dict(zip(wanted, (_number(value) for value in values), strict=True)), **extra}
    bases = dict.fromkeys(basis for row in law.decisions for basis in row.basis)
    yield from ({"basis": basis, **extra} for basis in bases)
    answers: list[When] = [unless.when for period in rule.period for unless in period.unless]
    yield from (
        {**{n: _number(v[0]) for n, v in when.items() if n not in ("kind", "form")}, **extra} for when in answers
    )


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


def _table(engine: Engine, rule: Rule, sample: Notice, method: str) -> str:
    lines, day = [], FIRST - timedelta(days=FIRST.weekday())
    while day <= LAST:
        week = [day + timedelta(days=offset) for offset in range(7)]
        lines.append(f"{day}  " + "  ".join(f"{_cell(engine, rule, sample, method, on):<12}" for on in week).rstrip())
        day += timedelta(days=7)
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
