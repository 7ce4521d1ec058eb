"""How many reports to audit, so that the answer is as sharp as it has to be."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import polars as pl
from attrs import frozen

from firstpoint.auditing.frame import STRATA, in_order
from firstpoint.auditing.intervals import check_confidence, normal_z
from firstpoint.auditing.marks import check_frame
from firstpoint.errors import InputError, Refused

LEAST_SAMPLE = 30
"""What a stratum is given at the least unless the caller says otherwise (the project's choice)."""


@frozen
class Assumptions:
    """What a planner takes for granted of a stratum before the audit.

    ``expected_rate`` is a share; ``design_effect`` says how many times more the variance is than if crimes
    came one an incident; ``crimes_per_incident`` counts crimes that should be recorded. ``assurance`` says
    how many times more reports it takes so that the margin is met nine times in ten and not on average.
    """

    expected_rate: float
    design_effect: float
    crimes_per_incident: float
    assurance: float = 1.5


def plan_sample(
    frame: pl.DataFrame,
    *,
    half_width_points: float = 3.0,
    confidence: float = 0.95,
    rates: Mapping[str, float] | None = None,
    design_effects: Mapping[str, float] | None = None,
    crimes_per_incident: Mapping[str, float] | None = None,
    minimum: int = LEAST_SAMPLE,
    required: Sequence[str] = STRATA,
    assured: bool = False,
) -> pl.DataFrame:
    """Give the number to audit in each stratum for an interval of ± ``half_width_points`` there.

    ``frame`` has a row an incident (``stratum``, ``incident_id``) or a row a stratum (``stratum``,
    ``incidents``). ``rates`` (shares), ``design_effects`` and ``crimes_per_incident`` override, by stratum,
    what ``design.toml`` assumes. Columns of the answer: ``stratum``, ``incidents``, ``sample``,
    ``expected_rate``, ``design_effect``, ``crimes_per_incident``, ``half_width_points``, ``confidence``. No
    stratum gets more than it has. ``assured`` raises the sizes so that the margin is met nine times in ten
    and not on average; :func:`rehearse` says how often it is on a force's own data.

    Raises Refused where a ``required`` stratum has fewer than two reports, since there is then no overall
    rate.
    """
    totals = incidents_by_stratum(frame, required=required)
    rows = []
    for stratum in in_order(set(totals)):
        assumed = assumptions(stratum, rates, design_effects, crimes_per_incident)
        wanted = sample_size(
            assumed.expected_rate,
            half_width_points,
            confidence=confidence,
            design_effect=assumed.design_effect * (assumed.assurance if assured else 1.0),
            crimes_per_incident=assumed.crimes_per_incident,
            incidents=totals[stratum],
        )
        rows.append(
            {
                "stratum": stratum,
                "incidents": totals[stratum],
                "sample": min(max(wanted, minimum, 2), totals[stratum]),
                "expected_rate": assumed.expected_rate,
                "design_effect": assumed.design_effect,
                "crimes_per_incident": assumed.crimes_per_incident,
                "half_width_points": float(half_width_points),
                "confidence": confidence,
            }
        )
    return pl.DataFrame(rows)


def sample_size(
    expected_rate: float,
    half_width_points: float,
    *,
    confidence: float = 0.95,
    design_effect: float = 1.7,
    crimes_per_incident: float = 1.0,
    incidents: int | None = None,
) -> int:
    """Give the incidents to audit so that the interval is about ± ``half_width_points`` wide.

    n = z²·deff·R(1 − R) / (D·h²) with D the crimes per incident, then n/(1 + n/N) where the frame's
    ``incidents`` N is given, rounded up. The half-width is met on average: half of all such samples come
    out a little wider. Raises InputError for numbers that cannot be.
    """
    check_confidence(confidence)
    _check_plan(expected_rate, half_width_points, design_effect, crimes_per_incident)
    spread = design_effect * expected_rate * (1.0 - expected_rate) / crimes_per_incident
    wanted = (normal_z(confidence) / (half_width_points / 100.0)) ** 2 * spread
    if incidents is not None:
        wanted = min(wanted / (1.0 + wanted / incidents), incidents) if incidents > 0 else 0.0
    return math.ceil(wanted - 1e-9)


def incidents_by_stratum(frame: pl.DataFrame, *, required: Sequence[str] = ()) -> dict[str, int]:
    """Give the reports of each stratum of a frame, by either shape of it.

    Raises Refused where a stratum of the frame, or a ``required`` one, has fewer than two.
    """
    frame = check_frame(frame)
    by_row = "incident_id" in frame.columns
    counted = frame.group_by("stratum").len() if by_row else frame.select("stratum", "incidents")
    totals: dict[str, int] = dict(counted.iter_rows())
    for stratum in [*required, *totals]:
        _refuse_unbuilt(stratum, totals.get(stratum, 0))
    return totals


def _refuse_unbuilt(stratum: str, incidents: int) -> None:
    if incidents < 2:
        raise Refused(
            f"With {incidents} reports in the frame the stratum cannot be built and no overall rate given.",
            where=f"stratum {stratum}",
            remedy="Widen the dates, map more opening codes to it, or mend the link from incidents to "
            "crimes; failing that, audit the other strata alone and publish no overall figure.",
        )


def assumptions(
    stratum: str,
    rates: Mapping[str, float] | None,
    design_effects: Mapping[str, float] | None,
    crimes_per_incident: Mapping[str, float] | None,
) -> Assumptions:
    """Give what is taken for granted of a stratum: as the caller says or else as shipped."""
    shipped = _shipped().get(stratum, _shipped()["otherwise"])
    return Assumptions(
        expected_rate=(rates or {}).get(stratum, shipped.expected_rate),
        design_effect=(design_effects or {}).get(stratum, shipped.design_effect),
        crimes_per_incident=(crimes_per_incident or {}).get(stratum, shipped.crimes_per_incident),
        assurance=shipped.assurance,
    )


@cache
def shipped_cost() -> tuple[float, float]:
    """Give the minutes that a report takes to audit and that an auditor has in a day, as shipped."""
    row = tomllib.loads(_design_toml())["cost"]
    return row["minutes_a_report"], row["minutes_a_day"]


def _design_toml() -> str:
    return (resources.files("firstpoint.auditing") / "design.toml").read_text(encoding="utf-8")


@cache
def _shipped() -> dict[str, Assumptions]:
    table = tomllib.loads(_design_toml())
    rows = {**table["assumptions"], "otherwise": table["otherwise"]}
    return {
        name: Assumptions(
            row["expected_rate"], row["design_effect"], row["crimes_per_incident"], row["assurance"]
        )
        for name, row in rows.items()
    }


def _check_plan(rate: float, half_width_points: float, design_effect: float, crimes: float) -> None:
    wrong = [
        words
        for right, words in (
            (0.0 < rate < 1.0, f"an expected rate of {rate} is not a share between 0 and 1"),
            (
                0.0 < half_width_points < 50.0,
                f"a half-width of {half_width_points} points is not from 0 to 50",
            ),
            (design_effect > 0.0, f"a design effect of {design_effect} is not above 0"),
            (crimes > 0.0, f"{crimes} crimes per incident is not above 0"),
        )
        if not right
    ]
    if wrong:
        raise InputError(
            f"{'; '.join(wrong)}.",
            where="sample size",
            remedy="Give rates as shares (0.9) and the margin in points (3).",
        )
