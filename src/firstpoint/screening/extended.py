"""The product's lexicon with a force's own words, each of their sentences tried."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path

from firstpoint.errors import InputError
from firstpoint.screening.extensions import SEPARATOR, WHERE, read_extension
from firstpoint.screening.kinds import kind_rows
from firstpoint.screening.lexicon import Lexicon, read_lexicon
from firstpoint.screening.matching import find


def extended_lexicon(*paths: Path) -> Lexicon:
    """The lexicon that comes with the product, with what the files of a force add.

    Raises :class:`InputError` naming file, row and field where a row cannot be used, or where a sentence
    that it must hit is missed or one that it must miss is hit.
    """
    return _extended(tuple((path, path.stat().st_mtime_ns if path.is_file() else 0) for path in paths))


@lru_cache(maxsize=8)
def _extended(files: tuple[tuple[Path, int], ...]) -> Lexicon:
    paths = [path for path, _ in files]
    lexicon = read_lexicon(resources.files("firstpoint.screening") / "lexicon", paths)
    for extension in map(read_extension, paths):
        for row in (*extension.phrases, *extension.cues):
            _try(row, lexicon)
        for row in extension.cues:
            _refuse_idle(row, lexicon)
    return lexicon


def _try(row: Mapping[str, str], lexicon: Lexicon) -> None:
    for column in ("hits", "misses"):
        for sentence in filter(None, row[column].split(SEPARATOR)):
            found = find(sentence, lexicon, kind_rows())
            ids = {hit.phrase.id for hit in found.hits} | {cue.cue.id for cue in found.cues}
            if (row["id"] in ids) is (column == "misses"):
                raise InputError(
                    f"the row {'hits' if column == 'misses' else 'does not hit'} {sentence!r}",
                    where=f"{row[WHERE]}, {row['id']}, field {column}",
                    remedy="Mend the pattern or the sentence.",
                )


def _refuse_idle(row: Mapping[str, str], lexicon: Lexicon) -> None:
    """Refuses a cue whose category weighs nothing, has no name to be shown by and settles no fact."""
    known = {*lexicon.weights["context"], *lexicon.weights["label"]}
    if row["category"] not in known and not row["sets"]:
        raise InputError(
            f"category is {row['category']!r}",
            where=f"{row[WHERE]}, {row['id']}, field category",
            remedy=f"Use one of {', '.join(sorted(known))}.",
        )
