"""An extract, read: a file and a mapping to a canonical table, with every fault found in one pass.

:func:`read_extract` is the whole road. The rows of text come in parts (``files``), so that a file larger
than the memory can be read; in each the mapping's headings are found, each column is turned into its kind
(``columns``), required cells and allowed values are checked, and the good rows are put by (``spool``). When
all are in, repeated keys are settled (``repeats``). A row with a fault that matters is set aside; the others
go on. For every extract

    rows read = rows in the frame + rows set aside + identical rows dropped + rows joined to an earlier
    version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from hashlib import sha256
from pathlib import Path

import polars as pl
from attrs import define, field, frozen

from firstpoint.records.columns import read_column, read_event_at
from firstpoint.records.faults import Fault, gather, summarise
from firstpoint.records.files import read_parts, sha256_of
from firstpoint.records.headings import find_headings
from firstpoint.records.keys_seen import KeysSeen
from firstpoint.records.mapping import SourceMapping, TableMapping
from firstpoint.records.raw_rows import RawParts, RawRows
from firstpoint.records.repeats import identity_of, settle_repeats
from firstpoint.records.spool import Spool, SpoolFolder
from firstpoint.records.tables import Table, table_named

REJECTS_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "remedy": pl.String(),
    "raw": pl.String(),
}
RAW_SCHEMA: dict[str, pl.DataType] = {"row": pl.Int64(), "raw": pl.String()}
MOST_IN_MEMORY_BYTES = 48_000_000


@frozen
class Extract:
    """One file read into one canonical table.

    ``frame`` has every canonical column; :meth:`scan` gives the same rows without reading them all into
    memory. ``rejects`` (row Int64, column, value, reason, remedy, raw) has a line for each fault of each
    row set aside, ``warnings`` (the same columns) one for each cell or row that was kept with a remark;
    rows are numbered as in the file, the heading being row 1. ``faults`` is both in words, folded by kind.
    ``row_numbers`` says where each row of ``frame`` stands in the file (the first, of joined rows).
    ``absent_columns`` are those that nothing in the source feeds, which says nothing about their cells.
    ``reading`` is a digest of what the mapping says of the table: the same file read otherwise is another
    extract.

    The rows of a large file stand on disk, and go when the extract is no longer held.
    """

    table: str
    path: Path
    sha256: str
    rows_read: int
    _frame: pl.DataFrame | pl.LazyFrame
    _rejects: pl.DataFrame | pl.LazyFrame
    _warnings: pl.DataFrame | pl.LazyFrame
    faults: tuple[Fault, ...]
    row_numbers: pl.Series
    blank_rows: int = 0
    identical_rows: int = 0
    joined_rows: int = 0
    unused_headings: tuple[str, ...] = ()
    reading: str = ""
    absent_columns: tuple[str, ...] = ()
    _folder: SpoolFolder | None = None

    def scan(self) -> pl.LazyFrame:
        """The good rows, to be read when they are collected: select the columns needed, and no more is read.

        Hold the extract until then.
        """
        return self._frame.lazy()

    @property
    def frame(self) -> pl.DataFrame:
        """The good rows, in memory."""
        return _in_memory(self._frame)

    @property
    def rejects(self) -> pl.DataFrame:
        """What was wrong with the rows set aside, in memory."""
        return _in_memory(self._rejects)

    @property
    def warnings(self) -> pl.DataFrame:
        """What was remarked on, in memory."""
        return _in_memory(self._warnings)

    @property
    def rows_kept(self) -> int:
        """How many good rows there are."""
        return self.row_numbers.len()

    @property
    def rejected_rows(self) -> int:
        """How many rows were set aside (a row may have several faults)."""
        rows = self._rejects.lazy().select("row").collect()["row"]
        return rows.n_unique() if rows.len() else 0


def _in_memory(frame: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    return frame.collect() if isinstance(frame, pl.LazyFrame) else frame


@define
class _Reading:
    """What has been read of a file so far."""

    rows: Spool
    raw: Spool
    keys: KeysSeen = field(factory=KeysSeen)
    findings: list[pl.DataFrame] = field(factory=list)
    rows_read: int = 0
    blank_rows: int = 0


def read_extract(
    path: str | Path,
    table: str,
    mapping: SourceMapping | None = None,
    *,
    needs: Collection[str] | None = None,
) -> Extract:
    """The extract in a CSV, Parquet, Excel or JSON-lines file, as rows of the canonical ``table``.

    Headings are taken as canonical names where ``mapping`` says nothing. ``needs`` names the columns that a
    row cannot do without, where a job needs fewer than the table requires. UnreadableFile when the file
    cannot be read at all; BadMapping, naming every missing heading at once, when columns are not there;
    NoRoom when the rows of a large file find none on the disk for temporary files.
    """
    where = Path(path)
    target = table_named(table) if needs is None else table_named(table).needing(needs)
    layout = (mapping or SourceMapping(name="canonical")).table(target.name)
    raw = read_parts(where, layout, target)
    large = where.stat().st_size > MOST_IN_MEMORY_BYTES
    return extract_of(raw, where, target, layout, large=large, digest_of=lambda: sha256_of(where))


def extract_of(
    raw: RawParts,
    where: Path,
    table: Table,
    layout: TableMapping,
    *,
    large: bool,
    digest_of: Callable[[], str],
) -> Extract:
    """The extract of rows of text in parts; the rows of a ``large`` one are put by on disk.

    ``digest_of`` gives the digest of the source, and is called when all parts have been read.
    """
    headings = find_headings(raw.headings, table, layout, where)
    folder = SpoolFolder() if large else None
    reading = _Reading(Spool("rows", folder), Spool("raw", folder))
    for part in raw.parts:
        _read_part(part, headings, table, layout, reading)
    digest = digest_of()
    repeated = settle_repeats(reading.rows, reading.keys.frame(), table, layout.repeats)
    findings = gather([*reading.findings, repeated.findings])
    frame = reading.rows.scan()
    return Extract(
        table=table.name,
        path=where,
        sha256=digest,
        rows_read=reading.rows_read,
        frame=_as_held(frame.drop("row", "event_at"), folder),
        rejects=_with_raw(findings.filter(severity="reject"), reading.raw, folder),
        warnings=_with_raw(findings.filter(severity="warning"), reading.raw, folder),
        faults=summarise(table.name, str(where), findings),
        row_numbers=frame.select("row").collect()["row"],
        blank_rows=reading.blank_rows,
        identical_rows=repeated.identical_rows,
        joined_rows=repeated.joined_rows,
        unused_headings=tuple(each for each in raw.headings if each not in headings.values()),
        absent_columns=tuple(
            column.name for column in table.columns if not layout.is_fed(column.name, headings)
        ),
        reading=sha256(repr(layout).encode()).hexdigest(),
        folder=folder,
    )


def _as_held(frame: pl.LazyFrame, folder: SpoolFolder | None) -> pl.DataFrame | pl.LazyFrame:
    """The rows, still to be read where they stand on disk."""
    return frame.collect() if folder is None else frame


def _read_part(
    part: RawRows, headings: dict[str, str], table: Table, layout: TableMapping, reading: _Reading
) -> None:
    """Read the rows of one part, and put by the good ones and the words of the others."""
    cells = part.frame.select("row", **{name: pl.col(heading) for name, heading in headings.items()})
    columns = [read_column(cells, column, layout) for column in table.columns]
    event_at = read_event_at(cells, layout)
    typed = pl.DataFrame([cells["row"], *(each.series for each in columns), event_at])
    findings = gather([part.findings, *(each.findings for each in columns)])
    good = typed.filter(~pl.col("row").is_in(_rejected_rows(findings).implode()))
    seen_before = reading.keys.add(good["row"], identity_of(good, table))
    reading.rows.add(good)
    # A row whose key was seen before may yet be set aside for it, when its words are no longer at hand.
    told = pl.concat([findings["row"].drop_nulls(), seen_before]).unique()
    reading.raw.add(_raw_texts(part, told))
    reading.findings.append(findings)
    reading.rows_read += part.rows_read
    reading.blank_rows += part.blank_rows


def _rejected_rows(findings: pl.DataFrame) -> pl.Series:
    return findings.filter(severity="reject")["row"].unique()


def _with_raw(findings: pl.DataFrame, raw: Spool, folder: SpoolFolder | None) -> pl.DataFrame | pl.LazyFrame:
    """Findings with the raw text of their rows."""
    known = findings.lazy().join(raw.scan(), on="row", how="left", maintain_order="left")
    return _as_held(known.select(REJECTS_SCHEMA.keys()), folder)


def _raw_texts(part: RawRows, rows: pl.Series) -> pl.DataFrame:
    """The raw text of some rows of a part: torn ones as they stood, the others joined again."""
    frame = part.frame.filter(pl.col("row").is_in(rows.implode()))
    cells = [_as_csv_cell(name) for name in part.headings]
    joined = frame.select("row", raw=pl.concat_str(cells, separator=","))
    torn = {"row": list(part.unread), "raw": list(part.unread.values())}
    unread = pl.DataFrame(torn, schema=RAW_SCHEMA)
    return pl.concat([joined, unread]).sort("row")


def _as_csv_cell(name: str) -> pl.Expr:
    cell = pl.col(name).fill_null("")
    quoted = pl.concat_str(pl.lit('"'), cell.str.replace_all('"', '""', literal=True), pl.lit('"'))
    return pl.when(cell.str.contains('[,"\r\n]')).then(quoted).otherwise(cell)
