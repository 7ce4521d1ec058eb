"""What the daily mix finds, and whether the estimate of missed crimes that its marks give can be believed.

    python benchmarks/bench_choosing.py [--draws 1500] [--months 1] [--bank training]

Two populations stand in. The *made-up force* is that of ``firstpoint.simulation``, screened by the screen as
it is, chosen from day by day at 3 % of its logs; the truth says what each log hides. The *synthetic
population* is that of the sampling notes: 1,643 logs and 50 reviews a day, 3 % hide a crime, a calibrated
score of AUC 0.87; further rows take away days, blind the score for a share of what is missed, or make it
overconfident. Each draw is new (random numbers stand in for the SHA-256 of a seed, which orders the logs in
the same way), marks are without error, and the 95 % interval is asked whether it holds the truth.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.screening import screen
from firstpoint.screening.reviewing import (
    DEFAULT_MIX,
    Mix,
    calibrate,
    choose,
    estimate_missed,
    frame_of,
    grave_strata,
    join_marks,
    learn,
    quotas,
    reliability_of,
    weighted_auc,
)
from firstpoint.screening.reviewing.choosing import systematic
from firstpoint.screening.reviewing.learning import numeric_features
from firstpoint.screening.reviewing.probabilities import POOL, TOP, chances
from firstpoint.simulation import make_month, months_from

FIRST = date(2026, 4, 1)
BUDGET_SHARE = 0.03
MIXES = {
    "60/30/10 (default)": DEFAULT_MIX,
    "60/30/10, power 1": Mix(power=1.0),
    "80/0/20": Mix(0.8, 0.0, 0.2),
    "40/30/30": Mix(0.4, 0.3, 0.3),
    "uniform": Mix(0.0, 0.0, 1.0),
}


@frozen(eq=False)
class Day:
    """One day's frame and truth: scores, order of the list, grave codes, crimes missed, reviews, quotas."""

    score: np.ndarray
    order: np.ndarray
    grave: np.ndarray
    missed: np.ndarray
    budget: int
    quotas: dict[int, int]


@frozen(eq=False)
class Design:
    """All days of a population under one mix, in one row of arrays."""

    inclusion: np.ndarray
    missed: np.ndarray
    days: tuple[tuple[int, int, dict[int, int], np.ndarray], ...]
    table: pl.DataFrame


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--draws", type=int, default=1500)
    arguments.add_argument("--months", type=int, default=1)
    arguments.add_argument("--incidents-a-year", type=float, default=360_000)
    arguments.add_argument("--bank", choices=["training", "held_out"], default="training")
    arguments.add_argument("--without-synthetic", action="store_true")
    asked = arguments.parse_args()
    print("Synthetic population")
    for name, days in ({} if asked.without_synthetic else synthetic_populations()).items():
        print(f" {name}")
        for mix_name in ("60/30/10 (default)", "60/30/10, power 1"):
            _report(mix_name, days, MIXES[mix_name], asked.draws)
    print(f"Made-up force, {asked.bank} bank, {100 * BUDGET_SHARE:g} % of each day's logs")
    logs = made_up_force(asked.months, asked.incidents_a_year, asked.bank)
    print(
        f" {logs.height:,} logs; {100 * (logs['missed'] > 0).mean():.1f} % hide {logs['missed'].sum()} crimes"
    )
    for name, place in {"top by harm and chance": "place", "top by chance": "by_score"}.items():
        print(f" {name}")
        for mix_name, mix in MIXES.items():
            _report(mix_name, _days(logs, place), mix, asked.draws)
    report_learning(logs)


def _report(name: str, days: Sequence[Day], mix: Mix, draws: int) -> None:
    begun = time.perf_counter()
    design = _design(days, mix)
    truth = float(design.missed.sum())
    answers = [_answer(design, np.random.default_rng([7, number])) for number in range(draws)]
    estimate, low, high, error, hiding, reviews = np.array(answers).T
    held = (low <= truth) & (truth <= high)
    normal = np.abs(estimate - truth) <= 1.959964 * error
    width = np.median(high - low) / 2.0 / truth
    print(
        f"  {name:<20} found per 100 reviews {100 * hiding.sum() / reviews.sum():5.1f} | estimate/truth "
        f"{estimate.mean() / truth:.4f} ± {1.96 * estimate.std() / truth / draws**0.5:.4f} | coverage "
        f"{100 * held.mean():.1f} % (truth above {100 * (truth > high).mean():.1f} %; normal "
        f"interval {100 * normal.mean():.1f} %) | half-width "
        f"{100 * width:.0f} % | {time.perf_counter() - begun:.0f} s"
    )


def _design(days: Sequence[Day], mix: Mix) -> Design:
    rows, parts, start = [], [], 0
    for day in days:
        made = chances(day.score, day.order, day.grave, budget=day.budget, mix=mix, quotas=day.quotas)
        rows.append(made.inclusion)
        parts.append((start, start + len(day.score), dict(made.sizes), made.lot))
        start += len(day.score)
    inclusion = np.concatenate(rows)
    missed = np.concatenate([day.missed for day in days]).astype(float)
    table = pl.DataFrame(
        {
            "day": np.repeat(np.arange(len(days)), [len(day.score) for day in days]),
            "lot": [
                {TOP: "top", POOL: "pool"}.get(int(code), str(code)) for part in parts for code in part[3]
            ],
            "inclusion_probability": inclusion,
            "missed": missed,
        }
    ).with_columns(hides=pl.col("missed") > 0, weight=1.0 / pl.col("inclusion_probability"))
    return Design(inclusion, missed, tuple(parts), table)


def _answer(design: Design, chance: np.random.Generator) -> tuple[float, ...]:
    taken = np.zeros(len(design.inclusion), dtype=bool)
    for first, last, sizes, lot in design.days:
        taken[first:last] = lot == TOP
        for code in sizes:
            members = first + np.flatnonzero(lot == code)
            order = chance.permutation(len(members))
            taken[members] = systematic(design.inclusion[members], order, chance.random())
    logs = design.table.filter(pl.Series(taken))
    answer = estimate_missed(logs)
    return (
        answer.estimate,
        answer.low,
        answer.high,
        answer.standard_error,
        answer.logs_hiding,
        answer.reviews,
    )


def synthetic_populations() -> dict[str, list[Day]]:
    return {
        "90 days": _synthetic(90),
        "30 days": _synthetic(30),
        "90 days, 15 % of what is missed scored at random, scores overconfident (log-odds doubled)": (
            _synthetic(90, blind=0.15, overconfident=2.0)
        ),
    }


def _synthetic(days: int, *, blind: float = 0.0, overconfident: float = 1.0) -> list[Day]:
    chance = np.random.default_rng(20260401)
    separation, share = 1.593, 0.03  # AUC 0.87
    made = []
    for _ in range(days):
        hides = chance.random(1643) < share
        told = chance.normal(size=1643) + separation * (hides & (chance.random(1643) >= blind))
        odds = np.log(share / (1 - share)) + separation * told - separation**2 / 2
        score = 1.0 / (1.0 + np.exp(-overconfident * odds))
        crimes = hides * np.where(chance.random(1643) < 0.15, chance.integers(2, 5, 1643), 1)
        none = np.zeros(1643, dtype=np.intp)
        made.append(Day(score, np.argsort(-score), none, crimes, 50, {}))
    return made


def made_up_force(months: int, a_year: float, bank: str) -> pl.DataFrame:
    """Every log with its day, score, features, grave stratum, place in either order, and what it hides."""
    made = []
    for month in months_from(FIRST, months):
        force = make_month(seed=2026, month=month, incidents_a_year=a_year, bank=bank)
        screened = screen(force.incidents, force.crimes)
        day = pl.col("received_at").dt.convert_time_zone("Europe/London").dt.date().alias("day")
        hidden = force.truth_incidents.select(
            "incident_id", missed=pl.col("should_record") - pl.col("recorded")
        )
        by_score = frame_of(screened, order="score").select("incident_id", by_score="place")
        made.append(
            frame_of(screened, force.incidents)
            .join(by_score, on="incident_id")
            .join(screened.drop("rank", "disclosures", "reader"), on="incident_id")
            .join(hidden, on="incident_id")
            .join(force.incidents.select("incident_id", day), on="incident_id")
        )
    return pl.concat(made).sort("day", "incident_id")


def _days(logs: pl.DataFrame, place: str) -> list[Day]:
    return [_day(one.with_columns(place=place)) for one in logs.partition_by("day", maintain_order=True)]


def report_learning(logs: pl.DataFrame, *, budget: int = 50, seeds: int = 20) -> None:
    """What the marks of the first half of the days teach, tried on all logs of the second half."""
    days = logs["day"].unique().sort()
    first = logs.filter(pl.col("day") <= days[len(days) // 2 - 1])
    later = logs.filter(pl.col("day") > days[len(days) // 2 - 1])
    hides = (later["missed"] > 0).cast(pl.Float64).to_numpy()
    features = [name for name in numeric_features(logs) if name not in ("score", "by_score", "missed")]
    print(
        f" {len(features)} features of the screened table, {first['day'].n_unique()} days of {budget} reviews"
    )
    tried: dict[str, list[tuple[float, ...]]] = {}
    for seed in range(seeds):
        reviews = _reviewed(first, budget, seed)
        values = reviews.join(first.select("incident_id", *features), on="incident_id")
        score, seen, weight = (
            values[name].cast(pl.Float64).to_numpy() for name in ("score", "hides", "weight")
        )
        curves = {kind: calibrate(score, seen, weight, kind=kind) for kind in ("platt", "isotonic")}
        ranker = learn(first, reviews, names=features)
        raw = later["score"].to_numpy()
        for name, chance in {
            "score as it is": raw,
            **{f"score, {kind}": curve.chances(raw) for kind, curve in curves.items()},
            "weights learnt": ranker.chances(later).to_numpy(),
        }.items():
            told = reliability_of(np.clip(chance, 1e-4, 1 - 1e-4), hides, seed=1)
            auc = weighted_auc(chance, hides, np.ones(len(hides)))
            tried.setdefault(name, []).append(
                (auc, told.ece, told.ece_by_chance, told.slope, told.seen_to_said, told.brier)
            )
    for name, rows in tried.items():
        auc, ece, by_chance, slope, ratio, brier = np.mean(rows, axis=0)
        spread = np.std(rows, axis=0)
        print(
            f"  {name:<18} AUC {auc:.3f} | calibration error {ece:.3f} (by chance {by_chance:.3f}) | slope "
            f"{slope:.2f} ± {spread[3]:.2f} | seen/said {ratio:.2f} ± {spread[4]:.2f} | Brier {brier:.4f}"
        )


def _reviewed(logs: pl.DataFrame, budget: int, seed: int) -> pl.DataFrame:
    chosen = pl.concat(
        choose(one, budget=budget, seed=seed, day=day, quotas=quotas(budget)).chosen
        for (day,), one in logs.partition_by("day", as_dict=True).items()
    )
    marks = logs.select("incident_id", should_record="missed", recorded=pl.lit(0))
    return join_marks(chosen, marks.join(chosen, on="incident_id", how="semi"))


def _day(logs: pl.DataFrame) -> Day:
    budget = round(BUDGET_SHARE * logs.height)
    codes = {one.id: code for code, one in enumerate(grave_strata(), 1)}
    grave = logs["grave"].replace_strict(codes, default=0, return_dtype=pl.Int64).fill_null(0)
    return Day(
        logs["score"].to_numpy(),
        np.argsort(logs["place"].to_numpy(), kind="stable"),
        grave.to_numpy(),
        logs["missed"].to_numpy(),
        budget,
        {codes[name]: number for name, number in quotas(budget).items()},
    )


if __name__ == "__main__":
    main()
