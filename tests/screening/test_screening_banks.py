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
    "a": {"auc": 0.89, "f1": 0.85, "offence_f1": 0.50, "evidence_recall": 0.58, "count_accepted": 0.69},
    "b": {"auc": 0.83, "f1": 0.80, "offence_f1": 0.42, "evidence_recall": 0.54, "count_accepted": 0.63},
    "d": {"auc": 0.95, "f1": 0.91, "offence_f1": 0.62, "evidence_recall": 0.76, "count_accepted": 0.86},
    "c": {"auc": 0.72, "f1": 0.70, "offence_f1": 0.27, "evidence_recall": 0.28, "count_accepted": 0.52},
    "e": {
        "auc": 0.60,
        "f1": 0.74,
        "offence_f1": 0.43,
        "evidence_recall": 0.31,
        "count_accepted": 0.58,
        "pairs_both_right": 0.36,
    },
}


@pytest.mark.parametrize("letter", FLOORS)
def test_the_screen_reads_each_bank_at_least_as_well_as_when_last_measured(letter):
    logs = read_bank(letter)
    figures = measures(logs, screen_bank(logs))
    short = {name: round(figures[name], 3) for name, floor in FLOORS[letter].items() if figures[name] < floor}
    assert not short, f"bank {letter.upper()} fell below its floor: {short}"
