"""The questions of one computation, gathered across its windows and asked once each."""

from typing import get_args

from deadlines.compute import routes
from deadlines.compute.notice import Notice
from deadlines.compute.result import Ask
from deadlines.compute.usage import is_foreign
from deadlines.law import Law
from deadlines.law.counting import Method
from deadlines.law.model import Rule

SERVICE = "service.method"
PRINTED = "printed_deadline"
RECEIVED = "received_on"
OTHER = {
    SERVICE: "How was the decision served? Ordinary mail adds days that personal, electronic and faxed service do not.",
    PRINTED: "Which deadline is printed on the notice? It controls, also where it is shorter than the maximum.",
    RECEIVED: "On which day did the notice provably arrive? The text runs from receipt; the proof is the applicant's.",
    "form": "Which form was decided? It decides whether there is an appeal, and to whom.",
}


class Questions:
    """What is missing, in the order it was noticed, and in `doubts` what a careful colleague would mention."""

    def __init__(self, law: Law, notice: Notice) -> None:
        self._law = law
        self._notice = notice
        self._rules: dict[str, list[str]] = {}
        self.doubts: list[str] = []

    def ask(self, fact: str, rule: Rule) -> None:
        """Ask for a fact on behalf of a rule; not for one that says nothing of the notice's form."""
        if is_foreign(self._law, fact, self._notice.form):
            return
        rules = self._rules.setdefault(fact, [])
        if rule.id not in rules:
            rules.append(rule.id)

    def asks(self) -> list[Ask]:
        """One question for each missing fact."""
        return [Ask(fact, self._why(fact), self._choices(fact), rules) for fact, rules in self._rules.items()]

    def _why(self, fact: str) -> str:
        return OTHER[fact] if fact in OTHER else self._law.facts[fact].question

    def _choices(self, fact: str) -> list[str]:
        if fact == SERVICE:
            return [method for method in get_args(Method) if method != "unknown"]
        if fact in (PRINTED, RECEIVED):
            return []
        if fact == "form":
            rows, _ = routes.rows_for(self._law, self._notice)
            rules = (rule for rule in self._law.rules.values() if self._notice.kind in rule.kinds)
            named = {
                form for rule in rules for form in (*rule.when.get("form", ()), *rule.forms.get(self._notice.kind, ()))
            }
            return sorted({form for row in rows for form in row.forms if form != "*"} | named)
        if fact == "basis":
            return routes.bases_of(self._law, self._notice)
        return list(self._law.facts[fact].choices)
