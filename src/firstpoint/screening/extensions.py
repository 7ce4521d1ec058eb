"""A force's own words: phrases, cues and members of word classes, added to the lexicon without code.

An extension is a CSV file with a heading. Each row has an ``id`` of the force's own, says in ``adds`` what it
adds, and fills the cells of that kind; other cells stay empty, and columns that no row needs may be missing.

=============  =======================================================================================
``adds``       cells
=============  =======================================================================================
``phrase``     kind, pattern, strength, cite, hits, misses; and as needed sets, blocks
``cue``        category, pattern, direction, reach, hits, misses; and as needed kinds, sets
``class``      class (a name of classes.csv), members (words, ``|`` between)
=============  =======================================================================================

They mean what they mean in the product's own files (:mod:`~firstpoint.screening.lexicon`). ``hits`` and
``misses`` are sentences, `` / `` between, that the row must and must not hit; they are tried when it is read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path

from attrs import frozen

from firstpoint.errors import InputError, UnreadableFile

PHRASE, CUE, CLASS = "phrase", "cue", "class"
COLUMNS = (
    "id", "adds", "kind", "pattern", "sets", "strength", "blocks", "cite",
    "category", "direction", "reach", "kinds", "class", "members", "hits", "misses",
)  # fmt: skip
_NEEDED = {
    PHRASE: ("kind", "pattern", "strength", "cite", "hits", "misses"),
    CUE: ("category", "pattern", "direction", "hits", "misses"),
    CLASS: ("class", "members"),
}
SEPARATOR = " / "  # between sentences or look-alikes of a row
WHERE = "where"  # beside the cells of a row: its file and line


@frozen
class Extension:
    """The rows of one file, and its bytes, which go into the version of the lexicon."""

    name: str
    data: bytes
    phrases: tuple[Mapping[str, str], ...]
    cues: tuple[Mapping[str, str], ...]
    members: tuple[Mapping[str, str], ...]


def read_extension(path: Path) -> Extension:
    """The extension in a file.

    Raises :class:`UnreadableFile` where it cannot be read as CSV in UTF-8, and :class:`InputError` naming
    file, row and field where a cell is missing or says what it may not.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise UnreadableFile(
            f"the extension of the lexicon cannot be read ({fault})",
            where=str(path),
            remedy="Give a CSV file saved as UTF-8.",
        ) from fault
    rows = list(_rows(path, text))
    of = {adds: tuple(row for row in rows if row["adds"] == adds) for adds in _NEEDED}
    return Extension(path.name, data, of[PHRASE], of[CUE], of[CLASS])


def _rows(path: Path, text: str) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(StringIO(text))
    if unknown := [column for column in reader.fieldnames or ["nothing"] if column not in COLUMNS]:
        raise InputError(
            f"the heading names {', '.join(unknown)}",
            where=f"{path}, row 1",
            remedy=f"Use the columns {', '.join(COLUMNS)}.",
        )
    for row in reader:
        where = f"{path}, row {reader.line_num}"
        if None in row or None in row.values():
            raise InputError("the row has more or fewer cells than the heading", where=where)
        cells = {column: (row.get(column) or "").strip() for column in COLUMNS} | {WHERE: where}
        _check(cells)
        yield cells


def _check(cells: Mapping[str, str]) -> None:
    where = cells[WHERE]
    if cells["adds"] not in _NEEDED:
        raise InputError(
            f"adds is {cells['adds']!r}", where=f"{where}, field adds", remedy="Write phrase, cue or class."
        )
    for column in ("id", *_NEEDED[cells["adds"]]):
        if not cells[column]:
            raise InputError(
                f"a {cells['adds']} needs {column}", where=f"{where}, field {column}", remedy="Fill the cell."
            )
    if cells["reach"] and not cells["reach"].isdecimal():
        raise InputError(
            f"reach is {cells['reach']!r}", where=f"{where}, field reach", remedy="Write a number of words."
        )


def with_members(
    classes: Mapping[str, Sequence[str]], extensions: Sequence[Extension]
) -> dict[str, list[str]]:
    """The word classes with the members that the extensions add; refuses a class that there is not."""
    larger = {name: list(members) for name, members in classes.items()}
    for row in (row for extension in extensions for row in extension.members):
        name = row["class"].lstrip("@")
        if name not in larger:
            raise InputError(
                f"there is no word class {row['class']}",
                where=f"{row[WHERE]}, field class",
                remedy=f"Use one of {', '.join(sorted(larger))}.",
            )
        larger[name] += [member for part in row["members"].split("|") if (member := part.strip())]
    return larger
