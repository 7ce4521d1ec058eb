"""Counting, asked with the facts of each made-up report, must find the crimes that the truth holds due."""

import json
from collections import Counter
from datetime import date

import polars as pl
import pytest

from firstpoint.counting import count_frame, count_report, newest_book
from firstpoint.simulation import make_month, scenarios

PER_SCENARIO = 12


@pytest.mark.parametrize("scenario", sorted(scenarios()))
def test_counting_finds_the_crimes_due(force, scenario):
    reports = force.truth_incidents.filter(pl.col("scenario") == scenario)
    shown = pl.concat([reports.head(PER_SCENARIO), reports.sort("should_record").tail(PER_SCENARIO)])
    for incident_id, facts in shown.select("incident_id", "facts").iter_rows():
        due = force.truth_crimes.filter(pl.col("incident_id") == incident_id)["ho_class"].to_list()
        verdict = count_report(json.loads(facts))
        counted: Counter[str] = Counter()
        for crime in verdict["crimes"]:
            counted[crime["ho_class"]] += crime["count"]
        assert counted == Counter(due), (verdict["decision"], facts)


def test_counting_finds_no_crime_in_further_calls_about_one_that_is_told(force):
    repeats = force.truth_incidents.filter(pl.col("repeat_of").is_not_null())
    for facts in repeats.unique("scenario", maintain_order=True)["facts"]:
        assert count_report(json.loads(facts))["total"] == 0, facts


def test_counting_finds_the_reported_incident_that_the_truth_names(force):
    named = force.truth_incidents.drop_nulls("reported_incident")
    assert named.height > 10
    for code, facts in named.select("reported_incident", "facts").head(10).iter_rows():
        verdict = count_report(json.loads(facts))
        assert [each["code"] for each in verdict["reported_incidents"]] == [code]


def test_a_frame_of_reports_of_every_sort_counts_as_the_truth_has_it(force):
    # Below the 2,000 reports from which loops are compiled, so that a new installation need not wait.
    repeats = force.truth_incidents.filter(pl.col("repeat_of").is_not_null()).head(400)
    large = force.truth_incidents.sort("should_record", descending=True).head(300)
    rest = force.truth_incidents.sample(1_250, seed=4)
    shown = pl.concat([repeats, large, rest]).unique("incident_id", maintain_order=True)
    counted = count_frame(shown.select(report="facts"))
    assert counted["fault"].null_count() == shown.height
    assert counted["total"].cast(pl.Int64).equals(shown["should_record"], check_names=False)


def test_years_before_the_newest_book_are_told_under_its_rules():
    month = make_month(seed=4, month=date(2022, 11, 1), incidents_a_year=6_000).truth_incidents
    counted = count_frame(month.select(report="facts"), book=newest_book())
    assert counted["total"].cast(pl.Int64).equals(month["should_record"], check_names=False)
