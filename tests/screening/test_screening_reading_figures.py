"""The figures of the benchmark: worked by hand, and the same as those that the floors are held on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from bank_measures import measures
from bench_reading import family_of, register_of, use_of, words_alone
from reading_figures import Pieces, figures


def log_of(number, crimes, pair, text="He hit her and ran", evidence=("hit her",)):
    return {
        "id": f"Z-{number:03}",
        "text": text,
        "pair": pair,
        "disclosed": [{"ho_class": "8N", "ho_class_alt": ["105A"], "crimes": crimes}],
        "expected_crimes_total": crimes,
        "accepted_crimes_total": [crimes, crimes],
        "evidence": list(evidence) if crimes else [],
    }


def row_of(chance, ho_class="105A", crimes=1, start=3):
    told = [
        {
            "ho_class": ho_class,
            "crimes": crimes,
            "certainty": chance,
            "evidence": [{"start": start, "end": start + 4}],
        }
    ]
    return {"chance_crime": chance, "disclosures": told}


# Thirty scenes of two: in the first twenty both are right, in the next five the crime is missed, in the last
# five the other half is flagged too.
LOGS = [log_of(2 * scene + half, half, f"Z-P{scene}") for scene in range(30) for half in (0, 1)]
CHANCES = [(0.2, 0.9)] * 20 + [(0.1, 0.4)] * 5 + [(0.7, 0.8)] * 5
ROWS = [row_of(chance) for scene in CHANCES for chance in scene]


@pytest.fixture(scope="module")
def told():
    return {one["name"]: one for one in figures(Pieces(LOGS, ROWS, 0.5))}


def test_figures_are_those_counted_by_hand(told):
    right, said, due = 25, 30, 30
    assert told["f1"]["value"] == pytest.approx(2 * right / (said + due), abs=1e-4)
    assert told["pairs_told_apart"]["value"] == pytest.approx(20 / 30, abs=1e-4)
    assert told["evidence_recall"]["value"] == pytest.approx(25 / 30, abs=1e-4)
    assert told["count_accepted"]["value"] == pytest.approx((20 * 2 + 5 + 5) / 60, abs=1e-4)
    assert told["pairs_told_apart"]["of"] == 30


def test_figures_are_the_same_as_those_that_floors_are_held_on(told):
    for name, value in measures(LOGS, ROWS).items():
        if name in told:
            assert told[name]["value"] == pytest.approx(value, abs=1e-4), name


def test_limits_hold_the_figure_and_come_again(told):
    again = {one["name"]: one for one in figures(Pieces(LOGS, ROWS, 0.5))}
    assert again == told
    assert all(one["low"] <= one["value"] <= one["high"] for one in told.values())
    assert told["pairs_told_apart"]["low"] < 20 / 30 < told["pairs_told_apart"]["high"]


def test_a_reader_of_words_alone_learns_words_and_tells_no_pair_apart():
    learnt = [log_of(1, 1, "a", text="punched kicked"), log_of(2, 0, "b", text="parked meeting")]
    told = words_alone(learnt, [log_of(3, 1, "c", text="kicked"), log_of(4, 0, "c", text="meeting")])
    assert told[0] > 0.5 > told[1]
    same = words_alone(learnt, [log_of(3, 1, "c", text="kicked door"), log_of(4, 0, "c", text="door kicked")])
    assert same[0] == same[1]


def test_banks_for_test_alone_are_named_so():
    uses = ["tuned on", "read for development", "measured in development", "test alone"]
    assert [use_of(letter, "ab", "bc") for letter in "acdf"] == uses


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("e-mail desk, Norfolk", "e-mail or letter"),
        ("northern control room shorthand", "control room"),
        ("email, second-language English", "interpreted or second language"),
        ("officer prose", "officer"),
        ("hospital e-mail", "e-mail or letter"),
        ("front counter, dialect", "front counter"),
    ],
)
def test_registers_of_all_banks_fall_into_a_few_kinds(told, kind):
    assert register_of(told) == kind


def test_a_class_of_fraud_has_a_family_of_its_own():
    assert family_of("NFIB_VARIOUS") == "Fraud (NFIB)"
    assert family_of("8N") == "Violence against the person"
