"""Everything that is wrong with extracts, alone and together, and a report of it for a registrar to read.

What a file cannot be read as is found in reading it. What only shows in the good rows, or when tables stand
side by side, is looked for here by the functions of :mod:`firstpoint.records.checking`. Nothing more is set
aside for it: each finding is a warning that names its rows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from attrs import asdict, evolve, field, frozen

from firstpoint.records.checking import codes, fillers, people, references, shares, texts, times, volumes
from firstpoint.records.checking.found import Found, Material, fault_of
from firstpoint.records.checking.registry import CHECKS, check_of_reading
from firstpoint.records.faults import Fault
from firstpoint.records.reading import Extract
from firstpoint.records.spreadsheets import as_spreadsheet_text

LOOKS: tuple[Callable[[Material], Iterator[Found]], ...] = (
    references.pointing_to_nothing,
    references.without_entries,
    references.secondary_to_itself,
    references.in_an_earlier_file,
    times.out_of_order,
    times.in_the_future,
    times.on_a_filler_day,
    times.too_many_midnights,
    times.an_hour_off,
    times.second_hour_missing,
    codes.on_no_list,
    codes.outside_its_class,
    codes.without_ground,
    codes.closed_without_result,
    codes.half_an_outcome,
    codes.new_and_vanished,
    fillers.filler_words,
    fillers.filler_places,
    fillers.filler_ages,
    people.against_the_class,
    people.equality,
    volumes.days_out_of_line,
    shares.empty_beyond_others,
    shares.filled_no_more,
    shares.late_beyond_others,
    texts.wordless,
    texts.one_text_on_many,
    texts.same_content,
)
"""Every look that is taken at an extract, in the order of the table of checks."""

PLACES_SCHEMA = {
    "check": pl.String,
    "column": pl.String,
    "row": pl.Int64,
    "value": pl.String,
    "reason": pl.String,
}


@frozen
class ExtractSummary:
    """What became of the rows of one file. ``missing`` gives the share of empty cells of each column used."""

    table: str
    path: str
    sha256: str
    rows_read: int
    rows_kept: int
    rows_set_aside: int
    rows_joined: int
    identical_rows: int
    blank_rows: int
    unused_headings: tuple[str, ...]
    missing: dict[str, float]


def _none() -> tuple[Any, ...]:
    return ()


@frozen
class CheckReport:
    """All faults of a set of extracts, the worst first within each file, and what became of their rows.

    ``found`` holds, file by file in the order of ``summary``, what the checks found with every row of it.
    """

    faults: tuple[Fault, ...]
    summary: tuple[ExtractSummary, ...]
    found: tuple[tuple[Found, ...], ...] = field(factory=_none, eq=False, repr=False)

    @property
    def rows_set_aside(self) -> int:
        """How many rows of all files were set aside."""
        return sum(each.rows_set_aside for each in self.summary)

    def worst_first(self) -> tuple[Fault, ...]:
        """The faults of all files, the gravest first and of these the most frequent."""
        return tuple(sorted(self.faults, key=gravity))

    def text(self, *, most: int | None = None) -> str:
        """The report as lines of plain text; of each file at most ``most`` faults, the others counted."""
        return "\n".join(_lines(self, most)) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        return {
            "faults": [{**asdict(each), "gravity": grade_of(each)} for each in self.worst_first()],
            "summary": [asdict(each) for each in self.summary],
        }


def grade_of(fault: Fault) -> str:
    """How grave a fault is: ``set aside``, ``serious`` or ``look``."""
    if fault.severity == "reject":
        return "set aside"
    grade = CHECKS[fault.check].severity if fault.check else "look"
    return "look" if grade == "set aside" else grade


def gravity(fault: Fault) -> tuple[int, int]:
    """What sorts faults by gravity and then by how many rows they have."""
    return ["set aside", "serious", "look"].index(grade_of(fault)), -fault.rows


def check_extracts(
    extracts: Sequence[Extract],
    *,
    against: Sequence[Extract] = (),
    as_of: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CheckReport:
    """Everything wrong with these extracts, alone and together.

    ``against`` are extracts of an earlier delivery, looked back upon for volumes, codes and columns emptied.
    ``as_of`` (with its time zone) is the moment after which nothing can have happened; without it the future
    is not looked for. ``progress`` is called with looks taken and looks to take.
    """
    faults: list[Fault] = []
    found: list[tuple[Found, ...]] = []
    for at, extract in enumerate(extracts):
        material = Material(extract, tuple(extracts), tuple(against), as_of)
        seen: list[Found] = []
        for number, look in enumerate(LOOKS, start=1):
            seen += look(material)
            if progress:
                progress(at * len(LOOKS) + number, len(extracts) * len(LOOKS))
        read = [evolve(fault, check=check_of_reading(fault)) for fault in extract.faults]
        faults += sorted([*read, *(fault_of(each, extract) for each in seen)], key=gravity)
        found.append(tuple(seen))
    return CheckReport(tuple(faults), tuple(_summary(each) for each in extracts), tuple(found))


def _summary(extract: Extract) -> ExtractSummary:
    counted = extract.scan().select(pl.len().alias("rows"), pl.all().null_count().name.prefix("empty "))
    counts = counted.collect(engine="streaming").row(0, named=True)
    rows = counts.pop("rows")
    return ExtractSummary(
        table=extract.table,
        path=str(extract.path),
        sha256=extract.sha256,
        rows_read=extract.rows_read,
        rows_kept=rows,
        rows_set_aside=extract.rejected_rows,
        rows_joined=extract.joined_rows,
        identical_rows=extract.identical_rows,
        blank_rows=extract.blank_rows,
        unused_headings=extract.unused_headings,
        missing={name.removeprefix("empty "): empty / rows for name, empty in counts.items()} if rows else {},
    )


MARKS = {"set aside": "SET ASIDE", "serious": "SERIOUS", "look": "Look"}


def _lines(report: CheckReport, most: int | None) -> Iterator[str]:
    for each in report.summary:
        yield f"{each.table}: {each.path}"
        yield f"  {_rows_in_words(each)}"
        if each.unused_headings:
            yield f"  Headings not used: {', '.join(each.unused_headings)}."
        gaps = [f"{name} {_percent(share)}" for name, share in each.missing.items() if 0 < share < 1]
        empty = [name for name, share in each.missing.items() if share == 1]
        if gaps:
            yield f"  Cells empty: {', '.join(gaps)}."
        if empty:
            yield f"  Columns the source does not have: {', '.join(empty)}."
        faults = [fault for fault in report.faults if (fault.table, fault.file) == (each.table, each.path)]
        for fault in faults[:most]:
            yield f"  {MARKS[grade_of(fault)]}: {fault.sentence}"
        if most is not None and len(faults) > most:
            yield f"  … and {len(faults) - most} kinds of finding more."
    aside = report.rows_set_aside
    yield f"{_rows(aside)} set aside." if aside else "No row was set aside."


def _rows_in_words(each: ExtractSummary) -> str:
    parts = [f"{_rows(each.rows_read)} read", f"{each.rows_kept:,} kept"]
    named = (
        (each.rows_set_aside, "set aside"),
        (each.rows_joined, "joined to an earlier version"),
        (each.identical_rows, "identical and dropped"),
    )
    parts += [f"{count:,} {words}" for count, words in named if count]
    blank = f" ({_rows(each.blank_rows, 'blank ')} passed over)" if each.blank_rows else ""
    return ", ".join(parts) + blank + "."


def _rows(count: int, kind: str = "") -> str:
    return f"1 {kind}row" if count == 1 else f"{count:,} {kind}rows"


def _percent(share: float) -> str:
    """A share in words that never calls a few none, or nearly all all."""
    if share < 0.01:
        return "under 1%"
    return "over 99%" if share > 0.99 else f"{share:.0%}"


def write_rejects(extracts: Extract | Sequence[Extract], path: str | Path) -> int:
    """Write every row set aside and every remark on a row that was kept, and give the number of lines.

    CSV with ``severity`` (reject or warning), ``table``, ``file``, ``row``, ``column``, ``value``,
    ``reason``, ``remedy`` and ``raw`` (the row as it stood), each with an apostrophe before it where a
    spreadsheet would compute it. It holds the words of the source, so its owner alone may read it: keep it
    where the source is kept.
    """
    parts = [
        pl.select(severity=pl.lit(severity), table=pl.lit(each.table), file=pl.lit(each.path.name)).join(
            frame, how="cross"
        )
        for each in ([extracts] if isinstance(extracts, Extract) else extracts)
        for severity, frame in (("reject", each.rejects), ("warning", each.warnings))
    ]
    lines = pl.concat(parts) if parts else pl.DataFrame()
    _write_for_owner(as_spreadsheet_text(lines), Path(path))
    return lines.height


def _write_for_owner(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as CSV that its owner alone may read, by one rename."""
    half_written = path.with_name(path.name + ".part")
    half_written.unlink(missing_ok=True)
    with os.fdopen(os.open(half_written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        frame.write_csv(file)
    half_written.replace(path)
