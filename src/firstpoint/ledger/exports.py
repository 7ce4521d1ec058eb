"""Ledgers and checkpoints as files: one JSON object a line, nothing else needed to verify them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from firstpoint.errors import LedgerBroken, UnreadableFile
from firstpoint.ledger.chains import Checkpoint
from firstpoint.ledger.entries import Entry, is_hash

_FIELDS = {"sequence", "at", "actor", "action", "subject", "detail", "previous", "hash"}
_REMEDY = "Ask for the export again; do not edit it."


def write_entries(entries: Iterable[Entry], path: Path) -> int:
    """How many entries were written to ``path``, one JSON object a line, oldest first.

    The file appears whole or not at all: half an export would verify as a shorter ledger.
    """
    written = 0
    half_written = path.with_name(path.name + ".part")
    with half_written.open("w", encoding="utf-8", newline="\n") as file:
        for entry in entries:
            file.write(json.dumps(entry.as_dict(), sort_keys=True, ensure_ascii=False) + "\n")
            written += 1
    half_written.replace(path)
    return written


def read_entries(path: Path) -> Iterator[Entry]:
    """The entries of an export, in the order of its lines.

    Raises UnreadableFile when there is no such file or it is not UTF-8, and LedgerBroken naming the line
    that is cut off or holds something else than an entry.
    """
    if not path.is_file():
        raise UnreadableFile("There is no such file.", where=str(path), remedy="Give the path of an export.")
    with path.open(encoding="utf-8") as file:
        try:
            for number, line in enumerate(file, start=1):
                yield _entry(line, f"{path.name}, line {number}")
        except UnicodeDecodeError as fault:
            raise UnreadableFile("The file is not UTF-8.", where=str(path), remedy=_REMEDY) from fault


def read_checkpoint(path: Path) -> tuple[Checkpoint, ...]:
    """The checkpoints in a file, in the order of its lines; raises UnreadableFile where a line is none."""
    if not path.is_file():
        raise UnreadableFile("There is no such file.", where=str(path), remedy="Give a file of checkpoints.")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as fault:
        raise UnreadableFile("The file is not UTF-8.", where=str(path), remedy=_REMEDY) from fault
    return tuple(
        parsed_checkpoint(line, f"{path.name}, line {number}") for number, line in enumerate(lines, start=1)
    )


def parsed_checkpoint(line: str, where: str) -> Checkpoint:
    """The checkpoint that a line holds; raises UnreadableFile where it holds none."""
    try:
        parsed = json.loads(line)
        return Checkpoint(int(parsed["count"]), str(parsed["head"]), datetime.fromisoformat(parsed["at"]))
    except (ValueError, KeyError, TypeError) as fault:
        raise UnreadableFile("This line is no checkpoint.", where=where, remedy=_REMEDY) from fault


def _entry(line: str, where: str) -> Entry:
    try:
        parsed: dict[str, Any] = json.loads(line, object_pairs_hook=_once)
        entry = Entry(
            sequence=parsed["sequence"],
            at=datetime.fromisoformat(parsed["at"]),
            actor=parsed["actor"],
            action=parsed["action"],
            subject=parsed["subject"],
            detail=parsed["detail"],
            previous=parsed["previous"],
            hash=parsed["hash"],
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise LedgerBroken(
            "The line is no entry: cut off or altered.", where=where, remedy=_REMEDY
        ) from fault
    if set(parsed) != _FIELDS or entry.as_dict() != parsed or not _well_formed(entry):
        raise LedgerBroken("The line holds other fields than an entry has.", where=where, remedy=_REMEDY)
    return entry


def _well_formed(entry: Entry) -> bool:
    whole = type(entry.sequence) is int
    return whole and entry.at.tzinfo is not None and is_hash(entry.previous) and is_hash(entry.hash)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # A key given twice would be read one way by us and another way by somebody else's reader.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found
