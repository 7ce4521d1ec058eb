"""What counting requires of the disclosures of a column, asked once for each set of facts.

:mod:`~firstpoint.screening.verdicts` says what is asked together. What is asked is told from what was asked
before by numbers alone; only a new question is put into words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from attrs import define, field
from numpy.typing import NDArray

from firstpoint.screening.columns.alike import alike
from firstpoint.screening.columns.choosing import Given
from firstpoint.screening.columns.phrases import Names
from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.kinds import kind_row
from firstpoint.screening.verdicts import counted_together

NO_CLASS = -1


class Required(NamedTuple):
    """For each disclosure of a column: ``ho_class`` (int32, a place among the classes met, ``NO_CLASS`` for
    none), ``crimes`` (int64), ``context`` (int32), and ``facts`` (int32, a place among the sets met)."""

    ho_class: NDArray[np.int32]
    crimes: NDArray[np.int64]
    context: NDArray[np.int32]
    facts: NDArray[np.int32]


@define
class Asked:
    """What was asked so far and what was answered; threads may share it."""

    names: Names
    classes: list[str] = field(factory=list)
    facts: list[str] = field(factory=list)  # each set as JSON text
    _told: list[dict[str, str]] = field(factory=list)
    _fact_numbers: dict[bytes, int] = field(factory=dict)
    _numbers: dict[bytes, int] = field(factory=dict)
    _answers: list[list[tuple[int, int, int]]] = field(factory=list)
    _lock: Lock = field(factory=Lock)

    def required(
        self,
        given: Given,
        period: NDArray[np.int32],
        received_at: pl.Series,
        sure_from: float,
    ) -> Required:
        """What the rules require of each disclosure; ``period`` (int32) and ``received_at`` are of logs."""
        if not len(given.kind):
            none = np.zeros(0, dtype=np.int32)
            return Required(none, none.astype(np.int64), none, none)
        with self._lock:
            facts = self._number_facts(given)
        logs = np.repeat(np.arange(len(period)), np.diff(given.given_from))
        is_first = np.ones(len(logs), dtype=np.bool_)
        is_first[1:] = (logs[1:] != logs[:-1]) | (given.certainty[1:] < sure_from)
        begins = np.flatnonzero(is_first)
        numbers, start = _questions(given, facts, begins, period[logs[begins]])
        found = alike(numbers, start)
        size = np.diff(np.append(begins, len(logs)))
        with self._lock:
            answers = [
                self._answer(given, facts, begins[row], size[row], numbers[start[row] : start[row + 1]],
                             received_at[int(logs[begins[row]])])
                for row in found.first.tolist()
            ]  # fmt: skip
        told = np.array([one for answer in answers for one in answer], dtype=np.int64)
        first = np.concatenate(([0], np.cumsum(size[found.first])))[found.number]
        within = np.arange(len(logs)) - np.repeat(begins, size)
        told = told[np.repeat(first, size) + within]
        return Required(
            told[:, 0].astype(np.int32), told[:, 1], told[:, 2].astype(np.int32), facts.astype(np.int32)
        )

    def _number_facts(self, given: Given) -> NDArray[np.int64]:
        """The number of each disclosure's set of facts."""
        pairs = given.facts[: given.facts_from[-1]]
        found = alike(pairs[:, 0].astype(np.int64) << 32 | pairs[:, 1], given.facts_from)
        numbers = []
        for row in found.first.tolist():
            told = pairs[given.facts_from[row] : given.facts_from[row + 1]]
            key = told.tobytes()
            if key not in self._fact_numbers:
                self._fact_numbers[key] = len(self.facts)
                words = {self.names.facts[name]: self.names.value(value) for name, value in told.tolist()}
                self._told.append(words)
                self.facts.append(json.dumps(words, sort_keys=True, ensure_ascii=False))
            numbers.append(self._fact_numbers[key])
        return np.array(numbers, dtype=np.int64)[found.number]

    def _answer(
        self,
        given: Given,
        facts: NDArray[np.int64],
        begin: int,
        size: int,
        question: NDArray[np.int64],
        received_at: datetime | None,
    ) -> list[tuple[int, int, int]]:
        key = question.tobytes()
        if key not in self._numbers:
            group = [self._disclosure(given, facts, at) for at in range(begin, begin + size)]
            answered = counted_together({"received_at": received_at}, group, {})
            self._numbers[key] = len(self._answers)
            self._answers.append([self._in_numbers(one) for one in answered])
        return self._answers[self._numbers[key]]

    def _disclosure(self, given: Given, facts: NDArray[np.int64], at: int) -> Disclosure:
        kind = self.names.kinds[given.kind[at]]
        return Disclosure(
            kind=kind,
            offence=kind_row(kind).offence,
            certainty=1.0,
            context=self.names.contexts[given.context[at]],
            victims=int(given.victims[at]),
            facts=self._told[facts[at]],
        )

    def _in_numbers(self, one: Disclosure) -> tuple[int, int, int]:
        if one.ho_class is not None and one.ho_class not in self.classes:
            self.classes.append(one.ho_class)
        ho_class = NO_CLASS if one.ho_class is None else self.classes.index(one.ho_class)
        return ho_class, one.crimes, self.names.contexts.index(one.context)


def _questions(
    given: Given, facts: NDArray[np.int64], begins: NDArray[np.int64], period: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All that an answer depends on, a row for each question: the period, then two numbers a disclosure."""
    many = len(given.kind)
    question = np.zeros(many, dtype=np.int64)
    question[begins] = 1
    at = 2 * np.arange(many) + np.cumsum(question)
    numbers = np.zeros(2 * many + len(begins), dtype=np.int64)
    numbers[at] = given.kind.astype(np.int64) << 32 | given.context
    numbers[at + 1] = given.victims.astype(np.int64) << 32 | facts
    start = np.append(at[begins] - 1, len(numbers))
    numbers[start[:-1]] = period
    return numbers, start


def period_numbers(periods: Sequence[Any], known: dict[Any, int]) -> NDArray[np.int32]:
    """A number for each period, the same for the same one wherever ``known`` is shared."""
    return np.array([known.setdefault(each, len(known)) for each in periods], dtype=np.int32)
