"""The walk through the code says what the code does."""

import doctest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_sample_of_the_walk_is_true(monkeypatch):
    monkeypatch.chdir(ROOT)
    results = doctest.testfile(
        str(ROOT / "docs" / "walk.md"), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8"
    )
    assert results.attempted > 30
    assert results.failed == 0
