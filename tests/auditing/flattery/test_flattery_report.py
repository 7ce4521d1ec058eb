"""The report keeps to its stated rate of false alarms, and finds what flatters."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from audit_builders import marks_of
from scipy.stats import binom

from firstpoint.auditing.flattery import FlatteryReport, Known, flattery_report
from firstpoint.errors import InputError
from firstpoint.simulation.audited_force import make_audited_force
from firstpoint.simulation.trial_audits import Trick, audited_frame, trial_marks, trial_report

TRIALS = 50


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    return audited_frame(make_audited_force(11, share=0.01), 200)


def test_honest_audits_raise_no_more_false_alarms_than_is_stated(frame: pl.DataFrame) -> None:
    alarms = sum(trial_report(frame, seed, overlooks=0.10).alarm for seed in range(TRIALS))
    # more than this would happen once in a thousand times if the rate were 5 %
    assert alarms <= binom.ppf(0.999, TRIALS, 0.05)


@pytest.mark.parametrize(
    ("trick", "look"),
    [
        (Trick(marks="all"), "known cases"),
        (Trick(picks="checked"), "records already checked"),
        (Trick(picks="route"), "routes of what was audited"),
    ],
)
def test_what_flatters_is_found_out_more_often_than_not(frame: pl.DataFrame, trick: Trick, look: str) -> None:
    assert found_out([trial_report(frame, seed, trick=trick) for seed in range(500, 508)], look) >= 0.5


def test_a_large_audit_is_found_out_by_its_marks_alone() -> None:
    large = audited_frame(make_audited_force(11, share=0.05), 900)
    everybody = [trial_report(large, seed, trick=Trick(marks="all")) for seed in range(700, 705)]
    assert found_out(everybody, "audit against screen") >= 0.5
    assert found_out(everybody, "second readings") >= 0.5
    one_of_three = [trial_report(large, seed, trick=Trick(marks="A")) for seed in range(710, 715)]
    assert found_out(one_of_three, "auditors against each other") >= 0.5


def found_out(reports: list[FlatteryReport], look: str) -> float:
    """The share of reports in which this look raises the alarm."""
    return float(
        np.mean([any(one.alarm and one.looked_at == look for one in each.signs) for each in reports])
    )


def test_the_report_says_its_rate_what_it_looked_at_and_what_it_could_not(frame: pl.DataFrame) -> None:
    report = flattery_report(trial_marks(frame, 3), Known(), seed=1)
    text = report.text()
    assert "at most 5%" in text
    assert "does not prove the audit right" in text
    assert text.count("Not looked at: it needs") == 8
    assert "second readings: Of" in text
    assert json.loads(json.dumps(report.as_dict(), allow_nan=False))["false_alarm_rate"] == 0.05


def test_the_same_seed_gives_the_same_report(frame: pl.DataFrame) -> None:
    assert trial_report(frame, 7) == trial_report(frame, 7)


def test_an_audited_incident_without_a_chance_is_named() -> None:
    marks = marks_of("other", (1, 1), (2, 1))
    known = Known(chances=pl.DataFrame({"incident_id": ["other-0000"], "chance_unrecorded": [0.1]}))
    with pytest.raises(InputError, match="no chance") as error:
        flattery_report(marks, known, seed=1)
    assert error.value.where == "incident other-0001"
    with pytest.raises(InputError, match="rate of false alarms"):
        flattery_report(marks, Known(), seed=1, false_alarm_rate=0.0)
