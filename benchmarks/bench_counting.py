"""How quickly reports are counted: one by one, from JSON, in columns, and from file to file.

The reports come from the stated mix of ``tests/counting/report_mix.py``, prior records included. Each figure
is the median of several runs. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "counting"))
from report_mix import json_lines

from firstpoint import counting
from firstpoint.counting.books import newest_book
from firstpoint.counting.columns import frames
from firstpoint.counting.columns.book import asked_by, workings_of
from firstpoint.counting.columns.findings import findings_of
from firstpoint.counting.columns.matters import matters_in
from firstpoint.counting.columns.reading import Coded, read_coded
from firstpoint.counting.columns.reckoning import reckon_in
from firstpoint.counting.columns.standing import standing_of
from firstpoint.counting.reports import CheckedReport, checked, reckoning_of

LOADING = """
import time
from firstpoint.counting import newest_book
from firstpoint.counting.compiled import compiled
from firstpoint.counting.facts import KINDS
from firstpoint.counting.titles import kinds_told_by_title
start = time.perf_counter()
book = newest_book()
loaded = time.perf_counter()
ready = compiled(book)
for kind in set(KINDS) - set(kinds_told_by_title()):
    ready.code(kind)
print(loaded - start, time.perf_counter() - loaded)
"""


def median_of(runs: int, work: Callable[[], Any]) -> float:
    """Give the median of the seconds that several runs take."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def loading(runs: int) -> None:
    figures = [
        [float(each) for each in subprocess.run(
            [sys.executable, "-c", LOADING], check=True, capture_output=True, text=True
        ).stdout.split()]
        for _ in range(runs)
    ]  # fmt: skip
    read, ready = (statistics.median(each) for each in zip(*figures, strict=True))
    print(f"newest book: read and checked in {read:.3f} s, every kind compiled in {ready:.3f} s more")


def quantiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    at = {
        name: ordered[int(len(ordered) * share)] * 1e6
        for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))
    }
    return ", ".join(f"{name} {value:.1f} us" for name, value in at.items())


def timed(work: Callable[[Any], Any], given: Sequence[Any], runs: int) -> list[float]:
    """Give the seconds that each report takes, run after run."""
    taken = []
    for _ in range(runs):
        for each in given:
            start = time.perf_counter()
            found = work(each)
            _ = found.decision, found.total, found.trace
            taken.append(time.perf_counter() - start)
    return taken


def one_by_one(texts: Sequence[bytes], runs: int) -> None:
    reports = [msgspec.json.decode(text) for text in texts]
    reports = [report for report in reports if "ask" not in report]
    for report in reports:
        reckoning_of(report)
    counter = counting.quick_counter()
    for report in reports:
        counter.count(report)
    ways: tuple[tuple[str, Callable[[Any], Any], Callable[[Any], Any], Callable[[Any], Any]], ...] = (
        ("quick counter", counter.checked, counter.count, counter.count),
        ("in Python", checked, CheckedReport.reckoning, reckoning_of),
    )
    for name, check, count, at_once in ways:
        ready = timed(count, [check(report) for report in reports], runs)
        whole = timed(at_once, reports, runs)
        print(f"one report, {name}, checked facts to decision, total and trace: {quantiles(ready)}")
        print(f"one report, {name}, from a dict, reading and checks included: {quantiles(whole)}")
    seconds = median_of(runs, lambda: [counter.count(text).trace for text in texts])
    print(
        f"JSON to decision, total and trace, one by one, quick counter: {len(texts) / seconds:,.0f} reports/s"
    )
    seconds = median_of(runs, lambda: [reckoning_of(msgspec.json.decode(text)) for text in texts])
    print(f"JSON to decision, total and trace, one by one, in Python: {len(texts) / seconds:,.0f} reports/s")
    some = reports[:1000]
    seconds = median_of(runs, lambda: [counting.count_report(report) for report in some])
    print(f"dict to the whole verdict, written out: {len(some) / seconds:,.0f} reports/s")


def in_columns(frame: pl.DataFrame, runs: int) -> None:
    seconds = median_of(runs, lambda: counting.count_frame(frame, workers=1))
    print(f"JSON text to verdict frame, one core: {frame.height / seconds:,.0f} reports/s")
    seconds = median_of(runs, lambda: counting.count_frame(frame, workers=2))
    print(f"JSON text to verdict frame, two cores: {frame.height / seconds:,.0f} reports/s")
    book = newest_book()
    parts = [frame["report"].slice(start, frames.AT_ONCE) for start in range(0, frame.height, frames.AT_ONCE)]
    coded = [
        read_coded(*frames.places_of(part.to_arrow(compat_level=pl.CompatLevel.oldest()))) for part in parts
    ]
    left = [each.left_over.copy() for each in coded]
    findings, standing = findings_of(book), standing_of(book)

    def reckon(at: int, *, trace: bool) -> int:
        held: Coded = coded[at]
        held.left_over[:] = left[at]
        matters = matters_in(held, np.ones(len(held.day), dtype=np.uint8), asked_by(book), workings_of(book))
        found = findings.of(matters)
        columns = findings.columns()
        reckoned = reckon_in(held, matters, found, columns, standing)
        if not trace:
            return 0
        rows = np.arange(len(held.day))
        return int(frames.trace_of(matters, found, columns, reckoned, rows, findings, len(rows)).nbytes)

    def all_of(*, trace: bool) -> int:
        with ThreadPoolExecutor(max_workers=2) as pool:
            return sum(pool.map(lambda at: reckon(at, trace=trace), range(len(coded))))

    size = all_of(trace=True)
    untraced = median_of(runs, lambda: all_of(trace=False))
    traced = median_of(runs, lambda: all_of(trace=True))
    counted = frame.height - int(sum(each.left_over.sum() for each in coded))
    print(
        f"columns in memory, two cores: {counted / traced:,.0f} reports/s with trace, "
        f"{counted / untraced:,.0f} without (trace {100 * (traced - untraced) / traced:.0f} % of the time, "
        f"{size / counted:.1f} bytes a report); "
        f"{frame.height - counted} of {frame.height} left to the slower way"
    )


def file_to_file(frame: pl.DataFrame, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "reports.parquet", Path(folder) / "verdicts.parquet"
        frame.write_parquet(source)
        from firstpoint.cli.count import Tally, _count_in_columns

        seconds = median_of(runs, lambda: _count_in_columns(source, out, Tally(), whole=False, explain=False))
        print(f"Parquet to Parquet, two cores: {frame.height / seconds:,.0f} reports/s")
        trace = pl.read_parquet(out, columns=["trace"])
        trace.write_parquet(Path(folder) / "trace.parquet")
        size = (Path(folder) / "trace.parquet").stat().st_size
        print(f"trace on disk: {size / frame.height:.1f} bytes a report")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=400_000)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    lines = json_lines(chosen.reports, 20260401)
    texts = lines.split(b"\n")[: chosen.reports]
    print(
        f"{chosen.reports:,} reports of {len(lines) / chosen.reports:.0f} bytes, median of {chosen.runs} runs"
    )
    loading(chosen.runs)
    one_by_one(texts[:5_000], chosen.runs)
    frame = pl.DataFrame({"report": [text.decode() for text in texts]})
    counting.count_frame(frame.head(10_000))
    in_columns(frame, chosen.runs)
    file_to_file(frame, chosen.runs)


if __name__ == "__main__":
    main()
