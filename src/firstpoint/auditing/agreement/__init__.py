"""Do two people who read the same report mark it alike?

:func:`agreement` compares the first readings of an audit with the second ones (or with the registrar's
rulings), question by question and auditor by auditor, and gives four measures, each with an interval by
bootstrap over reports: the percentage of agreement, Cohen's kappa, Gwet's AC1 and Krippendorff's alpha
(:mod:`~firstpoint.auditing.agreement.coefficients` has the formulas). :func:`pair_readings` gives the pairs
of answers that they come from.

They are diagnoses. They show where training is needed and which question is read in two ways; they correct no
rate.
"""

from firstpoint.auditing.agreement.agree import Agreement, AgreementFigure, agreement
from firstpoint.auditing.agreement.pairs import pair_readings

__all__ = ["Agreement", "AgreementFigure", "agreement", "pair_readings"]
