"""How soon the watch on a daily audit sees a slide, how often it cries wolf, and whether its intervals hold.

    python benchmarks/bench_watch.py [--trials 1000] [--seed 20260401]

The made-up incidents have 0.9 crimes each, bunched so that the design effect is near 1.6. Four things are
measured: weeks from the start of a slide from 96 % to 84 % over 18 months to the alarm, at several efforts,
beside a yearly audit and a control chart of monthly rates; false alarms while the rate stays at 96 %; whether
the dates of a change hold the true one; and whether limits that claim to hold at all weeks do. Last, how
often the intervals of the agreement coefficients hold.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta

import numpy as np
import polars as pl

from firstpoint.auditing.agreement.coefficients import (
    COEFFICIENTS,
    coefficient,
    disagreements,
    expected_disagreement,
    standard_error,
    table_of,
)
from firstpoint.auditing.agreement.resampling import agreement_limits, replicate_tables
from firstpoint.auditing.monitoring import change_point, running_rate
from firstpoint.auditing.monitoring.alarm import TEN_YEARS, log_evidence
from firstpoint.auditing.monitoring.evidence import MOST_CRIMES, log_growth, stakes_against
from firstpoint.insight import xmr_limits

MONDAY = date(2026, 1, 5)
SLIDE = 0.96 - 0.12 * np.arange(78) / 77
EFFORTS = (10, 20, 40, 60, 100, 200)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--trials", type=int, default=1000)
    ask.add_argument("--seed", type=int, default=20260401)
    asked = ask.parse_args()
    chance = np.random.default_rng(asked.seed)
    due, recorded = incidents(chance, (400_000,), 0.96)
    effect = np.mean((recorded - 0.96 * due) ** 2) / due.mean() / (0.96 * 0.04)
    print(f"incidents: {due.mean():.2f} crimes each, design effect {effect:.1f} at 96 %\n")
    alarms(chance, asked.trials)
    changes(chance, max(asked.trials // 12, 20))
    sequences(chance, max(asked.trials // 5, 20))
    agreements(chance, asked.trials)


def incidents(chance, shape, rate):
    """Give crimes due and recorded: a quarter of the incidents have none, most faults lose them all."""
    missed = 1.0 - np.asarray(rate)
    due = np.where(chance.random(shape) < 0.25, 0, 1 + chance.poisson(0.12, shape))
    due = np.where((chance.random(shape) < 0.02) & (due > 0), chance.integers(3, 9, shape), due)
    whole = chance.random(shape) < 0.85 * missed
    single = chance.binomial(due, 1.0 - 0.15 * missed / (1.0 - 0.85 * missed))
    return due, np.where(whole, 0, single)


def weekly(chance, rates, effort, trials, accepted):
    """Give the growth of the bets (weeks, trials, stakes) and the weekly sums of crimes recorded and due."""
    stakes = stakes_against(accepted, MOST_CRIMES)
    growth = np.empty((len(rates), trials, len(stakes)))
    sums = np.empty((2, len(rates), trials))
    for week, rate in enumerate(rates):
        due, recorded = incidents(chance, (trials, effort), rate)
        growth[week] = log_growth((accepted * due - recorded)[..., None], stakes).sum(axis=1)
        sums[:, week] = recorded.sum(axis=1), due.sum(axis=1)
    return growth, sums


def first_alarm(growth):
    sounded = log_evidence(growth) >= np.log(TEN_YEARS)
    return np.where(sounded.any(axis=0), sounded.argmax(axis=0) + 1.0, np.inf)


def alarms(chance, trials):
    print("alarm for a rate below the accepted one, false alarms at most once in 520 weeks:")
    print("  effort: incidents a week; median and 90th: weeks from the start of the slide to the alarm;")
    print("  false alarms in 78 weeks, and in ten years, at a steady 96 % (the bound for 78 weeks is 15 %)")
    print("  effort accepted  median  90th  rate then   false 78 w  false 10 y   chart: seen, 90th, false")
    for effort in EFFORTS:
        for accepted in (0.96, 0.95):
            growth, sums = weekly(chance, SLIDE, effort, trials, accepted)
            weeks = first_alarm(growth)
            steady, flat = weekly(chance, np.full(78, 0.96), effort, trials, accepted)
            false = first_alarm(steady)
            long = ten_years(chance, effort, trials // 5, accepted) if effort <= 40 else np.nan
            half, most = (np.quantile(weeks, share, method="higher") for share in (0.5, 0.9))
            chart = monthly_chart(chance, sums, effort)
            wolf = monthly_chart(chance, flat, effort)
            then = 100 * SLIDE[int(min(half, 78)) - 1]
            seen, late = (np.quantile(chart, share, method="higher") for share in (0.5, 0.9))
            print(
                f"  {effort:6d} {accepted:8.2f} {half:7.0f} {most:5.0f} {then:9.1f} %"
                f" {100 * np.mean(false <= 78):10.1f} % {100 * long:9.1f} %"
                f"   {seen:6.0f} {late:5.0f}"
                f" {100 * np.mean(wolf < np.inf):6.1f} %"
            )
    print(
        "  a yearly audit sees it at week 52 at the earliest, when the rate has fallen to "
        f"{100 * SLIDE[51]:.0f} %; the chart has limits from a year at 96 % and one rule (below the limit)\n"
    )


def ten_years(chance, effort, trials, accepted):
    """Give the share of trials with a false alarm in ten years at 96 %."""
    growth, _ = weekly(chance, np.full(520, 0.96), effort, trials, accepted)
    return np.mean(first_alarm(growth) <= 520)


def monthly_chart(chance, sums, effort):
    """Give the week in which a four-weekly rate first falls below XmR limits of a year before the slide."""
    trials = sums.shape[2]
    due, recorded = incidents(chance, (13, trials, 4 * effort), 0.96)
    before = recorded.sum(axis=2) / np.maximum(due.sum(axis=2), 1)
    months = sums[:, : 4 * (sums.shape[1] // 4)].reshape(2, -1, 4, trials).sum(axis=2)
    rates = months[0] / np.maximum(months[1], 1)
    lower = np.asarray([xmr_limits(before[:, trial]).lower for trial in range(trials)])
    below = rates < lower[None]
    return np.where(below.any(axis=0), 4.0 * (below.argmax(axis=0) + 1), np.inf)


def daily(chance, rates, effort):
    due, recorded = incidents(chance, (len(rates), effort), np.asarray(rates)[:, None])
    week, place = np.indices(due.shape)
    return pl.DataFrame(
        {
            "day": [
                MONDAY + timedelta(days=int(7 * w + p % 7))
                for w, p in zip(week.flat, place.flat, strict=True)
            ],
            "incident_id": [f"I{at:06d}" for at in range(due.size)],
            "should_record": due.ravel(),
            "recorded": recorded.ravel(),
        }
    )


def changes(chance, trials):
    print("when the change began (95 % dates, false alarms at most 5 %):")
    print("  series                          effort  found  dates hold  weeks between (median)")
    flat = np.full(60, 0.96)
    cases = (
        ("steady 96 %", flat, None, None),
        ("step 96 to 88 % at week 30", np.where(np.arange(60) < 30, 0.96, 0.88), 30, None),
        ("slide from week 20, shape open", np.r_[np.full(20, 0.96), SLIDE[:60]], 20, None),
        ("slide from week 20, shape given", np.r_[np.full(20, 0.96), SLIDE[:60]], 20, "slide"),
    )
    for name, rates, at, shape in cases:
        for effort in (20, 60):
            found, held, between = 0, 0, []
            for run in range(trials):
                one = change_point(daily(chance, rates, effort), shape=shape, replicates=199, seed=run)
                found += one.found
                if one.found and at is not None:
                    began = MONDAY + timedelta(weeks=at)
                    held += one.earliest <= began <= one.latest
                    between.append((one.latest - one.earliest).days / 7)
            shown = f"{100 * held / max(found, 1):9.1f} % {np.median(between):8.0f}" if between else ""
            print(f"  {name:32s} {effort:5d} {100 * found / trials:5.0f} % {shown}")
    print()


def sequences(chance, trials):
    print("limits that hold at every one of 78 weeks, 20 incidents a week:")
    print("  rate   sequence     left out at some week   half-width after 13, 26, 52, 78 weeks")
    for rate in (0.96, 0.90, 0.80):
        for name, runs in (("asymptotic", trials), ("betting", max(trials // 10, 5))):
            missed, widths = 0, []
            for _ in range(runs):
                weeks = running_rate(daily(chance, np.full(78, rate), 20), sequence=name).weeks
                low, high = weeks["low_so_far"].to_numpy(), weeks["high_so_far"].to_numpy()
                missed += not np.all((low <= rate) & (rate <= high))
                widths.append(50 * (high - low)[[12, 25, 51, 77]])
            shown = "  ".join(f"{width:5.2f}" for width in np.mean(widths, axis=0))
            print(f"  {rate:.2f}  {name:11s} {100 * missed / runs:12.1f} % of {runs:<5d}      {shown}")
    print()


def agreements(chance, trials):
    print("95 % intervals of the agreement coefficients, two readers, share that held the truth:")
    weights = disagreements(2, "none")
    tables = {
        "balanced": [[0.45, 0.07], [0.06, 0.42]],
        "nearly all clean": [[0.90, 0.03], [0.03, 0.04]],
        "over-calling second reader": [[0.78, 0.12], [0.02, 0.08]],
    }
    for name, cells in tables.items():
        truth = np.asarray(cells)
        for reports in (60, 200):
            held = dict.fromkeys(COEFFICIENTS, 0)
            asked = dict.fromkeys(COEFFICIENTS, 0)
            for run in range(trials):
                answers = np.repeat(np.arange(4), chance.multinomial(reports, truth.ravel()))
                columns = (answers // 2, answers % 2, np.ones(reports), np.zeros(reports, dtype=np.intp))
                shares = table_of(*columns[:3], 2)
                resampled = replicate_tables(*columns, answers=2, replicates=500, seed=run)
                error = standard_error("percent", *columns, weights)
                for one in COEFFICIENTS:
                    if expected_disagreement(one, shares, weights, reports) <= 1e-12:
                        continue
                    low, high = agreement_limits(
                        one, shares, resampled, weights, pairs=reports, percent_error=error, confidence=0.95
                    )
                    asked[one] += 1
                    held[one] += low <= float(coefficient(one, truth, weights, 10**9)) <= high
            shown = "  ".join(f"{one} {100 * held[one] / asked[one]:.1f} %" for one in COEFFICIENTS)
            print(f"  {name:28s} {reports:4d} reports: {shown}")


if __name__ == "__main__":
    main()
