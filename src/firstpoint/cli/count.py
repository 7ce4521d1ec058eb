"""``firstpoint count``: reports in, verdicts out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import polars as pl
from attrs import Factory, define

from firstpoint import bulk, counting
from firstpoint.cli.console import finish, progress_bar, say
from firstpoint.cli.tables import write_text
from firstpoint.errors import BadReport, InputError, Refused

COLUMNS = {"report_id": pl.String, "decision": pl.String, "total": pl.Int64, "verdict": pl.String}


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
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Verdicts, in the format of REPORTS."
)
@click.option("--explain", is_flag=True, help="Also print each verdict in plain English.")
@click.option(
    "--reconstructed",
    is_flag=True,
    help="Also count reports of days for which the rule book is only reconstructed.",
)
def count_command(reports: Path, out: Path, explain: bool, reconstructed: bool) -> None:
    """Say which crimes each report must become, and by which rule.

    REPORTS is a file of JSON lines, or Parquet with a column `report` that holds them as JSON text, in the
    format of report.schema.json. Verdicts follow verdict.schema.json, in the order of the input. A report
    that cannot be read or that no rule book covers becomes a line in OUT.rejects.
    """
    if (reports.suffix == ".parquet") != (out.suffix == ".parquet") or out.suffix == ".csv":
        raise InputError(
            "reports and verdicts must be of one format.",
            where=f"{reports} and {out}",
            remedy="Give both as JSON lines or both as Parquet.",
        )
    tally = Tally(reconstructed=reconstructed)
    if reports.suffix == ".parquet":
        _count_columns(reports, out, tally, explain=explain)
    else:
        _count_lines(reports, out, tally, explain=explain)
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


def _count_lines(reports: Path, out: Path, tally: Tally, *, explain: bool) -> None:
    rows = list(counting.read_reports(reports))
    with progress_bar("Counting") as step:
        verdicts = []
        for done, (line, report) in enumerate(rows, start=1):
            verdicts += _verdict(line, report, tally, explain=explain)
            step(done, len(rows))
    write_text(_json_lines(verdicts), out)


def _count_columns(reports: Path, out: Path, tally: Tally, *, explain: bool) -> None:
    """Count Parquet batch by batch, so that millions of reports need not fit in memory."""
    seen = 0

    def verdicts_of(batch: pl.DataFrame) -> pl.DataFrame:
        nonlocal seen
        verdicts = []
        for text in _texts(batch, reports):
            seen += 1
            report = counting.read_report(text, f"{reports.name}, row {seen}")
            verdicts += _verdict(seen, report, tally, explain=explain)
        rows = [
            (v.get("report_id"), v["decision"], v["total"], json.dumps(v, ensure_ascii=False))
            for v in verdicts
        ]
        return pl.DataFrame(rows, schema=COLUMNS, orient="row")

    bulk.map_batches(reports, verdicts_of, out)


def _texts(batch: pl.DataFrame, reports: Path) -> list[str]:
    if "report" not in batch.columns:
        raise InputError(
            f"there is no column named report; the columns are {', '.join(batch.columns)}.",
            where=str(reports),
            remedy="Give each report as JSON text in a column named report.",
        )
    return [text or "" for text in batch["report"].cast(pl.String).to_list()]


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
