"""What a person gave in a form, as the values that casework's tables ask for, and back into a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from firstpoint.casework import INFORMATION, Particular
from firstpoint.casework.clocks import LONDON
from firstpoint.workbench.incidents.facts import facts_of

MOST_LINES, MOST_PIECES = 60, 12


def answers(posted: Mapping[str, str], asked: Iterable[Particular]) -> dict[str, object]:
    """The answers to what was asked; a number that is none stays as written, for the check to refuse."""
    return {each.name: _answer(posted, each) for each in asked}


def crime_lines(posted: Mapping[str, str]) -> list[dict[str, str]]:
    """The lines of a list of crimes as they were written, empty ones left out."""
    lines = []
    for number in range(MOST_LINES):
        line = {
            "ho_class": posted.get(f"class-{number}", "").strip().upper(),
            "count": posted.get(f"count-{number}", "").strip(),
        }
        if any(line.values()):
            lines.append(line)
    return lines


def information(posted: Mapping[str, str]) -> list[dict[str, str]]:
    """The pieces of additional verifiable information as they were written, empty ones left out."""
    pieces = []
    for number in range(MOST_PIECES):
        piece = {part: posted.get(f"{part}-{number}", "").strip() for part in INFORMATION}
        if any(piece.values()):
            pieces.append({part: said.replace("\r\n", "\n") for part, said in piece.items()})
    return pieces


def _answer(posted: Mapping[str, str], asked: Particular) -> object:
    if asked.form == "crimes":
        return [
            {"ho_class": line["ho_class"], "count": _whole(line["count"])} for line in crime_lines(posted)
        ]
    if asked.form == "information":
        return information(posted)
    if asked.form == "facts":
        return facts_of(posted)
    written = posted.get(asked.name, "")
    if asked.form == "moment":
        return _moment(written.strip())
    if asked.form == "count":
        return _whole(written.strip()) if written.strip() else None
    return written.strip().replace("\r\n", "\n")


def version(posted: Mapping[str, str]) -> int:
    """The version of the work that a form was filled in on; 0, which no work has, where it says none."""
    found = _whole(posted.get("version", ""))
    return found if isinstance(found, int) else 0


def _moment(written: str) -> str:
    # A form's field gives the time on the wall in London, without a zone.
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).isoformat()


def _whole(written: str) -> Any:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else written
