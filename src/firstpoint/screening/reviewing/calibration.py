"""From scores to chances that may be shown, or the reason why they may not.

Two calibrators: Platt's, a logistic curve on the log-odds of the score, for few marks; and isotonic
regression, any rising curve, for many. Both weigh a mark by 1/π.

A chance is shown to people only behind :func:`shown_chances`, which refuses under :data:`LEAST_AUDITED`
reviewed logs and while a drift alarm stands: a score that only puts logs in order must not be read as a
percentage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from attrs import asdict, frozen

from firstpoint.errors import InputError, Refused
from firstpoint.screening.reviewing.drift import Alarm
from firstpoint.screening.reviewing.logistic import fit_logistic, from_log_odds, log_odds, worth_in_logs
from firstpoint.screening.reviewing.probabilities import Floats

LEAST_AUDITED = 200
LOGS_FOR_ISOTONIC = 1000
Kind = Literal["platt", "isotonic"]


@frozen
class Calibrator:
    """A rising curve from score to chance, learnt from ``audited`` reviewed logs.

    Platt: ``slope`` and ``intercept`` on the log-odds. Isotonic: straight lines between ``knots`` (score,
    chance), level outside them.
    """

    kind: Kind
    audited: int
    intercept: float = 0.0
    slope: float = 1.0
    knots: tuple[tuple[float, float], ...] = ()

    def chances(self, score: Floats) -> Floats:
        """The chances of scores (float64, 0 to 1)."""
        if self.kind == "platt":
            return from_log_odds(self.intercept + self.slope * log_odds(score))
        scores, shares = np.array(self.knots).T
        return np.asarray(np.interp(score, scores, shares))

    def as_dict(self) -> dict[str, Any]:
        """The calibrator as plain values for JSON; :func:`calibrator_of` is the way back."""
        return asdict(self)


def calibrator_of(values: Mapping[str, Any]) -> Calibrator:
    """The calibrator that :meth:`Calibrator.as_dict` gave."""
    knots = tuple((float(score), float(share)) for score, share in values["knots"])
    return Calibrator(**{**values, "knots": knots})


def calibrate(
    score: Floats, hides: Floats, weight: Floats | None = None, *, kind: Kind | None = None
) -> Calibrator:
    """The calibrator that marks teach: isotonic from :data:`LOGS_FOR_ISOTONIC` logs on, else Platt's.

    ``score`` is float64, 0 to 1, ``hides`` 0 or 1, ``weight`` 1/π (1 unless given). Raises InputError where
    no log, or every log, hides a crime, or scores do not rise with what they tell.
    """
    weight = np.ones(len(score)) if weight is None else weight
    if hides.sum() in (0, len(hides)):
        raise InputError(
            "No log hides a crime, or every log does, so there is nothing to calibrate on.",
            where="marks",
            remedy="Give more marks.",
        )
    kind = kind or ("isotonic" if len(score) >= LOGS_FOR_ISOTONIC else "platt")
    if kind == "isotonic":
        return Calibrator("isotonic", len(score), knots=_knots(score, hides, weight))
    share = weight * worth_in_logs(weight) / weight.sum()
    fit = fit_logistic(log_odds(score)[:, None], hides, share)
    if fit.values[1] <= 0.0:
        raise InputError(
            "The higher the score, the fewer logs hide a crime: this is no score to calibrate.",
            where="score",
            remedy="Check that the column is the right one.",
        )
    return Calibrator("platt", len(score), intercept=float(fit.values[0]), slope=float(fit.values[1]))


def shown_chances(calibrator: Calibrator, score: Floats, alarms: Sequence[Alarm]) -> Floats:
    """The chances, to be shown to people. Raises Refused, saying why, where they may not be."""
    if calibrator.audited < LEAST_AUDITED:
        raise Refused(
            f"{calibrator.audited} logs have been audited; under {LEAST_AUDITED} a score is an order and "
            "not a chance.",
            where="chances",
            remedy="Show the rank, and review on.",
        )
    if raised := [alarm.name for alarm in alarms if alarm.raised]:
        raise Refused(
            f"The logs or the scores have drifted ({', '.join(raised)}), so the chances no longer hold.",
            where="chances",
            remedy="Show the rank; calibrate anew on marks from after the change.",
        )
    return calibrator.chances(score)


def _knots(score: Floats, hides: Floats, weight: Floats) -> tuple[tuple[float, float], ...]:
    """The ends of each level stretch of the weighted isotonic curve, none of them at 0 or 1.

    A stretch in which every mark, or none, found something is no proof of certainty: each level is drawn
    towards the share of all logs as if by one mark more.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(score, kind="stable")
    scores, first = np.unique(score[order], return_index=True)
    held = np.add.reduceat(weight[order], first)
    found = np.add.reduceat((hides * weight)[order], first)
    level = isotonic_regression(found / held, weights=held).x
    stretch = np.cumsum(np.concatenate([[0], np.diff(level) > 1e-12]))
    of_log = stretch[np.searchsorted(scores, score)]
    worth = np.bincount(of_log, weight) ** 2 / np.bincount(of_log, weight**2)
    ends = [np.flatnonzero(stretch == each)[[0, -1]] for each in range(len(worth))]
    levels = np.array([level[end[0]] for end in ends])
    share = float(np.average(hides, weights=weight))
    drawn_in = isotonic_regression((worth * levels + share) / (worth + 1.0), weights=worth).x
    corners = [
        (float(scores[at]), float(height)) for end, height in zip(ends, drawn_in, strict=True) for at in end
    ]
    return tuple(dict.fromkeys(corners))
