"""The made-up force for trying audits on is what it says it is."""

from __future__ import annotations

import numpy as np
import pytest

from firstpoint.simulation.audited_force import AuditedForce, make_audited_force

STATED = {
    "violence": {"incidents": 60_000, "rate": 0.800, "crimes_per_incident": 0.92, "design_effect": 1.7},
    "sexual": {"incidents": 8_000, "rate": 0.903, "crimes_per_incident": 1.15, "design_effect": 4.2},
    "other": {"incidents": 132_000, "rate": 0.951, "crimes_per_incident": 1.00, "design_effect": 1.6},
}


@pytest.fixture(scope="module")
def force() -> AuditedForce:
    return make_audited_force(1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_strata_rates_crimes_and_design_effects_are_those_that_audits_are_planned_for(seed: int) -> None:
    force = make_audited_force(seed)
    assert len(force.due) == 200_000
    assert force.rate == pytest.approx(0.906, abs=0.005)
    for name, figures in force.describe().items():
        stated = STATED[name]
        assert figures["incidents"] == stated["incidents"]
        assert figures["rate"] == pytest.approx(stated["rate"], abs=0.01)
        assert figures["crimes_per_incident"] == pytest.approx(stated["crimes_per_incident"], rel=0.05)
        assert figures["design_effect"] == pytest.approx(stated["design_effect"], rel=0.10)
        assert 0.20 <= figures["without_crime"] <= 0.28
        assert figures["most_crimes"] <= 20
    assert force.describe()["sexual"]["most_crimes"] == 20


def test_failures_take_whole_incidents_and_single_crimes(force: AuditedForce) -> None:
    several = force.due >= 2
    whole = (several & (force.recorded == 0)).sum()
    part = (several & (force.recorded > 0) & (force.missed > 0)).sum()
    assert whole > 1_000
    assert part > 500
    assert np.all((force.recorded >= 0) & (force.recorded <= force.due))


def test_one_in_some_sixty_incidents_is_linked_wrongly(force: AuditedForce) -> None:
    assert 0.010 <= np.mean(force.linked != force.recorded) <= 0.020


@pytest.mark.parametrize("auc", [0.95, 0.90, 0.80])
def test_the_screen_has_the_area_under_the_curve_that_it_says(force: AuditedForce, auc: float) -> None:
    chance = force.screened(auc)
    missing = force.missed > 0
    for code in range(3):
        rows = force.strata == code
        found = area(chance[rows], missing[rows])
        # four times what chance alone moves it by: 0.02 where 570 incidents of 8,000 have a missing crime
        luck = 2.0 * np.sqrt(auc * (1.0 - auc) / missing[rows].sum())
        assert found == pytest.approx(auc, abs=luck)
    # calibrated: of incidents with a chance of about a tenth about a tenth have a missing crime
    about = (chance > 0.08) & (chance < 0.12)
    assert missing[about].mean() == pytest.approx(chance[about].mean(), abs=0.012)


def area(score: np.ndarray, label: np.ndarray) -> float:
    ranks = np.empty(len(score))
    ranks[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
    positive = int(label.sum())
    return (ranks[label].sum() - positive * (positive + 1) / 2) / (positive * (len(label) - positive))


def test_a_blind_spot_lowers_what_the_screen_can_tell(force: AuditedForce) -> None:
    missing = force.missed > 0
    sharp, blind = force.screened(0.9), force.screened(0.9, blind_share=0.15)
    assert area(blind, missing) < area(sharp, missing) - 0.03
    assert force.screened(0.9, stretched=2.0).max() <= 0.999


def test_the_same_seed_makes_the_same_force_and_a_share_of_it_is_of_the_same_kind() -> None:
    one, other = make_audited_force(4, share=0.05), make_audited_force(4, share=0.05)
    assert np.array_equal(one.due, other.due)
    assert np.array_equal(one.luck, other.luck)
    assert len(one.due) == 10_000
    assert one.rate == pytest.approx(0.906, abs=0.02)
