"""Where the files of a shipped rule book lie."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable

from firstpoint.errors import InputError


def book_folder(book_id: str) -> Traversable:
    """Give the folder of the shipped book with this id; raise InputError where none is shipped."""
    shelf = resources.files(__package__) / "books"
    shipped = sorted(entry.name for entry in shelf.iterdir() if (entry / "book.toml").is_file())
    if book_id not in shipped:
        raise InputError(
            f"there is no rule book {book_id!r}.",
            where="books",
            remedy=f"Name one of {', '.join(shipped)}, or a folder.",
        )
    return shelf / book_id
