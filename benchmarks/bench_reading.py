"""How well logs are read: from the banks that had a say in words or weights to banks that had none.

Screens banks of annotated logs, thoroughly and quickly, sets a reader of words alone beside the screen (naive
Bayes over single words, learnt on all banks but the one it is tested on), measures recall by group of victim,
channel, register and offence family, and writes the figures file of the model card. Banks for test alone are
read only where ``--banks`` names them. With ``--medspacy`` medSpaCy reads them too, with the same phrases and
cues, a second or more a log; its figures are printed, not written.

Run: ``python benchmarks/bench_reading.py --banks abcde --tuned-on abd [--read ce]
[--groups-on ce] [--medspacy PYTHON] [--out FILE]``.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from bench_matching import plain_elements, rows_of
from reading_figures import INTERVAL, Pieces, figures

from firstpoint.screening import LogReader, screen, thorough_reader
from firstpoint.screening.accountability import LEAST_LOGS, largest_gaps, subgroup_shares
from firstpoint.screening.accountability.measured import FORMAT, SCREEN
from firstpoint.screening.lexicon import ready_lexicon
from firstpoint.vocabulary import offence_class

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "corpus" / "banks"
CARD = ROOT / "src" / "firstpoint" / "screening" / "accountability" / "measured.json"
TEST_ALONE = "fghs"
WORDS_ALONE = "words_alone"
QUICKLY = "screen_reading_quickly"
THRESHOLD = 0.5
CONFIDENCE = 0.95
ATTRIBUTES = ("victim", "channel", "register", "family")
# What a register is called in a bank, by the first word in it that stands here.
REGISTERS = (
    ("interpreted or second language", ("interpret", "second-language", "second language")),
    ("online form or portal", ("form", "online", "portal", "public report", "public in writing", "reporter")),
    ("e-mail or letter", ("e-mail", "email", "letter", "memo")),
    ("professional referral", ("referral", "professional", "partner", "school", "hospital", "social", "gp")),
    ("front counter", ("counter", "front", "desk")),
    ("officer", ("officer", "radio", "pc ", "supervisor", "station")),
)
OTHER_REGISTER = "control room"
VICTIMS = {"none": "no victim told"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--folder", type=Path, default=FOLDER, help="where the banks lie")
    arguments.add_argument("--banks", required=True, help="letters of the banks to measure on")
    arguments.add_argument("--tuned-on", default="", help="letters of those that had a say")
    arguments.add_argument("--read", default="", help="letters of those read for ideas, but not tuned on")
    arguments.add_argument("--groups-on", help="letters for the subgroups; those unseen unless given")
    arguments.add_argument("--medspacy", help="the Python of an environment with medspacy, to read with it")
    arguments.add_argument("--out", type=Path, default=CARD, help="the figures file to write")
    chosen = arguments.parse_args()
    banks = {letter: read_bank(chosen.folder, letter) for letter in sorted(chosen.banks)}
    unseen = set(chosen.banks) - set(chosen.tuned_on)
    groups_on = sorted(chosen.groups_on or unseen or chosen.banks)
    told = measured(banks, sorted(chosen.tuned_on), sorted(chosen.read), groups_on)
    chosen.out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for cell in told["cells"]:
        values = ", ".join(f"{one['name']} {one['value']:.3f}" for one in cell["figures"])
        seen = "seen  " if cell["seen"] else "unseen"
        print(f"{cell['model']:<12}{cell['tested_on'].upper()} {seen} {values}")
    if chosen.medspacy:
        for letter, pieces in by_medspacy(chosen.medspacy, banks).items():
            values = ", ".join(f"{one['name']} {one['value']:.3f}" for one in figures(pieces))
            print(f"medSpaCy    {letter.upper()} {values}")
    for gap in told["subgroups"]["gaps"]:
        print(
            f"{gap['attribute']}, {gap['measure']}: {gap['best']} above {gap['worst']} by {gap['gap']:.2f} "
            f"({gap['low']:.2f} to {gap['high']:.2f})"
        )


def measured(
    banks: dict[str, list[dict[str, Any]]],
    tuned_on: Sequence[str],
    read: Sequence[str],
    groups_on: Sequence[str],
) -> dict[str, Any]:
    """The content of the figures file."""
    reader = thorough_reader()
    screened = {letter: screen_bank(logs, reader) for letter, logs in banks.items()}
    quickly = {letter: screen_bank(logs, LogReader()) for letter, logs in banks.items()}
    cells = [
        cell(model, tuned_on, letter, Pieces(logs, rows[letter], THRESHOLD))
        for model, rows in ((SCREEN, screened), (QUICKLY, quickly))
        for letter, logs in banks.items()
    ]
    for letter, logs in banks.items():
        others = [other for other in banks if other != letter and other not in TEST_ALONE]
        if others:
            chances = words_alone([log for other in others for log in banks[other]], logs)
            rows = [{"chance_crime": chance} for chance in chances]
            cells.append(cell(WORDS_ALONE, others, letter, Pieces(logs, rows, THRESHOLD)))
    groups = {letter: (banks[letter], screened[letter]) for letter in groups_on}
    return {
        "format": FORMAT,
        "measured_on": str(datetime.now(UTC).date()),
        "command": command(banks, tuned_on, read, groups_on),
        "reader": f"{reader.name} {reader.version}",
        "threshold": THRESHOLD,
        "confidence": CONFIDENCE,
        "interval": INTERVAL,
        "banks": [
            {
                "bank": letter,
                "logs": len(logs),
                "with_crime": sum(log["expected_crimes_total"] > 0 for log in logs),
                "use": use_of(letter, tuned_on, read),
            }
            for letter, logs in banks.items()
        ],
        "cells": cells,
        "subgroups": subgroups(groups),
    }


def cell(model: str, trained_on: Iterable[str], tested_on: str, pieces: Pieces) -> dict[str, Any]:
    return {
        "model": model,
        "trained_on": list(trained_on),
        "tested_on": tested_on,
        "seen": tested_on in list(trained_on),
        "figures": figures(pieces, confidence=CONFIDENCE),
    }


def command(
    banks: Iterable[str], tuned_on: Iterable[str], read: Iterable[str], groups_on: Iterable[str]
) -> str:
    told = {"--banks": banks, "--tuned-on": tuned_on, "--read": read, "--groups-on": groups_on}
    options = " ".join(f"{name} {''.join(letters)}" for name, letters in told.items() if letters)
    return f"python benchmarks/bench_reading.py {options}"


def use_of(letter: str, tuned_on: Iterable[str], read: Iterable[str]) -> str:
    if letter in TEST_ALONE:
        return "test alone"
    if letter in tuned_on:
        return "tuned on"
    return "read for development" if letter in read else "measured in development"


def read_bank(folder: Path, letter: str) -> list[dict[str, Any]]:
    lines = (folder / f"bank_{letter}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def screen_bank(logs: Sequence[dict[str, Any]], reader: LogReader) -> list[dict[str, Any]]:
    columns = ("id", "text", "opening_code", "closing_code", "channel", "received_at")
    frame = pl.DataFrame({column: [log.get(column) for log in logs] for column in columns})
    when = pl.col("received_at").str.to_datetime(
        time_zone="Europe/London", ambiguous="earliest", strict=False
    )
    screened = screen(frame.rename({"id": "incident_id"}).with_columns(when), reader=reader)
    # A log that could not be read has no chance, and is not flagged.
    return screened.with_columns(pl.col("chance_crime").fill_null(0.0)).to_dicts()


def by_medspacy(python: str, banks: dict[str, list[dict[str, Any]]]) -> dict[str, Pieces]:
    """The banks as medSpaCy reads them with the phrases and cues of the lexicon, in its own environment."""
    lexicon = ready_lexicon()
    classes = {row["name"]: row["members"].split("|") for row in rows_of("classes.csv")}
    given = {
        "texts": [log["text"] for logs in banks.values() for log in logs],
        "phrases": [[p.id, p.kind, plain_elements(p.pattern, classes)] for p in lexicon.phrases],
        "cues": [[c.id, c.category, c.direction, plain_elements(c.pattern, classes)] for c in lexicon.cues],
        "worth": {p.id: float(lexicon.weights["strength"][p.strength]) for p in lexicon.phrases},
        "factor": {category: float(left) for category, left in lexicon.weights["context"].items()},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.json"
        path.write_text(json.dumps(given), "utf-8")
        peer = Path(__file__).with_name("peers") / "reading_medspacy.py"
        answer = subprocess.run([python, str(peer), str(path)], capture_output=True, text=True, check=True)
    chances = iter(json.loads(answer.stdout.splitlines()[-1])["chances"])
    return {
        letter: Pieces(logs, [{"chance_crime": next(chances)} for _ in logs], THRESHOLD)
        for letter, logs in banks.items()
    }


def words_alone(learnt: Sequence[dict[str, Any]], logs: Sequence[dict[str, Any]]) -> list[float]:
    """The chance that each log holds a crime by naive Bayes over the words it holds."""
    counts = {True: Counter[str](), False: Counter[str]()}
    number = Counter[bool]()
    for log in learnt:
        due = log["expected_crimes_total"] > 0
        counts[due].update(set(words(log["text"])))
        number[due] += 1
    prior = math.log(number[True] / number[False])
    leaning = {
        word: math.log((counts[True][word] + 0.5) / (number[True] + 1.0))
        - math.log((counts[False][word] + 0.5) / (number[False] + 1.0))
        for word in counts[True] | counts[False]
    }
    odds = [prior + sum(leaning.get(word, 0.0) for word in set(words(log["text"]))) for log in logs]
    return [1.0 / (1.0 + math.exp(-max(-500.0, min(500.0, one)))) for one in odds]


def words(text: str) -> list[str]:
    return "".join(mark if mark.isalnum() else " " for mark in text.lower()).split()


def subgroups(banks: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]]) -> dict[str, Any]:
    rows = [
        {
            "incident_id": log["id"],
            "due": log["expected_crimes_total"] > 0,
            "flagged": row["chance_crime"] >= THRESHOLD,
            "victim": [VICTIMS.get(name, name.replace("_", " ")) for name in log["groups"]],
            "channel": log["channel"].replace("_", " "),
            "register": register_of(log["register"]),
            "family": families(log),
        }
        for logs, screened in banks.values()
        for log, row in zip(logs, screened, strict=True)
    ]
    several = {"victim": pl.List(pl.String), "family": pl.List(pl.String)}
    frame = pl.DataFrame(rows, schema_overrides=several)
    return {
        "banks": list(banks),
        "least": LEAST_LOGS,
        "shares": rounded(subgroup_shares(frame, ATTRIBUTES, confidence=CONFIDENCE)),
        "gaps": rounded(largest_gaps(frame, ATTRIBUTES, confidence=CONFIDENCE)),
    }


def rounded(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.with_columns(pl.col(pl.Float64).round(4)).to_dicts()


def register_of(told: str) -> str:
    said = told.lower()
    return next((name for name, stems in REGISTERS if any(stem in said for stem in stems)), OTHER_REGISTER)


def families(log: dict[str, Any]) -> list[str]:
    """The published groups of the classes that a log tells of, due or not."""
    return sorted({family_of(one["ho_class"]) for one in log["disclosed"]})


def family_of(ho_class: str) -> str:
    found = offence_class(ho_class)
    if found is not None:
        return found.group
    return "Fraud (NFIB)" if ho_class.startswith("NFIB") else "not a notifiable class"


if __name__ == "__main__":
    main()
