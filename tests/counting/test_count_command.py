"""What ``firstpoint count`` says of crimes whose class is open, and of reports it sets aside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from firstpoint.cli.count import count_command

DUE: dict[str, Any] = {
    "schema_version": 1,
    "report_id": "R-1",
    "reported_at": "2026-05-04T18:20:00+01:00",
    "allegations": [{"kind": "assault", "victims": ["v1"]}],
}
SETTLED = {**DUE, "allegations": [{"kind": "assault", "victims": ["v1"], "injury": "minor"}]}


def count(folder: Path, *reports: dict[str, Any]) -> Result:
    lines = folder / "reports.jsonl"
    lines.write_text("".join(json.dumps(report) + "\n" for report in reports), encoding="utf-8")
    return CliRunner().invoke(count_command, [str(lines), "--out", str(folder / "verdicts.jsonl")])


def test_summary_tells_crimes_due_in_an_open_class(tmp_path: Path) -> None:
    told = " ".join(count(tmp_path, DUE, SETTLED, DUE).output.split())
    assert "3 reports require 1 crimes; at least 2 more are due in a class that is still open." in told
    assert "still open" not in count(tmp_path, SETTLED).output


def test_reject_names_the_report_whose_facts_do_not_fit(tmp_path: Path) -> None:
    count(tmp_path, {**DUE, "report_id": "R-7", "alegations": []})
    reject = json.loads((tmp_path / "verdicts.jsonl.rejects").read_text("utf-8"))
    assert reject["report_id"] == "R-7"
