"""What the disclosures of a log add up to, and how much of it is recorded already.

``expected_crimes``
    the sum of certainty times crimes due.
``chance_crime``
    the chance that at least one of the crimes due is truly disclosed: that of the surest. What makes a
    reader doubt one allegation of a log makes it doubt the others, so further ones add nothing. An
    allegation that another one takes in counts, for what is told of it is due under the other.
``chance_unrecorded``
    the same over the crimes that the linked records do not cover, by the grades of
    :mod:`~firstpoint.screening.covering`; a record whose class is not known covers all. A closing
    code that says "recorded" covers in part where no record is linked; one that dismisses the log covers
    nothing and, over an allegation, raises the chance.
``harm``
    the sum of certainty times crimes times the harm of their kind, at most 100.
``rank``
    by :data:`RANKED_BY`, harm times the chance that it is unrecorded; ties by chance, then by reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from firstpoint.screening.covering import Grading, covers, share_left_open
from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.kinds import kind_row

RANKED_BY = "harm * chance_unrecorded"


@frozen
class Score:
    """The figures of one incident; see the module."""

    expected_crimes: float
    chance_unrecorded: float
    chance_crime: float
    harm: float


def score(
    disclosures: Sequence[Disclosure],
    linked: Sequence[str | None],
    standing: str | None,
    weights: Mapping[str, Any],
) -> Score:
    """The figures of one incident.

    ``linked`` are the classes of the crimes linked to it (None where not known), ``standing`` is what its
    closing code says (``recorded``, ``dismissed``, ``explained``, or None).
    """
    due = [one for one in disclosures if one.crimes > 0]
    taken_in = [one for one in disclosures if due and one.context == "subsumed"]
    chance_crime = max((one.certainty for one in (*due, *taken_in)), default=0.0)
    return Score(
        expected_crimes=round(sum(one.certainty * one.crimes for one in due), 4),
        chance_unrecorded=round(_chance_unrecorded(due, linked, standing, weights), 4),
        chance_crime=round(chance_crime, 4),
        harm=round(min(100.0, sum(one.certainty * one.crimes * kind_row(one.kind).harm for one in due)), 3),
    )


def _chance_unrecorded(
    due: Sequence[Disclosure], linked: Sequence[str | None], standing: str | None, weights: Mapping[str, Any]
) -> float:
    covered = weights["covered"]
    if any(ho_class is None for ho_class in linked):
        return _any(one.certainty * covered["by_record_of_unknown_class"] for one in due)
    recorded = [ho_class for ho_class in linked if ho_class]
    found = covers(due, recorded, Grading(weights["told_also_as"]))
    beside = covered["beside_a_record"] if recorded else 1.0
    chance = _any(
        one.certainty * (beside if cover.grade is None else share_left_open(cover, covered))
        for one, cover in zip(due, found, strict=True)
    )
    if standing == "recorded" and not linked:
        chance *= covered["by_closing_code_alone"]
    if standing == "dismissed":
        chance = _raised(chance, weights["closing"]["dismissed_raises_odds"])
    return chance


def _any(chances: Iterable[float]) -> float:
    return max(chances, default=0.0)


def _raised(chance: float, odds_factor: float) -> float:
    if chance >= 1.0:
        return chance
    odds = chance / (1.0 - chance) * odds_factor
    return odds / (1.0 + odds)
