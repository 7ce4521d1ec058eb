"""The rule books that stand side by side, each for its days, with the wording of each.

Listing them reads the ``book.toml`` files alone. The wording of an earlier book is put together from the
later ones that it amends (:mod:`~firstpoint.counting.amendments`) when it is first asked for.
"""

from __future__ import annotations

import csv
import json
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from importlib.resources.abc import Traversable
from io import StringIO
from itertools import pairwise
from typing import Any

from attrs import define, field, frozen

from firstpoint.counting.amendments import Wording, amended
from firstpoint.errors import InputError, Refused

ABOUT = "book.toml"
KNOWN_DAYS = "editions.csv"
_INHERITED = ("source", "standing", "limit_hours", "deadline_clause")
_NEEDED = ("id", "title", "valid_from", "valid_to", "edition", *_INHERITED)


@frozen
class ListedBook:
    """What is known of a rule book without reading its tables: its days, its source, and how it was made.

    ``amends`` is the id of the next later book, of which this one tells the differences; empty for a full
    text. ``reconstructed`` says that the official text was not seen whole, so that the book is used only
    where it is asked for. ``day_sure`` says whether a source prints the day on which it begins.
    """

    id: str
    title: str
    valid_from: date
    valid_to: date
    edition: str
    source: str
    standing: str
    limit_hours: int
    deadline_clause: str
    amends: str
    reconstructed: bool
    day_sure: bool

    def holds_on(self, day: date) -> bool:
        """Say whether this book holds for a report received on this day."""
        return self.valid_from <= day < self.valid_to


@define(slots=False)
class Shelf:
    """A folder of rule books, one folder each, with the list of days on which rules are known to have
    changed.
    """

    folder: Traversable
    _wordings: dict[str, Wording] = field(factory=dict, repr=False)

    @cached_property
    def listed(self) -> tuple[ListedBook, ...]:
        """Every book, oldest first; raises InputError where their days do not fit together."""
        days = _known_days(self.folder / KNOWN_DAYS)
        about = {
            entry.name: tomllib.loads((entry / ABOUT).read_text(encoding="utf-8"))
            for entry in self.folder.iterdir()
            if entry.is_dir() and (entry / ABOUT).is_file()
        }
        ordered = sorted(
            about, key=lambda name: (_day_of(name, about[name], "valid_from"), name), reverse=True
        )
        listed: list[ListedBook] = []
        for name in ordered:
            listed.append(_listed(name, about[name], listed[-1] if listed else None, days))
        listed.reverse()
        _refuse_gaps(listed)
        return tuple(listed)

    @cached_property
    def _first_days(self) -> tuple[date, ...]:
        return tuple(book.valid_from for book in self.listed)

    def on(self, day: date, *, reconstructed: bool = False) -> ListedBook:
        """Give the book that holds for a report received on this day.

        Raises Refused where none does, and where it is reconstructed unless such a book is asked for.
        """
        at = bisect_right(self._first_days, day) - 1
        last = self.listed[-1].valid_to
        if at < 0 or day >= last:
            raise Refused(
                f"there is no rule book for reports received on {day}.",
                where="/reported_at",
                remedy=f"Books cover {self._first_days[0]} up to but not including {last}.",
            )
        found = self.listed[at]
        if found.reconstructed and not reconstructed:
            raise Refused(
                f"the rule book for reports received on {day} is used only where it is asked for: "
                f"{found.standing}.",
                where="/reported_at",
                remedy=(
                    "Give reconstructed=True (firstpoint count --reconstructed) to use it. Other books cover "
                    f"{self.first_day()} up to but not including {last}."
                ),
            )
        return found

    def first_day(self, *, reconstructed: bool = False) -> date:
        """Give the first day that a book covers; among reconstructed books only where they are asked for."""
        return min(book.valid_from for book in self.listed if reconstructed or not book.reconstructed)

    def named(self, name: str) -> ListedBook:
        """Give the book with this id; raise KeyError where there is none."""
        return {book.id: book for book in self.listed}[name]

    def wording(self, book: ListedBook) -> Wording:
        """Give all that a book says, ``book.toml`` included, put together from what it amends."""
        if book.id not in self._wordings:
            own = _texts(self.folder / book.id)
            if book.amends:
                about = {ABOUT: _told(book)}
                own.pop(ABOUT)
                later = self.wording(self.named(book.amends))
                self._wordings[book.id] = _with(amended(later, own, book.id), about)
            else:
                self._wordings[book.id] = Wording(own, {})
        return self._wordings[book.id]

    def lineage(self, book: ListedBook) -> tuple[ListedBook, ...]:
        """Give the book, the one that it amends, and so on to the full text."""
        return (book, *self.lineage(self.named(book.amends))) if book.amends else (book,)


def _texts(folder: Traversable) -> dict[str, str]:
    return {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.is_file()}


def _with(wording: Wording, about: Mapping[str, str]) -> Wording:
    return Wording({**wording.tables, **about}, wording.retired)


def _told(book: ListedBook) -> str:
    return json.dumps({name: getattr(book, name) for name in _NEEDED}, default=str, sort_keys=True)


def _known_days(table: Traversable) -> dict[date, bool]:
    """Give the days on which editions began or rules changed, and of each whether a source prints the day."""
    rows = csv.DictReader(StringIO(table.read_text(encoding="utf-8"), newline=""))
    return {date.fromisoformat(row["date"]): row["precision"] == "day" for row in rows}


def _day_of(name: str, about: Mapping[str, Any], key: str) -> date:
    day = about.get(key)
    if not isinstance(day, date):
        raise InputError(
            f"{key} is missing or no day.",
            where=f"{name}/{ABOUT}",
            remedy="Write it as 2026-04-01, without quotes.",
        )
    return day


def _listed(
    name: str, about: Mapping[str, Any], later: ListedBook | None, days: Mapping[date, bool]
) -> ListedBook:
    where, amends = f"{name}/{ABOUT}", about.get("amends", "")
    if amends and (later is None or amends != later.id):
        raise InputError(
            f"amends {amends!r}, and the next later book is {later.id if later else 'none'}.",
            where=where,
            remedy="A book amends the next later one, so that the chain ends at a full text.",
        )
    inherited = {key: getattr(later, key) for key in _INHERITED} if later and amends else {}
    said = {**inherited, **{key: about[key] for key in _NEEDED if key in about}}
    absent = [key for key in _NEEDED if key not in said]
    if absent:
        raise InputError(f"{absent[0]} is missing.", where=where, remedy="Add it.")
    if said["id"] != name:
        raise InputError(f"its id is {said['id']!r}.", where=where, remedy="Name the folder as the book.")
    begins = _day_of(name, about, "valid_from")
    if begins not in days:
        raise InputError(
            f"{begins} is no day on which an edition began or a rule is known to have changed.",
            where=where,
            remedy=f"Correct the day, or add it with its source to {KNOWN_DAYS}.",
        )
    if not begins < _day_of(name, about, "valid_to"):
        raise InputError("it ends before it begins.", where=where, remedy="Correct valid_from or valid_to.")
    return ListedBook(
        **said, amends=amends, reconstructed=bool(about.get("reconstructed", False)), day_sure=days[begins]
    )


def _refuse_gaps(listed: list[ListedBook]) -> None:
    for earlier, later in pairwise(listed):
        if earlier.valid_to != later.valid_from:
            raise InputError(
                f"book {earlier.id} ends on {earlier.valid_to}, {later.id} begins on {later.valid_from}.",
                where="books",
                remedy="Each day must lie in exactly one book.",
            )
