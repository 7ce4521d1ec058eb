"""Sentences for boards on how far auditors agree.

Limits are rounded outward as everywhere (:mod:`~firstpoint.reporting.plain_words`). Agreement is never told
as correctness: two readers may agree on the same mistake, and every sentence about it is followed by that.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isfinite

from firstpoint.errors import InputError
from firstpoint.reporting.plain_words import check_interval, out_of_100, percent

NOT_CORRECTNESS = "Readers who agree may still both be wrong, so this corrects no rate."


def agreement_sentence(low: float, high: float, confidence: float, *, reports: int) -> str:
    """Give the interval of a percentage of agreement as a sentence about every 100 reports read twice."""
    check_interval(low, high, confidence)
    if reports < 1:
        raise InputError(f"{reports} reports read twice cannot be", remedy="Give the number read twice.")
    least, most = out_of_100(low, high)
    if (least, most) == (0, 100):
        return (
            f"With {reports:,} reports read twice nothing can be said of how often two auditors agree. "
            f"{NOT_CORRECTNESS}"
        )
    if most == 100:
        said = f"at least {least}"
    elif least == 0:
        said = f"no more than {most}"
    else:
        said = f"between {least} and {most}"
    return (
        f"Of every 100 reports read twice, we can say with {percent(confidence)} confidence that two "
        f"auditors mark {said} alike (from {reports:,} reports). {NOT_CORRECTNESS}"
    )


def beyond_luck_sentence(low: float, high: float, confidence: float, *, coefficient: str) -> str:
    """Give the interval of kappa, AC1 or alpha (−1 to 1) as a sentence about agreement beyond luck."""
    if not (isfinite(low) and isfinite(high) and -1 <= low <= high <= 1):
        raise InputError(
            f"a coefficient from {low} to {high} cannot be",
            remedy="Give both limits between -1 and 1, the lower first.",
        )
    check_interval(0.0, 1.0, confidence)
    figures = f"{coefficient} {_hundredths(low, ROUND_FLOOR)} to {_hundredths(high, ROUND_CEILING)}"
    if low <= 0.0:
        return (
            "We cannot say that two auditors agree more often than luck would make them "
            f"({figures}, {percent(confidence)} confidence)."
        )
    least, most = out_of_100(low, high)
    said = f"at least {least}" if most == 100 else f"between {least} and {most}"
    return (
        f"Leaving aside the agreement that luck would give, we can say with {percent(confidence)} confidence "
        f"that two auditors reach {said} of a possible 100 ({figures})."
    )


def _hundredths(number: float, rounding: str) -> str:
    rounded = Decimal(repr(float(number))).quantize(Decimal("0.01"), rounding)
    return f"{rounded + 0:.2f}"
