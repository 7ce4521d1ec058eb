"""When did the recording rate begin to change, and within which dates can that be said?

Two shapes are fitted to the weekly counts: a *step*, one rate before a week and another from it on, and a
*slide*, one rate up to a week and from there on a straight line. The model is Y = R(t)·D + e for the weighted
crimes recorded and due of each week, the variance of e in proportion to the incidents read (for the dates,
to R(1 − R) of the best fit as well); the week that leaves the smallest sum of squares is the estimate (Bai
and Perron, *Econometrica*, 1998, for one break).

Whether there is a change at all is asked of the incidents themselves: they are dealt out anew over the weeks
many times, and the share of deals that fit a change as well as the real order is the chance of a false alarm.
Nothing is assumed of the clustering of crimes in incidents, only that without a change one order is as likely
as another.

The dates between which the change began are those that a test does not rule out: for each week, series are
made from the change that fits best there, with the signs of its errors dealt anew (the wild bootstrap of Wu,
*Annals of Statistics*, 1986), and the week goes where the real series fits it worse, compared with its best
week, than 95 in 100 of these do.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import numpy as np
import polars as pl
from attrs import evolve, frozen
from numpy.typing import NDArray

from firstpoint.auditing.intervals import check_confidence
from firstpoint.auditing.monitoring.audited_days import Daily, gather_days
from firstpoint.auditing.monitoring.running import rate_of
from firstpoint.auditing.ratio import Floats
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused

Shape = Literal["step", "slide"]
SHAPES: tuple[Shape, ...] = ("step", "slide")
LEAST_WEEKS = 12
LEAST_ON_A_SIDE = 4
RECENT_WEEKS = 8
FORMULA = "Bai and Perron 1998, one break; permutation test by incident; wild bootstrap of Wu 1986"


@frozen
class ChangePoint:
    """Whether and when the rate changed.

    ``chance_of_luck`` is the share of random orders of the incidents that fit a change as well. Where
    ``found``, the change began most likely in the week that begins on ``began``, and with the confidence
    between ``earliest`` and ``latest`` (first and last day); ``shape`` fits it better than the other.
    ``before`` is the rate of the weeks before ``began``, ``after`` that of the weeks from it on (of a slide:
    of the last eight). Without a finding these are None, and ``before`` is the rate of all weeks.
    """

    found: bool
    chance_of_luck: float
    false_alarm_rate: float
    shape: Shape | None
    began: date | None
    earliest: date | None
    latest: date | None
    before: Estimate | None
    after: Estimate | None
    confidence: float
    weeks: int
    replicates: int
    seed: int

    @property
    def method(self) -> str:
        """How it was found, in a sentence."""
        return (
            f"A step and a slide fitted to {self.weeks} weeks by weighted least squares; a change is said to "
            f"be there where fewer than {self.false_alarm_rate:.0%} of {self.replicates:,} random orders of "
            f"the incidents fit one as well; dates with {self.confidence:.0%} confidence by wild bootstrap "
            f"(seed {self.seed})."
        )

    @property
    def formula(self) -> str:
        """Where the formulas are printed."""
        return FORMULA

    def as_dict(self) -> dict[str, Any]:
        """Give the result as plain values for JSON."""
        return {
            "found": self.found,
            "chance_of_luck": self.chance_of_luck,
            "false_alarm_rate": self.false_alarm_rate,
            "shape": self.shape,
            "began": self.began,
            "earliest": self.earliest,
            "latest": self.latest,
            "before": self.before.as_dict() if self.before else None,
            "after": self.after.as_dict() if self.after else None,
            "confidence": self.confidence,
            "weeks": self.weeks,
            "method": self.method,
            "formula": self.formula,
        }


def change_point(
    marks: pl.DataFrame,
    *,
    shape: Shape | None = None,
    confidence: float = 0.95,
    false_alarm_rate: float = 0.05,
    replicates: int = 999,
    seed: int = 1,
    first_day: date | None = None,
) -> ChangePoint:
    """Give the one change of the recording rate that fits best, with its dates, or that none can be seen.

    ``marks`` as :func:`gather_days` takes them, of twelve weeks or more. ``shape`` rules out the other one
    where it is known beforehand that the change came at once, or bit by bit; it narrows the dates. Several
    changes are told as the one that fits best.

    Raises Refused for a shorter series or one without a missed crime or without a recorded one, and
    InputError for rates and numbers that cannot be.
    """
    check_confidence(confidence)
    if not 0.0 < false_alarm_rate < 0.5 or replicates < 99:
        raise InputError(
            f"A false-alarm rate of {false_alarm_rate} with {replicates} replicates cannot be.",
            where="change point",
            remedy="Give a share such as 0.05, and 99 replicates or more.",
        )
    daily = gather_days(marks, first_day=first_day)
    _refuse_short(daily)
    chance = np.random.default_rng(seed)
    candidates = _Candidates.of(daily.number_of_weeks, SHAPES if shape is None else (shape,))
    luck = _chance_of_luck(daily, candidates, replicates, chance)
    nothing = ChangePoint(
        found=False,
        chance_of_luck=luck,
        false_alarm_rate=false_alarm_rate,
        shape=None,
        began=None,
        earliest=None,
        latest=None,
        before=rate_of(daily, np.ones(len(daily.due), dtype=bool), confidence, "all weeks"),
        after=None,
        confidence=confidence,
        weeks=daily.number_of_weeks,
        replicates=replicates,
        seed=seed,
    )
    return _dated(nothing, daily, candidates, chance) if luck < false_alarm_rate else nothing


def _dated(
    nothing: ChangePoint, daily: Daily, candidates: _Candidates, chance: np.random.Generator
) -> ChangePoint:
    """Give the change that fits best, with its dates and the rates on either side."""
    series = _weighed_by_rate(_series(daily), candidates)
    best = int(np.argmin(candidates.left_over(series)[1]))
    week, shape = candidates.weeks[best], candidates.shapes[best]
    inside = _weeks_not_ruled_out(candidates, series, nothing.confidence, nothing.replicates, chance)
    recent, period = (
        (week, "the weeks since the change")
        if shape == "step"
        else (daily.number_of_weeks - RECENT_WEEKS, f"the last {RECENT_WEEKS} weeks")
    )
    earlier = daily.weeks < week
    return evolve(
        nothing,
        found=True,
        shape=shape,
        began=daily.week_begins(week),
        earliest=daily.week_begins(min(inside)),
        latest=daily.week_ends(max(inside)),
        before=rate_of(daily, earlier, nothing.confidence, "the weeks before the change"),
        after=rate_of(daily, daily.weeks >= recent, nothing.confidence, period),
    )


@frozen(eq=False)
class _Series:
    """Weekly sums, float64 of shape (…, weeks), so that many made series are fitted in one call.

    ``recorded`` and ``due`` are weighted crimes; ``precision`` is 1/Σw², 0 for a week without incidents.
    """

    recorded: Floats
    due: Floats
    precision: Floats


@frozen(eq=False)
class _Candidates:
    """Every shape and week that a change may have.

    ``grown`` is float64 of shape (candidates, weeks): how much of the change each week has under each.
    """

    grown: Floats
    weeks: tuple[int, ...]
    shapes: tuple[Shape, ...]

    @classmethod
    def of(cls, number: int, kinds: tuple[Shape, ...]) -> _Candidates:
        """Give the candidates of so many weeks: those with enough others on both sides.

        A slide may have begun before the first week.
        """
        time = np.arange(number, dtype=np.float64)
        last = number - LEAST_ON_A_SIDE + 1
        steps = range(LEAST_ON_A_SIDE, last) if "step" in kinds else range(0)
        slides = range(last) if "slide" in kinds else range(0)
        grown = [(time >= week).astype(np.float64) for week in steps]
        grown += [np.maximum(time - week + 0.5, 0.0) / number for week in slides]
        shapes: list[Shape] = ["step" for _ in steps]
        shapes += ["slide" for _ in slides]
        return cls(np.stack(grown), (*steps, *slides), tuple(shapes))

    def left_over(self, series: _Series) -> tuple[Floats, Floats]:
        """Give the sums of squares: with one rate, shape (…), and with each candidate, shape (…, candidates).

        Two regressors, the crimes due and the crimes due times ``grown``, solved by the normal equations.
        """
        of_due = series.precision * series.due**2
        of_both = series.precision * series.due * series.recorded
        whole = np.sum(series.precision * series.recorded**2, axis=-1)
        a, p = of_due.sum(axis=-1)[..., None], of_both.sum(axis=-1)[..., None]
        b, c = of_due @ self.grown.T, of_due @ (self.grown**2).T
        q = of_both @ self.grown.T
        determinant = a * c - b**2
        usable = determinant > 1e-9 * a * np.maximum(c, 1e-300)
        more = np.where(usable, (q - p * b / a) ** 2 * a / np.where(usable, determinant, 1.0), 0.0)
        plain = whole - (p**2 / a)[..., 0]
        return plain, np.maximum(plain[..., None] - more, 1e-12)

    def fitted(self, series: _Series, candidate: int) -> tuple[Floats, Floats]:
        """Give the recorded crimes of each week that a candidate fits, and each week's leverage."""
        root = np.sqrt(series.precision)
        columns = root[:, None] * np.column_stack([series.due, series.due * self.grown[candidate]])
        basis = np.linalg.qr(columns)[0]
        scaled = basis @ (basis.T @ (root * series.recorded))
        fitted = np.divide(scaled, root, out=np.zeros_like(scaled), where=root > 0)
        return fitted, np.sum(basis**2, axis=1)


def _series(daily: Daily, order: NDArray[np.intp] | None = None) -> _Series:
    """Give the weekly sums, the incidents dealt to the weeks in another order where one is given."""
    rows = np.arange(len(daily.due)) if order is None else order
    weight = daily.weight[rows]
    size = daily.by_week(weight**2)
    return _Series(
        recorded=daily.by_week(weight * daily.recorded[rows]),
        due=daily.by_week(weight * daily.due[rows]),
        precision=np.divide(1.0, size, out=np.zeros_like(size), where=size > 0),
    )


def _weighed_by_rate(series: _Series, candidates: _Candidates) -> _Series:
    """Give the series with each week's precision over R(1 − R) of the change that fits best.

    Crimes are missed more unevenly the more of them are missed, so the weeks after a fall say less.
    """
    fitted, _ = candidates.fitted(series, int(np.argmin(candidates.left_over(series)[1])))
    read = series.due > 0
    rate = np.clip(np.divide(fitted, series.due, out=np.full_like(fitted, 0.5), where=read), 0.02, 0.98)
    return evolve(series, precision=series.precision / (rate * (1.0 - rate)))


def _stacked(parts: list[_Series]) -> _Series:
    return _Series(
        np.stack([part.recorded for part in parts]),
        np.stack([part.due for part in parts]),
        np.stack([part.precision for part in parts]),
    )


def _chance_of_luck(
    daily: Daily, candidates: _Candidates, replicates: int, chance: np.random.Generator
) -> float:
    """Give the share of random orders that fit a change as well as the real one, the real one among them."""
    orders = (chance.permutation(len(daily.due)) for _ in range(replicates))
    dealt = _stacked([_series(daily), *(_series(daily, order) for order in orders)])
    plain, left = candidates.left_over(dealt)
    gain = plain / left.min(axis=-1)
    return float(np.mean(gain >= gain[0] - 1e-12))


def _weeks_not_ruled_out(
    candidates: _Candidates,
    series: _Series,
    confidence: float,
    replicates: int,
    chance: np.random.Generator,
) -> list[int]:
    """Give the weeks whose fit is not worse than the best by more than chance explains.

    Each candidate is tried by itself: what would chance explain if the change were this one? Series are made
    from its own fit, and it is ruled out where so few of them fit it as badly, compared with their best.
    """
    _, real = candidates.left_over(series)
    signs = np.where(chance.random((replicates, len(series.due))) < 0.5, -1.0, 1.0)
    kept: list[int] = []
    for at, week in enumerate(candidates.weeks):
        fitted, leverage = candidates.fitted(series, at)
        errors = (series.recorded - fitted) / np.sqrt(np.maximum(1.0 - leverage, 0.05))
        _, left = candidates.left_over(_Series(fitted + errors * signs, series.due, series.precision))
        as_badly = np.sum(left[:, at] / left.min(axis=-1) >= real[at] / real.min() - 1e-12)
        if (as_badly + 1) / (replicates + 1) > 1.0 - confidence:
            kept.append(week)
    return kept


def _refuse_short(daily: Daily) -> None:
    if daily.number_of_weeks < LEAST_WEEKS:
        raise Refused(
            f"{daily.number_of_weeks} weeks are too few to tell a change from chance.",
            where="daily audit",
            remedy=f"Watch for {LEAST_WEEKS} weeks or more; until then compare two audits.",
        )
    missed = float(np.sum(daily.due - daily.recorded))
    if missed == 0.0 or float(daily.recorded.sum()) == 0.0:
        raise Refused(
            "Every crime was recorded." if missed == 0.0 else "No crime was recorded.",
            where="daily audit",
            remedy="There is no change to date; the running rate says how far this may be luck.",
        )
