"""Floors under the accuracy on the banks for test alone, which no weight and no word was ever fitted to."""

from __future__ import annotations

import pytest
from bank_measures import measures, read_bank, screen_bank

FLOORS = {
    "f": {"auc": 0.94, "f1": 0.83, "offence_f1": 0.51, "evidence_recall": 0.75, "count_accepted": 0.75},
    "g": {
        "auc": 0.74,
        "f1": 0.70,
        "offence_f1": 0.32,
        "evidence_recall": 0.51,
        "count_accepted": 0.60,
        "pairs_both_right": 0.36,
    },
    "h": {"auc": 0.93, "f1": 0.83, "offence_f1": 0.43, "evidence_recall": 0.75, "count_accepted": 0.70},
}


@pytest.mark.parametrize("letter", FLOORS)
def test_the_screen_reads_each_bank_at_least_as_well_as_when_last_measured(letter):
    logs = read_bank(letter)
    figures = measures(logs, screen_bank(logs))
    short = {name: round(figures[name], 3) for name, floor in FLOORS[letter].items() if figures[name] < floor}
    assert not short, f"bank {letter.upper()} fell below its floor: {short}"
