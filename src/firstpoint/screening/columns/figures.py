"""The figures of each log of a column: what its disclosures add up to, and how much of it is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from firstpoint.screening.columns.adding import CLASSED, NO_RECORD, UNCLASSED, Due, add_up
from firstpoint.screening.columns.answers import NO_CLASS, Required
from firstpoint.screening.columns.choosing import Given
from firstpoint.screening.columns.phrases import SUBSUMED, Names
from firstpoint.screening.covering import Grading, covers, share_left_open
from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.kinds import kind_row, kind_rows


@define
class Covering:
    """How much of what is due the crimes linked leave open."""

    names: Names
    weights: Mapping[str, Any]
    _grading: Grading = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._grading = Grading(self.weights["told_also_as"])

    def left_open(
        self, due: Sequence[tuple[int, int, int]], recorded: Sequence[str | None], classes: Sequence[str]
    ) -> list[float]:
        """The share that is left open of each disclosure due (kind, class and crimes, in numbers)."""
        covered = self.weights["covered"]
        if None in recorded:
            return [float(covered["by_record_of_unknown_class"])] * len(due)
        told = [
            Disclosure(
                kind=self.names.kinds[kind],
                offence="",
                certainty=1.0,
                ho_class=None if ho_class == NO_CLASS else classes[ho_class],
                crimes=crimes,
            )
            for kind, ho_class, crimes in due
        ]
        known = [ho_class for ho_class in recorded if ho_class]
        beside = float(covered["beside_a_record"]) if known else 1.0
        found = covers(told, known, self._grading)
        return [beside if cover.grade is None else share_left_open(cover, covered) for cover in found]


def figures_of(
    given: Given,
    required: Required,
    closing: NDArray[np.int32],
    linked: Mapping[int, Sequence[str | None]],
    covering: Covering,
    classes: Sequence[str],
) -> NDArray[np.float64]:
    """Expected crimes, chance unrecorded, chance of a crime and harm of each log (float64, logs x 4).

    ``closing`` (int32) is what each closing code says; ``linked`` are the classes of the crimes linked to
    logs, by their place in the column.
    """
    names, weights = covering.names, covering.weights
    harm = np.array([kind_row(kind).harm if kind in kind_rows() else 0.0 for kind in names.kinds])
    left = np.ones(len(given.kind))
    recorded_as = np.full(len(closing), NO_RECORD, dtype=np.uint8)
    start, told = given.given_from.tolist(), _told(given, required)
    for log, recorded in linked.items():
        recorded_as[log] = UNCLASSED if None in recorded else CLASSED if recorded else NO_RECORD
        at = [at for at in range(start[log], start[log + 1]) if told[at][2] > 0]
        if recorded and at:
            left[at] = covering.left_open([told[each] for each in at], recorded, classes)
    due = Due(
        given.certainty,
        required.crimes,
        harm[given.kind],
        required.context == names.contexts.index(SUBSUMED),
        left,
    )
    figures = np.zeros((len(closing), 4))
    by_closing_code = float(weights["covered"]["by_closing_code_alone"])
    raises = float(weights["closing"]["dismissed_raises_odds"])
    add_up(given.given_from, due, closing, recorded_as, by_closing_code, raises, figures)
    return figures


def _told(given: Given, required: Required) -> list[tuple[int, int, int]]:
    """The kind, class and crimes of each disclosure, in numbers."""
    told = (given.kind, required.ho_class, required.crimes)
    return list(zip(*(numbers.tolist() for numbers in told), strict=True))
