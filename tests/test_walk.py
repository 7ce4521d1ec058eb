"""The pages with code in them say what the code does."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(("page", "samples"), [("walk.md", 30), ("counting.md", 25), ("audits.md", 45)])
def test_every_sample_of_the_page_is_true(page, samples, monkeypatch):
    monkeypatch.chdir(ROOT)
    results = doctest.testfile(
        str(ROOT / "docs" / page), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8"
    )
    assert results.attempted > samples
    assert results.failed == 0
