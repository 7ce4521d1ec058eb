"""A pattern of the lexicon told in words, for people who do not write patterns.

:func:`steps_of` gives the elements of a pattern one after the other as plain values, each with what it may
be; a page links the word classes among them. :func:`in_words` gives the same as one line of text::

    punch*|kick* <3> @BODY    "punch…" or "kick…", then within 3 words one of the class BODY
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

_GAP = re.compile(r"<(\d{1,2})>")


@frozen
class Choice:
    """One thing that an element may be: ``words`` as they are read, or a word class by its name.

    ``kind`` is ``words`` (in the log just so, a word that goes on in any way ending in …), ``class``,
    ``number`` (in figures) or ``unknown`` (a word that the lexicon does not know, such as a name).
    """

    kind: str
    words: str = ""


@frozen
class Step:
    """One element: what it may be, whether it may be missing, and how many words may stand before it."""

    choices: tuple[Choice, ...]
    optional: bool = False
    within: int = 0


def steps_of(pattern: str) -> tuple[Step, ...]:
    """The elements of a pattern in order; gaps are told with the element that follows them.

    The pattern is one that was compiled: nothing is checked here. A gap at the end, which asks for nothing,
    is left out.
    """
    return tuple(_steps(pattern))


def in_words(pattern: str, *, most: int | None = None) -> str:
    """A pattern in one line; ``most`` cuts long lists of alternatives and says how many more there are."""
    return ", then ".join(_step_in_words(step, most) for step in steps_of(pattern))


def words_of(pattern: str) -> Iterator[str]:
    """The words and beginnings that a pattern itself names, as they are read; classes are left closed."""
    for step in steps_of(pattern):
        yield from (choice.words for choice in step.choices if choice.kind == "words")


def _steps(pattern: str) -> Iterator[Step]:
    within = 0
    for part in pattern.split():
        if gap := _GAP.fullmatch(part):
            within += int(gap[1])
            continue
        optional = part.startswith("[") and part.endswith("]")
        alternatives = (part[1:-1] if optional else part).split("|")
        yield Step(tuple(map(_choice, dict.fromkeys(alternatives))), optional, within)
        within = 0


def _choice(alternative: str) -> Choice:
    if alternative == "#":
        return Choice("number", "a number in figures")
    if alternative == "?":
        return Choice("unknown", "a word not in the lexicon, such as a name")
    if alternative.startswith("@"):
        return Choice("class", alternative[1:])
    return Choice("words", alternative.replace("_", " ").replace("*", "…"))


def _step_in_words(step: Step, most: int | None) -> str:
    shown = step.choices[:most]
    told = " or ".join(_choice_in_words(choice) for choice in shown)
    more = f" or {len(step.choices) - len(shown)} more" if len(shown) < len(step.choices) else ""
    within = f"within {step.within} {'word' if step.within == 1 else 'words'} " if step.within else ""
    return f"{within}{'perhaps ' if step.optional else ''}{told}{more}"


def _choice_in_words(choice: Choice) -> str:
    match choice.kind:
        case "words":
            return f"“{choice.words}”"
        case "class":
            return f"one of the class {choice.words}"
        case _:
            return choice.words
