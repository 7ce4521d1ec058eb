"""What a board paper says, and what it refuses to say."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from attrs import evolve
from invented_board_paper import RECOMMENDATIONS, invented_paper

from firstpoint.errors import InputError
from firstpoint.insight import kinds_of_error
from firstpoint.reporting import (
    BoardPaper,
    Chart,
    Finding,
    Heading,
    NoFigure,
    Notice,
    Recommendation,
    Report,
    ResultRow,
    Table,
    board_report,
    to_html,
)
from firstpoint.reporting.kinds_of_error import kinds_of_error as reporting_kinds


def headings(report: Report) -> list[str]:
    return [b.text for b in report.blocks if isinstance(b, Heading) and b.level == 2]


def tables(report: Report) -> dict[str, Table]:
    return {b.caption: b for b in report.blocks if isinstance(b, Table)}


def test_paper_reads_in_the_order_of_a_board_paper() -> None:
    assert headings(board_report(invented_paper())) == [
        "Summary",
        "Introduction",
        "Current position",
        "Latest audit: sample",
        "Latest audit: results",
        "Unrecorded crime a year",
        "Findings by kind of error",
        "Trend",
        "Method and limits",
    ]


def test_made_up_data_is_said_before_anything_else() -> None:
    first = board_report(invented_paper()).blocks[0]
    assert isinstance(first, Notice)
    assert first.kind == "made-up data"


def test_real_data_carries_no_made_up_notice() -> None:
    assert "Made-up" not in to_html(board_report(invented_paper(made_up=False)))


def test_every_rate_stands_with_both_its_limits() -> None:
    table = tables(board_report(invented_paper()))["Audit results"]
    assert [row[4:] for row in table.rows] == [
        (pytest.approx(88.8), 83.7, 92.5),
        (pytest.approx(83.46), 71.5, 91.9),
        (pytest.approx(94.89), 91.4, 97.1),
        (pytest.approx(92.17), 89.3, 94.4),
    ]


def test_a_refused_overall_rate_is_told_with_its_reason_where_it_would_have_stood() -> None:
    refusal = NoFigure("no sample was drawn for all other crime", "Draw one from the frame.")
    report = board_report(invented_paper(overall=refusal, unrecorded=NoFigure("there is no overall rate")))
    notices = [b.text for b in report.blocks if isinstance(b, Notice) and b.kind == "no figure"]
    said = "No overall rate, because no sample was drawn for all other crime. Draw one from the frame."
    assert notices.count(said) == 2
    assert any(text.startswith("No estimate of unrecorded crime, because") for text in notices)
    assert "Whole force" not in to_html(report)


def test_a_stratum_without_a_rate_says_why_and_is_not_drawn() -> None:
    paper = invented_paper()
    refused = ResultRow("Sexual offences", 30, 31, 20, None, None, None, "", "only one report was drawn")
    report = board_report(evolve(paper, results=(paper.results[0], refused, paper.results[2])))
    page = to_html(report)
    assert "No rate, because only one report was drawn." in page
    chart = next(b for b in report.blocks if isinstance(b, Chart))
    assert "Sexual offences" not in chart.alternative


def test_a_paper_whose_every_rate_is_refused_still_stands() -> None:
    refused = ResultRow("Violence", 30, 31, 20, None, None, None, "", "the frame is not known")
    paper = invented_paper(results=(refused,), overall=NoFigure("a"), unrecorded=NoFigure("b"), trend=None)
    assert not [b for b in board_report(paper).blocks if isinstance(b, Chart)]


@pytest.mark.parametrize(
    "values",
    [
        {"rate": 0.9, "low": None, "high": 0.95},
        {"rate": None, "low": None, "high": None},
        {"rate": 0.99, "low": 0.8, "high": 0.9},
        {"rate": float("nan"), "low": 0.8, "high": 0.9},
    ],
)
def test_a_rate_without_its_limits_or_a_refusal_without_reason_is_refused(
    values: dict[str, float | None],
) -> None:
    with pytest.raises(InputError, match="Violence"):
        ResultRow("Violence", 10, 10, 9, method="exact", **values)  # type: ignore[arg-type]


def test_an_unfinished_recommendation_is_overdue_the_day_after_its_deadline() -> None:
    item = Recommendation("Train.", date(2026, 5, 5), "Head of Learning", "in progress", "Begun.")
    assert item.status_on(date(2026, 5, 5)) == "in progress"
    assert item.status_on(date(2026, 5, 6)) == "overdue"


@pytest.mark.parametrize("status", ["done", "disputed"])
def test_a_finished_or_disputed_recommendation_never_falls_overdue(status: str) -> None:
    item = Recommendation("Train.", date(2020, 1, 1), "Head of Learning", status, "")  # type: ignore[arg-type]
    assert item.status_on(date(2026, 5, 6)) == status


def test_progress_is_counted_by_status() -> None:
    page = to_html(board_report(invented_paper()))
    assert len(RECOMMENDATIONS) == 5
    assert "Of 5 recommendations, on 6 May 2026: 1 in progress, 2 done, 1 disputed, 1 overdue." in page


def test_no_recommendation_is_said_plainly() -> None:
    page = to_html(board_report(invented_paper(recommendations=())))
    assert "This paper was given no recommendations to report on." in page


def test_each_kind_of_error_has_its_count_and_its_sentence() -> None:
    rows = tables(board_report(invented_paper()))["Errors found in the reports audited"].rows
    assert [row[1] for row in rows] == [52, 31, 12, "fewer than 5"]
    assert rows[0][2] == (
        "52 crimes belong to reports of which nothing was recorded. Most were opened as domestic incidents."
    )


def test_a_kind_of_error_that_is_not_known_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="not recorded at all, fewer recorded than required"):
        Finding("lost", 9)


def test_fewer_than_no_crimes_is_refused() -> None:
    with pytest.raises(InputError, match="-1 crimes"):
        Finding("recorded late", -1)


def test_a_kind_of_error_given_twice_is_refused_rather_than_lost() -> None:
    with pytest.raises(InputError, match="comes twice"):
        board_report(invented_paper(findings=(Finding("recorded late", 9), Finding("recorded late", 8))))


def test_kinds_that_were_not_marked_are_not_told_as_no_errors() -> None:
    reason = "the marks do not say what kind of error was found"
    page = to_html(board_report(invented_paper(findings=NoFigure(reason))))
    assert f"No findings by kind, because {reason}." in page
    assert "No error was found" not in page


def test_the_kinds_are_those_that_an_audit_is_divided_into() -> None:
    marks = pl.DataFrame(
        {
            "incident_id": ["a", "b"],
            "should_record": [2, 1],
            "recorded": [1, 0],
            "right_class": [1, 0],
            "in_time": [1, 0],
            "over_recorded": [0, 0],
        }
    )
    assert kinds_of_error(marks)["kind"].to_list() == [k.kind for k in reporting_kinds()]


def test_an_audit_without_errors_says_so() -> None:
    assert "No error was found in the reports audited." in to_html(board_report(invented_paper(findings=())))


def test_the_draw_can_be_repeated_from_the_paper() -> None:
    paper: BoardPaper = invented_paper()
    note = tables(board_report(paper))["Sample sizes"].note
    assert str(paper.sample.seed) in note
    assert paper.sample.frame_sha256 in note


def test_confidence_and_margin_are_never_mixed_up() -> None:
    page = to_html(board_report(invented_paper()))
    assert "95% confidence, ± 3 points" in page
    assert "3% confidence" not in page


def test_a_sample_in_which_all_was_recorded_is_not_called_perfect() -> None:
    paper = invented_paper()
    full = evolve(paper.results[0], were_recorded=241, rate=1.0, low=0.985, high=1.0)
    page = to_html(board_report(evolve(paper, results=(full, *paper.results[1:]))))
    assert "A sample cannot show that there are none" in page
    assert "at least 98 of every 100" in page
