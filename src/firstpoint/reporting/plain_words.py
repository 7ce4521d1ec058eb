"""Sentences for boards: what an interval lets us say, and no more.

A sentence here follows the interval and not the estimate. Limits are rounded outward (down for the low one,
up for the high one), so the words are never narrower than the arithmetic; nothing is called exact; the
confidence is always said. A rate of 100% in a sample is told as what it is: no omission found, in a sample.

Intervals come in as proportions from 0 to 1, confidence as a proportion (0.95).
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from math import isfinite

from firstpoint.errors import InputError

WIDE = 10


def rate_sentence(
    low: float, high: float, confidence: float, *, of_what: str = "crimes in the reports audited from"
) -> str:
    """Give the interval of a recording rate as a sentence about every 100 crimes."""
    check_interval(low, high, confidence)
    least, most = out_of_100(low, high)
    sure = f"we can say with {percent(confidence)} confidence that"
    if (least, most) == (0, 100):
        return (
            f"Of every 100 {of_what}, the audit cannot say how many were recorded: "
            "with so little material any number is possible."
        )
    if most == 100:
        said = f"at least {least} were recorded"
    elif least == 0:
        said = f"no more than {most} were recorded"
    elif least == most:
        said = f"about {least} were recorded"
    else:
        said = f"between {least} and {most} were recorded"
    return f"Of every 100 {of_what}, {sure} {said}."


def wide_interval_sentence(low: float, high: float) -> str:
    """Give a warning where an interval is wide (more than 10 in 100 from end to end), or nothing."""
    least, most = out_of_100(low, high)
    if most - least <= WIDE:
        return ""
    return "That is a wide range: the sample is too small, or its errors too bunched, to say more."


def all_recorded_sentence(low: float, confidence: float) -> str:
    """Give what a sample without an omission lets us say: not that every crime is recorded."""
    found = "The audit found no crime left unrecorded in the reports it read."
    least, _ = out_of_100(low, 1.0)
    if least in (0, 100):
        return f"{found} It does not show that there are none in the others."
    return (
        f"{found} A sample cannot show that there are none in the others: we can say with "
        f"{percent(confidence)} confidence only that at least {least} of every 100 were recorded."
    )


def unrecorded_sentence(estimate: float, low: float, high: float, confidence: float) -> str:
    """Give crimes unrecorded a year as a sentence, rounded to what the interval supports."""
    middle, least, most = unrecorded_in_round_numbers(estimate, low, high)
    return (
        f"If the year was like the audited period, about {middle:,} crimes in reports of this kind went "
        f"unrecorded; we can say with {percent(confidence)} confidence that the number lies between "
        f"{least:,} and {most:,}."
    )


def left_out_sentence(in_frame: int, left_out: int) -> str:
    """Give how many reports the rate says nothing of; crimes hidden in them come on top."""
    return (
        f"The audit drew from {in_frame:,} of the period's {in_frame + left_out:,} reports: those opened "
        f"under codes that suggest a crime. Of the other {left_out:,} it says nothing; crimes hidden there "
        "come on top."
    )


def unrecorded_in_round_numbers(estimate: float, low: float, high: float) -> tuple[int, int, int]:
    """Give crimes unrecorded a year and their limits in round numbers, the limits rounded outward."""
    check_counts(estimate, low, high)
    step = rounding_step(high - low)
    return (
        _to_step(estimate, step, ROUND_HALF_UP),
        _to_step(low, step, ROUND_FLOOR),
        _to_step(high, step, ROUND_CEILING),
    )


def confidence_and_margin(confidence: float, margin_points: float) -> str:
    """Give the level and the margin, each under its own name: ``95% confidence, ± 3 points``."""
    if not 0 < confidence < 1 or not margin_points > 0:
        raise InputError(
            f"a confidence of {confidence} with a margin of {margin_points} points cannot be",
            remedy="Give the confidence as a proportion between 0 and 1, the margin in points above 0.",
        )
    return f"{percent(confidence)} confidence, ± {plain_number(margin_points)} points"


def margin_sentence(low: float, high: float, planned_points: float) -> str:
    """Give whether an interval came out as narrow as it was planned."""
    half = (Decimal(repr(high)) - Decimal(repr(low))) * 50
    reached = half.quantize(Decimal("0.1"), ROUND_CEILING)
    is_within = reached <= Decimal(repr(planned_points))
    verdict = "within" if is_within else "wider than"
    return (
        f"The margin reached is about ± {plain_number(reached)} points, {verdict} the "
        f"± {plain_number(planned_points)} planned."
    )


def out_of_100(low: float, high: float) -> tuple[int, int]:
    """Give an interval of proportions as whole numbers out of 100, rounded outward."""
    return (
        int((Decimal(repr(float(low))) * 100).to_integral_value(ROUND_FLOOR)),
        int((Decimal(repr(float(high))) * 100).to_integral_value(ROUND_CEILING)),
    )


def percent_outward(low: float, high: float) -> tuple[float, float]:
    """Give an interval of proportions in percent with one decimal, rounded outward."""
    tenth = Decimal("0.1")
    return (
        float((Decimal(repr(float(low))) * 100).quantize(tenth, ROUND_FLOOR)),
        float((Decimal(repr(float(high))) * 100).quantize(tenth, ROUND_CEILING)),
    )


def percent(proportion: float) -> str:
    """Give a level of confidence in percent with the decimals it has: ``95%``, ``99.9%``."""
    return f"{plain_number(Decimal(repr(float(proportion))) * 100)}%"


def plain_number(number: float | Decimal) -> str:
    """Give a number without needless zeros: ``3``, ``2.5``."""
    return f"{Decimal(str(number)).normalize():f}"


def check_interval(low: float, high: float, confidence: float) -> None:
    """Refuse an interval of proportions that cannot be: it would be printed as a fact."""
    if not (isfinite(low) and isfinite(high) and 0 <= low <= high <= 1):
        raise InputError(
            f"an interval from {low} to {high} cannot be one of a rate",
            remedy="Give both limits as proportions between 0 and 1, the lower first.",
        )
    if not 0 < confidence < 1:
        raise InputError(
            f"a confidence of {confidence} cannot be",
            remedy="Give it as a proportion between 0 and 1, such as 0.95.",
        )


def check_counts(estimate: float, low: float, high: float) -> None:
    """Refuse an interval of counts that cannot be."""
    if not all(map(isfinite, (estimate, low, high))) or not 0 <= low <= estimate <= high:
        raise InputError(
            f"{estimate} with an interval from {low} to {high} cannot be a number of crimes",
            remedy="Give three finite numbers, none below 0, with the estimate between the limits.",
        )


def rounding_step(width: float) -> int:
    """Give the power of ten to which numbers are rounded: from a hundredth to a tenth of the width."""
    step = 1
    while step * 100 <= width:
        step *= 10
    return step


def _to_step(number: float, step: int, rounding: str) -> int:
    return int((Decimal(repr(float(number))) / step).to_integral_value(rounding)) * step
