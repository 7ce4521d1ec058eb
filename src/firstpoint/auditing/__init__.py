"""How accurate is the force's crime recording, and how sure can one be?

The question is answered by audit. A *report* (an incident, or a crime recorded directly without one) is
read again by an auditor, who marks how many crimes it should have led to and how many of those were
recorded. The recording rate is the second number over the first. The way of the data:

1. :func:`build_frame` gathers the reports from which to draw, each in one stratum (violence, sexual,
   other); :func:`frame_report` says what was left out and why, and :func:`frame_sha256` gives the frame's
   fingerprint.
2. :func:`plan_sample` says how many to audit for a stated margin, by :func:`sample_size`.
3. :func:`draw` draws them, so that anybody with the seed and the frame can repeat it.
4. :func:`read_marks` and :func:`read_frame` take in what the auditors marked, and refuse what cannot be
   right.
5. :func:`estimate` gives the rate, overall and by stratum, and the crimes unrecorded, each with an interval.
   :func:`ratio` gives one rate, or that of each part of the frame (``by=``), and the rates of over-recording,
   misclassification and lateness (``of=``), by any named interval, variance and rule for lone incidents;
   :func:`separate_ratio` and :func:`poststratified_ratio` weigh otherwise; :func:`two_stage_ratio` is for
   audits that draw stations or days first, :func:`exact_rate` for bare counts such as 62 of 63, and
   :func:`quick_ratio` for millions of rows. :func:`unrecorded_a_year` carries a rate to the crimes of twelve
   months.
6. ``planning`` says before the audit what it costs and what it will show, and rehearses it; ``over_time``
   compares two audits, puts several together, and gives the chance of the force's own bands.
7. ``assisted`` needs a quarter to a third of the audits: what is foretold of every report (by the screen, or
   by offences named and crimes linked alone) is put right by the few that are audited
   (:func:`estimate_assisted`). ``readings`` measures auditors by second readings and known cases and carries
   their error into the rate; ``flattery`` finds out an audit that flatters (:func:`flattery_report`).
8. ``agreement`` says how far two readers mark alike; ``monitoring`` watches the daily audit week by week,
   with an alarm whose false alarms are bounded and dates for a change; ``funnel`` holds units against the
   limits of luck.
9. :func:`december_2017_audit` and :func:`inspection_2017` hold the published figures of 2017 and show what
   can, and what cannot, be computed from them.

The incident is the unit because crimes cluster inside it: one incident with twenty unrecorded crimes is one
mistake, not twenty. Counting crimes as if they were independent gives intervals that are too narrow.

What the figures do not cover:

* An interval covers the luck of the draw. It does not cover auditors' own errors, reports that the frame
  leaves out (other routes, logs closed under codes that do not suggest crime), or a rate that changes after
  the audit.
* Crimes recorded directly have no incident to join them, so each is its own report.
* In a stratum where a few incidents hold most crimes, no interval from an equal-chance draw is fully
  trustworthy below about a thousand incidents. ``AuditResult.cautions`` says when that is so.
* Strata are never pooled unweighted, the normal interval is there for comparison only, and where a stratum
  cannot be built there is a refusal with its reason and no figure.
* Auditors' errors are corrected only where second readings with known chances are given to
  :func:`estimate_assisted`; :func:`estimate` takes the readings that stand for right. Either way a bound says
  what trusting first readings would be wrong by (``readings``).
"""

from firstpoint.auditing.assisted import (
    AssistedResult,
    AssistedSample,
    FrozenPredictions,
    assisted_sizes,
    draw_assisted,
    draw_tiers,
    earlier_slope,
    estimate_assisted,
    freeze,
    known_before,
    named_and_linked_predictions,
    screened_predictions,
)
from firstpoint.auditing.design import Assumptions, plan_sample, sample_size
from firstpoint.auditing.domains import Domains, ratio
from firstpoint.auditing.draw import Sample, draw
from firstpoint.auditing.estimate import estimate
from firstpoint.auditing.exact import exact_rate
from firstpoint.auditing.flattery import FlatteryReport, flattery_report
from firstpoint.auditing.frame import (
    STRATA,
    FrameReport,
    build_frame,
    check_period,
    frame_report,
    frame_sha256,
    in_order,
    sort_reports,
)
from firstpoint.auditing.marks import check_frame, check_marks, read_frame, read_marks, standing_readings
from firstpoint.auditing.moments import moments, quick_ratio
from firstpoint.auditing.over_time import (
    Bands,
    Change,
    Comparison,
    Together,
    bands_on,
    chance_of_bands,
    change_between,
    combine,
    compare,
    drift_of,
    read_bands,
)
from firstpoint.auditing.planning import (
    Cost,
    Rehearsal,
    afford,
    assumptions_from,
    auditor_days,
    cost_curve,
    frames_by_route,
    incidents_to_tell,
    known_from,
    plan_force,
    power_to_tell,
    rehearse,
    rehearse_assisted,
    route_table,
    smallest_change,
)
from firstpoint.auditing.poststrata import poststratified_ratio
from firstpoint.auditing.published import (
    PublishedAudit,
    PublishedInspection,
    december_2017_audit,
    inspection_2017,
)
from firstpoint.auditing.readings import (
    BiasBound,
    bias_beside,
    bias_bound,
    both_readings,
    pick_second_readings,
    read_known_cases,
    seed_known_cases,
)
from firstpoint.auditing.result import AuditResult, Estimate
from firstpoint.auditing.separate import separate_ratio
from firstpoint.auditing.stages import two_stage_ratio
from firstpoint.auditing.unrecorded import unrecorded_a_year

__all__ = [
    "STRATA",
    "AssistedResult",
    "AssistedSample",
    "Assumptions",
    "AuditResult",
    "Bands",
    "BiasBound",
    "Change",
    "Comparison",
    "Cost",
    "Domains",
    "Estimate",
    "FlatteryReport",
    "FrameReport",
    "FrozenPredictions",
    "PublishedAudit",
    "PublishedInspection",
    "Rehearsal",
    "Sample",
    "Together",
    "afford",
    "assisted_sizes",
    "assumptions_from",
    "auditor_days",
    "bands_on",
    "bias_beside",
    "bias_bound",
    "both_readings",
    "build_frame",
    "chance_of_bands",
    "change_between",
    "check_frame",
    "check_marks",
    "check_period",
    "combine",
    "compare",
    "cost_curve",
    "december_2017_audit",
    "draw",
    "draw_assisted",
    "draw_tiers",
    "drift_of",
    "earlier_slope",
    "estimate",
    "estimate_assisted",
    "exact_rate",
    "flattery_report",
    "frame_report",
    "frame_sha256",
    "frames_by_route",
    "freeze",
    "in_order",
    "incidents_to_tell",
    "inspection_2017",
    "known_before",
    "known_from",
    "moments",
    "named_and_linked_predictions",
    "pick_second_readings",
    "plan_force",
    "plan_sample",
    "poststratified_ratio",
    "power_to_tell",
    "quick_ratio",
    "ratio",
    "read_bands",
    "read_frame",
    "read_known_cases",
    "read_marks",
    "rehearse",
    "rehearse_assisted",
    "route_table",
    "sample_size",
    "screened_predictions",
    "seed_known_cases",
    "separate_ratio",
    "smallest_change",
    "sort_reports",
    "standing_readings",
    "two_stage_ratio",
    "unrecorded_a_year",
]
