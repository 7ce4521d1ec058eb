"""A look through an xlsx sheet before it is read: how far it reaches, and which formulas have no saved value.

The reader of workbooks makes room for every cell between the first and the farthest, so that one cell in
the last corner of an otherwise empty sheet would ask for hundreds of gigabytes.

It also gives the saved value of a formula and nothing for one that has none, so these cells are looked for in
the sheet itself: a ``<c>`` with an ``<f>`` and no filled ``<v>``. (An empty ``<v>`` in a cell of type ``str``
is a saved empty text.)
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO, TypeVar
from xml.parsers import expat

from attrs import define, field, frozen

BLOCK_BYTES = 1 << 16

UNEXPECTED = (expat.ExpatError, KeyError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError)
"""What a workbook laid out otherwise, or a damaged one, raises in the search."""

W = TypeVar("W", bound="_Watcher")


@frozen
class Cell:
    """A formula cell: its row and column (both from 1) and its formula."""

    row: int
    column: int
    formula: str


@frozen
class Sheet:
    """How far a sheet's filled cells reach from the first, its ``formulas``, and those ``unsaved``."""

    rows: int = 0
    columns: int = 0
    unsaved: tuple[Cell, ...] = ()
    formulas: tuple[Cell, ...] = ()


def look_through(path: Path, sheet: str) -> Sheet:
    """What the named sheet holds; nothing where the workbook is not laid out as expected."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part_of(archive, sheet)
            if part not in archive.namelist():
                return Sheet()
            with archive.open(part) as stream:
                seen = _parse(stream, _Cells())
                return Sheet(seen.rows, seen.columns, tuple(seen.found), tuple(seen.formulas))
    except UNEXPECTED:
        return Sheet()


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    with archive.open("xl/workbook.xml") as stream:
        sheets = _parse(stream, _Elements("sheet")).found
    with archive.open("xl/_rels/workbook.xml.rels") as stream:
        links = {each["Id"]: each["Target"] for each in _parse(stream, _Elements("Relationship")).found}
    for each in sheets:
        if each.get("name") == sheet:
            link = [value for name, value in each.items() if name.split(":")[-1] == "id"]
            target = links[link[0] if link else ""].lstrip("/")
            return target if target.startswith("xl/") else f"xl/{target}"
    return ""


class _Watcher:
    """What is called as a part is parsed."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


@define
class _Elements(_Watcher):
    """The attributes of every element of one name."""

    name: str
    found: list[dict[str, str]] = field(factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.split(":")[-1] == self.name:
            self.found.append(attributes)


@define
class _Cells(_Watcher):
    """Cells with a formula and no value, and the farthest row and column of a cell that holds anything."""

    found: list[Cell] = field(factory=list)
    formulas: list[Cell] = field(factory=list)
    rows: int = 0
    columns: int = 0
    cell: dict[str, str] = field(factory=dict)
    inside: str = ""
    texts: dict[str, str] = field(factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.split(":")[-1]
        if local == "c":
            self.cell, self.texts = attributes, {}
        elif local in ("f", "v", "is"):
            self.inside = local
            self.texts.setdefault(local, "")

    def text(self, text: str) -> None:
        if self.inside in ("f", "v"):
            self.texts[self.inside] += text

    def end(self, name: str) -> None:
        local = name.split(":")[-1]
        if local in ("f", "v", "is"):
            self.inside = ""
        elif local == "c" and self.texts:
            row, column = _place(self.cell.get("r", "A1"))
            self.rows, self.columns = max(self.rows, row), max(self.columns, column)
            if "f" in self.texts:
                cell = Cell(row, column, self.texts["f"])
                self.formulas.append(cell)
                self.found += [] if self._has_value() else [cell]

    def _has_value(self) -> bool:
        return bool(self.texts.get("v")) or ("v" in self.texts and self.cell.get("t") == "str")


def _parse(stream: IO[bytes], watcher: W) -> W:
    parser = expat.ParserCreate()
    parser.StartElementHandler = watcher.start
    parser.EndElementHandler = watcher.end
    parser.CharacterDataHandler = watcher.text
    while block := stream.read(BLOCK_BYTES):
        parser.Parse(block, False)
    parser.Parse(b"", True)
    return watcher


def _place(reference: str) -> tuple[int, int]:
    """Row and column of a reference such as ``AB12``."""
    letters = re.match("[A-Z]+", reference)
    column = 0
    for letter in letters[0] if letters else "A":
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(re.sub("[^0-9]", "", reference) or 1), column
