"""Worked cases: our own, and, where the shared folder stands beside the checkout, the official and derived
ones.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from case_comparison import codes_differ, differences

from firstpoint.counting import count_report
from firstpoint.counting.facts import validator
from firstpoint.errors import Refused

OWN = sorted((Path(__file__).parent / "cases").glob("*.jsonl"))
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "counting_cases.jsonl"

#: How many of the shared cases the book answers rightly now. Raise it with the book; it must never fall.
REACHED = 207
FLOOR = 0.60


def cases_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.mark.parametrize("case", [pytest.param(c, id=c["id"]) for path in OWN for c in cases_in(path)])
def test_our_own_case_is_counted_as_it_says(case: dict[str, Any]) -> None:
    earlier = case["report"]["reported_at"] < "2023-05-01"
    verdict = count_report(case["report"], reconstructed=earlier)
    assert differences(case["expect"], verdict) == [], case["scenario"]
    assert not codes_differ(case["expect"], verdict), verdict["crimes"]
    assert [error.message for error in validator("verdict").iter_errors(verdict)] == []


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.is_file(), reason="the shared folder with the worked cases is not beside the checkout"
)
def test_shared_cases_reach_the_mark(capsys: pytest.CaptureFixture[str]) -> None:
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    wrong: list[str] = []
    coded: Counter[str] = Counter()
    for case in cases_in(SHARED):
        asked[case["confidence"]] += 1
        found, codes = outcome_of(case)
        if found:
            wrong.append(f"{case['id']}: {'; '.join(found)}")
        else:
            right[case["confidence"]] += 1
        if codes is not None:
            coded["differ" if codes else "right"] += 1
    with capsys.disabled():
        print(f"\nWorked cases right: {right.total()} of {asked.total()}")
        print("  " + ", ".join(f"{name} {right[name]}/{number}" for name, number in sorted(asked.items())))
        print(f"  offence codes: {coded['right']} right, {coded['differ']} different")
        print("  wrong:\n" + "\n".join(f"    {line}" for line in wrong))
    assert right.total() >= FLOOR * asked.total()
    assert right.total() >= REACHED


def outcome_of(case: dict[str, Any]) -> tuple[list[str], bool | None]:
    """Give what differs in a case (nothing: right), and whether offence codes differ; a refusal is a
    difference.
    """
    try:
        verdict = count_report(case["report"], reconstructed=True)
    except Refused as refusal:
        return [str(refusal)], None
    return differences(case["expect"], verdict), codes_differ(case["expect"], verdict)
