"""The parts of a board paper that state what was found: results, unrecorded crime, kinds of error, refusals.

Every figure here passes the rule on small numbers and the sentences of plain words on its way to the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from firstpoint.errors import InputError
from firstpoint.reporting import small_numbers
from firstpoint.reporting.board_paper import (
    BoardPaper,
    Finding,
    NoFigure,
    ResultRow,
    SampleCriteria,
    UnrecordedCrimes,
)
from firstpoint.reporting.charts import Whisker, interval_chart
from firstpoint.reporting.kinds_of_error import KindOfError, kind_of_error, kinds_of_error
from firstpoint.reporting.plain_words import (
    all_recorded_sentence,
    margin_sentence,
    percent,
    percent_outward,
    rate_sentence,
    unrecorded_in_round_numbers,
    unrecorded_sentence,
    wide_interval_sentence,
)
from firstpoint.reporting.tree import (
    Block,
    Cell,
    Column,
    Heading,
    Notice,
    Paragraph,
    Table,
)


def results(paper: BoardPaper) -> Iterator[Block]:
    """Give the results table, its chart, and a sentence for each stratum."""
    confidence = paper.sample.confidence
    yield Heading("Latest audit: results")
    yield _results_table(paper)
    drawn = [_whisker(row) for row in _all_rows(paper) if has_shown_rate(row)]
    if drawn:
        caption = f"Recording rate by stratum, with its {percent(confidence)} interval"
        yield interval_chart(drawn, confidence=confidence, caption=caption)
    for row in paper.results:
        words = " ".join(_stratum_in_words(row, paper.sample))
        yield Paragraph(words, numbered=True, lead=f"{row.stratum}.")
    if isinstance(paper.overall, NoFigure):
        yield no_figure("No overall rate", paper.overall)


def _results_table(paper: BoardPaper) -> Table:
    level = percent(paper.sample.confidence)
    methods = "; ".join(
        dict.fromkeys(row.method for row in _all_rows(paper) if row.rate is not None and row.method)
    )
    weighting = (
        "The overall rate weights each stratum by its share of the force's reports; it is not the sum of "
        "crimes recorded divided by the sum that should have been."
    )
    notes = (
        f"Intervals: {methods}." if methods else "",
        weighting if isinstance(paper.overall, ResultRow) else "",
        "" if _every_stratum_is_shown(paper) else small_numbers.EXPLANATION,
    )
    return Table(
        caption="Audit results",
        columns=(
            Column("Stratum", "name", 2.5),
            Column("Reports audited", "count"),
            Column("Crimes that should have been recorded", "count", 1.35),
            Column("Crimes that were recorded", "count", 1.1),
            Column("Recording rate", "rate", 1.15),
            Column(f"Low ({level})", "rate"),
            Column(f"High ({level})", "rate"),
        ),
        rows=(*map(_result_cells, paper.results), *_overall_cells(paper)),
        total=isinstance(paper.overall, ResultRow),
        note=" ".join(filter(None, notes)),
    )


def _all_rows(paper: BoardPaper) -> tuple[ResultRow, ...]:
    overall = (paper.overall,) if isinstance(paper.overall, ResultRow) else ()
    return (*paper.results, *overall)


def _result_cells(row: ResultRow) -> tuple[Cell, ...]:
    if not _is_shown(row):
        hidden = small_numbers.WITHHELD
        return row.stratum, hidden, hidden, hidden, hidden, None, None
    counts = row.incidents, row.should_have_been_recorded, row.were_recorded
    if row.rate is None:
        return row.stratum, *counts, "no rate", None, None
    return row.stratum, *counts, percentage(row), *percent_outward(*limits(row))


def _overall_cells(paper: BoardPaper) -> Iterator[tuple[Cell, ...]]:
    """The last row; without its counts where one stratum's are hidden, which could be had by subtraction."""
    if isinstance(paper.overall, NoFigure):
        return
    name, *counts_and_rate = _result_cells(paper.overall)
    counts = counts_and_rate[:3] if _every_stratum_is_shown(paper) else [small_numbers.WITHHELD] * 3
    yield name, *counts, *counts_and_rate[3:]


def _every_stratum_is_shown(paper: BoardPaper) -> bool:
    return all(map(_is_shown, paper.results))


def _is_shown(row: ResultRow) -> bool:
    return small_numbers.may_be_shown(row.incidents, row.should_have_been_recorded)


def has_shown_rate(row: ResultRow) -> bool:
    """Whether a board sees a rate in this row."""
    return row.rate is not None and _is_shown(row)


def limits(row: ResultRow) -> tuple[float, float]:
    """Give the interval of a row, as proportions; a row without one is refused."""
    if row.low is None or row.high is None:
        raise InputError("there is no interval to print", where=row.stratum)
    return row.low, row.high


def percentage(row: ResultRow) -> float:
    """Give the rate of a row in percent."""
    return 100 * (row.rate or 0.0)


def _whisker(row: ResultRow) -> Whisker:
    low, high = limits(row)
    return Whisker(row.stratum, row.rate or 0.0, low, high)


def _stratum_in_words(row: ResultRow, sample: SampleCriteria) -> Iterator[str]:
    if not _is_shown(row):
        yield "Too few reports or crimes to be shown."
    elif row.rate is None:
        yield f"No rate, because {_sentence_end(row.no_rate_because)}"
    else:
        yield from rate_in_words(row, sample.confidence)
        yield margin_sentence(*limits(row), sample.margin_points)


def rate_in_words(row: ResultRow, confidence: float) -> Iterator[str]:
    """Give what the row lets us say of its rate, in sentences."""
    if row.rate is None:
        yield f"No rate, because {_sentence_end(row.no_rate_because)}"
        return
    if not _is_shown(row):
        return
    low, high = limits(row)
    if row.were_recorded == row.should_have_been_recorded:
        yield all_recorded_sentence(low, confidence)
    else:
        yield rate_sentence(low, high, confidence)
    if wide := wide_interval_sentence(low, high):
        yield wide


def unrecorded(paper: BoardPaper) -> Iterator[Block]:
    """Give crimes unrecorded a year: the sentence, the table and its basis, or why there are none."""
    yield Heading("Unrecorded crime a year")
    if isinstance(paper.unrecorded, NoFigure):
        yield no_figure("No estimate of unrecorded crime", paper.unrecorded)
        return
    u = paper.unrecorded
    yield said(unrecorded_in_words(u, paper.sample.confidence))
    level = percent(paper.sample.confidence)
    yield Table(
        caption="Crimes unrecorded a year",
        columns=(
            Column("Measure", "name", 2),
            Column("Crimes recorded in twelve months", "count"),
            Column("Estimate", "count"),
            Column(f"Low ({level})", "count"),
            Column(f"High ({level})", "count"),
        ),
        rows=(("Crimes unrecorded a year", u.recorded_a_year, u.estimate, u.low, u.high),),
        note=u.basis,
    )


def findings(paper: BoardPaper) -> Iterator[Block]:
    """Give the errors found, by kind, with small counts held back."""
    yield Heading("Findings by kind of error")
    if isinstance(paper.findings, NoFigure):
        yield no_figure("No findings by kind", paper.findings)
        return
    if not paper.findings:
        yield said("No error was found in the reports audited.")
        return
    by_kind = {f.kind: f for f in paper.findings}
    if len(by_kind) < len(paper.findings):
        raise InputError("a kind of error comes twice", where="findings", remedy="Add its crimes up first.")
    counts = _shown_counts(paper.findings)
    kinds = [k for k in kinds_of_error() if k.kind in by_kind]
    yield Table(
        caption="Errors found in the reports audited",
        columns=(
            Column("Kind of error", "name", 2),
            Column("Crimes", "count"),
            Column("What it means", "text", 4),
        ),
        rows=tuple(
            (k.title, counts[k.kind], _finding_words(k, by_kind[k.kind], counts[k.kind])) for k in kinds
        ),
        note=f"Counts are of the reports audited, not of the whole force. {small_numbers.EXPLANATION}",
    )
    yield said(
        "The first two kinds make up the crimes that were not recorded. The others are measured apart, and "
        "do not change the recording rate."
    )


def _shown_counts(findings: tuple[Finding, ...]) -> dict[str, int | str]:
    """Give the counts a board may see; the kinds that add up to the unrecorded crimes protect each other."""
    adding = [f for f in findings if kind_of_error(f.kind).adds_up_to_unrecorded]
    shown = dict(
        zip((f.kind for f in adding), small_numbers.shown_parts([f.crimes for f in adding]), strict=True)
    )
    return {f.kind: shown.get(f.kind, small_numbers.shown_count(f.crimes)) for f in findings}


def _finding_words(kind: KindOfError, finding: Finding, shown: int | str) -> str:
    if shown == small_numbers.WITHHELD:
        return "The number is not shown, so that a hidden one cannot be worked out from it."
    return f"{kind.sentence(shown)} {finding.comment}".strip()


def no_figure(title: str, refusal: NoFigure) -> Notice:
    """Give the notice that stands where a figure would have stood."""
    return Notice("no figure", title, f"{title}, because {_sentence_end(refusal.reason)} {refusal.remedy}")


def _sentence_end(reason: str) -> str:
    return reason.rstrip(". ") + "."


def unrecorded_in_words(unrecorded: UnrecordedCrimes, confidence: float) -> str:
    """Give crimes unrecorded a year as a sentence."""
    return unrecorded_sentence(unrecorded.estimate, unrecorded.low, unrecorded.high, confidence)


def round_numbers(unrecorded: UnrecordedCrimes) -> tuple[int, int, int]:
    """Give crimes unrecorded a year and their limits in round numbers."""
    return unrecorded_in_round_numbers(unrecorded.estimate, unrecorded.low, unrecorded.high)


def said(text: str) -> Paragraph:
    """Give a numbered paragraph."""
    return Paragraph(text, numbered=True)
