"""Whether a log is in a language that the lexicon can read.

Everyday words tell a language (``lexicon/languages.csv``), and so do letters that are not Latin. A log that
is mostly in another script, or has more everyday words of another language than English ones, or is long and
has hardly any English word, was not read, whatever was found in it. Short logs with little to tell by are
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from firstpoint.screening.tokens import fold, tokens_of

NO_LANGUAGE, ENGLISH = 0, 1
OTHER_SCRIPT = "written in another script"
FEW_ENGLISH_WORDS = "few of its words are English"
_LEAST_OF_A_SCRIPT = 3
_LEAST_OF_A_LANGUAGE = 4
_LONG = 20
_ENGLISH_SHARE = 0.1
# Greek is the first script after the Latin letters and marks; one more block of Latin letters lies beyond it.
_LATIN_ENDS, _MORE_LATIN = 0x370, range(0x1E00, 0x1F00)


@frozen
class Languages:
    """``names``: the languages known, the first two nameless and English; ``of_word``: which a word tells."""

    names: tuple[str, ...]
    of_word: Mapping[str, int]

    def tally(self, text: str) -> tuple[int, int, list[int]]:
        """The words of a text, those in another script, and those that tell each language."""
        words = [token for token in tokens_of(text) if token[0].isalnum()]
        told = [0] * len(self.names)
        for word in words:
            told[self.of_word.get(fold(word), NO_LANGUAGE)] += 1
        of_letters = sum(not fold(word)[:1].isdigit() for word in words)
        return of_letters, sum(any(map(of_other_script, word)) for word in words), told

    def why(self, text: str) -> str | None:
        """Why a text was not read, or None where it was."""
        words, in_other_script, told = self.tally(text)
        return self.why_not_read(words, in_other_script, told)

    def why_not_read(self, words: int, in_other_script: int, told: Sequence[int]) -> str | None:
        """Why a log with these words was not read, or None where it was."""
        if in_other_script >= _LEAST_OF_A_SCRIPT and 2 * in_other_script > words:
            return OTHER_SCRIPT
        most = max(range(ENGLISH + 1, len(told)), key=told.__getitem__, default=NO_LANGUAGE)
        if most and told[most] >= _LEAST_OF_A_LANGUAGE and told[most] > told[ENGLISH]:
            return f"in {self.names[most]}"
        if words >= _LONG and told[ENGLISH] < _ENGLISH_SHARE * words:
            return FEW_ENGLISH_WORDS
        return None


def languages_of(rows: Iterable[Mapping[str, str]], known: Iterable[str]) -> Languages:
    """The languages of ``languages.csv``; a word that ``known`` or the row *English* hold is English."""
    names, of_word = ["", "English"], dict.fromkeys(known, ENGLISH)
    for row in sorted(rows, key=lambda row: row["language"] != "English"):
        if row["language"] != "English":
            names.append(row["language"])
        number = ENGLISH if row["language"] == "English" else len(names) - 1
        for word in row["words"].split("|"):
            of_word.setdefault(fold(word), number)
    return Languages(tuple(names), of_word)


def of_other_script(character: str) -> bool:
    """Whether a character is a letter, and not a Latin one."""
    point = ord(character)
    latin = point < _LATIN_ENDS or point in _MORE_LATIN
    return not latin and character.isalnum() and not character.isdigit()
