"""The sender's own rows that have something wrong, under the sender's headings, and what is wrong where."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import polars as pl
from attrs import frozen

from firstpoint.records.checking.found import Found
from firstpoint.records.checking.registry import CHECKS
from firstpoint.records.files import read_parts
from firstpoint.records.headings import find_headings
from firstpoint.records.mapping import ColumnMapping, SourceMapping
from firstpoint.records.reading import Extract
from firstpoint.records.tables import table_named

MOST_ROWS = 5_000
"""How many rows of one extract are marked; the gravest first."""

MARKS_SCHEMA = {
    "row": pl.Int64,
    "column": pl.String,
    "grade": pl.String,
    "reason": pl.String,
    "remedy": pl.String,
}
GRADES = ("set aside", "serious", "look")


@frozen
class SentRows:
    """Rows of a file as they were sent: ``frame`` (``row``, then a String column a heading) in order of row.

    ``headings_of`` gives the headings that feed each canonical column; ``torn`` holds rows that could not be
    cut into cells, by number.
    """

    frame: pl.DataFrame
    headings_of: Mapping[str, tuple[str, ...]]
    torn: Mapping[int, str]


def rows_as_sent(extract: Extract, mapping: SourceMapping | None, rows: Collection[int]) -> SentRows:
    """These rows of the extract's file, read again as it stands (the mapping must be that of the reading).

    Where the file is no longer there, or never was one, the good rows are given as they were read, under
    canonical names, and those set aside as the text that was kept of them.
    """
    if not Path(extract.path).is_file():
        return _rows_as_read(extract, rows)
    target = table_named(extract.table)
    layout = (mapping or SourceMapping(name="canonical")).table(target.name)
    raw = read_parts(Path(extract.path), layout, target)
    found = find_headings(raw.headings, target, layout, Path(extract.path))
    wanted = pl.Series(sorted(rows), dtype=pl.Int64)
    frames, torn = [], {}
    for part in raw.parts:
        frames.append(part.frame.filter(pl.col("row").is_in(wanted.implode())))
        torn.update({row: text for row, text in part.unread.items() if row in set(rows)})
    sources = {
        each.name: layout.columns.get(each.name, ColumnMapping(headings=(each.name,))).needs
        for each in target.columns
    }
    return SentRows(
        frame=pl.concat(frames).sort("row"),
        headings_of={
            column: tuple(found[name] for name in names if name in found) for column, names in sources.items()
        },
        torn=torn,
    )


def _rows_as_read(extract: Extract, rows: Collection[int]) -> SentRows:
    wanted = pl.Series(sorted(rows), dtype=pl.Int64)
    places = extract.row_numbers.is_in(wanted.implode()).arg_true()
    names = table_named(extract.table).columns
    cells = [
        pl.col(each.name).list.join(";") if each.kind == "list" else pl.col(each.name).cast(pl.String)
        for each in names
    ]
    good = extract.scan().with_row_index("at").filter(pl.col("at").is_in(places.implode())).select(cells)
    numbers = extract.row_numbers.filter(extract.row_numbers.is_in(wanted.implode()))
    frame = good.collect().select(numbers.alias("row"), pl.all())
    kept = extract.rejects.filter(pl.col("row").is_in(wanted.implode())).drop_nulls("raw")
    return SentRows(
        frame=frame.sort("row"),
        headings_of={each.name: (each.name,) for each in names},
        torn=dict(kept.select("row", "raw").iter_rows()),
    )


def marks_of(extract: Extract, found: tuple[Found, ...], *, most: int = MOST_ROWS) -> pl.DataFrame:
    """What is wrong in each row: ``row, column, grade, reason, remedy``, by row, for at most ``most`` rows.

    Where more rows have something wrong, those set aside come before those with a serious finding, and these
    before the others.
    """
    parts = [pl.DataFrame(schema=MARKS_SCHEMA), *_marks_of_reading(extract), *_marks_of_checks(found, most)]
    ranks = {name: at for at, name in enumerate(GRADES)}
    rank = pl.col("grade").replace_strict(ranks, return_dtype=pl.Int64)
    marks = pl.concat(parts).drop_nulls("row").with_columns(rank=rank)
    worst = marks.group_by("row").agg(pl.col("rank").min()).sort("rank", "row").head(most)
    return marks.filter(pl.col("row").is_in(worst["row"].implode())).sort("row", "rank").drop("rank")


def _marks_of_reading(extract: Extract) -> Iterator[pl.DataFrame]:
    for grade, frame in (("set aside", extract.rejects), ("look", extract.warnings)):
        yield frame.select("row", "column", grade=pl.lit(grade), reason="reason", remedy="remedy")


def _marks_of_checks(found: tuple[Found, ...], most: int) -> Iterator[pl.DataFrame]:
    for each in found:
        check = CHECKS[each.check]
        yield each.rows.head(most).select(
            "row",
            column=pl.lit(each.column, pl.String),
            grade=pl.lit(check.severity),
            reason=pl.lit(each.message),
            remedy=pl.lit(each.remedy or check.remedy),
        )
