"""Whole frames and files of reports counted in columns.

:func:`count_frame` gives a row for each report. What a row says is what
:func:`~firstpoint.counting.reports.count_report` says of that report, in columns: the full verdict with its
warnings and missing facts is made from a single report, on demand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from firstpoint.counting.books import Book, book_on
from firstpoint.counting.columns.arrays import Bytes, Int16, Int32, Int64
from firstpoint.counting.columns.book import asked_by, workings_of
from firstpoint.counting.columns.findings import INCIDENTS, FindingColumns, Findings, findings_of
from firstpoint.counting.columns.kernel import compiled_loop
from firstpoint.counting.columns.matters import Matters, matters_in
from firstpoint.counting.columns.reading import ABSENT, Coded, read_coded
from firstpoint.counting.columns.reckoning import MOST_CRIMES, Reckoned, reckon_in
from firstpoint.counting.columns.standing import standing_of
from firstpoint.counting.days import moment
from firstpoint.counting.deadlines import record_by
from firstpoint.counting.open_classes import crimes_due_with_open_class, least_due
from firstpoint.counting.reckoning import STRENGTH, Reckoning
from firstpoint.counting.reports import count_report, reckoning_of
from firstpoint.counting.verdict import gravest_of, reported_incidents_in
from firstpoint.errors import BadReport, InputError, Refused

#: What :func:`count_frame` gives of each report.
SCHEMA: dict[Any, Any] = {
    "report_id": pl.String,
    "book": pl.String,
    "decision": pl.String,
    "total": pl.Int32,
    "due_in_open_class": pl.Int32,
    "record_by": pl.Datetime("us", "UTC"),
    "crimes": pl.List(pl.Struct({"ho_class": pl.String, "ho_code": pl.String, "count": pl.Int32})),
    "reported_incidents": pl.List(pl.Struct({"code": pl.String, "count": pl.Int32})),
    "trace": pl.List(pl.String),
    "fault": pl.String,
}
#: Reports that one worker takes at a time.
AT_ONCE = 50_000
#: Fewer reports than this are counted one by one, since the loops take time to load.
FEW = 2_000


def count_frame(
    frame: pl.DataFrame, *, book: Book | None = None, reconstructed: bool = False, workers: int = 2
) -> pl.DataFrame:
    """Give what each report of a frame requires, a row for each in the order of the frame.

    ``frame`` has either a text column ``report`` that holds each report as JSON, or the fields of the format
    as columns (``reported_at``, ``allegations`` as lists of structs, …), where null means not stated. The
    result has the columns of :data:`SCHEMA`: ``decision`` and ``total`` as in a verdict,
    ``due_in_open_class`` (crimes at least that are due beyond ``total`` although their class is open),
    ``record_by`` (UTC; null where no clock runs), ``crimes``, ``reported_incidents``, ``trace`` (the ids of
    the rows applied, matter after matter) and ``fault``: why a report could not be counted, null for all
    others. A bad report never stops the rest.

    Without ``book`` each report is counted by the book of its day, as by ``count_report``.
    """
    texts = texts_of(frame)
    nulls = "report" not in frame.columns
    parts = [texts.slice(start, AT_ONCE) for start in range(0, len(texts), AT_ONCE)]

    def counted(part: pa.LargeStringArray) -> pl.DataFrame:
        data, starts, ends = places_of(part)
        return count_texts(data, starts, ends, book=book, reconstructed=reconstructed, nulls=nulls)

    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        done = list(pool.map(counted, parts))
    return pl.concat(done) if done else pl.DataFrame(schema=SCHEMA)


def texts_of(frame: pl.DataFrame) -> pa.LargeStringArray:
    """Give the reports of a frame as JSON texts."""
    if "report" in frame.columns:
        column = frame["report"].cast(pl.String).fill_null("")
    elif "reported_at" in frame.columns:
        column = frame.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    else:
        raise InputError(
            f"there is no column named report or reported_at; the columns are {', '.join(frame.columns)}.",
            where="frame",
            remedy="Give each report as JSON text in a column named report, or the fields as columns.",
        )
    made = column.to_arrow(compat_level=pl.CompatLevel.oldest())
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


def places_of(texts: pa.LargeStringArray) -> tuple[Bytes, Int64, Int64]:
    """Give the letters of texts, and where each text begins and ends."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    return letters, ends[:-1], ends[1:]


def lines_in(data: Bytes) -> tuple[Int64, Int64]:
    """Give where each line begins and ends (positions of bytes), blank ones included."""
    ends = np.flatnonzero(data == ord("\n")).astype(np.int64)
    if len(data) and (not len(ends) or ends[-1] != len(data) - 1):
        ends = np.append(ends, len(data))
    return np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1] + 1])[: len(ends)], ends


class _Chosen(NamedTuple):
    """The reports of one book: the book, and 1 for each of its reports."""

    book: Book
    mask: Bytes


def count_texts(
    data: Bytes,
    starts: Int64,
    ends: Int64,
    *,
    book: Book | None = None,
    reconstructed: bool = False,
    nulls: bool = False,
) -> pl.DataFrame:
    """Give what each report requires whose JSON text stands in ``data`` from ``starts`` to ``ends``.

    The result is that of :func:`count_frame`.
    """
    if len(starts) < FEW:
        every = np.arange(len(starts))
        return _slowly(data, starts, ends, every, book, reconstructed, nulls).drop("row")
    coded = read_coded(data, starts, ends, nulls=nulls)
    frames = [_of_book(data, coded, chosen) for chosen in _books(coded, book, reconstructed)]
    left = np.flatnonzero(coded.left_over)
    if len(left):
        frames.append(_slowly(data, starts, ends, left, book, reconstructed, nulls))
    whole = pl.concat(frames) if frames else pl.DataFrame(schema={"row": pl.Int64, **SCHEMA})
    return (whole if len(frames) < 2 else whole.sort("row")).drop("row")


def _books(coded: Coded, book: Book | None, reconstructed: bool) -> Iterator[_Chosen]:
    if book is not None:
        yield _Chosen(book, np.ones(len(coded.day), dtype=np.uint8))
        return
    by_book: dict[str, tuple[Book, list[int]]] = {}
    for day in np.unique(coded.day[coded.left_over == 0]):
        try:
            held = book_on(date(day // 10_000, day // 100 % 100, day % 100), reconstructed=reconstructed)
        except Refused:
            coded.left_over[coded.day == day] = 1
            continue
        by_book.setdefault(held.id, (held, []))[1].append(int(day))
    for held, days in by_book.values():
        yield _Chosen(held, np.isin(coded.day, days).astype(np.uint8))


def _of_book(data: Bytes, coded: Coded, chosen: _Chosen) -> pl.DataFrame:
    book, findings = chosen.book, findings_of(chosen.book)
    matters = matters_in(coded, chosen.mask, asked_by(book), workings_of(book))
    found = findings.of(matters)
    columns = findings.columns()
    reckoned = reckon_in(coded, matters, found, columns, standing_of(book))
    return _frame(data, coded, chosen, matters, found, findings, columns, reckoned)


def _frame(
    data: Bytes,
    coded: Coded,
    chosen: _Chosen,
    matters: Matters,
    found: Int32,
    findings: Findings,
    columns: FindingColumns,
    reckoned: Reckoned,
) -> pl.DataFrame:
    rows = np.flatnonzero((chosen.mask == 1) & (coded.left_over == 0))
    clock = (reckoned.total[rows] > 0) | (reckoned.due[rows] > 0)
    limit = coded.received_at[rows] + chosen.book.limit_hours * 3_600
    table = pa.table(
        {
            "row": rows,
            "report_id": _ids(data, coded, rows),
            "book": pa.DictionaryArray.from_arrays(np.zeros(len(rows), dtype=np.int32), [chosen.book.id]),
            "decision": pa.DictionaryArray.from_arrays(reckoned.decision[rows], list(STRENGTH)),
            "total": reckoned.total[rows],
            "due_in_open_class": reckoned.due[rows],
            "record_by": pa.array(limit * 1_000_000, mask=~clock).cast(pa.timestamp("us", "UTC")),
            "crimes": _crimes(reckoned, rows, findings),
            "reported_incidents": _incidents(matters, found, columns, reckoned, rows, len(coded.day)),
            "trace": trace_of(matters, found, columns, reckoned, rows, findings, len(coded.day)),
        }
    )
    made = pl.DataFrame(table)
    return made.with_columns(fault=pl.lit(None, pl.String)).cast({"row": pl.Int64, **SCHEMA})


def _ids(data: Bytes, coded: Coded, rows: Int64) -> pa.Array:
    starts, lengths = coded.id_start[rows], coded.id_length[rows]
    known = lengths != ABSENT
    offsets = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(np.where(known, lengths, 0), out=offsets[1:])
    letters = np.empty(offsets[-1], dtype=np.uint8)
    _gather(data, starts, offsets, letters)
    made = pa.LargeStringArray.from_buffers(len(rows), pa.py_buffer(offsets), pa.py_buffer(letters))
    if known.all():
        return made
    return pc.if_else(pa.array(known), made, pa.scalar(None, pa.large_string()))


@compiled_loop
def _gather(data: Bytes, starts: Int64, offsets: Int64, letters: Bytes) -> None:
    for row in range(len(starts)):
        for i in range(offsets[row + 1] - offsets[row]):
            letters[offsets[row] + i] = data[starts[row] + i]


def _crimes(reckoned: Reckoned, rows: Int64, findings: Findings) -> pa.Array:
    results = findings.results
    counts = reckoned.crimes_from[rows + 1] - reckoned.crimes_from[rows]
    offsets = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum(counts, out=offsets[1:])
    classes = pa.array([result.ho_class for result in results])
    codes = pa.array([result.ho_code or None for result in results])
    of = reckoned.result
    made = pa.StructArray.from_arrays(
        [
            pa.DictionaryArray.from_arrays(of, classes).cast(pa.string()),
            codes.take(pa.array(of)),
            pa.array(reckoned.number),
        ],
        names=["ho_class", "ho_code", "count"],
    )
    return pa.ListArray.from_arrays(offsets, made)


def _incidents(
    matters: Matters, found: Int32, columns: FindingColumns, reckoned: Reckoned, rows: Int64, reports: int
) -> pa.Array:
    told = np.flatnonzero(reckoned.incident_people > 0)
    codes = columns.incident[found[told]]
    key = matters.report[told].astype(np.int64) * len(INCIDENTS) + codes
    unique, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    people = np.bincount(inverse, weights=reckoned.incident_people[told], minlength=len(unique))
    report = matters.report[told][first] if len(told) else np.zeros(0, dtype=np.int32)
    by_report = np.bincount(report, minlength=reports)[rows]
    offsets = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum(by_report, out=offsets[1:])
    made = pa.StructArray.from_arrays(
        [
            pa.array(list(INCIDENTS)).take(pa.array(unique % len(INCIDENTS))),
            pa.array(people.astype(np.int32)),
        ],
        names=["code", "count"],
    )
    return pa.ListArray.from_arrays(offsets, made)


def trace_of(
    matters: Matters,
    found: Int32,
    columns: FindingColumns,
    reckoned: Reckoned,
    rows: Int64,
    findings: Findings,
    reports: int,
) -> pa.Array:
    """Give the ids of the rows applied to each report, matter after matter."""
    offsets = np.zeros(reports + 1, dtype=np.int32)
    room = int((columns.rows_from[found + 1] - columns.rows_from[found]).sum()) + 2 * len(found)
    numbers: Int16 = np.empty(room, dtype=np.int16)
    made = rows_applied(
        matters.report,
        found,
        columns.rows_from,
        columns.rows,
        reckoned.link_row,
        reckoned.pair_row,
        offsets,
        numbers,
    )
    ids = pa.array([row.id for row in findings.rows])
    flat = pa.DictionaryArray.from_arrays(numbers[:made], ids)
    whole = pa.ListArray.from_arrays(offsets, flat)
    return whole if len(rows) == reports else whole.take(pa.array(rows))


@compiled_loop
def rows_applied(
    report: Int32,
    found: Int32,
    rows_from: Int32,
    rows: Int32,
    link_row: Int32,
    pair_row: Int32,
    offsets: Int32,
    numbers: Int16,
) -> int:
    """Put the numbers of the rows applied to each report, and where each report's begin; give how many."""
    made, at = 0, 0
    for r in range(len(offsets) - 1):
        while at < len(found) and report[at] == r:
            for i in range(rows_from[found[at]], rows_from[found[at] + 1]):
                numbers[made] = rows[i]
                made += 1
            for row in (link_row[at], pair_row[at]):
                if row >= 0:
                    numbers[made] = row
                    made += 1
            at += 1
        offsets[r + 1] = made
    return made


def _slowly(
    data: Bytes,
    starts: Int64,
    ends: Int64,
    left: Sequence[int] | Int64,
    book: Book | None,
    reconstructed: bool,
    nulls: bool,
) -> pl.DataFrame:
    rows = []
    for at in left:
        text = data[starts[at] : ends[at]].tobytes()
        rows.append({"row": int(at), **_row(text, book, reconstructed, nulls)})
    return pl.DataFrame(rows, schema={"row": pl.Int64, **SCHEMA})


def _row(text: bytes, book: Book | None, reconstructed: bool, nulls: bool) -> dict[str, Any]:
    report: Any = None
    try:
        report = msgspec.json.decode(text)
        if nulls:
            report = _without_nulls(report)
        if isinstance(report, dict) and "ask" in report:
            return _fitting(row_of(count_report(report, book=book, reconstructed=reconstructed)))
        return _fitting(row_of_reckoning(reckoning_of(report, book, reconstructed=reconstructed)))
    except msgspec.DecodeError as reason:
        return {"fault": f"is not JSON: {reason}. Give one JSON object a line."}
    except RecursionError:
        return {"fault": "is not a report: it is nested too deeply. Give one JSON object a line."}
    except (BadReport, Refused) as reason:
        known = report.get("report_id") if isinstance(report, dict) else None
        return {"report_id": known if isinstance(known, str) else None, "fault": str(reason)}


def _fitting(row: dict[str, Any]) -> dict[str, Any]:
    """Give the row, or a fault where it counts more than a row can hold."""
    if max([row["total"], *(entry["count"] for entry in row["reported_incidents"])]) <= MOST_CRIMES:
        return row
    told = f"/allegations: more than {MOST_CRIMES:,} are counted. Correct victim_count, units or times."
    return {"report_id": row["report_id"], "fault": told}


def row_of_reckoning(reckoning: Reckoning) -> dict[str, Any]:
    """Give the row of a reckoning without writing its verdict out."""
    due = least_due(reckoning.rulings, reckoning.doubtful)
    crimes = [gravest_of(reckoning, counted).reached for counted in reckoning.counted]
    limit = None
    if reckoning.counted or any(ruling.finding.crime_due for ruling in reckoning.rulings):
        limit = record_by(moment(reckoning.report["reported_at"]), reckoning.book).astimezone(UTC)
    return {
        "report_id": reckoning.report.get("report_id"),
        "book": reckoning.book.id,
        "decision": reckoning.decision,
        "total": reckoning.total,
        "due_in_open_class": due,
        "record_by": limit,
        "crimes": [
            {
                "ho_class": counted.ho_class,
                "ho_code": (reached.ho_code if reached else "") or None,
                "count": counted.count,
            }
            for counted, reached in zip(reckoning.counted, crimes, strict=True)
        ],
        "reported_incidents": [
            {"code": entry["code"], "count": entry["count"]} for entry in reported_incidents_in(reckoning)
        ],
        "trace": [row for rows in reckoning.trace for row in rows],
        "fault": None,
    }


def row_of(verdict: dict[str, Any]) -> dict[str, Any]:
    """Give a verdict as a row of :data:`SCHEMA`."""
    limit = verdict.get("record_by")
    return {
        "report_id": verdict.get("report_id"),
        "book": verdict["book"]["id"],
        "decision": verdict["decision"],
        "total": verdict["total"],
        "due_in_open_class": crimes_due_with_open_class(verdict),
        "record_by": datetime.fromisoformat(limit).astimezone(UTC) if limit else None,
        "crimes": [
            {"ho_class": crime["ho_class"], "ho_code": crime.get("ho_code"), "count": crime["count"]}
            for crime in verdict["crimes"]
        ],
        "reported_incidents": [
            {"code": entry["code"], "count": entry["count"]}
            for entry in verdict.get("reported_incidents", ())
        ],
        "trace": [step["row"] for step in verdict["trace"]],
        "fault": None,
    }


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value
