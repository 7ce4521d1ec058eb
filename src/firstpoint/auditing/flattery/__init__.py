"""An audit that flatters is found out: one report, with one stated rate of false alarms.

A force's own audit said all was well for years while inspectors found a sixth of crimes missing. What could
have told: the audit found less than the screen foretold; one auditor found less than the others; second
readings and known cases showed what was passed over; the sample was taken from good days, good routes, or
records that had been through the daily check. :func:`flattery_report` takes all these looks at once.

Each look gives the chance that an honest audit looks as flattering. Holm's rule keeps the chance of *any*
false alarm at the stated rate over all looks, for audits within the :class:`Allowance`. What is no matter of
chance, such as a route that the frame leaves out, is told as a fact. No alarm does not prove an audit right:
the benchmark says how much flattery goes unseen.
"""

from firstpoint.auditing.flattery.drawn import against_draw, routes_left_out, window_among_others
from firstpoint.auditing.flattery.readers import (
    Allowance,
    against_each_other,
    against_known_cases,
    against_screen,
    against_second_readings,
)
from firstpoint.auditing.flattery.report import FlatteryReport, Known, flattery_report
from firstpoint.auditing.flattery.sign import Sign

__all__ = [
    "Allowance",
    "FlatteryReport",
    "Known",
    "Sign",
    "against_draw",
    "against_each_other",
    "against_known_cases",
    "against_screen",
    "against_second_readings",
    "flattery_report",
    "routes_left_out",
    "window_among_others",
]
