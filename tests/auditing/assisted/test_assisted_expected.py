"""What an assisted audit is expected to give, worked out by hand for equal residuals."""

from __future__ import annotations

import polars as pl
import pytest

from firstpoint.auditing.assisted import assisted_sizes, freeze
from firstpoint.auditing.assisted.expected import assisted_plan, expected_half_width
from firstpoint.auditing.intervals import normal_z
from firstpoint.errors import InputError, Refused


def predictions(spreads: dict[str, tuple[int, float]], due: float = 1.0) -> pl.DataFrame:
    rows = [
        (stratum, f"{stratum}-{at}", due, 0.9 * due, spread)
        for stratum, (held, spread) in spreads.items()
        for at in range(held)
    ]
    columns = ["stratum", "incident_id", "predicted_due", "predicted_recorded", "predicted_sd"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_equal_residuals_give_the_half_width_of_a_simple_random_sample() -> None:
    frozen = freeze(predictions({"violence": (1000, 0.3)}))
    expected = 100 * normal_z(0.95) * 0.3 * (1 / 100 - 1 / 1000) ** 0.5
    for mixing in (0.25, 0.5, 1.0):
        got = expected_half_width(frozen, {"violence": 100}, mixing=mixing)
        assert got == pytest.approx(expected)


def test_a_plan_is_the_smallest_that_leads_one_to_expect_the_margin() -> None:
    frozen = freeze(predictions({"violence": (2000, 0.4), "other": (5000, 0.15)}))
    sizes = assisted_plan(frozen, half_width_points=3.0)
    assert expected_half_width(frozen, sizes) <= 3.0
    fewer = assisted_sizes(frozen, sum(sizes.values()) - 1)
    assert expected_half_width(frozen, fewer) > 3.0


def test_reports_taken_whole_leave_nothing_to_chance_and_what_cannot_be_is_refused() -> None:
    frozen = freeze(predictions({"violence": (50, 0.3)}))
    assert expected_half_width(frozen, {"violence": 50}) == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(InputError, match="half-width"):
        assisted_plan(frozen, half_width_points=0.0)
    with pytest.raises(Refused, match="no rate"):
        expected_half_width(freeze(predictions({"violence": (50, 0.3)}, due=0.0)), {"violence": 50})


def test_a_draw_by_tiers_has_the_margin_of_its_tiers() -> None:
    """400 residuals of 0.1 and 100 of 0.4 sum alike, so each is a tier with 30 of the 60 audits."""
    rows = pl.concat([predictions({"other": (400, 0.1)}), predictions({"other": (100, 0.4)})])
    frozen = freeze(rows.with_columns(incident_id=pl.Series([f"i{at}" for at in range(500)])))
    expected = 100 * normal_z(0.95) * (400 * 0.01 * (400 / 30 - 1) + 100 * 0.16 * (100 / 30 - 1)) ** 0.5 / 500
    assert expected_half_width(frozen, {"other": 60}, tiers=2) == pytest.approx(expected)
    assert expected_half_width(frozen, assisted_plan(frozen, tiers=2), tiers=2) <= 3.0
