"""What must be said of the screen before anybody relies on it: its card, its subgroups, its public record.

* :mod:`~firstpoint.screening.accountability.subgroups` measures recall and flag rates by group of victim,
  channel, unit or whatever else a table holds, with limits, and the largest gap between two groups. It works
  on annotated logs and on a force's own marks alike.
* :mod:`~firstpoint.screening.accountability.measured` reads the figures that were measured on banks of
  annotated logs. The benchmark writes them; nobody types one.
* :mod:`~firstpoint.screening.accountability.card` makes the model card: the prose in ``card.toml``, and the
  versions, weights and figures taken from what is installed.
* :mod:`~firstpoint.screening.accountability.atrs` fills the UK's Algorithmic Transparency Recording Standard
  as far as the product can, and says which fields only the force can fill.
* :mod:`~firstpoint.screening.accountability.installed` fingerprints what is installed, and
  :mod:`~firstpoint.screening.accountability.answers` reads what the force has filled in.

Limits, honestly. A card says what was measured, never that it holds for a force's own logs. Groups overlap
(one victim is a woman and older), and a recall by group rests on who was marked: on marks of chosen logs with
their inclusion probabilities it speaks of all logs, on marks picked by hand of those logs alone.
"""

from firstpoint.screening.accountability.answers import TO_FILL, Answers, read_answers
from firstpoint.screening.accountability.atrs import AtrsField, AtrsSection, atrs_as_dict, atrs_record
from firstpoint.screening.accountability.card import (
    TOO_FEW,
    Card,
    CardSection,
    CardTable,
    gap_words,
    model_card,
    share_words,
)
from firstpoint.screening.accountability.installed import Installed, installed_screen
from firstpoint.screening.accountability.measured import (
    MEASURES,
    Measured,
    read_measured,
    shipped_measured,
)
from firstpoint.screening.accountability.subgroups import (
    LEAST_LOGS,
    MEASURE_WORDS,
    largest_gaps,
    subgroup_shares,
)

__all__ = [
    "LEAST_LOGS",
    "MEASURES",
    "MEASURE_WORDS",
    "TOO_FEW",
    "TO_FILL",
    "Answers",
    "AtrsField",
    "AtrsSection",
    "Card",
    "CardSection",
    "CardTable",
    "Installed",
    "Measured",
    "atrs_as_dict",
    "atrs_record",
    "gap_words",
    "installed_screen",
    "largest_gaps",
    "model_card",
    "read_answers",
    "read_measured",
    "share_words",
    "shipped_measured",
    "subgroup_shares",
]
