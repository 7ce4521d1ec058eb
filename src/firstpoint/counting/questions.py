"""Answers about records that exist: cancellation and outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firstpoint.counting.verdict import Reckoning

QUESTION_FACTS: Mapping[str, tuple[str, ...]] = {}


def answer_question(
    report: Mapping[str, Any], reckoning: Reckoning, verdict: dict[str, Any]
) -> dict[str, Any]:
    """Give the verdict with the answer to the report's question, where it asks one about a record."""
    return verdict
