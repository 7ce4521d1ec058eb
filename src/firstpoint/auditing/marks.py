"""Marks and frames as auditors hand them in: read, checked, and summed to one row an incident.

A fault is never passed over: every fault of a file is found in one pass and said with its row, and nothing is
estimated from a file that has one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from firstpoint.errors import InputError, UnreadableFile
from firstpoint.records import from_spreadsheet_text
from firstpoint.records.needed_columns import need_columns

MARK_COLUMNS = ("stratum", "incident_id", "should_record", "recorded")
READINGS = ("first", "second", "ruling")
_SHOWN = 8
_MOST = 10_000


def read_marks(path: Path | str) -> pl.DataFrame:
    """Give the marks of a CSV or Parquet file, checked as :func:`check_marks` does.

    Columns ``stratum`` str, ``incident_id`` str, ``should_record`` i64, ``recorded`` i64, and whatever else
    the file has. Raises UnreadableFile or InputError; rows are counted as in the file, the header being row
    1 of a CSV.
    """
    return check_marks(_read_table(Path(path)), where=Path(path).name)


def read_frame(path: Path | str) -> pl.DataFrame:
    """Give the frame of a CSV or Parquet file: a row an incident, or a row a stratum with its totals.

    A row an incident needs ``stratum`` and ``incident_id``; a row a stratum needs ``stratum`` and
    ``incidents``, and may have ``recorded_crimes_12m``. Raises UnreadableFile or InputError.
    """
    return check_frame(_read_table(Path(path)), where=Path(path).name)


def check_marks(marks: pl.DataFrame, *, where: str = "marks") -> pl.DataFrame:
    """Give the marks with whole-number counts, or raise InputError with every fault found.

    Faults are: a missing column, an empty stratum or incident, a count that is missing, negative or not
    whole, more recorded than should be, an incident in two strata, an unknown reading, a chance of
    selection outside 0 to 1, and two auditors on one incident with nothing to say which reading is which.
    """
    need_columns(marks, MARK_COLUMNS, where)
    if marks.height == 0:
        raise InputError("There are no marks.", where=where, remedy="Give a row for each audited incident.")
    typed = marks.with_columns(
        pl.col("stratum", "incident_id").cast(pl.String).str.strip_chars(),
        pl.col("should_record", "recorded").cast(pl.Float64, strict=False),
        *(
            [pl.col("inclusion_probability").cast(pl.Float64, strict=False)]
            if "inclusion_probability" in marks.columns
            else []
        ),
    )
    _raise_faults([*_row_faults(typed), *_incident_faults(typed)], where)
    return typed.with_columns(pl.col("should_record", "recorded").cast(pl.Int64))


def check_frame(frame: pl.DataFrame, *, where: str = "frame") -> pl.DataFrame:
    """Give the frame with its types put right, or raise InputError with every fault found."""
    need_columns(frame, ("stratum",), where)
    if "incident_id" not in frame.columns and "incidents" not in frame.columns:
        raise InputError(
            "The frame has neither incident_id nor incidents.",
            where=where,
            remedy="Give a row an incident (stratum, incident_id) or a row a stratum (stratum, incidents).",
        )
    if frame.height == 0:
        raise InputError("The frame is empty.", where=where, remedy="Check the dates and the opening codes.")
    if "incident_id" in frame.columns:
        return _check_frame_of_incidents(frame, where)
    return _check_frame_of_strata(frame, where)


def one_row_an_incident(marks: pl.DataFrame) -> pl.DataFrame:
    """Give checked marks summed to one row an incident: ``stratum, incident_id, should_record, recorded``.

    Where readings are named, a ruling stands before a first reading, and second readings are left for
    measuring agreement. ``inclusion_probability`` is carried over where the marks have it. Sorted by
    stratum and incident.
    """
    marks = standing_readings(marks)
    carried = [pl.col("inclusion_probability").first()] if "inclusion_probability" in marks.columns else []
    return (
        marks.group_by("stratum", "incident_id")
        .agg(pl.col("should_record", "recorded").sum(), *carried)
        .sort("stratum", "incident_id")
    )


def standing_readings(marks: pl.DataFrame) -> pl.DataFrame:
    """Give the rows that stand: of each incident the ruling where there is one, else the first reading.

    Second readings measure agreement and are never counted as further crimes. Marks without a ``reading``
    column stand as they are. Raises InputError for an incident with a second reading and no first one.
    """
    if "reading" not in marks.columns:
        return marks
    ruled = (pl.col("reading") == "ruling").any().over("incident_id")
    read_first = pl.col("reading").is_null() | (pl.col("reading") == "first")
    standing = marks.filter(pl.when(ruled).then(pl.col("reading") == "ruling").otherwise(read_first))
    missing = marks.join(standing, on="incident_id", how="anti")
    if missing.height:
        raise InputError(
            "An incident has a second reading and no first one.",
            where=f"incident {missing.get_column('incident_id')[0]}",
            remedy="Hand in the first reading too, or name the reading that stands 'first'.",
        )
    return standing


def _row_faults(marks: pl.DataFrame) -> Iterator[str]:
    due, recorded = pl.col("should_record"), pl.col("recorded")
    tests = [
        (_blank("stratum"), "has no stratum"),
        (_blank("incident_id"), "has no incident_id"),
        (due.is_null() | ~due.is_finite(), "has no number in should_record"),
        (recorded.is_null() | ~recorded.is_finite(), "has no number in recorded"),
        ((due < 0) | (recorded < 0), "has a negative count"),
        ((due != due.floor()) | (recorded != recorded.floor()), "has a count that is not whole"),
        ((due > _MOST) & due.is_finite(), f"has a count above {_MOST:,}"),
        (recorded > due, "has more recorded than should be; mark over-recording in over_recorded"),
    ]
    if "reading" in marks.columns:
        tests.append((~pl.col("reading").is_in(READINGS), "has a reading other than first, second or ruling"))
    if "inclusion_probability" in marks.columns:
        chance = pl.col("inclusion_probability")
        tests.append(
            (
                chance.is_null() | ~((chance > 0) & (chance <= 1)),
                "has an inclusion_probability outside 0 to 1",
            )
        )
    found = marks.select(test.fill_null(value=False).alias(words) for test, words in tests)
    for words in found.columns:
        for row in found.get_column(words).arg_true()[:_SHOWN]:
            yield f"row {row + 2} {words}"


def _incident_faults(marks: pl.DataFrame) -> Iterator[str]:
    same_reading = ["incident_id", "reading"] if "reading" in marks.columns else ["incident_id"]
    rules = [("stratum", ["incident_id"], "is in more than one stratum")]
    if "auditor" in marks.columns:
        rules.append(
            (
                "auditor",
                same_reading,
                "was marked by two auditors in one reading; name readings first and second",
            )
        )
    if "inclusion_probability" in marks.columns:
        rules.append(("inclusion_probability", ["incident_id"], "has two chances of selection"))
    for column, keys, words in rules:
        split = marks.group_by(keys).agg(pl.col(column).n_unique()).filter(pl.col(column) > 1)
        for incident_id in split.get_column("incident_id").sort()[:_SHOWN]:
            yield f"incident {incident_id} {words}"


def _check_frame_of_incidents(frame: pl.DataFrame, where: str) -> pl.DataFrame:
    typed = frame.with_columns(pl.col("stratum", "incident_id").cast(pl.String).str.strip_chars())
    faults = [
        f"row {row + 2} has no {column}"
        for column in ("stratum", "incident_id")
        for row in typed.select(_blank(column).arg_true()).to_series()[:_SHOWN]
    ]
    repeated = typed.filter(pl.col("incident_id").is_duplicated()).get_column("incident_id").unique().sort()
    faults += [f"incident {incident_id} is there more than once" for incident_id in repeated[:_SHOWN]]
    _raise_faults(faults, where)
    return typed


def _check_frame_of_strata(frame: pl.DataFrame, where: str) -> pl.DataFrame:
    totals = [name for name in ("incidents", "recorded_crimes_12m") if name in frame.columns]
    typed = frame.with_columns(
        pl.col("stratum").cast(pl.String).str.strip_chars(),
        pl.col(totals).cast(pl.Float64, strict=False),
    )
    faults = [
        f"row {row + 2} has no stratum" for row in typed.select(_blank("stratum").arg_true()).to_series()
    ]
    repeated = typed.filter(pl.col("stratum").is_duplicated()).get_column("stratum").unique().sort()
    faults += [f"stratum {stratum} is there more than once" for stratum in repeated]
    for name in totals:
        total = pl.col(name)
        wrong = total.is_null() | ~total.is_finite() | (total < 0) | (total != total.floor())
        faults += [
            f"row {row + 2} has no whole number in {name}"
            for row in typed.select(wrong.fill_null(value=True).arg_true()).to_series()
        ]
    _raise_faults(faults, where)
    return typed.with_columns(pl.col(totals).cast(pl.Int64))


def _blank(column: str) -> pl.Expr:
    return pl.col(column).is_null() | (pl.col(column) == "")


def _raise_faults(faults: list[str], where: str) -> None:
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise InputError(
            f"{'; '.join(faults[:_SHOWN])}{more}.",
            where=where,
            remedy="Put these right and hand it in again; nothing was estimated.",
        )


def _read_table(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise UnreadableFile("There is no such file.", where=str(path), remedy="Check the path.")
    try:
        table = pl.read_parquet(path) if path.suffix.lower() == ".parquet" else _read_csv(path)
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        raise _unreadable(path, type(error).__name__) from error
    return table.rename({name: name.strip().lstrip("\ufeff") for name in table.columns})


def _read_csv(path: Path) -> pl.DataFrame:
    raw = path.read_bytes()
    if b"\0" in raw:
        raise _unreadable(path, "it holds bytes that are not text, as Excel files and UTF-16 do")
    table = pl.read_csv(raw, infer_schema=False, null_values=[""])
    repeated = [name for name in table.columns if "_duplicated_" in name]
    if repeated:
        raise InputError(
            f"The column {repeated[0].split('_duplicated_')[0]} is there twice.",
            where=path.name,
            remedy="Keep one of them.",
        )
    table = from_spreadsheet_text(table.select(pl.all().str.strip_chars()))
    filled = table.select(pl.any_horizontal(pl.all().is_not_null() & (pl.all() != ""))).to_series()
    return table.head(max(filled.arg_true().to_list(), default=-1) + 1)


def _unreadable(path: Path, reason: str) -> UnreadableFile:
    return UnreadableFile(
        f"The file cannot be read as a table ({reason}).",
        where=path.name,
        remedy="Give a CSV in UTF-8 with commas and a header row, or a Parquet file.",
    )
