"""Before the audit: how many reports of each stratum, what it costs, and what it will and will not show.

* :func:`plan_force` finds the sizes for a margin of the force-wide rate, shared out by a named rule;
  :func:`afford` what a budget of auditor days buys; :func:`cost_curve` margin against days.
  (:func:`firstpoint.auditing.plan_sample` does it for a margin in each stratum.)
* :func:`assumptions_from` takes rate, crimes per report and clustering from the last audit instead of from
  what is shipped, and :func:`known_from` hands them to a plan.
* :func:`rehearse` draws the planned design a thousand times from the last audit's data and says how wide the
  interval will be and how often it holds, before anybody marks a record; :func:`rehearse_assisted` does it
  for a design with predictions.
* :func:`power_to_tell` and :func:`incidents_to_tell` say whether two audits can be told apart.
* :func:`frames_by_route` splits a frame by the way its reports took, to draw from each by itself.
"""

from firstpoint.auditing.planning.cost import Cost, afford, auditor_days, cost_curve
from firstpoint.auditing.planning.past import assumptions_from, known_from
from firstpoint.auditing.planning.power import incidents_to_tell, power_to_tell, smallest_change
from firstpoint.auditing.planning.rehearsal import Rehearsal, rehearse
from firstpoint.auditing.planning.rehearsal_assisted import rehearse_assisted
from firstpoint.auditing.planning.routes import frames_by_route, route_table
from firstpoint.auditing.planning.sharing import Allocation, Expected, Known, expect, plan_force, share_out

__all__ = [
    "Allocation",
    "Cost",
    "Expected",
    "Known",
    "Rehearsal",
    "afford",
    "assumptions_from",
    "auditor_days",
    "cost_curve",
    "expect",
    "frames_by_route",
    "incidents_to_tell",
    "known_from",
    "plan_force",
    "power_to_tell",
    "rehearse",
    "rehearse_assisted",
    "route_table",
    "share_out",
    "smallest_change",
]
