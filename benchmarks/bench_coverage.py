"""How often the audit's 95 % intervals cover the truth, on forces whose truth is known.

    python benchmarks/bench_coverage.py [--repetitions 500] [--seed 20260401]

Two forces stand in. The *made-up force* is the one of ``firstpoint.simulation``: its frame is built from
its extracts as a real one would be, and the truth table says what each report should have led to. The
*clustered force* is made here, with a few sexual-offence incidents that hold up to twenty crimes and fail
as a whole, because that is where intervals break. Each repetition draws a sample from a seed of its own,
marks it without error, and estimates.

Beside the shipped intervals stand what is often done instead: counting crimes as independent with a normal
interval (``naive``), and for the whole force adding the strata together unweighted (``pooled``).
"""

from __future__ import annotations

import argparse
import math
import time
from collections import defaultdict
from datetime import date, timedelta

import numpy as np
import polars as pl

from firstpoint.auditing import build_frame, draw, estimate, plan_sample
from firstpoint.simulation import make_force

USUAL_SIZES = {"violence": 228, "sexual": 213, "other": 228}
"""The sizes of the audit of December 2017."""

# reports, share without crime, share whose crimes are all missed, chance that one crime is missed, share of
# large reports, crimes in the largest, and how many times more often a large report is missed
CLUSTERED = {
    "violence": (4500, 0.28, 0.14, 0.055, 0.035, 8, 1.1),
    "sexual": (3000, 0.24, 0.05, 0.03, 0.035, 20, 2.2),
    "other": (6000, 0.24, 0.03, 0.02, 0.02, 9, 1.6),
}

CLUSTERED_SEED = 7
"""Gives design effects near 1.7, 4.2 and 1.6, the usual assumption for the three strata."""

Tally = dict[tuple[str, str], list[tuple[bool, float]]]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--repetitions", type=int, default=500)
    ask.add_argument("--seed", type=int, default=20260401)
    asked = ask.parse_args()
    for title, truth, repetitions in (
        ("made-up force", made_up_force(asked.seed), asked.repetitions),
        ("clustered force", clustered_force(CLUSTERED_SEED), asked.repetitions // 2),
    ):
        started = time.perf_counter()
        sizes = planned_sizes(truth)
        tallies = repeat(truth, sizes, repetitions, asked.seed)
        describe(title, truth)
        for name, tally in tallies.items():
            show(name, tally)
        print(f"  {repetitions} repetitions in {time.perf_counter() - started:.1f} s\n")


def made_up_force(seed: int, incidents: int = 20_000, days: int = 90) -> pl.DataFrame:
    """Give the frame of a made-up force with the truth of each report."""
    start = date(2026, 1, 1)
    force = make_force(seed=seed, incidents=incidents, start=start, days=days)
    frame = build_frame(
        force.incidents, force.crimes, force.opening_codes, start, start + timedelta(days=days - 1)
    )
    truth = force.truth_incidents.select("incident_id", "should_record", "recorded")
    return frame.select("stratum", "incident_id").join(truth, on="incident_id", how="inner")


def clustered_force(seed: int) -> pl.DataFrame:
    """Give a frame whose crimes and failures gather in few incidents."""
    chance = np.random.default_rng(seed)
    parts = []
    for stratum, (incidents, none, whole, single, large, most, oftener) in CLUSTERED.items():
        due = np.where(chance.random(incidents) < none, 0, 1 + chance.poisson(0.12, incidents))
        big = (chance.random(incidents) < large) & (due > 0)
        due = np.where(big, chance.integers(4, most + 1, incidents), due)
        lost = chance.random(incidents) < np.where(big, oftener * whole, whole)
        recorded = np.where(lost, 0, chance.binomial(due, 1.0 - single))
        recorded = np.where(lost & big, due // 6, recorded)
        ids = [f"{stratum}-{at:05d}" for at in range(incidents)]
        parts.append(
            pl.DataFrame({"incident_id": ids, "should_record": due, "recorded": recorded}).with_columns(
                stratum=pl.lit(stratum)
            )
        )
    return pl.concat(parts)


def planned_sizes(truth: pl.DataFrame) -> dict[str, int]:
    plan = plan_sample(truth, half_width_points=3.0, required=())
    return dict(plan.select("stratum", "sample").iter_rows())


def repeat(truth: pl.DataFrame, planned: dict[str, int], repetitions: int, seed: int) -> dict[str, Tally]:
    """Give, for each design, whether each interval covered and how wide it was."""
    frame = truth.group_by("stratum").agg(incidents=pl.len().cast(pl.Int64))
    known = known_rates(truth)
    known["unrecorded"] = float((truth["should_record"] - truth["recorded"]).sum())
    usual = {name: min(USUAL_SIZES.get(name, 228), number) for name, number in frame.iter_rows()}
    largest = {name: max(planned[name], usual[name]) for name in planned}
    tallies: dict[str, Tally] = {
        "planned for ± 3": defaultdict(list),
        "as in December 2017": defaultdict(list),
    }
    for repetition in range(repetitions):
        drawn = draw(truth, largest, seed + repetition).rows.join(truth, on=["stratum", "incident_id"])
        for (_, tally), sizes in zip(tallies.items(), (planned, usual), strict=True):
            size = pl.col("stratum").replace_strict(sizes)
            one_audit(drawn.filter(pl.col("draw_order") <= size), frame, known, tally)
    return tallies


def one_audit(drawn: pl.DataFrame, frame: pl.DataFrame, known: dict[str, float], tally: Tally) -> None:
    marks = drawn.select("stratum", "incident_id", "should_record", "recorded")
    for interval in ("beta", "guarded"):
        result = estimate(marks, frame, interval=interval)
        rates = {"overall": result.overall, **{name: one for name, one in result.strata.items() if one}}
        for name, rate in rates.items():
            note(tally, interval, name, known[name], rate.low, rate.high)
            if interval == "beta" and name != "overall":
                cautioned = any(words.startswith(f"{name}:") for words in result.cautions)
                tally["caution", name].append((cautioned, math.nan))
    missing = known["unrecorded"]
    low, high = result.unrecorded.low / missing, result.unrecorded.high / missing
    note(tally, "shipped", "unrecorded", 1.0, low, high)
    for name in sorted(set(known) - {"unrecorded"}):
        rows = marks if name == "overall" else marks.filter(pl.col("stratum") == name)
        due, recorded = rows["should_record"].sum(), rows["recorded"].sum()
        if due:
            rate = recorded / due
            reach = 1.96 * math.sqrt(rate * (1.0 - rate) / due)
            label = "pooled" if name == "overall" else "naive"
            note(tally, label, name, known[name], rate - reach, rate + reach)


def note(tally: Tally, method: str, name: str, truth: float, low: float, high: float) -> None:
    tally[method, name].append((low <= truth <= high, 50.0 * (high - low)))


def known_rates(truth: pl.DataFrame) -> dict[str, float]:
    sums = truth.group_by("stratum").agg(pl.col("should_record", "recorded").sum())
    rates = {name: recorded / due for name, due, recorded in sums.iter_rows() if due}
    return {"overall": sums["recorded"].sum() / sums["should_record"].sum(), **rates}


def design_effect(rows: pl.DataFrame) -> float:
    """Give how much more a sample's rate varies than if each crime were drawn alone."""
    due, recorded = rows["should_record"].to_numpy(), rows["recorded"].to_numpy()
    rate = recorded.sum() / due.sum()
    residual = recorded - rate * due
    return float(np.mean(residual**2) / due.mean() / (rate * (1.0 - rate)))


def describe(title: str, truth: pl.DataFrame) -> None:
    known = known_rates(truth)
    print(f"{title}: {truth.height:,} reports, true rate {100 * known['overall']:.1f} %")
    for name in sorted(set(known) - {"overall"}):
        rows = truth.filter(pl.col("stratum") == name)
        print(
            f"  {name:9s} {rows.height:6,} reports, rate {100 * known[name]:.1f} %, "
            f"{rows['should_record'].mean():.2f} crimes a report, design effect {design_effect(rows):.1f}"
        )


def show(name: str, tally: Tally) -> None:
    print(
        f"  {name}:  method and stratum, coverage %, mean half-width in points "
        "(unrecorded: % of truth; caution: % shown)"
    )
    for (method, stratum), cases in sorted(tally.items()):
        covered = 100.0 * np.mean([covers for covers, _ in cases])
        width = np.mean([half for _, half in cases])
        print(f"    {method:8s} {stratum:10s} {covered:5.1f}  {'' if math.isnan(width) else f'{width:5.2f}'}")


if __name__ == "__main__":
    main()
