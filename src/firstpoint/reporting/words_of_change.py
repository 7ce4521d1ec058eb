"""Sentences for boards on change: between two audits, over the weeks of a daily audit, and on an alarm.

They follow the house rule of :mod:`~firstpoint.reporting.plain_words`: limits are rounded outward, the
confidence is said, and where the interval leaves open whether there was a change, so does the sentence. A
watch that found nothing is never told as proof that there was nothing.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isfinite

from firstpoint.errors import InputError
from firstpoint.reporting.plain_words import check_interval, out_of_100, percent
from firstpoint.reporting.tree import british_date

Interval = tuple[float, float]


def change_sentence(low: float, high: float, confidence: float) -> str:
    """Give the change of a rate (later less earlier, −1 to 1) as a sentence about every 100 crimes."""
    _check_change(low, high, confidence)
    sure = f"we can say with {percent(confidence)} confidence that"
    if low > 0.0:
        return f"Between the two audits {sure} the recording rate rose, by {_amount(low, high)}."
    if high < 0.0:
        return f"Between the two audits {sure} the recording rate fell, by {_amount(-high, -low)}."
    return (
        "Between the two audits we cannot say whether the recording rate rose or fell: with "
        f"{percent(confidence)} confidence the change lies between {_way(low, 'a fall')} and "
        f"{_way(high, 'a rise')}."
    )


def change_point_sentence(
    earliest: date | None,
    latest: date | None,
    confidence: float,
    *,
    before: Interval | None = None,
    after: Interval | None = None,
) -> str:
    """Give when the rate began to change, or that no change was seen, as a sentence or two.

    ``earliest`` and ``latest`` are None where none was seen. ``before`` and ``after`` are the intervals of
    the rate on either side (proportions); which way it went is said only where they lie apart.
    """
    if earliest is None or latest is None:
        return (
            "No change of the recording rate can be seen in these weeks. That does not show that there was "
            "none: a small or a slow one would not be seen."
        )
    if latest < earliest:
        raise InputError(
            f"a change between {earliest} and {latest} cannot be", remedy="Give the earlier day first."
        )
    for interval in (before, after):
        if interval is not None:
            check_interval(*interval, confidence)
    return (
        f"The recording rate {_direction(before, after)} in these weeks; we can say with "
        f"{percent(confidence)} confidence that the change began between {british_date(earliest)} and "
        f"{british_date(latest)}.{_both_sides(before, after, confidence)}"
    )


def alarm_sentence(sounded_on: date | None, accepted_rate: float, weeks_between_false_alarms: int) -> str:
    """Give what the alarm on the daily audit says, and how often it would say so by luck."""
    if not 0.0 < accepted_rate < 1.0 or weeks_between_false_alarms < 1:
        raise InputError(
            f"an alarm at {accepted_rate} every {weeks_between_false_alarms} weeks cannot be",
            remedy="Give the accepted rate as a proportion and a number of weeks.",
        )
    level = f"{percent(accepted_rate)} of crimes are recorded"
    if sounded_on is None:
        return (
            f"The alarm has not sounded: there is not yet enough evidence that fewer than {level}. That does "
            "not show that at least as many are."
        )
    return (
        f"The alarm sounded on {british_date(sounded_on)}: there is strong evidence that fewer than {level}. "
        f"Where at least as many are, luck sounds it on average no more than once in "
        f"{_long_time(weeks_between_false_alarms)}."
    )


def _amount(least: float, most: float) -> str:
    fewest, largest = _outward(least, most)
    if fewest == 0:
        return f"no more than {largest} in every 100 crimes"
    return f"between {fewest} and {largest} in every 100 crimes"


def _way(change: float, name: str) -> str:
    _, most = _outward(0.0, abs(change))
    return f"{name} of {most} in every 100 crimes" if most else "no change"


def _outward(low: float, high: float) -> tuple[int, int]:
    return (
        int((Decimal(repr(float(low))) * 100).to_integral_value(ROUND_FLOOR)),
        int((Decimal(repr(float(high))) * 100).to_integral_value(ROUND_CEILING)),
    )


def _direction(before: Interval | None, after: Interval | None) -> str:
    if before is None or after is None:
        return "changed"
    if before[1] < after[0]:
        return "rose"
    return "fell" if after[1] < before[0] else "changed"


def _both_sides(before: Interval | None, after: Interval | None, confidence: float) -> str:
    if before is None or after is None:
        return ""
    earlier, later = (out_of_100(*interval) for interval in (before, after))
    return (
        f" Of every 100 crimes between {earlier[0]} and {earlier[1]} were recorded before and between "
        f"{later[0]} and {later[1]} after (each with {percent(confidence)} confidence, the date taken as "
        "known)."
    )


def _long_time(weeks: int) -> str:
    years, rest = divmod(weeks, 52)
    if years < 2 or rest:
        return f"{weeks:,} weeks"
    return f"{years} years of weekly looks"


def _check_change(low: float, high: float, confidence: float) -> None:
    if not (isfinite(low) and isfinite(high) and -1 <= low <= high <= 1):
        raise InputError(
            f"a change from {low} to {high} cannot be one of a rate",
            remedy="Give both limits as proportions between -1 and 1, the lower first.",
        )
    check_interval(0.0, 1.0, confidence)
