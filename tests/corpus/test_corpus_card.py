"""The corpus's data card says what the banks hold: its tables are made of them, no field is left out."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest
from banks import FOLDER, FOR_TEST_ALONE, letters, read

CORPUS = FOLDER.parent
PAGE = (CORPUS / "README.md").read_text("utf-8")


def describing():
    """The script ``tools/describe-corpus`` as a module."""
    loader = SourceFileLoader("describe_corpus", str(CORPUS.parent / "tools" / "describe-corpus"))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script():
    return describing()


def test_the_tables_of_the_data_card_are_made_from_the_banks(script):
    made = script.described(PAGE, script.read_banks(FOLDER), script.manners())
    assert made == PAGE, "make them anew: tools/describe-corpus"


def test_a_log_more_changes_the_tables(script):
    banks = script.read_banks(FOLDER)
    banks["a"] = [*banks["a"], banks["a"][0]]
    assert script.described(PAGE, banks, script.manners()) != PAGE


def test_a_page_without_its_markers_is_refused(script):
    with pytest.raises(SystemExit, match="markers of banks"):
        script.described("no markers", script.read_banks(FOLDER), script.manners())


def test_every_bank_has_a_manner_and_the_card_says_which_are_for_test_alone(script):
    told = script.manners()
    assert set(told) == set(letters())
    assert {letter for letter in told if told[letter].get("test_alone")} == set(FOR_TEST_ALONE)


@pytest.mark.parametrize("letter", letters())
def test_every_field_of_every_log_is_described(letter):
    fields = {field for log in read(letter) for field in log}
    inner = {field for log in read(letter) for one in (*log["disclosed"], *log["undone_by"]) for field in one}
    assert [field for field in sorted(fields | inner) if f"`{field}`" not in PAGE] == []


def test_shares_and_words_of_a_bank_are_counted_by_hand(script):
    logs = [
        {"text": "one two three", "expected_crimes_total": 2, "closing_code": "NFA", "pair": "Z-P1"},
        {"text": "one", "expected_crimes_total": 0, "closing_code": "nfa", "pair": "Z-P1"},
        {"text": "one two three four five", "expected_crimes_total": 1, "closing_code": None},
    ]
    assert script.figures(logs) == ["3", "67 %", "33 %", "67 %", "3", "2"]
