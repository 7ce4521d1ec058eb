"""Nothing that screens, counts, audits or reports may read the truth of a made-up force."""

import re
from importlib import resources
from pathlib import Path

import pytest

ROOMS = (
    *("vocabulary", "records", "counting", "screening", "auditing", "insight"),
    *("casework", "ledger", "bulk", "reporting", "workbench"),
)
PACKAGE = Path(str(resources.files("firstpoint")))
READS = re.compile(
    r"firstpoint\.simulation|from firstpoint import [^\n]*\bsimulation\b|truth_|[\"'/]truth[\"'/]"
)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_reads_no_truth(room):
    said = {
        f"{path.relative_to(PACKAGE)}: {found.group()}"
        for path in (PACKAGE / room).rglob("*.py")
        for found in READS.finditer(path.read_text(encoding="utf-8"))
    }
    assert said == set()


def test_of_the_commands_only_demo_and_simulate_know_the_made_up_force():
    knowing = {
        path.name
        for path in (PACKAGE / "cli").glob("*.py")
        if re.search(r"\bsimulation\b", path.read_text(encoding="utf-8"))
    }
    assert knowing == {"demo.py", "simulate.py"}
