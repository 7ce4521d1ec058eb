import json

import polars as pl
import pytest

from firstpoint.simulation import opening_codes, scenarios, usual_profile
from firstpoint.vocabulary import offence_class, offence_codes

WHOLE = {"dismissed_in_closing", "awaiting_statement", "left_to_agency", "filed_on_existing", "n100_misuse"}
NOT_DUE = ["over_recorded", "recorded_twice"]
PART = {"only_one_victim", "first_act_only"}


def not_due(force) -> pl.Series:
    errors = force.truth_errors.filter(pl.col("error").is_in(NOT_DUE))
    assert errors["due_id"].null_count() == errors.height
    return errors["crime_id"]


def test_every_crime_recorded_answers_one_crime_due_or_is_an_error(force):
    held = pl.concat([force.truth_crimes["crime_id"].drop_nulls(), not_due(force)])
    assert held.is_unique().all()
    assert held.sort().equals(force.crimes["crime_id"].sort())


def test_the_crimes_of_a_report_stand_under_its_incident_or_where_the_truth_says(force):
    told = pl.concat(
        [
            force.truth_crimes.drop_nulls("crime_id").select(
                "crime_id", report=pl.coalesce("filed_under", "incident_id")
            ),
            force.truth_errors.filter(pl.col("due_id").is_null()).select("crime_id", report="incident_id"),
        ]
    ).sort("crime_id")
    held = force.crimes.select("crime_id", report=pl.coalesce("incident_id", "crime_id")).sort("crime_id")
    assert held.equals(told)


def test_what_was_recorded_of_a_report_is_counted_wherever_it_is_filed(force):
    counts = force.truth_crimes.group_by("incident_id").agg(pl.col("crime_id").count().cast(pl.Int64))
    joined = force.truth_incidents.join(counts, on="incident_id", how="left")
    assert joined["recorded"].equals(joined["crime_id"].fill_null(0), check_names=False)


def test_crimes_filed_under_another_incident_name_a_related_one(force):
    elsewhere = force.truth_crimes.drop_nulls("filed_under")
    assert elsewhere.height > 20
    related = force.truth_incidents.select("incident_id", "repeat_of", "secondary_to")
    own = elsewhere.join(related, on="incident_id", how="left")
    both = own.join(related, left_on="filed_under", right_on="incident_id", how="left", suffix="_there")
    assert both.height == elsewhere.height
    further_call = (pl.col("repeat_of_there") == pl.col("incident_id")).fill_null(value=False)
    arisen_from = (pl.col("secondary_to") == pl.col("filed_under")).fill_null(value=False)
    assert both.select((further_call | arisen_from).all()).item()


def test_a_repeat_call_has_nothing_due_and_follows_the_first(force):
    times = force.incidents.select("incident_id", "received_at", "unit", "easting")
    repeats = force.truth_incidents.drop_nulls("repeat_of").join(times, on="incident_id")
    assert repeats.height > 500
    assert (repeats["should_record"] == 0).all()
    firsts = repeats.join(times, left_on="repeat_of", right_on="incident_id", suffix="_first")
    assert firsts.height == repeats.height
    assert (firsts["received_at"] >= firsts["received_at_first"]).all()
    assert (firsts["easting"] == firsts["easting_first"]).all()


def test_cancelled_crimes_carry_their_ground_and_some_are_cancelled_wrongly(force):
    cancelled = force.crimes.filter(pl.col("status") == "cancelled")
    assert set(cancelled["cancellation"].unique()) <= {"C2", "C3", "C4"}
    wrongly = force.truth_errors.filter(pl.col("error") == "wrongly_cancelled")["crime_id"]
    assert 0 < wrongly.len() < cancelled.height
    assert wrongly.is_in(cancelled["crime_id"].to_list()).all()


def test_crimes_due_sum_to_what_reports_should_have_recorded(force):
    due = force.truth_crimes.group_by("incident_id").agg(pl.len().cast(pl.Int64).alias("due"))
    joined = force.truth_incidents.join(due, on="incident_id", how="left")
    assert joined["should_record"].equals(joined["due"].fill_null(0), check_names=False)


def test_sums_by_stratum_agree_between_reports_and_crimes(force):
    strata = force.truth_incidents.select("incident_id", "stratum")
    crimes = force.truth_crimes.join(strata, on="incident_id").group_by("stratum")
    from_crimes = crimes.agg(pl.len().cast(pl.Int64), pl.col("crime_id").count().cast(pl.Int64)).sort(
        "stratum"
    )
    reports = force.truth_incidents.filter(pl.col("should_record") > 0).group_by("stratum")
    from_reports = reports.agg(pl.col("should_record").sum(), pl.col("recorded").sum()).sort("stratum")
    assert from_crimes.rows() == from_reports.rows()


def test_crimes_recorded_follow_the_rates_of_the_profile(force):
    logged = force.truth_incidents.filter(pl.col("kind") == "incident").group_by("stratum")
    rates = logged.agg(pl.col("recorded").sum() / pl.col("should_record").sum())
    tolerance = {"violence": 0.03, "sexual": 0.10, "other": 0.02, "none": 0.05}
    for stratum, rate in rates.iter_rows():
        name = stratum or "none"
        assert rate == pytest.approx(usual_profile().recording_rate[name], abs=tolerance[name]), name


def test_an_error_of_each_kind_occurs(force):
    others = {"wrong_class", "late", "wrongly_cancelled", *NOT_DUE}
    assert set(force.truth_errors["error"].unique()) == WHOLE | PART | others


def test_missed_crimes_have_a_reason_that_fits_what_else_was_recorded(force):
    missed = force.truth_crimes.filter(pl.col("crime_id").is_null()).join(force.truth_errors, on="due_id")
    assert missed.height == force.truth_crimes["crime_id"].null_count()
    reasons = {
        error: set(rows["error_right"].to_list())
        for (error,), rows in missed.partition_by("error", as_dict=True).items()
    }
    assert reasons["not_recorded"] <= WHOLE
    assert reasons["fewer_than_required"] <= PART


def test_late_is_more_than_24_hours_after_the_report(force):
    timed = force.truth_crimes.join(force.crimes, on="crime_id", suffix="_held").with_columns(
        late=(pl.col("recorded_at") - pl.col("reported_at")) > pl.duration(hours=24)
    )
    assert timed.filter(pl.col("error") == "late")["late"].all()
    assert not timed.filter(pl.col("error") == "none")["late"].any()
    assert 0.85 < (~timed["late"]).mean() < 0.97


def test_a_class_given_wrongly_is_one_it_is_easily_taken_for(force):
    wrong = force.truth_crimes.filter(pl.col("error") == "wrong_class")
    confused = {
        ho_class: set(act.taken_for)
        for scenario in scenarios().values()
        for act in scenario.acts
        for ho_class in act.ho_class.values()
    }
    assert wrong.height > 50
    assert all(offence_class(row["recorded_class"]) for row in wrong.iter_rows(named=True))
    assert any(row["recorded_class"] in confused[row["ho_class"]] for row in wrong.iter_rows(named=True))


def test_there_are_enough_scenarios_of_either_sort():
    crimes = [one for one in scenarios().values() if one.is_crime]
    others = [one for one in scenarios().values() if not one.is_crime]
    assert len(crimes) >= 26
    assert len(others) >= 14


def test_every_class_and_code_of_a_scenario_is_on_the_notifiable_list():
    listed = {(code.ho_code, code.class_code) for code in offence_codes() if code.current}
    used = {
        (act.ho_code[sex], act.ho_class[sex])
        for scenario in scenarios().values()
        for act in scenario.acts
        for sex in act.ho_class
    }
    # A male child's rape code stands in the scenario though only girls are drawn for it.
    assert used <= listed


def test_every_opening_code_is_in_the_table_and_the_table_knows_the_strata():
    opened = {code for scenario in scenarios().values() for code in scenario.openings.values}
    assert opened <= set(opening_codes())
    assert set(opening_codes().values()) == {"violence", "sexual", "other", ""}


def test_every_scenario_befalls_the_force(force):
    assert set(force.truth_incidents["scenario"].unique()) == set(scenarios())


def test_a_third_party_rape_is_no_crime_yet(force):
    unconfirmed = force.truth_incidents.filter(pl.col("scenario") == "third_party_rape")
    assert (unconfirmed["should_record"] == 0).all()
    facts = json.loads(unconfirmed["facts"][0])
    assert facts["allegations"][0]["kind"] == "rape"
    assert facts["victims"][0]["confirms"] == "not_spoken_to"


def test_units_miss_crimes_for_reasons_of_their_own_and_are_late_at_rates_of_their_own(force):
    units = force.truth_incidents.filter(pl.col("kind") == "incident").select("incident_id", "unit")
    errors = force.truth_errors.drop_nulls("due_id").join(units, on="incident_id")
    waited = errors.filter(pl.col("error").is_in(["dismissed_in_closing", "awaiting_statement"]))
    shares = dict(waited.group_by("unit").agg((pl.col("error") == "awaiting_statement").mean()).iter_rows())
    assert shares["South"] > shares["Central"] + 0.1
    held = force.truth_crimes.drop_nulls("crime_id").join(units, on="incident_id").select("unit", "due_id")
    late = held.join(errors.filter(pl.col("error") == "late").select("due_id"), on="due_id", how="semi")
    rate = {
        unit: late.filter(pl.col("unit") == unit).height / n
        for unit, n in held.group_by("unit").len().iter_rows()
    }
    assert rate["South"] > rate["North"] + 0.02
