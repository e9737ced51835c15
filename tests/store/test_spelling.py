"""Names and numbers are found however they are typed, on both databases."""

import unicodedata
from typing import Any

import pytest
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from deadlines.store.database import Database
from deadlines.store.spelling import as_kept, holds, spelled
from deadlines.store.tables import Matter
from tests.docket import samples

CLIENTS = {"S-1": "PEÑA ÁLVAREZ", "S-2": "Zoë [a*b?]", "S-3": "Pena Alvarez", "S-4": "Ωmega %_ Straße", "ÉT-7": None}


def found(session: Session, condition: ColumnElement[bool]) -> list[str]:
    return list(session.scalars(select(Matter.reference).where(condition).order_by(Matter.created_at, Matter.id)))


@pytest.fixture
def session(database: Database) -> Any:
    with database.write() as opened:
        ana = samples.person(opened)
        for reference, client in CLIENTS.items():
            opened.add(Matter(reference=reference, client=client, attorney_id=ana.id, created_at=samples.ENTERED))
        opened.flush()
        yield opened


@pytest.mark.parametrize(
    ("word", "references"),
    [
        ("PEÑA", ["S-1"]),
        ("peña", ["S-1"]),
        ("Ñ", ["S-1"]),
        ("álvarez", ["S-1"]),
        ("pena", ["S-3"]),
        ("ZOË [A*B?]", ["S-2"]),
        ("oë [a", ["S-2"]),
        ("ë*b", []),
        ("ë?[", []),
        ("ω", ["S-4"]),
        ("%_ straße", ["S-4"]),
        ("Ωm_g", []),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_word_is_found_in_other_capitals_and_another_unicode_form(
    session: Session, word: str, references: list[str], form: Any
) -> None:
    typed = unicodedata.normalize(form, word)
    assert found(session, holds(Matter.client, typed)) == references
    assert set(found(session, ~holds(Matter.client, typed))) == set(CLIENTS) - {*references, "ÉT-7"}


@pytest.mark.parametrize("typed", ["ÉT-7", "ét-7", "  Ét-7 ", unicodedata.normalize("NFD", "ét-7")])
def test_a_number_is_the_same_in_other_capitals(session: Session, typed: str) -> None:
    assert found(session, spelled(Matter.reference, typed)) == ["ÉT-7"]
    assert found(session, spelled(Matter.reference, f"{typed.strip()}0")) == []
    assert found(session, spelled(Matter.reference, "T-7")) == []


def test_a_text_is_kept_composed_and_with_single_blanks() -> None:
    assert as_kept(unicodedata.normalize("NFD", "\u00a0Peña \t Álvarez\n")) == "Peña Álvarez"
