"""Audits of the made-up force, honest or not, for trying out what finds an audit that flatters.

Three auditors, A, B and C, mark a sample; a quarter is read again by one who does not err, and twenty known
cases are among A's work. An audit can flatter in its marks (an auditor passes over six in ten missing crimes)
or in its picks (records already checked, or a route that is shunned).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.assisted.chances import mixed_chances
from firstpoint.auditing.assisted.pareto import pareto_draw
from firstpoint.auditing.flattery import FlatteryReport, Known, flattery_report
from firstpoint.simulation.audited_force import AuditedForce

START = date(2026, 1, 1)
DAYS = 90
WINDOW_DAYS = 30
KNOWN_CASES = 20
OVER_CALLED = 0.03
READ_AGAIN = 0.25
FLATTERS = 0.6
SHUNNED = 0.2


@frozen
class Trick:
    """How an audit flatters: ``marks`` names the auditor who passes crimes over (``all`` for every one),
    ``picks`` what is drawn too often or too seldom. Neither: it is honest.
    """

    marks: Literal["", "A", "all"] = ""
    picks: Literal["", "checked", "route"] = ""


HONEST = Trick()


def audited_frame(force: AuditedForce, audits: int) -> pl.DataFrame:
    """Give the frame with truth, a screen of AUC 0.90, routes, days, checks and chances of selection.

    Columns: ``stratum``, ``incident_id``, ``due``, ``held`` f64, ``chance_unrecorded``,
    ``inclusion_probability`` f64 (adding up to about ``audits``), ``route``, ``received_on``,
    ``checked_before``.
    """
    chance = np.random.default_rng(1)
    screen, number = force.screened(0.9), len(force.due)
    spread = np.sqrt(screen * (1.0 - screen))
    inclusion = np.empty(number)
    for code in range(len(force.names)):
        rows = force.strata == code
        size = min(max(round(audits * spread[rows].sum() / spread.sum()), 4), int(rows.sum()))
        inclusion[rows] = mixed_chances(spread[rows], size)
    routes = chance.choice(["control room", "online", "public protection"], number, p=[0.7, 0.2, 0.1])
    return pl.DataFrame(
        {
            "stratum": np.asarray(force.names)[force.strata],
            "incident_id": [f"i{at:05d}" for at in range(number)],
            "due": force.due,
            "held": force.recorded,
            "chance_unrecorded": screen,
            "inclusion_probability": inclusion,
            "route": routes,
            "received_on": [START + timedelta(days=int(day)) for day in chance.integers(0, DAYS, number)],
            "checked_before": chance.random(number) < 0.2,
        }
    )


def trial_marks(
    frame: pl.DataFrame, seed: int, *, trick: Trick = HONEST, overlooks: float = 0.08
) -> pl.DataFrame:
    """Give the marks of one audit, first and second readings, the same for the same seed.

    ``overlooks`` is the share of incidents with a missing crime that an honest auditor passes.
    """
    chance = np.random.default_rng(seed)
    rows = _picked(frame, trick, chance)
    missing = (rows["due"] - rows["held"]).to_numpy().astype(np.int64)
    auditors = chance.choice(["A", "B", "C"], rows.height)
    passes = np.where((auditors == trick.marks) | (trick.marks == "all"), FLATTERS, overlooks)
    found = np.where(chance.random(rows.height) < passes, 0, missing)
    found = found + (chance.random(rows.height) < OVER_CALLED)
    again = chance.random(rows.height) < READ_AGAIN
    marks = rows.select(
        "stratum", "incident_id", "inclusion_probability", recorded=pl.col("held").cast(pl.Int64)
    )
    first = _reading(marks, found, pl.Series(auditors), "first", None)
    second = _reading(marks, missing, pl.Series(["registrar"] * rows.height), "second", READ_AGAIN)
    return pl.concat([first, second.filter(pl.Series(again))])


def trial_report(
    frame: pl.DataFrame, seed: int, *, trick: Trick = HONEST, overlooks: float = 0.08, redraws: int = 199
) -> FlatteryReport:
    """Give the flattery report on one audit, held against all that can be known of it."""
    marks = trial_marks(frame, seed, trick=trick, overlooks=overlooks)
    read, bank = _known_cases(seed, overlooks if trick.marks == "" else FLATTERS)
    days = frame.group_by(day="received_on").agg(
        missing=pl.col("chance_unrecorded").sum(), due=pl.len().cast(pl.Float64)
    )
    first = START + timedelta(days=seed % (DAYS - WINDOW_DAYS))
    known = Known(
        chances=frame.select("incident_id", "chance_unrecorded"),
        bank=bank,
        frame=frame.drop("due", "held", "chance_unrecorded"),
        foretold=days,
        window=(first, first + timedelta(days=WINDOW_DAYS - 1)),
    )
    return flattery_report(pl.concat([marks, read.select(marks.columns)]), known, seed=seed, redraws=redraws)


def _picked(frame: pl.DataFrame, trick: Trick, chance: np.random.Generator) -> pl.DataFrame:
    parts = []
    for (_,), part in frame.group_by("stratum", maintain_order=True):
        chances = part.get_column("inclusion_probability").to_numpy().copy()
        sample = round(float(chances.sum()))
        if trick.picks:
            shunned = (
                ~part.get_column("checked_before").to_numpy()
                if trick.picks == "checked"
                else (part.get_column("route") == "public protection").to_numpy()
            )
            chances = np.where(shunned, SHUNNED * chances, chances)
            chances = np.minimum(chances * (sample / chances.sum()), 1.0)
        parts.append(part[pareto_draw(chance.random(part.height), chances)])
    return pl.concat(parts)


def _reading(
    marks: pl.DataFrame, missing: np.ndarray, auditors: pl.Series, reading: str, chance: float | None
) -> pl.DataFrame:
    return marks.with_columns(
        should_record=pl.col("recorded") + pl.Series(missing.astype(np.int64)),
        auditor=auditors,
        reading=pl.lit(reading),
        second_probability=pl.lit(chance, dtype=pl.Float64),
    )


def _known_cases(seed: int, passes: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give A's readings of known cases, each with one crime missing, and the bank."""
    bank = pl.DataFrame(
        {
            "stratum": ["violence"] * KNOWN_CASES,
            "incident_id": [f"known-{at}" for at in range(KNOWN_CASES)],
            "should_record": [2] * KNOWN_CASES,
            "recorded": [1] * KNOWN_CASES,
        }
    )
    seen = np.random.default_rng([seed, 1]).random(KNOWN_CASES) >= passes
    marks = bank.select("stratum", "incident_id", "recorded", inclusion_probability=pl.lit(1.0))
    return _reading(marks, seen, pl.Series(["A"] * KNOWN_CASES), "first", None), bank
