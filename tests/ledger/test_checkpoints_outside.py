"""A file of checkpoints outside: written by one at a time, in whole lines, never of a shorter ledger."""

from datetime import UTC, datetime

import pytest

from firstpoint.errors import LedgerBroken
from firstpoint.ledger import (
    FIRST_PREVIOUS,
    BeingWritten,
    Checkpoint,
    outside_file,
    read_checkpoint,
    write_checkpoint,
)

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ONE, TWO = Checkpoint(1, "a" * 64, NOON), Checkpoint(2, "b" * 64, NOON)


def test_one_writes_at_a_time_and_the_other_is_told(tmp_path):
    path = tmp_path / "points"
    with outside_file(path), pytest.raises(BeingWritten), outside_file(path):
        pass
    write_checkpoint(ONE, path)
    assert read_checkpoint(path) == (ONE,)


def test_what_a_crash_left_half_written_spoils_nothing_that_follows(tmp_path):
    path = tmp_path / "points"
    write_checkpoint(ONE, path)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"count": 2, "he')
    with outside_file(path) as file:
        assert file.last() == ONE
    write_checkpoint(TWO, path)
    assert read_checkpoint(path) == (ONE, TWO)


def test_a_disk_that_fills_up_in_the_middle_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "points"
    write_checkpoint(ONE, path)
    before = path.read_bytes()
    real = __import__("os").write
    monkeypatch.setattr("os.write", lambda descriptor, line: real(descriptor, line[:10]))
    with pytest.raises(OSError, match="No space"):
        write_checkpoint(TWO, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("point", "words"),
    [
        (ONE, "cut off"),
        (Checkpoint(2, "c" * 64, NOON), "written anew"),
        (Checkpoint(0, FIRST_PREVIOUS, NOON), "cut"),
    ],
)
def test_a_ledger_that_was_cut_off_or_written_anew_is_not_witnessed_over(tmp_path, point, words):
    path = tmp_path / "points"
    write_checkpoint(TWO, path)
    with pytest.raises(LedgerBroken, match=words):
        write_checkpoint(point, path)
    assert read_checkpoint(path) == (TWO,)


def test_a_thousand_checkpoints_end_with_the_last(tmp_path):
    path = tmp_path / "points"
    with outside_file(path) as file:
        for number in range(1, 1001):
            file.add(Checkpoint(number, "a" * 64, NOON))
        assert file.last().count == 1000
