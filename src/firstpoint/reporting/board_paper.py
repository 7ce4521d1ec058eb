"""The paper that a Performance and Delivery Board reads, from plain values.

A caller fills a :class:`BoardPaper`; :func:`board_report` lays it out in the order in which such papers are read:

    summary · introduction · current position (recommendations and progress) · sample criteria and sizes · results ·
    unrecorded crime a year · findings by kind of error · trend · method and limits

Nothing is computed here but what the page itself needs (numbers of lines, whether a deadline has passed on the day the
paper is dated). Rates are proportions from 0 to 1. What may not be shown to a board is held back by
:mod:`~firstpoint.reporting.small_numbers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Literal, TypeAlias

from attrs import field, frozen
from attrs.validators import in_

from firstpoint.errors import InputError
from firstpoint.reporting import small_numbers
from firstpoint.reporting.charts import Measure, Step, TrendPoint, Whisker, interval_chart, trend_chart
from firstpoint.reporting.kinds_of_error import KindOfError, kind_of_error, kinds_of_error
from firstpoint.reporting.plain_words import (
    all_recorded_sentence,
    check_interval,
    confidence_and_margin,
    margin_sentence,
    percent,
    percent_outward,
    rate_sentence,
    unrecorded_sentence,
    wide_interval_sentence,
)
from firstpoint.reporting.tree import (
    Block,
    BulletList,
    Cell,
    Column,
    Heading,
    KeyFigure,
    KeyFigures,
    Metadata,
    Notice,
    Paragraph,
    Points,
    Report,
    Table,
    british_date,
)

Status: TypeAlias = Literal["open", "in progress", "done", "disputed", "overdue"]
STATUSES: tuple[Status, ...] = ("open", "in progress", "done", "disputed", "overdue")


@frozen
class StratumSample:
    """How the sample of one stratum was drawn.

    ``opened_from`` and ``opened_to`` bound the reports of the frame, both days included; ``opening_codes`` are those that
    put a report into it; ``in_frame`` and ``drawn`` count reports.
    """

    stratum: str
    opened_from: date
    opened_to: date
    opening_codes: tuple[str, ...]
    in_frame: int
    drawn: int


@frozen
class SampleCriteria:
    """What was sampled and how sizes were set: enough for another force to draw the same sample.

    ``margin_points`` is the half-width planned for in each stratum, in percentage points; ``how_sizes_were_set`` a sentence;
    ``notes`` further criteria (calls listened to, workbook used, what was already checked).
    """

    strata: tuple[StratumSample, ...]
    frame_sha256: str
    seed: int
    confidence: float
    margin_points: float
    how_sizes_were_set: str
    notes: tuple[str, ...] = ()


@frozen
class ResultRow:
    """The result of one stratum, or of all together.

    ``incidents`` counts the reports audited; ``should_have_been_recorded`` and ``were_recorded`` count crimes in them;
    ``rate``, ``low`` and ``high`` are proportions, all None where there is no honest rate, with the reason in
    ``no_rate_because``; ``method`` names the interval.
    """

    stratum: str
    incidents: int
    should_have_been_recorded: int
    were_recorded: int
    rate: float | None
    low: float | None
    high: float | None
    method: str
    no_rate_because: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse a row that states a rate in part, or withholds one without a reason."""
        given = [value is not None for value in (self.rate, self.low, self.high)]
        if any(given) != all(given):
            raise InputError(
                "a rate needs both its limits", where=self.stratum, remedy="Give rate, low and high together."
            )
        if not any(given) and not self.no_rate_because:
            raise InputError(
                "there is no rate and no reason", where=self.stratum, remedy="Say why in no_rate_because."
            )
        if self.rate is not None and not (self.low or 0) <= self.rate <= (self.high or 0):
            raise InputError(
                "the rate lies outside its interval", where=self.stratum, remedy="Check the estimate."
            )


@frozen
class NoOverall:
    """Why there is no force-wide rate, and what would mend that."""

    reason: str
    remedy: str = ""


@frozen
class UnrecordedCrimes:
    """Crimes unrecorded a year, with the interval, the recorded crimes it rests on and the sentence that says how."""

    estimate: float
    low: float
    high: float
    recorded_a_year: int
    basis: str


@frozen
class Finding:
    """How many crimes the audit found in error, by kind; ``comment`` adds what the auditors saw.

    ``kind`` is one of ``not recorded``, ``fewer than required``, ``wrong class``, ``late``.
    """

    kind: str
    crimes: int
    comment: str = ""


@frozen
class Recommendation:
    """One recommendation and how far it has come.

    ``deadline`` may be None where none was set; ``owner`` is a role, not a person.
    """

    recommendation: str
    deadline: date | None
    owner: str
    status: Status = field(validator=in_(STATUSES))
    progress: str
    points: tuple[str, ...] = ()

    def status_on(self, day: date) -> Status:
        """Give the status as it stands on a day: what is unfinished after its deadline is overdue."""
        unfinished = self.status in ("open", "in progress")
        return "overdue" if unfinished and self.deadline is not None and self.deadline < day else self.status


@frozen
class Trend:
    """A series for the trend chart, with what to say of it."""

    title: str
    value_name: str
    points: tuple[TrendPoint, ...]
    measure: Measure = "count"
    steps: tuple[Step, ...] = ()
    method: str = ""
    remark: str = ""


@frozen
class BoardPaper:
    """Everything a board paper says.

    ``made_up`` marks a paper that rests on made-up data; ``excluded`` lists what the rate leaves out; ``trend`` and
    ``recommendations`` may be empty. ``paper_from`` and ``paper_to`` are roles or bodies, not persons.
    """

    force: str
    period: str
    prepared_on: date
    sample: SampleCriteria
    results: tuple[ResultRow, ...]
    overall: ResultRow | NoOverall
    unrecorded: UnrecordedCrimes | NoOverall
    findings: tuple[Finding, ...]
    recommendations: tuple[Recommendation, ...] = ()
    trend: Trend | None = None
    method: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    introduction: tuple[str, ...] = ()
    title: str = "Crime data integrity: audit results and progress"
    paper_from: str = "Chief Constable"
    paper_to: str = "Performance and Delivery Board"
    marking: str = "OFFICIAL"
    made_up: bool = False


def board_report(paper: BoardPaper) -> Report:
    """Give the paper as a report, ready for a writer."""
    return Report(
        title=paper.title,
        strap=f"Report to the {paper.paper_to}",
        metadata=Metadata(
            force=paper.force,
            period=paper.period,
            prepared_on=paper.prepared_on,
            marking=paper.marking,
            standing="Made-up data" if paper.made_up else "",
            details=(("From", paper.paper_from),),
        ),
        blocks=(
            *_summary(paper),
            *_introduction(paper),
            *_current_position(paper),
            *_sample(paper.sample),
            *_results(paper),
            *_unrecorded(paper),
            *_findings(paper),
            *_trend(paper.trend),
            *_method_and_limits(paper),
        ),
    )


def _said(text: str) -> Paragraph:
    return Paragraph(text, numbered=True)


def _summary(paper: BoardPaper) -> Iterator[Block]:
    if paper.made_up:
        yield Notice(
            "made-up data",
            "Made-up data",
            "The force, its records, the audit and the recommendations in this paper were generated by a computer. No figure "
            "here says anything of a real force.",
        )
    yield Heading("Summary")
    figures = tuple(_key_figures(paper))
    if figures:
        yield KeyFigures(figures)
    if isinstance(paper.overall, NoOverall):
        yield _no_figure("No overall rate", paper.overall)
    else:
        yield from map(Paragraph, _rate_in_words(paper.overall, paper.sample.confidence))


def _key_figures(paper: BoardPaper) -> Iterator[KeyFigure]:
    level = percent(paper.sample.confidence)
    if isinstance(paper.overall, ResultRow) and _has_shown_rate(paper.overall):
        low, high = percent_outward(*_limits(paper.overall))
        value = f"{_percentage(paper.overall):.1f}%"
        yield KeyFigure(value, "Recording rate, whole force", f"{level} interval {low:.1f}% to {high:.1f}%")
    if isinstance(paper.unrecorded, UnrecordedCrimes):
        u = paper.unrecorded
        detail = f"{level} interval {_whole(u.low)} to {_whole(u.high)}"
        yield KeyFigure(_whole(u.estimate), "Crimes unrecorded a year", detail)
    if paper.recommendations:
        done = sum(r.status == "done" for r in paper.recommendations)
        late = sum(r.status_on(paper.prepared_on) == "overdue" for r in paper.recommendations)
        detail = f"{late} overdue" if late else "none overdue"
        yield KeyFigure(f"{done} of {len(paper.recommendations)}", "Recommendations done", detail)


def _introduction(paper: BoardPaper) -> Iterator[Block]:
    yield Heading("Introduction")
    opening = (
        f"This paper gives the board the results of the crime-recording audit for {paper.period}, and progress against the "
        "recommendations made to the force.",
    )
    yield from map(_said, paper.introduction or opening)


def _current_position(paper: BoardPaper) -> Iterator[Block]:
    yield Heading("Current position")
    if not paper.recommendations:
        yield _said("No recommendation to the force is open.")
        return
    day = paper.prepared_on
    states = Counter(r.status_on(day) for r in paper.recommendations)
    counted = ", ".join(f"{states[status]} {status}" for status in STATUSES if states[status])
    yield _said(f"Of {len(paper.recommendations)} recommendations, on {british_date(day)}: {counted}.")
    yield Table(
        caption="Recommendations and progress",
        columns=(
            Column("Recommendation", "name", 3.6),
            Column("Deadline", "text", 1.3),
            Column("Owner", "text", 1.5),
            Column("Status", "status", 1.25),
            Column("Progress", "text", 3.4),
        ),
        rows=tuple(_recommendation_row(r, day) for r in paper.recommendations),
    )


def _recommendation_row(item: Recommendation, day: date) -> tuple[Cell, ...]:
    deadline = british_date(item.deadline) if item.deadline else "none set"
    text = Points(item.recommendation, item.points)
    return text, deadline, item.owner, item.status_on(day).capitalize(), item.progress


def _sample(sample: SampleCriteria) -> Iterator[Block]:
    yield Heading("Latest audit: sample")
    yield Heading("Sample criteria", 3)
    yield _said(
        "Reports were drawn at random within each stratum from all those opened between the dates and under the codes below."
    )
    yield Table(
        caption="Criteria for each stratum",
        columns=(
            Column("Stratum", "name", 1.6),
            Column("Reports opened", "text", 2),
            Column("Opening codes", "text", 3),
        ),
        rows=tuple(
            (
                s.stratum,
                f"{british_date(s.opened_from)} to {british_date(s.opened_to)}",
                ", ".join(s.opening_codes),
            )
            for s in sample.strata
        ),
    )
    if sample.notes:
        yield BulletList(sample.notes)
    yield Heading("Sample sizes", 3)
    yield _said(
        f"{sample.how_sizes_were_set} The sample was planned for {confidence_and_margin(sample.confidence, sample.margin_points)} "
        "in each stratum; the intervals reached are with the results."
    )
    yield Table(
        caption="Sample sizes",
        columns=(
            Column("Stratum", "name", 2),
            Column("Reports in the frame", "count"),
            Column("Reports drawn", "count"),
        ),
        rows=(
            *((s.stratum, s.in_frame, s.drawn) for s in sample.strata),
            ("All strata", sum(s.in_frame for s in sample.strata), sum(s.drawn for s in sample.strata)),
        ),
        total=True,
        note=f"The draw can be repeated: seed {sample.seed}, frame SHA-256 {sample.frame_sha256}.",
    )


def _results(paper: BoardPaper) -> Iterator[Block]:
    confidence = paper.sample.confidence
    yield Heading("Latest audit: results")
    yield _results_table(paper)
    drawn = [_whisker(row) for row in _all_rows(paper) if _has_shown_rate(row)]
    if drawn:
        caption = f"Recording rate by stratum, with its {percent(confidence)} interval"
        yield interval_chart(drawn, confidence=confidence, caption=caption)
    for row in paper.results:
        yield _said(f"{row.stratum}. {' '.join(_stratum_in_words(row, paper.sample))}")
    if isinstance(paper.overall, NoOverall):
        yield _no_figure("No overall rate", paper.overall)


def _results_table(paper: BoardPaper) -> Table:
    level = percent(paper.sample.confidence)
    methods = "; ".join(
        dict.fromkeys(row.method for row in _all_rows(paper) if row.rate is not None and row.method)
    )
    weighting = (
        "The overall rate weights each stratum by its share of the force's reports; it is not the sum of crimes recorded divided by "
        "the sum that should have been."
    )
    notes = (
        f"Intervals: {methods}." if methods else "",
        weighting if isinstance(paper.overall, ResultRow) else "",
    )
    return Table(
        caption="Audit results",
        columns=(
            Column("Stratum", "name", 2),
            Column("Reports audited", "count"),
            Column("Crimes that should have been recorded", "count", 1.35),
            Column("Crimes that were recorded", "count", 1.1),
            Column("Recording rate", "rate", 1.15),
            Column(f"Low ({level})", "rate"),
            Column(f"High ({level})", "rate"),
        ),
        rows=tuple(map(_result_cells, _all_rows(paper))),
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
    return row.stratum, *counts, _percentage(row), *percent_outward(*_limits(row))


def _is_shown(row: ResultRow) -> bool:
    return small_numbers.may_be_shown(row.incidents, row.should_have_been_recorded)


def _has_shown_rate(row: ResultRow) -> bool:
    return row.rate is not None and _is_shown(row)


def _limits(row: ResultRow) -> tuple[float, float]:
    if row.low is None or row.high is None:
        raise InputError("there is no interval to print", where=row.stratum)
    return row.low, row.high


def _percentage(row: ResultRow) -> float:
    return 100 * (row.rate or 0.0)


def _whisker(row: ResultRow) -> Whisker:
    low, high = _limits(row)
    return Whisker(row.stratum, row.rate or 0.0, low, high)


def _stratum_in_words(row: ResultRow, sample: SampleCriteria) -> Iterator[str]:
    if not _is_shown(row):
        yield "Too few reports or crimes to be shown."
    elif row.rate is None:
        yield f"No rate, because {row.no_rate_because}"
    else:
        yield from _rate_in_words(row, sample.confidence)
        yield margin_sentence(*_limits(row), sample.margin_points)


def _rate_in_words(row: ResultRow, confidence: float) -> Iterator[str]:
    if row.rate is None:
        yield f"No rate, because {row.no_rate_because}"
        return
    if not _is_shown(row):
        return
    low, high = _limits(row)
    check_interval(low, high, confidence)
    if row.were_recorded == row.should_have_been_recorded:
        yield all_recorded_sentence(low, confidence)
    else:
        yield rate_sentence(low, high, confidence)
    if wide := wide_interval_sentence(low, high):
        yield wide


def _unrecorded(paper: BoardPaper) -> Iterator[Block]:
    yield Heading("Unrecorded crime a year")
    if isinstance(paper.unrecorded, NoOverall):
        yield _no_figure("No estimate of unrecorded crime", paper.unrecorded)
        return
    u = paper.unrecorded
    yield _said(unrecorded_sentence(u.estimate, u.low, u.high, paper.sample.confidence))
    level = percent(paper.sample.confidence)
    yield Table(
        caption="Crimes unrecorded a year",
        columns=(
            Column("Measure", "name", 2),
            Column("Crimes recorded in the year", "count"),
            Column("Estimate", "count"),
            Column(f"Low ({level})", "count"),
            Column(f"High ({level})", "count"),
        ),
        rows=(("Crimes unrecorded a year", u.recorded_a_year, u.estimate, u.low, u.high),),
        note=u.basis,
    )


def _findings(paper: BoardPaper) -> Iterator[Block]:
    yield Heading("Findings by kind of error")
    if not paper.findings:
        yield _said("No error was found in the reports audited.")
        return
    by_kind = {f.kind: f for f in paper.findings}
    for unknown in set(by_kind) - {k.kind for k in kinds_of_error()}:
        raise InputError(
            f"'{unknown}' is not a kind of error",
            where="findings",
            remedy="Use one of: " + ", ".join(k.kind for k in kinds_of_error()) + ".",
        )
    counts = _shown_findings(paper.findings)
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
        note=small_numbers.EXPLANATION,
    )
    yield _said(
        "The first two kinds make up the crimes that were not recorded. A wrong class and a late record are measured apart, and do "
        "not lower the recording rate."
    )


def _shown_findings(findings: tuple[Finding, ...]) -> dict[str, int | str]:
    """Give the counts a board may see; the kinds that add up to the unrecorded crimes protect each other."""
    adding = [f for f in findings if kind_of_error(f.kind).adds_up_to_unrecorded]
    shown = dict(
        zip((f.kind for f in adding), small_numbers.shown_parts([f.crimes for f in adding]), strict=True)
    )
    return {f.kind: shown.get(f.kind, small_numbers.shown_count(f.crimes)) for f in findings}


def _finding_words(kind: KindOfError, finding: Finding, shown: int | str) -> str:
    return f"{kind.sentence(shown)} {finding.comment}".strip()


def _trend(trend: Trend | None) -> Iterator[Block]:
    if trend is None:
        return
    yield Heading("Trend")
    if trend.remark:
        yield _said(trend.remark)
    yield trend_chart(
        trend.points,
        title=trend.title,
        value_name=trend.value_name,
        measure=trend.measure,
        steps=trend.steps,
        method=trend.method,
    )


def _method_and_limits(paper: BoardPaper) -> Iterator[Block]:
    yield Heading("Method and limits")
    yield from map(_said, paper.method)
    if paper.excluded:
        yield _said("The recording rate does not cover:")
        yield BulletList(paper.excluded)
    yield _said(
        "The recording rate is the number of crimes recorded divided by the number that should have been, by the counting rules, in "
        "the reports audited. The report is the unit of the sample; a report may disclose several crimes, and the intervals allow for "
        "that. They do not allow for errors of the auditors, unless the method above says so."
    )
    yield _said(small_numbers.EXPLANATION)


def _no_figure(title: str, refusal: NoOverall) -> Notice:
    return Notice("no figure", title, f"{title}, because {refusal.reason} {refusal.remedy}".strip())


def _whole(number: float) -> str:
    return f"{number:,.0f}"
