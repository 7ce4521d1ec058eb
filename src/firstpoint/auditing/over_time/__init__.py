"""Audits over time: what changed between two, what several say together, and the force's own bands.

* :func:`compare` holds two audits against each other, stratum by stratum; :func:`change_between` does it for
  two estimates from anywhere and :func:`compare_results` for two results, with predictions or without.
* :func:`combine` puts several audits together, with or without drift between them; :func:`drift_of` finds
  how much they drifted.
* :func:`read_bands` reads the bands that the force has set itself, by date, and :func:`chance_of_bands` says
  how likely each is. No grade of an inspection is predicted: no thresholds are published.
"""

from firstpoint.auditing.over_time.bands import Bands, bands_on, chance_of_bands, read_bands
from firstpoint.auditing.over_time.change import Change, Comparison, change_between, compare, compare_results
from firstpoint.auditing.over_time.together import Together, combine, drift_of

__all__ = [
    "Bands",
    "Change",
    "Comparison",
    "Together",
    "bands_on",
    "chance_of_bands",
    "change_between",
    "combine",
    "compare",
    "compare_results",
    "drift_of",
    "read_bands",
]
