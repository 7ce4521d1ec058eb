"""The page on what is wrong with extracts, for a registrar to read: from the report of the checks to the
report's tree.

It carries references, counts and codes: no value of a row, no name and no words of a log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from firstpoint import records
from firstpoint.cli.equality_page import completeness_tables
from firstpoint.reporting import (
    Block,
    Chart,
    Column,
    DayCount,
    Heading,
    KeyFigure,
    KeyFigures,
    Metadata,
    Notice,
    Paragraph,
    Report,
    Table,
    british_date,
    day_chart,
)

LONDON = ZoneInfo("Europe/London")
BAND = (
    "Expected: the median of the same weekday of up to eight weeks before, moved with the last fortnight; "
    "the band is made so that of a hundred clean tables one at most has a day outside it. Days with fewer "
    "than ten rows expected are not compared."
)
GRADE_WORDS = {"set aside": "Set aside", "serious": "Serious", "look": "Look"}


def check_page(
    report: records.CheckReport,
    extracts: Sequence[records.Extract],
    *,
    checked_on: date,
    against: Sequence[records.Extract] = (),
    force: str = "",
) -> Report:
    """Give the page as a tree: a sentence, what to mend first, each check, volumes, gaps, equality, files."""
    return Report(
        title="Check of extracts",
        strap="What is wrong with the data before anything is loaded",
        metadata=Metadata(
            force=force or "Not named",
            period=_period(extracts),
            prepared_on=checked_on,
            marking="OFFICIAL",
            details=(("For", "The registrar and whoever sends the extracts; not for publication"),),
        ),
        blocks=tuple(_blocks(report, extracts, against)),
    )


def _period(extracts: Sequence[records.Extract]) -> str:
    stamped = {"incidents": "received_at", "crimes": "recorded_at", "log_entries": "entry_at"}
    days = [
        each.scan().select(first=pl.col(column).min(), last=pl.col(column).max()).collect().row(0)
        for each in extracts
        if (column := stamped.get(each.table))
    ]
    ends = [moment.astimezone(LONDON).date() for pair in days for moment in pair if moment is not None]
    return f"{british_date(min(ends))} to {british_date(max(ends))}" if ends else "Not known"


def _blocks(
    report: records.CheckReport, extracts: Sequence[records.Extract], against: Sequence[records.Extract]
) -> Iterator[Block]:
    yield Paragraph(summary_sentence(report))
    yield _key_figures(report)
    yield Heading("What to mend first")
    yield _findings(report)
    yield Heading("Each check")
    yield _checks(report)
    yield Heading("Rows by day")
    yield from _volumes(extracts, against)
    yield Heading("Empty cells by unit")
    yield from _gaps(extracts)
    yield Heading("Recording within 24 hours")
    yield from _late(extracts)
    yield Heading("Equality data of victims")
    yield from _equality(extracts)
    yield Heading("The files")
    yield _files(report)


def summary_sentence(report: records.CheckReport) -> str:
    """Give the whole report in one sentence."""
    read = sum(each.rows_read for each in report.summary)
    number = len(report.summary)
    files = (
        f"1 file with {read:,} rows was read"
        if number == 1
        else f"{number} files with {read:,} rows were read"
    )
    counts = Counter(records.grade_of(fault) for fault in report.faults)
    aside = f"{report.rows_set_aside:,} set aside" if report.rows_set_aside else "none set aside"
    if not report.faults:
        return f"{files}, {aside}, and no check found anything wrong."
    return (
        f"{files}, {aside}; {_kinds(counts['serious'], 'serious')} and "
        f"{_kinds(counts['look'], 'lesser')} of finding should be looked at."
    )


def _kinds(count: int, which: str) -> str:
    return f"{count or 'no'} {which} kind{'' if count == 1 else 's'}"


def _key_figures(report: records.CheckReport) -> KeyFigures:
    counts = Counter(records.grade_of(fault) for fault in report.faults)
    read = sum(each.rows_read for each in report.summary)
    return KeyFigures(
        (
            KeyFigure(f"{read:,}", "rows read"),
            KeyFigure(f"{report.rows_set_aside:,}", "rows set aside", "not loaded until mended"),
            KeyFigure(f"{counts['serious']}", "serious kinds of finding", "figures made from them are wrong"),
            KeyFigure(f"{counts['look']}", "kinds to look at", "all may be well"),
        )
    )


def _findings(report: records.CheckReport) -> Table:
    columns = (
        Column("How grave", "status", 0.9),
        Column("Where", "name", 1.5),
        Column("Rows", "count", 0.7),
        Column("What is wrong", "text", 3),
        Column("What to do", "text", 2.6),
    )
    rows = tuple(
        (
            GRADE_WORDS[records.grade_of(fault)],
            f"{Path(fault.file).name}: {fault.column or 'the whole table'}",
            fault.rows or None,
            fault.message,
            fault.remedy,
        )
        for fault in report.worst_first()
    )
    return Table("Findings, the gravest first", columns, rows, empty="Nothing was found wrong.")


def _checks(report: records.CheckReport) -> Table:
    kinds, rows = Counter[str](), Counter[str]()
    for fault in report.faults:
        kinds[fault.check] += 1
        rows[fault.check] += fault.rows
    columns = (
        Column("Check", "name", 3),
        Column("How grave", "text"),
        Column("Findings", "count"),
        Column("Rows", "count"),
        Column("Why it matters", "text", 4),
    )
    order = sorted(
        records.CHECKS.values(), key=lambda check: (not kinds[check.id], check.rank, -rows[check.id])
    )
    return Table(
        "All checks that were made",
        columns,
        tuple((c.title, GRADE_WORDS[c.severity], kinds[c.id], rows[c.id], c.matters) for c in order),
        note="A check without findings looked and found nothing, or there was nothing for it to look at.",
    )


def _volumes(extracts: Sequence[records.Extract], against: Sequence[records.Extract]) -> Iterator[Block]:
    drawn = False
    for extract in extracts:
        if extract.table in ("incidents", "crimes"):
            before = tuple(each for each in against if each.table == extract.table)
            days = records.volumes_by_day(extract, before)
            if days.height >= 2:
                yield _volume_chart(days, f"{extract.table.capitalize()} by day, {extract.path.name}")
                drawn = True
    if not drawn:
        yield Paragraph("There are too few days to show.")


def _volume_chart(days: pl.DataFrame, title: str) -> Chart:
    counts = [
        DayCount(entry["day"], entry["rows"], entry["low"], entry["high"])
        for entry in days.iter_rows(named=True)
    ]
    return day_chart(counts, title=title, value_name="Rows", method=BAND)


def _gaps(extracts: Sequence[records.Extract]) -> Iterator[Block]:
    shown = False
    for extract in extracts:
        gaps = records.missing_by_unit(extract).filter(pl.col("missing").sum().over("column") > 0)
        if gaps.is_empty():
            continue
        shown = True
        units = gaps["unit"].unique(maintain_order=True).to_list()
        columns = (Column("Column", "name", 1.6), *(Column(unit, "text") for unit in units))
        cells = {(e["column"], e["unit"]): _share(e) for e in gaps.iter_rows(named=True)}
        rows = tuple(
            (name, *(cells[name, unit] for unit in units))
            for name in gaps["column"].unique(maintain_order=True)
        )
        yield Table(
            f"Share of cells left empty, {extract.path.name}",
            columns,
            rows,
            note="“Out of line”: at least ten points above the other units, and more than chance explains.",
        )
    if not shown:
        yield Paragraph("No unit leaves a cell empty that ought to be filled, or the files name no units.")


def _share(entry: dict[str, float]) -> str:
    return f"{entry['share']:.1%}{' – out of line' if entry['out_of_line'] else ''}"


def _late(extracts: Sequence[records.Extract]) -> Iterator[Block]:
    parts = [
        each.scan().select("unit", "reported_at", "recorded_at").collect()
        for each in extracts
        if each.table == "crimes"
    ]
    late = records.late_recording(pl.concat(parts)) if parts else pl.DataFrame()
    if late.is_empty() or late["crimes"][0] == 0:
        yield Paragraph("The files hold no crimes with a time of report, so this cannot be said.")
        return
    columns = (
        Column("Unit", "name", 1.6),
        Column("Crimes", "count"),
        Column("After 24 hours", "count"),
        Column("Share", "rate"),
        Column("95% interval", "text", 1.3),
        Column("Remark", "text", 1.3),
    )
    rows = tuple(
        (
            e["unit"] or "All units",
            e["crimes"],
            e["late"],
            100 * e["share"],
            f"{e['low']:.1%} to {e['high']:.1%}",
            "out of line" if e["out_of_line"] else "",
        )
        for e in late.iter_rows(named=True)
    )
    yield Table(
        "Crimes recorded more than 24 hours after the report",
        columns,
        rows,
        note="Crimes without a time of report are left out. The time is that of the crime system.",
    )


def _equality(extracts: Sequence[records.Extract]) -> Iterator[Block]:
    def together(table: str, *columns: str) -> pl.DataFrame | None:
        frames = [
            each.scan().select(columns or pl.all()).collect() for each in extracts if each.table == table
        ]
        return pl.concat(frames) if frames else None

    victims = together("victims")
    if victims is None or victims.is_empty():
        yield Paragraph("No table of victims was given.")
        return
    yield Notice(
        "note",
        "For the registrar alone",
        "Counts below are shown whole. For a board use: firstpoint report equality, which hides small ones.",
    )
    crimes = together("crimes", "victim_id", "unit", "ho_class")
    yield from completeness_tables(records.equality_completeness(victims, crimes), hide_small=False)


def _files(report: records.CheckReport) -> Table:
    columns = (
        Column("File", "name", 2),
        Column("Table", "text"),
        Column("Rows read", "count"),
        Column("Kept", "count"),
        Column("Set aside", "count"),
        Column("Identical or joined", "count"),
        Column("SHA-256", "text", 1.5),
    )
    rows = tuple(
        (
            Path(each.path).name,
            each.table,
            each.rows_read,
            each.rows_kept,
            each.rows_set_aside,
            each.identical_rows + each.rows_joined,
            each.sha256[:16] + "…" if each.sha256 else None,
        )
        for each in report.summary
    )
    return Table("What became of every row", columns, rows)
