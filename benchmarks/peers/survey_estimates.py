"""The stratified ratio by svy and samplics: rows from a Parquet file, answer and times as one line of JSON.

    python survey_estimates.py ROWS.parquet RUNS

Run by bench_estimates.py in the peers' own environment. Each peer gets the shape of data it is quickest with:
svy a polars frame, samplics numpy arrays with whole numbers for strata and no clusters, since a row is one.
"""

import json
import sys
import time
import warnings
from importlib.metadata import version

import numpy as np
import polars as pl

warnings.simplefilter("ignore")


def main():
    rows, runs = pl.read_parquet(sys.argv[1]), int(sys.argv[2])
    told = [timed("svy", svy_ratio, rows, runs), timed("samplics", samplics_ratio, arrays(rows), runs)]
    print(json.dumps(told))


def timed(name, ask, given, runs):
    wall, processor = [], []
    for _ in range(runs + 1):
        begun, used = time.perf_counter(), time.process_time()
        ratio, error = ask(given)
        wall.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
    return {
        "name": f"{name} {version(name)}",
        "ratio": ratio,
        "error": error,
        "wall": wall[1:],
        "processor": processor[1:],
    }


def svy_ratio(rows):
    from svy import Design, Sample

    design = Design(stratum="stratum", wgt="weight", pop_size="incidents")
    found = Sample(rows, design).estimation.ratio(y="recorded", x="should_record")
    row = found.estimates[0]
    return float(row.est), float(row.se)


def arrays(rows):
    names, codes = np.unique(rows["stratum"].to_numpy(), return_inverse=True)
    sizes = np.bincount(codes)
    totals = [rows.filter(pl.col("stratum") == name)["incidents"][0] for name in names]
    correction = {code: 1.0 - sizes[code] / totals[code] for code in range(len(names))}
    columns = [rows[name].to_numpy() for name in ("recorded", "should_record", "weight")]
    return (*columns, codes, correction)


def samplics_ratio(given):
    from samplics import TaylorEstimator
    from samplics.utils.types import PopParam

    recorded, due, weight, codes, correction = given
    found = TaylorEstimator(PopParam.ratio)
    found.estimate(y=recorded, x=due, samp_weight=weight, stratum=codes, fpc=correction)
    return float(found.point_est), float(found.stderror)


if __name__ == "__main__":
    main()
