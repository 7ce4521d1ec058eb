"""The planned audit rehearsed on the last audit's data, a thousand times, before anybody marks a record.

The last audit's incidents, each weighed up by its chance of selection, stand for the frame. The planned
design is drawn from it again and again; each time the rate and its intervals are worked out as they will be,
and held against the rate of that made-up frame. So one sees how wide the interval will be on average and at
worst, and how often it holds with this force's clustering.

Incidents that agree in crimes due and recorded are alike here, so a draw needs only how many of each pattern
it took (multivariate hypergeometric), which is the same in distribution as drawing incidents one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.auditing.audited import Audit, gather_audit, refuse_without_crime
from firstpoint.auditing.design import incidents_by_stratum
from firstpoint.auditing.intervals import check_confidence
from firstpoint.auditing.marks import check_frame, check_marks
from firstpoint.auditing.planning.many_limits import MANY_INTERVALS, Runs, many_limits
from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.errors import InputError, Refused

OVERALL = "overall"


@frozen(eq=False)
class Rehearsal:
    """What the planned design did on the last audit's data.

    ``table`` has a row a part (each stratum, and ``overall``) and interval: ``part`` str, ``interval`` str,
    ``sample`` i64, ``rate`` f64 (of the made-up frame), ``expected_half_width_points`` f64,
    ``half_width_points_90`` f64 (nine audits in ten are at least as sharp), ``coverage`` f64 (share of
    runs whose interval held the rate), ``without_rate`` i64 (runs that found no crime).
    """

    table: pl.DataFrame
    runs: int
    seed: int
    confidence: float
    cautions: tuple[str, ...]
    design: str = "equal chances within each stratum, combined ratio"

    @property
    def method(self) -> str:
        """How the figures were reached, in a sentence."""
        return (
            f"{self.runs:,} audits of the planned sizes drawn from the last audit's incidents weighed up to "
            f"the frame ({self.design}), each estimated as the audit will be, at {self.confidence:.0%} "
            f"confidence; seed {self.seed}."
        )

    @property
    def formula(self) -> str:
        """Where the method is printed."""
        return "Booth, Butler and Hall 1994; Särndal, Swensson and Wretman 1992, 5.6"

    def text(self) -> str:
        """Give the rehearsal as lines for a terminal or a paper."""
        lines = [
            f"{self.runs:,} audits of this design ({self.design}), drawn from the last audit's data "
            f"(seed {self.seed}):"
        ]
        lines += [
            f"  {row['part']:<10} {row['sample']:>6,} reports, {row['interval']:<8} ± "
            f"{row['expected_half_width_points']:.1f} points expected, ± {row['half_width_points_90']:.1f} "
            f"or better in nine of ten, held {row['coverage']:.1%} of the time"
            for row in self.table.iter_rows(named=True)
        ]
        return "\n".join([*lines, *self.cautions])


def rehearse(
    marks: pl.DataFrame,
    frame: pl.DataFrame,
    sizes: Mapping[str, int],
    *,
    planned_frame: pl.DataFrame | None = None,
    runs: int = 1_000,
    seed: int = 1,
    confidence: float = 0.95,
    intervals: Sequence[str] = ("beta", "guarded"),
) -> Rehearsal:
    """Give what ``runs`` audits of the planned ``sizes`` would say, drawn from the last audit's data.

    ``marks`` and ``frame`` are those of the last audit, as in :func:`firstpoint.auditing.estimate`;
    ``planned_frame`` the frame of the next one where its numbers differ. ``intervals`` may be beta, guarded
    and logit-t. Raises InputError for sizes that do not fit, and Refused where the last audit found no crime.
    """
    check_confidence(confidence)
    _check(intervals, runs)
    audit = gather_audit(check_marks(marks), check_frame(frame))
    refuse_without_crime(audit)
    totals = (
        dict(zip(audit.names, audit.incidents, strict=True))
        if planned_frame is None
        else incidents_by_stratum(planned_frame)
    )
    check_rehearsed_sizes(audit, totals, sizes)
    chance = np.random.default_rng(seed)
    strata = [
        _stratum_runs(audit.stratum(code), totals[name], sizes[name], runs, chance)
        for code, name in enumerate(audit.names)
    ]
    parts = {name: [one] for name, one in zip(audit.names, strata, strict=True)} | {OVERALL: strata}
    rows = [
        _row(part, interval, of_part, confidence)
        for part, of_part in parts.items()
        for interval in intervals
        if sum(one.held_due for one in of_part) > 0.0
    ]
    return Rehearsal(pl.DataFrame(rows), runs, seed, confidence, tuple(thin_ground(audit)))


def _row(part: str, interval: str, strata: list[Runs], confidence: float) -> dict[str, object]:
    truth = sum(one.held_recorded for one in strata) / sum(one.held_due for one in strata)
    low, high, usable = many_limits(strata, interval, confidence)
    size = sum(one.size for one in strata)
    return told(part, interval, size, truth, low, high, usable)


def told(
    part: str,
    interval: str,
    size: int,
    truth: float,
    low: Floats,
    high: Floats,
    usable: NDArray[np.bool_],
) -> dict[str, object]:
    """Give a row of the rehearsal's table from the limits of each run and the truth they were to hold."""
    if not usable.any():
        raise Refused(
            f"None of {len(usable):,} rehearsed audits met a crime, so there is nothing to tell of them.",
            where=OVERALL if part == OVERALL else f"stratum {part}",
            remedy="Plan more reports of it, or rehearse more runs.",
        )
    half_widths = 50.0 * (high - low)[usable]
    held = ((low <= truth) & (truth <= high))[usable]
    return {
        "part": part,
        "interval": interval,
        "sample": size,
        "rate": truth,
        "expected_half_width_points": float(half_widths.mean()),
        "half_width_points_90": float(np.quantile(half_widths, 0.9)),
        "coverage": float(held.mean()),
        "without_rate": int(np.sum(~usable)),
    }


def _stratum_runs(audit: Audit, incidents: int, size: int, runs: int, chance: np.random.Generator) -> Runs:
    patterns = (
        pl.DataFrame({"due": audit.due, "recorded": audit.recorded, "weight": 1.0 / audit.inclusion})
        .group_by("due", "recorded")
        .agg(pl.col("weight").sum())
        .sort("due", "recorded")
    )
    held = whole_counts(patterns.get_column("weight").to_numpy(), incidents)
    drawn = chance.multivariate_hypergeometric(held, size, size=runs, method="marginals")
    due, recorded = patterns.get_column("due").to_numpy(), patterns.get_column("recorded").to_numpy()
    return Runs(
        due=due,
        recorded=recorded,
        drawn=drawn.astype(np.float64),
        incidents=incidents,
        size=size,
        held_due=float(held @ due),
        held_recorded=float(held @ recorded),
    )


def whole_counts(weights: Floats, total: int) -> Codes:
    """Give whole counts in proportion to the weights that sum to the total, by largest remainders."""
    exact = weights / weights.sum() * total
    counts: Codes = np.floor(exact).astype(np.intp)
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[: total - int(counts.sum())]] += 1
    return counts


def _check(intervals: Sequence[str], runs: int) -> None:
    unknown = [name for name in intervals if name not in MANY_INTERVALS]
    if unknown or not intervals or runs < 1:
        raise InputError(
            f"{runs} runs with the intervals {', '.join(intervals) or 'none'} cannot be rehearsed.",
            where="rehearsal",
            remedy=f"Give one run or more, and intervals out of {', '.join(MANY_INTERVALS)}.",
        )


def check_rehearsed_sizes(audit: Audit, totals: Mapping[str, int], sizes: Mapping[str, int]) -> None:
    """Raise InputError where the strata do not match, and Refused for a size that cannot be drawn."""
    for name in sorted(set(audit.names) ^ set(sizes) | set(audit.names) ^ set(totals)):
        raise InputError(
            "The last audit, the planned frame and the sizes do not name the same strata.",
            where=f"stratum {name}",
            remedy=f"The last audit has {', '.join(audit.names)}.",
        )
    for name, size in sizes.items():
        if not 2 <= size <= totals[name] and size != totals[name]:
            raise Refused(
                f"{size} reports of {totals[name]:,} cannot be drawn with a standard error.",
                where=f"stratum {name}",
                remedy="Draw two at the least and no more than there are.",
            )


def thin_ground(audit: Audit) -> list[str]:
    """Give a caution for each stratum in which the last audit met too few failures to rehearse from."""
    cautions = []
    for code, name in enumerate(audit.names):
        one = audit.stratum(code)
        failed = int(np.sum(one.recorded < one.due))
        if failed < 10:
            cautions.append(
                f"{name}: the last audit found {failed} incidents with a failure, too few to rehearse from; "
                "a kind of failure that it never met cannot show here."
            )
    return cautions
