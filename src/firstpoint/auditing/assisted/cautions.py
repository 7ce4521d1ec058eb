"""Sentences that must stand beside the figures of an assisted audit."""

from __future__ import annotations

from collections.abc import Iterator

from firstpoint.auditing.assisted.difference import DifferenceFit
from firstpoint.auditing.assisted.gathered import Readings
from firstpoint.auditing.intervals import FEW_CARRIERS, guard_df
from firstpoint.auditing.result import AuditResult

HEAVY_SHARE = 0.25
"""From this part of the variance on, one incident is named."""


def assisted_cautions(
    readings: Readings, fit: DifferenceFit, plain: AuditResult, *, shown: bool, fell_back: bool
) -> tuple[str, ...]:
    """Give the cautions: what is not shown, what hangs on few incidents, what the plain ratio warned of."""
    return (*_own(readings, fit, shown=shown, fell_back=fell_back), *_unmarked(plain))


def _own(readings: Readings, fit: DifferenceFit, *, shown: bool, fell_back: bool) -> Iterator[str]:
    if readings.foretold and not shown:
        yield (
            "Nothing here shows that the predictions were frozen before the draw; give the record of the "
            "draw. "
            "Predictions that have seen the marks make an audit agree with itself."
        )
    if fell_back:
        yield "The predictions were left out: with them the estimate was no share between 0 and 1."
    df = guard_df(fit.unit_variance)
    if fit.variance > 0.0 and df < FEW_CARRIERS:
        yield (
            f"Some {max(df, 1.0):.0f} incidents carry the variance, so the guarded interval stands in the "
            f"headline "
            "unless another was asked for."
        )
    top = int(fit.unit_variance.argmax()) if fit.variance > 0.0 else None
    if top is not None and fit.unit_variance[top] > HEAVY_SHARE * fit.variance:
        yield (
            f"Incident {readings.incident_ids[top]} alone carries "
            f"{fit.unit_variance[top] / fit.variance:.0%} of the variance: read it again before the figure "
            f"is used."
        )


def _unmarked(plain: AuditResult) -> Iterator[str]:
    yield from (one for one in plain.cautions if "marked" in one or "no rate" in one)
