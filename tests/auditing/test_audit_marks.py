"""Marks that cannot be right are turned away, every fault said with its row."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from audit_builders import marks_of, totals

from firstpoint.auditing import check_frame, check_marks, estimate, read_frame, read_marks
from firstpoint.errors import InputError, UnreadableFile

HEAD = "stratum,incident_id,should_record,recorded"


def written(path: Path, *lines: str) -> Path:
    file = path / "marks.csv"
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return file


def test_marks_are_read_with_references_as_text(tmp_path: Path) -> None:
    marks = read_marks(written(tmp_path, HEAD, "violence,0012,2,1", "violence,0013,0,0"))
    assert marks["incident_id"].to_list() == ["0012", "0013"]
    assert marks.schema["should_record"] == pl.Int64


def test_a_byte_order_mark_does_not_hide_the_first_column(tmp_path: Path) -> None:
    assert read_marks(written(tmp_path, "\ufeff" + HEAD, "violence,1,2,1")).height == 1


def test_spaces_and_blank_lines_at_the_end_do_no_harm(tmp_path: Path) -> None:
    marks = read_marks(written(tmp_path, HEAD.replace(",", ", "), "violence, 0012, 2, 1", ",,,", "", ""))
    assert marks.rows() == [("violence", "0012", 2, 1)]


def test_a_column_twice_is_turned_away(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="recorded is there twice"):
        read_marks(written(tmp_path, HEAD + ",recorded", "violence,1,1,1,0"))


@pytest.mark.parametrize(
    "content", ["violence,1,1,1,9\n", 'violence,"1,1,1\n', "violence,caf\xe9,1,1\n", "a\0b,1,1,1\n"]
)
def test_a_file_that_is_no_table_is_said_to_be_unreadable(tmp_path: Path, content: str) -> None:
    file = tmp_path / "marks.csv"
    file.write_bytes(f"{HEAD}\n{content}".encode("latin-1"))
    with pytest.raises(UnreadableFile, match="cannot be read as a table"):
        read_marks(file)


def test_a_truncated_file_is_turned_away_at_its_broken_row(tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    file.write_text(f"{HEAD}\nviolence,1,1,1\nviolence,2,1", encoding="utf-8")
    with pytest.raises(InputError, match="row 3"):
        read_marks(file)


def test_parquet_is_read_too(tmp_path: Path) -> None:
    marks_of("violence", (2, 1), (1, 1)).write_parquet(tmp_path / "marks.parquet")
    assert read_marks(tmp_path / "marks.parquet").height == 2


def test_rows_of_one_incident_are_summed(tmp_path: Path) -> None:
    marks = read_marks(written(tmp_path, HEAD, "violence,1,1,1", "violence,1,1,0", "violence,2,1,1"))
    overall = estimate(marks, totals(violence=20)).overall
    assert (overall.incidents, overall.crimes) == (2, 3)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("violence,1,1,2", "row 2 has more recorded than should be"),
        ("violence,1,-1,-1", "negative"),
        ("violence,1,1.5,1", "not whole"),
        ("violence,1,1e300,1", "above 10,000"),
        ("violence,1,,1", "no number in should_record"),
        ("violence,1,two,1", "no number in should_record"),
        ("violence,1,inf,1", "no number in should_record"),
        ("violence,1,1,nan", "no number in recorded"),
        (",1,1,1", "no stratum"),
        ("violence,,1,1", "no incident_id"),
    ],
)
def test_a_mark_that_cannot_be_right_is_turned_away_with_its_row(
    tmp_path: Path, row: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as fault:
        read_marks(written(tmp_path, HEAD, row))
    assert fault.value.where == "marks.csv"
    assert "nothing was estimated" in fault.value.remedy


def test_every_fault_is_found_in_one_pass(tmp_path: Path) -> None:
    with pytest.raises(InputError) as fault:
        read_marks(written(tmp_path, HEAD, "violence,1,1,2", "violence,2,-1,0", "sexual,1,1,1"))
    for part in ("row 2", "row 3", "incident 1 is in more than one stratum"):
        assert part in fault.value.message


@pytest.mark.parametrize("chance", ["0", "1.2", "-0.1", ""])
def test_a_chance_of_selection_outside_its_range_is_turned_away(tmp_path: Path, chance: str) -> None:
    with pytest.raises(InputError, match="inclusion_probability"):
        read_marks(written(tmp_path, HEAD + ",inclusion_probability", f"violence,1,1,1,{chance}"))


def test_two_auditors_on_one_incident_need_named_readings() -> None:
    twice = pl.concat([marks_of("violence", (1, 1)), marks_of("violence", (1, 0))])
    with pytest.raises(InputError, match="two auditors"):
        check_marks(twice.with_columns(auditor=pl.Series(["A", "B"])))
    named = twice.with_columns(auditor=pl.Series(["A", "B"]), reading=pl.Series(["first", "second"]))
    assert check_marks(named).height == 2


def test_an_unknown_reading_is_turned_away() -> None:
    with pytest.raises(InputError, match="reading"):
        check_marks(marks_of("violence", (1, 1)).with_columns(reading=pl.lit("third")))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="recorded"):
        read_marks(written(tmp_path, "stratum,incident_id,should_record", "violence,1,1"))


def test_no_marks_and_no_file_and_no_table_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no marks"):
        read_marks(written(tmp_path, HEAD))
    with pytest.raises(UnreadableFile, match="no such file"):
        read_marks(tmp_path / "absent.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_marks(tmp_path / "empty.csv")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_marks(tmp_path / "broken.parquet")


def test_a_frame_of_totals_and_a_frame_of_incidents_are_both_read(tmp_path: Path) -> None:
    file = tmp_path / "frame.csv"
    file.write_text("stratum,incidents,recorded_crimes_12m\nviolence,700,9000\n", encoding="utf-8")
    assert read_frame(file).row(0) == ("violence", 700, 9000)
    file.write_text("stratum,incident_id\nviolence,0001\n", encoding="utf-8")
    assert read_frame(file).row(0) == ("violence", "0001")


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"stratum": ["violence", "violence"], "incidents": [3, 4]}, "more than once"),
        ({"stratum": ["violence"], "incidents": [-3]}, "whole number"),
        ({"stratum": ["violence"], "incidents": [None]}, "whole number"),
        ({"stratum": ["violence"], "incidents": [3], "recorded_crimes_12m": ["many"]}, "recorded_crimes_12m"),
        ({"stratum": ["violence"] * 2, "incident_id": ["1", "1"]}, "incident 1 is there more than once"),
        ({"stratum": ["violence", None], "incident_id": ["1", "2"]}, "row 3 has no stratum"),
        ({"stratum": ["violence"]}, "neither"),
        ({"stratum": [], "incidents": []}, "empty"),
    ],
)
def test_a_frame_that_cannot_be_right_is_turned_away(frame: dict[str, list[object]], words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_frame(pl.DataFrame(frame))
