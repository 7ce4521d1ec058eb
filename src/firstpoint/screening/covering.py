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

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

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


def covers(
    due: Sequence[Disclosure], recorded: Iterable[str], told_also_as: Mapping[str, list[str]]
) -> list[Cover]:
    """How far each disclosure is covered by the classes ``recorded``, in step with ``due``.

    Nearer grades go first, and within a grade the surer disclosure; a class that has covered one crime due is
    used up.
    """
    left = list(recorded)
    taken = [0] * len(due)
    furthest: list[str | None] = [None] * len(due)
    by_certainty = sorted(range(len(due)), key=lambda at: -due[at].certainty)
    for grade in GRADES:
        for at in by_certainty if left else ():
            for ho_class in _covering(due[at], grade, left, told_also_as)[: due[at].crimes - taken[at]]:
                left.remove(ho_class)
                taken[at] += 1
                furthest[at] = grade
    return [
        Cover(one.crimes, covered, grade) for one, covered, grade in zip(due, taken, furthest, strict=True)
    ]


def share_left_open(cover: Cover, weights: Mapping[str, Any]) -> float:
    """The share of a disclosure's certainty that its cover leaves open (``[covered]`` of the weights)."""
    if cover.grade is None:
        return 1.0
    by_grade = float(weights[f"by_{cover.grade}"])
    return by_grade if cover.covered >= cover.due else max(by_grade, float(weights["by_fewer_than_due"]))


def _covering(
    one: Disclosure, grade: str, recorded: Sequence[str], told_also_as: Mapping[str, list[str]]
) -> list[str]:
    match grade:
        case "same_class":
            return [ho_class for ho_class in recorded if ho_class == one.ho_class]
        case "possible_class":
            return [ho_class for ho_class in recorded if ho_class in possible_classes(one.kind)]
        case "told_otherwise":
            kinds = _tellings(one.kind, told_also_as)
            return [c for c in recorded if any(c in possible_classes(kind) for kind in kinds)]
        case _:
            places = _places(one, grade)
            return [ho_class for ho_class in recorded if _place(ho_class, grade) in places]


def _tellings(kind: str, told_also_as: Mapping[str, list[str]]) -> list[str]:
    graver = [other for other, lesser in told_also_as.items() if kind in lesser]
    return [*graver, *told_also_as.get(kind, ())]


def _places(one: Disclosure, grade: str) -> set[tuple[str, str]]:
    """The groups or subgroups of the class required, or of all that the kind could come to."""
    classes = {one.ho_class} if one.ho_class else possible_classes(one.kind)
    return {_place(ho_class, grade) for ho_class in classes} - {_NO_PLACE}


def _place(ho_class: str | None, grade: str) -> tuple[str, str]:
    known = offence_class(ho_class) if ho_class else None
    if known is None:
        return _NO_PLACE
    return (known.group, known.subgroup) if grade == "same_subgroup" else (known.group, "")
