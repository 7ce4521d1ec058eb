"""One column of an extract, from the source's text to the canonical kind, with every fault of every row.

Each reader works on a frame of the file's cells (all text, with ``row``) and gives a typed column beside its
findings; nothing here looks at a row at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from attrs import frozen

from firstpoint.records.faults import Severity, findings_where, gather, no_findings
from firstpoint.records.mapping import ColumnMapping, TableMapping
from firstpoint.records.tables import Column
from firstpoint.records.times import OnTheClock, local_times, offset_times, on_the_clock, times_of_day

YES = ("yes", "y", "true", "t", "1")
NO = ("no", "n", "false", "f", "0")
NAME_THE_FORMAT = (
    'Name the format in the mapping, for example times = ["%d/%m/%Y %H:%M"] (day first); where it is named, '
    "there is no such day or time: correct it at the source."
)


@frozen
class ReadColumn:
    """A canonical column and what was found in reading it (see :mod:`firstpoint.records.faults`)."""

    series: pl.Series
    findings: pl.DataFrame


def read_column(cells: pl.DataFrame, column: Column, layout: TableMapping) -> ReadColumn:
    """The column, typed, in the order of ``cells``; null where the source has nothing or nothing readable."""
    source = layout.columns.get(column.name, ColumnMapping(headings=(column.name,)))
    if not layout.is_fed(column.name, cells.columns):
        return ReadColumn(_absent(column, cells.height), no_findings())
    frame = cells.select("row", value=_text_of(cells, column, source, layout))
    if column.kind == "time":
        series, findings = _times(frame, cells, column, source, layout)
    elif column.kind == "date":
        series, findings = _dates(frame, column, source, layout)
    elif column.kind == "number":
        series, findings = _numbers(frame, column, layout)
    elif column.kind == "yes_no":
        series, findings = _yes_no(frame, column, layout)
    elif column.kind == "list":
        series, findings = _lists(frame, layout), []
    else:
        series, findings = _texts(frame, column)
    if column.required:
        findings.append(_missing(frame, column))
    return ReadColumn(series.alias(column.name), gather(findings))


def _absent(column: Column, rows: int) -> pl.Series:
    """The column of a source that does not have it."""
    return pl.Series(column.name, [column.absent_means or None], column.dtype).new_from_index(0, rows)


def read_event_at(cells: pl.DataFrame, layout: TableMapping) -> pl.Series:
    """When each row's event happened, as text to compare (nulls when the mapping has no ``event_at``)."""
    source = layout.repeats.event_at
    if source is None:
        return pl.Series("event_at", [None], pl.String).new_from_index(0, cells.height)
    column = Column(
        name="event_at", kind="time", required=False, meaning="", usual_source="", bad_value="blank"
    )
    frame = cells.select("row", value=_text_of(cells, column, source, layout))
    series, _ = _times(frame, cells, column, source, layout)
    return series.cast(pl.String).alias("event_at")


def _text_of(cells: pl.DataFrame, column: Column, source: ColumnMapping, layout: TableMapping) -> pl.Expr:
    """What the source says for the column, as text: joined, translated, and null where nothing is known."""
    present = [_cell(name, column, source, layout) for name in source.needs if name in cells.columns]
    if source.constant is not None:
        return pl.lit(source.constant)
    text = present[0] if len(present) == 1 else _joined(present, source.joiner)
    if source.codes:
        text = text.replace({code: value or None for code, value in source.codes.items()})
    return text.fill_null(column.absent_means) if column.absent_means else text


def _joined(present: list[pl.Expr], joiner: str) -> pl.Expr:
    joined = pl.concat_str(present, separator=joiner, ignore_nulls=True)
    return pl.when(~pl.all_horizontal(each.is_null() for each in present)).then(joined)


def _cell(name: str, column: Column, source: ColumnMapping, layout: TableMapping) -> pl.Expr:
    cell = pl.col(name) if column.name == "text" else pl.col(name).str.strip_chars()
    if source.first_before:
        cell = cell.str.split(source.first_before).list.first().str.strip_chars()
    if layout.unknown:
        unknown = [word.casefold() for word in layout.unknown]
        cell = pl.when(~cell.str.strip_chars().str.to_lowercase().is_in(unknown)).then(cell)
    return cell


def _severity(column: Column) -> Severity:
    return "reject" if column.bad_value == "reject" else "warning"


def _missing(frame: pl.DataFrame, column: Column) -> pl.DataFrame:
    return findings_where(
        frame,
        pl.col("value").is_null(),
        severity="reject",
        column=column.name,
        value=pl.lit(None, pl.String),
        reason="The column is required and this cell is empty.",
        remedy="Fill it at the source and export the row again.",
    )


def _unreadable(frame: pl.DataFrame, bad: pl.Expr, column: Column, reason: str, remedy: str) -> pl.DataFrame:
    blank = "" if column.bad_value == "reject" else " The cell was left empty."
    return findings_where(
        frame,
        bad,
        severity=_severity(column),
        column=column.name,
        value=pl.col("value"),
        reason=reason + blank,
        remedy=remedy,
    )


def _texts(frame: pl.DataFrame, column: Column) -> tuple[pl.Series, list[pl.DataFrame]]:
    if not column.allowed:
        return frame["value"], []
    canonical = {value.casefold(): value for value in column.allowed}
    read = pl.col("value").str.to_lowercase().replace_strict(canonical, default=None, return_dtype=pl.String)
    typed = frame.with_columns(read=read)
    bad = _unreadable(
        typed,
        pl.col("value").is_not_null() & pl.col("read").is_null(),
        column,
        f"This is none of the allowed values: {', '.join(column.allowed)}.",
        f"Translate the source's code in the mapping: {column.name} = {{ from = …, codes = {{ … }} }}.",
    )
    return typed["read"], [bad]


def _lists(frame: pl.DataFrame, layout: TableMapping) -> pl.Series:
    parts = pl.col("value").str.split(layout.list_separator).list.eval(pl.element().str.strip_chars())
    filled = parts.list.eval(pl.element().filter(pl.element() != ""))
    return frame.select(pl.when(pl.col("value").is_not_null()).then(filled)).to_series()


def _yes_no(
    frame: pl.DataFrame, column: Column, layout: TableMapping
) -> tuple[pl.Series, list[pl.DataFrame]]:
    words = {word.casefold(): True for word in (*YES, *layout.yes)}
    words |= {word.casefold(): False for word in (*NO, *layout.no)}
    read = pl.col("value").str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    typed = frame.with_columns(read=read)
    bad = _unreadable(
        typed,
        pl.col("value").is_not_null() & pl.col("read").is_null(),
        column,
        "This is neither yes nor no.",
        "Name the source's words in the mapping: yes = […], no = […].",
    )
    return typed["read"], [bad]


def _numbers(
    frame: pl.DataFrame, column: Column, layout: TableMapping
) -> tuple[pl.Series, list[pl.DataFrame]]:
    text = pl.col("value")
    if layout.decimal == ",":
        text = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    typed = frame.with_columns(read=text.cast(pl.Float64, strict=False))
    finite = pl.when(pl.col("read").is_finite()).then(pl.col("read"))
    typed = typed.with_columns(read=finite)
    findings = [
        _unreadable(
            typed,
            pl.col("value").is_not_null() & pl.col("read").is_null(),
            column,
            "This is not a number.",
            'Take units and signs out at the source; a decimal comma is named in the mapping: decimal = ",".',
        )
    ]
    if column.least is not None and column.most is not None:
        outside = ~pl.col("read").is_between(column.least, column.most)
        reason = f"This is not between {column.least:g} and {column.most:g}."
        findings.append(
            _unreadable(typed, outside.fill_null(False), column, reason, "Check it at the source.")
        )
        typed = typed.with_columns(read=pl.when(~outside).then(pl.col("read")))
    return typed["read"], findings


def _dates(
    frame: pl.DataFrame, column: Column, source: ColumnMapping, layout: TableMapping
) -> tuple[pl.Series, list[pl.DataFrame]]:
    typed, findings = _agreed(frame, source.formats or layout.times, column)
    return typed["local"].dt.date(), findings


def _times(
    frame: pl.DataFrame, cells: pl.DataFrame, column: Column, source: ColumnMapping, layout: TableMapping
) -> tuple[pl.Series, list[pl.DataFrame]]:
    if source.date:
        typed, findings = _days_and_clocks(frame, cells, column, source, layout)
        offset = offset_times(frame["value"])
    else:
        typed, findings = _agreed(frame, source.formats or layout.times, column)
        offset = typed["offset"]
    local = typed["local"].set(offset.is_not_null(), None)
    clock = on_the_clock(local, source.time_zone or layout.time_zone)
    findings += _clock_changes(typed, clock, column)
    return offset.zip_with(offset.is_not_null(), clock.utc).alias(column.name), findings


def _agreed(
    frame: pl.DataFrame, formats: Sequence[str], column: Column
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The reading on which all fitting formats agree, as ``local``; findings for the other rows.

    A time with its offset is neither: it is read as what it says.
    """
    text = frame["value"]
    offset = offset_times(text)
    if column.kind == "time":
        text = text.set(offset.is_not_null(), None)
    readings = local_times(text, formats)
    typed = frame.with_columns(
        readable=text, offset=offset, low=pl.min_horizontal(readings), high=pl.max_horizontal(readings)
    )
    typed = typed.with_columns(local=pl.when(pl.col("low") == pl.col("high")).then(pl.col("low")))
    return typed, [
        _unreadable(
            typed,
            pl.col("readable").is_not_null() & pl.col("low").is_null(),
            column,
            f"This is no {column.kind} in ISO 8601 or in a format the mapping names; nothing was guessed.",
            NAME_THE_FORMAT,
        ),
        _unreadable(
            typed,
            pl.col("low") != pl.col("high"),
            column,
            "Two formats the mapping names both fit and give different days; nothing was guessed.",
            "Keep day-first and month-first values in different columns, or export the dates as ISO 8601.",
        ),
    ]


def _days_and_clocks(
    frame: pl.DataFrame, cells: pl.DataFrame, column: Column, source: ColumnMapping, layout: TableMapping
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """``local`` from columns of dates and of times; the start of the day, with a warning, without a time."""
    day = cells.select("row", value=_cell(source.date, column, source, layout))
    typed, findings = _agreed(day, source.date_formats or layout.times, column)
    clock = cells.select(
        clock=_cell(source.time, column, source, layout) if source.time else pl.lit(None, pl.String)
    )["clock"]
    typed = typed.with_columns(clock, of_day=times_of_day(clock, source.time_formats))
    untimed = pl.col("local").is_not_null() & pl.col("of_day").is_null()
    if source.time:
        findings.append(
            findings_where(
                typed,
                untimed,
                severity="warning",
                column=column.name,
                value=pl.col("clock"),
                reason="The time of day is missing or cannot be read; the start of the day stands.",
                remedy="Name its format in the mapping: time_formats = […].",
            )
        )
    timed = pl.col("local").dt.combine(pl.col("of_day").fill_null(pl.time(0, 0)))
    return typed.with_columns(local=timed, value=frame["value"]), findings


def _clock_changes(typed: pl.DataFrame, clock: OnTheClock, column: Column) -> list[pl.DataFrame]:
    remedy = 'Export times in UTC (time_zone = "UTC"), or with their offset, to be sure.'
    told = (
        (clock.stood_twice, "This time stood twice on the clock that night; the earlier was taken."),
        (
            clock.never_was,
            "Clocks skipped this time that night; it was read as if they had not yet gone forward.",
        ),
    )
    return [
        findings_where(
            typed,
            pl.lit(rows),
            severity="warning",
            column=column.name,
            value=pl.col("value"),
            reason=reason,
            remedy=remedy,
        )
        for rows, reason in told
    ]
