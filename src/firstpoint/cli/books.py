"""``firstpoint books``: the rule books, for those who keep them: read, check, compare, edit, print."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from firstpoint import counting
from firstpoint.cli.book_page import book_page
from firstpoint.cli.book_workbook import files_in, workbook_of
from firstpoint.cli.console import heading, print_json, say, warn
from firstpoint.cli.tables import write_text
from firstpoint.errors import InputError, Refused
from firstpoint.reporting import rule_book_html

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
FAULTS_FOUND = 2


@click.group(name="books")
def books_command() -> None:
    """Read, check, compare and edit the dated rule books.

    BOOK is the id of a shipped book, such as 2026-04-01, or a folder that holds one.
    """


def texts_of(book: str) -> counting.BookTexts:
    """Give the texts of a book named by its id or by its folder; raise InputError where there is none."""
    return counting.texts_in(Path(book)) if Path(book).is_dir() else counting.shipped_texts(book)


def book_named(book: str) -> counting.Book:
    """Give the book with this id, or in this folder."""
    return counting.book_of_texts(texts_of(book))


@books_command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_command(as_json: bool) -> None:
    """List the rule books with their dates, standing and content hash, oldest first."""
    rows: list[dict[str, Any]] = [
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


@books_command.command(name="show")
@click.argument("book")
@click.argument("what", metavar="[ROW]", required=False)
def show_command(book: str, what: str | None) -> None:
    """Tell a book, one of its tables or one row in plain words.

    ROW is the id of a row (REC-01), the name of a table (class_assaults) or a class (8N); without it the
    tables are listed.
    """
    held = book_named(book)
    tables = {table.stage: table for table in counting.written_tables(held)}
    if what is None:
        _say_book(held)
    elif what in tables:
        heading(f"{counting.table_words(what)} ({what}.csv)")
        for row in tables[what].rows:
            _say_row(row, tables[what], held)
    else:
        _say_one(what, held)


def _say_book(book: counting.Book) -> None:
    heading(f"{book.title} ({book.id})")
    say(f"For reports received from {book.valid_from} up to, not including, {book.valid_to}.")
    say(f"Standing: {book.standing}. Content hash: {book.sha256}")
    for table in counting.written_tables(book):
        say(f"  {table.stage:<28}{len(table.rows):>4} rows   {counting.table_words(table.stage)}")
    say(f"  {'classes':<28}{len(book.classes):>4} rows   Classes, their unit of count and rank")


def _say_one(what: str, book: counting.Book) -> None:
    for table in book.tables():
        for row in table.rows:
            if row.id == what:
                _say_row(row, table, book)
                stronger = sorted(each.id for each in table.rows if row.id in each.overrides)
                if stronger:
                    say(f"    These go before it: {', '.join(stronger)}")
                return
    rules = [rule for (name, _), rule in book.classes.items() if name == what]
    if not rules:
        raise InputError(
            f"book {book.id} has no row, table or class {what!r}.",
            where="ROW",
            remedy=f"`firstpoint books show {book.id}` lists the tables.",
        )
    heading(counting.class_words(what))
    for rule in rules:
        parts = "; ".join(f"{name}: {value}" for name, value in counting.class_parts(rule).items() if value)
        say(f"  {rule.ho_code or 'any code'}: {parts}")


def _say_row(row: counting.Row, table: counting.Table, book: counting.Book) -> None:
    when = counting.when_words(row, counting.columns_of(book, table))
    say(f"{row.id}  {counting.result_words(row.result)}")
    say(f"    When {'; '.join(when) or 'nothing stronger applies, whatever the facts'}")
    say(f"    Clause: {row.clause}")
    if row.note:
        say(f"    Note: {row.note}")
    if row.overrides:
        say(f"    Goes before {', '.join(sorted(row.overrides))}")


@books_command.command(name="check")
@click.argument("book", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the faults as JSON.")
def check_command(book: str | None, as_json: bool) -> None:
    """Find everything wrong with a book in one pass; without BOOK, with each that ships.

    Gaps, overlaps that nothing settles, rows that can never apply, circles of overrides, unknown words,
    classes and codes that did not exist on the book's dates, classes without a unit, ids that stand twice.
    Exit code 0 means sound; 2 means faults, each with file, row, column and remedy.
    """
    names = [book] if book else [each.id for each in counting.listed_books()]
    faults = {texts.name: counting.book_faults(texts) for texts in map(texts_of, names)}
    if as_json:
        print_json([{"book": name, **fault.as_dict()} for name, found in faults.items() for fault in found])
    for name, found in () if as_json else faults.items():
        if not found:
            say(f"{name}: sound.")
            continue
        say(f"{name}: {_number(len(found), 'fault')}.")
        for fault in found:
            say(f"  {fault.error()}")
    if any(faults.values()):
        sys.exit(FAULTS_FOUND)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@books_command.command(name="diff")
@click.argument("before", metavar="BOOK_A")
@click.argument("after", metavar="BOOK_B")
@click.option(
    "--on", "reports", type=EXISTING, help="Reports (JSON lines or Parquet) to count under both books."
)
@click.option("--first", default=20, show_default=True, help="How many differing reports to name.")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def diff_command(before: str, after: str, reports: Path | None, first: int, as_json: bool) -> None:
    """Tell what changed from one book to another, row by row, as a change notice.

    With --on, also what the change does to counts: the reports whose decision, total or classes differ, and
    the crimes of each class under both. The day of a report is left out of account.
    """
    old, new = book_named(before), book_named(after)
    changes = counting.book_changes(old, new)
    effect = (
        counting.effect_on_counts(old, new, (r for _, r in counting.read_reports(reports)))
        if reports
        else None
    )
    if as_json:
        print_json(_as_dict(old, new, changes, effect, first))
        return
    heading(f"From {old.title} ({old.id}) to {new.title} ({new.id})")
    for line in _notice(changes):
        say(line)
    if effect:
        say()
        for line in _effect(effect, first):
            say(line)


def _notice(changes: tuple[counting.RowChange, ...]) -> Iterator[str]:
    """Give the change notice, line by line."""
    if not changes:
        yield "No row differs."
        return
    counts = Counter(change.what for change in changes)
    yield (
        ", ".join(f"{_number(counts[what], 'row')} {what}" for what in ("added", "removed", "changed")) + "."
    )
    for table, rows in groupby(changes, key=lambda change: change.table):
        yield ""
        yield counting.table_words(table)
        for change in rows:
            yield f"  {change.row} {change.what}"
            for part in change.parts:
                said = (
                    f"{part.before or 'nothing'} -> {part.after or 'nothing'}"
                    if change.what == "changed"
                    else part.after or part.before
                )
                yield f"      {part.part}: {said}"


def _effect(effect: counting.CountEffect, first: int) -> Iterator[str]:
    """Give what the change does to counts, line by line."""
    old, new = effect.totals
    yield f"Reports counted under both: {effect.reports}. Otherwise: {len(effect.differing)}."
    yield f"Crimes: {old} -> {new}."
    for (was, now), number in sorted(effect.decisions.items()):
        if was != now:
            yield f"  {counting.spoken(was)} -> {counting.spoken(now)}: {_number(number, 'report')}"
    for name, (was_counted, now_counted) in effect.by_class.items():
        if was_counted != now_counted:
            yield f"  {name}: {was_counted} -> {now_counted}"
    if effect.differing:
        more = len(effect.differing) - first
        yield f"Reports: {', '.join(effect.differing[:first])}{f' and {more} more' if more > 0 else ''}"
    if effect.set_aside:
        yield f"Left out, since they could not be read: {effect.set_aside}."


def _as_dict(
    old: counting.Book,
    new: counting.Book,
    changes: tuple[counting.RowChange, ...],
    effect: counting.CountEffect | None,
    first: int,
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "from": {"id": old.id, "sha256": old.sha256},
        "to": {"id": new.id, "sha256": new.sha256},
        "changes": [
            {
                "table": change.table,
                "row": change.row,
                "what": change.what,
                "parts": {part.part: {"before": part.before, "after": part.after} for part in change.parts},
            }
            for change in changes
        ],
    }
    if effect:
        told["counts"] = {
            "reports": effect.reports,
            "differing": len(effect.differing),
            "first_differing": list(effect.differing[:first]),
            "crimes": _pair(effect.totals),
            "by_class": {name: _pair(counts) for name, counts in effect.by_class.items()},
            "decisions": [
                {"before": was, "after": now, "reports": number}
                for (was, now), number in sorted(effect.decisions.items())
            ],
            "set_aside": effect.set_aside,
        }
    return told


def _pair(counts: tuple[int, int]) -> Mapping[str, int]:
    return {"before": counts[0], "after": counts[1]}


@books_command.command(name="page")
@click.argument("book")
@click.option(
    "--cases",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Worked cases: a file of JSON lines or a folder of them; may be given several times.",
)
@click.option("--since", help="The book to compare with; unless given, the shipped book before this one.")
@click.option("--out", required=True, type=FILE, help="Where to write the page.")
def page_command(book: str, cases: tuple[Path, ...], since: str | None, out: Path) -> None:
    """Write a whole book as one page to read and print.

    Its dates, source and hash; every row in words, with the worked cases that reach it and a list of those
    that none reaches; classes, kinds, defaults and judgements; the changes from the book before; and where
    each rule of the official text went.
    """
    held = book_named(book)
    files = [file for path in cases for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    page = book_page(held, texts_of(book), files, book_named(since) if since else _before(held))
    write_text(rule_book_html(page), out)
    unreached = sum(len(rows) for _, rows in page.unreached)
    rows = sum(len(table.rows) for table in page.tables)
    shown = f"{_number(len(page.cases), 'worked case')}; {unreached} rows that none reaches"
    say(f"{rows} rows, {shown}: {out}")


def _before(book: counting.Book) -> counting.Book | None:
    """Give the shipped book that held before this one, if there is one."""
    earlier = [each.id for each in counting.listed_books() if each.valid_from < book.valid_from]
    return counting.book_named(earlier[-1]) if earlier else None


@books_command.command(name="export")
@click.argument("book")
@click.option("--out", required=True, type=FILE, help="Where to write the workbook (.xlsx).")
def export_command(book: str, out: Path) -> None:
    """Write a book as a workbook to be edited: a sheet for each table, every cell a text."""
    if out.suffix != ".xlsx":
        raise InputError("a workbook's name ends in .xlsx.", where=str(out), remedy="Give such a name.")
    texts = texts_of(book)
    sheets = counting.sheets_of_book(texts)
    write_text(workbook_of(sheets, f"Rule book {texts.name}"), out)
    for sheet in sheets:
        if not sheet.exact:
            warn(f"{sheet.file} is quoted in an unusual way and will come back in the usual one.")
    say(f"{_number(len(sheets), 'sheet')}, {sum(len(s.rows) - 1 for s in sheets)} rows: {out}")


@books_command.command(name="import")
@click.argument("workbook", type=EXISTING)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for the book's files; it must not hold any yet.",
)
def import_command(workbook: Path, out: Path) -> None:
    """Read an edited workbook back into a book's files, and check the book.

    Nothing is written while a cell is no longer a text. Exit code 2 with faults; a book that can be read back
    but does not hold together is written, and its faults are told.
    """
    files, faults = files_in(workbook)
    if faults:
        say(f"{workbook.name}: {_number(len(faults), 'fault')}; nothing was written.")
        for fault in faults:
            say(f"  sheet {fault.error()}")
        sys.exit(FAULTS_FOUND)
    if out.is_dir() and any(out.iterdir()):
        raise Refused("the folder is not empty.", where=str(out), remedy="Name a new one.")
    for name, text in files.items():
        write_text(text.encode("utf-8"), out / name)
    say(f"{_number(len(files), 'file')} written to {out}.")
    found = counting.book_faults(counting.texts_in(out))
    for fault in found:
        say(f"  {fault.error()}")
    if found:
        say(f"{_number(len(found), 'fault')}: mend them in the workbook or in the files.")
        sys.exit(FAULTS_FOUND)
    say("The book is sound.")
