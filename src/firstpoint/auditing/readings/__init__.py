"""Auditors err too: what second readings and known cases say of it, and how the rate is put right.

Taking a first reading as the truth makes a sharp interval in the wrong place. So some readings are made
again, by somebody who sees neither the first marks nor why the incident was picked:

1. :func:`pick_second_readings` picks them by risk, each with a chance that is known;
2. :func:`both_readings` puts the two side by side, with the pseudo-value d₁ + (z/p)(d₂ − d₁) that
   :func:`~firstpoint.auditing.assisted.estimate_assisted` puts into the same estimator;
3. :func:`bias_bound` says what trusting the first readings alone would be wrong by;
4. :func:`seed_known_cases` and :func:`read_known_cases` try auditors on incidents whose answer is settled;
5. :func:`two_phase_rate` is the classical alternative, a fixed number from each cell of first outcomes.

What is taken for granted: the second reading, with the registrar's ruling where there was one, is right.
"""

from firstpoint.auditing.readings.bias import (
    BiasBound,
    bias_beside,
    bias_bound,
    first_order_bias,
    measured_errors,
)
from firstpoint.auditing.readings.both import both_readings
from firstpoint.auditing.readings.by_cells import two_phase_rate
from firstpoint.auditing.readings.known_cases import (
    KnownCaseRates,
    SeededWork,
    read_known_cases,
    seed_known_cases,
    without_known_cases,
)
from firstpoint.auditing.readings.picking import pick_second_readings
from firstpoint.auditing.readings.second import ExpectedErrors, pseudo_due, second_chances
from firstpoint.auditing.readings.two_phase import TwoPhaseFit, fit_two_phase

__all__ = [
    "BiasBound",
    "ExpectedErrors",
    "KnownCaseRates",
    "SeededWork",
    "TwoPhaseFit",
    "bias_beside",
    "bias_bound",
    "both_readings",
    "first_order_bias",
    "fit_two_phase",
    "measured_errors",
    "pick_second_readings",
    "pseudo_due",
    "read_known_cases",
    "second_chances",
    "seed_known_cases",
    "two_phase_rate",
    "without_known_cases",
]
