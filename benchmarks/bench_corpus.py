"""What the corpus teaches: from each bank to every other, and how reading unseen banks grows with its size.

Only the weights of whole logs are fitted here (the words, not the lexicon nor the ranker), since they take a
second. The first table trains on one bank and tests on each other; the second adds training banks one after
the other, in several orders, and tests on the banks kept for test alone. Run:
``python benchmarks/bench_corpus.py [--orders N]``.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from firstpoint.screening.words.fitting import fit_weights
from firstpoint.screening.words.scoring import lean

BANKS = Path(__file__).resolve().parents[1] / "corpus" / "banks"
TEST_ALONE = "fghs"
STEPS = (1, 2, 4, 7, 10, 13, 16, 19, 22)

Log = dict[str, Any]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--orders", type=int, default=3)
    chosen = arguments.parse_args()
    banks = {file.stem.removeprefix("bank_"): read(file) for file in sorted(BANKS.glob("bank_*.jsonl"))}
    print_cells(banks)
    print_curve(banks, chosen.orders)


def read(file: Path) -> list[Log]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def print_cells(banks: dict[str, list[Log]]) -> None:
    """Area under the curve, trained on the bank of the row, tested on that of the column."""
    print("| trained on | " + " | ".join(letter.upper() for letter in banks) + " |")
    print("| --- |" + " --- |" * len(banks))
    for trained in banks:
        if trained in TEST_ALONE:
            continue
        areas = areas_of(banks[trained], banks)
        cells = [f"{areas[letter]:.2f}" if letter != trained else "" for letter in banks]
        print(f"| {trained.upper()} | " + " | ".join(cells) + " |")


def print_curve(banks: dict[str, list[Log]], orders: int) -> None:
    """Area under the curve on the banks for test alone, by the number of logs learnt from: the median of
    several orders in which banks are added."""
    learnt = [letter for letter in banks if letter not in TEST_ALONE]
    held = {letter: banks[letter] for letter in TEST_ALONE}
    print("| banks | logs | " + " | ".join(letter.upper() for letter in held) + " |")
    print("| --- | --- |" + " --- |" * len(held))
    for step in (step for step in STEPS if step <= len(learnt)):
        found = []
        for seed in range(orders):
            order = random.Random(seed).sample(learnt, len(learnt))[:step]  # noqa: S311 - repeatable
            logs = [log for letter in order for log in banks[letter]]
            found.append((len(logs), areas_of(logs, held)))
        size = statistics.median(size for size, _ in found)
        medians = [statistics.median(areas[letter] for _, areas in found) for letter in held]
        print(f"| {step} | {size:.0f} | " + " | ".join(f"{area:.3f}" for area in medians) + " |", flush=True)


def areas_of(learnt: Sequence[Log], tested: dict[str, list[Log]]) -> dict[str, float]:
    weights = fit_weights(learnt)
    return {
        letter: area(
            np.array([log["expected_crimes_total"] > 0 for log in logs]),
            np.array(
                [lean(log["text"], log["opening_code"], log["closing_code"], weights).whole for log in logs]
            ),
        )
        for letter, logs in tested.items()
    }


def area(due: Any, odds: Any) -> float:
    """The chance that a log with a crime due stands above one without, ties counted half."""
    above = odds[due][:, None] - odds[~due][None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


if __name__ == "__main__":
    main()
