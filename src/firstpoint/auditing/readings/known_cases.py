"""Known cases among the rest: incidents whose right answer was settled beforehand, read blind.

A second reading tells whether two auditors agree; a known case tells whether they are right. Some incidents
that a panel has settled are put among each auditor's sample, in an order that gives nothing away, and taken
out again before the rate is estimated. :func:`seed_known_cases` mixes them in; :func:`read_known_cases` says,
for each auditor, how often a missing crime was overlooked and how often one was called that is not there,
with exact limits (Clopper and Pearson 1934), an incident being one case however many crimes it holds.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from attrs import frozen

from firstpoint.auditing.intervals import binomial_limits
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError
from firstpoint.records.lots import lots
from firstpoint.records.needed_columns import need_columns

EVERYBODY = "all auditors"


@frozen(eq=False)
class SeededWork:
    """What auditors are handed, and apart from it what only the registrar may see.

    ``work`` has ``stratum``, ``incident_id`` and ``reading_order`` (from 1, known cases among the rest);
    ``key`` holds the references of the known cases.
    """

    work: pl.DataFrame
    key: frozenset[str]


@frozen
class KnownCaseRates:
    """How an auditor reads known cases: shares of cases, None where there was none to get wrong."""

    overlooked: Estimate | None
    over_called: Estimate | None


def seed_known_cases(sample: pl.DataFrame, bank: pl.DataFrame, number: int, seed: int) -> SeededWork:
    """Give the sample with ``number`` cases of the bank among it.

    ``sample`` and ``bank`` have ``stratum`` and ``incident_id``. Which cases are taken and where they stand
    follows from the SHA-256 of ``seed|known cases|incident_id`` and ``seed|order|incident_id``. Raises
    InputError where a case of the bank is in the sample, or the bank has fewer cases than asked for.
    """
    columns = ("stratum", "incident_id")
    need_columns(sample, columns, "sample")
    need_columns(bank, columns, "bank of known cases")
    both = set(sample.get_column("incident_id")) & set(bank.get_column("incident_id"))
    if both:
        raise InputError(
            "A known case is in the sample itself.",
            where=f"incident {min(both)}",
            remedy="Take it out of the bank; its answer must not be known while the rate is estimated by it.",
        )
    if not 0 < number <= bank.height:
        raise InputError(
            f"{number} known cases cannot be taken from a bank of {bank.height}.",
            where="known cases",
            remedy="Settle more cases, or seed fewer.",
        )
    taken = (
        bank.select(columns)
        .with_columns(lot=lots(bank.get_column("incident_id"), seed, "known cases"))
        .sort("lot")
        .head(number)
    )
    work = pl.concat([sample.select(columns), taken.select(columns)])
    ordered = work.with_columns(lot=lots(work.get_column("incident_id"), seed, "order")).sort("lot")
    return SeededWork(
        ordered.select(*columns, reading_order=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)),
        frozenset(taken.get_column("incident_id")),
    )


def without_known_cases(marks: pl.DataFrame, key: frozenset[str]) -> pl.DataFrame:
    """Give the marks from which the rate may be estimated: those of the sample alone."""
    return marks.filter(~pl.col("incident_id").is_in(sorted(key)))


def read_known_cases(
    marks: pl.DataFrame, bank: pl.DataFrame, *, confidence: float = 0.95
) -> Mapping[str, KnownCaseRates]:
    """Give, for each auditor and for all together, how known cases were read.

    ``marks`` have ``incident_id``, ``should_record`` and ``recorded``, and ``auditor`` where there are
    several; marks of other incidents are passed over. ``bank`` has the settled ``should_record`` and
    ``recorded`` of each case. Raises InputError where none of the marks is of a known case.
    """
    cases = cases_read(marks, bank)
    rates = {EVERYBODY: _rates(cases, confidence)}
    if "auditor" in cases.columns:
        for (auditor,), own in sorted(cases.group_by("auditor")):
            rates[str(auditor)] = _rates(own, confidence)
    return rates


def cases_read(marks: pl.DataFrame, bank: pl.DataFrame) -> pl.DataFrame:
    """Give a row for each reading of a known case: ``missing`` and ``found`` crimes, and ``auditor``."""
    need_columns(marks, ("incident_id", "should_record", "recorded"), "marks")
    need_columns(bank, ("incident_id", "should_record", "recorded"), "bank of known cases")
    keys = ["incident_id", *(["auditor"] if "auditor" in marks.columns else [])]
    found = marks.group_by(keys).agg(found=(pl.col("should_record") - pl.col("recorded")).sum())
    settled = bank.group_by("incident_id").agg(missing=(pl.col("should_record") - pl.col("recorded")).sum())
    cases = found.join(settled, on="incident_id").sort(keys)
    if not cases.height:
        raise InputError(
            "None of the marks is of a known case.",
            where="known cases",
            remedy="Give the marks before the known cases are taken out, and the bank that they came from.",
        )
    return cases


def _rates(cases: pl.DataFrame, confidence: float) -> KnownCaseRates:
    missing, clean = cases.filter(pl.col("missing") > 0), cases.filter(pl.col("missing") == 0)
    return KnownCaseRates(
        _share(missing, pl.col("found") < pl.col("missing"), "overlooked a missing crime", confidence),
        _share(clean, pl.col("found") > pl.col("missing"), "called a crime that is not there", confidence),
    )


def _share(cases: pl.DataFrame, wrong: pl.Expr, words: str, confidence: float) -> Estimate | None:
    if not cases.height:
        return None
    number = int(cases.select(wrong.sum()).item())
    rate = number / cases.height
    low, high = binomial_limits(rate, float(cases.height), confidence)
    return Estimate(
        estimate=rate,
        low=low,
        high=high,
        standard_error=(rate * (1.0 - rate) / cases.height) ** 0.5,
        confidence=confidence,
        method=f"{number} of {cases.height} known cases in which the auditor {words}; exact limits.",
        incidents=cases.height,
        crimes=None,
        formula="Clopper and Pearson 1934",
    )
