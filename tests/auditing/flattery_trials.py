"""Audits of a small made-up force, honest or not, for trying the flattery report on."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from firstpoint.auditing.assisted.pareto import pareto_draw
from firstpoint.auditing.flattery import Allowance, FlatteryReport, Known, flattery_report
from firstpoint.simulation.audited_force import AuditedForce, make_audited_force

START = date(2026, 1, 1)
ALLOWED = Allowance()


def small_force() -> AuditedForce:
    return make_audited_force(11, share=0.01)


def whole_frame(force: AuditedForce, size: int) -> pl.DataFrame:
    """The frame with a score, routes, days, what was checked before, and chances for ``size`` audits."""
    chance = np.random.default_rng(1)
    screen = force.screened(0.9)
    number = len(force.due)
    share = 0.75 * np.sqrt(screen * (1 - screen)) / np.sqrt(screen * (1 - screen)).sum() + 0.25 / number
    strata = np.asarray(force.names)[force.strata]
    totals = {name: share[strata == name].sum() for name in force.names}
    sizes = {name: max(round(size * totals[name]), 4) for name in force.names}
    inclusion = np.concatenate(
        [np.minimum(share[strata == name] / totals[name] * sizes[name], 1.0) for name in force.names]
    )
    return pl.DataFrame(
        {
            "stratum": strata,
            "incident_id": [f"i{at:05d}" for at in range(number)],
            "due": force.due,
            "held": force.recorded,
            "chance_unrecorded": screen,
            "inclusion_probability": inclusion,
            "route": chance.choice(
                ["control room", "online", "public protection"], number, p=[0.7, 0.2, 0.1]
            ),
            "received_on": [START + timedelta(days=int(day)) for day in chance.integers(0, 90, number)],
            "checked_before": chance.random(number) < 0.2,
        }
    )


def one_audit(
    frame: pl.DataFrame, seed: int, *, overlooks: float = 0.08, flatters: str = "", picks: str = ""
) -> tuple[pl.DataFrame, frozenset[str]]:
    """Marks of three auditors, a quarter read again; ``flatters`` names who passes six in ten crimes."""
    chance = np.random.default_rng(seed)
    shunned = {"checked": ~pl.col("checked_before"), "route": pl.col("route") == "public protection"}.get(
        picks
    )
    parts = []
    for (_,), part in frame.group_by("stratum", maintain_order=True):
        chances = part["inclusion_probability"].to_numpy().copy()
        if shunned is not None:
            bad = part.select(shunned).to_series().to_numpy()
            wanted = round(chances.sum())
            chances = np.where(bad, chances * 0.3, chances)
            chances = np.minimum(chances * wanted / chances.sum(), 1.0)
        parts.append(part[pareto_draw(chance.random(part.height), chances)])
    rows = pl.concat(parts)
    missing = (rows["due"] - rows["held"]).to_numpy().astype(int)
    auditors = chance.choice(["A", "B", "C"], rows.height)
    passes = np.where((auditors == flatters) | (flatters == "all"), 0.6, overlooks)
    found = np.where(chance.random(rows.height) < passes, 0, missing) + (chance.random(rows.height) < 0.03)
    again = chance.random(rows.height) < 0.25
    marks = rows.select(
        "stratum", "incident_id", "inclusion_probability", recorded=pl.col("held").cast(pl.Int64)
    )
    first = marks.with_columns(
        should_record=pl.col("recorded") + pl.Series(found.astype(np.int64)),
        auditor=pl.Series(auditors),
        reading=pl.lit("first"),
        second_probability=pl.lit(None, dtype=pl.Float64),
    )
    second = marks.with_columns(
        should_record=pl.col("recorded") + pl.Series(missing.astype(np.int64)),
        auditor=pl.lit("registrar"),
        reading=pl.lit("second"),
        second_probability=pl.lit(0.25),
    ).filter(pl.Series(again))
    return pl.concat([first, second.select(first.columns)]), frozenset(rows["incident_id"])


def with_known_cases(marks: pl.DataFrame, seed: int, passes: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    bank = pl.DataFrame(
        {
            "stratum": ["violence"] * 20,
            "incident_id": [f"known-{at}" for at in range(20)],
            "should_record": [2] * 20,
            "recorded": [1] * 20,
        }
    )
    passed = np.random.default_rng(seed + 10_000).random(20) < passes
    read = bank.with_columns(
        should_record=pl.Series(np.where(passed, 1, 2)),
        auditor=pl.lit("A"),
        reading=pl.lit("first"),
        second_probability=pl.lit(None, dtype=pl.Float64),
        inclusion_probability=pl.lit(1.0),
    )
    return pl.concat([marks, read.select(marks.columns)]), bank


def report_on(frame: pl.DataFrame, seed: int, redraws: int = 199, **more: object) -> FlatteryReport:
    marks, _ = one_audit(frame, seed, **more)
    passes = 0.5 if more.get("flatters") == "all" else float(more.get("overlooks", 0.08))
    marks, bank = with_known_cases(marks, seed, passes)
    days = frame.group_by(day="received_on").agg(
        missing=pl.col("chance_unrecorded").sum(), due=pl.len().cast(pl.Float64)
    )
    known = Known(
        chances=frame.select("incident_id", "chance_unrecorded"),
        bank=bank,
        frame=frame.select(
            "stratum", "incident_id", "inclusion_probability", "route", "received_on", "checked_before"
        ),
        foretold=days,
        window=(START + timedelta(days=seed % 60), START + timedelta(days=seed % 60 + 29)),
    )
    return flattery_report(marks, known, seed=seed, redraws=redraws)
