from datetime import date

import pytest

from firstpoint.simulation import MadeUpForce, make_force


@pytest.fixture(scope="session")
def force() -> MadeUpForce:
    return make_force(seed=20260401, incidents=12_000, start=date(2026, 4, 1), days=30)
