"""What a command writes is whole, is its owner's alone, and is computed by no spreadsheet."""

import stat

import polars as pl
import pytest

from firstpoint import auditing
from firstpoint.cli.tables import write_parts, write_table, write_text
from firstpoint.errors import InputError

SIGNS = ["=", "+", "-", "@", "\t", "\r"]


@pytest.mark.parametrize("sign", SIGNS)
def test_words_of_a_log_open_in_a_spreadsheet_as_text(tmp_path, sign):
    path = write_table(
        pl.DataFrame({"words": [f"{sign}cmd|'/c calc'!A1"], "harm": [-1.5]}), tmp_path / "r.csv"
    )
    row = path.read_bytes().decode().split("\n", 1)[1].lstrip('"')
    assert row.startswith(f"'{sign}cmd")
    assert pl.read_csv(path)["harm"].to_list() == [-1.5]


def test_json_lines_and_parquet_hold_every_text_as_it_is(tmp_path):
    frame = pl.DataFrame({"words": ["=1+1"]})
    assert pl.read_parquet(write_table(frame, tmp_path / "r.parquet")).equals(frame)
    assert pl.read_ndjson(write_table(frame, tmp_path / "r.jsonl")).equals(frame)


def test_parts_make_one_table_of_their_rows(tmp_path):
    frame = pl.DataFrame({"id": ["a", "b", "c"], "told": [[{"words": "=1"}], [], None]})
    for name, read in (("r.parquet", pl.read_parquet), ("r.jsonl", pl.read_ndjson)):
        assert read(write_parts(frame.iter_slices(2), tmp_path / name)).equals(frame)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert pl.read_parquet(write_parts([frame.clear()], tmp_path / "none.parquet")).equals(frame.clear())
    with pytest.raises(InputError, match="csv"):
        write_parts([frame], tmp_path / "r.csv")


def test_a_frame_of_odd_references_is_read_back_as_the_frame_that_was_drawn_from(tmp_path):
    ids = ["-12", "=3", "'=4", "@home", "plain", "''+"]
    frame = pl.DataFrame({"stratum": ["violence"] * 6, "incident_id": ids, "kind": ["incident"] * 6})
    read = auditing.read_frame(write_table(frame, tmp_path / "frame.csv"))
    assert sorted(read["incident_id"].to_list()) == sorted(ids)
    assert auditing.frame_sha256(read) == auditing.frame_sha256(frame)


def test_what_is_written_is_its_owners_alone_even_over_what_was_open(tmp_path):
    for name, write in (("r.csv", lambda path: write_table(pl.DataFrame({"a": [1]}), path)),
                        ("r.txt", lambda path: write_text("words", path))):  # fmt: skip
        (tmp_path / name).touch(mode=0o644)
        assert stat.S_IMODE(write(tmp_path / name).stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["r.csv", "r.txt"]
