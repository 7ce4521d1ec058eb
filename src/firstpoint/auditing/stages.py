"""Audits that draw units first, such as stations or days, and then incidents within them.

The units are then what chance chose first, and two incidents of one station tell less than two of different
ones. The variance has a part for the draw of units and one for the draw within them (Särndal, Swensson and
Wretman 1992, 4.3; ``svydesign(ids = ~unit + incident)`` in R's ``survey``).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from firstpoint.auditing.audited import Audit, refuse_without_crime
from firstpoint.auditing.intervals import IntervalName
from firstpoint.auditing.marks import check_marks, one_row_an_incident
from firstpoint.auditing.rates import RECORDED, Method, from_variance_alone, rate_of
from firstpoint.auditing.ratio import Codes, Floats, RatioFit, check_chances, unit_variances
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused
from firstpoint.records.needed_columns import need_columns

_UNIT_COLUMNS = ("stratum", "unit", "incidents", "units_in_stratum")


def two_stage_ratio(
    marks: pl.DataFrame, units: pl.DataFrame, *, confidence: float = 0.95, interval: IntervalName = "beta"
) -> Estimate:
    """Give the combined ratio of an audit whose units were drawn first and incidents within them next.

    ``marks`` is as in :func:`estimate`, each incident with its ``unit``. ``units`` has a row a drawn unit:
    ``stratum``, ``unit``, ``incidents`` (reports that the unit had) and ``units_in_stratum`` (units there
    were to draw from); both draws with equal chances. In the limits the units are what is counted.

    Raises InputError where marks and units do not fit, and Refused for a drawn unit without a marked
    incident, a stratum with one unit of several, a unit with one incident of several, or no crime.
    """
    method = Method(confidence, from_variance_alone(interval))
    rows = _joined(check_marks(marks), units)
    due, recorded, first, second = (
        rows.get_column(name).to_numpy().astype(np.float64) for name in ("due", "recorded", "first", "second")
    )
    strata, drawn = (rows.get_column(name).to_numpy().astype(np.intp) for name in ("stratum_at", "unit_at"))
    by_unit = _summed(rows, due, recorded, strata, drawn, first * second)
    refuse_without_crime(by_unit)
    return rate_of(
        by_unit,
        method,
        fit=fit_two_stages(recorded, due, strata, drawn, first, second),
        words=f"{RECORDED}, {len(by_unit.due)} units drawn first and incidents within them next",
        formula="Särndal, Swensson and Wretman 1992, 4.3 and 5.6",
        counted=rows.height,
        unit="drawn unit",
    )


def _summed(
    rows: pl.DataFrame, due: Floats, recorded: Floats, strata: Codes, drawn: Codes, inclusion: Floats
) -> Audit:
    """Give the audit with a value a drawn unit instead of a value an incident."""
    at = np.unique(drawn, return_index=True)[1]
    codes: Codes = strata[at]
    counted = np.bincount(codes)
    names = rows.select("stratum", "stratum_at").unique().sort("stratum_at").get_column("stratum")
    totals = dict(rows.select("stratum", "units_in_stratum").iter_rows())
    return Audit(
        references=rows.get_column("unit").gather(at),
        names=tuple(names),
        codes=codes,
        variance_codes=codes,
        due=np.asarray(np.bincount(drawn, weights=due), dtype=np.float64),
        recorded=np.asarray(np.bincount(drawn, weights=recorded), dtype=np.float64),
        inclusion=inclusion[at],
        sampled=tuple(counted.tolist()),
        incidents=tuple(int(totals[name]) for name in names),
        recorded_12m=None,
    )


def fit_two_stages(
    recorded: Floats, due: Floats, strata: Codes, units: Codes, first: Floats, second: Floats
) -> RatioFit:
    """Give the ratio on arrays of one value an incident; ``unit_variance`` has one value a unit.

    ``strata`` and ``units`` are codes from 0, a unit in one stratum; ``first`` is the share of its stratum's
    units that was drawn, ``second`` the share of its unit's incidents.
    V = Σ (1 − f₁)·n/(n − 1)·Σ(z of unit − mean)² + Σ f₁·(1 − f₂)·m/(m − 1)·Σ(z − mean of unit)².
    """
    check_chances(first * second)
    weight = 1.0 / (first * second)
    due_total, recorded_total = float(np.sum(weight * due)), float(np.sum(weight * recorded))
    ratio = recorded_total / due_total
    z = weight * (recorded - ratio * due) / due_total
    at: Codes = np.unique(units, return_index=True)[1].astype(np.intp)
    of_unit = np.asarray(np.bincount(units, weights=z), dtype=np.float64)
    between = unit_variances(of_unit, strata[at], first[at])
    within = np.bincount(units, weights=first * unit_variances(z, units, second))
    parts: Floats = between + within
    return RatioFit(ratio, float(parts.sum()), parts, due_total, recorded_total)


def _joined(marks: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Give a row an incident with its counts, the place of stratum and unit, and both shares drawn."""
    need_columns(marks, ("unit",), "marks")
    need_columns(units, _UNIT_COLUMNS, "units")
    keys = ["stratum", "unit"]
    units = units.with_columns(pl.col(keys).cast(pl.String))
    _refuse_repeats(units)
    of_incident = marks.select("incident_id", pl.col("unit").cast(pl.String)).unique()
    _refuse_two_units(of_incident)
    rows = one_row_an_incident(marks).join(of_incident, on="incident_id")
    outside = rows.join(units, on=keys, how="anti")
    if outside.height:
        raise InputError(
            "An audited incident is of a unit that was not drawn.",
            where=f"incident {outside.get_column('incident_id').sort()[0]}",
            remedy="Give a row in units for each drawn unit, by the names in the marks.",
        )
    marked = rows.group_by(keys).agg(marked=pl.len().cast(pl.Int64))
    drawn = units.join(marked, on=keys, how="left").with_columns(
        pl.col("marked").fill_null(0), drawn=pl.len().over("stratum").cast(pl.Int64)
    )
    for row in drawn.sort(keys).iter_rows(named=True):
        _refuse_thin(row)
    shares = drawn.with_columns(
        first=pl.col("drawn") / pl.col("units_in_stratum"),
        second=pl.col("marked") / pl.col("incidents"),
        stratum_at=pl.col("stratum").rank("dense") - 1,
        unit_at=pl.struct(keys).rank("ordinal") - 1,
    )
    return rows.rename({"should_record": "due"}).join(shares, on=keys).sort("stratum", "incident_id")


def _refuse_repeats(units: pl.DataFrame) -> None:
    repeated = units.filter(pl.struct("stratum", "unit").is_duplicated())
    if repeated.height:
        raise InputError(
            "A drawn unit is there more than once.",
            where=f"stratum {repeated.get_column('stratum')[0]}, unit {repeated.get_column('unit')[0]}",
            remedy="Give a row a unit.",
        )


def _refuse_two_units(of_incident: pl.DataFrame) -> None:
    wrong = of_incident.filter(pl.col("incident_id").is_duplicated() | pl.col("unit").is_null())
    if wrong.height:
        raise InputError(
            "An incident has no unit, or two.",
            where=f"incident {wrong.get_column('incident_id').sort()[0]}",
            remedy="Give each incident the unit through which it was drawn.",
        )


def _refuse_thin(row: dict[str, int]) -> None:
    where = f"stratum {row['stratum']}, unit {row['unit']}"
    if row["marked"] > row["incidents"] or row["drawn"] > row["units_in_stratum"]:
        raise InputError(
            f"{row['marked']} incidents of {row['incidents']} were marked, {row['drawn']} units of "
            f"{row['units_in_stratum']} drawn.",
            where=where,
            remedy="Give the numbers that there were to draw from.",
        )
    if row["marked"] == 0 or (row["marked"] == 1 and row["incidents"] > 1):
        raise Refused(
            f"{row['marked']} of its {row['incidents']} incidents were marked: no variance within it.",
            where=where,
            remedy="Mark two at the least in each drawn unit, or the unit whole.",
        )
    if row["drawn"] == 1 and row["units_in_stratum"] > 1:
        raise Refused(
            f"One unit of {row['units_in_stratum']} was drawn, which gives no standard error.",
            where=where,
            remedy="Draw two units at the least, or join the stratum to another.",
        )
