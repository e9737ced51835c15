"""The kind of a notice is found by a group and a part of its name, without reading all of them."""

import click
import pytest
from click.testing import CliRunner

from deadlines.commands.asking_kind import choose_kind
from deadlines.law import load_law

KINDS = {kind.id: kind.title for kind in load_law().kinds.values()}


def asked(*answers: str, kinds: dict[str, str] = KINDS) -> tuple[str, str]:
    """The kind that is found, and what was shown before the first answer."""

    @click.command()
    def command() -> None:
        click.echo(f"FOUND {choose_kind(kinds)}")

    done = CliRunner().invoke(command, input="".join(f"{answer}\n" for answer in answers))
    assert done.exit_code == 0, done.output
    before, _, rest = done.output.partition("Who is it from")
    return rest.rpartition("FOUND ")[2].strip(), before


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (("ij.order",), "ij.order"),
        (("board", "remand"), "bia.remand"),
        (("uscis", "evidence"), "uscis.rfe"),
        (("RFE",), "uscis.rfe"),
        (("intent revoke",), "uscis.noir"),
        (("uscis", "nonsense", "bia.decision"), "bia.decision"),
        (("denial", "uscis.denial"), "uscis.denial"),
        (("status", "noir"), "uscis.noir"),
        ((" ", "NOID"), "uscis.noid"),
    ],
)
def test_a_group_an_id_or_a_part_of_a_name_leads_to_the_kind(answers: tuple[str, ...], kind: str) -> None:
    found, before = asked(*answers)
    assert found == kind
    assert len(before.splitlines()) < 10


def test_every_shipped_kind_belongs_to_a_group_and_one_of_a_firm_has_its_own() -> None:
    assert "the firm added" not in asked("ij.order")[1]
    found, before = asked("other", kinds={**KINDS, "county.order": "Order of the county"})
    assert (found, "the firm added" in before) == ("county.order", True)


def test_what_fits_nothing_is_said() -> None:
    @click.command()
    def command() -> None:
        choose_kind(KINDS)

    done = CliRunner().invoke(command, input="zzz\nij.bond\n")
    assert "No kind of notice has 'zzz' in its name." in done.output
    assert done.output.count("Immigration judge") < 5
