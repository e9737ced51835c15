"""How often what is tried at many moments is tried."""

import pytest

MOMENTS = pytest.mark.parametrize("keyed", ["no tools", pytest.param("tools", marks=pytest.mark.long)], indirect=True)
"""For what is tried at many moments: with pg_dump only where the long tests are asked for."""
