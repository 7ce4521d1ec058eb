"""Everything that is wrong with a lexicon, found in one pass and named by file, row and field.

First each row by itself: its cells, its pattern, its words of choice. Where all of them can be read, the
lexicon is compiled and every row meets its own sentences, those that it must hit and those that it must not.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from attrs import frozen

from firstpoint.errors import InputError
from firstpoint.screening.extensions import SEPARATOR
from firstpoint.screening.kinds import kind_rows
from firstpoint.screening.lexicon import DIRECTIONS, STRENGTHS, Cue, Phrase, lexicon_of
from firstpoint.screening.lexicon_changes import CUE_COLUMNS, PHRASE_COLUMNS, WHOLE
from firstpoint.screening.matching import find
from firstpoint.screening.patterns import Parser

_CODES = ("id", "pattern", "kind", "strength", "standing", "sets")
_CLASSES = ("name", "meaning", "members")
_CODE_STRENGTHS = tuple(strength for strength in STRENGTHS if strength != "detail")


@frozen
class LexiconFault:
    """One fault: where it stands, the value that is wrong, why, and what to do.

    ``row`` is the row's id, or ``line 12`` where it has none.
    """

    file: str
    row: str
    field: str
    value: str
    message: str
    remedy: str

    def error(self) -> InputError:
        """The fault as the error that a command shows."""
        place = ", ".join(filter(None, (self.file, self.row and f"row {self.row}", self.field)))
        said = f" ({self.value})" if self.value else ""
        return InputError(f"{self.message}{said}.", where=place, remedy=self.remedy)


def lexicon_faults(files: Mapping[str, bytes]) -> tuple[LexiconFault, ...]:
    """Every fault of the lexicon that these files make, in the order of the files; none: it is sound."""
    faults = tuple(_faults_of_rows(files))
    return faults or tuple(_faults_of_sentences(files))


def _faults_of_rows(files: Mapping[str, bytes]) -> Iterator[LexiconFault]:
    for name in WHOLE:
        if name not in files:
            yield LexiconFault(name, "", "", "", "this file is missing", "Copy the lexicon's own beside it.")
    tables: dict[str, list[dict[str, str]]] = {}
    for name, data in files.items():
        if name.endswith(".csv") and (columns := _columns_of(name)):
            rows = tables[name] = []
            yield from _faults_of_form(name, data, columns, rows)
    yield from _repeated(tables)
    weights = _weights(files.get("weights.toml", b""))
    if isinstance(weights, LexiconFault):
        yield weights
        return
    parser = Parser({row["name"]: row["members"].split("|") for row in tables.get("classes.csv", ())})
    for name, rows in tables.items():
        for row in rows:
            yield from _faults_of_row(name, row, parser, weights)


def _columns_of(name: str) -> tuple[str, ...]:
    if name.startswith("phrases_"):
        return PHRASE_COLUMNS
    codes = {"opening_codes.csv": _CODES, "closing_codes.csv": _CODES}
    return {"cues.csv": CUE_COLUMNS, "classes.csv": _CLASSES, **codes}.get(name, ())


def _faults_of_form(
    name: str, data: bytes, columns: tuple[str, ...], rows: list[dict[str, str]]
) -> Iterator[LexiconFault]:
    """What keeps a file from being read; ``rows`` is filled with those that can be."""
    try:
        reader = csv.DictReader(StringIO(data.decode(), newline=""))
        heading = tuple(reader.fieldnames or ())
        read = list(reader) if heading == columns else []
    except (UnicodeDecodeError, csv.Error) as fault:
        yield LexiconFault(name, "", "", str(fault), "cannot be read as a table", "Save it as CSV in UTF-8.")
        return
    if heading != columns:
        message = "the heading is not that of this file"
        yield LexiconFault(name, "", "", ",".join(heading), message, f"Write {','.join(columns)}.")
    for number, row in enumerate(read, start=2):
        if None in row or None in row.values():
            message, remedy = "the row has more or fewer cells than the heading", "Quote cells with a comma."
            yield LexiconFault(name, row.get(columns[0]) or f"line {number}", "", "", message, remedy)
        elif not row[columns[0]]:
            yield LexiconFault(name, f"line {number}", columns[0], "", "the row has no name", "Give it one.")
        else:
            rows.append(row)


def _repeated(tables: Mapping[str, list[dict[str, str]]]) -> Iterator[LexiconFault]:
    seen: dict[str, str] = {}
    for name, rows in tables.items():
        for row in rows:
            own = row.get("id") or f"@{row['name']}"
            if own in seen:
                message = f"the name stands already in {seen[own]}"
                yield LexiconFault(name, own, "id", own, message, "Give it one never used before.")
            seen.setdefault(own, name)


def _weights(data: bytes) -> dict[str, Any] | LexiconFault:
    try:
        return tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        return LexiconFault(
            "weights.toml", "", "", str(fault), "cannot be read", "Write it as TOML in UTF-8."
        )


def _faults_of_row(
    name: str, row: Mapping[str, str], parser: Parser, weights: Mapping[str, Any]
) -> Iterator[LexiconFault]:
    own = row.get("id") or row["name"]

    def fault(field: str, message: str, remedy: str, value: str | None = None) -> LexiconFault:
        return LexiconFault(name, own, field, row[field] if value is None else value, message, remedy)

    for field in ("pattern", "blocks"):
        for pattern in row.get(field, "").split(SEPARATOR) if row.get(field) else ():
            try:
                parser.elements(pattern)
            except InputError as error:
                remedy = error.remedy or "See screening/patterns.py for the language."
                yield fault(field, error.message.rstrip("."), remedy, pattern)
    for field in ("pattern", "cite", "hits", "misses", "members"):
        if field in row and not row[field].strip():
            yield fault(field, "the cell is empty", _WANTED[field])
    for part in filter(None, row.get("sets", "").split(";")):
        if not part.partition("=")[2]:
            yield fault("sets", "is no fact with a value", "Write fact=value, several parted by ;.", part)
    if name.startswith("phrases_"):
        yield from _faults_of_choice(row, fault, "strength", STRENGTHS)
        yield from _faults_of_choice(row, fault, "kind", tuple(kind_rows()))
    elif name == "cues.csv":
        yield from _faults_of_cue(row, fault, weights)
    elif row.get("kind"):
        yield from _faults_of_choice(row, fault, "kind", tuple(kind_rows()))
        yield from _faults_of_choice(row, fault, "strength", _CODE_STRENGTHS)


_WANTED = {
    "pattern": "Give the words it looks for.",
    "cite": "Name the clause on which it rests.",
    "hits": "Give a sentence that it must hit.",
    "misses": "Give a sentence that it must not hit.",
    "members": "Give its words, parted by |.",
}


def _faults_of_choice(
    row: Mapping[str, str], fault: Any, field: str, allowed: tuple[str, ...]
) -> Iterator[LexiconFault]:
    if row[field] not in allowed:
        named = ", ".join(allowed) if len(allowed) < 8 else "a kind of kinds.csv"
        yield fault(field, f"is no {field} that the screen knows", f"Use {named}.")


def _faults_of_cue(row: Mapping[str, str], fault: Any, weights: Mapping[str, Any]) -> Iterator[LexiconFault]:
    yield from _faults_of_choice(row, fault, "direction", DIRECTIONS)
    if row["reach"] and not (row["reach"].isascii() and row["reach"].isdigit()):
        yield fault("reach", "is no whole number of words", "Give one, such as 4.")
    for kind in row["kinds"].lstrip("!").split():
        if kind not in kind_rows():
            yield fault("kinds", "is no kind that the screen knows", "Use a kind of kinds.csv.", kind)
    category = row["category"]
    if not row["sets"] and all(category not in weights.get(table, {}) for table in ("context", "label")):
        message = "is a category that changes nothing"
        yield fault("category", message, "Give it a weight or a label in weights.toml, or facts in sets.")


def _faults_of_sentences(files: Mapping[str, bytes]) -> Iterator[LexiconFault]:
    lexicon = lexicon_of(files)
    homes = {
        row["id"]: name
        for name, data in files.items()
        if name.startswith("phrases_")
        for row in csv.DictReader(StringIO(data.decode(), newline=""))
    }
    kinds = tuple(kind_rows())
    rows: tuple[Phrase | Cue, ...] = (*lexicon.phrases, *lexicon.cues)
    for row in rows:
        file = homes.get(row.id, "cues.csv")
        for field, must in (("hits", True), ("misses", False)):
            for sentence in getattr(row, field):
                found = find(sentence, lexicon, kinds)
                ids = {hit.phrase.id for hit in found.hits} | {cue.cue.id for cue in found.cues}
                if (row.id in ids) is not must:
                    message = "does not hit what it must" if must else "hits what it must not"
                    remedy = "Widen the pattern or" if must else "Narrow the pattern, block the words or"
                    yield LexiconFault(
                        file, row.id, field, sentence, message, f"{remedy} correct the sentence."
                    )
