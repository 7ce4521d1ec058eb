"""One function over a long file: the batches must not show."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.bulk import map_batches, read_batches
from firstpoint.errors import InputError, UnreadableFile

ROWS = 103


def source(folder: Path, ending: str, rows: int = ROWS) -> Path:
    frame = pl.DataFrame(
        {
            "incident_id": [f"I{n}" for n in range(rows)],
            "text": [f'log "{n}",\nline two' for n in range(rows)],
        },
        schema={"incident_id": pl.String, "text": pl.String},
    )
    path = folder / f"source{ending}"
    frame.write_parquet(path) if ending == ".parquet" else frame.write_csv(path)
    return path


def odd_ones_out(frame: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("incident_id").str.slice(1).cast(pl.Int64)
    return frame.with_columns(
        length=pl.col("text").str.len_chars(), parts=pl.col("text").str.split("\n")
    ).filter(number % 2 == 0)


def read(path: Path) -> list[dict]:
    if path.suffix == ".parquet":
        return pl.read_parquet(path).to_dicts()
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
@pytest.mark.parametrize("out", ["out.parquet", "out.jsonl"])
def test_the_size_of_a_batch_does_not_show(tmp_path, ending, out):
    path = source(tmp_path, ending)
    results = []
    for batch_rows in (1, 7, 50, ROWS, 10_000):
        assert map_batches(path, odd_ones_out, tmp_path / out, batch_rows=batch_rows) == 52
        results.append(read(tmp_path / out))
    assert (
        results[0]
        == odd_ones_out(pl.read_parquet(path) if ending == ".parquet" else pl.read_csv(path)).to_dicts()
    )
    assert all(each == results[0] for each in results)


@settings(max_examples=25, deadline=None)
@given(rows=st.integers(0, 60), batch_rows=st.integers(1, 70))
def test_every_row_comes_once_and_in_order(tmp_path_factory, rows, batch_rows):
    path = source(tmp_path_factory.mktemp("rows"), ".csv", rows)
    batches = list(read_batches(path, batch_rows))
    assert pl.concat(batches)["incident_id"].to_list() == [f"I{n}" for n in range(rows)]
    assert all(batch.height <= batch_rows for batch in batches)


def test_progress_counts_the_rows_read(tmp_path):
    seen: list[int] = []
    map_batches(
        source(tmp_path, ".csv"), odd_ones_out, tmp_path / "o.jsonl", batch_rows=40, progress=seen.append
    )
    assert seen[-1] == ROWS
    assert seen == sorted(seen)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_source_without_rows_gives_a_file_without_rows(tmp_path, ending):
    assert map_batches(source(tmp_path, ending, 0), odd_ones_out, tmp_path / "out.parquet") == 0
    assert pl.read_parquet(tmp_path / "out.parquet").columns == ["incident_id", "text", "length", "parts"]


def test_a_failure_half_way_leaves_the_file_that_was_there(tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_text("what was there\n")
    calls = []

    def fails_later(frame: pl.DataFrame) -> pl.DataFrame:
        calls.append(frame.height)
        if len(calls) == 3:
            raise RuntimeError("half way")
        return frame

    with pytest.raises(RuntimeError, match="half way"):
        map_batches(source(tmp_path, ".csv"), fails_later, out, batch_rows=20)
    assert out.read_text() == "what was there\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out.jsonl", "source.csv"]


@pytest.mark.parametrize(
    ("name", "content"), [("cut.parquet", b"PAR1nothing"), ("wrong.csv", b"a,b\n1,\xff\xfe\n")]
)
def test_a_source_that_cannot_be_read_is_refused_in_our_words(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match="not a whole"):
        map_batches(tmp_path / name, lambda frame: frame, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_a_source_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="no such file"):
        map_batches(tmp_path / "absent.csv", lambda frame: frame, tmp_path / "out.jsonl")


def test_an_ending_that_is_not_written_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"'.docx' names no format"):
        map_batches(source(tmp_path, ".csv"), odd_ones_out, tmp_path / "out.docx")


def test_a_batch_of_no_rows_is_refused(tmp_path):
    with pytest.raises(InputError, match="at least one row"):
        map_batches(source(tmp_path, ".csv"), odd_ones_out, tmp_path / "out.jsonl", batch_rows=0)
