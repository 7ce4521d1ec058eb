"""Copies of the newest book with something changed, for tests about keeping a book."""

from __future__ import annotations

import csv
import shutil
from importlib import resources
from pathlib import Path

from firstpoint.counting import listed_books

#: The newest book, the only full text.
SHIPPED = Path(str(resources.files("firstpoint.counting") / "books" / listed_books()[-1].id))


def copy_of_book(place: Path, name: str = "amended") -> Path:
    """Give a folder with a copy of the newest book."""
    return Path(shutil.copytree(SHIPPED, place / name))


def rows_of(folder: Path, file: str) -> list[dict[str, str]]:
    with (folder / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def write_rows(folder: Path, file: str, rows: list[dict[str, str]]) -> None:
    with (folder / file).open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def set_cell(folder: Path, file: str, column: str, value: str, **where: str) -> str:
    """Write a value into the first row that has these cells, and give the name of that row."""
    rows = rows_of(folder, file)
    row = next(row for row in rows if all(row[name] == cell for name, cell in where.items()))
    name = next(iter(row.values()))
    row[column] = value
    write_rows(folder, file, rows)
    return name


def drop_row(folder: Path, file: str, **where: str) -> str:
    """Take out the first row that has these cells, and give its name."""
    rows = rows_of(folder, file)
    row = next(row for row in rows if all(row[name] == cell for name, cell in where.items()))
    write_rows(folder, file, [each for each in rows if each is not row])
    return next(iter(row.values()))


def set_text(folder: Path, file: str, old: str, new: str) -> None:
    """Change a text of a file; it must stand there, so that no test passes because nothing was changed."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
