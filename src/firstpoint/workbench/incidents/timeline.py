"""A log as a page shows it: entries in order of time, each cut into plain words and words that disclose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from attrs import frozen

# Contexts that take a disclosure's force away are drawn fainter, and say so in their label.
_STAND = ("live", "historic", "professional_third_party", "no_support")


@frozen
class Piece:
    """A run of the log: plain, or marked as words that disclose something.

    ``labels`` says what they disclose and stands where the words end; ``stands`` is False where their
    context (denied, already recorded, …) takes the force away.
    """

    text: str
    marked: bool = False
    labels: tuple[str, ...] = ()
    stands: bool = True


@frozen
class Shown:
    """One entry as shown; ``at`` and ``author`` are None where a source gives the log as one text."""

    at: datetime | None
    author: str | None
    pieces: tuple[Piece, ...]


@frozen
class _Span:
    start: int
    end: int
    label: str
    stands: bool


def timeline(
    text: str,
    entries: Sequence[tuple[datetime | None, str | None, str]],
    disclosures: Sequence[Mapping[str, Any]],
) -> tuple[Shown, ...]:
    """The log with its disclosing words set apart.

    ``text`` is what the screen read, ``entries`` (time, author, text) the parts it is joined from, in
    order, and the evidence of ``disclosures`` gives positions in ``text``. Where an entry cannot be found
    in ``text`` the positions cannot be carried over, so the log is shown as the one text that the screen
    read.
    """
    spans = _spans(text, disclosures)
    places = _places(text, [part for _, _, part in entries])
    if not entries or places is None:
        return (Shown(None, None, _pieces(text, 0, len(text), spans)),)
    return tuple(
        Shown(at, author, _pieces(text, start, start + len(part), spans))
        for (at, author, part), start in zip(entries, places, strict=True)
    )


def _spans(text: str, disclosures: Sequence[Mapping[str, Any]]) -> list[_Span]:
    found = []
    for number, disclosure in enumerate(disclosures, start=1):
        stands = disclosure.get("context") in _STAND
        label = f"{number} {disclosure['offence']}".replace("_", " ")
        if not stands:
            label = f"{label}, {disclosure.get('context_words') or disclosure.get('context')}"
        for evidence in disclosure.get("evidence") or ():
            start, end = max(0, int(evidence["start"])), min(len(text), int(evidence["end"]))
            if start < end:
                found.append(_Span(start, end, label, stands))
    return sorted(found, key=lambda span: (span.start, span.end))


def _places(text: str, parts: Sequence[str]) -> list[int] | None:
    places, reached = [], 0
    for part in parts:
        start = text.find(part, reached)
        if start < 0:
            return None
        places.append(start)
        reached = start + len(part)
    return places


def _pieces(text: str, start: int, end: int, spans: Sequence[_Span]) -> tuple[Piece, ...]:
    here = [span for span in spans if span.start < end and span.end > start]
    edges = sorted({start, end, *(max(start, s.start) for s in here), *(min(end, s.end) for s in here)})
    cut = []
    for left, right in pairwise(edges):
        over = [span for span in here if span.start <= left and span.end >= right]
        # A label is said once, where its words end, however the words are cut up by other marks.
        labels = tuple(dict.fromkeys(span.label for span in over if min(end, span.end) == right))
        stands = not over or any(span.stands for span in over)
        cut.append(Piece(text[left:right], bool(over), labels, stands))
    return tuple(cut)
