"""What covers what: which of the crimes due are among those recorded already.

A log seldom settles the class (the age of a victim, the value of damage), and a recorder may know more than
the log tells. So a recorded crime covers a crime due by the nearest of these grades, each crime recorded at
most one crime due:

``same_class``
    it is of the class that the rule book requires;
``possible_class``
    the kind told could become its class by some row of the rule book, whatever facts the log leaves out;
``told_otherwise``
    a kind that the same words also tell (``[told_also_as]`` in ``weights.toml``) could become its class;
``same_subgroup``, ``same_group``
    the published subgroup or group of its class is one that the kind could come to.

A recorded crime whose own class is not known covers everything that its incident discloses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.kinds import possible_classes
from firstpoint.vocabulary import offence_class

GRADES = ("same_class", "possible_class", "told_otherwise", "same_subgroup", "same_group")
_NO_PLACE = ("", "")


@frozen
class Cover:
    """How far one disclosure is covered: the crimes due, how many are covered, and by the furthest grade."""

    due: int
    covered: int
    grade: str | None


@define
class Grading:
    """By which grade a recorded class covers a crime due, remembered from one asking to the next.

    ``told_also_as`` is that of the weights: kinds, and what the words of each tell also.
    """

    told_also_as: Mapping[str, Sequence[str]]
    _known: dict[tuple[str, str | None, str], int] = field(factory=dict)

    def nearest(self, kind: str, ho_class: str | None, recorded: str) -> int:
        """The place among ``GRADES`` of the nearest by which ``recorded`` covers a crime of a kind, for which
        ``ho_class`` is required (None: its class is open); behind them all where it covers none."""
        asked = kind, ho_class, recorded
        if asked not in self._known:
            self._known[asked] = next(self._grades(kind, ho_class, recorded), len(GRADES))
        return self._known[asked]

    def _grades(self, kind: str, ho_class: str | None, recorded: str) -> Iterator[int]:
        kinds = self._tellings(kind)
        by_grade = (
            recorded == ho_class,
            recorded in possible_classes(kind),
            any(recorded in possible_classes(other) for other in kinds),
            *(_place(recorded, grade) in _places(kind, ho_class, grade) for grade in GRADES[3:]),
        )
        return (place for place, fits in enumerate(by_grade) if fits)

    def _tellings(self, kind: str) -> list[str]:
        graver = [other for other, lesser in self.told_also_as.items() if kind in lesser]
        return [*graver, *self.told_also_as.get(kind, ())]


def covers(due: Sequence[Disclosure], recorded: Iterable[str], grading: Grading) -> list[Cover]:
    """How far each disclosure is covered by the classes ``recorded``, in step with ``due``.

    Nearer grades go first, and within a grade the surer disclosure; a class that has covered one crime due is
    used up.
    """
    taken = [0] * len(due)
    furthest: list[str | None] = [None] * len(due)
    by_certainty = sorted(range(len(due)), key=lambda at: -due[at].certainty)
    used: set[int] = set()
    for grade, _, number, at in sorted(
        (grading.nearest(due[at].kind, due[at].ho_class, ho_class), order, number, at)
        for number, ho_class in enumerate(recorded)
        for order, at in enumerate(by_certainty)
    ):
        if grade < len(GRADES) and number not in used and taken[at] < due[at].crimes:
            used.add(number)
            taken[at] += 1
            furthest[at] = GRADES[grade]
    return [
        Cover(one.crimes, covered, grade) for one, covered, grade in zip(due, taken, furthest, strict=True)
    ]


def share_left_open(cover: Cover, weights: Mapping[str, Any]) -> float:
    """The share of a disclosure's certainty that its cover leaves open (``[covered]`` of the weights)."""
    if cover.grade is None:
        return 1.0
    by_grade = float(weights[f"by_{cover.grade}"])
    return by_grade if cover.covered >= cover.due else max(by_grade, float(weights["by_fewer_than_due"]))


def _places(kind: str, ho_class: str | None, grade: str) -> set[tuple[str, str]]:
    """The groups or subgroups of the class required, or of all that the kind could come to."""
    classes = {ho_class} if ho_class else possible_classes(kind)
    return {_place(each, grade) for each in classes} - {_NO_PLACE}


def _place(ho_class: str, grade: str) -> tuple[str, str]:
    known = offence_class(ho_class)
    if known is None:
        return _NO_PLACE
    return (known.group, known.subgroup) if grade == "same_subgroup" else (known.group, "")
