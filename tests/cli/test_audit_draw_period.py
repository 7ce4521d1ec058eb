"""A sample is drawn from the frame of its own period, and a frame of another period is turned away."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from firstpoint.cli import main


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    """A frame of June 2026 that says when each report was received."""
    rows = [
        (stratum, f"{stratum}-{at}", date(2026, 6, 1) + timedelta(days=at % 30))
        for stratum in ("violence", "sexual", "other")
        for at in range(60)
    ]
    path = tmp_path / "frame.csv"
    pl.DataFrame(rows, schema=["stratum", "incident_id", "received_on"], orient="row").write_csv(path)
    return path


def drawn(frame: Path, first: str, last: str) -> Result:
    words = [
        "audit",
        "draw",
        frame,
        "--seed",
        5,
        "--from",
        first,
        "--to",
        last,
        "--out",
        frame.parent / "s.csv",
    ]
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_frame_of_its_own_period_is_drawn_from(frame: Path) -> None:
    answer = drawn(frame, "2026-06-01", "2026-06-30")
    assert answer.exit_code == 0, answer.output


def test_a_frame_of_another_period_is_turned_away_and_nothing_is_drawn(frame: Path) -> None:
    answer = drawn(frame, "2026-06-10", "2026-07-10")
    assert answer.exit_code == 2
    assert "another period" in answer.output
    assert not (frame.parent / "s.csv").exists()
