"""What an assisted audit says, and what must always stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import asdict, frozen

from firstpoint.auditing.readings.bias import BiasBound
from firstpoint.auditing.result import AuditResult, Estimate


@frozen
class Heavy:
    """An incident that moves the estimate much.

    ``moves_points`` says by how many percentage points its residual moves the rate; ``variance_share`` is its
    part of the variance.
    """

    incident_id: str
    stratum: str
    inclusion_probability: float
    moves_points: float
    variance_share: float


@frozen
class AssistedResult:
    """What an assisted audit found.

    ``overall`` and ``strata`` are the rates, ``unrecorded_in_frame`` and ``unrecorded_a_year`` the crimes
    missed. ``plain`` is what the plain ratio says of the same sample, without predictions and with the
    readings that stand. ``other_interval`` is the overall rate with the interval that is not in the
    headline. ``heaviest`` are the ten incidents that move the rate most, ``guard_df`` how many incidents
    really carry the variance, ``below_equal`` the part of the variance from incidents that were drawn with
    less than an equal chance. ``biases`` say of each rate what trusting the first reading alone would be
    wrong by.
    """

    overall: Estimate
    strata: Mapping[str, Estimate | None]
    unrecorded_in_frame: Estimate
    unrecorded_a_year: Estimate | None
    plain: AuditResult
    other_interval: Estimate
    heaviest: tuple[Heavy, ...]
    guard_df: float
    below_equal: float
    slope: float
    predictions_sha256: str | None
    read_twice: int
    biases: Mapping[str, BiasBound]
    no_rate: Mapping[str, str]
    cautions: tuple[str, ...]

    @property
    def bias(self) -> BiasBound:
        """What trusting first readings alone would be wrong by, for the overall rate."""
        return self.biases["overall"]

    @property
    def unrecorded(self) -> Estimate:
        """The crimes unrecorded a year where the frame allows it, else those of the frame's own period."""
        return self.unrecorded_a_year or self.unrecorded_in_frame

    def as_dict(self) -> dict[str, Any]:
        """Give the result as plain values for JSON, in the form of an :class:`AuditResult` and more."""
        shape = AuditResult(
            self.overall,
            self.strata,
            self.unrecorded_in_frame,
            self.unrecorded_a_year,
            self.no_rate,
            self.cautions,
        ).as_dict()
        return {
            **shape,
            "plain_ratio": self.plain.as_dict(),
            "other_interval": self.other_interval.as_dict(),
            "heaviest": [asdict(one) for one in self.heaviest],
            "guard_degrees_of_freedom": self.guard_df,
            "variance_share_below_equal_chance": self.below_equal,
            "slope": self.slope,
            "predictions_sha256": self.predictions_sha256,
            "read_twice": self.read_twice,
            "bias_bound": self.bias.as_dict(),
            "bias_bounds": {name: one.as_dict() for name, one in self.biases.items()},
        }
