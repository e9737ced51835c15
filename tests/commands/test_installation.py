from datetime import UTC, datetime

import pytest

from deadlines.commands import installation
from deadlines.law import load_law


@pytest.mark.parametrize("months, state", [(0, "well"), (6, "well"), (7, "warning"), (15, "warning"), (16, "ill")])
def test_old_law_is_told(months: int, state: str) -> None:
    year, month = (int(part) for part in load_law().edition.split(".")[:2])
    later = year * 12 + month - 1 + months
    now = datetime(later // 12, later % 12 + 1, 15, tzinfo=UTC)
    finding = installation.check_law(now)
    assert finding.state == state
    assert load_law().edition in finding.sentence


def test_old_zone_data_is_told() -> None:
    assert installation.check_zone_data(datetime(2026, 11, 25, tzinfo=UTC)).state == "well"
    assert installation.check_zone_data(datetime(2099, 1, 1, tzinfo=UTC)).state == "warning"
