"""Our figures beside those of R's survey package, on audits made at random.

    python benchmarks/bench_against_survey.py --rscript Rscript [--audits 30] [--seed 20261128]

Two to four strata, one of them taken whole, in every third audit one with a single audited incident. Asked
are the overall rate, two parts, each rule for lone incidents, the jackknife, post-strata, the crimes missed
in the frame and unequal chances (Brewer). The largest distance of an estimate or standard error is told (of
totals, relative); above 1e-8 the figure is shown and the program ends in failure.

Rows go to R sorted by reference: with ``pps = "brewer"`` version 4.1-1 pairs chances with incidents in that
order whatever the order of the rows.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from firstpoint.auditing import Estimate, estimate, poststratified_ratio, ratio

SCRIPT = Path(__file__).parent / "peers" / "survey_audits.R"
MARKS = ("stratum", "incident_id", "should_record", "recorded", "part_of", "route")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--rscript", default="Rscript")
    ask.add_argument("--audits", type=int, default=30)
    ask.add_argument("--seed", type=int, default=20261128)
    asked = ask.parse_args()
    audits = [made_up(np.random.default_rng(asked.seed + at), lone=at % 3 == 2) for at in range(asked.audits)]
    with tempfile.TemporaryDirectory() as folder:
        for at, rows in enumerate(audits):
            rows.write_csv(Path(folder) / f"{at}.csv")
        call = [asked.rscript, str(SCRIPT), folder, str(asked.audits)]
        told = subprocess.run(call, check=True, capture_output=True, text=True).stdout
    distances = [compared(audits, line.split()) for line in told.splitlines()]
    print(f"{len(distances)} figures of {asked.audits} audits, largest distance {max(distances):.1e}")
    sys.exit(max(distances) > 1e-8)


def made_up(chance: np.random.Generator, *, lone: bool) -> pl.DataFrame:
    """Give an audit: a row an incident, with what R needs beside the marks."""
    parts = []
    strata = int(chance.integers(2, 5))
    for at in range(strata):
        drawn = 1 if lone and at == strata - 1 else int(chance.integers(10, 40))
        held = drawn + (int(chance.integers(5, 300)) if at else 0)
        due = chance.poisson(1.2, drawn)
        parts.append(
            pl.DataFrame(
                {
                    "stratum": [f"s{at}"] * drawn,
                    "incident_id": [f"s{at}-{one:03d}" for one in range(drawn)],
                    "should_record": due,
                    "recorded": chance.binomial(due, 0.85),
                    "part_of": ["a" if one else "b" for one in chance.random(drawn) < 0.6],
                    "route": ["phone" if one % 2 else "online" for one in range(drawn)],
                    "incidents": [held] * drawn,
                    "chance": chance.uniform(0.02, 0.6, drawn).round(6),
                }
            )
        )
    rows = pl.concat(parts)
    whole = sum(part["incidents"][0] for part in parts)
    sizes = {"phone": whole // 2, "online": whole - whole // 2}
    return rows.with_columns(route_incidents=pl.col("route").replace_strict(sizes))


def compared(audits: list[pl.DataFrame], line: list[str]) -> float:
    """Give how far our figure is from the one that R printed, and show it where that is too far."""
    rows, what = audits[int(line[0])], line[1]
    theirs = [float(one) for one in line[2:]]
    ours = asked_of_us(rows, what)
    scale = max(theirs[0], 1.0)
    distance = max(abs(ours.estimate - theirs[0]), abs(ours.standard_error - theirs[1])) / scale
    if distance > 1e-8:
        print(f"audit {line[0]}, {what}: ours {ours.estimate}, {ours.standard_error}; R {theirs}")
    return distance


def asked_of_us(rows: pl.DataFrame, what: str) -> Estimate:
    marks = rows.select(MARKS)
    frame = rows.group_by("stratum").agg(pl.col("incidents").first())
    kind, *more = what.split(":")
    singles: Any = more[0] if more and more[0] != "fail" else "refuse"
    if kind == "part":
        return ratio(marks, frame, by="part_of", singles=singles)[more[1]]
    if kind == "jackknife":
        return ratio(marks, frame, variance="jackknife")
    if kind == "poststrata":
        sizes = dict(rows.select("route", "route_incidents").unique().iter_rows())
        return poststratified_ratio(marks, frame, by="route", totals=sizes)
    if kind == "missed":
        return estimate(marks, frame).unrecorded_in_frame
    if kind == "unequal":
        unequal = marks.with_columns(inclusion_probability=rows["chance"])
        return ratio(unequal, frame)
    return ratio(marks, frame, singles=singles)


if __name__ == "__main__":
    main()
