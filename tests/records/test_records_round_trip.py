"""What a canonical table says survives being written as CSV and read again."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstpoint.records import TABLES, read_extract

REFERENCES = st.text("ABCDEFGHIJ0123456789-/ ", min_size=1).map(str.strip).filter(bool)
TEXTS = st.one_of(
    st.none(),
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r"), min_size=1).filter(
        lambda text: text.strip() != ""
    ),
)
WORDS = st.one_of(st.none(), st.text("abcdefgh é£“”,;|\"'=", min_size=1).map(str.strip).filter(bool))
TIMES = st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)).map(lambda each: each.replace(tzinfo=UTC))  # noqa: DTZ001
LISTS = st.one_of(st.none(), st.lists(st.text('abc ,"', min_size=1).map(str.strip).filter(bool), min_size=1))


def values_of(column):
    if column.name == "text":
        return TEXTS
    if column.allowed:
        return st.sampled_from(column.allowed)
    by_kind = {
        "text": WORDS,
        "time": st.one_of(st.none(), TIMES),
        "number": st.one_of(st.none(), st.floats(0, 120)),
        "yes_no": st.sampled_from([None, True, False]),
        "list": LISTS,
    }
    return TIMES if column.required and column.kind == "time" else by_kind[column.kind]


def rows_of(table):
    cells = {
        column.name: REFERENCES if column.required and column.kind == "text" else values_of(column)
        for column in table.columns
    }
    key = table.key or None
    return st.lists(
        st.fixed_dictionaries(cells), max_size=8, unique_by=(lambda row: row[key]) if key else None
    )


def as_written(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.col(name).list.join(";") if isinstance(kind, pl.List) else pl.col(name)
        for name, kind in frame.schema.items()
    )


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(TABLES)).flatmap(lambda name: st.tuples(st.just(name), rows_of(TABLES[name]))))
def test_a_canonical_table_written_and_read_is_the_same(drawn):
    name, rows = drawn
    frame = pl.DataFrame(rows, schema=TABLES[name].schema())
    if not TABLES[name].key:
        frame = frame.unique(maintain_order=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.csv"
        as_written(frame).write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%S%.6f%:z")
        extract = read_extract(path, name)
        assert extract.rejects.is_empty(), extract.faults
        assert extract.frame.equals(frame)
        as_written(frame).write_parquet(Path(folder) / f"{name}.parquet")
        assert read_extract(Path(folder) / f"{name}.parquet", name).frame.equals(frame)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_whatever_make_the_reader_fall_over(content):
    from firstpoint.errors import InputError

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "anything.csv"
        path.write_bytes(b"incident_id,received_at,text\n" + content)
        try:
            extract = read_extract(path, "incidents")
        except InputError:
            return
        accounted = (
            extract.frame.height + extract.rejected_rows + extract.identical_rows + extract.joined_rows
        )
        assert extract.rows_read == accounted
