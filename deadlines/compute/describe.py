"""A rule of the law data in sentences, part by part. Nothing here reads or computes."""

from collections.abc import Mapping

from deadlines.compute.law_words import cited, fees_of, periods_words, reach_words, span_words, when_words
from deadlines.compute.words import length_words, listed, long_date
from deadlines.law import Law
from deadlines.law.advice import Ambiguity
from deadlines.law.base import Confidence, Length
from deadlines.law.counting import Computation
from deadlines.law.model import Alternative, CourtAction, Period, Relation, Rule, Unless
from deadlines.law.review import doubts_of

Sections = list[tuple[str, list[str]]]
STATES = {
    "due": "It gives dates.",
    "opens": "It gives only the day from which something is possible, or on which a bar has ended.",
    "no-limit": "It may be filed at any time.",
    "not-available": "The law gives no such remedy.",
}
TRIGGERS = {
    "decided": "the date that the paper bears",
    "served": "the day of service",
    "received": "the day of receipt",
    "stated-or-served": "the day of the oral decision, or else the day of service",
    "final-order": "the day on which the order became final",
    "fact": "a date that is asked for",
    "after": "the last day of another window",
}
PRINTED = {
    "governs": "A deadline printed on the notice governs.",
    "caps": "A deadline printed on the notice caps the safe date.",
    "ignored": "",
}
EFFECTS = {
    "prevails": "it is the last day where it is later",
    "caps": "it is the last day where it is earlier",
    "arguable": "it may move the latest day only",
    "safe": "it may move the safe date",
    "disfavoured": "it is shown and moves nothing",
}
RELATIONS = {
    "alternative": "one or the other",
    "starts": "starts another clock",
    "ends": "ends something",
    "keeps-running": "does not stop something",
}


def rule_sections(law: Law, rule: Rule, policy: Mapping[str, str]) -> Sections:
    """Everything about a rule, under headings; a part without sentences is left out by whoever prints it."""
    notes = [
        _noted(note.text, when_words(note.when), span_words(note.from_, note.until), note.cite) for note in rule.note
    ]
    return [
        ("What it is", _head(law, rule)),
        ("Day 0", _day_zero(rule)),
        ("What the texts give", [line for period in rule.period for line in _period(period)]),
        ("What courts did", [_action(action) for action in rule.court_action]),
        ("How days are counted", _computation(law, law.computations[rule.computation]) + _recounts(rule)),
        ("Other readings", [_alternative(item) for item in rule.alternative]),
        (
            "Where the facts give no date",
            [
                cited(f"{answer.state} where {when_words(answer.when)}: {answer.why}", answer.cite)
                for answer in rule.answer
            ],
        ),
        ("Notes", notes),
        ("More time", _more_time(rule)),
        ("Other clocks", [_relation(relation) for relation in rule.relation]),
        ("Fees", fees_of(law, rule)),
        ("Questions left open", [_question(law.ambiguities[key], policy) for key in doubts_of(law, rule)]),
        ("Sources", _sources(law, rule)),
    ]


def ambiguity_sections(law: Law, ambiguity: Ambiguity, policy: Mapping[str, str]) -> Sections:
    """A question that the law leaves open: its choices, which one holds here, and the rules it touches."""
    chosen = _choice(ambiguity, policy)
    choices = [
        f"{choice.id}: {choice.text}{' (holds here)' if choice.id == chosen else ''}" for choice in ambiguity.choices
    ]
    key = ambiguity.id.replace("-", "_")
    who = f"A firm may decide under [policy], as {key}; this moves safe dates, never a last day."
    rules = [rule.id for rule in law.rules.values() if ambiguity.id in doubts_of(law, rule)]
    return [
        ("Choices, the careful one first", choices),
        ("Who decides", [who if ambiguity.firm else "Nobody: the careful choice always holds."]),
        ("Why it is open", [cited(ambiguity.why, ambiguity.cite)]),
        ("Rules whose dates rest on it", rules),
        ("Row of the research", [ambiguity.row]),
    ]


def _head(law: Law, rule: Rule) -> list[str]:
    kinds = listed([f"{law.kinds[kind].title} ({kind})" for kind in rule.kinds])
    said = [
        f"{rule.id}: {rule.remedy}, {periods_words(rule)}; decided by forum {rule.forum}.",
        f"File with {rule.file_with}. It counts when {rule.filed_when}.",
        f"Opened by: {kinds}.",
    ]
    said += [cited(f"With {place.file_with} where {when_words(place.when)}.", place.cite) for place in rule.place]
    said += [f"After {kind} only on Form {' or '.join(forms)}." for kind, forms in rule.forms.items()]
    said += [f"After {kind} not on Form {' or '.join(forms)}." for kind, forms in rule.not_forms.items()]
    if rule.when:
        said.append(f"It exists only where {when_words(rule.when)}{', which is asked for' if rule.ask else ''}.")
    if rule.route is not None:
        said.append(f"Only where the table of decisions gives the remedy {rule.route}.")
    state = STATES[rule.state]
    said.append(f"{state.removesuffix('.')}: {rule.why}" if rule.why else state)
    if rule.party != "client":
        said.append({"government": "The clock is the government's.", "either": "Either party may file."}[rule.party])
    if rule.discreet:
        said.append("It tells of a case that 8 USC 1367 protects: it leaves in no feed.")
    if rule.origin:
        place = f", in place of the shipped rule {rule.replaces}" if rule.replaces else ""
        said.append(f"It comes from the firm's own folder{place}.")
    return said


def _day_zero(rule: Rule) -> list[str]:
    other = rule.finality or rule.after or rule.trigger_fact
    said = [f"{rule.trigger_words}: {TRIGGERS[rule.trigger]}{f' ({other})' if other else ''}."]
    if rule.not_before is not None:
        said.append(f"Never earlier than {long_date(rule.not_before)}.")
    for floor in rule.floor:
        after = f"{length_words(floor.length)} after " if floor.length != Length() else ""
        said.append(cited(f"Never earlier than {after}the date {floor.fact}: {floor.why}.", floor.cite))
    if rule.day_one:
        said.append(f"For {listed(rule.day_one)} the date is itself the first counted day.")
    if rule.counted_before is not None:
        said.append(f"The days counted already are asked for ({rule.counted_before}).")
    if rule.printed_fact is not None:
        said.append(f"The notice prints the day for this filing beside the deadline of another ({rule.printed_fact}).")
    return [*said, PRINTED[rule.printed]] if PRINTED[rule.printed] else said


def _period(period: Period) -> list[str]:
    span, weak = span_words(period.from_, period.until), _weak(period.confidence)
    text = f"{period.id}, {span}: {length_words(period.length)}{f'; {period.why}' if period.why else ''}{weak}"
    said = [cited(text, period.cite)]
    if period.published is not None:
        said.append(f"{period.id} was published on {long_date(period.published)}.")
    if period.opens is not None:
        said.append(f"{period.id}: the window opens {length_words(period.opens)} after day 0.")
    if period.safe_length is not None:
        said.append(f"{period.id}: the safe date counts {length_words(period.safe_length)}.")
    for unless in period.unless:
        text = (
            f"{period.id}: {_unless(unless)} where {when_words(unless.when)}{f'; {unless.why}' if unless.why else ''}"
        )
        said.append(cited(f"{text}{_weak(unless.confidence)}", unless.cite))
    return said


def _unless(unless: Unless) -> str:
    safe = f" ({length_words(unless.safe_length)} for the safe date)" if unless.safe_length is not None else ""
    return f"{length_words(unless.length)}{safe}"


def _weak(confidence: Confidence | None) -> str:
    return f" (source: {confidence})" if confidence is not None else ""


def _action(action: CourtAction) -> str:
    live = "The case is open: the protective date follows this text." if action.live else "The case is over."
    span = span_words(action.from_, action.until)
    return cited(f"{action.of} was {action.kind} {span} {reach_words(action)}: {action.case}. {live}", action.cite)


def _computation(law: Law, computation: Computation) -> list[str]:
    days = {"calendar": "Calendar days", "business": "Open days only"}[computation.count]
    off = ", ".join(word.replace("-", " ") for word in computation.roll.off)
    state = ", and those of the state where the circuit clerk sits" if computation.state_holidays else ""
    goes = "it moves to the next open day" if computation.roll.to == "next-open-day" else "it stays"
    said = [
        f"{days}, in the order {', '.join(computation.order)} ({computation.id}).",
        cited(f"When the last day is off ({off}): {goes}.", computation.roll.cite),
        f"Holidays: each {law.calendars[computation.holidays].name}{state}.",
    ]
    for line in computation.service:
        added = f"{length_words(line.add)} more" if line.add.days else "no days added"
        argued = f" ({length_words(line.argue)} arguable)" if line.argue is not None and line.argue != line.add else ""
        said.append(cited(f"Served by {listed(line.methods)}: {added}{argued}; {line.why}", line.cite))
    if not computation.online_roll:
        since = span_words(computation.online_from, None)
        said.append(
            cited(
                f"Filed online{f', {since}' if since else ''}: no move; {computation.online_why}",
                computation.online_cite,
            )
        )
    return said


def _recounts(rule: Rule) -> list[str]:
    return [
        cited(
            f"By {recount.computation} where {when_words(recount.when)}"
            f"{f' and {recount.without} is not given' if recount.without is not None else ''}: {recount.why}"
            f"{f'; counted from {recount.trigger_words}' if recount.trigger is not None else ''}",
            recount.cite,
        )
        for recount in rule.recount
    ]


def _alternative(item: Alternative) -> str:
    start = {"due": "the last day", "fact": f"the date {item.start_fact}"}.get(item.start, f"the day {item.start}")
    text = f"{item.name}: {length_words(item.length)} from {start}; {EFFECTS[item.effect]}; {item.why}"
    return _noted(text, when_words(item.when), span_words(item.from_, item.until), [*item.cite, item.confidence])


def _noted(text: str, when: str, span: str, cite: list[str]) -> str:
    limits = "; ".join(part for part in (f"where {when}" if when else "", f"decisions {span}" if span else "") if part)
    return cited(f"{text} ({limits})" if limits else text, cite)


def _relation(relation: Relation) -> str:
    other = relation.rule or relation.notice
    text = f"{RELATIONS[relation.kind]}{f' ({other})' if other else ''}, when {relation.on}: {relation.text}"
    return _noted(text, when_words(relation.when), "", relation.cite)


def _more_time(rule: Rule) -> list[str]:
    """Whether the time can be extended, where a source says so."""
    found = rule.more_time
    return [cited(f"{'possible' if found.allowed else 'NOT possible'}: {found.why}", found.cite)] if found else []


def _choice(ambiguity: Ambiguity, policy: Mapping[str, str]) -> str:
    return policy.get(ambiguity.id, ambiguity.choices[0].id) if ambiguity.firm else ambiguity.choices[0].id


def _question(ambiguity: Ambiguity, policy: Mapping[str, str]) -> str:
    chosen = _choice(ambiguity, policy)
    text = next(choice.text for choice in ambiguity.choices if choice.id == chosen)
    who = "the firm's choice" if ambiguity.firm else "always"
    return f"{ambiguity.id}: {ambiguity.question} {who}: {chosen}, {text}"


def _sources(law: Law, rule: Rule) -> list[str]:
    return [
        f"Law: {'; '.join(rule.cite)}.",
        f"Reviewed on {long_date(rule.reviewed.on)}; sources: {rule.reviewed.confidence}.",
        f"Edition {law.edition}, issued {long_date(law.issued)}. Not legal advice.",
    ]
