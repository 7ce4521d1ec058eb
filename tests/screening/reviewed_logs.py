"""A made-up population that is chosen from day by day and marked without error; shared by the tests."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from firstpoint.screening.reviewing import DEFAULT_MIX, choose, join_marks

FIRST = date(2026, 4, 1)


def population(days=10, logs_a_day=200, *, share=0.06, seed=1):
    """Logs with a calibrated chance, a feature that tells, one that does not, and what they hide."""
    chance = np.random.default_rng(seed)
    count = days * logs_a_day
    hides = chance.random(count) < share
    told = chance.normal(size=count) + 1.6 * hides
    odds = np.log(share / (1 - share)) + 1.6 * told - 1.6**2 / 2
    return pl.DataFrame(
        {
            "incident_id": [f"I{number:06}" for number in range(count)],
            "day": [FIRST + timedelta(days=number // logs_a_day) for number in range(count)],
            "score": 1 / (1 + np.exp(-odds)),
            "told": told,
            "noise": chance.normal(size=count),
            "missed": hides * chance.choice([1, 1, 1, 2], count),
        }
    )


def chosen_of(logs, *, budget=40, mix=DEFAULT_MIX, seed=1):
    """The chosen logs of every day."""
    made = []
    for (day,), frame in logs.partition_by("day", as_dict=True).items():
        placed = frame.with_columns(place=pl.col("score").rank("ordinal", descending=True))
        made.append(choose(placed, budget=budget, seed=seed, day=day, mix=mix).chosen)
    return pl.concat(made)


def marks_of(logs):
    return logs.select("incident_id", should_record=pl.col("missed") + 1, recorded=pl.lit(1))


def marked(logs, **choice):
    chosen = chosen_of(logs, **choice)
    return join_marks(chosen, marks_of(logs).join(chosen, on="incident_id", how="semi"))
