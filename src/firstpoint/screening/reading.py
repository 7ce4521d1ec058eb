"""Readers: whatever turns one incident into disclosures.

The screen knows a reader only by :class:`Reader`, so a force can put its own behind it. The one that comes
with the product is :class:`LexiconReader`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from attrs import evolve

from firstpoint.screening.disclosures import Disclosure, disclosures_of
from firstpoint.screening.lexicon import CodeRow, Lexicon, ready_lexicon
from firstpoint.screening.matching import find
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


class LexiconReader:
    """Reads with the lexicon: phrases, cues and weights, all of them data that a registrar can read."""

    name = "lexicon"

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self.lexicon = lexicon or ready_lexicon()
        self.version = self.lexicon.version

    def read(self, incident: Mapping[str, Any]) -> tuple[Disclosure, ...]:
        """What the incident discloses, the surest first; nothing for an incident without text and codes."""
        opening = matching_rows(incident.get("opening_code"), self.lexicon.opening_codes, self.lexicon)
        closing = matching_rows(incident.get("closing_code"), self.lexicon.closing_codes, self.lexicon)
        kinds = [(row.kind, row.strength, row.id) for row in opening if row.kind]
        found = find(incident.get("text") or "", self.lexicon, [kind for kind, _, _ in kinds])
        told = disclosures_of(found, self.lexicon, kinds)
        return tuple(self._in_light_of(one, {row.standing for row in (*opening, *closing)}) for one in told)

    def standings(self, incident: Mapping[str, Any]) -> tuple[str | None, str | None]:
        """What the opening and the closing code of an incident say of the whole log, or None."""
        opening = matching_rows(incident.get("opening_code"), self.lexicon.opening_codes, self.lexicon)
        closing = matching_rows(incident.get("closing_code"), self.lexicon.closing_codes, self.lexicon)
        return next((row.standing for row in opening), None), next((row.standing for row in closing), None)

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
