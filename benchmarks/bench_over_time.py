"""How often intervals of change, of parts and of audits put together hold, where the truth is known.

    python benchmarks/bench_over_time.py [--runs 1000] [--seed 20261128]

Two strata whose crimes cluster in incidents (design effects near 1.7 and 1.6). Audits of 228 reports a
stratum are drawn from frames whose rates are known, marked without error, and asked:

* *change*: two audits of different incidents; the same incidents audited again after some were put right,
  with the tie between the two counted and left out;
* *part*: a fifth of the incidents, across both strata, every row kept; and the same with the rows outside
  dropped, as is often done;
* *together*: four half-yearly audits of a rate that stands still, and of one that walks by 0.7 points a month
  (standard deviation), put together without drift and with.

Coverage is told with the mean half-width in points. At 1,000 runs it is itself uncertain by 0.7 points.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from datetime import date

import numpy as np
import polars as pl

from firstpoint.auditing import change_between, combine, compare, ratio

SIZES = {"violence": 228, "other": 228}
FRAMES = {"violence": 3_000, "other": 6_000}
MISSED = {"violence": 0.18, "other": 0.05}
DAYS = [date(2025, 1, 15), date(2025, 7, 15), date(2026, 1, 15), date(2026, 7, 15)]
WALK_POINTS = 0.7

Tally = dict[str, list[tuple[bool, float]]]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--runs", type=int, default=1_000)
    ask.add_argument("--seed", type=int, default=20261128)
    asked = ask.parse_args()
    begun, chance, tally = time.perf_counter(), np.random.default_rng(asked.seed), defaultdict(list)
    for _ in range(asked.runs):
        of_change(chance, tally)
        of_part(chance, tally)
        of_several(chance, tally, walks=False)
        of_several(chance, tally, walks=True)
    print(f"{asked.runs} runs in {time.perf_counter() - begun:.0f} s: coverage %, mean half-width in points")
    for name, cases in tally.items():
        covered = 100.0 * np.mean([held for held, _ in cases])
        print(f"  {name:58s} {covered:5.1f}  {np.mean([half for _, half in cases]):5.2f}")


def force(chance: np.random.Generator, more_missed: float = 0.0) -> pl.DataFrame:
    """Give a frame with its truth: crimes cluster, and whole incidents fail more often than single crimes."""
    parts = []
    for stratum, number in FRAMES.items():
        due = np.where(chance.random(number) < 0.24, 0, 1 + chance.poisson(0.15, number))
        due = np.where((chance.random(number) < 0.02) & (due > 0), chance.integers(3, 7, number), due)
        lost = chance.random(number) < max(MISSED[stratum] + more_missed, 0.0)
        recorded = np.where(lost, 0, chance.binomial(due, 0.97))
        parts.append(
            pl.DataFrame({"should_record": due, "recorded": recorded}).with_columns(
                stratum=pl.lit(stratum), incident_id=pl.format(f"{stratum}-{{}}", pl.int_range(pl.len()))
            )
        )
    return pl.concat(parts).with_columns(
        domestic=pl.Series(np.where(chance.random(sum(FRAMES.values())) < 0.2, "yes", "no"))
    )


def audited(truth: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    return pl.concat(
        truth.filter(stratum=stratum).sample(size, seed=int(chance.integers(2**31)))
        for stratum, size in SIZES.items()
    )


def frame_of(truth: pl.DataFrame) -> pl.DataFrame:
    return truth.group_by("stratum").agg(incidents=pl.len().cast(pl.Int64))


def known(truth: pl.DataFrame) -> float:
    return truth["recorded"].sum() / truth["should_record"].sum()


def note(tally: Tally, name: str, truth: float, low: float, high: float) -> None:
    tally[name].append((low <= truth <= high, 50.0 * (high - low)))


def of_change(chance: np.random.Generator, tally: Tally) -> None:
    before, after = force(chance), force(chance, -0.03)
    first, second = audited(before, chance), audited(after, chance)
    apart = second.with_columns(incident_id=pl.col("incident_id") + "-later")
    found = compare((first, frame_of(before)), (apart, frame_of(after))).overall.difference
    note(
        tally,
        "change, two audits of different incidents",
        known(after) - known(before),
        found.low,
        found.high,
    )
    mended = put_right(before, chance)
    again = first.drop("recorded").join(mended.select("incident_id", "recorded"), on="incident_id")
    tied = compare((first, frame_of(before)), (again, frame_of(mended))).overall
    moved = known(mended) - known(before)
    note(tally, "change, the same incidents, tie counted", moved, tied.difference.low, tied.difference.high)
    loose = change_between(tied.earlier, tied.later).difference
    note(tally, "change, the same incidents, tie left out", moved, loose.low, loose.high)


def put_right(truth: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    right = pl.Series(chance.random(truth.height) < 0.3)
    return truth.with_columns(recorded=pl.when(right).then("should_record").otherwise("recorded"))


def of_part(chance: np.random.Generator, tally: Tally) -> None:
    truth = force(chance)
    marks = audited(truth, chance)
    inside = truth.filter(domestic="yes")
    found = ratio(marks, frame_of(truth), by="domestic")["yes"]
    note(tally, "part, every row kept", known(inside), found.low, found.high)
    dropped = ratio(marks.filter(domestic="yes"), frame_of(inside))
    note(
        tally, "part, rows outside dropped, frame of the part known", known(inside), dropped.low, dropped.high
    )


def of_several(chance: np.random.Generator, tally: Tally, *, walks: bool) -> None:
    step = WALK_POINTS / 100.0 * 6.0**0.5 if walks else 0.0
    missed, rates = 0.0, {}
    for day in DAYS:
        truth = force(chance, missed)
        rates[day] = ratio(audited(truth, chance), frame_of(truth))
        missed += chance.normal(0.0, step)
    what = "walking" if walks else "standing"
    for drift, words in ((0.0, "without drift"), (WALK_POINTS, "with drift")):
        found = combine(rates, drift_points_a_month=drift).rate
        note(tally, f"four audits of a {what} rate, {words}", known(truth), found.low, found.high)
    last = rates[DAYS[-1]]
    note(tally, f"the last audit of a {what} rate alone", known(truth), last.low, last.high)


if __name__ == "__main__":
    main()
