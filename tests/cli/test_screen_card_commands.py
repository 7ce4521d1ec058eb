"""``firstpoint screen`` with its further commands: the card, the record, and recall by group on marks."""

from __future__ import annotations

import json

import polars as pl
import pytest
from click.testing import CliRunner

from firstpoint.cli import main


def firstpoint(*arguments):
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_the_card_is_written_as_page_text_and_data(tmp_path):
    for ending in ("html", "md", "json"):
        ran = firstpoint("screen", "card", "--day", "2026-06-01", "--out", tmp_path / f"card.{ending}")
        assert ran.exit_code == 0, ran.output
    page = (tmp_path / "card.html").read_text("utf-8")
    text = (tmp_path / "card.md").read_text("utf-8")
    data = json.loads((tmp_path / "card.json").read_text("utf-8"))
    assert data["dated"] == "2026-06-01"
    for section in data["sections"]:
        assert f"<h2>{section['title']}</h2>" in page
        assert f"## {section['title']}\n" in text
    assert "1 June 2026" in page
    assert page.count("<h1>") == 1


def test_the_record_says_how_much_is_left_to_the_force(tmp_path):
    ran = firstpoint("screen", "card", "--atrs", "--out", tmp_path / "record.json")
    assert ran.exit_code == 0, ran.output
    data = json.loads((tmp_path / "record.json").read_text("utf-8"))
    left = [one for section in data["sections"] for one in section["fields"] if one["standing"] == "to fill"]
    assert f"{len(left)} to fill" in ran.output
    firstpoint("screen", "card", "--atrs", "--out", tmp_path / "record.html")
    assert (tmp_path / "record.html").read_text("utf-8").count("To be filled in by the force") == len(left)


def test_the_forces_answers_stand_on_card_and_record(tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text('[owner]\nforce = "Exampleshire"\n[atrs]\n"2.1.2" = "Crime audit"\n', "utf-8")
    firstpoint("screen", "card", "--answers", answers, "--out", tmp_path / "card.md")
    firstpoint("screen", "card", "--atrs", "--answers", answers, "--out", tmp_path / "record.md")
    assert "Exampleshire" in (tmp_path / "card.md").read_text("utf-8")
    assert "| 2.1.2 Team | Crime audit | filled |" in (tmp_path / "record.md").read_text("utf-8")


def test_an_answer_to_no_field_writes_nothing(tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text('[atrs]\n"7.7" = "x"\n', "utf-8")
    ran = firstpoint("screen", "card", "--answers", answers, "--out", tmp_path / "card.md")
    assert ran.exit_code == 2
    assert "7.7" in ran.output
    assert not (tmp_path / "card.md").exists()


def test_a_card_of_another_ending_is_refused(tmp_path):
    ran = firstpoint("screen", "card", "--out", tmp_path / "card.pdf")
    assert ran.exit_code == 2
    assert ".html" in ran.output


def test_a_file_of_logs_needs_no_word_before_it(tmp_path):
    logs = tmp_path / "logs.csv"
    logs.write_text("incident_id,text\nK-1,He punched her in the face\n", "utf-8")
    for words in (
        ("screen", logs),
        ("screen", "logs", logs),
        ("screen", "--out", tmp_path / "b.jsonl", logs),
    ):
        out = () if "--out" in words else ("--out", tmp_path / "a.jsonl")
        assert firstpoint(*words, *out).exit_code == 0
    assert (tmp_path / "a.jsonl").read_text("utf-8") == (tmp_path / "b.jsonl").read_text("utf-8")


@pytest.fixture
def reviewed(tmp_path):
    """Sixty marked logs of two units: all of the North's missed crimes are flagged, half of the South's."""
    logs = [(f"K-{number:02}", "North" if number < 30 else "South") for number in range(60)]
    flagged = [number < 30 or number % 2 == 0 for number in range(60)]
    pl.DataFrame(
        {
            "incident_id": [name for name, _ in logs],
            "rank": range(1, 61),
            "chance_unrecorded": [0.9 if each else 0.1 for each in flagged],
            "chance_crime": [0.9 if each else 0.1 for each in flagged],
        }
    ).write_parquet(tmp_path / "screened.parquet")
    pl.DataFrame(
        {
            "incident_id": [name for name, _ in logs],
            "should_record": [1] * 60,
            "recorded": [0] * 60,
            "unit": [unit for _, unit in logs],
            "ho_class": ["8N"] * 59 + ["30C"],
            "victim": ["woman; older"] * 25 + [""] * 35,
        }
    ).write_csv(tmp_path / "marks.csv")
    return tmp_path


def subgroups(folder, *more):
    return firstpoint(
        "screen", "subgroups", folder / "screened.parquet", "--marks", folder / "marks.csv", *more
    )


def recall_of(told, group):
    return next(row for row in told["shares"] if (row["group"], row["measure"]) == (group, "recall"))


def test_recall_by_group_is_told_for_people_and_for_machines(reviewed):
    told = json.loads(subgroups(reviewed, "--by", "unit", "--json").stdout)
    assert recall_of(told, "North")["estimate"] == 1.0
    assert recall_of(told, "South")["estimate"] == 0.5
    assert told["gaps"][0]["gap"] == 0.5
    ran = subgroups(reviewed, "--by", "unit", "--out", reviewed / "groups.csv")
    assert "South: recall 50% (33 to 67) of 30" in ran.output
    assert "North above South by 50 points" in ran.output
    assert "the marked logs alone" in ran.output
    assert pl.read_csv(reviewed / "groups.csv").height == 9


def test_a_cell_may_name_several_groups_and_a_class_has_a_family(reviewed):
    told = json.loads(subgroups(reviewed, "--by", "victim,family", "--json").stdout)
    assert recall_of(told, "older")["logs"] == recall_of(told, "woman")["logs"] == 25
    assert recall_of(told, "Violence against the person")["logs"] == 59
    assert not recall_of(told, "Burglary")["enough"]


def test_the_top_of_the_list_can_be_what_is_flagged(reviewed):
    told = json.loads(subgroups(reviewed, "--by", "unit", "--top", "45", "--json").stdout)
    assert recall_of(told, "North")["estimate"] == 1.0
    assert recall_of(told, "South")["estimate"] == 0.5


def test_a_log_that_could_not_be_read_counts_as_not_flagged(reviewed):
    table = pl.read_parquet(reviewed / "screened.parquet")
    unread = pl.when(pl.col("incident_id") == "K-00").then(None)
    table.with_columns(chance_unrecorded=unread.otherwise(pl.col("chance_unrecorded"))).write_parquet(
        reviewed / "screened.parquet"
    )
    told = json.loads(subgroups(reviewed, "--by", "unit", "--json").stdout)
    assert recall_of(told, "North")["estimate"] == pytest.approx(29 / 30)


def test_columns_of_the_extract_serve_as_groups(reviewed):
    names = pl.read_csv(reviewed / "marks.csv")["incident_id"]
    extract = reviewed / "incidents.csv"
    pl.DataFrame({"incident_id": names, "channel": ["999"] * 30 + ["101"] * 30}).write_csv(extract)
    told = json.loads(subgroups(reviewed, "--by", "channel", "--incidents", extract, "--json").stdout)
    assert recall_of(told, "999")["estimate"] == 1.0


def test_a_crime_recorded_rightly_is_no_missed_one_but_is_a_crime(reviewed):
    marks = pl.read_csv(reviewed / "marks.csv").with_columns(recorded=pl.lit(1))
    marks.write_csv(reviewed / "marks.csv")
    missed = json.loads(subgroups(reviewed, "--by", "unit", "--json").stdout)
    crime = json.loads(subgroups(reviewed, "--by", "unit", "--question", "crime", "--json").stdout)
    assert not recall_of(missed, "North")["enough"]
    assert recall_of(crime, "North")["estimate"] == 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"incident_id": "X-1"}, "were not screened"),
        ({"recorded": 2}, "more recorded than should be"),
        ({"should_record": "some"}, "count that is missing"),
    ],
)
def test_marks_that_cannot_be_used_are_refused_with_their_incident(reviewed, change, message):
    marks = pl.read_csv(reviewed / "marks.csv").with_columns(
        **{name: pl.lit(value) for name, value in change.items()}
    )
    marks.write_csv(reviewed / "marks.csv")
    ran = subgroups(reviewed, "--by", "unit")
    assert ran.exit_code == 2
    assert message in ran.output
    assert "incident" in ran.output


def test_a_column_that_nobody_has_is_named(reviewed):
    ran = subgroups(reviewed, "--by", "beat")
    assert ran.exit_code == 2
    assert "beat" in ran.output
