"""The tests with the mark ``trial``; ``make trials`` runs them after the trials of counting.

They add the last part of ``docs/trials.md``: how many there were of each, and how long they took.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "trials.md"
HEADING = "## Tests that take long"


def part(cases: Sequence[ElementTree.Element]) -> str:
    """Give the part of the page that tells what came of the tests."""
    by_name: dict[str, list[ElementTree.Element]] = {}
    for case in cases:
        module = case.get("classname", "").replace(".", "/")
        by_name.setdefault(f"`{module}.py::{case.get('name', '').partition('[')[0]}`", []).append(case)
    lines = [
        HEADING,
        "",
        "`make test` runs a quicker test of each statement.",
        "",
        "| test | cases | failed | skipped | seconds |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {name} | {len(found)} | {_ended(found, 'failure', 'error')} | {_ended(found, 'skipped')} | "
            f"{sum(float(case.get('time', 0)) for case in found):.0f} |"
            for name, found in by_name.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _ended(cases: Sequence[ElementTree.Element], *ways: str) -> int:
    return sum(any(case.find(way) is not None for way in ways) for case in cases)


def main() -> int:
    """Run the tests and write their part of the page; give what pytest gives."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        asked = [sys.executable, "-m", "pytest", "-m", "trial", f"--junitxml={report}"]
        ended = subprocess.run(asked, cwd=ROOT, check=False).returncode
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - our own file
    before = PAGE.read_text(encoding="utf-8").partition(HEADING)[0].rstrip()
    PAGE.write_text(f"{before}\n\n{part(cases)}", encoding="utf-8")
    return ended


if __name__ == "__main__":
    sys.exit(main())
