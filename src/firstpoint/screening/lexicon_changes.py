"""A lexicon with changed rows laid over it, to be tried before anybody adopts them.

A change is a file or a folder of files with rows of the same form as the lexicon's own. A row whose id (a
word class: whose name) the lexicon holds stands in its place, any other is added; a file that is no CSV, such
as ``weights.toml``, stands in for the whole of the lexicon's. A folder that holds a whole lexicon stands by
itself, so that a row which is not in it is gone. A force's own words
(:mod:`~firstpoint.screening.extensions`) are a change too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path

from firstpoint.errors import InputError
from firstpoint.screening.extensions import Extension, read_extension
from firstpoint.screening.lexicon import files_in

WHOLE = (
    "classes.csv",
    "closing_codes.csv",
    "cues.csv",
    "languages.csv",
    "opening_codes.csv",
    "ordinary_words.txt",
    "weights.toml",
)
"""What a folder must hold, beside patterns (``phrases_*.csv``), to be a lexicon by itself."""

MEMBERS = "class_members.csv"
PHRASE_COLUMNS = ("id", "kind", "pattern", "sets", "strength", "blocks", "cite", "hits", "misses")
CUE_COLUMNS = ("id", "category", "pattern", "direction", "reach", "kinds", "sets", "hits", "misses")
_KEYS = {"classes.csv": "name", "languages.csv": "language"}
Rows = list[dict[str, str]]


def is_whole(files: Mapping[str, bytes]) -> bool:
    """Whether these files make a lexicon by themselves."""
    return set(WHOLE) <= set(files) and any(name.startswith("phrases_") for name in files)


def changes_in(path: Path) -> list[dict[str, bytes]]:
    """The changes in a file or folder, each as files by name, to be laid over one after the other.

    A table of audited precision that is kept beside them is no change. Raises :class:`InputError` where there
    is none.
    """
    files = files_in(path) if path.is_dir() else {path.name: path.read_bytes()}
    headings = {name: data.split(b"\n", 1)[0].strip(b"\xef\xbb\xbf\r") for name, data in files.items()}
    own = [name for name, heading in headings.items() if b"adds" in heading.split(b",")]
    beside = [name for name, heading in headings.items() if heading.startswith(b"pattern,hits,confirmed,")]
    plain = {name: data for name, data in files.items() if name not in (*own, *beside)}
    found = ([plain] if plain else []) + [
        _of_extension(read_extension(path / name if path.is_dir() else path), Path(name).stem) for name in own
    ]
    if not found:
        raise InputError(
            "holds no file of a lexicon.",
            where=str(path),
            remedy="Give files that end in .csv, .toml or .txt.",
        )
    return found


def _of_extension(extension: Extension, stem: str) -> dict[str, bytes]:
    """A force's own words as files of the lexicon's form; members of classes stand in a file of their own."""
    tables = {
        f"phrases_{stem}.csv": (PHRASE_COLUMNS, extension.phrases),
        "cues.csv": (CUE_COLUMNS, extension.cues),
        MEMBERS: (("class", "members"), extension.members),
    }
    return {
        name: _written([{column: row[column] for column in columns} for row in rows])
        for name, (columns, rows) in tables.items()
        if rows
    }


def laid_over(files: Mapping[str, bytes], changed: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a lexicon with a change laid over them; a whole lexicon takes their place.

    Raises :class:`InputError` naming a file that is no part of a lexicon or whose columns are not its own.
    """
    if is_whole(changed):
        return dict(changed)
    result = dict(files)
    for name, data in changed.items():
        if name == MEMBERS:
            result["classes.csv"] = _with_members(result["classes.csv"], _read(name, data))
        elif name == "kinds.csv" and data != files.get(name, data):
            raise InputError(
                "the kinds of allegation cannot be changed for a trial.",
                where=name,
                remedy="Leave the file out.",
            )
        elif name == "kinds.csv" or not name.endswith(".csv"):
            result[name] = data
        else:
            _lay_rows(result, name, _read(name, data))
    return result


def _with_members(classes: bytes, rows: Rows) -> bytes:
    held = _read("classes.csv", classes)
    for row in rows:
        name = row["class"].lstrip("@")
        found = next((each for each in held if each["name"] == name), None)
        if found is None:
            raise InputError(
                f"there is no word class {row['class']}.",
                where="field class",
                remedy="Use a class of classes.csv.",
            )
        found["members"] = f"{found['members']}|{row['members']}"
    return _written(held)


def _lay_rows(files: dict[str, bytes], name: str, rows: Rows) -> None:
    if not rows:
        return
    target = _target(name, rows, files)
    family = [each for each in files if each.startswith("phrases_")] if _tells(target) else [target]
    key = _KEYS.get(target, "id")
    given = {row[key]: row for row in rows}
    for each in family:
        held = _read(each, files[each])
        if any(row[key] in given for row in held):
            files[each] = _written([given.pop(row[key], row) for row in held])
    if given:
        files[target] = _written(
            [*(_read(target, files[target]) if target in files else ()), *given.values()]
        )


def _target(name: str, rows: Rows, files: Mapping[str, bytes]) -> str:
    """The file of the lexicon that rows belong to: by name, else by their columns."""
    columns = list(rows[0])
    alike = next((each for each in files if each.endswith(".csv") and _columns(each, files) == columns), None)
    if name in files and _columns(name, files) == columns:
        return name
    if alike is None or name in files:
        raise InputError(
            f"has the columns {', '.join(columns)}, which are those of no file of the lexicon.",
            where=name,
            remedy="Begin with the heading of the lexicon's own file.",
        )
    if _tells(alike):
        return name if _tells(name) else f"phrases_{name}"
    return alike


def _tells(name: str) -> bool:
    return name.startswith("phrases_")


def _columns(name: str, files: Mapping[str, bytes]) -> list[str]:
    return next(csv.reader(StringIO(files[name].decode(), newline="")), [])


def _read(name: str, data: bytes) -> Rows:
    try:
        rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise InputError(
            f"cannot be read as a table: {fault}.", where=name, remedy="Save it as CSV in UTF-8."
        ) from fault
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise InputError(
                "a row has more or fewer cells than the heading.",
                where=f"{name}, line {number}",
                remedy="Put a cell that holds a comma in quotation marks.",
            )
    return rows


def _written(rows: Iterable[Mapping[str, str]]) -> bytes:
    listed = list(rows)
    text = StringIO(newline="")
    writer = csv.DictWriter(text, list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode()
