"""The order in which files of tests are begun, and the reader of those that choose none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from firstpoint.screening import logreading


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take a minute in one piece, so that no core waits for one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


@pytest.fixture(autouse=True, scope="session")
def _reads_quickly() -> Iterator[None]:
    """Whoever chooses no reader gets the quick one, however few the logs: what only the network adds is
    tested where it is chosen."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(logreading, "THOROUGH_UP_TO", 0)
        yield
