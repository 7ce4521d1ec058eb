"""Bare counts, such as 62 of 63 rapes recorded: the exact interval, and what it takes for granted.

A bare count has no incidents, no strata and no frame. Its interval is that of Clopper and Pearson
(*Biometrika*, 1934): the rates under which the count seen is not too rare in either direction. Where the
whole from which the cases were drawn is known and small, the hypergeometric distribution takes the place of
the binomial, and the limits are counts of that whole.
"""

from __future__ import annotations

from firstpoint.auditing.intervals import binomial_limits, check_confidence
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError


def exact_rate(
    recorded: int, should_record: int, *, drawn_from: int | None = None, confidence: float = 0.95
) -> Estimate:
    """Give the rate of a bare count, ``recorded`` of ``should_record``, with its exact limits.

    ``drawn_from`` is the number of cases there were, where it is known: taken whole, they leave nothing to
    chance. Raises InputError for counts that cannot be.
    """
    check_confidence(confidence)
    _check_counts(recorded, should_record, drawn_from)
    rate = recorded / should_record
    if drawn_from is None:
        low, high = binomial_limits(rate, float(should_record), confidence)
    else:
        low, high = _limits_of_a_whole(recorded, should_record, drawn_from, confidence)
    whole = "" if drawn_from is None else f" drawn from {drawn_from:,}"
    kind = "binomial (Clopper–Pearson)" if drawn_from is None else "hypergeometric"
    return Estimate(
        estimate=rate,
        low=low,
        high=high,
        standard_error=(
            rate * (1.0 - rate) / should_record * (1.0 - should_record / drawn_from if drawn_from else 1.0)
        )
        ** 0.5,
        confidence=confidence,
        method=(
            f"{recorded:,} of {should_record:,}{whole}; exact {kind} {confidence:.0%} limits, which take "
            "the cases to have been drawn alike and independently of one another."
        ),
        incidents=None,
        crimes=should_record,
        formula="Clopper and Pearson 1934" if drawn_from is None else "Cochran 1977, 3.6",
        warnings=("Cases that share an incident are not independent; then the interval is too narrow.",),
    )


def _limits_of_a_whole(right: int, drawn: int, whole: int, confidence: float) -> tuple[float, float]:
    """Give the shares of ``whole`` right under which ``right`` of ``drawn`` is not too rare either way."""
    import numpy as np
    from scipy.stats import hypergeom

    tail = (1.0 - confidence) / 2.0
    possible = np.arange(right, whole - (drawn - right) + 1)
    at_least = hypergeom.sf(right - 1, whole, possible, drawn)
    at_most = hypergeom.cdf(right, whole, possible, drawn)
    kept = possible[(at_least > tail) & (at_most > tail)]
    return float(kept[0]) / whole, float(kept[-1]) / whole


def _check_counts(recorded: int, should_record: int, drawn_from: int | None) -> None:
    whole_numbers = all(one == int(one) for one in (recorded, should_record, drawn_from or 0))
    if not (whole_numbers and 0 <= recorded <= should_record and should_record > 0):
        raise InputError(
            f"{recorded} of {should_record} is no count of cases recorded.",
            where="bare count",
            remedy="Give whole numbers, the cases that should have been recorded above 0.",
        )
    if drawn_from is not None and drawn_from < should_record:
        raise InputError(
            f"{should_record} cases cannot have been drawn from {drawn_from}.",
            where="bare count",
            remedy="Give the number of cases there were, or leave it out.",
        )
