"""All that a rule book says, as the texts of its files, wherever it lies: on the shelf or in a folder."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from io import StringIO
from typing import Any

from attrs import frozen

from firstpoint.counting.books import (
    SAID_OF_A_BOOK,
    SHIPPED,
    Book,
    book_named,
    read_texts,
    words_of_classes,
)
from firstpoint.counting.shelf import ABOUT, KNOWN_DAYS, ListedBook, Shelf
from firstpoint.errors import InputError

CLASSES = "classes.csv"
_OF_A_BOOK = re.compile(r"[A-Za-z0-9_.-]+\.(?:csv|toml)$")


@frozen
class BookTexts:
    """The files of a book by name, those of its register of clauses under ``clauses/``.

    Of a book that amends others the files are those of the whole, put together. ``lineage`` holds the
    classes of the book and of those it amends, since its rows may name theirs; ``known_days`` are the days
    of the listed editions and changes.
    """

    name: str
    files: Mapping[str, str]
    lineage: tuple[str, ...]
    known_days: frozenset[date]


def shipped_texts(book_id: str) -> BookTexts:
    """Give the texts of the shipped book with this id; raise InputError where none is shipped."""
    try:
        listed = SHIPPED.named(book_id)
    except KeyError:
        raise InputError(
            f"there is no rule book {book_id!r}.",
            where="books",
            remedy=f"Name one of {', '.join(book.id for book in SHIPPED.listed)}, or a folder.",
        ) from None
    return _on_shelf(SHIPPED, listed)


def texts_in(folder: Traversable) -> BookTexts:
    """Give the texts of the book in a folder; raise InputError where it holds none.

    A book that amends others is read with them, from the folder in which all of them stand.
    """
    files = dict(_files(folder))
    if ABOUT not in files:
        raise InputError(
            f"there is no {ABOUT}.", where=folder.name, remedy="Name the folder of one rule book."
        )
    amends = _about(files[ABOUT]).get("amends")
    beside: Traversable = getattr(folder, "parent", folder)
    if amends and not (beside / KNOWN_DAYS).is_file():
        raise InputError(
            f"it amends {amends}, which is not beside it.",
            where=folder.name,
            remedy=f"Put it on a shelf: a folder with {KNOWN_DAYS} and the later books.",
        )
    if amends:
        shelf = Shelf(beside)
        return _on_shelf(shelf, shelf.named(folder.name))
    known = [place for place in (folder, beside) if (place / KNOWN_DAYS).is_file()]
    days = _known_days((known[0] if known else SHIPPED.folder) / KNOWN_DAYS)
    lineage = (files.get(CLASSES, ""), *_later_words(_about(files[ABOUT]), files.get(CLASSES, "")))
    return BookTexts(folder.name, files, lineage, days)


def book_of_texts(texts: BookTexts) -> Book:
    """Read and check the book of these texts; raise InputError at the first thing wrong."""
    if texts.name in {book.id for book in SHIPPED.listed} and texts == shipped_texts(texts.name):
        return book_named(texts.name)
    about = _about(texts.files[ABOUT])
    said = {name: about[name] for name in SAID_OF_A_BOOK}
    said["reconstructed"] = bool(about.get("reconstructed", False))
    # The register is no part of what a book decides, so it has no part in the hash.
    own = {name: text for name, text in texts.files.items() if "/" not in name}
    return read_texts(own, said, texts.name, texts.lineage)


def _on_shelf(shelf: Shelf, listed: ListedBook) -> BookTexts:
    whole = shelf.wording(listed).tables
    register = {name: text for name, text in _files(shelf.folder / listed.id) if "/" in name}
    lineage = tuple(shelf.wording(each).tables[CLASSES] for each in shelf.lineage(listed))
    about = {ABOUT: _told(listed, lineage)} if listed.amends else {}
    days = _known_days(shelf.folder / KNOWN_DAYS)
    return BookTexts(listed.id, {**whole, **about, **register}, lineage, days)


def _told(book: ListedBook, lineage: tuple[str, ...]) -> str:
    """Give what ``book.toml`` would say of a book that was put together, if it stood alone."""
    said: dict[str, Any] = {name: getattr(book, name) for name in SAID_OF_A_BOOK}
    own, whole = words_of_classes(lineage[:1]), words_of_classes(lineage)
    for name, mine, every in zip(_LATER, own, whole, strict=True):
        said[name] = sorted(set(every) - set(mine))
    lines = [
        f"{name} = {value if isinstance(value, date | int) else json.dumps(value, ensure_ascii=False)}"
        for name, value in said.items()
    ]
    lines += ["reconstructed = true"] if book.reconstructed else []
    return "# Put together from the later books that it amends.\n" + "\n".join(lines) + "\n"


#: Families and codes of later books that the rows of a book which was put together still name.
_LATER = ("later_families", "later_codes")


def _later_words(about: Mapping[str, Any], own: str) -> tuple[str, ...]:
    """Give a list of classes that holds the later words of a book which was put together; none otherwise."""
    families, codes = (about.get(name, []) for name in _LATER)
    known = [*families, *words_of_classes((own,))[0]] if families or codes else []
    lines = [f"{family},-" for family in families] + [f"{known[0]},{code}" for code in codes if known]
    return ("\n".join(["family,ho_code", *lines]) + "\n",) if lines else ()


def _about(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _files(folder: Traversable) -> Iterator[tuple[str, str]]:
    clauses = folder / "clauses"
    for prefix, place in (("", folder), *((("clauses/", clauses),) if clauses.is_dir() else ())):
        for entry in sorted(place.iterdir(), key=lambda entry: (entry.name != ABOUT, entry.name)):
            if entry.is_file() and _OF_A_BOOK.match(entry.name):
                try:
                    # Bytes, since reading text would make one of the two line ends of the other.
                    yield prefix + entry.name, entry.read_bytes().decode("utf-8")
                except UnicodeDecodeError as reason:
                    raise InputError(
                        f"is not UTF-8: {reason}.", where=prefix + entry.name, remedy="Save it as UTF-8."
                    ) from reason


def _known_days(table: Traversable) -> frozenset[date]:
    rows = csv.DictReader(StringIO(table.read_text(encoding="utf-8"), newline=""))
    return frozenset(date.fromisoformat(row["date"]) for row in rows)
