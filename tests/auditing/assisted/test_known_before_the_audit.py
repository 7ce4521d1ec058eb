"""What the screen wrote and the crimes held, put beside the frame."""

from __future__ import annotations

import polars as pl
import pytest

from firstpoint.auditing.assisted import known_before, screened_predictions
from firstpoint.errors import InputError

FRAME = pl.DataFrame({"stratum": ["violence", "other", "other"], "incident_id": ["I1", "I2", "C9"]})
SCREENED = pl.DataFrame(
    {"incident_id": ["I1", "I7"], "chance_unrecorded": [0.4, 0.9], "expected_crimes": [2.5, 1.0]}
)
CRIMES = pl.DataFrame({"crime_id": ["C1", "C2", "C9"], "incident_id": ["I1", "I2", None]})


def test_each_report_gets_its_chance_what_is_named_and_what_is_linked() -> None:
    known = known_before(FRAME, SCREENED, CRIMES)
    assert known["incident_id"].to_list() == ["I1", "I2", "C9"]
    assert known["chance_unrecorded"].to_list() == [0.4, 0.02, 0.02]
    assert known["named"].to_list() == [2.5, 1.0, 1.0]
    assert known["linked"].to_list() == [1.0, 1.0, 1.0]
    assert screened_predictions(known)["predicted_due"].to_list() == pytest.approx([1.6, 1.01, 1.01])


def test_a_second_joining_takes_the_place_of_the_first() -> None:
    once = known_before(FRAME, SCREENED, CRIMES)
    assert known_before(once, SCREENED, CRIMES).equals(once)


def test_a_column_that_is_wanting_is_named() -> None:
    with pytest.raises(InputError, match="expected_crimes"):
        known_before(FRAME, SCREENED.drop("expected_crimes"), CRIMES)
