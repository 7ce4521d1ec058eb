"""Audits helped by predictions: what is foretold of *all* incidents, put right by the few that are audited.

A screen can be wrong in ways that nobody knows of, so its word is never taken for a rate. But it can say
where to look, and what to expect of the incidents that nobody will read. Then

1. :func:`known_before` puts the screen's output and the crimes held beside the frame;
   :func:`screened_predictions` (from a score) or :func:`named_and_linked_predictions` (from offences named
   and crimes linked alone) say what is expected of every incident;
2. :func:`freeze` hashes them, before anything is drawn;
3. :func:`assisted_sizes` shares the audits out, and :func:`draw_assisted` (a chance for each incident) or
   :func:`draw_tiers` (a dozen tiers, equal chances inside) draws them;
4. :func:`estimate_assisted` gives the rate, corrected by second readings where there are any, and beside it
   what the plain ratio says of the same sample, the ten incidents that weigh most, and how many incidents
   really carry the variance.

The estimate is right on average whatever the predictions say. What they decide is the width: on a made-up
force a quarter to a third of the audits give the same ± 3 points (``benchmarks/RESULTS.md``).
"""

from firstpoint.auditing.assisted.calibrated import fit_calibrated
from firstpoint.auditing.assisted.chances import mixed_chances, shared_out
from firstpoint.auditing.assisted.difference import Predicted, fit_difference
from firstpoint.auditing.assisted.drawing import AssistedSample, assisted_sizes, draw_assisted, draw_tiers
from firstpoint.auditing.assisted.estimate import estimate_assisted
from firstpoint.auditing.assisted.frozen import (
    EarlierSlope,
    FrozenPredictions,
    earlier_slope,
    freeze,
    predictions_sha256,
)
from firstpoint.auditing.assisted.predictions import (
    PREDICTED,
    known_before,
    named_and_linked_predictions,
    screened_predictions,
)
from firstpoint.auditing.assisted.result import AssistedResult, Heavy
from firstpoint.auditing.assisted.scores import ScoreMeaning, earlier_meaning

__all__ = [
    "PREDICTED",
    "AssistedResult",
    "AssistedSample",
    "EarlierSlope",
    "FrozenPredictions",
    "Heavy",
    "Predicted",
    "ScoreMeaning",
    "assisted_sizes",
    "draw_assisted",
    "draw_tiers",
    "earlier_meaning",
    "earlier_slope",
    "estimate_assisted",
    "fit_calibrated",
    "fit_difference",
    "freeze",
    "known_before",
    "mixed_chances",
    "named_and_linked_predictions",
    "predictions_sha256",
    "screened_predictions",
    "shared_out",
]
