"""An extract, read: a file and a mapping to a canonical table, with every fault found in one pass.

:func:`read_extract` is the whole road: rows of text (``files``), the mapping's headings found, each column
turned into its kind (``columns``), required cells and allowed values checked, repeated keys settled
(``repeats``). A row with a fault that matters is set aside; the others go on. For every extract

    rows read = rows in the frame + rows set aside + identical rows dropped + rows joined to an earlier
    version.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import polars as pl
from attrs import frozen

from firstpoint.errors import BadMapping
from firstpoint.records.columns import read_column, read_event_at
from firstpoint.records.faults import Fault, gather, summarise
from firstpoint.records.files import read_rows, sha256_of
from firstpoint.records.mapping import SourceMapping, TableMapping
from firstpoint.records.nearest import nearest
from firstpoint.records.raw_rows import RawRows
from firstpoint.records.repeats import settle_repeats
from firstpoint.records.tables import Table, table_named

REJECTS_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "remedy": pl.String(),
    "raw": pl.String(),
}


@frozen
class Extract:
    """One file read into one canonical table.

    ``frame`` has every canonical column. ``rejects`` (row Int64, column, value, reason, remedy, raw) has a
    line for each fault of each row set aside, ``warnings`` (the same columns) one for each cell or row that
    was kept with a remark; rows are numbered as in the file, the heading being row 1. ``faults`` is both in
    words, folded by kind. ``row_numbers`` says where each row of ``frame`` stands in the file (the first,
    of joined rows).
    """

    table: str
    path: Path
    sha256: str
    rows_read: int
    frame: pl.DataFrame
    rejects: pl.DataFrame
    warnings: pl.DataFrame
    faults: tuple[Fault, ...]
    row_numbers: pl.Series
    blank_rows: int = 0
    identical_rows: int = 0
    joined_rows: int = 0
    unused_headings: tuple[str, ...] = ()

    def scan(self) -> pl.LazyFrame:
        """The rows of ``frame``, to take only the columns from that are needed."""
        return self.frame.lazy()

    @property
    def rejected_rows(self) -> int:
        """How many rows were set aside (a row may have several faults)."""
        return self.rejects["row"].n_unique() if self.rejects.height else 0


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
    cannot be read at all; BadMapping, naming every missing heading at once, when columns are not there.
    """
    where = Path(path)
    target = table_named(table) if needs is None else table_named(table).needing(needs)
    layout = (mapping or SourceMapping(name="canonical")).table(target.name)
    raw = read_rows(where, layout)
    sha256 = sha256_of(where)
    headings = find_headings(raw.headings, target, layout, where)
    cells = raw.frame.select("row", **{name: pl.col(heading) for name, heading in headings.items()})
    columns = [read_column(cells, column, layout) for column in target.columns]
    event_at = read_event_at(cells, layout)
    typed = pl.DataFrame([cells["row"], *(each.series for each in columns), event_at])
    findings = gather([raw.findings, *(each.findings for each in columns)])
    good = typed.filter(~pl.col("row").is_in(_rejected_rows(findings).implode()))
    settled = settle_repeats(good, target, layout.repeats)
    findings = gather([findings, settled.findings])
    return Extract(
        table=target.name,
        path=where,
        sha256=sha256,
        rows_read=raw.rows_read,
        frame=settled.frame.drop("row"),
        rejects=_with_raw(findings.filter(severity="reject"), raw),
        warnings=_with_raw(findings.filter(severity="warning"), raw),
        faults=summarise(target.name, str(where), findings),
        row_numbers=settled.frame["row"],
        blank_rows=raw.blank_rows,
        identical_rows=settled.identical_rows,
        joined_rows=settled.joined_rows,
        unused_headings=tuple(each for each in raw.headings if each not in headings.values()),
    )


def _rejected_rows(findings: pl.DataFrame) -> pl.Series:
    return findings.filter(severity="reject")["row"].unique()


def find_headings(headings: Sequence[str], table: Table, layout: TableMapping, where: Path) -> dict[str, str]:
    """The heading of the file for each name that the mapping or the table gives.

    Case, spaces, hyphens and underscores do not matter. BadMapping names every missing heading, with the
    nearest that the file has.
    """
    by_form: dict[str, list[str]] = {}
    for heading in headings:
        by_form.setdefault(_form(heading), []).append(heading)
    found: dict[str, str] = {}
    missing: list[tuple[str, str]] = []
    for column, name, needed in _wanted(table, layout):
        here = [name] if name in headings else by_form.get(_form(name), [])
        if len(here) == 1:
            found[name] = here[0]
        elif needed:
            missing.append((column, name))
    if missing:
        raise BadMapping(_missing_words(missing, headings), where=str(where), remedy=_missing_remedy(table))
    return found


def _wanted(table: Table, layout: TableMapping) -> Iterable[tuple[str, str, bool]]:
    """Each canonical column, a heading that feeds it, and whether the file must have that heading."""
    for column, source in layout.columns.items():
        for heading in source.needs:
            yield column, heading, True
    event_at = layout.repeats.event_at
    for heading in event_at.needs if event_at else ():
        yield "event_at of repeats", heading, True
    for each in table.columns:
        if each.name not in layout.columns:
            yield each.name, each.name, each.required


def _form(heading: str) -> str:
    return re.sub(r"[\s_\-]+", " ", heading.strip().casefold())


def _missing_words(missing: list[tuple[str, str]], headings: Sequence[str]) -> str:
    parts = []
    for column, name in dict.fromkeys(missing):
        near = nearest(name, headings)
        purpose = "" if column == name else f" (for {column})"
        parts.append(f"{name!r}{purpose}" + (f", nearest heading {near!r}" if near else ""))
    return f"The file has no heading {'; no heading '.join(parts)}. It has: {', '.join(headings)}."


def _missing_remedy(table: Table) -> str:
    return f"Name the right headings under [{table.name}.columns] of the mapping, or mend the export."


def _with_raw(findings: pl.DataFrame, raw: RawRows) -> pl.DataFrame:
    """Findings with the raw text of their rows: torn rows as they stood, others joined again."""
    rows = findings["row"].drop_nulls().unique()
    cells = raw.frame.filter(pl.col("row").is_in(rows.implode()))
    texts = {each[0]: _as_csv_line(each[1:]) for each in cells.iter_rows()} | raw.unread
    known = pl.DataFrame(
        {"row": list(texts), "raw": list(texts.values())}, {"row": pl.Int64, "raw": pl.String}
    )
    return findings.join(known, on="row", how="left", maintain_order="left").select(REJECTS_SCHEMA.keys())


def _as_csv_line(cells: Sequence[str | None]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(["" if cell is None else cell for cell in cells])
    return line.getvalue()
