"""Sentences that must stand beside the figures of an assisted audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firstpoint.auditing.assisted.difference import DifferenceFit
from firstpoint.auditing.assisted.gathered import Readings
from firstpoint.auditing.intervals import FEW_CARRIERS, guard_df
from firstpoint.auditing.result import AuditResult

HEAVY_SHARE = 0.25
"""From this part of the variance on, one incident is named."""


def assisted_cautions(
    readings: Readings,
    fit: DifferenceFit,
    plain: AuditResult,
    *,
    drawn: Mapping[str, Any] | None,
    shown: bool,
    fell_back: bool,
) -> tuple[str, ...]:
    """Give the cautions: what is not shown, what hangs on few incidents, what the plain ratio warned of."""
    left = _left_unmarked(readings, drawn) if drawn else ()
    return (*left, *_of_the_marks(plain), *_own(readings, fit, shown=shown, fell_back=fell_back))


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


def _left_unmarked(readings: Readings, drawn: Mapping[str, Any]) -> Iterator[str]:
    for stratum, marked in zip(readings.audit.names, readings.audit.sampled, strict=True):
        size = int(drawn["sizes"].get(stratum, 0))
        if marked < size:
            yield (
                f"{stratum}: only {marked:,} of the {size:,} drawn reports are marked; if more is wrong in "
                f"those "
                "left out, the true rate is lower. Mark them all before the figure is used."
            )


def _of_the_marks(plain: AuditResult) -> Iterator[str]:
    """Give what the plain ratio warned of that concerns the marks and not its own interval."""
    yield from (one for one in plain.cautions if not any(words in one for words in _OF_ITS_INTERVAL))


_OF_ITS_INTERVAL = ("carry the variance", "no incident differed", "crimes gather")
