"""A log as a string of tokens, each of them one character.

Matching runs over *token codes*: every word that the lexicon knows has its own private character, every other
word is ``x``, a number ``0``, and the marks that end a clause, a sentence or an entry keep a character of
their own. A log of 200 words so becomes a string of about 230 characters over which an ordinary regular
expression matches whole words, in linear time, while the original text is never copied nor changed.

:func:`cut` gives the token codes of a text; :func:`token_spans` gives where each token stands in the
original.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice, takewhile

from firstpoint.screening.spelling import Spelling

CLAUSE, SENTENCE, ENTRY, UNKNOWN, NUMBER = ",", ".", "\n", "x", "0"
_FIRST_PRIVATE = 0x100
_MEMO_LIMIT = 400_000

# A clock time; a word with its apostrophes; money signs; the marks that end something. A line break inside a
# sentence (lower case on both sides) is a wrapped line, no end of an entry. A full stop inside a word (2.30)
# ends nothing. Hyphens and slashes inside words are passed over, so "ex-partner" reads "ex partner".
SPLITS = re.compile(
    r"\d{1,2}[:.]\d{2}(?!\d)"
    r"|[^\W_]+(?:['’ʼ`][^\W_]+)*"
    r"|[£$€]|(?<![a-z,])\n|\n(?![a-z])|[.!?…]+(?!\w)|[,;:()–—]|(?<=\s)-+(?=\s)"
)
ENDS = "\n.!?…"  # what ends a sentence or an entry begins with one of these
_MARKS = {
    **dict.fromkeys(",;:()–—-", CLAUSE),
    **dict.fromkeys(".!?…", SENTENCE),
    "\n": ENTRY,
}
_APOSTROPHES = str.maketrans("", "", "'’ʼ`")


class Alphabet(dict[str, str]):
    """The character that stands for each token as it is spelt in a text.

    Built from the literal words and the prefixes of a lexicon; spellings met later are resolved once and
    remembered (the memory is emptied when it grows past a limit, so a stream of odd words cannot fill it).
    """

    def __init__(self, literals: Iterable[str], prefixes: Iterable[str]) -> None:
        super().__init__()
        words, starts = sorted(set(literals)), sorted(set(prefixes))
        self.literals = {word: _private(number) for number, word in enumerate(words)}
        self.prefixes = {start: _private(len(words) + number) for number, start in enumerate(starts)}
        self._prefix_lengths = sorted({len(start) for start in starts}, reverse=True)
        self._known = sorted((*self.literals.items(), *self.prefixes.items()))
        self.spelling: Spelling | None = None  # what unknown words may be misspellings of

    def __missing__(self, spelling: str) -> str:
        if len(self) > _MEMO_LIMIT:
            self.clear()
        code = self[spelling] = self.code(fold(spelling))
        return code

    def code(self, word: str) -> str:
        """The character of one folded word or mark."""
        if word in self.literals:
            return self.literals[word]
        if (mark := _MARKS.get(word[:1])) is not None:
            return mark
        for length in self._prefix_lengths:
            if (code := self.prefixes.get(word[:length])) is not None and len(word) >= length:
                return code
        if self.spelling and (code := self.spelling.code_of(word)) is not None:
            return code
        return NUMBER if word[:1].isdigit() else UNKNOWN

    def codes_of_literal(self, word: str) -> frozenset[str]:
        """The characters that a literal word of a pattern matches."""
        return frozenset(self.literals[word])

    def codes_of_prefix(self, start: str) -> frozenset[str]:
        """The characters of every known word and longer prefix that begins with ``start``."""
        begun = islice(self._known, bisect_left(self._known, (start,)), None)
        return frozenset(code for _, code in takewhile(lambda known: known[0].startswith(start), begun))

    def codes_of_figures(self) -> set[str]:
        """The characters of literal words that are figures ("13")."""
        return {code for word, code in self.literals.items() if word.isdigit()}


def fold(spelling: str) -> str:
    """A word in lower case and without apostrophes, as the lexicon writes it.

    A letter is lowered without regard to the ones beside it, so that a Greek sigma reads the same everywhere.
    """
    return spelling.translate(_APOSTROPHES).lower().replace("ς", "σ")


def cut(text: str, alphabet: Alphabet) -> str:
    """The token codes of ``text``: one character a token."""
    return coded(tokens_of(text), alphabet)


def tokens_of(text: str) -> list[str]:
    """The tokens of a text as they are spelt in it."""
    return SPLITS.findall(text)


def coded(tokens: Iterable[str], alphabet: Alphabet) -> str:
    """The codes of tokens, one character each."""
    return "".join(map(alphabet.__getitem__, tokens))


def token_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every token, in characters of the original text, in step with :func:`cut`."""
    return [match.span() for match in SPLITS.finditer(text)]


def _private(number: int) -> str:
    # The surrogate range is no valid text and is stepped over.
    point = _FIRST_PRIVATE + number
    return chr(point if point < 0xD800 else point + 0x800)
