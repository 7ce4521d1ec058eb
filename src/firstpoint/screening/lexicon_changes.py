"""A lexicon with changed rows laid over it, to be tried before anybody adopts them.

A change is a file or a folder of files with rows of the same form as the lexicon's own. A row whose id (a
word class: whose name) the lexicon holds stands in its place, any other is added; a file that is no CSV, such
as ``weights.toml``, stands in for the whole of the lexicon's. A folder that holds a whole lexicon stands by
itself, so that a row which is not in it is gone.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path

from firstpoint.errors import InputError
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

_KEYS = {"classes.csv": "name", "languages.csv": "language"}
Rows = list[dict[str, str]]


def is_whole(files: Mapping[str, bytes]) -> bool:
    """Whether these files make a lexicon by themselves."""
    return set(WHOLE) <= set(files) and any(name.startswith("phrases_") for name in files)


def changed_files(path: Path) -> dict[str, bytes]:
    """The files of a change, by name; raises :class:`InputError` where there are none."""
    files = files_in(path) if path.is_dir() else {path.name: path.read_bytes()}
    if not files:
        raise InputError(
            "holds no file of a lexicon.",
            where=str(path),
            remedy="Give files that end in .csv, .toml or .txt.",
        )
    return files


def laid_over(files: Mapping[str, bytes], changed: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a lexicon with a change laid over them; a whole lexicon takes their place.

    Raises :class:`InputError` naming a file that is no part of a lexicon or whose columns are not its own.
    """
    if is_whole(changed):
        return dict(changed)
    result = dict(files)
    for name, data in changed.items():
        if not name.endswith(".csv"):
            result[name] = data
        else:
            _lay_rows(result, name, _read(name, data))
    return result


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
