import polars as pl
import pytest

from firstpoint.auditing import estimate
from firstpoint.errors import InputError
from firstpoint.simulation import auditor_marks


@pytest.fixture(scope="module")
def frame(force):
    return force.truth_incidents.filter(pl.col("stratum") != "").select("stratum", "incident_id", "kind")


def marks_of(force, rows, **changed):
    rates = {"auditor": "A1", "overlooks": 0.0, "over_calls": 0.0, "seed": 5, **changed}
    return auditor_marks(force, rows, **rates)


def test_an_auditor_who_never_errs_marks_the_truth(force, frame):
    marks = marks_of(force, frame)
    truth = frame.join(force.truth_incidents, on="incident_id", maintain_order="left")
    assert marks["should_record"].equals(truth["should_record"])
    assert marks["recorded"].equals(truth["recorded"])


def test_a_share_of_the_missed_crimes_is_overlooked(force, frame):
    full = marks_of(force, frame)["should_record"]
    missed = (full - marks_of(force, frame)["recorded"]).sum()
    overlooked = [
        (full - marks_of(force, frame, overlooks=0.3, seed=seed)["should_record"]).sum() for seed in range(8)
    ]
    assert sum(overlooked) / 8 / missed == pytest.approx(0.3, abs=0.03)


def test_a_share_of_reports_is_given_a_crime_that_is_not_due(force, frame):
    full, called = marks_of(force, frame), marks_of(force, frame, over_calls=0.08)
    extra = called["should_record"] - full["should_record"]
    assert set(extra.unique()) == {0, 1}
    assert extra.mean() == pytest.approx(0.08, abs=0.01)


def test_marks_repeat_for_a_seed_and_differ_for_another(force, frame):
    rows = frame.head(400)
    rates = {"overlooks": 0.2, "over_calls": 0.1}
    assert marks_of(force, rows, **rates).equals(marks_of(force, rows, **rates))
    assert not marks_of(force, rows, **rates).equals(marks_of(force, rows, **rates, seed=6))


def test_errors_found_are_named_and_counted(force, frame):
    marks = marks_of(force, frame)
    missed = marks.filter(pl.col("should_record") > pl.col("recorded"))
    assert missed["kind_of_error"].null_count() == 0
    assert (marks["in_time"] <= marks["recorded"]).all()
    assert (marks["in_time"] < marks["recorded"]).any()
    assert (marks["right_class"] < marks["recorded"]).any()


def test_marks_go_straight_into_the_estimate(force, frame):
    sample = frame.sort("stratum", "incident_id").group_by("stratum", maintain_order=True).head(300)
    result = estimate(marks_of(force, sample), frame)
    assert 0.5 < result.overall.estimate <= 1.0


def test_inclusion_probabilities_are_carried_over(force, frame):
    rows = frame.head(3).with_columns(inclusion_probability=pl.Series([0.1, 0.2, 0.3]))
    assert marks_of(force, rows)["inclusion_probability"].to_list() == [0.1, 0.2, 0.3]


def test_a_report_of_another_force_is_refused(force):
    rows = pl.DataFrame({"stratum": ["other"], "incident_id": ["nowhere"]})
    with pytest.raises(InputError, match="not the force's"):
        marks_of(force, rows)
