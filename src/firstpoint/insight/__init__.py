"""How is recording changing, and where does it go wrong?

Where ``auditing`` says how accurate the force is, this room says what lies behind the figure:

* :func:`quarterly_trend` shows whether recorded crime has changed by more than its ordinary wobble, on an XmR
  chart whose baseline is stated. :func:`read_recorded_crime` takes the published quarterly tables, and
  :func:`rolling_year` gives the twelve months to each quarter.
* :func:`timeliness` gives the share of crimes recorded within 24 hours of the report, by route or unit.
* :func:`kinds_of_error` divides what auditors found into crimes not recorded at all, fewer than required,
  wrongly classed, late, and recorded without need.
* :func:`missed_multiple` lists the offences that most often lack crimes where one report disclosed several.

Data in are plain frames and data out are plain frames or frozen values; nothing here reads a clock.

What the figures do not say:

* A signal on a chart says that something changed, not what. A change in counting rules, in what people
  report or in what happens looks the same; dates of rule changes have to be held beside it.
* Timeliness covers crimes that were recorded. A crime that was never recorded has no delay and is not in it.
* Kinds of error are counts of the audited sample. They are not weighted up to the force, and small counts say
  little.
"""

from firstpoint.insight.errors_found import kinds_of_error, missed_multiple
from firstpoint.insight.recorded_crime import read_recorded_crime, rolling_year
from firstpoint.insight.timeliness import timeliness
from firstpoint.insight.trend import Trend, XmrLimits, quarterly_trend, xmr_limits, xmr_signals

__all__ = [
    "Trend",
    "XmrLimits",
    "kinds_of_error",
    "missed_multiple",
    "quarterly_trend",
    "read_recorded_crime",
    "rolling_year",
    "timeliness",
    "xmr_limits",
    "xmr_signals",
]
