"""Floors under the accuracy on the annotated banks; A, B and D were used to set weights, C and E never.

The banks lie beside the checkout and are no part of it; without them these tests are skipped.
"""

from __future__ import annotations

import pytest
from bank_measures import BANKS, measures, read_bank, screen_bank

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not BANKS.is_dir(), reason=f"the annotated banks are not beside the checkout ({BANKS.name})"
    ),
]

FLOORS = {
    "a": {"auc": 0.91, "f1": 0.86, "offence_f1": 0.51, "evidence_recall": 0.61, "count_accepted": 0.70},
    "b": {"auc": 0.88, "f1": 0.84, "offence_f1": 0.42, "evidence_recall": 0.54, "count_accepted": 0.65},
    "d": {"auc": 0.95, "f1": 0.91, "offence_f1": 0.62, "evidence_recall": 0.76, "count_accepted": 0.86},
    "c": {"auc": 0.83, "f1": 0.80, "offence_f1": 0.34, "evidence_recall": 0.38, "count_accepted": 0.60},
    "e": {
        "auc": 0.70,
        "f1": 0.78,
        "offence_f1": 0.45,
        "evidence_recall": 0.43,
        "count_accepted": 0.57,  # one log of 150 fewer: wider patterns tell more kinds a log
        "pairs_both_right": 0.47,
    },
}


@pytest.mark.parametrize("letter", FLOORS)
def test_the_screen_reads_each_bank_at_least_as_well_as_when_last_measured(letter):
    logs = read_bank(letter)
    figures = measures(logs, screen_bank(logs))
    short = {name: round(figures[name], 3) for name, floor in FLOORS[letter].items() if figures[name] < floor}
    assert not short, f"bank {letter.upper()} fell below its floor: {short}"
