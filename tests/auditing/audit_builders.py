"""Builders that the audit tests share."""

from __future__ import annotations

from pathlib import Path

import polars as pl

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def marks_of(stratum: str, *counts: tuple[int, int]) -> pl.DataFrame:
    """Marks of one stratum: each pair is (should_record, recorded) of an incident."""
    return pl.DataFrame(
        {
            "stratum": [stratum] * len(counts),
            "incident_id": [f"{stratum}-{at:04d}" for at in range(len(counts))],
            "should_record": [due for due, _ in counts],
            "recorded": [recorded for _, recorded in counts],
        }
    )


def totals(**incidents: int) -> pl.DataFrame:
    """A frame with a row a stratum."""
    return pl.DataFrame({"stratum": list(incidents), "incidents": list(incidents.values())})


def frame_of(**incidents: int) -> pl.DataFrame:
    """A frame with a row an incident, whose ids are those of ``marks_of``."""
    rows = [(name, f"{name}-{at:04d}") for name, number in incidents.items() for at in range(number)]
    return pl.DataFrame(rows, schema=["stratum", "incident_id"], orient="row")
