"""What the auditors found, held against the screen, against each other, second readings and known cases."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.flattery.sign import Sign, not_taken
from firstpoint.auditing.intervals import guard_df
from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.auditing.readings.both import both_readings
from firstpoint.auditing.readings.known_cases import cases_read
from firstpoint.errors import InputError

SCREEN = "audit against screen"
EACH_OTHER = "auditors against each other"
SECOND = "second readings"
KNOWN = "known cases"

WORTH_COUNTING = 0.2
"""The chance from which on an incident counts in the look at audit and screen (the project's choice)."""


@frozen
class Allowance:
    """How far an honest audit may fall short before it is suspected.

    ``overlooked`` is the share of incidents with a missing crime that an honest auditor may pass;
    ``foretold`` by how much the screen may overstate its chances. The stated rate of false alarms holds for
    audits within both.
    """

    overlooked: float = 0.10
    foretold: float = 0.10

    def __attrs_post_init__(self) -> None:
        for value in (self.overlooked, self.foretold):
            if not 0.0 <= value < 1.0:
                raise InputError(
                    f"An allowance of {value} is not from 0 to below 1.",
                    where="allowance",
                    remedy="Give a share such as 0.1.",
                )


def against_screen(first: pl.DataFrame, allowance: Allowance) -> Sign:
    """Say whether fewer incidents were found with a missing crime than the screen's chances leave room for.

    ``first`` has ``missing`` (crimes found missing) and ``chance_unrecorded``, a row an audited incident.
    Only incidents with a chance of :data:`WORTH_COUNTING` or more are counted, since among the others what is
    found is often over-called. An honest audit finds each with at least the chance p·(1 − allowance for the
    screen)·(1 − allowance for overlooking); the answer is exact (Poisson-binomial) for independent incidents.
    """
    likely = first.filter(pl.col("chance_unrecorded") >= WORTH_COUNTING)
    foretold = _numbers(likely, "chance_unrecorded")
    chances = np.minimum(foretold, 1.0) * (1.0 - allowance.foretold) * (1.0 - allowance.overlooked)
    found = int((likely.get_column("missing") > 0).sum())
    return Sign(
        SCREEN,
        f"Of {likely.height} audited incidents with a chance of {WORTH_COUNTING:.0%} or more {found} were "
        f"found "
        f"with a missing crime; the screen foretold {foretold.sum():.0f}, and an honest audit would find "
        f"{chances.sum():.0f} or more on average.",
        at_most(found, chances),
    )


def against_each_other(first: pl.DataFrame, seed: int, *, shuffles: int = 999) -> Sign:
    """Say whether one auditor finds less than the others do in incidents that look alike.

    ``first`` has ``stratum``, ``auditor``, ``missing`` and ``chance_unrecorded``. Each auditor's findings are
    held against the chances of the incidents that they were given; the most flattering of them is compared
    with what comes of handing the same incidents to other auditors by chance within strata, ``shuffles``
    times. As in :func:`against_screen`
    only likely incidents count. It holds where incidents were handed out by chance.
    """
    first = first.filter(pl.col("chance_unrecorded") >= WORTH_COUNTING)
    if first.get_column("auditor").n_unique() < 2:
        return not_taken(
            EACH_OTHER, f"two auditors with incidents of a chance of {WORTH_COUNTING:.0%} or more"
        )
    off = (first.get_column("missing") > 0).cast(pl.Float64).to_numpy() - _scaled(first)
    auditors, codes = np.unique(first.get_column("auditor").to_numpy(), return_inverse=True)
    strata = np.unique(first.get_column("stratum").to_numpy(), return_inverse=True)[1]
    shortfalls = _shortfalls(off, codes)
    chance = np.random.default_rng(seed)
    again = [_shortfalls(off, _shuffled(codes, strata, chance)).max() for _ in range(shuffles)]
    lowest = int(shortfalls.argmax())
    return Sign(
        EACH_OTHER,
        f"Auditor {auditors[lowest]} found {float(off[codes == lowest].sum()):+.1f} incidents with a "
        f"missing crime "
        f"against what {int((codes == lowest).sum())} incidents like theirs gave on average.",
        (1.0 + float(np.sum(np.asarray(again) >= shortfalls[lowest] - 1e-12))) / (1.0 + shuffles),
    )


def against_second_readings(marks: pl.DataFrame, allowance: Allowance) -> Sign:
    """Say whether second readings find more passed over than an honest auditor may overlook.

    Over the incidents in which the second reading found a missing crime, each weighed by one over its chance
    of being read again: the sum of (passed over − allowance), over its standard error, by Student's t with as
    many degrees of freedom as incidents carry the variance.
    """
    read = both_readings(marks).filter("read_again")
    first = _numbers(read, "first_due") - _numbers(read, "first_recorded")
    second = _numbers(read, "second_due") - _numbers(read, "second_recorded")
    missing = second > 0.0
    passed, weight = first[missing] < second[missing], 1.0 / _numbers(read, "second_probability")[missing]
    said = (
        f"Of {int(missing.sum())} incidents in which the second reading found a missing crime the first "
        f"had passed "
        f"over something in {int(passed.sum())}"
    )
    if not missing.any():
        return Sign(SECOND, "No second reading found a missing crime, so none was passed over.", 1.0)
    share = float(np.sum(weight * passed) / np.sum(weight))
    return Sign(
        SECOND,
        f"{said}: {share:.0%} with each weighed, where {allowance.overlooked:.0%} is allowed for.",
        _more_than(weight * (passed - allowance.overlooked)),
    )


def against_known_cases(marks: pl.DataFrame, bank: pl.DataFrame, allowance: Allowance) -> Sign:
    """Say whether more known cases with a missing crime were passed over than is allowed for, exactly."""
    cases = cases_read(marks, bank).filter(pl.col("missing") > 0)
    passed = int((cases.get_column("found") < cases.get_column("missing")).sum())
    return Sign(
        KNOWN,
        f"{passed} of {cases.height} known cases with a missing crime were passed over, where "
        f"{allowance.overlooked:.0%} is allowed for.",
        1.0 - at_most(passed - 1, np.full(cases.height, allowance.overlooked)) if passed else 1.0,
    )


def at_most(number: int, chances: Floats) -> float:
    """Give the chance that at most ``number`` of independent events happen, each with its own chance."""
    if number < 0:
        return 0.0
    counts = np.zeros(min(number, len(chances)) + 1)
    counts[0] = 1.0
    for chance in chances:
        counts[1:] = counts[1:] * (1.0 - chance) + counts[:-1] * chance
        counts[0] *= 1.0 - chance
    return min(float(counts.sum()), 1.0)


def _more_than(values: Floats) -> float:
    """Give the chance, where the mean is 0, of a sum so far above it, by Student's t."""
    from scipy.special import stdtr

    error = math.sqrt(float(np.sum(values**2)))
    if error == 0.0:
        return 1.0
    df = max(min(float(len(values)) - 1.0, guard_df(values**2)), 1.0)
    return float(stdtr(df, -float(values.sum()) / error))


def _scaled(first: pl.DataFrame) -> Floats:
    """Give the screen's chances scaled so that they add up to what all auditors found together."""
    chances = _numbers(first, "chance_unrecorded")
    found = float((first.get_column("missing") > 0).sum())
    scaled: Floats = np.minimum(chances * (found / max(float(chances.sum()), 1e-12)), 1.0)
    return scaled


def _shortfalls(off: Floats, codes: Codes) -> Floats:
    """Give, by auditor, how many standard deviations fewer were found than foretold."""
    total = np.bincount(codes, weights=off)
    spread = np.sqrt(np.bincount(codes) * max(float(np.mean(off**2)), 1e-12))
    shortfalls: Floats = -total / np.maximum(spread, 1e-12)
    return shortfalls


def _shuffled(codes: Codes, strata: Codes, chance: np.random.Generator) -> Codes:
    shuffled = codes.copy()
    for stratum in np.unique(strata):
        rows = strata == stratum
        shuffled[rows] = chance.permutation(codes[rows])
    return shuffled


def _numbers(rows: pl.DataFrame, name: str) -> Floats:
    return rows.get_column(name).to_numpy().astype(np.float64)
