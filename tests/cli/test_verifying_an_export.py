"""An outsider verifies a ledger with its export alone, and learns what no checkpoint covers."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from firstpoint.cli import main
from firstpoint.ledger import chain, checkpoint, write_checkpoint, write_entries

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path):
    """An export of five entries, and a checkpoint of the first three in a file elsewhere."""
    entries = []
    for number in range(5):
        last = entries[-1] if entries else None
        entries.append(chain(last, at=NOON, actor="user:1", action="test.done", subject=f"test:{number}"))
    write_entries(entries, tmp_path / "ledger.jsonl")
    write_checkpoint(checkpoint(entries[2], at=NOON), tmp_path / "points.jsonl")
    return tmp_path


def verify(*options):
    return CliRunner().invoke(main, ["ledger", "verify", *map(str, options)])


def test_it_says_how_many_entries_no_checkpoint_covers(ledger):
    export = ("--export", ledger / "ledger.jsonl")
    alone, witnessed = verify(*export), verify(*export, "--checkpoints", ledger / "points.jsonl")
    assert "5 entries are covered by no checkpoint" in alone.output
    assert "1 checkpoints met" in witnessed.output
    assert "2 entries are covered by no checkpoint" in witnessed.output
    said = json.loads(verify(*export, "--checkpoints", ledger / "points.jsonl", "--json").output)
    assert (said["entries"], said["checkpoints"], said["uncovered"]) == (5, 1, 2)


def test_an_export_whose_end_was_cut_off_fails_against_the_checkpoint_alone(ledger):
    export = ledger / "ledger.jsonl"
    export.write_text("".join(export.read_text().splitlines(keepends=True)[:2]))
    assert verify("--export", export).exit_code == 0
    cut = verify("--export", export, "--checkpoints", ledger / "points.jsonl")
    assert (cut.exit_code, "its end was cut off" in cut.output) == (2, True)
