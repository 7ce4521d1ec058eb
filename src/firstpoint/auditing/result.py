"""What an audit says: estimates that carry their own interval and method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import asdict, frozen


@frozen
class Estimate:
    """An estimate that says its interval and how it was reached.

    A rate is a share from 0 to 1; an estimate of crimes is a count. ``incidents`` and ``crimes`` are those
    audited (crimes that should have been recorded), None where the source does not publish them. ``method``
    says in a sentence how the figure was reached and ``formula`` where its formula is printed.
    ``degrees_of_freedom`` are those of the limits, None where the limits use none; ``warnings`` are
    sentences about this figure that must stand beside it.
    """

    estimate: float
    low: float
    high: float
    standard_error: float
    confidence: float
    method: str
    incidents: int | None
    crimes: int | None
    formula: str = ""
    degrees_of_freedom: float | None = None
    warnings: tuple[str, ...] = ()

    @property
    def half_width_points(self) -> float:
        """Half the distance between the limits of a rate, in percentage points."""
        return 50.0 * (self.high - self.low)

    def as_dict(self) -> dict[str, Any]:
        """Give the estimate as plain values for JSON."""
        return {**asdict(self), "warnings": list(self.warnings)}


@frozen
class AuditResult:
    """What an audit found.

    ``overall`` is the rate over the frame and ``strata`` the rate of each stratum, None for a stratum whose
    reason is in ``no_rate``. ``unrecorded_in_frame`` counts the crimes of the frame's own period that
    should have been recorded and were not; ``unrecorded_a_year`` the crimes of twelve months, None where
    the frame does not give the recorded crimes of twelve months. ``cautions`` are sentences that must stand
    beside the figures.
    """

    overall: Estimate
    strata: Mapping[str, Estimate | None]
    unrecorded_in_frame: Estimate
    unrecorded_a_year: Estimate | None
    no_rate: Mapping[str, str]
    cautions: tuple[str, ...]

    @property
    def unrecorded(self) -> Estimate:
        """The crimes unrecorded a year where the frame allows it, else those of the frame's own period."""
        return self.unrecorded_a_year or self.unrecorded_in_frame

    def as_dict(self) -> dict[str, Any]:
        """Give the result as plain values for JSON, ``strata`` as a list."""
        year = self.unrecorded_a_year
        return {
            "overall": self.overall.as_dict(),
            "strata": [
                {"stratum": name, **(one.as_dict() if one else self._without_rate(name))}
                for name, one in self.strata.items()
            ],
            "unrecorded": self.unrecorded.as_dict(),
            "unrecorded_in_frame": self.unrecorded_in_frame.as_dict(),
            "unrecorded_a_year": year.as_dict() if year else None,
            "cautions": list(self.cautions),
        }

    def _without_rate(self, stratum: str) -> dict[str, Any]:
        """Give the keys of an estimate with no figures, and the reason in their place."""
        figures: dict[str, Any] = dict.fromkeys(("estimate", "low", "high", "standard_error"))
        reason = self.no_rate[stratum]
        return {
            **figures,
            "confidence": self.overall.confidence,
            "method": f"No rate, because {reason}.",
            "incidents": None,
            "crimes": 0,
            "formula": "",
            "degrees_of_freedom": None,
            "warnings": [],
            "reason": reason,
        }
