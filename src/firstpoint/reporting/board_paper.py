"""What a board paper says, as plain values: filled by the caller, laid out by
:func:`~firstpoint.reporting.board_layout.board_report`.

Rates are proportions from 0 to 1. Owners, senders and receivers are roles or bodies, never persons.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

from attrs import field, frozen
from attrs.validators import in_

from firstpoint.errors import InputError
from firstpoint.reporting.charts import Measure, Step, TrendPoint
from firstpoint.reporting.kinds_of_error import kind_of_error

Status: TypeAlias = Literal["open", "in progress", "done", "disputed", "overdue"]
STATUSES: tuple[Status, ...] = ("open", "in progress", "done", "disputed", "overdue")


@frozen
class StratumSample:
    """How the sample of one stratum was drawn.

    ``opened_from`` and ``opened_to`` bound the reports of the frame, both days included; ``opening_codes``
    are those that put a report into it; ``in_frame`` and ``drawn`` count reports.
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

    ``margin_points`` is the half-width planned for in each stratum, in percentage points;
    ``how_sizes_were_set`` a sentence; ``notes`` further criteria (calls listened to, workbook used, what
    was already checked).
    ``reports_left_out`` counts the period's reports that the frame does not hold (None: not known).
    """

    strata: tuple[StratumSample, ...]
    frame_sha256: str
    seed: int
    confidence: float
    margin_points: float
    how_sizes_were_set: str
    notes: tuple[str, ...] = ()
    reports_left_out: int | None = None

    @property
    def reports_in_frame(self) -> int:
        """How many reports the sample was drawn from."""
        return sum(stratum.in_frame for stratum in self.strata)


@frozen
class ResultRow:
    """The result of one stratum, or of all together.

    ``incidents`` counts the reports audited; ``should_have_been_recorded`` and ``were_recorded`` count
    crimes in them; ``rate``, ``low`` and ``high`` are proportions, all None where there is no honest rate,
    with the reason in ``no_rate_because``; ``method`` names the interval.
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
class NoFigure:
    """Why a figure cannot honestly be given, and what would mend that.

    ``reason`` reads on from "because"; ``remedy`` is a sentence of its own.
    """

    reason: str
    remedy: str = ""


NoOverall = NoFigure


@frozen
class UnrecordedCrimes:
    """Crimes unrecorded a year with their limits.

    ``recorded_a_year`` is the recorded crime the estimate rests on; ``basis`` the sentence that says how.
    """

    estimate: float
    low: float
    high: float
    recorded_a_year: int
    basis: str


@frozen
class Finding:
    """How many crimes the audit found in error, by kind; ``comment`` adds what the auditors saw.

    ``kind`` is one of ``not recorded at all``, ``fewer recorded than required``, ``recorded in the
    wrong class``, ``recorded late``, ``recorded without need``.
    """

    kind: str
    crimes: int
    comment: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse a kind that is not in ``kinds_of_error.csv`` or a number of crimes that cannot be."""
        kind_of_error(self.kind)
        if self.crimes < 0:
            raise InputError(f"{self.crimes} crimes cannot be", where=self.kind, remedy="Check the count.")


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

    Where there is no overall rate, no yearly number or no findings by kind, a :class:`NoFigure` says why.
    ``made_up`` marks a paper that rests on made-up data; ``excluded`` lists what the rate leaves out;
    ``trend`` and ``recommendations`` may be empty. ``paper_from`` and ``paper_to`` are roles or bodies, not
    persons.
    """

    force: str
    period: str
    prepared_on: date
    sample: SampleCriteria
    results: tuple[ResultRow, ...]
    overall: ResultRow | NoFigure
    unrecorded: UnrecordedCrimes | NoFigure
    findings: tuple[Finding, ...] | NoFigure
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
