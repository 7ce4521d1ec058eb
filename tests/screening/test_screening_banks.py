"""Floors under the accuracy on the banks for test alone, which no weight and no word was ever fitted to."""

from __future__ import annotations

import pytest
from bank_measures import measures, read_bank, screen_bank

from firstpoint.screening import LogReader, thorough_reader

READERS = {"quickly": LogReader, "thoroughly": thorough_reader}
FLOORS = {
    ("f", "thoroughly"): {
        "auc": 0.97,
        "f1": 0.87,
        "offence_f1": 0.58,
        "evidence_recall": 0.83,
        "count_accepted": 0.80,
    },
    ("g", "thoroughly"): {
        "auc": 0.81,
        "f1": 0.78,
        "pairs_both_right": 0.52,
        "offence_f1": 0.53,
        "evidence_recall": 0.66,
        "count_accepted": 0.65,
    },
    ("h", "thoroughly"): {
        "auc": 0.97,
        "f1": 0.93,
        "offence_f1": 0.63,
        "evidence_recall": 0.92,
        "count_accepted": 0.79,
    },
    ("s", "thoroughly"): {
        "auc": 0.94,
        "f1": 0.88,
        "pairs_both_right": 0.54,
        "offence_f1": 0.60,
        "evidence_recall": 0.88,
        "count_accepted": 0.81,
    },
    ("f", "quickly"): {
        "auc": 0.94,
        "f1": 0.85,
        "offence_f1": 0.51,
        "evidence_recall": 0.82,
        "count_accepted": 0.78,
    },
    ("g", "quickly"): {
        "auc": 0.76,
        "f1": 0.73,
        "pairs_both_right": 0.41,
        "offence_f1": 0.38,
        "evidence_recall": 0.55,
        "count_accepted": 0.61,
    },
    ("h", "quickly"): {
        "auc": 0.95,
        "f1": 0.87,
        "offence_f1": 0.46,
        "evidence_recall": 0.82,
        "count_accepted": 0.74,
    },
    ("s", "quickly"): {
        "auc": 0.90,
        "f1": 0.82,
        "pairs_both_right": 0.38,
        "offence_f1": 0.55,
        "evidence_recall": 0.79,
        "count_accepted": 0.78,
    },
}


@pytest.mark.parametrize(("letter", "how"), FLOORS)
def test_the_screen_reads_each_bank_at_least_as_well_as_when_last_measured(letter, how):
    logs = read_bank(letter)
    figures = measures(logs, screen_bank(logs, READERS[how]()))
    floors = FLOORS[letter, how]
    short = {name: round(figures[name], 3) for name, floor in floors.items() if figures[name] < floor}
    assert not short, f"bank {letter.upper()}, read {how}, fell below its floor: {short}"
