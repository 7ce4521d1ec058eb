import re

import attrs
import numpy as np
import polars as pl

from firstpoint.simulation import make_force, scenarios, usual_profile
from firstpoint.simulation.chance import Chance
from firstpoint.simulation.grammar_files import BANKS
from firstpoint.simulation.keyboard import slipped


def logs_of(force, condition: pl.Expr) -> pl.DataFrame:
    return force.incidents.join(
        force.truth_incidents.select("incident_id", "scenario", "recorded", "should_record"), on="incident_id"
    ).filter(condition)


def test_no_log_and_no_entry_is_empty(force):
    assert (force.incidents["text"].str.len_chars() > 20).all()
    assert (force.log_entries["text"].str.strip_chars().str.len_chars() > 0).all()


def test_no_slot_is_left_unfilled(force):
    assert not force.incidents["text"].str.contains(r"[{}]").any()


def test_a_log_is_the_join_of_its_entries_in_order_of_time(force):
    entries = force.log_entries
    assert entries.group_by("incident_id").agg(pl.col("entry_at").is_sorted())["entry_at"].all()
    local = pl.col("entry_at").dt.convert_time_zone("Europe/London").dt.strftime("%H:%M")
    joined = (
        entries.with_columns(line=local + " " + pl.col("author") + ": " + pl.col("text"))
        .group_by("incident_id", maintain_order=True)
        .agg(pl.col("line").str.join("\n"))
    )
    assert (
        force.incidents.join(joined, on="incident_id").select((pl.col("text") == pl.col("line")).all()).item()
    )


def test_logs_are_written_by_several_hands_over_time(force):
    per_log = force.log_entries.group_by("incident_id").agg(
        pl.col("author").n_unique(), span=pl.col("entry_at").max() - pl.col("entry_at").min()
    )
    assert (per_log["author"] >= 2).all()
    assert (per_log["span"] > pl.Series([0]).cast(pl.Duration("us"))[0]).all()


def test_incidents_close_after_their_last_entry(force):
    last = force.log_entries.group_by("incident_id").agg(pl.col("entry_at").max())
    joined = force.incidents.join(last, on="incident_id")
    assert (joined["closed_at"] >= joined["entry_at"]).all()


def test_a_crime_number_in_a_log_is_the_number_of_its_crime(force):
    number = re.compile(r"77/\d{6}/\d{2}")
    numbers = pl.concat(
        [
            table.select("incident_id", "crime_id").drop_nulls()
            for table in (force.truth_crimes, force.truth_errors)
        ]
    )
    held = dict(numbers.group_by("incident_id").agg("crime_id").iter_rows())
    named = 0
    for incident_id, text in force.incidents.select("incident_id", "text").iter_rows():
        for found in number.findall(text):
            named += 1
            assert found in held[incident_id]
    assert named > 1000


def test_a_dismissed_crime_is_closed_in_words_that_logs_without_crime_use_too(force):
    missed = logs_of(force, (pl.col("should_record") > 0) & (pl.col("recorded") == 0))
    empty = logs_of(force, pl.col("should_record") == 0)
    shared = set(missed["closing_code"].unique()) & set(empty["closing_code"].unique())
    assert {"NO OFFENCES DISCLOSED", "ADVICE GIVEN", "RESOLVED"} <= shared


def test_distractors_stand_in_logs_with_and_without_crime(force):
    for words in ("drama about a robbery", "get away with murder", "ever hit a burglar"):
        pattern = f"(?i){words}"
        for due in (pl.col("should_record") > 0, pl.col("should_record") == 0):
            assert logs_of(force, due & pl.col("text").str.contains(pattern)).height > 0


def test_the_number_of_victims_can_be_read_in_the_log(force):
    nine_cars = logs_of(force, (pl.col("scenario") == "damage_vehicle") & (pl.col("should_record") == 9))
    assert nine_cars.height > 0
    # A slip of the keyboard may fall on the very word.
    assert nine_cars["text"].str.contains("(?i)eight others").mean() > 0.8


def test_act_of_each_crime_scenario_is_told_in_several_ways():
    for scenario in scenarios().values():
        for act in scenario.acts:
            assert len(act.told) >= 2, scenario.id
        assert scenario.acts or len(scenario.stories) >= 2, scenario.id


def test_every_slot_of_every_phrase_can_be_filled():
    quiet = attrs.evolve(usual_profile(), typing_error_share=0.0)
    text = make_force(seed=11, incidents=4000, profile=quiet).incidents["text"]
    assert not text.str.contains(r"\{\w+\}").any()


def test_a_slip_of_the_keyboard_touches_one_letter():
    chance = Chance(np.random.default_rng(3))
    told = "caller states the window was broken"
    texts = [slipped(told, chance) for _ in range(200)]
    assert all(abs(len(text) - len(told)) <= 1 for text in texts)
    assert sum(text != told for text in texts) > 100


def test_typing_errors_can_be_turned_off():
    clean = make_force(seed=4, incidents=300, profile=attrs.evolve(usual_profile(), typing_error_share=0.0))
    closings = set(clean.log_entries.group_by("incident_id").last()["text"])
    assert "Nothing further for police." in closings
    assert len([text for text in closings if text.startswith("Nothing f")]) == 1


def test_sexual_offences_are_told_in_clinical_words():
    for bank in BANKS:
        for scenario in scenarios(bank).values():
            if scenario.family == "sexual":
                told = [line for act in scenario.acts for line in (*act.told, *act.more, *act.after)]
                assert all(len(line) < 120 for line in told), scenario.id
