"""Floors under the accuracy on the banks for test alone, which no weight and no word was ever fitted to."""

from __future__ import annotations

import pytest
from bank_measures import measures, read_bank, screen_bank

FLOORS = {
    "f": {"auc": 0.94, "f1": 0.83, "offence_f1": 0.52, "evidence_recall": 0.75, "count_accepted": 0.76},
    "g": {
        "auc": 0.74,
        "f1": 0.73,
        "offence_f1": 0.36,
        "evidence_recall": 0.55,
        "count_accepted": 0.60,
        "pairs_both_right": 0.41,
    },
    "h": {"auc": 0.94, "f1": 0.85, "offence_f1": 0.46, "evidence_recall": 0.80, "count_accepted": 0.72},
    "s": {
        "auc": 0.89,
        "f1": 0.82,
        "offence_f1": 0.52,
        "evidence_recall": 0.76,
        "count_accepted": 0.76,
        "pairs_both_right": 0.31,
    },
}


@pytest.mark.parametrize("letter", FLOORS)
def test_the_screen_reads_each_bank_at_least_as_well_as_when_last_measured(letter):
    logs = read_bank(letter)
    figures = measures(logs, screen_bank(logs))
    short = {name: round(figures[name], 3) for name, floor in FLOORS[letter].items() if figures[name] < floor}
    assert not short, f"bank {letter.upper()} fell below its floor: {short}"
