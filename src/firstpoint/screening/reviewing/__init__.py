"""Whom to review each day, and what the marks teach.

The screen gives every log a score and a place in a list. This part says which logs people read, and what
follows from what they found:

1. :mod:`~firstpoint.screening.reviewing.frames` makes the day's frame of a screened table;
   :mod:`~firstpoint.screening.reviewing.grave` puts logs into grave strata, which are data (``grave.toml``).
2. :func:`choose` takes the top of the list and draws the rest under a :class:`Mix`, so that every log has a
   stored probability and anybody can repeat the draw. :func:`costs_beside` shows, before anything is read,
   what another mix would find and say.
3. :func:`join_marks` joins the reviewers' marks to what was chosen; :func:`estimate_missed` says how many
   crimes are missed in all logs, with an interval; :func:`elusion_of` bounds what lies below the cut.
4. :func:`learn` fits the ranker's published weights anew, :func:`calibrate` turns scores into chances and
   :func:`reliability_of` says how far they can be believed. :func:`shown_chances` refuses to show any under
   200 audited logs or while one of the alarms of :mod:`~firstpoint.screening.reviewing.drift` stands.
5. :func:`compare` sets a challenger against the champion on later marks, and promotes only what is better.

It knows nothing of how logs are read: it asks for a table with a score, and for a table of named features.
"""

from firstpoint.screening.reviewing.calibration import (
    LEAST_AUDITED,
    Calibrator,
    calibrate,
    calibrator_of,
    shown_chances,
)
from firstpoint.screening.reviewing.choosing import Choice, choose
from firstpoint.screening.reviewing.comparing import Comparison, compare, weighted_auc
from firstpoint.screening.reviewing.cost import Cost, cost_of, costs_beside
from firstpoint.screening.reviewing.drift import (
    Alarm,
    level_drifted,
    scores_drifted,
    share_drifted,
    top_precision_fell,
)
from firstpoint.screening.reviewing.elusion import Elusion, at_most, draw_below, elusion_of, to_read
from firstpoint.screening.reviewing.frames import frame_of, received_on
from firstpoint.screening.reviewing.grave import GraveStratum, grave_of, grave_strata, quotas
from firstpoint.screening.reviewing.learning import Ranker, learn, ranker_of
from firstpoint.screening.reviewing.missed import MissedEstimate, estimate_missed, share_hiding
from firstpoint.screening.reviewing.mix import DEFAULT_MIX, Mix, read_mix
from firstpoint.screening.reviewing.reliability import Reliability, reliability_of, reliability_table
from firstpoint.screening.reviewing.reviewed import join_marks

__all__ = [
    "DEFAULT_MIX",
    "LEAST_AUDITED",
    "Alarm",
    "Calibrator",
    "Choice",
    "Comparison",
    "Cost",
    "Elusion",
    "GraveStratum",
    "MissedEstimate",
    "Mix",
    "Ranker",
    "Reliability",
    "at_most",
    "calibrate",
    "calibrator_of",
    "choose",
    "compare",
    "cost_of",
    "costs_beside",
    "draw_below",
    "elusion_of",
    "estimate_missed",
    "frame_of",
    "grave_of",
    "grave_strata",
    "join_marks",
    "learn",
    "level_drifted",
    "quotas",
    "ranker_of",
    "read_mix",
    "received_on",
    "reliability_of",
    "reliability_table",
    "scores_drifted",
    "share_drifted",
    "share_hiding",
    "shown_chances",
    "to_read",
    "top_precision_fell",
    "weighted_auc",
]
