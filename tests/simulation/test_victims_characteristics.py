"""Each protected characteristic of a victim is a value or a lawful reason, more or less whole by unit."""

import polars as pl
import pytest

from firstpoint.records import TABLES
from firstpoint.simulation.characteristics import characteristics
from firstpoint.simulation.grammar_files import toml_of

LAWFUL = {"not relevant", "refused", "not asked", "unknown to caller"}
NAMES = [each.name for each in characteristics()]


@pytest.fixture(scope="module")
def by_unit(force):
    owners = force.crimes.drop_nulls("victim_id").select("victim_id", "unit").unique("victim_id")
    people = force.victims.filter(
        pl.col("age_absent").ne_missing("not relevant") | pl.col("age").is_not_null()
    )
    return people.join(owners, on="victim_id")


def test_every_field_of_the_victims_table_that_has_a_reason_is_filled_here():
    columns = TABLES["victims"].schema()
    with_reason = {
        name.removesuffix(ending)
        for ending in ("_absent_because", "_absent")
        for name in columns
        if name.endswith(ending)
    }
    assert set(NAMES) == with_reason
    assert {"age", "sex", "ethnicity", "disability", "religion", "sexual_orientation"} <= set(NAMES)


@pytest.mark.parametrize("each", characteristics(), ids=lambda each: each.name)
def test_a_field_has_a_value_or_a_reason_and_never_both(force, each):
    both = force.victims.filter(pl.col(each.name).is_not_null() & pl.col(each.reason).is_not_null())
    assert both.height == 0
    assert set(force.victims[each.reason].drop_nulls().unique()) <= LAWFUL
    neither = force.victims.select(
        (pl.col(each.name).is_null() & pl.col(each.reason).is_null()).mean()
    ).item()
    assert 0 < neither < 0.15


def test_values_are_those_of_the_data(force):
    for name, row in toml_of("characteristics").items():
        if name in NAMES and "values" in row:
            assert set(force.victims[name].drop_nulls().unique()) <= set(row["values"])


def test_a_firm_or_household_has_none_of_them(force):
    premises = force.truth_crimes.filter(pl.col("victim_sex").is_null()).drop_nulls("victim_id")
    of_premises = force.victims.filter(pl.col("victim_id").is_in(premises["victim_id"].to_list()))
    assert of_premises.height > 100
    for each in characteristics():
        assert of_premises[each.name].null_count() == of_premises.height
        assert (of_premises[each.reason] == "not relevant").all()


def test_units_ask_at_rates_of_their_own(by_unit):
    asked = dict(by_unit.group_by("unit").agg(pl.col("religion").is_not_null().mean()).iter_rows())
    assert asked["North"] > asked["Central"] > asked["South"]
    gaps = pl.col("religion").is_null() & pl.col("religion_absent").is_null()
    unexplained = dict(by_unit.group_by("unit").agg(gaps.mean()).iter_rows())
    assert unexplained["South"] > unexplained["North"]


def test_age_and_sex_are_nearly_whole_and_the_rest_is_not(by_unit):
    whole = {name: 1 - by_unit[name].null_count() / by_unit.height for name in NAMES}
    assert whole["age"] > 0.9
    assert whole["sex"] > 0.9
    assert whole["ethnicity"] < 0.8
    assert max(whole[name] for name in ("disability", "religion", "sexual_orientation")) < 0.6
