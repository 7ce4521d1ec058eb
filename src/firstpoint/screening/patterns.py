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
:class:`Compiler` gives the matcher with its *needs*: for every required element the characters of which one
must stand in a log for the pattern to match at all, so that a log only meets the patterns it could satisfy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, cached_property

from attrs import field, frozen

from firstpoint.errors import InputError
from firstpoint.screening.tokens import CLAUSE, ENTRY, NUMBER, SENTENCE, UNKNOWN, Alphabet, fold

Classes = Mapping[str, Sequence[str]]
Codes = Callable[[str], frozenset[str]]  # the token codes that an atom stands for
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


@frozen(cache_hash=True)
class _Element:
    sequences: tuple[tuple[str, ...], ...]  # alternatives, each a row of atoms ("word", "word*" or "#")
    optional: bool = False
    gap: int | None = None


class Parser:
    """Reads patterns with the word classes that they name.

    Most elements stand in many patterns, and a class opens into hundreds of words, so each is read once.
    """

    def __init__(self, classes: Classes) -> None:
        opened = cache(lambda alternative: _sequences(alternative, classes))
        self._element = cache(lambda part: _parse_element(part, opened))

    def elements(self, pattern: str) -> list[_Element]:
        """The elements of a pattern in order; raises :class:`InputError` where it cannot be read."""
        try:
            elements = [self._element(part) for part in pattern.split()]
        except InputError as fault:
            raise InputError(fault.message, where=pattern, remedy=fault.remedy) from None
        if all(e.optional or e.gap is not None for e in elements):
            raise InputError(
                "a pattern needs at least one required word", where=pattern, remedy="Add a word to it."
            )
        return elements

    def atoms(self, pattern: str) -> Iterator[str]:
        """Every word, prefix and number sign that a pattern speaks of, its classes opened."""
        for element in self.elements(pattern):
            for sequence in element.sequences:
                yield from sequence


class Compiler:
    """Compiles patterns over one alphabet; what an element becomes is kept, as the parser keeps the element.

    ``common`` holds the characters of everyday words, poor as anchors.
    """

    def __init__(self, parser: Parser, alphabet: Alphabet, common: frozenset[str]) -> None:
        self._parser, self._common = parser, common
        codes = cache(lambda atom: _codes(atom, alphabet))
        cost = cache(lambda atom: _cost(codes(atom), common))
        self._source = cache(lambda element: _element_source(element, codes))
        self._coded = cache(lambda element: _coded(element, codes))
        self._anchors = cache(lambda element: _anchors(element, codes, cost))

    def matcher(self, pattern: str) -> Matcher:
        """The matcher of one pattern."""
        elements = self._parser.elements(pattern)
        source = "".join(
            _joined(self._source(element), element, first=not at) for at, element in enumerate(elements)
        )
        required = [e for e in elements if not e.optional and e.gap is None]
        by_rarity = sorted(map(self._anchors, required), key=lambda codes: _cost(codes, self._common))
        return Matcher(tuple(map(self._coded, elements)), by_rarity[0], tuple(by_rarity), source)


def _parse_element(part: str, opened: Callable[[str], list[tuple[str, ...]]]) -> _Element:
    if gap := _GAP.fullmatch(part):
        return _Element((), gap=int(gap[1]))
    optional = part.startswith("[") and part.endswith("]")
    alternatives = (part[1:-1] if optional else part).split("|")
    sequences = [s for alternative in alternatives for s in opened(alternative)]
    return _Element(tuple(dict.fromkeys(sequences)), optional)


def _sequences(alternative: str, classes: Classes) -> list[tuple[str, ...]]:
    if not _ATOM.fullmatch(alternative):
        raise InputError(f"{alternative!r} is not an element of the pattern language")
    if alternative.startswith("@"):
        if alternative[1:] not in classes:
            raise InputError(f"there is no word class {alternative}", remedy="Add it to classes.csv.")
        members = classes[alternative[1:]]
        return [s for member in members for s in _sequences(member.replace(" ", "_"), classes)]
    return [tuple(fold(word) for word in alternative.split("_"))]


def _coded(element: _Element, codes: Codes) -> Element:
    sequences = tuple(tuple(map(codes, sequence)) for sequence in element.sequences)
    return Element(sequences, element.optional, element.gap)


def _codes(atom: str, alphabet: Alphabet) -> frozenset[str]:
    if atom == "#":
        return frozenset({NUMBER} | alphabet.codes_of_figures())
    if atom == "?":
        return frozenset({UNKNOWN})
    return alphabet.codes_of_prefix(atom[:-1]) if atom.endswith("*") else alphabet.codes_of_literal(atom)


def _element_source(element: _Element, codes: Codes) -> str:
    if element.gap is not None:
        return f"{_SAME_SENTENCE}{{0,{element.gap}}}?"
    return f"(?:{_alternatives(element.sequences, codes)})"


def _joined(source: str, element: _Element, *, first: bool) -> str:
    """The expression of an element as it stands in its pattern: behind others a clause may end before it."""
    if element.gap is not None:
        return source
    joined = source if first else f"{CLAUSE}?{source}"
    return f"(?:{joined})?" if element.optional else joined


def _alternatives(sequences: Sequence[tuple[str, ...]], codes: Codes) -> str:
    singles: set[str] = set().union(*(codes(s[0]) for s in sequences if len(s) == 1))
    longer = sorted((s for s in sequences if len(s) > 1), key=len, reverse=True)
    parts = ["".join(_class(codes(atom)) for atom in sequence) for sequence in longer]
    source = "|".join([*parts, _class(singles)] if singles else parts)
    if len(parts) < _MANY:
        return source
    # Many branches are tried one after the other at every token unless its first character is looked at once.
    firsts = singles.union(*(codes(sequence[0]) for sequence in longer))
    return f"(?={_class(firsts)})(?:{source})"


def _class(codes: AbstractSet[str]) -> str:
    return f"[{''.join(re.escape(code) for code in sorted(codes))}]"


def _anchors(element: _Element, codes: Codes, cost: Callable[[str], int]) -> frozenset[str]:
    return frozenset().union(*(codes(min(sequence, key=cost)) for sequence in element.sequences))


def _cost(codes: frozenset[str], common: frozenset[str]) -> int:
    return len(codes) + 1000 * len(codes & (common | {UNKNOWN}))
