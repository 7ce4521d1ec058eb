"""Options that would do nothing are named, and audits are compared by all that they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from click.testing import CliRunner, Result

from firstpoint.cli import audit_watch, main


def audit(*words: Any) -> Result:
    return CliRunner().invoke(main, ["audit", *(str(word) for word in words)])


def said(*words: Any) -> str:
    answer = audit(*words)
    assert answer.exit_code == 0, answer.output
    return answer.output


def as_json(*words: Any) -> Any:
    answer = audit(*words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def refused(*words: Any) -> str:
    answer = audit(*words)
    assert answer.exit_code == 2, answer.output
    return " ".join(answer.output.split())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One audit of 120 reports; the same with a quarter read twice; a frame with and without predictions."""
    folder = tmp_path_factory.mktemp("options")
    chance = np.random.default_rng(5)
    ids = [f"V{at:04d}" for at in range(1200)]
    linked = chance.integers(0, 3, 1200)
    named = linked + (chance.random(1200) < 0.2)
    frame = pl.DataFrame({"stratum": ["violence"] * 1200, "incident_id": ids})
    frame.write_csv(folder / "frame.csv")
    totals = {"stratum": ["violence", "sexual", "other"], "incidents": [1200, 300, 2000]}
    pl.DataFrame(totals).write_csv(folder / "totals.csv")
    frame.with_columns(named=pl.Series(named), linked=pl.Series(linked)).write_csv(folder / "named.csv")
    marks = frame.gather_every(10).with_columns(
        should_record=pl.lit(1),
        recorded=pl.Series((chance.random(120) < 0.9).astype(int)),
        unit=pl.Series([f"U{at % 2}" for at in range(120)]),
    )
    marks.write_csv(folder / "marks.csv")
    first = marks.with_columns(reading=pl.lit("first"), auditor=pl.lit("A"), second_probability=pl.lit(0.25))
    again = first.gather_every(4).with_columns(
        reading=pl.lit("second"),
        auditor=pl.lit("B"),
        recorded=pl.Series([0 if at % 4 == 0 else one for at, one in enumerate(first["recorded"][::4])]),
    )
    pl.concat([first, again]).write_csv(folder / "twice.csv")
    return folder


def frames(folder: Path) -> tuple[Any, ...]:
    return ("--earlier-frame", folder / "frame.csv", "--later-frame", folder / "frame.csv")


# --- estimate ----------------------------------------------------------------------------------------------


def test_rates_by_part_are_refused_where_second_readings_would_be_left_out(files: Path) -> None:
    asked = ("estimate", files / "twice.csv", "--frame", files / "frame.csv", "--by", "unit")
    assert "--plain" in refused(*asked)
    assert said(*asked, "--plain") == said("estimate", files / "marks.csv", *asked[2:])


@pytest.mark.parametrize("option", [("--method",), ("--drawn", "frame.csv"), ("--on", "2026-01-01")])
def test_what_does_nothing_for_rates_by_part_is_named(files: Path, option: tuple[str, ...]) -> None:
    given = [files / word if word.endswith(".csv") else word for word in option]
    words = refused("estimate", files / "marks.csv", "--frame", files / "frame.csv", "--by", "unit", *given)
    assert f"{option[0]} would do nothing for --by and --of" in words


def test_what_does_nothing_for_an_assisted_estimate_is_named(files: Path) -> None:
    asked = ("estimate", files / "twice.csv", "--frame", files / "frame.csv")
    both = ("--variance", "jackknife", "--single-incidents", "average")
    assert "--variance, --single-incidents would do nothing" in refused(*asked, *both)
    assert "jackknife variance" in said(*asked, "--plain", "--method", *both)
    assert "--drawn would do nothing for a plain" in refused(
        *asked, "--plain", "--drawn", files / "frame.csv"
    )
    assert "--on would do nothing" in refused(*asked, "--on", "2026-01-01")


# --- compare -----------------------------------------------------------------------------------------------


def test_a_comparison_takes_the_rate_that_second_readings_correct(files: Path) -> None:
    alone = as_json("estimate", files / "twice.csv", "--frame", files / "frame.csv")
    found = as_json("compare", files / "marks.csv", files / "twice.csv", *frames(files))
    assert found["overall"]["later"]["estimate"] == alone["overall"]["estimate"]
    assert found["overall"]["later"]["low"] == alone["overall"]["low"]
    assert found["overall"]["difference"]["estimate"] < 0.0
    assert any("120 incidents are in both audits" in one for one in found["cautions"])
    plain = as_json("compare", files / "marks.csv", files / "twice.csv", *frames(files), "--plain")
    assert plain["overall"]["difference"]["estimate"] == 0.0
    assert any("second readings are left aside" in one for one in plain["cautions"])


def test_no_smallest_change_of_nothing_is_told(files: Path, tmp_path: Path) -> None:
    marks = pl.read_csv(files / "marks.csv").with_columns(recorded=pl.lit(1))
    marks.write_csv(tmp_path / "perfect.csv")
    found = as_json("compare", tmp_path / "perfect.csv", tmp_path / "perfect.csv", *frames(files))
    assert found["overall"]["smallest_found"] > 0.005
    assert not any("change of 0.0 points" in one for one in found["sentences"])
    marks.select("stratum", "incident_id").write_csv(tmp_path / "whole.csv")
    whole = ("--earlier-frame", tmp_path / "whole.csv", "--later-frame", tmp_path / "whole.csv")
    found = as_json("compare", tmp_path / "perfect.csv", tmp_path / "perfect.csv", *whole)
    assert len(found["sentences"]) == 1


def test_no_rise_or_fall_is_told_of_audits_of_other_strata(files: Path, tmp_path: Path) -> None:
    more = pl.DataFrame({"stratum": ["sexual"] * 60, "incident_id": [f"S{at}" for at in range(60)]})
    pl.concat([pl.read_csv(files / "frame.csv"), more]).write_csv(tmp_path / "frame.csv")
    poor = more.with_columns(should_record=pl.lit(1), recorded=pl.lit(0), unit=pl.lit("U0"))
    marks = pl.read_csv(files / "marks.csv")
    shape = {"should_record": pl.Int64, "recorded": pl.Int64}
    pl.concat([marks, poor.cast(shape).select(marks.columns)]).write_csv(  # type: ignore[arg-type]
        tmp_path / "wider.csv"
    )
    asked = ("compare", files / "marks.csv", tmp_path / "wider.csv")
    both = ("--earlier-frame", files / "frame.csv", "--later-frame", tmp_path / "frame.csv")
    found = as_json(*asked, *both)
    assert found["sentences"] == [
        "The two audits are not of the same strata, so they do not tell whether the recording rate of the "
        "whole rose or fell; compare stratum by stratum (violence)."
    ]
    assert found["overall"]["sentence"] is None
    assert "recording rate fell" not in said(*asked, *both)


def test_two_estimates_of_one_day_are_refused(files: Path, tmp_path: Path) -> None:
    answer = as_json("estimate", files / "marks.csv", "--frame", files / "frame.csv")
    (tmp_path / "one.json").write_text(json.dumps(answer), encoding="utf-8")
    day = f"2026-01-01={tmp_path / 'one.json'}"
    assert "Two estimates are given for 2026-01-01" in refused("combine", day, day)


# --- design and draw ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        ("--days", 10),
        ("--tell", 0.9, 0.8),
        ("--allocation", "equal"),
        ("--assured",),
        ("--harm", "violence=2"),
        ("--whole-force",),
        ("--plot-cost", "cost.svg"),
    ],
)
def test_what_does_nothing_for_an_assisted_plan_is_named(files: Path, given: tuple[Any, ...]) -> None:
    words = refused("design", files / "named.csv", "--assisted", *given)
    assert f"{given[0]} would do nothing for an assisted plan" in words


@pytest.mark.parametrize(
    "given",
    [
        ("--mixing", 0.5),
        ("--allocation", "equal"),
        ("--days", 10, "--assured"),
        ("--days", 10, "--whole-force"),
    ],
)
def test_what_does_nothing_for_a_plain_plan_is_named(files: Path, given: tuple[Any, ...]) -> None:
    assert "would do nothing" in refused("design", files / "frame.csv", *given)


def test_an_assisted_plan_has_its_auditor_days_and_its_mixing(files: Path) -> None:
    asked = ("design", files / "named.csv", "--assisted", "--half-width", 4)
    plan = as_json(*asked, "--minutes", 30, "--read-twice", 0.5)
    days = as_json(*asked, "--minutes", 30)["auditor_days"]
    assert plan["auditor_days"] == pytest.approx(1.5 * days)
    assert "auditor days at 30 minutes" in said(*asked, "--minutes", 30)
    assert sum(as_json(*asked, "--mixing", 1)["sizes"].values()) > sum(plan["sizes"].values())


def test_a_plan_as_json_has_one_shape_and_its_auditor_days(files: Path) -> None:
    plan = as_json("design", files / "totals.csv", "--half-width", 5)
    assert set(plan) == {"plan", "auditor_days", "rehearsal", "power"}
    assert plan["auditor_days"] > 0.0


@pytest.mark.parametrize("given", [("--mixing", 0.5), ("--tiers", 5)])
def test_what_does_nothing_for_a_plain_draw_is_named(
    files: Path, tmp_path: Path, given: tuple[Any, ...]
) -> None:
    window = ("--seed", 1, "--from", "2026-01-01", "--to", "2026-03-31", "--out", tmp_path / "s.csv")
    assert f"{given[0]} would do nothing" in refused("draw", files / "named.csv", *given, *window)


def test_a_size_set_by_hand_is_recorded_as_such_and_tiers_have_their_own_margin(
    files: Path, tmp_path: Path
) -> None:
    window = ("--seed", 1, "--from", "2026-01-01", "--to", "2026-03-31", "--out", tmp_path / "s.csv")
    asked = ("draw", files / "named.csv", "--assisted", "--size", "violence=50")
    said(*asked, *window)
    single = json.loads((tmp_path / "s.csv.json").read_text(encoding="utf-8"))
    assert single["how_sizes_were_set"] == "Each stratum's size was set by hand."
    said(*asked, "--tiers", 2, *window)
    tiers = json.loads((tmp_path / "s.csv.json").read_text(encoding="utf-8"))
    assert tiers["half_width_points"] != single["half_width_points"]
    assert "--mixing would do nothing for a draw by tiers" in refused(
        *asked, "--tiers", 2, "--mixing", 0.5, *window
    )


def test_the_help_of_a_draw_names_no_option_that_it_has_not() -> None:
    draw, design = ("".join(said(name, "--help").split()) for name in ("draw", "design"))
    assert "--whole-force" not in draw
    assert "force-widewith--whole-force" in design


def test_the_sentence_on_weeks_is_whole_where_nine_in_ten_is_never_reached(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = audit_watch.weeks_until_seen
    monkeypatch.setattr(
        audit_watch,
        "weeks_until_seen",
        lambda *audits, **more: evolve(real(*audits, **more), median_weeks=9, ninetieth_weeks=None),
    )
    words = said("effort", files / "marks.csv", "--a-week", 20, "--trials", 20)
    assert "within 9 weeks in half of the trials; false alarms" in words
