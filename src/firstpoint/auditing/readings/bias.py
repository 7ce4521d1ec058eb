"""By how much a rate is wrong if first readings are trusted: a bound that stands beside every rate.

To first order the bias is R·[φ·(1 − R) − ψ/D̄], with φ the share of missed crimes that auditors overlook (it
makes the rate look better) and ψ the over-calls an incident (worse), D̄ the crimes due an incident. Both can
be large and cancel, so a figure that looks as it did last year proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from attrs import asdict, frozen

from firstpoint.auditing.audited import gather_audit
from firstpoint.auditing.readings.both import both_readings
from firstpoint.auditing.readings.second import ExpectedErrors
from firstpoint.auditing.result import Estimate

FEWEST_TO_MEASURE = 10
"""Below this many second readings the errors are those expected and not those measured."""


@frozen
class BiasBound:
    """What trusting the first readings alone would be wrong by, in percentage points.

    ``bias_points`` is above 0 where the rate would look better than it is. ``flattering_points`` is the part
    from overlooked crimes alone and ``harsh_points`` (below 0) the part from over-calls: the two ends between
    which the bias lies when they do not cancel. ``overlooked`` and ``over_called`` are the rates used,
    ``measured`` whether second readings gave them, ``corrected`` whether the rate beside it has been
    corrected, and ``read_twice`` how many incidents of the audit were read twice.
    """

    bias_points: float
    flattering_points: float
    harsh_points: float
    overlooked: float
    over_called: float
    measured: bool
    corrected: bool
    read_twice: int = 0

    def text(self) -> str:
        """Give the bound in a sentence."""
        assumed = "too few were read twice" if self.read_twice else "nothing was read twice"
        source = "second readings found" if self.measured else f"it is assumed, since {assumed},"
        state = (
            "The rate here has been corrected for it." if self.corrected else "No interval here covers it."
        )
        return (
            f"If auditors overlook {self.overlooked:.0%} of missed crimes and over-call "
            f"{self.over_called:.1%} of "
            f"incidents (as {source}), first readings alone put the rate {abs(self.bias_points):.1f} "
            f"points too "
            f"{'high' if self.bias_points >= 0.0 else 'low'} ({self.harsh_points:+.1f} to "
            f"{self.flattering_points:+.1f} if the two did not cancel). {state}"
        )

    def short_text(self) -> str:
        """Give the bound in a few words, to stand in the line of a rate."""
        state = ", corrected here" if self.corrected else ""
        return f"auditors' errors {self.harsh_points:+.1f} to {self.flattering_points:+.1f} points{state}"

    def as_dict(self) -> dict[str, Any]:
        """Give the bound as plain values for JSON, its sentence included."""
        return {**asdict(self), "text": self.text()}


def first_order_bias(rate: float, overlooked: float, over_called: float, crimes_per_incident: float) -> float:
    """Give R·[φ·(1 − R) − ψ/D̄], a share: above 0 where the audit flatters."""
    return rate * (overlooked * (1.0 - rate) - over_called / crimes_per_incident)


def bias_bound(
    rate: float,
    crimes_per_incident: float,
    errors: ExpectedErrors,
    *,
    measured: bool = False,
    corrected: bool = False,
    read_twice: int = 0,
) -> BiasBound:
    """Give the bound for a rate (a share), the crimes due an incident, and how auditors err."""
    flattering = first_order_bias(rate, errors.overlooked, 0.0, crimes_per_incident)
    harsh = first_order_bias(rate, 0.0, errors.over_called, crimes_per_incident)
    return BiasBound(
        bias_points=100.0 * (flattering + harsh),
        flattering_points=100.0 * flattering,
        harsh_points=100.0 * harsh,
        overlooked=errors.overlooked,
        over_called=errors.over_called,
        measured=measured,
        corrected=corrected,
        read_twice=read_twice,
    )


def bias_beside(
    marks: pl.DataFrame, frame: pl.DataFrame, rates: Mapping[str, Estimate | None], *, corrected: bool = False
) -> dict[str, BiasBound]:
    """Give the bound that stands beside each rate, by its stratum's name (``overall`` for the whole frame).

    ``marks`` and ``frame`` are checked. The errors are measured where :data:`FEWEST_TO_MEASURE` second
    readings or more have a known chance, in the stratum or else in the whole audit; where there are none the
    expected ones of :class:`ExpectedErrors` are used. ``corrected`` says that second readings went into the
    rates; a rate that had to leave them out, and says so in its warnings, was not corrected.
    """
    audit = gather_audit(marks, frame)
    order = pl.DataFrame({"incident_id": audit.references})
    read = order.join(both_readings(marks), on="incident_id", how="left", maintain_order="left")
    whole = _errors(read) or (ExpectedErrors(), False)
    twice, bounds = int(read.get_column("read_again").sum()), {}
    for name, rate in rates.items():
        if rate is None:
            continue
        rows = (
            audit.codes == audit.names.index(name) if name in audit.names else np.ones(len(order), dtype=bool)
        )
        errors, measured = _errors(read.filter(pl.Series(rows))) or whole
        crimes = np.sum((read.get_column("first_due").to_numpy() / audit.inclusion)[rows])
        bounds[name] = bias_bound(
            rate.estimate,
            max(float(crimes / np.sum(1.0 / audit.inclusion[rows])), 1e-6),
            errors,
            measured=measured,
            corrected=corrected and twice > 0 and not rate.warnings,
            read_twice=twice,
        )
    return bounds


def _errors(read: pl.DataFrame) -> tuple[ExpectedErrors, bool] | None:
    """Give the errors that second readings measured, None where there were too few."""
    if int(read.get_column("read_again").sum()) < FEWEST_TO_MEASURE:
        return None
    return measured_errors(read), True


def measured_errors(read: pl.DataFrame) -> ExpectedErrors:
    """Give how auditors erred, from :func:`both_readings`, each second reading weighed by 1/p.

    Overlooked: crimes that the second reading found missing and the first did not, over all that the second
    found missing. Over-called: missing crimes that the second reading took back, over incidents read. These
    are rates within the sample as drawn, a diagnosis; the estimate itself uses the readings and not these.
    """
    again = read.filter("read_again")
    weight = 1.0 / again.get_column("second_probability").to_numpy()
    found = (again.get_column("first_due") - again.get_column("first_recorded")).to_numpy()
    true = (again.get_column("second_due") - again.get_column("second_recorded")).to_numpy()
    missing = float(np.sum(weight * true))
    overlooked = float(np.sum(weight * np.maximum(true - found, 0.0))) / missing if missing > 0.0 else 0.0
    over_called = float(np.sum(weight * np.maximum(found - true, 0.0)) / np.sum(weight))
    return ExpectedErrors(overlooked if math.isfinite(overlooked) else 0.0, over_called)
