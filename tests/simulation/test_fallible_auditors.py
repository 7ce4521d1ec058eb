import polars as pl
import pytest

from firstpoint.auditing import estimate
from firstpoint.auditing.marks import check_marks, standing_readings
from firstpoint.errors import InputError
from firstpoint.simulation import Auditor, auditor_marks, marks_by, second_readings, usual_auditors


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


def errors_of(force, frame, auditor, **changed):
    """Crimes missed by the marks, as a share of those that were missed by the recorders."""
    told = marks_by(auditor, force, frame, seed=5, **changed)
    truth = frame.join(force.truth_incidents, on="incident_id", maintain_order="left")
    gap = (truth["should_record"] - truth["recorded"]).sum()
    return 1 - (told["should_record"] - told["recorded"]).sum() / gap


def test_one_who_learns_errs_less_as_the_pile_goes_down(force, frame):
    rows = frame.sample(fraction=1.0, shuffle=True, seed=1)
    new = Auditor("new", overlooks=0.6, learns=0.2)
    assert errors_of(force, rows.head(400), new) > 2 * errors_of(force, rows, new)
    assert errors_of(force, rows, Auditor("set", overlooks=0.6)) == pytest.approx(0.6, abs=0.05)


def test_one_who_flatters_passes_reports_in_which_a_crime_was_missed(force, frame):
    flattering = Auditor("kind", flatters=0.6)
    assert errors_of(force, frame, flattering) == pytest.approx(0.6, abs=0.06)
    marks, fair = marks_by(flattering, force, frame, seed=5), marks_of(force, frame)
    assert estimate(marks, frame).overall.estimate > estimate(fair, frame).overall.estimate + 0.02


def test_class_and_time_are_misjudged_both_ways(force, frame):
    slips = Auditor("hasty", class_slips=0.2, time_slips=0.2)
    marks, fair = marks_by(slips, force, frame, seed=5), marks_of(force, frame)
    for column in ("right_class", "in_time"):
        gap = marks[column] - fair[column]
        assert gap.min() < 0 < gap.max()
        assert (marks[column] <= marks["recorded"]).all()


def test_crimes_recorded_though_none_was_due_are_marked_apart(force, frame):
    marks = marks_of(force, frame)
    truth = frame.join(force.truth_incidents, on="incident_id", maintain_order="left")
    assert marks["over_recorded"].equals(truth["over_recorded"])
    assert marks["over_recorded"].sum() > 0
    assert (marks["recorded"] <= marks["should_record"]).all()


def test_second_readings_are_another_auditors_marks_of_a_share_of_the_reports(force, frame):
    rows = frame.head(1200)
    first = marks_by(usual_auditors()["new"], force, rows, seed=5)
    second = second_readings(usual_auditors()["practised"], force, first, share=0.25, seed=9)
    assert second.height == pytest.approx(300, abs=50)
    assert second["incident_id"].is_in(rows["incident_id"].to_list()).all()
    assert set(second["reading"]) == {"second"}
    assert set(second["auditor"]) == {"practised"}
    assert (second["second_probability"] == 0.25).all()
    both = check_marks(pl.concat([first, second], how="diagonal"))
    assert standing_readings(both).height == first.height


def test_usual_auditors_differ_in_skill(force, frame):
    missed = {name: errors_of(force, frame, auditor) for name, auditor in usual_auditors().items()}
    assert missed["practised"] < 0.1 < missed["hurried"]
    assert missed["flattering"] > 0.4


def test_an_auditor_of_an_impossible_share_is_refused(force, frame):
    with pytest.raises(InputError, match="not between"):
        Auditor("odd", overlooks=1.2)
    with pytest.raises(InputError, match="second readings"):
        second_readings(Auditor("a"), force, marks_of(force, frame.head(3)), share=0.0, seed=1)
