"""The small language in which the lexicon is written, and its compilation to a matcher over token codes.

A pattern is a row of elements, each of which matches one token unless said otherwise::

    punch*              a word that begins so
    nose                a word
    got_hold_of         several words in a row, written as one element
    kick*|boot*|@HIT    alternatives; @HIT is a word class (a list kept in classes.csv)
    <3>                 up to three tokens of any kind, within the sentence
    [right|straight]    an element that may be missing
    #                   a number, in figures
    ?                   a word that the lexicon does not know, which is what most names are

A comma, dash or bracket between two elements is passed over; the end of a sentence or of an entry never is.
:func:`compile_pattern` gives the matcher with its *needs*: for every required element the characters of which
one must stand in a log for the pattern to match at all, so that a log only meets the patterns it could
satisfy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from attrs import field, frozen

from firstpoint.errors import InputError
from firstpoint.screening.tokens import CLAUSE, ENTRY, NUMBER, SENTENCE, UNKNOWN, Alphabet, fold

Classes = Mapping[str, Sequence[str]]
_GAP = re.compile(r"<(\d{1,2})>")
_ATOM = re.compile(r"@[A-Z]+|#|\?|[^\W_]+\*?(?:_[^\W_]+\*?)*")
_MANY = 3  # alternatives of several words from which a look ahead pays
_SAME_SENTENCE = f"[^{SENTENCE}{ENTRY}]"


@frozen
class Matcher:
    """A compiled pattern: ``expression`` over token codes, and what must stand in a log for it to match.

    Each of ``needs`` is a set of token codes of which one must stand in a sentence for the pattern to match
    there; ``rarest`` is the one of them that fewest sentences meet. ``elements`` are the same pattern as
    plain values, for those who match it in another way.
    """

    elements: tuple[Element, ...]
    rarest: frozenset[str]
    needs: tuple[frozenset[str], ...]
    source: str = field(eq=False, repr=False)

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """The pattern as a regular expression, made when it is first asked for."""
        return re.compile(self.source)

    def could_stand(self, standing: AbstractSet[str]) -> bool:
        """Whether these token codes together could satisfy the pattern."""
        for need in self.needs:  # noqa: SIM110 - run for every pattern and sentence; a generator costs double
            if need.isdisjoint(standing):
                return False
        return True


@frozen
class Element:
    """One element of a pattern over token codes.

    ``sequences`` are its alternatives, each a row of sets of token codes, one set a token; ``gap``, where it
    is not None, is the most tokens that it passes over, and then there are no sequences.
    """

    sequences: tuple[tuple[frozenset[str], ...], ...]
    optional: bool = False
    gap: int | None = None


@frozen
class _Element:
    sequences: tuple[tuple[str, ...], ...]  # alternatives, each a row of atoms ("word", "word*" or "#")
    optional: bool = False
    gap: int | None = None


def compile_pattern(pattern: str, classes: Classes, alphabet: Alphabet, common: frozenset[str]) -> Matcher:
    """The matcher of one pattern; ``common`` holds the characters of everyday words, poor as anchors."""
    elements = _parse(pattern, classes)
    source = "".join(_element_source(element, alphabet, first=not at) for at, element in enumerate(elements))
    required = [e for e in elements if not e.optional and e.gap is None]
    by_rarity = sorted((_anchors(e, alphabet, common) for e in required), key=lambda a: _cost(a, common))
    coded = tuple(_coded(element, alphabet) for element in elements)
    return Matcher(coded, by_rarity[0], tuple(by_rarity), source)


def atoms_of(pattern: str, classes: Classes) -> Iterator[str]:
    """Every word, prefix and number sign that a pattern speaks of, its classes opened."""
    for element in _parse(pattern, classes):
        for sequence in element.sequences:
            yield from sequence


def _parse(pattern: str, classes: Classes) -> list[_Element]:
    elements = [_parse_element(part, pattern, classes) for part in pattern.split()]
    if not any(not e.optional and e.gap is None for e in elements):
        raise InputError(
            "a pattern needs at least one required word", where=pattern, remedy="Add a word to it."
        )
    return elements


def _parse_element(part: str, pattern: str, classes: Classes) -> _Element:
    if gap := _GAP.fullmatch(part):
        return _Element((), gap=int(gap[1]))
    optional = part.startswith("[") and part.endswith("]")
    alternatives = (part[1:-1] if optional else part).split("|")
    sequences = [s for alternative in alternatives for s in _sequences(alternative, pattern, classes)]
    return _Element(tuple(dict.fromkeys(sequences)), optional)


def _sequences(alternative: str, pattern: str, classes: Classes) -> list[tuple[str, ...]]:
    if not _ATOM.fullmatch(alternative):
        raise InputError(f"{alternative!r} is not an element of the pattern language", where=pattern)
    if alternative.startswith("@"):
        if alternative[1:] not in classes:
            raise InputError(
                f"there is no word class {alternative}", where=pattern, remedy="Add it to classes.csv."
            )
        members = classes[alternative[1:]]
        return [s for member in members for s in _sequences(member.replace(" ", "_"), pattern, classes)]
    return [tuple(fold(word) for word in alternative.split("_"))]


def _coded(element: _Element, alphabet: Alphabet) -> Element:
    sequences = (
        tuple(frozenset(_codes(atom, alphabet)) for atom in sequence) for sequence in element.sequences
    )
    return Element(tuple(sequences), element.optional, element.gap)


def _codes(atom: str, alphabet: Alphabet) -> AbstractSet[str]:
    if atom == "#":
        return {NUMBER} | alphabet.codes_of_figures()
    if atom == "?":
        return {UNKNOWN}
    return alphabet.codes_of_prefix(atom[:-1]) if atom.endswith("*") else alphabet.codes_of_literal(atom)


def _element_source(element: _Element, alphabet: Alphabet, *, first: bool) -> str:
    if element.gap is not None:
        return f"{_SAME_SENTENCE}{{0,{element.gap}}}?"
    joint = "" if first else f"{CLAUSE}?"
    source = f"{joint}(?:{_alternatives(element.sequences, alphabet)})"
    return f"(?:{source})?" if element.optional else source


def _alternatives(sequences: Sequence[tuple[str, ...]], alphabet: Alphabet) -> str:
    singles: set[str] = set().union(*(_codes(s[0], alphabet) for s in sequences if len(s) == 1))
    longer = sorted((s for s in sequences if len(s) > 1), key=len, reverse=True)
    parts = ["".join(_class(_codes(atom, alphabet)) for atom in sequence) for sequence in longer]
    source = "|".join([*parts, _class(singles)] if singles else parts)
    if len(parts) < _MANY:
        return source
    # Many branches are tried one after the other at every token unless its first character is looked at once.
    firsts = singles.union(*(_codes(sequence[0], alphabet) for sequence in longer))
    return f"(?={_class(firsts)})(?:{source})"


def _class(codes: AbstractSet[str]) -> str:
    return f"[{''.join(re.escape(code) for code in sorted(codes))}]"


def _anchors(element: _Element, alphabet: Alphabet, common: frozenset[str]) -> frozenset[str]:
    rarest = (
        min((_codes(atom, alphabet) for atom in sequence), key=lambda codes: _cost(frozenset(codes), common))
        for sequence in element.sequences
    )
    return frozenset().union(*rarest)


def _cost(codes: frozenset[str], common: frozenset[str]) -> int:
    return len(codes) + 1000 * len(codes & (common | {UNKNOWN}))
