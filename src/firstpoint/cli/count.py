"""``firstpoint count``: reports in, verdicts out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from firstpoint import counting
from firstpoint.cli.console import finish, progress_bar, say
from firstpoint.cli.tables import write_text
from firstpoint.errors import BadReport, Refused


@click.command(name="count")
@click.argument("reports", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Verdicts, one JSON object a line."
)
@click.option("--explain", is_flag=True, help="Also print each verdict in plain English.")
def count_command(reports: Path, out: Path, explain: bool) -> None:
    """Say which crimes each report must become, and by which rule.

    REPORTS is a file of JSON lines (or Parquet with a column `report`) in the format of report.schema.json.
    Verdicts follow verdict.schema.json, in the order of the input. A report that cannot be read becomes a
    line in OUT.rejects.
    """
    verdicts: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    with progress_bar("Counting") as step:
        rows = list(counting.read_reports(reports))
        for done, (line, report) in enumerate(rows, start=1):
            _decide(line, report, verdicts, rejects, explain=explain)
            step(done, len(rows))
    write_text(_lines(verdicts), out)
    rejects_path = out.with_name(out.name + ".rejects")
    rejects_path.unlink(missing_ok=True)
    if rejects:
        write_text(_lines(rejects), rejects_path)
        say(f"{len(rejects)} reports could not be read; {rejects_path} says why.")
    crimes = sum(verdict["total"] for verdict in verdicts)
    say(f"{len(verdicts)} reports require {crimes} crimes. Verdicts: {out}")
    finish(rows_set_aside=len(rejects))


def _decide(
    line: int,
    report: dict[str, Any] | BadReport,
    verdicts: list[dict[str, Any]],
    rejects: list[dict[str, Any]],
    *,
    explain: bool,
) -> None:
    try:
        if isinstance(report, BadReport):
            raise report
        verdict = counting.count_report(report)
    except (BadReport, Refused) as error:
        identity = report.get("report_id") if isinstance(report, dict) else None
        rejects.append({"line": line, "report_id": identity, "reason": str(error)})
        return
    verdicts.append(verdict)
    if explain:
        say(counting.explain(report, verdict))
        say()


def _lines(values: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
