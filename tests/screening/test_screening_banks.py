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
    "a": {"auc": 0.86, "f1": 0.82, "offence_f1": 0.48, "evidence_recall": 0.56, "count_accepted": 0.62},
    "b": {"auc": 0.82, "f1": 0.77, "offence_f1": 0.42, "evidence_recall": 0.55, "count_accepted": 0.59},
    "d": {"auc": 0.94, "f1": 0.87, "offence_f1": 0.58, "evidence_recall": 0.74, "count_accepted": 0.79},
    "c": {"auc": 0.66, "f1": 0.67, "offence_f1": 0.25, "evidence_recall": 0.24, "count_accepted": 0.46},
    "e": {
        "auc": 0.57,
        "f1": 0.70,
        "offence_f1": 0.41,
        "evidence_recall": 0.26,
        "count_accepted": 0.53,
        "pairs_both_right": 0.30,
    },
}


@pytest.mark.parametrize("letter", FLOORS)
def test_the_screen_reads_each_bank_at_least_as_well_as_when_last_measured(letter):
    logs = read_bank(letter)
    figures = measures(logs, screen_bank(logs))
    short = {name: round(figures[name], 3) for name, floor in FLOORS[letter].items() if figures[name] < floor}
    assert not short, f"bank {letter.upper()} fell below its floor: {short}"
