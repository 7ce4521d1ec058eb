"""The order in which files of tests are begun."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take a minute in one piece, so that no core waits for one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)
