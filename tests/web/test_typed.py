"""What is read from a form, field by field."""

import pytest

from deadlines.errors import Conflict, InputError
from deadlines.web.desk.typed import Faulty, Typed, faults_of


def test_every_faulty_field_is_told_at_once() -> None:
    typed = Typed({"on": "02/03/2026", "reason": " \n", "use": "neither", "box": "yes"})
    typed.day("on", "Give the day.")
    typed.words("reason", "Say why.")
    typed.one_of("use", ("printed", "computed"), "Choose one.")
    assert typed.ticked("box")
    with pytest.raises(Faulty) as refused:
        typed.check()
    assert set(refused.value.faults) == {"on", "reason", "use"}
    assert "2026-02-03 or 2026-03-02" in refused.value.faults["on"]
    assert faults_of(refused.value) == refused.value.faults


def test_a_refusal_of_the_desk_stands_beside_the_field_of_its_code() -> None:
    fields = {"bad-date": "on"}
    assert faults_of(InputError("It lies in the future", code="bad-date"), fields) == {"on": "It lies in the future."}
    assert faults_of(Conflict("Somebody was faster."), fields) == {"": "Somebody was faster."}
    assert faults_of(None) == {}
