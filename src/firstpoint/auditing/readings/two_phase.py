"""Second readings of a fixed number in each cell of first outcomes: the classical two-phase estimate.

Where second readings are not picked one by one but a fixed number from each cell (say, stratum by whether the
first reading found a missed crime), the variance has two parts: of the audited incidents among all, and of
those read again among the audited (Särndal, Swensson and Wretman 1992, 9.3):

    V = Σ_c [within and between cells at the first phase]  +  Σ_c w²·m_c²(1 − m*_c/m_c)·s²_c/m*_c

with m_c audited incidents in the cell and m*_c of them read again. The same as R's ``twophase`` with
``method = "full"``, where its first-phase strata are of equal size.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.errors import InputError, Refused


@frozen(eq=False)
class TwoPhaseFit:
    """A rate by second readings, with the variance of either phase.

    ``weights`` are those of the incidents read again, both phases multiplied.
    """

    ratio: float
    variance: float
    first_phase: float
    second_phase: float
    total_due: float
    weights: Floats


def fit_two_phase(
    recorded: Floats, due: Floats, strata: Codes, incidents: Floats, cells: Codes, read_again: np.ndarray
) -> TwoPhaseFit:
    """Give the rate of an audit in which some incidents of each cell were read again.

    All arrays hold one value an *audited* incident: ``recorded`` and ``due`` by the second reading (anything
    where there was none), ``strata`` codes from 0, ``incidents`` the size of its stratum in the frame,
    ``cells`` codes from 0 of the cells from which second readings were drawn, each within one stratum, and
    ``read_again``. Raises Refused for a cell without two second readings (or all of one), and InputError for
    a cell that lies in two strata.
    """
    audited, again = _counts(strata, cells, read_again)
    first = incidents / audited[strata]
    second = (np.bincount(cells) / np.maximum(again, 1))[cells]
    weights = np.where(read_again, first * second, 0.0)
    total_due = float(np.sum(weights * np.where(read_again, due, 0.0)))
    total_recorded = float(np.sum(weights * np.where(read_again, recorded, 0.0)))
    if total_due <= 0.0:
        raise Refused(
            "No incident read again should have led to a crime, so there is no rate.",
            where="second readings",
            remedy="Read more incidents again.",
        )
    ratio = total_recorded / total_due
    values = np.where(read_again, recorded - ratio * due, 0.0) / total_due
    one = _first_phase(values, strata, incidents, cells, read_again)
    two = _second_phase(values * first, cells, read_again)
    return TwoPhaseFit(ratio, one + two, one, two, total_due, weights[read_again])


def _counts(strata: Codes, cells: Codes, read_again: np.ndarray) -> tuple[Codes, Codes]:
    in_cell = np.bincount(cells)
    again = np.bincount(cells[read_again], minlength=len(in_cell))
    for cell in range(len(in_cell)):
        if len(np.unique(strata[cells == cell])) > 1:
            raise InputError(
                "A cell of second readings lies in two strata.",
                where=f"cell {cell}",
                remedy="Make cells within strata, such as stratum by first outcome.",
            )
        if again[cell] < 2 and again[cell] < in_cell[cell]:
            raise Refused(
                f"{again[cell]} of {in_cell[cell]} audited incidents were read again: no standard error.",
                where=f"cell {cell}",
                remedy="Read two of each cell again at the least, or the whole cell.",
            )
    return np.bincount(strata), again


def _first_phase(
    values: Floats, strata: Codes, incidents: Floats, cells: Codes, read_again: np.ndarray
) -> float:
    """Estimate Σ_h N²(1 − n/N)·S²/n, S² of all audited incidents, from those that were read again.

    The mean of squares and the square of the mean are estimated apart; the latter has the variance of the
    second phase taken off, so that the whole is unbiased.
    """
    variance = 0.0
    for stratum in range(int(strata.max()) + 1):
        rows = strata == stratum
        audited, total = int(rows.sum()), float(incidents[rows][0])
        if audited < 2:
            continue
        expand = _expansion(cells, read_again)[rows]
        squares = float(np.sum(expand * values[rows] ** 2))
        whole = float(np.sum(expand * values[rows]))
        own = _second_phase(np.where(rows, values, 0.0), cells, read_again)
        spread = (squares - (whole**2 - own) / audited) / (audited - 1)
        variance += total**2 * (1.0 - audited / total) * spread / audited
    return variance


def _second_phase(values: Floats, cells: Codes, read_again: np.ndarray) -> float:
    """Give the variance of Σ (m/m*)·value over the second draw, cell by cell."""
    variance = 0.0
    for cell in range(int(cells.max()) + 1):
        rows = cells == cell
        audited, again = int(rows.sum()), int(read_again[rows].sum())
        if 2 <= again < audited:
            spread = float(np.var(values[rows & read_again], ddof=1))
            variance += audited**2 * (1.0 - again / audited) * spread / again
    return variance


def _expansion(cells: Codes, read_again: np.ndarray) -> Floats:
    again = np.maximum(np.bincount(cells[read_again], minlength=int(cells.max()) + 1), 1)
    expand: Floats = np.where(read_again, (np.bincount(cells) / again)[cells], 0.0)
    return expand
