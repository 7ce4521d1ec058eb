"""The kinds of error an audit finds, and what a board reads of each: ``kinds_of_error.csv``."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from attrs import frozen

from firstpoint.errors import InputError


@frozen
class KindOfError:
    """A kind of error, its title, its sentences, and whether such errors lower the recording rate."""

    kind: str
    title: str
    one: str
    many: str
    adds_up_to_unrecorded: bool

    def sentence(self, crimes: int | str) -> str:
        """Give the plain sentence for a number of crimes, or for the words that stand in its place."""
        if crimes == 0:
            return "None was found."
        words = f"{crimes:,}" if isinstance(crimes, int) else crimes
        text = (self.one if crimes == 1 else self.many).format(count=words)
        return text[0].upper() + text[1:]


@cache
def kinds_of_error() -> tuple[KindOfError, ...]:
    """Give the kinds in the order in which a paper lists them."""
    table = resources.files("firstpoint.reporting").joinpath("kinds_of_error.csv")
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return tuple(
        KindOfError(r["kind"], r["title"], r["one"], r["many"], r["adds_up_to_unrecorded"] == "yes")
        for r in rows
    )


def kind_of_error(kind: str) -> KindOfError:
    """Give one kind by its name."""
    for known in kinds_of_error():
        if known.kind == kind:
            return known
    raise InputError(
        f"'{kind}' is not a kind of error",
        where="findings",
        remedy="Use one of: " + ", ".join(k.kind for k in kinds_of_error()) + ".",
    )
