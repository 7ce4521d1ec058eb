"""Post-stratification: weights put right by groups whose sizes in the frame are known after the draw.

A simple draw may by luck hold too many online reports and too few from the front counter. Where the frame
says how many there are, each group is weighed up to its size, and only what varies inside the groups is left
to chance (Särndal, Swensson and Wretman 1992, 7.6; ``postStratify`` in R's ``survey``).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from firstpoint.auditing.audited import Audit, gather_audit, refuse_without_crime
from firstpoint.auditing.intervals import IntervalName
from firstpoint.auditing.marks import check_frame, check_marks, standing_readings
from firstpoint.auditing.rates import RECORDED, Method, from_variance_alone, rate_of
from firstpoint.auditing.ratio import Codes, Floats, RatioFit, unit_variances
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused

FEW_IN_GROUP = 5
"""Below this many audited incidents a group's weight is mostly luck (the project's choice)."""


def poststratified_ratio(
    marks: pl.DataFrame,
    frame: pl.DataFrame,
    *,
    by: str,
    totals: Mapping[str, int] | None = None,
    confidence: float = 0.95,
    interval: IntervalName = "beta",
) -> Estimate:
    """Give the combined ratio with the weights put right by the groups of the column ``by``.

    The frame has a row an incident with that column, or ``totals`` gives the incidents of each group in the
    whole frame and the marks have the column. Raises Refused for a group of the frame in which fewer than
    five incidents were audited, naming it.
    """
    method = Method(confidence, from_variance_alone(interval))
    checked, framed = check_marks(marks), check_frame(frame)
    audit = gather_audit(checked, framed)
    refuse_without_crime(audit)
    groups = _groups(audit, standing_readings(checked), framed, by)
    sizes = _sizes(framed, by) if totals is None else {str(name): int(n) for name, n in totals.items()}
    _check_groups(groups, sizes, by, sum(audit.incidents))
    names = sorted(sizes)
    codes = np.searchsorted(np.asarray(names), groups.to_numpy()).astype(np.intp)
    known = np.asarray([sizes[name] for name in names], dtype=np.float64)
    fit = fit_poststratified(audit.recorded, audit.due, audit.codes, audit.inclusion, codes, known)
    return rate_of(
        audit,
        method,
        fit=fit,
        words=f"{RECORDED}, weights put right by the sizes of {by} in the frame",
        formula="Särndal, Swensson and Wretman 1992, 7.6",
    )


def fit_poststratified(
    recorded: Floats, due: Floats, strata: Codes, inclusion: Floats, groups: Codes, sizes: Floats
) -> RatioFit:
    """Give the post-stratified ratio on arrays: ``groups`` are codes from 0, ``sizes`` one value a group.

    Weights w·N/N̂ by group; the linearised value is that of the residual from its group's weighted mean.
    """
    weight = 1.0 / inclusion
    found = np.bincount(groups, weights=weight, minlength=len(sizes))
    new = weight * (sizes / found)[groups]
    due_total, recorded_total = float(np.sum(new * due)), float(np.sum(new * recorded))
    ratio = recorded_total / due_total
    residual = recorded - ratio * due
    mean = np.bincount(groups, weights=weight * residual, minlength=len(sizes)) / found
    parts = unit_variances(new * (residual - mean[groups]) / due_total, strata, inclusion)
    return RatioFit(ratio, float(parts.sum()), parts, due_total, recorded_total)


def _groups(audit: Audit, marks: pl.DataFrame, frame: pl.DataFrame, by: str) -> pl.Series:
    for table in (marks, frame):
        if by in table.columns and "incident_id" in table.columns:
            rows = table.select("incident_id", pl.col(by).cast(pl.String)).unique()
            break
    else:
        raise InputError(
            f"Neither the marks nor a frame with a row an incident has a column {by}.",
            where=f"by {by}",
            remedy="Give the column, one value an incident.",
        )
    wrong = rows.filter(pl.col("incident_id").is_duplicated() | pl.col(by).is_null())
    if wrong.height:
        raise InputError(
            f"An incident has no value or several values of {by}.",
            where=f"incident {wrong.get_column('incident_id').sort()[0]}",
            remedy="A post-stratum needs one value an incident; for parts of an incident use ratio(by=...).",
        )
    joined = audit.references.to_frame("incident_id").join(
        rows, on="incident_id", how="left", maintain_order="left"
    )
    return joined.get_column(by)


def _sizes(frame: pl.DataFrame, by: str) -> dict[str, int]:
    if by not in frame.columns or "incident_id" not in frame.columns:
        raise InputError(
            f"The sizes of {by} in the frame are not known.",
            where=f"by {by}",
            remedy="Give a frame with a row an incident and that column, or totals.",
        )
    return dict(frame.group_by(pl.col(by).cast(pl.String)).len().iter_rows())


def _check_groups(groups: pl.Series, sizes: Mapping[str, int], by: str, incidents: int) -> None:
    audited = dict(groups.value_counts().iter_rows())
    for name in audited:
        if name not in sizes:
            raise InputError(
                "Audited incidents are in a group whose size is not given.",
                where=f"{by} {name}",
                remedy=f"Sizes are known of {', '.join(sorted(map(str, sizes)))}.",
            )
    for name, size in sizes.items():
        if size > 0 and audited.get(name, 0) < FEW_IN_GROUP:
            raise Refused(
                f"{audited.get(name, 0)} of its {size:,} incidents were audited, too few to weigh it up.",
                where=f"{by} {name}",
                remedy="Join it to another group, or leave post-stratification out.",
            )
    if sum(sizes.values()) != incidents:
        raise InputError(
            f"The groups have {sum(sizes.values()):,} incidents and the frame {incidents:,}.",
            where=f"by {by}",
            remedy="Give the sizes of the groups in the frame the sample was drawn from.",
        )
