"""A planned audit with predictions, rehearsed on the last audit's data.

As in :mod:`firstpoint.auditing.planning.rehearsal`, the last audit's incidents stand for the frame, here each
with what was predicted of it. A thousand samples are drawn with chances by predicted residual (Pareto), and
the difference estimator is worked out in each.

Copies of one audited incident have one chance, so of all their numbers only the smallest can be drawn; these
come from the order statistics of uniform numbers (Rényi's representation), and a frame of 200,000 takes no
longer than its few hundred audited incidents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.assisted.chances import USUAL_MIXING, mixed_chances
from firstpoint.auditing.assisted.gathered import gather_readings
from firstpoint.auditing.assisted.pareto import pareto_scale
from firstpoint.auditing.audited import Audit, refuse_without_crime
from firstpoint.auditing.intervals import FEW_CARRIERS, check_confidence
from firstpoint.auditing.marks import check_frame, check_marks
from firstpoint.auditing.planning.many_limits import (
    MANY_INTERVALS,
    independent_of_runs,
    limits_of_runs,
    still_limits_of_runs,
)
from firstpoint.auditing.planning.rehearsal import (
    OVERALL,
    Rehearsal,
    check_rehearsed_sizes,
    thin_ground,
    told,
    whole_counts,
)
from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.errors import InputError

ADVISED = "advised"
"""The interval that an assisted estimate shows unless asked: beta, or guarded where few carry it all."""


@frozen(eq=False)
class AssistedRuns:
    """Many draws from one stratum, by audited incident that copies stand for.

    All but ``drawn`` are float64 of one value an audited incident; ``drawn`` has shape (runs, incidents).
    """

    due: Floats
    recorded: Floats
    predicted_due: Floats
    predicted_recorded: Floats
    chances: Floats
    copies: Floats
    drawn: Floats
    size: int


def rehearse_assisted(
    marks: pl.DataFrame,
    frame: pl.DataFrame,
    sizes: Mapping[str, int],
    *,
    mixing: float = USUAL_MIXING,
    runs: int = 1_000,
    seed: int = 1,
    confidence: float = 0.95,
    intervals: Sequence[str] = (ADVISED, "beta", "guarded"),
) -> Rehearsal:
    """Give what ``runs`` audits with predictions would say, drawn from the last audit's data.

    ``marks`` and ``frame`` are those of the last audit, the frame with a row an incident and
    ``predicted_due``, ``predicted_recorded`` and ``predicted_sd``; ``sizes`` and ``mixing`` are those
    planned, as in :func:`firstpoint.auditing.assisted.draw_assisted`. First readings, or rulings, are taken
    as true. Raises InputError for what does not fit, and Refused where the last audit found no crime.
    """
    check_confidence(confidence)
    _check(intervals, runs, frame)
    checked = check_frame(frame)
    readings = gather_readings(check_marks(marks), checked)
    audit = readings.audit
    refuse_without_crime(audit)
    check_rehearsed_sizes(audit, dict(zip(audit.names, audit.incidents, strict=True)), sizes)
    chance, spread = np.random.default_rng(seed), _spread(audit, checked)
    strata = {}
    for code, name in enumerate(audit.names):
        at = audit.codes == code
        copies = whole_counts(1.0 / audit.inclusion[at], audit.incidents[code])
        chances = _chances(spread[at], copies, sizes[name], mixing)
        strata[name] = AssistedRuns(
            due=audit.due[at],
            recorded=audit.recorded[at],
            predicted_due=readings.predicted.due[at],
            predicted_recorded=readings.predicted.recorded[at],
            chances=chances,
            copies=copies.astype(np.float64),
            drawn=drawn_copies(copies, chances, sizes[name], runs, chance),
            size=sizes[name],
        )
    parts = {**{name: [one] for name, one in strata.items()}, OVERALL: list(strata.values())}
    rows = [
        _row(part, interval, of_part, confidence)
        for part, of_part in parts.items()
        for interval in intervals
        if sum(float(one.copies @ one.due) for one in of_part) > 0.0
    ]
    design = f"chances by predicted residual with {mixing:g} spread equally, difference estimator"
    return Rehearsal(pl.DataFrame(rows), runs, seed, confidence, tuple(thin_ground(audit)), design)


def drawn_copies(copies: Codes, chances: Floats, size: int, runs: int, chance: np.random.Generator) -> Floats:
    """Give how many copies of each incident a Pareto draw of ``size`` takes: (runs, incidents), float64.

    Only the smallest numbers of each incident's copies are made, some eight standard deviations more than
    are expected to be drawn, so that none that could be drawn is missing.
    """
    expected = copies * chances
    made = np.minimum(copies, np.ceil(expected + 8.0 * np.sqrt(expected) + 8.0).astype(np.intp))
    owner = np.repeat(np.arange(len(copies)), made)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(made) - made, made)
    first = np.minimum(np.cumsum(copies) - copies, int(copies.sum()) - 1)
    scale = pareto_scale(np.repeat(chances, copies))[first][owner]
    left = copies[owner] - rank
    counts = np.empty((runs, len(copies)))
    for run in range(runs):
        steps = np.cumsum(chance.standard_exponential(len(owner)) / left)
        before = np.concatenate([[0.0], steps])[np.repeat(np.cumsum(made) - made, made)]
        odds = np.expm1(steps - before)
        chosen = np.argpartition(odds * scale, size - 1)[:size]
        counts[run] = np.bincount(owner[chosen], minlength=len(copies))
    return counts


def assisted_runs_limits(
    strata: list[AssistedRuns], interval: str, confidence: float
) -> tuple[Floats, Floats, np.ndarray]:
    """Give the limits of each run's difference estimate, and which runs have one.

    A run whose estimate leaves 0 to 1 falls back to the plain ratio of its sample, as the estimator does.
    """
    assisted = _rates(strata, 1.0)
    plain = _rates(strata, 0.0)
    fits = (assisted[1] > 0.0) & (assisted[0] >= 0.0) & (assisted[0] <= 1.0)
    usable = fits | (plain[1] > 0.0)
    rate = np.where(fits, assisted[0], np.where(plain[1] > 0.0, plain[0], 1.0))
    variance, squares = (
        np.where(fits, one, other)
        for one, other in zip(_variances(strata, assisted, 1.0), _variances(strata, plain, 0.0), strict=True)
    )
    none = np.zeros_like(rate)
    held = [one.drawn[:, one.due > 0].sum(axis=1) for one in strata]
    with_crime = sum(held, none)
    df = np.maximum(with_crime - sum(((one > 0) for one in held), none), 1.0)
    crimes = sum((one.drawn @ one.due for one in strata), none)
    independent = independent_of_runs([(one.due, one.chances, one.drawn) for one in strata])
    named = ("guarded", "beta") if interval == ADVISED else (interval,)
    both = [
        limits_of_runs(rate, variance, squares, df, independent, crimes, name, confidence) for name in named
    ]
    guard = np.where(squares > 0.0, variance**2 / np.where(squares > 0.0, squares, 1.0) - 1.0, 0.0)
    few = guard < FEW_CARRIERS
    low, high = (np.where(few, both[0][at], both[-1][at]) for at in (0, 1))
    recorded = sum((one.drawn @ one.recorded for one in strata), none)
    for edge, alike in ((1.0, recorded == crimes), (0.0, recorded == 0.0)):
        least, most = still_limits_of_runs(np.full_like(rate, edge), independent, confidence)
        low = np.where(alike, np.minimum(low, least), low)
        high = np.where(alike, np.maximum(high, most), high)
    return low, high, usable


def _rates(strata: list[AssistedRuns], slope: float) -> tuple[Floats, Floats]:
    """Give the rate and the total due of each run; the rate is 0 where the total is not above 0."""
    due = recorded = np.zeros(strata[0].drawn.shape[0])
    for one in strata:
        weight = 1.0 / one.chances
        due = due + slope * float(one.copies @ one.predicted_due)
        due = due + one.drawn @ (weight * (one.due - slope * one.predicted_due))
        recorded = recorded + slope * float(one.copies @ one.predicted_recorded)
        recorded = recorded + one.drawn @ (weight * (one.recorded - slope * one.predicted_recorded))
    positive = due > 0.0
    return np.where(positive, recorded, 0.0) / np.where(positive, due, 1.0), due


def _variances(strata: list[AssistedRuns], fit: tuple[Floats, Floats], slope: float) -> tuple[Floats, Floats]:
    """Give the variance of each run's rate and the sum of the squares of its parts."""
    rate, total = fit
    due_total = np.where(total > 0.0, total, 1.0)
    variance, squares = np.zeros_like(rate), np.zeros_like(rate)
    for one in strata:
        off_due = one.due - slope * one.predicted_due
        off_recorded = one.recorded - slope * one.predicted_recorded
        residual = (off_recorded - rate[:, None] * off_due) / (one.chances * due_total[:, None])
        drawn = one.drawn * (one.chances < 1.0)
        number = drawn.sum(axis=1)
        mean = (drawn * residual).sum(axis=1) / np.maximum(number, 1.0)
        factor = (1.0 - one.chances) * (number / np.maximum(number - 1.0, 1.0))[:, None]
        parts = factor * (residual - mean[:, None]) ** 2
        variance += (drawn * parts).sum(axis=1)
        squares += (drawn * parts**2).sum(axis=1)
    return variance, squares


def _row(part: str, interval: str, strata: list[AssistedRuns], confidence: float) -> dict[str, object]:
    truth = sum(float(one.copies @ one.recorded) for one in strata)
    truth /= sum(float(one.copies @ one.due) for one in strata)
    low, high, usable = assisted_runs_limits(strata, interval, confidence)
    return told(part, interval, sum(one.size for one in strata), truth, low, high, usable)


def _chances(spread: Floats, copies: Codes, size: int, mixing: float) -> Floats:
    """Give each audited incident's chance under the planned design, that of any of its copies."""
    of_copies = mixed_chances(np.repeat(spread, copies), size, mixing=mixing)
    first = np.minimum(np.cumsum(copies) - copies, len(of_copies) - 1)
    chances: Floats = np.where(copies > 0, of_copies[first], 1.0)
    return chances


def _spread(audit: Audit, frame: pl.DataFrame) -> Floats:
    spread = audit.references.to_frame("incident_id").join(
        frame.select("incident_id", pl.col("predicted_sd").cast(pl.Float64)),
        on="incident_id",
        how="left",
        maintain_order="left",
    )
    values: Floats = spread.get_column("predicted_sd").to_numpy().astype(np.float64)
    return values


def _check(intervals: Sequence[str], runs: int, frame: pl.DataFrame) -> None:
    known = (ADVISED, *MANY_INTERVALS)
    unknown = [name for name in intervals if name not in known]
    if unknown or not intervals or runs < 1:
        raise InputError(
            f"{runs} runs with the intervals {', '.join(intervals) or 'none'} cannot be rehearsed.",
            where="rehearsal",
            remedy=f"Give one run or more, and intervals out of {', '.join(known)}.",
        )
    missing = {"incident_id", "predicted_due", "predicted_recorded", "predicted_sd"} - set(frame.columns)
    if missing:
        raise InputError(
            f"The last audit's frame lacks {', '.join(sorted(missing))}.",
            where="frame",
            remedy="Give the frame with the predictions that were frozen before that audit, or rehearse a "
            "design without predictions.",
        )
