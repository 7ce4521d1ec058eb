"""How many reports of each stratum make a margin for the whole force, shared out by a named rule.

The rules: ``proportional`` to the reports of the frame; ``neyman``, to reports times how much they vary,
which is the least for a given margin (Neyman 1934; Cochran 1977, 5.5); ``by harm``, to the same times the
harm of a missed crime, which is the least for a given margin of the harm unrecorded; ``equal``, the same of
each stratum. With costs the shares go by the root of the cost of a report (Cochran 1977, 5.5).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict, Unpack, get_args

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.design import LEAST_SAMPLE, assumptions, incidents_by_stratum, sample_size
from firstpoint.auditing.frame import STRATA, in_order
from firstpoint.auditing.intervals import check_confidence, normal_z
from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.errors import InputError, Refused

Allocation = Literal["proportional", "neyman", "by harm", "equal"]


class Known(TypedDict, total=False):
    """What a caller knows of strata by name, instead of what ``design.toml`` assumes.

    ``rates`` are shares; see :class:`firstpoint.auditing.Assumptions` for the others.
    """

    rates: Mapping[str, float]
    design_effects: Mapping[str, float]
    crimes_per_incident: Mapping[str, float]


@frozen(eq=False)
class Expected:
    """What is expected of each stratum before the audit, as arrays of one value a stratum.

    ``incidents`` counts the reports of the frame; the others are those of
    :class:`firstpoint.auditing.Assumptions`.
    """

    names: tuple[str, ...]
    incidents: Floats
    rates: Floats
    design_effects: Floats
    crimes_per_incident: Floats

    @property
    def rate(self) -> float:
        """The rate expected of the whole force."""
        due = self.incidents * self.crimes_per_incident
        return float(np.sum(due * self.rates) / due.sum())

    @property
    def spread(self) -> Floats:
        """The standard deviation, by report, of recorded less the force's rate times due.

        deff·R(1 − R)·D about the stratum's own rate, and (R − R overall)²·D for the distance between the
        two, the number of crimes in a report taken to vary as much as its mean.
        """
        own = self.design_effects * self.rates * (1.0 - self.rates)
        spread: Floats = np.sqrt((own + (self.rates - self.rate) ** 2) * self.crimes_per_incident)
        return spread

    def standard_error(self, sizes: Floats) -> float:
        """Give the standard error of the force's rate under these sizes."""
        due = float(np.sum(self.incidents * self.crimes_per_incident))
        parts = self.incidents**2 * self.spread**2 * (1.0 / sizes - 1.0 / self.incidents)
        return math.sqrt(max(float(parts.sum()), 0.0)) / due

    def stratum_half_widths(self, sizes: Floats, confidence: float) -> Floats:
        """Give the half-width, in points, expected of each stratum's own rate."""
        variance = self.design_effects * self.rates * (1.0 - self.rates) / self.crimes_per_incident / sizes
        corrected = np.maximum(variance * (1.0 - sizes / self.incidents), 0.0)
        half_widths: Floats = 100.0 * normal_z(confidence) * np.sqrt(corrected)
        return half_widths


def expect(frame: pl.DataFrame, *, required: Sequence[str] = (), **known: Unpack[Known]) -> Expected:
    """Give what is expected of the strata of a frame: what the caller knows, else what is shipped.

    Raises InputError for numbers that cannot be, and Refused for a stratum that cannot be built.
    """
    totals = incidents_by_stratum(frame, required=required)
    names = tuple(in_order(set(totals)))
    given = (known.get("rates"), known.get("design_effects"), known.get("crimes_per_incident"))
    rows = [assumptions(name, *given) for name in names]
    for one in rows:
        sample_size(
            one.expected_rate,
            3.0,
            design_effect=one.design_effect,
            crimes_per_incident=one.crimes_per_incident,
        )
    return Expected(
        names=names,
        incidents=np.asarray([totals[name] for name in names], dtype=np.float64),
        rates=np.asarray([one.expected_rate for one in rows]),
        design_effects=np.asarray([one.design_effect for one in rows]),
        crimes_per_incident=np.asarray([one.crimes_per_incident for one in rows]),
    )


def plan_force(
    frame: pl.DataFrame,
    *,
    half_width_points: float = 3.0,
    allocation: Allocation = "neyman",
    confidence: float = 0.95,
    harm: Mapping[str, float] | None = None,
    minutes: Mapping[str, float] | None = None,
    minimum: int = LEAST_SAMPLE,
    required: Sequence[str] = STRATA,
    **known: Unpack[Known],
) -> pl.DataFrame:
    """Give the fewest reports, shared out by a rule, for ± ``half_width_points`` of the force-wide rate.

    ``frame``, ``required`` and what is ``known`` are as in :func:`firstpoint.auditing.plan_sample`; ``harm``
    gives the harm of a missed crime by stratum (for ``by harm``) and ``minutes`` the minutes that a report
    takes, where they differ. No stratum gets fewer than ``minimum`` or more than it has. Columns: those of
    ``plan_sample``, where ``half_width_points`` is what is expected of the stratum alone, and
    ``force_half_width_points``. Raises InputError for what cannot be, and Refused for a stratum that cannot
    be built.
    """
    check_confidence(confidence)
    if not 0.0 < half_width_points < 50.0:
        raise InputError(
            f"A half-width of {half_width_points} points is not from 0 to 50.",
            where="half_width_points",
            remedy="Give the margin in points, such as 3.",
        )
    expected = expect(frame, required=required, **known)
    shares = shares_of(expected, allocation, harm=harm, minutes=minutes)
    wanted = half_width_points / 100.0 / normal_z(confidence)
    total = _fewest(expected, shares, wanted, minimum)
    return planned(expected, share_out(total, shares, expected, minimum), confidence)


def shares_of(
    expected: Expected,
    allocation: Allocation,
    *,
    harm: Mapping[str, float] | None = None,
    minutes: Mapping[str, float] | None = None,
) -> Floats:
    """Give what each stratum gets of the sample, before any minimum; the shares sum to 1."""
    if allocation not in get_args(Allocation):
        raise InputError(
            f"There is no way to share out a sample called {allocation!r}.",
            where="allocation",
            remedy=f"Choose one of {', '.join(get_args(Allocation))}.",
        )
    weights = {
        "proportional": expected.incidents,
        "equal": np.ones_like(expected.incidents),
    }.get(allocation, expected.incidents * expected.spread)
    if allocation == "by harm":
        weights = weights * _by_stratum(expected.names, harm, "harm")
    if minutes is not None and allocation in ("neyman", "by harm"):
        weights = weights / np.sqrt(_by_stratum(expected.names, minutes, "minutes"))
    shares: Floats = weights / weights.sum()
    return shares


def share_out(total: int, shares: Floats, expected: Expected, minimum: int = LEAST_SAMPLE) -> Codes:
    """Give whole sizes that sum to ``total``, as near the shares as the least and the most allow.

    Raises Refused where ``total`` is less than every stratum's least together, or more than there are.
    """
    most = expected.incidents
    least = np.minimum(np.full_like(most, max(minimum, 2)), most)
    if not least.sum() <= total <= most.sum():
        raise Refused(
            f"{total:,} reports cannot be shared out: the strata take {int(least.sum()):,} at the least and "
            f"hold {int(most.sum()):,}.",
            where=f"strata {', '.join(expected.names)}",
            remedy="Change the total, or the minimum of a stratum.",
        )
    sizes = _within(float(total), shares, least, most)
    return _whole(sizes, total, least, most)


def planned(expected: Expected, sizes: Codes, confidence: float) -> pl.DataFrame:
    """Give a plan as a table, as :func:`plan_force` describes it."""
    wide = sizes.astype(np.float64)
    return pl.DataFrame(
        {
            "stratum": expected.names,
            "incidents": expected.incidents.astype(np.int64),
            "sample": sizes.astype(np.int64),
            "expected_rate": expected.rates,
            "design_effect": expected.design_effects,
            "crimes_per_incident": expected.crimes_per_incident,
            "half_width_points": expected.stratum_half_widths(wide, confidence),
            "confidence": [confidence] * len(sizes),
            "force_half_width_points": [100.0 * normal_z(confidence) * expected.standard_error(wide)]
            * len(sizes),
        }
    )


def _fewest(expected: Expected, shares: Floats, wanted: float, minimum: int) -> int:
    """Give the smallest total whose standard error is no more than ``wanted``, by halving."""
    low = int(np.minimum(max(minimum, 2), expected.incidents).sum())
    high = int(expected.incidents.sum())
    while low < high:
        middle = (low + high) // 2
        sizes = share_out(middle, shares, expected, minimum).astype(np.float64)
        if expected.standard_error(sizes) <= wanted:
            high = middle
        else:
            low = middle + 1
    return high


def _within(total: float, shares: Floats, least: Floats, most: Floats) -> Floats:
    """Give sizes in proportion to the shares, none under its least or over its most, by halving the scale."""
    low, high = 0.0, total * max(float(np.max(most / np.maximum(shares, 1e-12))), 1.0)
    for _ in range(200):
        scale = (low + high) / 2.0
        if np.clip(scale * shares, least, most).sum() < total:
            low = scale
        else:
            high = scale
    sizes: Floats = np.clip(high * shares, least, most)
    return sizes


def _whole(sizes: Floats, total: int, least: Floats, most: Floats) -> Codes:
    """Give whole numbers that sum to the total: rounded down, and the largest remainders one more."""
    whole = np.clip(np.floor(sizes + 1e-9), least, most)
    order = np.argsort(-(sizes - whole), kind="stable")
    while (missing := total - int(whole.sum())) != 0:
        step = 1 if missing > 0 else -1
        room = (whole < most) if step > 0 else (whole > least)
        for at in [at for at in order if room[at]][: abs(missing)]:
            whole[at] += step
    return whole.astype(np.intp)


def _by_stratum(names: Sequence[str], given: Mapping[str, float] | None, what: str) -> Floats:
    for name in names:
        if name not in (given or {}) or not (given or {})[name] > 0.0:
            raise InputError(
                f"The {what} of the stratum is not given, or not above 0.",
                where=f"stratum {name}",
                remedy=f"Give {what} for each of {', '.join(names)}.",
            )
    return np.asarray([float((given or {})[name]) for name in names])
