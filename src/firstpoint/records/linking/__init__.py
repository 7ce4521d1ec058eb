"""Which incident a crime came from, and which incidents report one event.

:func:`link_records` does all of it:

1. :mod:`~firstpoint.records.linking.by_reference`: the crime names the incident.
2. :mod:`~firstpoint.records.linking.references`: it names one that is written differently, or mistyped.
3. :mod:`~firstpoint.records.linking.features` puts what is left, and all incidents, into the columns that a
   model compares: times, place, people, kind of offence, flags, and the rare words of the texts
   (:mod:`~firstpoint.records.linking.rare_words`).
4. :mod:`~firstpoint.records.linking.weighing` weighs each pair that a blocking rule lets through, by a
   :mod:`~firstpoint.records.linking.model`. It is the one module that knows Splink.
5. :mod:`~firstpoint.records.linking.bands` turns weights into probabilities beside rivals, and those into
   three bands: linked, for review, not linked. :mod:`~firstpoint.records.linking.reasons` says why.
6. :mod:`~firstpoint.records.linking.events` joins incidents that report one event, with a guard against
   chains that run away.

``docs/linking.md`` is for whoever reads the result. Limits: the chances in the models that ship were counted
on a made-up force, never on a real one; a reference that names an existing incident is believed, though it
may be mistyped; names of people are compared only as rare words.
"""

from firstpoint.records.linking.bands import Bands, banded
from firstpoint.records.linking.by_reference import Links, crimes_from_closing_codes, link_by_reference
from firstpoint.records.linking.events import ChainGuard, grouped
from firstpoint.records.linking.matching import Linkage, LinkSettings, link_records
from firstpoint.records.linking.model import (
    Block,
    Comparison,
    Level,
    Model,
    Otherwise,
    read_model,
    ready_model,
    write_model,
)
from firstpoint.records.linking.rare_words import coded_words
from firstpoint.records.linking.weighing import MOST_PAIRS, Weighed, splink_is_there, weigh

__all__ = [
    "MOST_PAIRS",
    "Bands",
    "Block",
    "ChainGuard",
    "Comparison",
    "Level",
    "LinkSettings",
    "Linkage",
    "Links",
    "Model",
    "Otherwise",
    "Weighed",
    "banded",
    "coded_words",
    "crimes_from_closing_codes",
    "grouped",
    "link_by_reference",
    "link_records",
    "read_model",
    "ready_model",
    "splink_is_there",
    "weigh",
    "write_model",
]
