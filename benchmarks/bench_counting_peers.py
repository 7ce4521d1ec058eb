"""The same rules on three engines in one run: ours, zen-engine and OpenFisca-core.

    python benchmarks/bench_counting_peers.py --peers PEERS/bin/python [--reports 10000] [--seed 20260401]

The subset: the recording test and the classification of assaults, as they stand in the newest rule book, and
the number of crimes of a report (one for each victim). The decision tables of zen and the formulas of
OpenFisca are made from the rows of our CSV in this run, so nobody's rules are written by hand. All facts that
the two tables read are given, since neither peer can follow an unknown fact both ways.

What is timed differs in the peers' favour, and the output says so: we are given whole reports and must read
the facts out of them, check them, look for crimes that absorb others, and name rows and missing facts; the
peers are given the finished facts of each victim and give classes and a number. ``ours, tables alone`` is our
interpreter of tables on the same finished facts.

The peers run in processes of their own with an environment of their own; nothing of ours imports them or is
imported by them. This program installs nothing. To make that environment:

    python3.11 -m venv PEERS
    PEERS/bin/python -m pip install --require-hashes -r requirements/bench.txt

Before anything is timed, the answers of all engines on the timed reports are held against each other; a
single difference ends the run. Licences: docs/decisions/0005-peers-in-benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from firstpoint import counting
from firstpoint.counting.books import Book, read_class_result
from firstpoint.counting.cells import Choice, Fact, Interval
from firstpoint.counting.columns import frames
from firstpoint.counting.columns.book import asked_by, workings_of
from firstpoint.counting.columns.findings import findings_of
from firstpoint.counting.columns.matters import matters_in
from firstpoint.counting.columns.reading import Coded, read_coded
from firstpoint.counting.columns.reckoning import reckon_in
from firstpoint.counting.columns.standing import standing_of
from firstpoint.counting.compiled import compiled, matters_of
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.reports import reckoning_of
from firstpoint.counting.tables import Table

HERE = Path(__file__).parent
CLASSES = "class_assaults"
INJURIES = ("none", "passing_pain", "minor", "lasting_pain", "wound", "serious", "psychiatric", "fatal")
ROLES = (
    "victim", "victim", "victim", "parent_guardian_or_carer", "professional_health", "neighbour", "passer_by",
    "police_officer",
)  # fmt: skip
CONFIRMS = ("confirmed", "confirmed", "confirmed", "denied", "declined", "not_spoken_to", "untraced")

Report = dict[str, Any]
#: The finished facts of one victim, numbers as ranges.
Sheet = dict[str, Fact]
#: Of a report: the number of crimes, and how many of each class and code.
Answer = tuple[int, dict[str, int]]


def ours_scalar(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Give our verdicts, one report after another."""
    return [counting.count_report(report) for report in reports]


def ours_columnar(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Give our verdicts on a frame whose column ``report`` holds reports as JSON text."""
    return counting.count_frame(frame, workers=1).to_dicts()


def coded(frame: pl.DataFrame) -> Coded:
    """Give reports as columns of codes in memory, as the peer over arrays is given its facts."""
    return read_coded(*frames.places_of(frames.texts_of(frame)))


def ours_in_memory(told: Coded, book: Book) -> int:
    """Give the crimes that reports in memory require, tracing the rows applied; on one processor."""
    every = np.ones(len(told.day), dtype=np.uint8)
    matters = matters_in(told, every, asked_by(book), workings_of(book))
    findings = findings_of(book)
    found = findings.of(matters)
    reckoned = reckon_in(told, matters, found, findings.columns(), standing_of(book))
    frames.trace_of(matters, found, findings.columns(), reckoned, np.arange(len(every)), findings, len(every))
    return int(reckoned.total.sum())


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--peers", type=Path, help="the Python of an environment with requirements/bench.txt")
    ask.add_argument("--reports", type=int, default=10_000)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--seed", type=int, default=20260401)
    asked = ask.parse_args()
    book = counting.newest_book()
    reports = invented_reports(book, asked.reports, asked.seed)
    frame = pl.DataFrame({"report": [json.dumps(report) for report in reports]})
    sheets = [sheets_of(report, book) for report in reports]
    answers = [answer_of(verdict) for verdict in ours_scalar(reports)]
    refuse_difference("columnar", answers, [answer_of(verdict) for verdict in ours_columnar(frame)])
    refuse_difference("tables alone", answers, [answer_of_tables(sheet, book) for sheet in sheets])
    print(
        f"{len(reports)} reports, {sum(map(len, sheets))} victims, {sum(n for n, _ in answers)} crimes; ",
        end="",
    )
    print(f"book {book.id}, tables record_test and {CLASSES}\n")
    timings = [*time_ours(reports, frame, sheets, book, asked.runs)]
    if asked.peers:
        timings += time_peers(asked.peers, sheets, answers, book, asked.runs)
    else:
        print("No peers: --peers was not given. The head of this file says how to make their environment.\n")
    print("| engine | reports per second | one report p50 | p99 |\n|---|---|---|---|")
    for name, rate, half, most in timings:
        print(f"| {name} | {rate:,.0f} | {micro(half)} | {micro(most)} |")


def micro(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1e6:,.1f} µs"


def invented_reports(book: Book, number: int, seed: int) -> list[Report]:
    """Give reports of assaults on one to four people; every fact that the two tables read is known."""
    chance = random.Random(seed)  # noqa: S311 - made-up data
    reports: list[Report] = []
    while len(reports) < number:
        report = invented_report(chance, len(reports))
        if all(settled(table, facts) for facts in sheets_of(report, book) for table in both_tables(book)):
            reports.append(report)
    return reports


def invented_report(chance: random.Random, number: int) -> Report:
    victims = [
        {
            "id": f"v{at}",
            "confirms": chance.choice(CONFIRMS),
            "duty": chance.choice(("none", "none", "none", "constable", "emergency_worker")),
            "age": chance.randint(18, 80),
        }
        for at in range(1, chance.choice((1, 1, 1, 1, 2, 3, 4)) + 1)
    ]
    allegation: Report = {
        "id": "a1",
        "kind": chance.choice(("assault", "assault", "assault", "strangulation")),
        "victims": [victim["id"] for victim in victims],
        "offender": "o1",
        "hostility": [chance.choice(("none", "none", "none", "none", "race", "religion", "disability"))],
        "harm_intent": chance.choice(("less_than_serious", "less_than_serious", "none", "serious")),
        "injury": chance.choice(INJURIES),
        "contrary_evidence": chance.choice(("none",) * 9 + ("credible",)),
    }
    judged = [
        {"about": about, "value": value, "by": "supervisor"}
        for about, value in (("necessary_or_appropriate", "yes"), ("crime_in_law", "no"))
        if chance.random() < 0.08
    ]
    return {
        "schema_version": 1,
        "report_id": f"R-{number}",
        "reported_at": "2026-05-11T09:30:00+01:00",
        "reporter": {"role": chance.choice(ROLES)},
        "allegations": [allegation],
        "victims": victims,
        "offenders": [{"id": "o1"}],
        **({"judgements": judged} if judged else {}),
    }


def both_tables(book: Book) -> tuple[Table, Table]:
    """Give the table of classes and the recording test."""
    return next(t for t in book.tables() if t.stage == CLASSES), book.record_test


def sheets_of(report: Report, book: Book) -> list[Sheet]:
    """Give the finished facts of each victim, with those that the class adds for the recording test."""
    classes, _ = both_tables(book)
    sheets: list[Sheet] = []
    for matter in matters_of(report, compiled(book)):
        row = classes.decide(matter.facts).row
        sheets.append({**matter.facts, **(of_class(row.result, book) if row else {})})
    return sheets


def of_class(result: str, book: Book) -> dict[str, str]:
    reached = read_class_result(result)
    if reached is None:
        return {}
    rule = book.class_rule(reached.ho_class, reached.ho_code)
    assert rule.unit == "victim", f"{result} is not counted by victim, so it is outside the subset"
    return {"counted_by": "victim", "serious_class": "yes" if rule.serious_at_school else "no"}


def settled(table: Table, facts: Mapping[str, Fact]) -> bool:
    """Say whether the first row that applies does so without any stronger row left open."""
    for row in table.rows_for(facts):
        met, _ = row.answer(facts)
        if met != "no":
            return met == "yes"
    return False


def answer_of(verdict: Mapping[str, Any]) -> Answer:
    classes: Counter[str] = Counter()
    for crime in verdict["crimes"]:
        classes[" ".join(filter(None, (crime["ho_class"], crime.get("ho_code"))))] += crime["count"]
    return verdict["total"], dict(sorted(classes.items()))


def answer_of_tables(sheets: Sequence[Mapping[str, Fact]], book: Book) -> Answer:
    classes: Counter[str] = Counter()
    table, test = both_tables(book)
    for facts in sheets:
        reached, tested = table.decide(facts).row, test.decide(facts).row
        assert reached
        assert tested
        if read_class_result(reached.result) and tested.result == "record":
            classes[reached.result] += 1
    return classes.total(), dict(sorted(classes.items()))


def refuse_difference(name: str, ours: Sequence[Answer], theirs: Sequence[Any]) -> None:
    """End the run at the first report that two engines answer differently."""
    assert len(ours) == len(theirs), f"{name}: {len(theirs)} answers for {len(ours)} reports"
    for at, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one != (other[0], other[1]):
            raise SystemExit(f"{name} answers report R-{at} with {other}, we with {one}. Nothing was timed.")


Timing = tuple[str, float, float | None, float | None]


def time_ours(
    reports: Sequence[Report],
    frame: pl.DataFrame,
    sheets: Sequence[Sequence[Mapping[str, Fact]]],
    book: Book,
    runs: int,
) -> list[Timing]:
    number = len(reports)
    whole = best(lambda: ours_scalar(reports), number, runs)
    short = best(lambda: [reckoning_of(report).trace for report in reports], number, runs)
    many = pl.concat([frame] * max(1, 100_000 // number))
    columnar = best(lambda: counting.count_frame(many, workers=1), many.height, runs)
    told = coded(many)
    in_memory = best(lambda: ours_in_memory(told, book), many.height, runs)
    tables = best(lambda: [answer_of_tables(sheet, book) for sheet in sheets], number, runs)
    return [
        (
            "ours, whole reports, full verdict and trace",
            whole,
            *one_by_one(lambda r: ours_scalar([r]), reports),
        ),
        (
            "ours, whole reports, decision, total and trace",
            short,
            *one_by_one(lambda r: reckoning_of(r).trace, reports),
        ),
        ("ours, columns from JSON text, with trace, one processor", columnar, None, None),
        ("ours, columns in memory, with trace, one processor", in_memory, None, None),
        (
            "ours, tables alone, on the peers' facts",
            tables,
            *one_by_one(lambda sheet: answer_of_tables(sheet, book), sheets),
        ),
    ]


def best(job: Callable[[], object], number: int, runs: int) -> float:
    """Give the best of several runs, in reports per second."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - started)
    return number / min(seconds)


def one_by_one(job: Callable[[Any], object], each: Sequence[Any]) -> tuple[float, float]:
    """Give the median and the 99th percentile of the time that one report takes, in seconds."""
    seconds = []
    for one in each[:5_000]:
        started = time.perf_counter()
        job(one)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), statistics.quantiles(seconds, n=100)[98]


def time_peers(
    python: Path,
    sheets: Sequence[Sequence[Mapping[str, Fact]]],
    answers: Sequence[Answer],
    book: Book,
    runs: int,
) -> list[Timing]:
    """Give the peers' timings, each measured in its own process once its answers agree with ours."""
    timings: list[Timing] = []
    with tempfile.TemporaryDirectory() as place:
        subset = Path(place) / "subset.json"
        subset.write_text(json.dumps(subset_for_peers(sheets, book)), encoding="utf-8")
        for peer in ("zen_tables.py", "openfisca_formulas.py"):
            refuse_difference(peer, answers, ask_peer(python, peer, "answers", subset, runs))
            timings += [tuple(each) for each in ask_peer(python, peer, "times", subset, runs)]
    return timings


def ask_peer(python: Path, peer: str, what: str, subset: Path, runs: int) -> Any:
    command = [str(python), "-I", str(HERE / "peers" / peer), what, str(subset), str(runs)]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if ran.returncode:
        sys.exit(f"{peer} failed:\n{ran.stderr}")
    return json.loads(ran.stdout)


def subset_for_peers(sheets: Sequence[Sequence[Mapping[str, Fact]]], book: Book) -> dict[str, Any]:
    """Give the rows and the facts in plain values.

    ``counts`` says of a result whether it is a class, so that the recording test decides.
    """
    tables = {name: plain_rows(t) for name, t in zip(("class", "test"), both_tables(book), strict=True)}
    cells = [(name, cell) for rows in tables.values() for row in rows for name, cell in row["cells"].items()]
    columns = sorted({name for name, _ in cells})
    absent = {name: -1 if isinstance(cell, dict) else UNKNOWN for name, cell in cells}
    told = [
        [{name: plain(facts.get(name, absent[name])) for name in columns} for facts in sheet]
        for sheet in sheets
    ]
    results = {row["result"] for row in tables["class"]}
    classes = {result: read_class_result(result) is not None for result in results}
    return {"columns": columns, "tables": tables, "counts": classes, "reports": told}


def plain(fact: Fact | int) -> str | int:
    """Give a fact as a peer reads it; a number that is not known is none that a row reads."""
    if isinstance(fact, tuple):
        return fact[0] if fact[0] == fact[1] else -1
    return fact


def plain_rows(table: Table) -> list[dict[str, Any]]:
    """Give the rows of a table: of each column the accepted values, or the lowest and highest number."""
    rows = []
    for row in table.rows:
        cells: dict[str, Any] = {}
        for column, cell in row.cells:
            if isinstance(cell, Interval):
                cells[column] = {"low": cell.low, "high": cell.high}
            elif isinstance(cell, Choice):
                cells[column] = sorted(cell.points())
        rows.append({"id": row.id, "cells": cells, "result": row.result})
    return rows


if __name__ == "__main__":
    main()
