"""What a board may see of small counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_board_paper import OVERALL, RESULTS, invented_paper

from firstpoint.reporting import (
    Chart,
    Finding,
    ResultRow,
    SampleCriteria,
    Trend,
    TrendPoint,
    board_report,
    to_html,
)
from firstpoint.reporting.small_numbers import HIDDEN, WITHHELD, may_be_shown, shown_count, shown_parts
from firstpoint.reporting.tree import Table


def table(report_of: object, caption: str) -> Table:
    blocks = board_report(report_of).blocks  # type: ignore[arg-type]
    return next(b for b in blocks if isinstance(b, Table) and b.caption == caption)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_one_to_four_are_fewer_than_five(count: int) -> None:
    assert shown_count(count) == HIDDEN == "fewer than 5"


@pytest.mark.parametrize("count", [0, 5, 6, 1234])
def test_none_and_five_or_more_are_printed(count: int) -> None:
    assert shown_count(count) == count


@given(st.lists(st.integers(0, 12), min_size=2, max_size=6))
def test_a_hidden_count_cannot_be_had_by_subtraction(counts: list[int]) -> None:
    shown = shown_parts(counts)
    hidden = [c for c, s in zip(counts, shown, strict=True) if isinstance(s, str)]
    assert len(hidden) != 1
    assert not any(s == c for c, s in zip(counts, shown, strict=True) if 0 < c < 5)


@given(st.lists(st.integers(0, 12), min_size=2, max_size=6))
def test_nothing_is_hidden_where_no_count_is_small(counts: list[int]) -> None:
    if not any(0 < c < 5 for c in counts):
        assert shown_parts(counts) == counts


def test_a_small_kind_of_error_hides_the_kind_it_adds_up_with() -> None:
    findings = (
        Finding("not recorded at all", 40),
        Finding("fewer recorded than required", 2),
        Finding("recorded late", 9),
    )
    rows = {
        row[0]: row[1]
        for row in table(invented_paper(findings=findings), "Errors found in the reports audited").rows
    }
    assert rows == {
        "Not recorded at all": WITHHELD,
        "Fewer recorded than required": HIDDEN,
        "Recorded late": 9,
    }


def test_a_tiny_stratum_shows_neither_counts_nor_rate() -> None:
    tiny = ResultRow("Sexual offences", 4, 4, 3, 0.75, 0.2, 0.97, "exact")
    paper = invented_paper(results=(RESULTS[0], tiny, RESULTS[2]), overall=OVERALL)
    rows = {str(row[0]): row[1:] for row in table(paper, "Audit results").rows}
    assert rows["Sexual offences"] == (WITHHELD, WITHHELD, WITHHELD, WITHHELD, None, None)
    assert rows["Whole force"][:3] == (WITHHELD, WITHHELD, WITHHELD)
    assert rows["Whole force"][3] == pytest.approx(92.17)
    assert "75.0%" not in to_html(board_report(paper))


def test_the_rule_is_explained_where_it_is_used() -> None:
    page = to_html(board_report(invented_paper()))
    assert "because they could point to a person" in page


def test_a_stratum_of_five_is_large_enough() -> None:
    assert may_be_shown(5, 5)
    assert not may_be_shown(4, 50)
    assert not may_be_shown(50, 4)


def test_a_tiny_frame_is_not_printed_in_the_sample_sizes() -> None:
    sample = invented_paper().sample
    from attrs import evolve

    strata = (sample.strata[0], evolve(sample.strata[1], in_frame=3, drawn=3), sample.strata[2])
    changed: SampleCriteria = evolve(sample, strata=strata)
    rows = {str(row[0]): row[1:] for row in table(invented_paper(sample=changed), "Sample sizes").rows}
    assert rows["Sexual offences"] == (HIDDEN, HIDDEN)
    assert WITHHELD in rows["Violence against the person"]


def test_a_series_with_a_small_count_is_not_drawn() -> None:
    points = (TrendPoint("January", 12), TrendPoint("February", 3), TrendPoint("March", 9))
    report = board_report(invented_paper(trend=Trend("Rape reports", "Reports", points)))
    assert "No trend, because some of its periods hold fewer than 5." in to_html(report)
    assert not [b for b in report.blocks if isinstance(b, Chart) and b.caption == "Rape reports"]


def test_a_series_of_rates_is_no_series_of_counts() -> None:
    points = (TrendPoint("January", 0.9), TrendPoint("February", 0.95))
    report = board_report(invented_paper(trend=Trend("Recording rate", "Rate", points, "rate")))
    assert [b for b in report.blocks if isinstance(b, Chart) and b.caption == "Recording rate"]


def test_a_withheld_kind_of_error_says_why_instead_of_a_number() -> None:
    findings = (
        Finding("not recorded at all", 40, "Forty in all."),
        Finding("fewer recorded than required", 2),
    )
    rows = table(invented_paper(findings=findings), "Errors found in the reports audited").rows
    assert rows[0][2] == "The number is not shown, so that a hidden one cannot be worked out from it."
    assert str(rows[1][2]).startswith("Fewer than 5 crimes were missed")
