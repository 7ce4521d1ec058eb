"""Counting, asked with the facts of each made-up report, must find the crimes that the truth holds due."""

import json
from collections import Counter

import polars as pl
import pytest

from firstpoint.counting import count_report
from firstpoint.simulation import scenarios

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
