"""How fast the audit's estimates are, beside svy, samplics and R's survey package in the same run.

    python benchmarks/bench_estimates.py [--rows 1000000] [--runs 7] [--peers PYTHON] [--rscript RSCRIPT]

The same rows (three strata, one row an incident, up to a dozen crimes in one) go to all. Before any time is
told the answers must agree to nine digits. Times are medians over runs, of the call alone: reading files,
starting processes and importing are left out for everybody. Then, ours alone: the bootstrap by incident, and
the planned audit rehearsed a thousand times.

The peers stand in an environment of their own, which this program does not make:

    python3.11 -m venv PEERS
    PEERS/bin/python -m pip install svy==0.35.0 samplics==0.6.1
    apt-get install r-cran-survey          # for --rscript
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from firstpoint.auditing import moments, quick_ratio, ratio, rehearse, rehearse_assisted
from firstpoint.auditing.resampling import bootstrap_ratios

HERE = Path(__file__).parent
QUOTED_R = {1_000_000: 8.150}
"""Seconds that R 4.2.2 with survey 4.1-1 took for svydesign and svyratio on two idle cores."""


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--runs", type=int, default=7)
    ask.add_argument("--peers", help="the Python of an environment with svy and samplics")
    ask.add_argument("--rscript", help="Rscript of an R with the survey package")
    asked = ask.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when begun, medians of {asked.runs} runs\n")
    rows = made_rows(asked.rows, seed=20261128)
    totals = dict(rows.select("stratum", "incidents").unique().iter_rows())
    ours = timed("ours", lambda: of_ours(rows, totals), asked.runs)
    coded = rows.with_columns(pl.col("stratum").cast(pl.Enum(sorted(totals))))
    told = [ours, timed("ours, strata as an enumeration", lambda: of_ours(coded, totals), asked.runs)]
    with tempfile.TemporaryDirectory() as folder:
        if asked.peers:
            rows.write_parquet(Path(folder) / "rows.parquet")
            told += peers(asked.peers, Path(folder) / "rows.parquet", asked.runs)
        if asked.rscript:
            rows.write_csv(Path(folder) / "rows.csv")
            told.append(survey_package(asked.rscript, Path(folder) / "rows.csv"))
    show(told, asked.rows)
    ours_alone(asked.runs)


def made_rows(number: int, seed: int) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    stratum = np.asarray(["violence", "sexual", "other"])[chance.choice(3, number, p=[0.3, 0.04, 0.66])]
    due = np.where(chance.random(number) < 0.24, 0, 1 + chance.poisson(0.12, number))
    due = np.where(chance.random(number) < 0.01, chance.integers(4, 12, number), due)
    recorded = np.where(chance.random(number) < 0.08, 0, chance.binomial(due, 0.97))
    rows = pl.DataFrame({"stratum": stratum, "should_record": due, "recorded": recorded})
    drawn = pl.len().over("stratum")
    return rows.with_columns(incidents=4 * drawn).with_columns(weight=pl.col("incidents") / drawn)


def of_ours(rows: pl.DataFrame, totals: dict[str, int]) -> tuple[float, float]:
    whole = quick_ratio(moments(rows), totals)["overall"]
    return whole.estimate, whole.standard_error


def timed(name: str, ask: Callable[[], Any], runs: int) -> dict[str, Any]:
    wall, processor = [], []
    for _ in range(runs + 1):
        begun, used = time.perf_counter(), time.process_time()
        answer = ask()
        wall.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
    told = {"name": name, "wall": wall[1:], "processor": processor[1:], "answer": answer}
    if isinstance(answer, tuple):
        told |= {"ratio": answer[0], "error": answer[1]}
    return told


def peers(python: str, file: Path, runs: int) -> list[dict[str, Any]]:
    call = [python, str(HERE / "peers" / "survey_estimates.py"), str(file), str(runs)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def survey_package(rscript: str, file: Path) -> dict[str, Any]:
    call = [rscript, str(HERE / "peers" / "survey_estimates.R"), str(file), "2"]
    words = subprocess.run(call, check=True, capture_output=True, text=True).stdout.split()
    seconds = [float(one) for one in words[3:]]
    return {
        "name": f"R survey {words[0]}",
        "ratio": float(words[1]),
        "error": float(words[2]),
        "wall": seconds,
        "processor": seconds,
    }


def show(told: list[dict[str, Any]], rows: int) -> None:
    for one in told[1:]:
        assert abs(one["ratio"] - told[0]["ratio"]) < 1e-9, one
        assert abs(one["error"] - told[0]["error"]) < 1e-9, one
    print(f"stratified ratio with its standard error, {rows:,} rows; all answers agree to nine digits")
    ours = statistics.median(told[0]["wall"])
    for one in told:
        wall, processor = (1e3 * statistics.median(one[name]) for name in ("wall", "processor"))
        times = wall / 1e3 / ours
        print(
            f"  {one['name']:32s} {wall:9.1f} ms  {processor:9.1f} ms of processors  {times:7.1f} times ours"
        )
    if rows in QUOTED_R:
        print(f"  {'R survey 4.1-1, quoted, idle':32s} {1e3 * QUOTED_R[rows]:9.1f} ms")


def ours_alone(runs: int) -> None:
    sample = made_rows(100_000, seed=3).with_columns(
        incident_id=pl.format("I{}", pl.int_range(pl.len())).cast(pl.String)
    )
    frame = sample.select("stratum", "incidents").unique()
    codes = np.unique(sample["stratum"].to_numpy(), return_inverse=True)[1]
    arrays = [sample[name].to_numpy().astype(float) for name in ("recorded", "should_record")]
    equal, unequal = np.full(100_000, 0.25), np.random.default_rng(1).uniform(0.05, 1.0, 100_000)
    small = draw_some(sample, 669)
    sizes = dict(small.group_by("stratum").len().iter_rows())
    marks = sample.drop("weight", "incidents")
    foretold = with_predictions(small, frame)
    tasks: list[tuple[str, Callable[[], object]]] = [
        ("ratio() of 100,000 marked incidents, every check", lambda: ratio(marks, frame)),
        ("2,000 bootstrap replicates of 100,000 incidents", lambda: bootstrap_ratios(*arrays, codes, equal)),
        ("the same, every chance of selection its own", lambda: bootstrap_ratios(*arrays, codes, unequal)),
        ("1,000 planned audits of 669 rehearsed", lambda: rehearse(small, frame, sizes)),
        ("1,000 with predictions, from 400,000", lambda: rehearse_assisted(small, foretold, sizes)),
    ]
    print()
    for name, task in tasks:
        told = timed(name, task, min(runs, 3))
        wall, processor = (statistics.median(told[what]) for what in ("wall", "processor"))
        print(f"  {name:52s} {wall:7.3f} s  {processor:7.3f} s of processors")


def draw_some(sample: pl.DataFrame, number: int) -> pl.DataFrame:
    marks = sample.drop("weight", "incidents")
    return pl.concat(
        marks.filter(pl.col("stratum") == name).head(number // 3) for name in ("violence", "sexual", "other")
    )


def with_predictions(marks: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Give a frame with a row an incident, each with predictions of middling worth; the marks are in it."""
    held = dict(frame.iter_rows())
    rows = pl.concat(
        pl.concat(
            [
                marks.filter(stratum=name).select("stratum", "incident_id"),
                pl.DataFrame(
                    {
                        "incident_id": [
                            f"{name}-{at}" for at in range(number - marks.filter(stratum=name).height)
                        ]
                    }
                ).select(stratum=pl.lit(name), incident_id="incident_id"),
            ]
        )
        for name, number in held.items()
    )
    chance = np.random.default_rng(5)
    missed = chance.beta(0.4, 3.0, rows.height)
    due = 1.0 + chance.poisson(0.1, rows.height)
    return rows.with_columns(
        predicted_due=pl.Series(due),
        predicted_recorded=pl.Series(due * (1.0 - missed)),
        predicted_sd=pl.Series(np.sqrt(missed * (1.0 - missed)) * due),
    )


if __name__ == "__main__":
    main()
