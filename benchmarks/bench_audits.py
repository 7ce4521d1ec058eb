"""How many incidents must be audited for an honest ± 3 points, by design and estimator, in one run.

    python benchmarks/bench_audits.py [--runs 1500] [--seed 20260401] [--only PART] [--like NAME]

A made-up force of 200,000 incidents stands in (``firstpoint.simulation.audited_force``): its truth is known,
its rates, crimes an incident and design effects are near those that audits are planned for, and a test
asserts them. For each method the number of incidents is searched for at which the *mean* half-width over all
seeded runs is 3 points; then it is told how often the intervals held. Every run is a new draw. What is
shipped is run as it is shipped: chances, draw, estimator and limits are those of ``firstpoint.auditing``.

* ``naive``: crimes of all strata added up, as if each were drawn alone, normal interval. What is often done.
* ``weighted``: strata weighted by their crimes, crimes still as if drawn alone.
* ``equal split``: as many incidents from each stratum, combined ratio, beta limits. Today's audit done
honestly.
* ``Neyman``: the same with the best split over strata.
* ``tuned``: uniform draw, difference estimator, slope tuned on the same sample (PPI++).
* ``ours``: chances by predicted residual, Pareto draw, difference estimator with slope 1. ``advised`` is what
the estimate gives where no interval is asked for.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from attrs import field, frozen

from firstpoint.auditing.assisted.chances import USUAL_MIXING, mixed_chances, shared_out
from firstpoint.auditing.assisted.difference import DifferenceFit, Predicted, fit_difference, with_second_draw
from firstpoint.auditing.assisted.drawing import LEAST_ASSISTED, USUAL_TIERS, tier_codes
from firstpoint.auditing.assisted.frozen import best_slope
from firstpoint.auditing.assisted.limits import assisted_limits, is_a_rate, support_of
from firstpoint.auditing.assisted.pareto import drawn_places, pareto_scale
from firstpoint.auditing.assisted.predictions import (
    EXPECTED_RATE,
    UNSEEN_CHANCE,
    offences_open,
    residual_sd,
    share_missing,
)
from firstpoint.auditing.intervals import crimes_gather
from firstpoint.auditing.readings import pseudo_due, second_chances
from firstpoint.auditing.readings.picking import LEAST_OPEN
from firstpoint.auditing.readings.second import second_phase_parts
from firstpoint.simulation.audited_force import AuditedForce, make_audited_force
from firstpoint.simulation.trial_audits import HONEST, Trick, audited_frame, trial_report

FORCE_SEED = 1
TARGET_POINTS = 3.0
CLOSE_ENOUGH = 0.99
"""A search ends where the mean half-width lies between this part of the target and the target."""

ADVISED = "advised"
"""No interval asked for: the guarded one where few incidents carry the variance, and else the beta one."""

OUR_INTERVALS = ("beta", "guarded", ADVISED)

ENOUGH_ATTEMPTS = 5
"""After so many the least number found so far stands; where few incidents carry the variance it wavers."""

OVERLOOKED, OVER_CALLED, READ_TWICE = 0.08, 0.03, 0.25
Floats = np.ndarray


@frozen(eq=False)
class Known:
    """What is known of every incident before the audit: predictions and how unsure they are."""

    due: Floats
    recorded: Floats
    spread: Floats
    chance: Floats
    still_open: Floats


@frozen(eq=False)
class Drawn:
    """The places of the drawn incidents, their chances, and the cells in which they were drawn."""

    rows: np.ndarray
    inclusion: Floats
    cells: np.ndarray


@frozen(eq=False)
class Second:
    """What second readings changed of crimes due, which incidents were read again and how likely that was."""

    change: Floats
    again: np.ndarray
    chances: Floats


@frozen
class Outcome:
    """One audit: whether the limits held the truth, half their distance in points, how far off it was."""

    held: bool
    half_width: float
    off: float
    readings: float


@frozen(eq=False)
class Method:
    """A way to audit: a plan for so many incidents gives a draw that can be made again and again."""

    name: str
    plan: Callable[[int], Callable[[np.random.Generator], Outcome]]
    first_guess: int


@frozen(eq=False)
class Trial:
    """The force with its strata apart, and the truth."""

    force: AuditedForce
    places: tuple[np.ndarray, ...] = field()
    truth: float = field()
    errors: tuple[float, float] = (OVERLOOKED, OVER_CALLED)

    @classmethod
    def of(
        cls,
        force: AuditedForce,
        only: str | None = None,
        errors: tuple[float, float] = (OVERLOOKED, OVER_CALLED),
    ) -> Trial:
        if only is not None:
            force = one_stratum(force, only)
        places = tuple(np.flatnonzero(force.strata == code) for code in range(len(force.names)))
        return cls(force, places, force.rate, errors)

    @property
    def sizes(self) -> np.ndarray:
        return np.asarray([len(rows) for rows in self.places])


def one_stratum(force: AuditedForce, name: str) -> AuditedForce:
    rows = force.strata == force.names.index(name)
    columns = [getattr(force, one)[rows] for one in ("due", "recorded", "linked", "named", "luck")]
    return AuditedForce((name,), np.zeros(int(rows.sum()), dtype=np.intp), *columns)


# what is known


def screened(force: AuditedForce, auc: float, *, open_by: str = "names and links", **faults: float) -> Known:
    """The screen's chances with what is open; without links one offence is open at the least."""
    chance = force.screened(auc, **faults)
    still_open = {
        "names and links": offences_open(force.named, force.linked),
        "at least one": np.maximum(force.named - force.linked, 1.0),
        "no idea of size": np.ones_like(chance),
    }[open_by]
    spread = residual_sd(chance, still_open)
    return Known(force.linked + chance * still_open, force.linked, spread, chance, still_open)


def without_score(force: AuditedForce) -> Known:
    still_open = np.maximum(force.named - force.linked, 0.0)
    share = np.zeros_like(still_open)
    for code in range(len(force.names)):
        rows = force.strata == code
        share[rows] = share_missing(force.linked[rows], still_open[rows], EXPECTED_RATE)
    chance = np.where(still_open > 0, np.maximum(share, UNSEEN_CHANCE), UNSEEN_CHANCE)
    spread = residual_sd(chance, np.maximum(still_open, 1.0))
    return Known(force.linked + share * still_open, force.linked, spread, chance, np.maximum(still_open, 1.0))


# draws


def uniform(trial: Trial, sizes: np.ndarray) -> Callable[[np.random.Generator], Drawn]:
    inclusion = np.repeat(sizes / trial.sizes, sizes)

    def one(chance: np.random.Generator) -> Drawn:
        rows = [
            rows[chance.choice(len(rows), size, replace=False, shuffle=False)]
            for rows, size in zip(trial.places, sizes, strict=True)
        ]
        places = np.concatenate(rows)
        return Drawn(places, inclusion, trial.force.strata[places])

    return one


def by_tiers(trial: Trial, known: Known, sample: int) -> Callable[[np.random.Generator], Drawn]:
    spread = np.asarray([known.spread[rows].sum() for rows in trial.places])
    sizes = shared_out(spread, trial.sizes, sample, minimum=LEAST_ASSISTED)
    tiers: list[tuple[np.ndarray, int]] = []
    for rows, size in zip(trial.places, sizes, strict=True):
        codes = tier_codes(known.spread[rows], min(USUAL_TIERS, max(int(size) // 2, 1)))
        count = np.bincount(codes)
        shares = shared_out(np.ones(len(count)), count, int(size), minimum=2)
        tiers += [(rows[codes == code], int(share)) for code, share in enumerate(shares)]
    taken = np.asarray([share for _, share in tiers])
    inclusion = np.repeat([share / len(rows) for rows, share in tiers], taken)
    cells = np.repeat(np.arange(len(tiers)), taken)

    def one(chance: np.random.Generator) -> Drawn:
        rows = [rows[chance.choice(len(rows), share, replace=False, shuffle=False)] for rows, share in tiers]
        return Drawn(np.concatenate(rows), inclusion, cells)

    return one


def by_residual(trial: Trial, known: Known, sample: int) -> Callable[[np.random.Generator], Drawn]:
    spread = np.asarray([known.spread[rows].sum() for rows in trial.places])
    sizes = shared_out(spread, trial.sizes, sample, minimum=LEAST_ASSISTED)
    chances = [
        mixed_chances(known.spread[rows], int(size), mixing=USUAL_MIXING)
        for rows, size in zip(trial.places, sizes, strict=True)
    ]
    scales = [pareto_scale(one) for one in chances]

    def one(chance: np.random.Generator) -> Drawn:
        picked = [
            drawn_places(chance.random(len(scale)), scale, int(size))
            for scale, size in zip(scales, sizes, strict=True)
        ]
        rows = [rows[at] for rows, at in zip(trial.places, picked, strict=True)]
        inclusion = np.concatenate([one[at] for one, at in zip(chances, picked, strict=True)])
        places = np.concatenate(rows)
        return Drawn(places, inclusion, trial.force.strata[places])

    return one


def equal_sizes(trial: Trial, sample: int) -> np.ndarray:
    return np.full(len(trial.places), max(sample // len(trial.places), 2))


def neyman_sizes(trial: Trial, sample: int) -> np.ndarray:
    force = trial.force
    residual = force.recorded - trial.truth * force.due
    spread = np.asarray([len(rows) * residual[rows].std() for rows in trial.places])
    return shared_out(spread, trial.sizes, sample, minimum=2)


# estimators


def outcome(trial: Trial, low: float, high: float, rate: float, readings: float) -> Outcome:
    return Outcome(low <= trial.truth <= high, 50.0 * (high - low), 100.0 * (rate - trial.truth), readings)


def estimate(
    trial: Trial,
    drawn: Drawn,
    due: Floats,
    known: Known | None,
    interval: str,
    *,
    slope: float = 1.0,
    second: Second | None = None,
) -> Outcome:
    force, rows = trial.force, drawn.rows
    recorded, strata = force.recorded[rows], force.strata[rows]
    fit = fit_of(trial, drawn, due, known, slope)
    if not is_a_rate(fit):
        fit = fit_of(trial, drawn, due, None, 0.0)
    if second is not None:
        change = -fit.ratio * second.change
        wanting = second_phase_parts(change, second.again, second.chances, drawn.inclusion)
        fit = with_second_draw(fit, wanting)
    support = support_of(np.maximum(due, recorded), strata)
    asked_for: Any = None if interval == ADVISED else interval
    low, high, _ = assisted_limits(fit, support, interval=asked_for)
    return outcome(trial, low, high, fit.ratio, len(rows) + (0 if second is None else second.again.sum()))


def fit_of(trial: Trial, drawn: Drawn, due: Floats, known: Known | None, slope: float) -> DifferenceFit:
    force, rows = trial.force, drawn.rows
    nothing = np.zeros(len(rows))
    predicted = (
        Predicted(nothing, nothing, 0.0, 0.0)
        if known is None
        else Predicted(
            known.due[rows], known.recorded[rows], float(known.due.sum()), float(known.recorded.sum())
        )
    )
    return fit_difference(
        force.recorded[rows], due, drawn.cells, drawn.inclusion, predicted, slope if known else 0.0
    )


def naive(trial: Trial, drawn: Drawn) -> Outcome:
    due, recorded = trial.force.due[drawn.rows].sum(), trial.force.recorded[drawn.rows].sum()
    rate = recorded / due
    reach = 1.96 * math.sqrt(rate * (1.0 - rate) / due)
    return outcome(trial, rate - reach, rate + reach, rate, len(drawn.rows))


def weighted(trial: Trial, drawn: Drawn) -> Outcome:
    force, rows = trial.force, drawn.rows
    due = np.bincount(force.strata[rows], force.due[rows])
    recorded = np.bincount(force.strata[rows], force.recorded[rows])
    audited = np.bincount(force.strata[rows])
    share = trial.sizes * due / audited
    share = share / share.sum()
    rates = recorded / due
    rate = float(np.sum(share * rates))
    reach = 1.96 * math.sqrt(float(np.sum(share**2 * rates * (1.0 - rates) / due)))
    return outcome(trial, rate - reach, rate + reach, rate, len(rows))


def tuned(trial: Trial, drawn: Drawn, known: Known) -> Outcome:
    force, rows = trial.force, drawn.rows
    slope = best_slope(
        force.recorded[rows],
        force.due[rows],
        known.recorded[rows],
        known.due[rows],
        drawn.inclusion,
        force.strata[rows],
    )
    return estimate(trial, drawn, force.due[rows], known, "logit-t", slope=slope)


def read_twice(
    trial: Trial, drawn: Drawn, known: Known, chance: np.random.Generator, interval: str
) -> Outcome:
    """Auditors err; a quarter of their readings, by risk, are read again by one who does not."""
    force, rows = trial.force, drawn.rows
    first = first_reading(trial, rows, chance)
    chances = second_chances(
        first,
        force.recorded[rows],
        1.0 / drawn.inclusion,
        known.chance[rows],
        np.maximum(force.named[rows] - force.linked[rows], LEAST_OPEN),
        force.named[rows],
        share=READ_TWICE,
    )
    again = chance.random(len(rows)) < chances
    due = pseudo_due(first, force.due[rows], again, chances)
    second = Second(force.due[rows] - first, again, chances)
    return estimate(trial, drawn, due, known, interval, second=second)


def first_reading(trial: Trial, rows: np.ndarray, chance: np.random.Generator) -> Floats:
    overlooked, over_called = trial.errors
    seen = chance.binomial(trial.force.missed[rows].astype(np.int64), 1.0 - overlooked)
    return trial.force.recorded[rows] + seen + (chance.random(len(rows)) < over_called)


def taken_as_truth(
    trial: Trial, drawn: Drawn, known: Known, chance: np.random.Generator, interval: str
) -> Outcome:
    return estimate(trial, drawn, first_reading(trial, drawn.rows, chance), known, interval)


# methods

Chance = np.random.Generator


def uniform_method(
    name: str,
    trial: Trial,
    sizes: Callable[[Trial, int], np.ndarray],
    first_guess: int,
    known: Known | None = None,
) -> Method:
    def plan(sample: int) -> Callable[[Chance], Outcome]:
        draw = uniform(trial, sizes(trial, sample))

        def one(chance: Chance) -> Outcome:
            drawn = draw(chance)
            if name == "naive":
                return naive(trial, drawn)
            if name == "weighted":
                return weighted(trial, drawn)
            if name == "tuned":
                assert known is not None
                return tuned(trial, drawn, known)
            return estimate(trial, drawn, trial.force.due[drawn.rows], known, "beta")

        return one

    return Method(name, plan, first_guess)


def our_method(
    name: str, trial: Trial, known: Known, interval: str, first_guess: int, reading: str = "perfect"
) -> Method:
    readers = {"read twice": read_twice, "taken as truth": taken_as_truth}

    def plan(sample: int) -> Callable[[Chance], Outcome]:
        draw = (by_tiers if reading == "tiers" else by_residual)(trial, known, sample)

        def one(chance: Chance) -> Outcome:
            drawn = draw(chance)
            if reading in readers:
                return readers[reading](trial, drawn, known, chance, interval)
            with_predictions = None if reading == "ratio only" else known
            return estimate(trial, drawn, trial.force.due[drawn.rows], with_predictions, interval)

        return one

    return Method(name, plan, first_guess)


# the search


@frozen
class Found:
    name: str
    incidents: int
    readings: float
    half_width: float
    coverage: float
    off: float
    seconds: float


def run(method: Method, sample: int, runs: int, seed: int) -> Found:
    started = time.process_time()
    one = method.plan(sample)
    outcomes = [one(np.random.default_rng([seed, at])) for at in range(runs)]
    return Found(
        method.name,
        sample,
        float(np.mean([each.readings for each in outcomes])),
        float(np.mean([each.half_width for each in outcomes])),
        float(np.mean([each.held for each in outcomes])),
        float(np.mean([each.off for each in outcomes])),
        time.process_time() - started,
    )


def search(method: Method, runs: int, seed: int) -> Found:
    """Give the run at the least number of incidents whose mean half-width is within the target."""
    sample, best = method.first_guess, None
    for attempt, part in enumerate((max(runs // 6, 50), *[runs] * 11)):
        found = run(method, sample, part, seed)
        if part == runs and found.half_width <= TARGET_POINTS:
            best = found if best is None or found.incidents < best.incidents else best
            if found.half_width >= CLOSE_ENOUGH * TARGET_POINTS:
                break
        if best is not None and attempt >= ENOUGH_ATTEMPTS:
            break
        sample = math.ceil(sample * (found.half_width / (0.995 * TARGET_POINTS)) ** 2)
    if best is None:
        raise RuntimeError(f"{method.name}: no number of incidents near {sample} gives the half-width")
    return best


# what is shown


def headline(runs: int, seed: int, like: str = "") -> Iterator[str]:
    trial = Trial.of(make_audited_force(FORCE_SEED))
    today = search(uniform_method("equal split, ratio, beta", trial, equal_sizes, 800), runs, seed)
    yield line("", today, today)
    for label, method in headline_methods(trial):
        if like in f"{label} {method.name}":
            yield line(label, search(method, runs, seed), today)


def headline_methods(trial: Trial) -> Iterator[tuple[str, Method]]:
    """Every design and estimator of the headline, ours with either interval and with the one advised."""
    good, fair, none = screened(trial.force, 0.90), screened(trial.force, 0.80), without_score(trial.force)
    alone = screened(trial.force, 0.90, open_by="at least one")
    yield from (
        ("", uniform_method("naive", trial, equal_sizes, 410)),
        ("", uniform_method("weighted", trial, equal_sizes, 430)),
        ("", uniform_method("Neyman split, ratio, beta", trial, neyman_sizes, 600)),
        ("AUC 0.90", uniform_method("tuned", trial, neyman_sizes, 330, good)),
        ("AUC 0.90", uniform_method("Neyman split, difference, beta", trial, neyman_sizes, 350, good)),
        ("AUC 0.90", our_method("by residual, ratio only, beta", trial, good, "beta", 320, "ratio only")),
        ("AUC 0.90", our_method("ours, beta", trial, good, "beta", 130)),
        ("AUC 0.90", our_method("ours, guarded", trial, good, "guarded", 175)),
        ("AUC 0.90", our_method("ours, advised", trial, good, ADVISED, 191)),
        ("AUC 0.90", our_method("ours by twelve tiers, beta", trial, good, "beta", 140, "tiers")),
        ("AUC 0.90", our_method("ours by twelve tiers, guarded", trial, good, "guarded", 190, "tiers")),
        ("AUC 0.90", our_method("ours by twelve tiers, advised", trial, good, ADVISED, 152, "tiers")),
        ("AUC 0.90, links little used", our_method("ours, beta", trial, alone, "beta", 165)),
        ("AUC 0.90, links little used", our_method("ours, guarded", trial, alone, "guarded", 222)),
        ("AUC 0.90, links little used", our_method("ours, advised", trial, alone, ADVISED, 235)),
        ("AUC 0.80", our_method("ours, beta", trial, fair, "beta", 190)),
        ("AUC 0.80", our_method("ours, guarded", trial, fair, "guarded", 220)),
        ("AUC 0.80", our_method("ours, advised", trial, fair, ADVISED, 228)),
        ("no score", our_method("ours, beta", trial, none, "beta", 260)),
        ("no score", our_method("ours, guarded", trial, none, "guarded", 270)),
        ("no score", our_method("ours, advised", trial, none, ADVISED, 287)),
        (
            "AUC 0.90",
            our_method("imperfect, first as truth, beta", trial, good, "beta", 230, "taken as truth"),
        ),
        (
            "AUC 0.90",
            our_method("imperfect, quarter read twice, beta", trial, good, "beta", 180, "read twice"),
        ),
        (
            "AUC 0.90",
            our_method("imperfect, quarter read twice, guarded", trial, good, "guarded", 280, "read twice"),
        ),
        (
            "AUC 0.90",
            our_method("imperfect, quarter read twice, advised", trial, good, ADVISED, 330, "read twice"),
        ),
    )


def coverage(runs: int, seed: int, like: str = "") -> Iterator[str]:
    """The shipped scenarios: how often the limits hold at about the planned size."""
    trial = Trial.of(make_audited_force(FORCE_SEED))
    force = trial.force
    for label, known, sample in (
        ("AUC 0.95", screened(force, 0.95), 150),
        ("AUC 0.90", screened(force, 0.90), 180),
        ("AUC 0.80", screened(force, 0.80), 220),
        ("AUC 0.90, blind to 15 %", screened(force, 0.90, blind_share=0.15), 270),
        ("AUC 0.90, chances doubled", screened(force, 0.90, stretched=2.0), 250),
        ("AUC 0.90, no idea of size", screened(force, 0.90, open_by="no idea of size"), 400),
        ("no score: named and linked", without_score(force), 280),
        ("useless score", screened(force, 0.5001), 550),
    ):
        for interval in OUR_INTERVALS:
            method = our_method(f"ours, {interval}", trial, known, interval, sample)
            if like in f"{label} {method.name}":
                yield line(label, run(method, sample, runs, seed))


def strata(runs: int, seed: int, like: str = "") -> Iterator[str]:
    """One stratum at a time at the usual 228: a uniform draw beside ours."""
    whole = make_audited_force(FORCE_SEED)
    for name in whole.names:
        trial = Trial.of(whole, name)
        found = run(uniform_method("uniform, ratio, beta", trial, equal_sizes, 228), 228, runs, seed)
        told = np.mean([gathers(trial, seed, at) for at in range(min(runs, 300))])
        yield f"{line(name, found)}   caution shown in {100 * told:.0f} %"
        for label, known in (
            ("AUC 0.90", screened(trial.force, 0.90)),
            ("no score", without_score(trial.force)),
        ):
            for interval in OUR_INTERVALS:
                method = our_method(f"ours, {interval}", trial, known, interval, 228)
                if like in method.name:
                    yield line(f"{name}, {label}", run(method, 228, runs, seed))


def readers(runs: int, seed: int, like: str = "") -> Iterator[str]:
    """One stratum of 600 audits whose auditors err, a quarter read twice."""
    whole = make_audited_force(FORCE_SEED)
    ways = (("beta", "taken as truth"), *((interval, "read twice") for interval in OUR_INTERVALS))
    for name in ("violence", "sexual"):
        for errors in ((0.08, 0.03), (0.45, 0.02)):
            trial = Trial.of(whole, name, errors)
            known = screened(trial.force, 0.90)
            label = f"{name}, {100 * errors[0]:.0f} % and {100 * errors[1]:.0f} %"
            for interval, reading in ways:
                method = our_method(f"{reading}, {interval}", trial, known, interval, 600, reading)
                if like in method.name:
                    yield line(label, run(method, 600, runs, seed))


def flattery(runs: int, seed: int) -> Iterator[str]:
    """How often the flattery report raises the alarm, on honest audits and on others."""
    for audits, share, part in ((200, 0.01, 1), (900, 0.05, 5)):
        frame = audited_frame(make_audited_force(11, share=share), audits)
        yield f"{audits} audits of {frame.height:,} reports, {runs // part:,} seeded audits each"
        for label, trick, overlooks in (
            ("honest, overlooking 8 %", HONEST, 0.08),
            ("honest, overlooking the 10 % allowed", HONEST, 0.10),
            ("all auditors pass six in ten", Trick(marks="all"), 0.08),
            ("one auditor of three does", Trick(marks="A"), 0.08),
            ("records already checked are picked", Trick(picks="checked"), 0.08),
            ("a route is shunned", Trick(picks="route"), 0.08),
        ):
            reports = [
                trial_report(frame, seed + at, trick=trick, overlooks=overlooks) for at in range(runs // part)
            ]
            raised = Counter(sign.looked_at for one in reports for sign in one.signs if sign.alarm)
            told = ", ".join(
                f"{name} {100 * times / len(reports):.0f}" for name, times in raised.most_common(4)
            )
            yield f"  {label:40s} {100 * np.mean([one.alarm for one in reports]):6.1f} %   {told}"


def gathers(trial: Trial, seed: int, at: int) -> bool:
    drawn = uniform(trial, equal_sizes(trial, 228))(np.random.default_rng([seed, at]))
    return crimes_gather(trial.force.due[drawn.rows])


def line(label: str, found: Found, today: Found | None = None) -> str:
    share = "" if today is None else f"{100 * found.readings / today.readings:7.1f} %"
    return (
        f"{label:28s} {found.name:40s} {found.incidents:6,d} {found.readings:8.1f}{share} "
        f"{found.half_width:7.3f} {100 * found.coverage:6.1f} {found.off:+7.2f}  {found.seconds:6.1f} s"
    )


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--runs", type=int, default=1500)
    ask.add_argument("--seed", type=int, default=20260401)
    ask.add_argument("--only", choices=["headline", "coverage", "strata", "readers", "flattery"])
    ask.add_argument("--like", default="", help="only rows whose label and name have this, such as advised")
    asked = ask.parse_args()
    force = make_audited_force(FORCE_SEED)
    for name, figures in force.describe().items():
        print(name, ", ".join(f"{what} {value:,.3f}" for what, value in figures.items()))
    print(f"true rate {100 * force.rate:.2f} %; {asked.runs:,} runs; load {os.getloadavg()[0]:.1f}")
    print("incidents, readings, share of today's, mean half-width, coverage %, bias in points, CPU seconds")
    for name, part in (
        ("headline", headline),
        ("coverage", coverage),
        ("strata", strata),
        ("readers", readers),
        ("flattery", lambda runs, seed, _: flattery(runs, seed)),
    ):
        if asked.only in (None, name):
            print(f"\n{name}", flush=True)
            for text in part(asked.runs, asked.seed, asked.like):
                print(text, flush=True)


if __name__ == "__main__":
    main()
