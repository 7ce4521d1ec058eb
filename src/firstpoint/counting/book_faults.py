"""Every fault of a rule book in one pass, for whoever keeps it.

The loader (:func:`~firstpoint.counting.books.read_book`) refuses a book at the first thing wrong. Here the
same checks, and a few that need the lists of what exists on the book's dates, run to the end, file by file.
A file that cannot be read at all is one fault; the rest are still looked through.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from io import StringIO
from typing import Any

from attrs import frozen

from firstpoint.counting.book_fault import Fault
from firstpoint.counting.book_texts import BookTexts, book_of_texts
from firstpoint.counting.books import (
    MARKS,
    UNITS,
    read_class_result,
    result_fault,
    vocabulary_of,
    words_of_classes,
)
from firstpoint.counting.facts import KINDS
from firstpoint.counting.matters import vocabulary
from firstpoint.counting.question_facts import RECORD_GROUPS
from firstpoint.counting.tables import table_faults
from firstpoint.errors import FirstpointError
from firstpoint.vocabulary import incident_categories, offence_class, offence_codes

Row = Mapping[str, str]

#: The lists of a book beside its decision tables, with the columns that each must have.
LISTS: Mapping[str, tuple[str, ...]] = {
    "kinds.csv": ("kind", "mark"),
    "classes.csv": (
        "ho_class", "ho_code", "unit", "rank", "ranked_by", "family", "serious_at_school", "record_group",
        "self_defence_section", "clause",
    ),
    "defaults.csv": ("id", "fact", "kinds", "value", "also_unknown", "note"),
    "told_beside.csv": (
        "id", "clause", "kinds", "fact", "value", "unless", "other_kind", "other_fact", "other_value",
    ),
    "incident_categories.csv": ("topic", "category", "clause"),
    "flags.csv": ("id", "name", "fact", "values", "and_fact", "and_values", "clause"),
    "qualifiers.csv": ("id", "name", "fact", "values", "and_fact", "and_values", "clause"),
}  # fmt: skip
#: The results of the tables that hold two crimes against each other, and of those that answer a question.
EFFECTS: Mapping[str, tuple[str, ...]] = {
    "principal.csv": ("stands", "absorbed", "rank"),
    "continuing.csv": ("new", "absorbed"),
}
ANSWERS = ("yes", "no", "chosen", "not_decidable")
#: The day of the notifiable list that ships.
LISTED_ON = date(2026, 4, 1)
_TABLES = ("record_test.csv", "after_class.csv", "principal.csv", "continuing.csv", "law_then.csv")
_TEXTS = ("id", "title", "edition", "source", "standing", "deadline_clause")
_EARLIEST, _LATEST = date(1900, 1, 1), date(9999, 12, 31)


@frozen
class _Parts:
    """What was read of a book: its texts, the rows of its lists, the days it holds, the families and codes
    that its rows may name, and the codes of which it tells what they were before.
    """

    texts: Mapping[str, str]
    lists: Mapping[str, tuple[Row, ...]]
    valid_from: date
    valid_to: date
    families: tuple[str, ...]
    codes: tuple[str, ...]
    told_before: frozenset[str]


def book_faults(book: BookTexts) -> list[Fault]:
    """Give every fault of a book, file by file; an empty list means that it is sound."""
    faults = [
        Fault(name, "", "", "this file is missing.", "Put it into the book's folder.")
        for name in ("book.toml", *LISTS, *_TABLES)
        if name not in book.files
    ]
    texts = {name: text for name, text in book.files.items() if "/" not in name}
    about = _about(texts.get("book.toml", ""), faults)
    faults += _faults_of_days(about, book.known_days)
    lists = {name: tuple(_rows(name, columns, texts, faults)) for name, columns in LISTS.items()}
    first, end = _day(about, "valid_from", _EARLIEST), _day(about, "valid_to", _LATEST)
    families, codes = _words(book, lists["classes.csv"])
    before = frozenset(
        name
        for row in csv.DictReader(StringIO(texts.get("law_then.csv", ""), newline=""))
        for name in (row.get("reached") or "").split("|")
    )
    parts = _Parts(texts, lists, first, end, families, codes, before)
    for check in (_kinds, _classes, _defaults, _told_beside, _incident_categories, _remarks):
        faults += check(parts)
    for name in sorted(texts):
        faults += _faults_of_table(name, parts)
    faults += _shared_between_tables(parts)
    return faults or _refused_by_the_loader(book)


def _words(book: BookTexts, own: Sequence[Row]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the families and codes that rows may name; those of an unreadable list are not missed."""
    return words_of_classes(book.lineage if own else book.lineage[1:])


def _refused_by_the_loader(book: BookTexts) -> list[Fault]:
    """Let the loader have the last word, so that no book is called sound that cannot be used."""
    try:
        book_of_texts(book)
    except FirstpointError as error:
        return [Fault(error.where, "", "", error.message, error.remedy)]
    except (LookupError, ValueError, TypeError) as error:
        return [Fault(book.name, "", "", f"the book cannot be read: {error!r}.", "Correct the file.")]
    return []


def _about(text: str, faults: list[Fault]) -> Mapping[str, Any]:
    try:
        about = tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        faults.append(Fault("book.toml", "", "", f"cannot be read: {reason}.", "Correct the line."))
        return {}
    for name in _TEXTS if text else ():
        if not isinstance(about.get(name), str) or not about[name].strip():
            faults.append(Fault("book.toml", "", name, f"no {name} is given.", "Give it as a text."))
    for name in ("valid_from", "valid_to") if text else ():
        if not isinstance(about.get(name), date):
            faults.append(Fault("book.toml", "", name, "is not a day.", "Write it as 2026-04-01."))
    hours = about.get("limit_hours")
    if text and (not isinstance(hours, int) or hours <= 0):
        faults.append(Fault("book.toml", "", "limit_hours", "is no number of hours.", "Write it as 24."))
    return about


def _faults_of_days(about: Mapping[str, Any], known: frozenset[date]) -> Iterator[Fault]:
    first, end = _day(about, "valid_from", _EARLIEST), _day(about, "valid_to", _LATEST)
    if first >= end:
        wrong = "the book ends before it begins."
        yield Fault("book.toml", "", "valid_to", wrong, "Give the day after its last.")
    for name, day in (("valid_from", first), ("valid_to", end)):
        if known and day not in (_EARLIEST, _LATEST) and day not in known and day <= max(known):
            yield Fault(
                "book.toml",
                "",
                name,
                f"{day} is not the day of a known edition or change.",
                "Correct it, or add the day to editions.csv with its source.",
            )


def _day(about: Mapping[str, Any], name: str, otherwise: date) -> date:
    day = about.get(name)
    return day if isinstance(day, date) else otherwise


def _rows(
    name: str, columns: tuple[str, ...], texts: Mapping[str, str], faults: list[Fault]
) -> Iterator[Row]:
    """Give the rows of a list that can be read, with every column there; note what is wrong with others."""
    if name not in texts:
        return
    reader = csv.DictReader(StringIO(texts[name], newline=""))
    absent = [column for column in columns if column not in (reader.fieldnames or ())]
    faults += [
        Fault(name, "", column, f"column {column!r} is missing.", "Add it to the header.")
        for column in absent
    ]
    if absent:
        return
    for line, row in enumerate(reader, start=2):
        if None in row or None in row.values():
            wrong = "there are more or fewer cells than headings."
            faults.append(Fault(name, row[columns[0]] or str(line), "", wrong, "Correct the line."))
        else:
            yield row


def _repeated(name: str, rows: tuple[Row, ...], *key: str) -> Iterator[Fault]:
    seen = set()
    for row in rows:
        told = tuple(row[column] for column in key)
        if told in seen:
            yield Fault(name, " ".join(told), key[0], "stands twice.", "Keep one row.")
        seen.add(told)


def _kinds(parts: _Parts) -> Iterator[Fault]:
    rows = parts.lists["kinds.csv"]
    yield from _repeated("kinds.csv", rows, "kind")
    for row in rows:
        if row["kind"] not in KINDS:
            yield _unknown("kinds.csv", row["kind"], "kind", row["kind"], "a kind of offence")
        if row["mark"] not in MARKS:
            yield _unknown("kinds.csv", row["kind"], "mark", row["mark"], "a mark (V, S, M or -)")
    for kind in sorted(set(KINDS) - {row["kind"] for row in rows}) if "kinds.csv" in parts.texts else ():
        yield Fault("kinds.csv", kind, "kind", "this kind is left out.", "Add it with its mark.")


def _classes(parts: _Parts) -> Iterator[Fault]:
    rows = parts.lists["classes.csv"]
    yield from _repeated("classes.csv", rows, "ho_class", "ho_code")
    whole = {row["ho_class"] for row in rows if row["ho_code"] == "-"}
    for row in rows:
        at = f"{row['ho_class']} {row['ho_code']}"
        yield from _faults_of_class(row["ho_class"], parts, "classes.csv", at, "ho_class")
        if row["ho_code"] != "-":
            yield from _faults_of_code(row["ho_class"], row["ho_code"], parts, "classes.csv", at, "ho_code")
            if row["ho_class"] not in whole:
                alone = "a code of this class is given, but the class itself has no row."
                yield Fault("classes.csv", at, "ho_class", alone, "Add a row with - as its code.")
        yield from _faults_of_class_rule(row, at)


def _faults_of_class_rule(row: Row, at: str) -> Iterator[Fault]:
    unit = row["unit"].partition(":")[0]
    if unit in ("", "-"):
        none = "the class has no unit of count."
        yield Fault("classes.csv", at, "unit", none, f"Use one of {', '.join(UNITS)}.")
    elif unit not in UNITS:
        wrong = f"{unit!r} is not a unit of count."
        yield Fault("classes.csv", at, "unit", wrong, f"Use one of {', '.join(UNITS)}.")
    if row["record_group"] not in RECORD_GROUPS:
        wrong = f"{row['record_group']!r} is not a group of records."
        yield Fault("classes.csv", at, "record_group", wrong, f"Use one of {', '.join(RECORD_GROUPS)}.")
    if not _is_number(row["rank"]):
        yield Fault("classes.csv", at, "rank", f"{row['rank']!r} is no number.", "1 is the gravest.")
    if row["serious_at_school"] not in ("yes", "no"):
        yield Fault("classes.csv", at, "serious_at_school", "is neither yes nor no.", "Write yes or no.")
    for needed in ("family", "ranked_by", "clause"):
        if not row[needed].strip():
            yield Fault("classes.csv", at, needed, f"no {needed} is given.", "Give it.")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _faults_of_class(ho_class: str, parts: _Parts, file: str, row: str, column: str) -> Iterator[Fault]:
    """Give what is wrong with naming this class: that it never existed, or not on the book's dates."""
    if ho_class.startswith("NFIB"):
        return
    listed = offence_class(ho_class)
    if listed is None:
        yield Fault(file, row, column, f"{ho_class!r} is not an offence class.", "Correct the class.")
    elif not _overlaps(listed.valid_from, listed.valid_to, parts):
        since = f" since {listed.valid_from}" if listed.valid_from else ""
        until = f" until {listed.valid_to}" if listed.valid_to else ""
        wrong = f"{ho_class} was a class{since}{until}, on no day of this book."
        yield Fault(file, row, column, wrong, "Name the class of the book's time.")


def _faults_of_code(
    ho_class: str, ho_code: str, parts: _Parts, file: str, row: str, column: str
) -> Iterator[Fault]:
    """Give what is wrong with naming this code in this class.

    The list that ships is of one year. A book of another is only asked that its codes are on it at all, since
    codes have moved from class to class.
    """
    if ho_class.startswith("NFIB") or offence_class(ho_class) is None:
        return
    listed = [entry for entry in offence_codes() if entry.ho_code == ho_code]
    here = [entry for entry in listed if entry.class_code == ho_class]
    if not listed or (not here and parts.valid_from <= LISTED_ON < parts.valid_to):
        wrong = f"{ho_code} is not on the notifiable list{f' in class {ho_class}' if listed else ''}."
        yield Fault(file, row, column, wrong, "Correct the code, or leave it out.")


def _faults_of_later_code(ho_code: str, parts: _Parts, file: str, row: str) -> Iterator[Fault]:
    """Give the fault of a row that gives a code made after the book, unless the table of earlier law says
    what the offence was before.
    """
    listed = [entry for entry in offence_codes() if entry.ho_code == ho_code]
    later = [entry for entry in listed if not _overlaps(entry.in_force_from, "", parts)]
    if listed and len(later) == len(listed) and ho_code not in parts.told_before:
        wrong = f"{ho_code} is in force from {listed[0].in_force_from}, after this book."
        yield Fault(
            file, row, "result", wrong, "Name the code of the book's time, or add a row to law_then.csv."
        )


def _overlaps(first: str, last: str, parts: _Parts) -> bool:
    """Say whether a span lies partly in the book; its ends may be a year or a month, the last included."""
    last_day = last + "-12-31"[len(last) - 4 :]
    return (not first or first < str(parts.valid_to)) and (not last or last_day >= str(parts.valid_from))


def _defaults(parts: _Parts) -> Iterator[Fault]:
    yield from _repeated("defaults.csv", parts.lists["defaults.csv"], "id")
    for row in parts.lists["defaults.csv"]:
        yield from _faults_of_kinds("defaults.csv", row, row["kinds"])
        yield from _faults_of_fact("defaults.csv", row, "fact", "value")
        if row["also_unknown"] not in ("yes", "no"):
            yield Fault(
                "defaults.csv", row["id"], "also_unknown", "is neither yes nor no.", "Write yes or no."
            )


def _told_beside(parts: _Parts) -> Iterator[Fault]:
    yield from _repeated("told_beside.csv", parts.lists["told_beside.csv"], "id")
    for row in parts.lists["told_beside.csv"]:
        yield from _faults_of_kinds("told_beside.csv", row, row["kinds"])
        if row["other_kind"] not in KINDS:
            yield _unknown("told_beside.csv", row["id"], "other_kind", row["other_kind"], "a kind of offence")
        yield from _faults_of_fact("told_beside.csv", row, "fact", "value")
        yield from _faults_of_fact("told_beside.csv", row, "other_fact", "other_value")


def _incident_categories(parts: _Parts) -> Iterator[Fault]:
    known = {entry.category for entry in incident_categories()}
    topics = vocabulary("nsir_topic") or ()
    name = "incident_categories.csv"
    yield from _repeated(name, parts.lists[name], "topic")
    for row in parts.lists[name]:
        if row["topic"] not in topics:
            yield _unknown(name, row["topic"], "topic", row["topic"], "a topic of an incident")
        if row["category"] not in known:
            yield _unknown(name, row["topic"], "category", row["category"], "a category of the standard")


def _remarks(parts: _Parts) -> Iterator[Fault]:
    for name in ("flags.csv", "qualifiers.csv"):
        yield from _repeated(name, parts.lists[name], "id")
        for row in parts.lists[name]:
            for fact, values in (("fact", "values"), ("and_fact", "and_values")):
                for value in row[values].split("|") if row[fact] != "-" else ():
                    yield from _faults_of_fact(name, {**row, values: value}, fact, values)


def _faults_of_kinds(name: str, row: Row, kinds: str) -> Iterator[Fault]:
    for kind in kinds.split("|"):
        if kind != "-" and kind not in KINDS:
            yield _unknown(name, row["id"], "kinds", kind, "a kind of offence")


def _faults_of_fact(name: str, row: Row, fact: str, value: str) -> Iterator[Fault]:
    try:
        values = vocabulary(row[fact])
    except KeyError:
        yield _unknown(name, row["id"], fact, row[fact], "a fact that a report can give")
        return
    if values is not None and row[value] not in values:
        yield _unknown(name, row["id"], value, row[value], f"a value of {row[fact]}")


def _unknown(file: str, row: str, column: str, word: str, what: str) -> Fault:
    return Fault(file, row, column, f"{word!r} is not {what}.", "Correct the cell.")


def _faults_of_table(name: str, parts: _Parts) -> Iterator[Fault]:
    """Give the faults of one decision table; of a list, none."""
    options = _options(name, parts)
    if options is None:
        return
    yield from table_faults(parts.texts[name], source=name, **options)
    for row in csv.DictReader(StringIO(parts.texts[name], newline="")):
        reached = read_class_result(row.get("result") or "")
        if reached is None or offence_class(reached.ho_class) is None:
            continue
        at = row.get("id") or ""
        yield from _faults_of_class(reached.ho_class, parts, name, at, "result")
        if reached.ho_code:
            yield from _faults_of_code(reached.ho_class, reached.ho_code, parts, name, at, "result")
            yield from _faults_of_later_code(reached.ho_code, parts, name, at)


def _options(name: str, parts: _Parts) -> dict[str, Any] | None:
    return table_options(name, parts.texts, parts.lists["classes.csv"], parts.families, parts.codes)


def table_options(
    name: str,
    texts: Mapping[str, str],
    classes: Sequence[Row],
    families: tuple[str, ...],
    codes: tuple[str, ...],
) -> dict[str, Any] | None:
    """Give with which words and promises a decision table is read; None where the file is none.

    ``classes`` are the rows of the book's ``classes.csv``; ``families`` and ``codes`` those that rows may
    name.
    """
    if not name.endswith(".csv") or not (name in _TABLES or name.startswith(("class_", "ask_"))):
        return None
    named = {(row["ho_class"], "" if row["ho_code"] == "-" else row["ho_code"]) for row in classes}
    options: dict[str, Any] = {"vocabulary": vocabulary_of(name, families, codes)}
    if name.startswith("ask_"):
        header = texts.get(name, "").partition("\n")[0].split(",")
        return options | {"filed_by": "code" if "code" in header else None, "results": _effect_fault(ANSWERS)}
    if name in EFFECTS:
        return options | {"complete": True, "results": _effect_fault(EFFECTS[name])}
    options["results"] = result_fault(named)
    if name == "law_then.csv":
        return options | {"filed_by": "reached"}
    return options | {"complete": True, "filed_by": "kind" if name.startswith("class_") else None}


def _effect_fault(known: Sequence[str]) -> Callable[[str], str | None]:
    return lambda result: None if result in known else f"{result!r} is none of {', '.join(known)}"


def _shared_between_tables(parts: _Parts) -> Iterator[Fault]:
    """Give ids that stand in two tables, and kinds that have rows in two tables of classes."""
    held_by: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for name in sorted(parts.texts):
        if _options(name, parts) is None:
            continue
        own = set()
        for row in csv.DictReader(StringIO(parts.texts[name], newline="")):
            own.add(row.get("id") or "")
            if name.startswith("class_"):
                for kind in _kinds_of(row.get("kind") or ""):
                    if kinds.setdefault(kind, name) != name:
                        twice = f"{kind!r} has rows in {kinds[kind]} too."
                        yield Fault(name, row.get("id") or "", "kind", twice, "Keep them in one file.")
        for each in sorted(own - {""}):
            if held_by.setdefault(each, name) != name:
                yield Fault(
                    name, each, "id", f"this id stands in {held_by[each]} too.", "Ids are never reused."
                )


def _kinds_of(cell: str) -> list[str]:
    return [] if cell.startswith("!") or cell == "-" else [kind for kind in cell.split("|") if kind in KINDS]
