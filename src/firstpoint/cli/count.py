"""``firstpoint count``: reports in, verdicts out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import polars as pl
from attrs import Factory, define

from firstpoint import bulk, counting
from firstpoint.cli.console import finish, progress_bar, say
from firstpoint.cli.tables import write_text
from firstpoint.errors import BadReport, InputError, Refused, UnreadableFile

#: Reports that are read and counted at a time.
BATCH = 100_000


@define
class Tally:
    """What has been counted so far: reports, the crimes they require, those due (at least) in a class that is
    still open, and the reports set aside; ``reconstructed`` says whether reconstructed books may be used.
    """

    reconstructed: bool = False
    reports: int = 0
    crimes: int = 0
    due: int = 0
    rejects: list[dict[str, Any]] = Factory(list)


@click.command(name="count")
@click.argument("reports", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Verdicts: .jsonl or .parquet.")
@click.option("--explain", is_flag=True, help="Also print each verdict in plain English.")
@click.option("--full", is_flag=True, help="Put the whole verdict as JSON text into Parquet, too.")
@click.option(
    "--reconstructed",
    is_flag=True,
    help="Also count reports of days for which the rule book is only reconstructed.",
)
def count_command(reports: Path, out: Path, explain: bool, full: bool, reconstructed: bool) -> None:
    """Say which crimes each report must become, and by which rule.

    REPORTS is a file of JSON lines in the format of report.schema.json, or Parquet that holds the same as
    JSON text in a column `report` or in columns of the format's fields. Verdicts are in the order of the
    input. JSON lines hold each verdict whole (verdict.schema.json); Parquet has a row for each with
    the decision, total, crimes, limit and rows applied, which is many times quicker. A report that
    cannot be read or that no rule book covers becomes a line in OUT.rejects.
    """
    if out.suffix not in (".jsonl", ".ndjson", ".parquet"):
        raise InputError(
            f"verdicts cannot be written as {out.suffix or 'a file without an ending'}.",
            where=str(out),
            remedy="Give a file that ends in .jsonl or .parquet.",
        )
    tally = Tally(reconstructed=reconstructed)
    if out.suffix == ".parquet":
        _count_in_columns(reports, out, tally, whole=full or explain, explain=explain)
    else:
        _count_one_by_one(reports, out, tally, explain=explain)
    rejects = out.with_name(out.name + ".rejects")
    rejects.unlink(missing_ok=True)
    if tally.rejects:
        write_text(_json_lines(tally.rejects), rejects)
        say(f"{len(tally.rejects)} reports could not be counted; {rejects} says why.")
    say(f"{tally.reports} reports require {tally.crimes} crimes{_also_due(tally)}. Verdicts: {out}")
    finish(rows_set_aside=len(tally.rejects))


def _also_due(tally: Tally) -> str:
    if tally.due == 0:
        return ""
    are = "is" if tally.due == 1 else "are"
    return f"; at least {tally.due} more {are} due in a class that is still open"


def _count_one_by_one(reports: Path, out: Path, tally: Tally, *, explain: bool) -> None:
    number = _number_in(reports)
    waiting = out.with_name(f".{out.name}.part")
    try:
        with progress_bar("Counting") as step, waiting.open("w", encoding="utf-8") as file:
            for done, (line, report) in enumerate(counting.read_reports(reports), start=1):
                file.write(_json_lines(_verdict(line, report, tally, explain=explain)))
                step(done, number)
        waiting.replace(out)
    finally:
        waiting.unlink(missing_ok=True)


def _number_in(reports: Path) -> int:
    if reports.suffix == ".parquet":
        return max(1, bulk.rows_in(reports))
    with reports.open("rb") as lines:
        return max(1, sum(1 for line in lines if line.strip()))


def _count_in_columns(reports: Path, out: Path, tally: Tally, *, whole: bool, explain: bool) -> None:
    """Count batch by batch, so that millions of reports need not fit in memory."""
    read = 0
    size = reports.stat().st_size
    with progress_bar("Counting") as step, bulk.appearing_whole(out) as writer:
        for batch, lines, share in _batches(reports, size):
            counted = counting.count_frame(batch, reconstructed=tally.reconstructed)
            if whole:
                counted = counted.with_columns(
                    verdict=_whole_verdicts(batch, counted, tally, explain=explain)
                )
            bad = counted["fault"].is_not_null()
            for line, row in zip(lines.filter(bad), counted.filter(bad).iter_rows(named=True), strict=True):
                tally.rejects.append({"line": line, "report_id": row["report_id"], "reason": row["fault"]})
            good = counted.filter(~bad).drop("fault")
            tally.reports += good.height
            tally.crimes += int(good["total"].sum())
            tally.due += int(good["due_in_open_class"].sum())
            writer.write(good)
            read += batch.height
            step(share, size)


def _batches(reports: Path, size: int) -> Iterator[tuple[pl.DataFrame, pl.Series, int]]:
    """Give batches of reports, the line or row of each, and how far into the file they reach in bytes."""
    if reports.suffix == ".parquet":
        seen, rows = 0, max(1, bulk.rows_in(reports))
        for batch in bulk.read_batches(reports, BATCH):
            lines = pl.Series(range(seen + 1, seen + batch.height + 1), dtype=pl.Int64)
            seen += batch.height
            yield batch, lines, size * seen // rows
        return
    line, place = 0, 0
    try:
        with reports.open("rb") as file:
            while texts := file.readlines(64 << 20):
                place += sum(map(len, texts))
                decoded = pl.Series(
                    "report", [text.decode("utf-8-sig" if line == 0 else "utf-8") for text in texts]
                )
                numbers = pl.Series(range(line + 1, line + len(texts) + 1), dtype=pl.Int64)
                line += len(texts)
                told = decoded.str.strip_chars() != ""
                yield decoded.filter(told).to_frame(), numbers.filter(told), place
    except (OSError, UnicodeDecodeError) as reason:
        raise UnreadableFile(
            f"cannot be read: {reason}.", where=str(reports), remedy="Give a UTF-8 .jsonl file."
        ) from reason


def _whole_verdicts(batch: pl.DataFrame, counted: pl.DataFrame, tally: Tally, *, explain: bool) -> pl.Series:
    if "report" not in batch.columns:
        raise InputError(
            "whole verdicts are made from JSON text, and there is no column named report.",
            where="--full",
            remedy="Give reports as JSON text in a column named report, or leave --full and --explain out.",
        )
    told: list[str | None] = []
    for text, fault in zip(batch["report"].to_list(), counted["fault"].to_list(), strict=True):
        if fault is not None:
            told.append(None)
            continue
        report = json.loads(text)
        verdict = counting.count_report(report, reconstructed=tally.reconstructed)
        told.append(json.dumps(verdict, ensure_ascii=False))
        if explain:
            say(counting.explain(report, verdict))
            say()
    return pl.Series(told, dtype=pl.String)


def _verdict(
    line: int, report: dict[str, Any] | counting.ReportSetAside, tally: Tally, *, explain: bool
) -> list[dict[str, Any]]:
    """Give the verdict on one report as a list of one, or an empty list and a line among the rejects."""
    try:
        if isinstance(report, counting.ReportSetAside):
            raise report
        verdict = counting.count_report(report, reconstructed=tally.reconstructed)
    except (BadReport, Refused) as error:
        identity = report.get("report_id") if isinstance(report, dict) else report.report_id
        tally.rejects.append({"line": line, "report_id": identity, "reason": str(error)})
        return []
    tally.reports += 1
    tally.crimes += verdict["total"]
    tally.due += counting.crimes_due_with_open_class(verdict)
    if explain:
        say(counting.explain(report, verdict))
        say()
    return [verdict]


def _json_lines(values: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
