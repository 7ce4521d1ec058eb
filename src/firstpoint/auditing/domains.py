"""A rate of the audit, for the whole frame or for each part of it: rape, domestic abuse, a unit, a route.

A part (a *domain*) cuts across the strata. Its rate keeps every audited incident and counts 0 outside the
part, because how many of the audited fell into it is itself chance; dropping the rows gives another, wrong
standard error (Särndal, Swensson and Wretman 1992, 10.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import overload

import numpy as np
import polars as pl
from attrs import evolve, frozen

from firstpoint.auditing.audited import Audit, gather_audit
from firstpoint.auditing.intervals import IntervalName
from firstpoint.auditing.kinds import WORDS, Kind, counts_of_kind
from firstpoint.auditing.marks import check_frame, check_marks, standing_readings
from firstpoint.auditing.rates import Method, VarianceName, rate_of, rate_or_reason
from firstpoint.auditing.ratio import Floats, SingleRule
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused

_DOMAIN = "Särndal, Swensson and Wretman 1992, 10.3"


@frozen(eq=False)
class Domains:
    """The rate of each part of the frame, by the values of one column.

    ``no_rate`` says for each part without a rate why it has none. Rows whose value is empty are in no part.
    """

    by: str
    rates: Mapping[str, Estimate]
    no_rate: Mapping[str, str]

    def __getitem__(self, part: str) -> Estimate:
        """Give the rate of one part; raises Refused where it has none."""
        if part in self.rates:
            return self.rates[part]
        raise Refused(
            f"There is no rate, because {self.no_rate.get(part, 'no audited incident lies in it')}.",
            where=f"{self.by} {part}",
            remedy="Audit more of it, or join it to another part.",
        )

    def table(self) -> pl.DataFrame:
        """Give a row a part: its value, the figures of :class:`Estimate` and ``reason`` where it has none."""
        names = ("estimate", "low", "high", "standard_error", "incidents", "crimes")
        rows = [
            {self.by: part, **{name: getattr(one, name) for name in names}, "reason": None}
            for part, one in self.rates.items()
        ]
        rows += [{self.by: part, "reason": reason} for part, reason in self.no_rate.items()]
        shape: dict[str, type[pl.DataType]] = {self.by: pl.String}
        shape |= {name: pl.Int64 if name in ("incidents", "crimes") else pl.Float64 for name in names}
        return pl.DataFrame(rows, schema={**shape, "reason": pl.String}).sort(self.by)


@overload
def ratio(
    marks: pl.DataFrame,
    frame: pl.DataFrame,
    *,
    by: None = None,
    of: Kind = "recorded",
    confidence: float = 0.95,
    interval: IntervalName = "beta",
    variance: VarianceName = "linearised",
    singles: SingleRule = "refuse",
    replicates: int = 2_000,
    seed: int = 1,
) -> Estimate: ...


@overload
def ratio(
    marks: pl.DataFrame,
    frame: pl.DataFrame,
    *,
    by: str,
    of: Kind = "recorded",
    confidence: float = 0.95,
    interval: IntervalName = "beta",
    variance: VarianceName = "linearised",
    singles: SingleRule = "refuse",
    replicates: int = 2_000,
    seed: int = 1,
) -> Domains: ...


def ratio(
    marks: pl.DataFrame,
    frame: pl.DataFrame,
    *,
    by: str | None = None,
    of: Kind = "recorded",
    confidence: float = 0.95,
    interval: IntervalName = "beta",
    variance: VarianceName = "linearised",
    singles: SingleRule = "refuse",
    replicates: int = 2_000,
    seed: int = 1,
) -> Estimate | Domains:
    """Give the stratified combined ratio of an audit, over the frame or for each part of it.

    ``marks`` and ``frame`` are as in :func:`estimate`. ``by`` names a column of the marks (a value a row: one
    incident may hold crimes of several parts) or of a frame with a row an incident; the answer is then a
    :class:`Domains`. ``of`` says which rate (:data:`Kind`); the others are names of :data:`IntervalName`,
    :data:`VarianceName` and :data:`SingleRule`, and ``replicates`` and ``seed`` are the bootstrap's.

    Raises InputError for what does not fit, and Refused where nothing audited counts in the denominator.
    """
    method = Method(confidence, interval, variance, singles, replicates, seed)
    checked, framed = check_marks(marks), check_frame(frame)
    audit = gather_audit(checked, framed, singles=singles)
    rows = counts_of_kind(standing_readings(checked), of)
    if by is not None:
        return _by_part(audit, _with_part(rows, framed, by), by, of, method)
    whole = _summed(audit, rows)
    if whole.due.sum() == 0.0:
        raise Refused(
            f"No audited incident counts in the rate ({WORDS[of].lower()}).",
            where=f"strata {', '.join(audit.names)}",
            remedy="Audit more incidents, or check that the column is filled in.",
        )
    return rate_of(whole, method, words=WORDS[of])


def _by_part(audit: Audit, rows: pl.DataFrame, by: str, of: Kind, method: Method) -> Domains:
    rates: dict[str, Estimate] = {}
    no_rate: dict[str, str] = {}
    for part in rows.get_column(by).drop_nulls().unique().sort().to_list():
        inside = rows.filter(pl.col(by) == part)
        one = _summed(audit, inside)
        if method.singles == "average":
            one = _where_it_lies(one, inside)
        counted = inside.get_column("incident_id").n_unique()
        if one.due.sum() == 0.0:
            no_rate[part] = f"none of its {counted} audited incidents counts in the denominator"
            continue
        found = rate_or_reason(
            one,
            method,
            words=f"{WORDS[of]}, where {by} is {part}, every audited incident kept and 0 outside",
            formula=_DOMAIN,
            counted=counted,
        )
        if isinstance(found, str):
            no_rate[part] = found
        else:
            rates[part] = found
    return Domains(by, rates, no_rate)


def _summed(audit: Audit, rows: pl.DataFrame) -> Audit:
    """Give the audit with the numerator and denominator of ``rows``, 0 for incidents that have none."""
    sums = rows.group_by("incident_id").agg(pl.col("numerator", "denominator").sum())
    aligned = audit.references.to_frame("incident_id").join(
        sums, on="incident_id", how="left", maintain_order="left"
    )
    filled = aligned.with_columns(pl.col("numerator", "denominator").fill_null(0.0))
    numerator: Floats = np.asarray(filled.get_column("numerator"), dtype=np.float64)
    denominator: Floats = np.asarray(filled.get_column("denominator"), dtype=np.float64)
    return evolve(audit, recorded=numerator, due=denominator)


def _where_it_lies(audit: Audit, inside: pl.DataFrame) -> Audit:
    """Give the audit in the strata where the part was met, so that the mean variance is that of these.

    The others add nothing to the rate or its variance; R's ``survey`` leaves them out of the mean too.
    """
    met = set(inside.get_column("stratum"))
    left = audit.only([code for code, name in enumerate(audit.names) if name in met])
    return audit if left.taken_whole else left


def _with_part(rows: pl.DataFrame, frame: pl.DataFrame, by: str) -> pl.DataFrame:
    if by in rows.columns:
        return rows.with_columns(pl.col(by).cast(pl.String))
    if by in frame.columns and "incident_id" in frame.columns:
        parts = frame.select("incident_id", pl.col(by).cast(pl.String))
        return rows.join(parts, on="incident_id", how="left")
    raise InputError(
        f"Neither the marks nor a frame with a row an incident has a column {by}.",
        where=f"by {by}",
        remedy=f"The marks have {', '.join(rows.columns[:12])}.",
    )
