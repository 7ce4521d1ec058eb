"""``firstpoint review``: from a screened file to reviews, and from marks to what they say."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from firstpoint.cli import main

DISCLOSURE = pl.List(pl.Struct({"kind": pl.String, "certainty": pl.Float64, "facts": pl.String}))
DAYS = 14


def firstpoint(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def force(tmp_path_factory):
    """Two weeks of screened logs, the extract they came from, what they hide, and each day's choice."""
    folder = tmp_path_factory.mktemp("reviews")
    chance = np.random.default_rng(1)
    count = DAYS * 150
    hides = chance.random(count) < 0.12
    told = chance.normal(size=count) + 1.5 * hides
    first = datetime(2026, 4, 1, 9, tzinfo=UTC)
    rows = pl.DataFrame(
        {
            "incident_id": [f"I{number:05}" for number in range(count)],
            "chance_unrecorded": 1 / (1 + np.exp(3 - 1.5 * told)),
            "other": 1 / (1 + np.exp(3 - 1.5 * told - chance.normal(size=count))),
            "harm": chance.uniform(1, 90, count),
            "disclosures": [
                [{"kind": "rape", "certainty": 0.9, "facts": "{}"}] if number % 40 == 0 else []
                for number in range(count)
            ],
        },
        schema_overrides={"disclosures": DISCLOSURE},
    ).with_columns(rank=pl.col("chance_unrecorded").rank("ordinal", descending=True).cast(pl.Int64))
    rows.write_parquet(folder / "screened.parquet")
    received = [(first + timedelta(days=number // 150)).isoformat() for number in range(count)]
    rows.select("incident_id", received_at=pl.Series(received), text=pl.lit("words")).write_csv(
        folder / "incidents.csv"
    )
    truth = rows.select("incident_id", should_record=pl.Series(hides * 1), recorded=pl.lit(0))
    for number in range(DAYS):
        day = date(2026, 4, 1) + timedelta(days=number)
        if number + 1 < DAYS:
            source = [folder / f"screened-{day}.parquet"]
            rows.slice(number * 150, 150).write_parquet(source[0])
        else:
            source = [folder / "screened.parquet", "--incidents", folder / "incidents.csv"]
        ran = firstpoint(
            "review",
            "choose",
            *source,
            "--budget",
            30,
            "--day",
            day,
            "--seed",
            4,
            "--out",
            folder / f"{day}.csv",
        )
        assert ran.exit_code == 0, ran.output
    chosen = sorted(folder.glob("2026-*.csv"))
    ids = pl.concat([pl.read_csv(path).select("incident_id") for path in chosen])
    truth.join(ids, on="incident_id", how="semi").write_csv(folder / "marks.csv")
    return folder, chosen, ran, int(hides.sum())


def test_choosing_writes_the_logs_their_chances_and_the_record(force):
    folder, chosen, ran, _ = force
    logs = pl.read_csv(chosen[-1])
    assert logs.columns == ["day", "incident_id", "lot", "grave", "score", "place", "inclusion_probability"]
    assert logs.height == 30
    every = pl.read_parquet(f"{chosen[-1]}.frame.parquet")
    assert every.height == 150
    assert every["inclusion_probability"].sum() == pytest.approx(30)
    record = json.loads((folder / f"{chosen[-1].name}.json").read_text("utf-8"))
    assert record["seed"] == 4
    assert {row["mix"] for row in record["costs"]} >= {"yours", "default", "top only"}
    assert "30 of 150 logs for 14 April 2026" in ran.output
    assert "no estimate possible" in ran.output
    assert logs.filter(pl.col("grave") == "rape").height >= 2


def test_without_incidents_the_whole_file_is_the_frame(force, tmp_path):
    folder, *_ = force
    ran = firstpoint(
        "review", "choose", folder / "screened.parquet", "--budget", 50, "--day", "2026-04-01", "--seed", 1,
        "--mix", "0,0,100", "--no-quotas", "--order", "score", "--out", tmp_path / "chosen.jsonl",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert pl.read_ndjson(tmp_path / "chosen.jsonl")["inclusion_probability"].to_numpy() == pytest.approx(
        50 / (DAYS * 150)
    )


def test_a_day_without_logs_is_refused(force, tmp_path):
    folder, *_ = force
    ran = firstpoint(
        "review", "choose", folder / "screened.parquet", "--incidents", folder / "incidents.csv", "--budget",
        5, "--day", "2027-01-01", "--seed", 1, "--out", tmp_path / "chosen.csv",
    )  # fmt: skip
    assert ran.exit_code == 2
    assert "no logs" in ran.output
    assert not (tmp_path / "chosen.csv").exists()


def test_rows_set_aside_and_logs_not_screened_are_told(force, tmp_path):
    folder, *_ = force
    rows = pl.read_csv(folder / "incidents.csv").head(150)
    rows = rows.with_columns(
        received_at=pl.when(pl.col("incident_id") == "I00003").then(pl.lit("never")).otherwise("received_at")
    )
    rows.vstack(rows.tail(1).with_columns(incident_id=pl.lit("I99999"))).write_csv(tmp_path / "incidents.csv")
    ran = firstpoint(
        "review", "choose", folder / "screened.parquet", "--incidents", tmp_path / "incidents.csv",
        "--budget", 20, "--day", "2026-04-01", "--seed", 1, "--out", tmp_path / "chosen.csv",
    )  # fmt: skip
    assert ran.exit_code == 3, ran.output
    assert "cannot be chosen: 1." in ran.output
    assert "I00003" not in pl.read_parquet(tmp_path / "chosen.csv.frame.parquet")["incident_id"].to_list()
    assert (tmp_path / "chosen.csv.rejects.csv").exists()


def test_marks_are_turned_into_an_estimate_with_its_interval(force):
    folder, chosen, _, hidden = force
    ran = firstpoint("review", "estimate", *chosen, "--marks", folder / "marks.csv", "--json")
    answer = json.loads(ran.output)
    assert answer["low"] < hidden < answer["high"]
    assert answer["reviews"] == DAYS * 30
    shares = answer["share_of_logs_hiding"]
    assert shares["low"] < hidden / (DAYS * 150) < shares["high"]
    assert (
        "crimes missed" in firstpoint("review", "estimate", *chosen, "--marks", folder / "marks.csv").output
    )


def test_logs_that_could_never_be_chosen_stop_the_estimate(force, tmp_path):
    folder, *_ = force
    ran = firstpoint(
        "review", "choose", folder / "screened.parquet", "--budget", 9, "--day", "2026-04-01", "--seed", 1,
        "--mix", "100,0,0", "--no-quotas", "--out", tmp_path / "chosen.csv",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    ran = firstpoint("review", "estimate", tmp_path / "chosen.csv", "--marks", folder / "marks.csv")
    assert ran.exit_code == 2
    assert "could never be chosen" in ran.output


def test_a_missing_mark_stops_the_estimate(force, tmp_path):
    folder, chosen, *_ = force
    pl.read_csv(folder / "marks.csv").head(100).write_csv(tmp_path / "some.csv")
    ran = firstpoint("review", "estimate", *chosen, "--marks", tmp_path / "some.csv")
    assert ran.exit_code == 2
    assert "have no mark" in ran.output


def test_the_sample_below_the_cut_and_whether_reading_may_stop(force, tmp_path):
    _, chosen, *_ = force
    frame = f"{chosen[0]}.frame.parquet"
    ran = firstpoint(
        "review", "below", frame, "--cut", 60, "--at-most", 9, "--seed", 2, "--out", tmp_path / "b.csv"
    )
    assert ran.exit_code == 0, ran.output
    assert pl.read_csv(tmp_path / "b.csv")["place"].min() > 60
    both = firstpoint("review", "below", frame, "--cut", 60, "--seed", 2, "--out", tmp_path / "c.csv")
    assert both.exit_code == 2
    stop = firstpoint("review", "stop", "--below", 90, "--read", 90, "--found", 0, "--found-above", 5)
    assert "At most 0 of 90" in stop.output
    assert "Reading may stop here" in stop.output
    on = firstpoint("review", "stop", "--below", 90, "--read", 9, "--found", 0, "--found-above", 5, "--json")
    assert json.loads(on.output)["may_stop"] is False


def test_weights_learnt_are_written_with_chances_for_every_log(force, tmp_path):
    folder, chosen, *_ = force
    ran = firstpoint(
        "review", "learn", *chosen, "--marks", folder / "marks.csv", "--features",
        folder / "screened.parquet",
        "--feature", "chance_unrecorded", "--feature", "harm", "--scores", tmp_path / "scores.parquet",
        "--out", tmp_path / "weights.json",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    weights = json.loads((tmp_path / "weights.json").read_text("utf-8"))
    assert [one["feature"] for one in weights["weights"]] == ["chance_unrecorded", "harm"]
    scores = pl.read_parquet(tmp_path / "scores.parquet")
    assert scores.height == DAYS * 150
    assert scores.columns == ["incident_id", "chance"]


def test_scores_learnt_from_few_logs_are_not_called_chances(force, tmp_path):
    folder, chosen, *_ = force
    few = pl.concat([pl.read_csv(path) for path in chosen[:6]])
    marks = pl.read_csv(folder / "marks.csv").join(few, on="incident_id", how="semi")
    marks.write_csv(tmp_path / "marks.csv")
    ran = firstpoint(
        "review", "learn", *chosen[:6], "--marks", tmp_path / "marks.csv", "--features",
        folder / "screened.parquet", "--scores", tmp_path / "scores.csv", "--out", tmp_path / "weights.json",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert "Under 200 audited logs" in ran.output
    assert pl.read_csv(tmp_path / "scores.csv").columns == ["incident_id", "score"]


def test_reliability_is_told_in_a_table_beside_chance(force):
    folder, chosen, *_ = force
    ran = firstpoint("review", "reliability", *chosen, "--marks", folder / "marks.csv")
    assert "by chance" in ran.output
    assert "1 is right" in ran.output
    answer = json.loads(
        firstpoint("review", "reliability", *chosen, "--marks", folder / "marks.csv", "--json").output
    )
    assert sum(row["logs"] for row in answer["table"]) == DAYS * 30
    few = firstpoint("review", "reliability", *chosen[:3], "--marks", folder / "marks.csv")
    assert few.exit_code == 2


def test_a_comparison_leaves_its_record(force, tmp_path):
    folder, chosen, *_ = force
    ran = firstpoint(
        "review", "compare", *chosen, "--marks", folder / "marks.csv", "--scores",
        folder / "screened.parquet",
        "--champion", "other", "--challenger", "chance_unrecorded", "--made-until", "2026-03-31",
        "--out", tmp_path / "record.json",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    record = json.loads((tmp_path / "record.json").read_text("utf-8"))
    assert record["promote"] == (record["auc"]["low"] > 0)
    late = firstpoint(
        "review", "compare", *chosen, "--marks", folder / "marks.csv", "--scores",
        folder / "screened.parquet",
        "--champion", "other", "--challenger", "chance_unrecorded", "--made-until", "2026-04-05",
        "--out", tmp_path / "late.json",
    )  # fmt: skip
    assert late.exit_code == 2
    assert "later days" in late.output


def test_weeks_alike_raise_no_alarm_and_the_rate_is_told(force):
    folder, chosen, *_ = force
    frames = [f"{path}.frame.parquet" for path in chosen]
    then = [word for path in frames[:7] for word in ("--then", path)]
    now = [word for path in frames[7:] for word in ("--now", path)]
    watch = ["--features", folder / "screened.parquet", "--column", "harm", "--marks", folder / "marks.csv"]
    ran = firstpoint("review", "drift", *then, *now, *watch, "--as-chances")
    assert ran.exit_code == 0, ran.output
    assert "Harm was 4" in ran.output
    assert "at most 4 times in a hundred" in ran.output
    answer = json.loads(firstpoint("review", "drift", *then, *now, "--json").output)
    assert answer[0]["false_alarm_rate"] == 0.01
    missing = firstpoint(
        "review", "drift", *then, *now, "--features", folder / "screened.parquet", "--column", "not_there"
    )
    assert missing.exit_code == 2
    assert "not_there" in missing.output
    assert firstpoint("review", "drift", *then, *now, "--as-chances").exit_code == 2
