"""``firstpoint books``: the rule books that ship, and whether they hold together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from firstpoint import counting
from firstpoint.cli.console import print_json, say


@click.group(name="books")
def books_command() -> None:
    """Look at the dated rule books."""


@books_command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_command(as_json: bool) -> None:
    """List the rule books with their dates, standing and content hash, oldest first."""
    rows = [
        {
            "id": book.id,
            "edition": book.edition,
            "valid_from": str(book.valid_from),
            "valid_to": str(book.valid_to or ""),
            "standing": book.standing,
            "reconstructed": book.reconstructed,
            "amends": book.amends,
            "sha256": counting.content_hash(book),
        }
        for book in counting.listed_books()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        until = f"until {row['valid_to']}" if row["valid_to"] else "on"
        say(
            f"{row['id']}  {row['edition']}, in force from {row['valid_from']} {until}; {row['sha256'][:12]}…"
        )
        say(f"            {row['standing']}{_on_request(row)}")


def _on_request(row: Mapping[str, Any]) -> str:
    return "; used only where it is asked for" if row["reconstructed"] else ""


@books_command.command(name="check")
def check_command() -> None:
    """Load every book, which refuses gaps, overlaps, unknown words and unreachable rows."""
    for book in counting.books():
        say(f"{book.id}: sound.")
