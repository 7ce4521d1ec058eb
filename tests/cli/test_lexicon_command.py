"""What the commands for keepers of the screen's words say and write."""

from __future__ import annotations

import json

import polars as pl
import pytest
from click.testing import CliRunner

from firstpoint.cli import main

HEADING = "id,kind,pattern,sets,strength,blocks,cite,hits,misses\n"
ROW = (
    'NEW-001,assault,gave_him_the_boot,,certain,,"Assaults, pp 42-47",They gave him the boot,He wore a boot\n'
)
LOGS = (
    ("K-1", "The two lads gave him the boot outside the pub."),
    ("K-2", "Caller states he punched her in the face."),
    ("K-3", "The caller would like to know about bins."),
)


def firstpoint(*words):
    return CliRunner().invoke(main, ["lexicon", *map(str, words)])


@pytest.fixture
def change(tmp_path):
    path = tmp_path / "boots.csv"
    path.write_text(HEADING + ROW, encoding="utf-8")
    return path


@pytest.fixture
def logs(tmp_path):
    path = tmp_path / "incidents.jsonl"
    lines = (json.dumps({"incident_id": name, "text": text}) + "\n" for name, text in LOGS)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_check_says_sound_of_a_change_and_names_row_and_field_of_a_fault(change):
    sound = firstpoint("check", change)
    assert sound.exit_code == 0, sound.output
    assert "boots.csv: sound." in sound.output
    change.write_text(HEADING + ROW.replace(",certain,", ",sure,"), encoding="utf-8")
    faulty = firstpoint("check", change)
    assert faulty.exit_code == 2
    assert "boots.csv: 1 fault." in faulty.output
    assert (
        "phrases_boots.csv, row NEW-001, strength: is no strength that the screen knows (sure)"
        in faulty.output
    )


def test_check_gives_faults_to_machines_too(change):
    change.write_text(HEADING + ROW.replace(",certain,", ",sure,"), encoding="utf-8")
    (fault,) = json.loads(firstpoint("check", change, "--json").output)
    assert (fault["row"], fault["field"], fault["value"]) == ("NEW-001", "strength", "sure")


def test_try_tells_which_log_gains_what_by_which_words(change, logs, tmp_path):
    out = tmp_path / "changed.jsonl"
    told = firstpoint("try", logs, "--changed", change, "--out", out)
    assert told.exit_code == 0, told.output
    assert "3 logs read with" in told.output
    assert "Logs that read otherwise: 1." in told.output
    assert "gains assault (live, certainty" in told.output
    assert "gave him the boot" in told.output
    assert "[NEW-001]" in told.output
    assert "NEW-001     0 -> 1" in told.output
    row = pl.read_ndjson(out).row(0, named=True)
    assert (row["incident_id"], row["gained"], row["patterns"]) == ("K-1", ["assault"], ["NEW-001"])


def test_try_gives_the_same_to_machines(change, logs):
    told = json.loads(firstpoint("try", logs, "--changed", change, "--json").output)
    assert (told["logs"], told["changed"]) == (3, 1)
    (log,) = told["first_changed"]
    (quote,) = log["gained"][0]["evidence"]
    assert "gave him the boot" in quote["text"]
    assert told["patterns"] == {"NEW-001": {"before": 0, "after": 1}}


def test_try_refuses_a_file_that_is_no_change(tmp_path, logs):
    other = tmp_path / "colours.csv"
    other.write_text("colour,size\nred,2\n", encoding="utf-8")
    refused = firstpoint("try", logs, "--changed", other)
    assert refused.exit_code == 2
    assert "colours.csv" in refused.output
    assert "Begin with the heading" in refused.output


def test_audited_fills_a_table_that_the_page_shows(logs, tmp_path):
    screened, marks, out = (tmp_path / name for name in ("s.parquet", "marks.csv", "audited.csv"))
    CliRunner().invoke(main, ["screen", str(logs), "--out", str(screened)])
    marks.write_text("incident_id,should_record\nK-2,1\nK-3,0\n", encoding="utf-8")
    filled = firstpoint("audited", marks, "--screened", screened, "--out", out)
    assert filled.exit_code == 0, filled.output
    row = pl.read_csv(out).row(by_predicate=pl.col("pattern") == "VIOL-001", named=True)
    assert (row["hits"], row["confirmed"], row["precision"]) == (1, 1, 1.0)
    page = tmp_path / "lexicon.html"
    wrote = firstpoint("page", "--audited", out, "--out", page)
    assert wrote.exit_code == 0, wrote.output
    told = page.read_text(encoding="utf-8")
    assert "1 of 1 confirmed" in told[told.index('id="VIOL-001"') :].split("</tr>")[0]
    assert "any crime in the log confirms each row" in told


def test_audited_refuses_marks_without_their_columns_and_a_table_edited_by_hand(logs, tmp_path):
    marks = tmp_path / "marks.csv"
    marks.write_text("incident,due\nK-2,1\n", encoding="utf-8")
    refused = firstpoint("audited", marks, "--screened", logs, "--out", tmp_path / "a.csv")
    assert refused.exit_code == 2
    assert "should_record" in refused.output
    edited = tmp_path / "a.csv"
    edited.write_text(
        "pattern,hits,confirmed,precision,low,high,by,reader\nVIOL-001,2,5,0.9,0.1,1,class,x\n",
        encoding="utf-8",
    )
    refused = firstpoint("page", "--audited", edited, "--out", tmp_path / "p.html")
    assert refused.exit_code == 2
    assert "a.csv, row VIOL-001" in refused.output


def test_page_of_a_change_shows_its_row(change, tmp_path):
    out = tmp_path / "lexicon.html"
    wrote = firstpoint("page", "--changed", change, "--out", out)
    assert wrote.exit_code == 0, wrote.output
    told = out.read_text(encoding="utf-8")
    row = told[told.index('id="NEW-001"') :].split("</tr>")[0]
    for words in ("gave him the boot", "certain", "They gave him the boot", "Assaults, pp 42-47", "not yet"):
        assert words in row
