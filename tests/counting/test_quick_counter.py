"""A quick counter says of one report after another what the plain interpreter says."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from report_fuzz import spoilt
from report_mix import json_lines
from report_strategies import reports
from row_comparison import REFUSED, counted, plain_row

from firstpoint.counting import listed_books, quick_counter
from firstpoint.counting.columns.single import MOST_MATTERS, QuickCounter
from firstpoint.errors import BadReport, Refused


@pytest.fixture(scope="module")
def counter() -> QuickCounter:
    return quick_counter(reconstructed=True)


def quick_row(counter: QuickCounter, report: Any) -> tuple[Any, ...]:
    try:
        found = counter.count(report)
    except (BadReport, Refused):
        return REFUSED
    return (
        found.report_id,
        found.book,
        found.decision,
        found.total,
        found.due_in_open_class,
        found.record_by,
        counted(found.crimes),
        counted(found.reported_incidents),
        found.trace,
    )


def said(**more: Any) -> dict[str, Any]:
    return {"schema_version": 1, "reported_at": "2026-06-15T12:00:00Z", **more}


def test_mixed_reports_of_every_book_are_counted_alike(counter: QuickCounter):
    for book in listed_books():
        for text in json_lines(120, 41, book_day=book.valid_from).splitlines():
            assert quick_row(counter, text) == plain_row(text, reconstructed=True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(report=reports())
def test_any_report_is_counted_alike(counter: QuickCounter, report: dict[str, Any]):
    assert quick_row(counter, report) == plain_row(json.dumps(report), reconstructed=True)


def test_spoilt_reports_are_refused_alike(counter: QuickCounter):
    rng = random.Random(5)  # noqa: S311
    for whole in json_lines(400, 9).decode().splitlines():
        _, text = spoilt(whole, rng)
        assert quick_row(counter, text) == plain_row(text, reconstructed=True)


def test_mapping_text_bytes_and_checked_facts_say_the_same(counter: QuickCounter):
    for text in json_lines(200, 3).decode().splitlines():
        forms = (
            text,
            text.encode(),
            json.loads(text),
            counter.checked(text),
            counter.checked(json.loads(text)),
        )
        rows = [quick_row(counter, form) for form in forms]
        assert rows == rows[:1] * len(forms)


def test_a_report_leaves_nothing_behind_for_the_next(counter: QuickCounter):
    texts = json_lines(300, 8).splitlines()
    before = [quick_row(counter, text) for text in texts]
    order = random.Random(1).sample(range(len(texts)), len(texts))  # noqa: S311
    after = {at: quick_row(counter, texts[at]) for at in order}
    assert [after[at] for at in range(len(texts))] == before


def test_facts_checked_earlier_are_not_written_over_by_later_reports(counter: QuickCounter):
    texts = json_lines(100, 12).splitlines()
    held = [counter.checked(text) for text in texts]
    assert [quick_row(counter, each) for each in held] == [quick_row(counter, text) for text in texts]


def test_a_report_with_more_matters_than_there_is_room_for_is_counted_all_the_same(counter: QuickCounter):
    victims = [{"id": f"v{at}"} for at in range(MOST_MATTERS)]
    report = said(
        allegations=[{"kind": "assault", "injury": "minor", "victims": [each["id"] for each in victims]}],
        victims=victims,
    )
    assert quick_row(counter, report) == plain_row(json.dumps(report), reconstructed=True)


def test_a_report_of_a_book_that_must_be_asked_for_is_refused():
    with pytest.raises(Refused):
        quick_counter().count(said(reported_at="2016-06-15T12:00:00Z"))


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ("{", "is not JSON"),
        (said(allegations=[{"kind": "arguing"}]), "/allegations/0/kind"),
        (said(allegations=object()), "is not a report"),
        ({"reported_at": "yesterday"}, "reported_at"),
    ],
)
def test_a_bad_report_is_told_with_its_place(counter: QuickCounter, report: Any, words: str):
    with pytest.raises(BadReport, match=words):
        counter.count(report)
