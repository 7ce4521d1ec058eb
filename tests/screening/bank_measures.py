"""How well the screen reads a bank of annotated logs: the figures that the tests hold and the benchmark
prints."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from firstpoint.screening import screen

BANKS = Path(__file__).resolve().parents[2] / "corpus" / "banks"
THRESHOLD = 0.5


def read_bank(letter):
    """The annotated logs of one bank."""
    return [json.loads(line) for line in (BANKS / f"bank_{letter}.jsonl").read_text("utf-8").splitlines()]


def screen_bank(logs, reader):
    """What a reader makes the screen say of each log, in order."""
    columns = ("id", "text", "opening_code", "closing_code", "channel", "received_at")
    frame = pl.DataFrame({column: [log.get(column) for log in logs] for column in columns})
    when = pl.col("received_at").str.to_datetime(
        time_zone="Europe/London", ambiguous="earliest", strict=False
    )
    return screen(frame.rename({"id": "incident_id"}).with_columns(when), reader=reader).to_dicts()


def measures(logs, screened):
    """Incident AUC and F1, offence F1, evidence recall, count within the accepted range, and pairs told
    apart."""
    due = [log["expected_crimes_total"] > 0 for log in logs]
    chances = [row["chance_crime"] for row in screened]
    flagged = [chance >= THRESHOLD for chance in chances]
    figures = {
        "auc": area_under_curve(due, chances),
        "f1": f1(sum(d and f for d, f in zip(due, flagged, strict=True)), sum(flagged), sum(due)),
        "offence_f1": offence_f1(logs, screened),
        "evidence_recall": evidence_recall(logs, screened),
        "count_accepted": count_accepted(logs, screened),
    }
    if sum("pair" in log for log in logs) > 10:
        right = [d == f for d, f in zip(due, flagged, strict=True)]
        figures["pairs_both_right"] = pairs_both_right(logs, right)
        figures["pairs_that_differ_ordered"] = pairs_ordered(logs, due, chances)
    return figures


def area_under_curve(due, chances):
    """The chance that a log with a crime is ranked above one without, ties counted half."""
    with_crime = [c for d, c in zip(due, chances, strict=True) if d]
    without = [c for d, c in zip(due, chances, strict=True) if not d]
    wins = sum((a > b) + 0.5 * (a == b) for a in with_crime for b in without)
    return wins / (len(with_crime) * len(without))


def f1(right, said, true):
    return 2 * right / (said + true) if said + true else 0.0


def offence_f1(logs, screened):
    """F1 over crimes due, matched by class or an accepted alternative."""
    right = said = true = 0
    for log, row in zip(logs, screened, strict=True):
        open_classes = [{d["ho_class"], *d["ho_class_alt"]} for d in log["disclosed"] if d["crimes"]]
        told = [d["ho_class"] for d in row["disclosures"] if d["certainty"] >= THRESHOLD and d["crimes"]]
        said, true = said + len(told), true + len(open_classes)
        for ho_class in told:
            match = next((c for c in open_classes if ho_class in c), None)
            if match is not None:
                open_classes.remove(match)
                right += 1
    return f1(right, said, true)


def evidence_recall(logs, screened):
    """The share of annotated evidence that some shown span overlaps, over logs with a crime due."""
    found = total = 0
    for log, row in zip(logs, screened, strict=True):
        if not log["expected_crimes_total"]:
            continue
        spans = [e for d in row["disclosures"] if d["certainty"] >= THRESHOLD for e in d["evidence"]]
        for words in log["evidence"]:
            start = log["text"].find(words)
            total += 1
            found += any(e["start"] < start + len(words) and e["end"] > start for e in spans)
    return found / total


def count_accepted(logs, screened):
    """The share of logs whose crimes due lie within the accepted range."""
    right = 0
    for log, row in zip(logs, screened, strict=True):
        low, high = log["accepted_crimes_total"]
        right += low <= sum(d["crimes"] for d in row["disclosures"] if d["certainty"] >= THRESHOLD) <= high
    return right / len(logs)


def _by_pair(logs, values):
    pairs = {}
    for log, value in zip(logs, values, strict=True):
        if "pair" in log:
            pairs.setdefault(log["pair"], []).append(value)
    return pairs.values()


def pairs_both_right(logs, right):
    """The share of minimal pairs both halves of which are judged rightly at the threshold."""
    pairs = _by_pair(logs, right)
    return sum(all(pair) for pair in pairs) / len(pairs)


def pairs_ordered(logs, due, chances):
    """Of the pairs of which one half alone holds a crime, the share in which that half has the higher
    chance."""
    values = list(zip(due, chances, strict=True))
    pairs = [pair for pair in _by_pair(logs, values) if len({d for d, _ in pair}) == 2]
    return sum(max(c for d, c in pair if d) > max(c for d, c in pair if not d) for pair in pairs) / len(pairs)
