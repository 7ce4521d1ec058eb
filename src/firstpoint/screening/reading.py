"""Readers: whatever turns one incident into disclosures.

The screen knows a reader only by :class:`Reader`, so a force can put its own behind it. The one that comes
with the product is :class:`LexiconReader`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from attrs import evolve, frozen

from firstpoint.screening.disclosures import Disclosure, disclosures_of
from firstpoint.screening.extended import extended_lexicon
from firstpoint.screening.lexicon import CodeRow, Lexicon, ready_lexicon
from firstpoint.screening.many import LOGS_AT_ONCE, MANY, found_in_many
from firstpoint.screening.matching import Found, find
from firstpoint.screening.tokens import cut


class Reader(Protocol):
    """Reads one incident.

    ``name`` and ``version`` go into every result, so that a figure can be traced to the words and weights
    that made it.
    """

    @property
    def name(self) -> str:
        """What the reader is called."""

    @property
    def version(self) -> str:
        """Changes whenever the same log could be read otherwise."""

    def read(self, incident: Mapping[str, Any]) -> tuple[Disclosure, ...]:
        """What the incident discloses; ``text`` is in it, codes and channel may be. Evidence spans are
        characters of ``text``."""


@frozen
class Read:
    """What reading one incident gave: its disclosures, and why its text could not be read (mostly None)."""

    disclosures: tuple[Disclosure, ...]
    not_read: str | None = None


class LexiconReader:
    """Reads with the lexicon: phrases, cues and weights, all of them data that a registrar can read.

    ``extensions`` are files of a force's own words (:mod:`~firstpoint.screening.extensions`), added to the
    lexicon that comes with the product; a ``lexicon`` that is given stands instead of both. Raises
    :class:`InputError` for an extension that cannot be used, naming file, row and field.
    """

    name = "lexicon"

    def __init__(self, lexicon: Lexicon | None = None, *, extensions: Iterable[Path | str] = ()) -> None:
        paths = [Path(path) for path in extensions]
        self.lexicon = lexicon or (extended_lexicon(*paths) if paths else ready_lexicon())
        self.version = self.lexicon.version

    def read(self, incident: Mapping[str, Any]) -> tuple[Disclosure, ...]:
        """What the incident discloses, the surest first; nothing for an incident without text and codes."""
        return self._disclosures(incident, None)

    def read_many(self, incidents: pl.DataFrame) -> Iterator[Read]:
        """What each incident of a table discloses, in order, and which texts could not be read.

        Many at once are read by the engine, a few one by one; the answers are the same.
        """
        for part in incidents.iter_slices(LOGS_AT_ONCE):
            found: Iterable[Found | None] = [None] * part.height
            if incidents.height < MANY:
                unread: Iterable[str | None] = (
                    self.lexicon.languages.why(text or "") for text in part["text"]
                )
            else:
                found, unread = found_in_many(part["text"], self.lexicon, self._kinds_of_codes(part))
            for incident, one, why in zip(part.iter_rows(named=True), found, unread, strict=True):
                yield Read(self._disclosures(incident, one), why)

    def _kinds_of_codes(self, incidents: pl.DataFrame) -> list[str | None]:
        """The kind that the opening code of each incident tells, or None."""
        if "opening_code" not in incidents.columns:
            return [None] * incidents.height
        codes = incidents["opening_code"].to_list()
        told = {code: self._rows(code, self.lexicon.opening_codes) for code in set(codes)}
        return [next((row.kind for row in told[code] if row.kind), None) for code in codes]

    def _rows(self, code: str | None, rows: tuple[CodeRow, ...]) -> list[CodeRow]:
        return matching_rows(code, rows, self.lexicon)

    def _disclosures(self, incident: Mapping[str, Any], found: Found | None) -> tuple[Disclosure, ...]:
        """What an incident discloses, its phrases and cues found already or not."""
        opening = self._rows(incident.get("opening_code"), self.lexicon.opening_codes)
        closing = self._rows(incident.get("closing_code"), self.lexicon.closing_codes)
        kinds = [(row.kind, row.strength, row.id) for row in opening if row.kind]
        if found is None:
            found = find(incident.get("text") or "", self.lexicon, [kind for kind, _, _ in kinds])
        told = disclosures_of(found, self.lexicon, kinds)
        return tuple(self._in_light_of(one, {row.standing for row in (*opening, *closing)}) for one in told)

    def _in_light_of(self, one: Disclosure, standings: set[str]) -> Disclosure:
        """A disclosure with its certainty moved by what the force's codes say of the whole log."""
        opening, closing = self.lexicon.weights["opening"], self.lexicon.weights["closing"]
        certainty = one.certainty
        if "not_a_report" in standings:
            certainty *= opening["not_a_report"]
        if "explained" in standings:
            certainty *= closing["explained"]
        if "other_force" in standings:
            certainty *= closing["other_force"]
        if "recorded" in standings:
            certainty = 1.0 - (1.0 - certainty) * closing["recorded_leaves_open"]
        return evolve(one, certainty=round(certainty, 4))


def matching_rows(code: str | None, rows: tuple[CodeRow, ...], lexicon: Lexicon) -> list[CodeRow]:
    """The first row whose pattern stands in a force's code, or none."""
    if not code:
        return []
    codes = cut(code, lexicon.alphabet)
    return [row for row in rows if row.matcher.expression.search(codes)][:1]
