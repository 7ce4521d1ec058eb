"""Builders for audits with predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl

from firstpoint.auditing.assisted import FrozenPredictions, freeze, screened_predictions


def frame_arrays(seed: int, **incidents: int) -> pl.DataFrame:
    """A frame with truth, a score and what is linked and named: one row an incident."""
    chance = np.random.default_rng(seed)
    parts = []
    for name, number in incidents.items():
        due = chance.integers(0, 4, number)
        recorded = np.where(chance.random(number) < 0.25, 0, due)
        parts.append(
            pl.DataFrame(
                {
                    "stratum": [name] * number,
                    "incident_id": [f"{name}-{at:04d}" for at in range(number)],
                    "should_record": due,
                    "recorded": recorded,
                    "linked": recorded,
                    "named": np.maximum(due + chance.integers(-1, 2, number), 0),
                    "chance_unrecorded": np.clip(
                        0.7 * (due > recorded) + 0.3 * chance.random(number), 0.01, 0.99
                    ),
                }
            )
        )
    return pl.concat(parts)


def frozen_of(frame: pl.DataFrame, **more: Any) -> FrozenPredictions:
    return freeze(screened_predictions(frame.drop("should_record", "recorded")), **more)


def marks_of_sample(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Perfect marks of drawn rows."""
    truth = frame.select("incident_id", "should_record", "recorded")
    return rows.drop("draw_order").join(truth, on="incident_id", how="left")


def every_sample(places: int, size: int) -> Iterator[tuple[int, ...]]:
    return combinations(range(places), size)


def oracle_marks(case: Mapping[str, Any]) -> pl.DataFrame:
    data = case["input"]["data"]
    return pl.DataFrame(
        {
            "stratum": data["stratum"],
            "incident_id": data["incident"],
            "should_record": data["d"],
            "recorded": data["y"],
            "predicted_due": data["dhat"],
            "predicted_recorded": data["yhat"],
            **({"inclusion_probability": data["pi"]} if "pi" in data else {}),
        }
    )
