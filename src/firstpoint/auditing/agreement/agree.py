"""How far readers agree, by question and by auditor: a diagnosis, never a correction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.agreement.coefficients import (
    COEFFICIENTS,
    CoefficientName,
    Ordering,
    coefficient,
    disagreements,
    expected_disagreement,
    standard_error,
    table_of,
)
from firstpoint.auditing.agreement.pairs import COUNTED, YES_OR_NO, Against, pair_readings
from firstpoint.auditing.agreement.resampling import agreement_limits, replicate_tables
from firstpoint.auditing.intervals import check_confidence
from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError

LEAST_PAIRS = 2
MOSTLY_ALIKE = 0.9
ALL_ALIKE = "both readers gave every report the same answer, so no agreement beyond chance can be told"
LEAST_REPLICATES = 200

_NAMES = {
    "percent": "Share of reports on which the readers agree",
    "kappa": "Cohen's kappa",
    "ac1": "Gwet's AC1",
    "alpha": "Krippendorff's alpha",
}
_FORMULAS = {
    "percent": "Korn and Graubard 1998, weighted proportion",
    "kappa": "Cohen 1960 and 1968; R survey, svykappa",
    "ac1": "Gwet 2008",
    "alpha": "Krippendorff 2004",
}


@frozen
class AgreementFigure:
    """One coefficient for one question, of all readers (``auditor`` None) or of the pairs of one auditor.

    ``estimate`` is None where there is no honest figure, and ``reason`` then says why.
    """

    question: str
    auditor: str | None
    coefficient: CoefficientName
    estimate: Estimate | None
    reason: str = ""


@frozen
class Agreement:
    """How far the readers of an audit agree.

    ``figures`` come by question, then all readers before single ones, then coefficient. ``reports`` were
    read twice. ``cautions`` are sentences that must stand beside the figures.
    """

    figures: tuple[AgreementFigure, ...]
    reports: int
    against: Against
    cautions: tuple[str, ...]

    def figure(
        self, question: str, coefficient: CoefficientName, auditor: str | None = None
    ) -> AgreementFigure:
        """Give one figure; raises InputError for a question or auditor that was not compared."""
        for one in self.figures:
            if (one.question, one.coefficient, one.auditor) == (question, coefficient, auditor):
                return one
        raise InputError(
            f"There is no {coefficient} of {auditor or 'all readers'} for {question!r}.",
            where="agreement",
            remedy=f"Questions are {', '.join(dict.fromkeys(one.question for one in self.figures))}.",
        )

    def table(self) -> pl.DataFrame:
        """Give a row a figure: question, auditor, coefficient, estimate, limits, reports, reason."""
        return pl.DataFrame(
            [
                {
                    "question": one.question,
                    "auditor": one.auditor,
                    "coefficient": one.coefficient,
                    "estimate": one.estimate and one.estimate.estimate,
                    "low": one.estimate and one.estimate.low,
                    "high": one.estimate and one.estimate.high,
                    "standard_error": one.estimate and one.estimate.standard_error,
                    "reports": one.estimate and one.estimate.incidents,
                    "reason": one.reason,
                }
                for one in self.figures
            ],
            schema_overrides={"auditor": pl.String, "reason": pl.String},
            infer_schema_length=None,
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the result as plain values for JSON."""
        return {
            "against": self.against,
            "reports": self.reports,
            "figures": [
                {
                    "question": one.question,
                    "auditor": one.auditor,
                    "coefficient": one.coefficient,
                    "reason": one.reason,
                    **(one.estimate.as_dict() if one.estimate else {"estimate": None}),
                }
                for one in self.figures
            ],
            "cautions": list(self.cautions),
        }


@frozen
class _Asked:
    """How the figures are to be reached."""

    against: Against
    ordering: Ordering
    confidence: float
    replicates: int
    seed: int


@frozen(eq=False)
class _Pairs:
    """The answers to one question as codes, one value a report."""

    first: Codes
    other: Codes
    reports: Floats
    strata: Codes
    answers: tuple[str, ...]


def agreement(
    marks: pl.DataFrame,
    frame: pl.DataFrame | None = None,
    *,
    against: Against = "second",
    ordering: Ordering = "none",
    confidence: float = 0.95,
    replicates: int = 2000,
    seed: int = 1,
) -> Agreement:
    """Give percent agreement, Cohen's kappa, Gwet's AC1 and Krippendorff's alpha, each with an interval.

    ``marks`` are as :func:`read_marks` gives them, with ``reading`` and, to tell auditors apart, ``auditor``
    (a reference). ``against`` compares the first reading with the second or with the ruling. ``ordering``
    says whether numbers of crimes further apart disagree more. Reports are weighted as
    :func:`pair_readings` says. The figures of one auditor are those of the pairs in which that auditor was
    one of the two (against a ruling: the first).

    None of these corrects a rate, and none is a test that an audit passes: how far auditors' errors move the
    rate is found by second readings with known chances.
    """
    check_confidence(confidence)
    if replicates < LEAST_REPLICATES:
        raise InputError(
            f"{replicates} replicates are too few for limits.",
            where="replicates",
            remedy=f"Ask for {LEAST_REPLICATES} or more; 2,000 is usual.",
        )
    paired = pair_readings(marks, against=against, frame=frame)
    figures = tuple(_figures(paired, _Asked(against, ordering, confidence, replicates, seed)))
    return Agreement(
        figures=figures,
        reports=paired["incident_id"].n_unique(),
        against=against,
        cautions=tuple(_cautions(paired, against)),
    )


def _figures(paired: pl.DataFrame, asked: _Asked) -> Iterator[AgreementFigure]:
    for question in paired["question"].unique(maintain_order=True):
        rows = paired.filter(pl.col("question") == question).drop_nulls(["first", "other"])
        answers = _answers(question, rows)
        for auditor in (None, *_auditors(rows, asked.against)):
            own = rows if auditor is None else rows.filter(_of(auditor, asked.against))
            for name, found in _coefficients(question, _codes(own, answers), asked).items():
                estimate = found if isinstance(found, Estimate) else None
                reason = found if isinstance(found, str) else ""
                yield AgreementFigure(question, auditor, name, estimate, reason)


def _answers(question: str, rows: pl.DataFrame) -> tuple[str, ...]:
    if question in YES_OR_NO:
        return ("false", "true")
    seen = sorted({*rows["first"], *rows["other"]})
    return tuple(sorted(seen, key=int)) if question in COUNTED else tuple(seen)


def _auditors(rows: pl.DataFrame, against: Against) -> list[str]:
    readers = set(rows["first_auditor"].drop_nulls())
    if against == "second":
        readers |= set(rows["other_auditor"].drop_nulls())
    return sorted(readers)


def _of(auditor: str, against: Against) -> pl.Expr:
    first = (pl.col("first_auditor") == auditor).fill_null(value=False)
    other = (pl.col("other_auditor") == auditor).fill_null(value=False)
    return first | other if against == "second" else first


def _codes(rows: pl.DataFrame, answers: tuple[str, ...]) -> _Pairs:
    places = {answer: place for place, answer in enumerate(answers)}

    def codes(name: str) -> Codes:
        return np.asarray([places[answer] for answer in rows[name]], dtype=np.intp)

    strata = np.unique(rows["stratum"].to_numpy(), return_inverse=True)[1].astype(np.intp)
    return _Pairs(codes("first"), codes("other"), rows["weight"].to_numpy(), strata, answers)


def _coefficients(question: str, pairs: _Pairs, asked: _Asked) -> dict[CoefficientName, Estimate | str]:
    """Give each coefficient of these pairs, or why there is none."""
    reports = len(pairs.first)
    if reports < LEAST_PAIRS:
        return dict.fromkeys(COEFFICIENTS, f"{reports} reports read twice are too few for a figure")
    ordering: Ordering = asked.ordering if question in COUNTED else "none"
    weights = disagreements(len(pairs.answers), ordering)
    columns = (pairs.first, pairs.other, pairs.reports, pairs.strata)
    shares = table_of(pairs.first, pairs.other, pairs.reports, len(pairs.answers))
    resampled = replicate_tables(
        *columns, answers=len(pairs.answers), replicates=asked.replicates, seed=asked.seed
    )
    percent_error = standard_error("percent", *columns, weights)
    found: dict[CoefficientName, Estimate | str] = {}
    for name in COEFFICIENTS:
        if float(expected_disagreement(name, shares, weights, reports)) <= 1e-12:
            found[name] = ALL_ALIKE
            continue
        low, high = agreement_limits(
            name,
            shares,
            resampled,
            weights,
            pairs=reports,
            percent_error=percent_error,
            confidence=asked.confidence,
        )
        found[name] = Estimate(
            estimate=float(coefficient(name, shares, weights, reports)),
            low=low,
            high=high,
            standard_error=standard_error(name, *columns, weights),
            confidence=asked.confidence,
            method=_method(name, ordering, asked),
            incidents=reports,
            crimes=None,
            formula=_FORMULAS[name],
        )
    return found


def _method(name: CoefficientName, ordering: Ordering, asked: _Asked) -> str:
    ordered = "" if ordering == "none" else f", answers further apart disagreeing more ({ordering} weights)"
    return (
        f"{_NAMES[name]} by design weight{ordered}; linearised standard error; {asked.confidence:.0%} limits "
        f"from {asked.replicates:,} bootstrap replicates over reports within strata (seed {asked.seed}), "
        "never narrower than the exact limits of the percentage allow."
    )


def _cautions(paired: pl.DataFrame, against: Against) -> Iterator[str]:
    yield (
        "Agreement does not correct the rate, and two readers may agree on the same mistake; what auditors' "
        "errors do to the rate is found by second readings with known chances."
    )
    for question in YES_OR_NO:
        rows = paired.filter(pl.col("question") == question)
        yes = float(((rows["first"] == "true").cast(float) + (rows["other"] == "true").cast(float)).sum())
        share = yes / (2.0 * rows.height)
        if max(share, 1.0 - share) > MOSTLY_ALIKE:
            yield (
                f"{question}: {max(share, 1.0 - share):.0%} of the answers are alike, so kappa and alpha are "
                "low even where readers seldom differ; read AC1 and the percentage beside them."
            )
    if against == "ruling":
        yield "Reports with a ruling are mostly disputed ones, so readers agree less there than overall."
