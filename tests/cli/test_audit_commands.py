"""The audit commands: what they say to people and to machines, on small files that are worked out here."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

from firstpoint.cli import main

STRATA = {"violence": (900, 100, 0.85), "sexual": (300, 80, 0.9), "other": (1500, 100, 0.95)}


def audit(*words: Any) -> Result:
    return CliRunner().invoke(main, ["audit", *(str(word) for word in words)])


def said(*words: Any) -> str:
    answer = audit(*words)
    assert answer.exit_code == 0, answer.output
    return answer.output


def as_json(*words: Any) -> Any:
    return json.loads(CliRunner().invoke(main, ["audit", *(str(word) for word in words), "--json"]).stdout)


def marks_of(seed: int, *, worse: float = 0.0) -> pl.DataFrame:
    """An audit of three strata: each incident has one or two crimes and misses all or none."""
    chance = np.random.default_rng(seed)
    rows = []
    for stratum, (_, size, rate) in STRATA.items():
        for at in range(size):
            due = int(chance.integers(1, 3))
            recorded = due * int(chance.random() < rate - worse)
            rows.append((stratum, f"{stratum}-{at:04d}", due, recorded, f"U{at % 4}"))
    columns = ["stratum", "incident_id", "should_record", "recorded", "unit"]
    return pl.DataFrame(rows, schema=columns, orient="row")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An audit on disk: frames of both kinds, marks of two audits, second readings, a daily audit."""
    folder = tmp_path_factory.mktemp("audit")
    frame = [(s, f"{s}-{at:04d}") for s, (held, _, _) in STRATA.items() for at in range(held)]
    pl.DataFrame(frame, schema=["stratum", "incident_id"], orient="row").write_csv(folder / "frame.csv")
    pl.DataFrame(
        {
            "stratum": list(STRATA),
            "incidents": [held for held, _, _ in STRATA.values()],
            "recorded_crimes_12m": [2000, 500, 4000],
        }
    ).write_csv(folder / "totals.csv")
    marks = marks_of(1)
    marks.write_csv(folder / "marks.csv")
    marks_of(2, worse=0.15).write_csv(folder / "later.csv")
    twice(marks).write_csv(folder / "twice.csv")
    daily().write_csv(folder / "daily.csv")
    return folder


def twice(marks: pl.DataFrame) -> pl.DataFrame:
    """The marks with every fourth report of each stratum read again, one in ten of these otherwise."""
    first = marks.with_columns(reading=pl.lit("first"), auditor=pl.lit("A1"), second_probability=pl.lit(0.25))
    again = first.gather_every(4).with_row_index()
    other = (pl.col("index") % 10 == 0) & (pl.col("recorded") > 0)
    second = again.with_columns(
        recorded=pl.when(other).then(pl.col("recorded") - 1).otherwise("recorded"),
        reading=pl.lit("second"),
        auditor=pl.when(pl.col("index") % 2 == 0).then(pl.lit("B1")).otherwise(pl.lit("B2")),
    ).drop("index")
    return pl.concat([first, second])


def daily() -> pl.DataFrame:
    chance = np.random.default_rng(3)
    rows = []
    for week in range(50):
        for at in range(30):
            right = chance.random() < (0.96 if week < 20 else 0.8)
            rows.append(
                (date(2026, 1, 5) + timedelta(days=7 * week + at % 7), f"D{week}-{at}", 1, int(right))
            )
    return pl.DataFrame(rows, schema=["day", "incident_id", "should_record", "recorded"], orient="row")


def picture(path: Path) -> str:
    """Check that a picture stands there with its words and its figures, and give its description."""
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own drawing
    assert root[0].tag.endswith("title")
    assert root[1].tag.endswith("desc")
    assert pl.read_csv(path.with_suffix(".csv")).height > 0
    return root[1].text or ""


# --- design and draw ----------------------------------------------------------------------------------------


def test_a_plan_says_its_cost_and_a_budget_says_what_it_buys(files: Path) -> None:
    assert "auditor days" in said("design", files / "frame.csv", "--half-width", 5)
    plan = as_json("design", files / "frame.csv", "--days", 20)
    assert plan["auditor_days"] <= 20.0
    assert sum(row["sample"] for row in plan["plan"]) > 0
    whole = as_json("design", files / "frame.csv", "--whole-force", "--half-width", 5)
    assert max(row["force_half_width_points"] for row in whole["plan"]) <= 5.0


def test_a_plan_is_rehearsed_on_the_last_audit_before_anybody_marks(files: Path, tmp_path: Path) -> None:
    last = ("--last-marks", files / "marks.csv", "--last-frame", files / "frame.csv", "--runs", 200)
    drawn = ("--plot", tmp_path / "widths.svg", "--plot-cost", tmp_path / "cost.svg")
    output = said("design", files / "frame.csv", "--half-width", 6, *last, *drawn, "--tell", 0.9, 0.8)
    assert "200 audits of this design" in output
    assert "with a chance of" in output
    assert "nine in ten" in picture(tmp_path / "widths.svg")
    assert "auditor days" in picture(tmp_path / "cost.svg")
    answer = as_json("design", files / "frame.csv", "--half-width", 6, *last)
    assert {row["part"] for row in answer["rehearsal"]["parts"]} == {*STRATA, "overall"}


def test_a_plan_without_a_last_audit_is_drawn_by_ways_of_sharing_out(files: Path, tmp_path: Path) -> None:
    said("design", files / "frame.csv", "--plot", tmp_path / "widths.svg")
    assert "neyman sizes" in picture(tmp_path / "widths.svg")


def with_offences_named(files: Path, folder: Path) -> Path:
    chance = np.random.default_rng(4)
    frame = pl.read_csv(files / "frame.csv")
    linked = chance.integers(0, 3, frame.height)
    more = (chance.random(frame.height) < 0.2).astype(int)
    path = folder / "named.csv"
    frame.with_columns(named=pl.Series(linked + more), linked=pl.Series(linked)).write_csv(path)
    return path


def test_an_assisted_draw_freezes_its_predictions_and_the_estimate_asks_for_the_same(
    files: Path, tmp_path: Path
) -> None:
    named = with_offences_named(files, tmp_path)
    plan = as_json("design", named, "--assisted", "--half-width", 4)
    assert plan["expected_half_width_points"] <= 4.0
    window = ("--from", "2026-01-01", "--to", "2026-03-31", "--out", tmp_path / "sample.csv")
    said("draw", named, "--assisted", "--half-width", 4, "--seed", 7, *window)
    record = json.loads((tmp_path / "sample.csv.json").read_text(encoding="utf-8"))
    assert record["predictions_sha256"] == plan["predictions_sha256"]
    assert record["sizes"] == plan["sizes"]
    sample = pl.read_csv(tmp_path / "sample.csv")
    frozen = tmp_path / "sample.csv.frame.parquet"
    due = pl.read_parquet(frozen).select("incident_id", pl.col("predicted_due").round().cast(pl.Int64))
    sample.join(due, on="incident_id").select(
        "stratum",
        "incident_id",
        "inclusion_probability",
        should_record=pl.col("predicted_due") + 1,
        recorded=pl.col("predicted_due"),
    ).write_csv(tmp_path / "marks.csv")
    drawn = ("--drawn", tmp_path / "sample.csv.json")
    output = said("estimate", tmp_path / "marks.csv", "--frame", frozen, *drawn)
    assert "plain ratio" in output
    assert "auditors overlook" in output
    answer = as_json("estimate", tmp_path / "marks.csv", "--frame", frozen, *drawn)
    assert answer["predictions_sha256"] == record["predictions_sha256"]
    assert len(answer["heaviest"]) == 10
    other = tmp_path / "other.parquet"
    pl.read_parquet(frozen).with_columns(pl.col("predicted_due") + 0.5).write_parquet(other)
    refused = audit("estimate", tmp_path / "marks.csv", "--frame", other, *drawn)
    assert refused.exit_code == 2


def test_an_assisted_plan_is_rehearsed_on_the_last_audit(files: Path, tmp_path: Path) -> None:
    named = with_offences_named(files, tmp_path)
    last = ("--last-marks", files / "marks.csv", "--last-frame", named, "--runs", 100)
    answer = as_json("design", named, "--assisted", "--half-width", 4, *last)
    assert {row["part"] for row in answer["rehearsal"]["parts"]} == {*STRATA, "overall"}
    output = said("design", named, "--assisted", "--half-width", 4, *last, "--plot", tmp_path / "w.svg")
    assert "difference estimator" in output
    assert "overall" in picture(tmp_path / "w.svg")
    assert "a quarter more" in audit("design", named, "--assisted", "--half-width", 4).output


def test_what_the_screen_wrote_drives_a_draw_and_the_picking_of_second_readings(
    files: Path, tmp_path: Path
) -> None:
    frame = pl.read_csv(files / "frame.csv")
    chance = np.random.default_rng(8).random(frame.height)
    frame.select(
        "incident_id", chance_unrecorded=pl.Series(chance * 0.3), expected_crimes=pl.lit(1.0)
    ).write_parquet(tmp_path / "screened.parquet")
    frame.head(2000).select(crime_id=pl.format("C{}", "incident_id"), incident_id="incident_id").write_csv(
        tmp_path / "crimes.csv"
    )
    asked = ("draw", files / "frame.csv", "--assisted", "--seed", 3, "--half-width", 8, "--tiers", 4)
    window = ("--from", "2026-01-01", "--to", "2026-03-31", "--out", tmp_path / "s.csv")
    screened = ("--screened", tmp_path / "screened.parquet", "--crimes", tmp_path / "crimes.csv")
    said(*asked, *window, *screened)
    frozen = pl.read_parquet(tmp_path / "s.csv.frame.parquet")
    assert {"predicted_sd", "chance_unrecorded", "named", "linked"} <= set(frozen.columns)
    pl.read_csv(tmp_path / "s.csv").with_columns(should_record=pl.lit(1), recorded=pl.lit(1)).write_csv(
        tmp_path / "first.csv"
    )
    known = ("--known", tmp_path / "s.csv.frame.parquet", "--seed", 5, "--out", tmp_path / "again.csv")
    said("reread", tmp_path / "first.csv", *known)
    assert pl.read_csv(tmp_path / "again.csv")["second_probability"].is_between(0.0, 1.0).all()
    refused = audit(*asked, *window, *screened[:2])
    assert refused.exit_code == 2
    assert "go together" in refused.output


# --- estimate, compare, combine ----------------------------------------------------------------------------


def test_an_estimate_is_told_in_a_sentence_that_holds_its_interval(files: Path, tmp_path: Path) -> None:
    answer = as_json("estimate", files / "marks.csv", "--frame", files / "totals.csv")
    sentence = answer["sentences"][0]
    assert "Of every 100 crimes" in sentence
    low, high = (int(word) for word in sentence.split("between ")[1].split(" were")[0].split(" and "))
    assert low <= 100 * answer["overall"]["low"]
    assert high >= 100 * answer["overall"]["high"]
    output = said(
        "estimate",
        files / "marks.csv",
        "--frame",
        files / "totals.csv",
        "--method",
        "--plot",
        tmp_path / "r.svg",
    )
    assert sentence in output
    assert "Formula: " in output
    assert "overall" in picture(tmp_path / "r.svg")


def test_rates_by_unit_stand_in_a_funnel(files: Path, tmp_path: Path) -> None:
    rows = as_json("estimate", files / "marks.csv", "--frame", files / "totals.csv", "--by", "unit")
    assert [row["unit"] for row in rows] == ["U0", "U1", "U2", "U3"]
    said(
        "estimate", files / "marks.csv", "--frame", files / "totals.csv", "--by", "unit",
        "--plot", tmp_path / "funnel.svg",
    )  # fmt: skip
    assert "Funnel chart" in picture(tmp_path / "funnel.svg")


def test_second_readings_correct_the_rate_and_the_plain_one_stands_beside(files: Path) -> None:
    answer = as_json("estimate", files / "twice.csv", "--frame", files / "frame.csv")
    assert answer["overall"]["estimate"] < answer["plain_ratio"]["overall"]["estimate"]
    assert answer["read_twice"] > 10
    plain = as_json("estimate", files / "twice.csv", "--frame", files / "frame.csv", "--plain")
    assert plain["overall"]["estimate"] == answer["plain_ratio"]["overall"]["estimate"]


def test_the_forces_own_bands_are_told_by_chance_and_need_a_day(files: Path, tmp_path: Path) -> None:
    bands = tmp_path / "bands.toml"
    bands.write_text(
        '[[bands]]\nfrom = 2025-04-01\nnames = ["poor", "fair", "good"]\nleast = [0.0, 0.8, 0.9]\n',
        encoding="utf-8",
    )
    asked = ("estimate", files / "marks.csv", "--frame", files / "totals.csv", "--bands", bands)
    assert audit(*asked).exit_code == 2
    assert "no grade of an inspection" in said(*asked, "--on", "2026-01-01")
    chances = as_json(*asked, "--on", "2026-01-01")["bands"]
    assert [row["band"] for row in chances] == ["poor", "fair", "good"]
    assert sum(row["chance"] for row in chances) == pytest.approx(1.0)
    assert audit(*asked, "--on", "2024-01-01").exit_code == 2


def test_a_comparison_says_whether_the_rate_fell(files: Path, tmp_path: Path) -> None:
    both = (
        "compare", files / "marks.csv", files / "later.csv",
        "--earlier-frame", files / "totals.csv", "--later-frame", files / "totals.csv",
    )  # fmt: skip
    answer = as_json(*both)
    moved = answer["overall"]["difference"]
    assert moved["high"] < 0.0
    assert "the recording rate fell" in answer["sentences"][0]
    output = said(*both, "--method", "--plot", tmp_path / "both.svg")
    assert "MOVER" in output
    assert "violence, later" in picture(tmp_path / "both.svg")


def test_audits_are_put_together_from_their_estimates(files: Path, tmp_path: Path) -> None:
    for name in ("marks", "later"):
        answer = as_json("estimate", files / f"{name}.csv", "--frame", files / "totals.csv")
        (tmp_path / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
    given = (f"2025-06-30={tmp_path / 'marks.json'}", f"2025-12-31={tmp_path / 'later.json'}")
    answer = as_json("combine", *given, "--drift", 1)
    assert sum(answer["weights"].values()) == pytest.approx(1.0)
    assert answer["on"] == "2025-12-31"
    assert "2025-12-31" in said("combine", *given)
    refused = audit("combine", "June=nowhere.json")
    assert refused.exit_code == 2
    assert "DAY=FILE" in refused.output


# --- can it be trusted? -------------------------------------------------------------------------------------


def test_agreement_is_told_for_all_and_for_each_auditor(files: Path, tmp_path: Path) -> None:
    output = said(
        "agree", files / "twice.csv", "--frame", files / "frame.csv", "--replicates", 300, "--method",
        "--plot", tmp_path / "agree.svg",
    )  # fmt: skip
    assert "corrects no rate" in output
    assert "Krippendorff" in output
    assert "B2" in picture(tmp_path / "agree.svg")
    answer = as_json("agree", files / "twice.csv", "--replicates", 300)
    kinds = {(one["auditor"], one["coefficient"]) for one in answer["figures"]}
    assert {("A1", "kappa"), ("B1", "ac1"), (None, "alpha")} <= kinds


def test_reports_to_be_read_again_are_picked_with_their_chances(files: Path, tmp_path: Path) -> None:
    marks = pl.read_csv(files / "marks.csv").with_columns(inclusion_probability=pl.lit(0.1))
    marks.write_csv(tmp_path / "first.csv")
    marks.select("incident_id", chance_unrecorded=pl.lit(0.1), named=pl.lit(1), linked=pl.lit(1)).write_csv(
        tmp_path / "known.csv"
    )
    said(
        "reread", tmp_path / "first.csv", "--known", tmp_path / "known.csv", "--seed", 5,
        "--out", tmp_path / "again.csv",
    )  # fmt: skip
    again = pl.read_csv(tmp_path / "again.csv")
    assert 20 < again.height < 150
    assert again["second_probability"].is_between(0.0, 1.0).all()


def test_a_flattering_audit_is_looked_for_with_what_there_is(files: Path) -> None:
    answer = as_json("flattery", files / "twice.csv")
    assert answer["false_alarm_rate"] == 0.05
    assert "honest audits" in answer["text"]
    refused = audit("flattery", files / "twice.csv", "--foretold", files / "daily.csv")
    assert refused.exit_code == 2


# --- the daily audit ----------------------------------------------------------------------------------------


def test_the_watch_sees_the_fall_and_dates_it(files: Path, tmp_path: Path) -> None:
    asked = ("watch", files / "daily.csv", "--accepted", 0.95, "--replicates", 199)
    output = said(*asked, "--method", "--plot", tmp_path / "watch.svg")
    assert "The alarm sounded on" in output
    assert "the change began between" in output
    assert "false alarm" in output
    assert "The alarm sounded on" in picture(tmp_path / "watch.svg")
    answer = as_json(*asked)
    assert (
        answer["change"]["earliest"]
        <= str(date(2026, 1, 5) + timedelta(weeks=20))
        <= answer["change"]["latest"]
    )
    assert answer["alarm"]["sounded_on"] > "2026-05-24"


def test_a_short_watch_says_why_it_dates_nothing(files: Path, tmp_path: Path) -> None:
    pl.read_csv(files / "daily.csv").head(150).write_csv(tmp_path / "short.csv")
    answer = audit("watch", tmp_path / "short.csv", "--accepted", 0.95)
    assert answer.exit_code == 0
    assert "No change is dated" in answer.output


def test_effort_says_in_how_many_weeks_a_slide_is_seen(files: Path) -> None:
    asked = ("effort", files / "marks.csv", "--a-week", 20, "--a-week", 60, "--trials", 60)
    assert "reports a week: within" in said(*asked)
    few, many = as_json(*asked)
    assert many["median_weeks"] < few["median_weeks"]


def test_a_picture_of_another_kind_is_refused_before_any_work(files: Path, tmp_path: Path) -> None:
    refused = audit("watch", files / "daily.csv", "--accepted", 0.95, "--plot", tmp_path / "watch.png")
    assert refused.exit_code == 2
    assert ".svg" in refused.output
