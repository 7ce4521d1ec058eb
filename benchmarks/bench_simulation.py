"""How quickly a made-up force is made, in what memory, and how varied its logs are.

    python benchmarks/bench_simulation.py [--months 2] [--incidents-a-year 600000] [--logs 20000] [--count]

Speed: months with text, written as Parquet by two processes into a folder that is then removed; incidents a
second by the clock and by the processor's time, and the most memory a process held. Variety, bank by bank:
distinct logs without the heads of their entries, distinct runs of five words in each 1,000 logs, the
longest run of words that stands in two logs and in a hundredth of them, and how well a bag of words
tells logs with a crime due from those without: trained on one half of a bank and tried on the other,
and on the other bank. ``--count`` also asks ``counting`` about every report of a month, which may first
have to compile its loops.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from firstpoint.counting import count_frame, newest_book
from firstpoint.simulation import (
    BANKS,
    Years,
    make_force,
    make_month,
    months_from,
    usual_profile_text,
    write_months,
)

FIRST = date(2026, 4, 1)
_HEAD = re.compile(r"^\d\d:\d\d [A-Z]+\d+: ", re.MULTILINE)
_WORD = re.compile(r"[a-z']+")
_BUCKETS = 1 << 17


def main() -> None:
    asked = _arguments()
    if asked.months:
        print("Speed")
        _speed(asked.months, asked.incidents_a_year)
    print("Variety")
    _variety(asked.logs)
    if asked.count:
        print("Counting")
        _agreement(asked.incidents_a_year)


def _speed(months: int, a_year: float) -> None:
    folder = Path(tempfile.mkdtemp())
    years = Years(
        seed=1, incidents_a_year=a_year, bank="training", format="parquet", profile=usual_profile_text()
    )
    try:
        begun, used = time.perf_counter(), _children()
        made = list(write_months(years, months_from(FIRST, months), folder / "force", workers=2))
        took, used = time.perf_counter() - begun, _children() - used
        size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    finally:
        shutil.rmtree(folder)
    number = sum(each.incidents for each in made)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  {number:,} incidents, {sum(each.crimes for each in made):,} crimes in {months} months")
    print(f"  {number / took:,.0f} incidents/s by the clock, two processes ({took:.1f} s)")
    print(f"  {2 * number / used:,.0f} incidents/s of two processors' time ({used:.1f} s of processor time)")
    print(f"  {most:,.0f} MB the most a process held; {size / number:,.0f} bytes of Parquet an incident")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _variety(logs: int) -> None:
    bags = {}
    for bank in BANKS:
        force = make_force(seed=7, incidents=logs, bank=bank)
        texts = [_HEAD.sub("", text).lower() for text in force.incidents["text"]]
        words = force.incidents["text"].str.count_matches(r"\S+")
        quantiles = [int(words.quantile(at) or 0) for at in (0.01, 0.5, 0.95, 0.99)]
        told = [_WORD.findall(text) for text in texts]
        print(f"  {bank}: {len(set(texts)) / len(texts):.2%} distinct logs")
        print(f"    words a log at 1 %, 50 %, 95 %, 99 %: {quantiles}, most {words.max()}")
        print(f"    {_distinct_runs(told):,.0f} distinct runs of five words in 1,000 logs")
        two, hundredth = (_longest(told[:4000], logs) for logs in (2, 40))
        print(f"    longest run in two logs {two} words, in 1 % {hundredth}")
        due = force.incidents.join(force.truth_incidents, on="incident_id", maintain_order="left")
        bags[bank] = (_bags(told), (due["should_record"] > 0).to_numpy())
    for trained in BANKS:
        of, due = bags[trained]
        half = len(due) // 2
        model = _learnt(of[:half], due[:half])
        for tried in BANKS:
            other, truth = bags[tried]
            auc = _auc(_scores(model, other[half:]), truth[half:])
            print(f"    crime due by a bag of words, trained on {trained}, tried on {tried}: AUC {auc:.3f}")


def _distinct_runs(told: list[list[str]]) -> float:
    """Give how many distinct runs of five words a thousand logs hold, on average."""
    found = []
    for start in range(0, len(told) - 999, 1000):
        thousand = told[start : start + 1000]
        runs = {tuple(words[at : at + 5]) for words in thousand for at in range(len(words) - 4)}
        found.append(len(runs))
    return float(np.mean(found))


def _longest(told: list[list[str]], logs: int) -> int:
    """Give the length of the longest run of words that stands in at least so many logs."""
    low, high = 1, 120
    while low < high:
        length = (low + high + 1) // 2
        low, high = (length, high) if _stands(told, length, logs) else (low, length - 1)
    return low


def _stands(told: list[list[str]], length: int, logs: int) -> bool:
    seen: dict[int, int] = {}
    for words in told:
        for run in {hash(tuple(words[at : at + length])) for at in range(len(words) - length + 1)}:
            seen[run] = seen.get(run, 0) + 1
            if seen[run] >= logs:
                return True
    return False


def _bags(told: list[list[str]]) -> list[np.ndarray]:
    return [np.unique([hash(word) % _BUCKETS for word in words]) for words in told]


def _learnt(bags: list[np.ndarray], due: np.ndarray) -> np.ndarray:
    """Give the weight of each word: the log odds of a crime due where it stands (naive Bayes)."""
    counts = np.ones((2, _BUCKETS))
    for bag, crime in zip(bags, due, strict=True):
        counts[int(crime), bag] += 1
    shares = counts / (np.bincount(due.astype(int), minlength=2)[:, None] + 2)
    seen = counts.sum(axis=0) > 4
    return np.where(seen, np.log(shares[1] / shares[0]), 0.0)


def _scores(weights: np.ndarray, bags: list[np.ndarray]) -> np.ndarray:
    return np.array([weights[bag].sum() for bag in bags])


def _auc(scores: np.ndarray, truth: np.ndarray) -> float:
    ranks = pl.Series(scores).rank("average").to_numpy()
    positive = truth.sum()
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * (~truth).sum()))


def _agreement(a_year: float) -> None:
    truth = make_month(seed=1, month=FIRST, incidents_a_year=a_year).truth_incidents
    begun = time.perf_counter()
    counted = count_frame(truth.select(report="facts"), book=newest_book())
    took = time.perf_counter() - begun
    agree = (counted["total"].cast(pl.Int64) == truth["should_record"]).fill_null(value=False)
    print(f"  {agree.sum():,} of {truth.height:,} reports counted as the truth has them ({took:.1f} s)")


def _arguments() -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--months", type=int, default=2)
    told.add_argument("--incidents-a-year", type=float, default=600_000)
    told.add_argument("--logs", type=int, default=20_000)
    told.add_argument("--count", action="store_true")
    return told.parse_args()


if __name__ == "__main__":
    main()
