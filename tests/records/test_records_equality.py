"""For each protected characteristic a value, or the lawful reason why not: counted by field and group."""

from __future__ import annotations

import polars as pl
import pytest
from clean_force import clean_force
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.errors import InputError
from firstpoint.records import CHARACTERISTICS, TABLES, equality_completeness
from firstpoint.records.chance import wilson
from firstpoint.records.equality import REASONS


def victims(*rows, **columns):
    """Victims with these ethnicities and reasons, every other characteristic held."""
    frame = pl.DataFrame(
        {
            "victim_id": [f"V{at}" for at in range(len(rows))],
            "ethnicity": [value for value, _ in rows],
            "ethnicity_absent": [reason for _, reason in rows],
            **columns,
        },
        schema_overrides={"ethnicity": pl.String, "ethnicity_absent": pl.String},
    )
    empty = TABLES["victims"].empty()
    return pl.concat([empty, frame], how="diagonal_relaxed").select(empty.columns)


def of(completeness, by="all", group="all victims", characteristic="Race (ethnicity)"):
    return completeness.filter(by=by, group=group, characteristic=characteristic).row(0, named=True)


def test_a_value_a_reason_and_silence_are_told_apart():
    counted = of(
        equality_completeness(
            victims(("A1", None), ("A1", None), (None, "refused"), (None, "not relevant"), (None, None))
        )
    )
    assert (counted["victims"], counted["held"], counted["refused"], counted["silent"]) == (5, 2, 1, 1)
    assert counted["accounted_share"] == pytest.approx(0.8)
    assert counted["held_share"] == pytest.approx(2 / 4)


def test_a_value_beside_a_reason_is_held_and_contradicted():
    counted = of(equality_completeness(victims(("A1", "refused"))))
    assert (counted["held"], counted["contradicted"], counted["refused"], counted["silent"]) == (1, 1, 0, 0)


def test_a_word_that_says_nothing_is_no_value():
    counted = of(
        equality_completeness(victims(("Not Known", None), ("not known", "not asked"), ("A1", None)))
    )
    assert (counted["held"], counted["silent"], counted["not_asked"]) == (1, 1, 1)


def test_shares_are_given_by_unit_and_by_group_of_offence_and_a_victim_counts_once_in_each():
    crimes = pl.DataFrame(
        {
            "victim_id": ["V0", "V0", "V0", "V1", "V9"],
            "unit": ["North", "North", "South", "North", "North"],
            "ho_class": ["8N", "8N", "34B", "34B", "8N"],
        }
    )
    counted = equality_completeness(victims(("A1", None), (None, None), ("B2", None)), crimes)
    assert [(of(counted, "unit", unit)["victims"]) for unit in ("North", "South")] == [2, 1]
    assert of(counted, "unit", "North")["accounted_share"] == 0.5
    assert of(counted, "offence group", "Violence against the person")["victims"] == 1
    assert of(counted, "offence group", "Robbery")["silent"] == 1


def test_every_characteristic_of_the_act_has_its_two_columns():
    assert len(CHARACTERISTICS) == 9
    for each in CHARACTERISTICS:
        assert TABLES["victims"].column(each.reason_column).allowed == REASONS
        assert TABLES["victims"].column(each.column)


def test_no_victims_give_no_rows_and_a_missing_column_is_named():
    assert equality_completeness(TABLES["victims"].empty()).is_empty()
    with pytest.raises(InputError, match="religion_absent"):
        equality_completeness(TABLES["victims"].empty().drop("religion_absent"))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1_000), st.integers(1, 4))
def test_whatever_the_victims_every_one_is_counted_once_in_every_field(seed, days):
    frames = clean_force(seed, days=days, a_day=20, words=1)
    counted = equality_completeness(frames["victims"], frames["crimes"])
    parts = ["held", *(reason.replace(" ", "_") for reason in REASONS), "silent"]
    assert (counted["victims"] == counted.select(pl.sum_horizontal(parts)).to_series()).all()
    inside = counted.filter(pl.col("accounted_share").is_between(pl.col("low") - 1e-9, pl.col("high") + 1e-9))
    assert inside.height == counted.height
    assert set(counted.filter(by="all")["victims"]) <= {frames["victims"].height}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000), st.sampled_from([each.column for each in CHARACTERISTICS]))
def test_a_silenced_victim_moves_its_own_field_and_no_other(seed, column):
    frame = clean_force(seed, days=2, a_day=20, words=1)["victims"]
    absent = f"{column}_absent"
    first = pl.int_range(pl.len()) == 0
    silenced = frame.with_columns(pl.when(~first).then(pl.col(name)).alias(name) for name in (column, absent))
    before, after = equality_completeness(frame), equality_completeness(silenced)
    moved = before.filter(before["silent"] != after["silent"])["characteristic"].to_list()
    assert moved == [each.title for each in CHARACTERISTICS if each.column == column]


@pytest.mark.parametrize(
    ("hits", "rows", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_that_of_the_textbook(hits, rows, low, high):
    assert wilson(hits, rows) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
