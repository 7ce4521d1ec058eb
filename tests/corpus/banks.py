"""The banks of the corpus as values, and what they say when counted."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from firstpoint import counting

FOLDER = Path(__file__).resolve().parents[2] / "corpus" / "banks"
FOR_TEST_ALONE = "fghs"
COUNTED_AS_IF_REPORTED = "2026-06-15"


def letters():
    """The letters of all banks, in order."""
    return [file.stem.removeprefix("bank_") for file in sorted(FOLDER.glob("bank_*.jsonl"))]


def read(letter):
    """The annotated logs of one bank."""
    lines = (FOLDER / f"bank_{letter}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def counted(log):
    """Crimes due by counting on the encoded facts, those in an open class among them, and the classes that
    are settled."""
    facts = log["facts"] or {}
    if not facts.get("allegations"):
        return 0, []
    day = max(log["received_at"][:10], COUNTED_AS_IF_REPORTED)
    verdict = counting.count_report(
        {"schema_version": 1, "report_id": log["id"], "reported_at": f"{day}T12:00:00+01:00", **facts}
    )
    classes = [crime["ho_class"] for crime in verdict["crimes"] for _ in range(crime["count"])]
    return verdict["total"] + counting.crimes_due_with_open_class(verdict), sorted(classes)


def words(text):
    return "".join(mark if mark.isalnum() else " " for mark in text.lower()).split()


def five_grams(text):
    told = words(text)
    return {tuple(told[at : at + 5]) for at in range(len(told) - 4)}


def pairs(logs):
    """The logs of each scene told in two or three ways."""
    scenes = defaultdict(list)
    for log in logs:
        if "pair" in log:
            scenes[log["pair"]].append(log)
    return list(scenes.values())
