"""Four measures of how far two readers agree, each as one minus a ratio of disagreements.

All are computed from one table: ``shares[a, b]`` is the weighted share of reports that the first reader
marked ``a`` and the second ``b``. With v the disagreement between two answers (0 for the same answer, 1 at
most), r and c the shares of the answers of the first and of the second reader, and π = (r + c)/2:

* percent agreement: 1 − Σ v·shares;
* Cohen's kappa: 1 − Σ v·shares / Σ v·r·c (Cohen, *Educational and Psychological Measurement*, 1960; with
  weights, *Psychological Bulletin*, 1968);
* Gwet's AC1 (AC2 where answers are ordered): 1 − Σ v·shares / (1 − T·Σ π(1 − π)), T = Σ(1 − v)/(q(q − 1))
  over q answers (Gwet, *British Journal of Mathematical and Statistical Psychology*, 2008);
* Krippendorff's alpha: 1 − Σ v·shares / (n/(n − 1)·Σ v·π·π), n twice the number of reports (Krippendorff,
  *Content Analysis*, 2004).

Kappa and alpha fall towards 0 where nearly all reports get the same answer, however well readers agree; AC1
does not. That is why they stand side by side.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from firstpoint.auditing.ratio import Codes, Floats, unit_variances

CoefficientName = Literal["percent", "kappa", "ac1", "alpha"]
COEFFICIENTS: tuple[CoefficientName, ...] = get_args(CoefficientName)
Ordering = Literal["none", "linear", "quadratic"]


def disagreements(answers: int, ordering: Ordering) -> Floats:
    """Give v, a square float64 of side ``answers``: how far each pair of answers disagrees, 0 to 1.

    ``none`` counts every difference alike; ``linear`` and ``quadratic`` count it by the distance between
    answers that have an order, such as numbers of crimes.
    """
    place = np.arange(answers, dtype=np.float64)
    apart = np.abs(place[:, None] - place[None, :])
    if ordering == "none":
        return (apart > 0).astype(np.float64)
    scaled: Floats = apart / max(answers - 1, 1)
    return scaled if ordering == "linear" else scaled**2


def observed_disagreement(shares: Floats, weights: Floats) -> Floats:
    """Give Σ v·shares. ``shares`` is float64 of shape (…, q, q), so a stack of tables is one call."""
    total: Floats = np.einsum("...ab,ab->...", shares, weights)
    return total


def expected_disagreement(name: CoefficientName, shares: Floats, weights: Floats, pairs: int) -> Floats:
    """Give the disagreement that each coefficient holds against the observed one: 1 for percent agreement.

    ``shares`` is float64 of shape (…, q, q), ``weights`` the (q, q) of :func:`disagreements`, ``pairs`` the
    number of reports read twice. 0 means that the coefficient is not defined.
    """
    rows, columns = shares.sum(axis=-1), shares.sum(axis=-2)
    both = (rows + columns) / 2.0
    expected: Floats
    if name == "percent":
        expected = np.ones(shares.shape[:-2])
    elif name == "kappa":
        expected = np.einsum("...a,ab,...b->...", rows, weights, columns)
    elif name == "alpha":
        expected = _small_sample(pairs) * np.einsum("...a,ab,...b->...", both, weights, both)
    else:
        expected = 1.0 - _gwet_factor(weights) * np.sum(both * (1.0 - both), axis=-1)
    return expected


def coefficient(name: CoefficientName, shares: Floats, weights: Floats, pairs: int) -> Floats:
    """Give a coefficient for a table or a stack of tables, NaN where it is not defined."""
    expected = expected_disagreement(name, shares, weights, pairs)
    defined = expected > 1e-12
    value: Floats = np.where(
        defined, 1.0 - observed_disagreement(shares, weights) / np.where(defined, expected, 1.0), np.nan
    )
    return value


def standard_error(
    name: CoefficientName,
    first: Codes,
    second: Codes,
    reports: Floats,
    strata: Codes,
    weights: Floats,
) -> float:
    """Give the linearised standard error, drawn with replacement in strata; kappa's is R's ``svykappa``.

    ``first`` and ``second`` are codes of answers, one a report; ``reports`` their design weights, float64.
    """
    shares = table_of(first, second, reports, len(weights))
    slope = _slope(name, shares, weights, len(first))[first, second]
    share = reports / reports.sum()
    linearised = share * (slope - np.sum(share * slope))
    return float(np.sqrt(unit_variances(linearised, strata, np.zeros_like(share)).sum()))


def table_of(first: Codes, second: Codes, reports: Floats, answers: int) -> Floats:
    """Give the (q, q) table of weighted shares of the pairs of answers."""
    cells = np.bincount(first * answers + second, weights=reports, minlength=answers**2)
    shares: Floats = (cells / cells.sum()).reshape(answers, answers)
    return shares


def _slope(name: CoefficientName, shares: Floats, weights: Floats, pairs: int) -> Floats:
    """Give how fast the coefficient grows with the share of each pair of answers, shape (q, q)."""
    observed = float(observed_disagreement(shares, weights))
    expected = float(expected_disagreement(name, shares, weights, pairs))
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    both = (rows + columns) / 2.0
    of_expected = np.zeros_like(weights)
    if name == "kappa":
        of_expected = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    elif name == "alpha":
        spread = _small_sample(pairs) * (weights @ both)
        of_expected = spread[:, None] + spread[None, :]
    elif name == "ac1":
        spread = -_gwet_factor(weights) * (0.5 - both)
        of_expected = spread[:, None] + spread[None, :]
    slope: Floats = -weights / expected + observed / expected**2 * of_expected
    return slope


def _gwet_factor(weights: Floats) -> float:
    answers = len(weights)
    return float(np.sum(1.0 - weights)) / (answers * (answers - 1)) if answers > 1 else 0.0


def _small_sample(pairs: int) -> float:
    return 2.0 * pairs / (2.0 * pairs - 1.0)
