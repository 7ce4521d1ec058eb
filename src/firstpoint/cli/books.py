"""``firstpoint books``: the rule books that ship, and whether they hold together."""

from __future__ import annotations

import click

from firstpoint import counting
from firstpoint.cli.console import print_json, say


@click.group(name="books")
def books_command() -> None:
    """Look at the dated rule books."""


@books_command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_command(as_json: bool) -> None:
    """List the rule books with their dates, standing and content hash."""
    rows = [
        {
            "id": book.id,
            "edition": book.edition,
            "valid_from": str(book.valid_from),
            "valid_to": str(book.valid_to or ""),
            "standing": book.standing,
            "sha256": book.sha256,
        }
        for book in counting.books()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        until = f"until {row['valid_to']}" if row["valid_to"] else "on"
        say(
            f"{row['id']}  {row['edition']}, in force from {row['valid_from']} {until}; {row['sha256'][:12]}…"
        )
        say(f"            {row['standing']}")


@books_command.command(name="check")
def check_command() -> None:
    """Load every book, which refuses gaps, overlaps, unknown words and unreachable rows."""
    for book in counting.books():
        say(f"{book.id}: sound.")
