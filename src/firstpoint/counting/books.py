"""Rule books: which rules hold for a report, by the day on which it reached the police.

A book is a folder of CSV tables with a ``book.toml`` (id, title, days between which it holds, edition,
source); an earlier book is told as amendments of the next later one (:mod:`~firstpoint.counting.shelf`). A
book is read and checked once, when it is first needed; its content hash stands in every verdict, so that a
corrected table is seen as such.
"""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from io import StringIO
from typing import Any

from attrs import field, frozen

from firstpoint.counting.facts import KINDS
from firstpoint.counting.matters import Default, ToldBeside, vocabulary
from firstpoint.counting.question_facts import QUESTION_FACTS, RECORD_GROUPS
from firstpoint.counting.shelf import ABOUT, ListedBook, Shelf
from firstpoint.counting.tables import Table, read_table
from firstpoint.counting.titles import table_of_titles
from firstpoint.errors import InputError
from firstpoint.vocabulary import offence_class, offence_classes, offence_codes, reported_incidents

MARKS = ("V", "S", "M", "-")
UNITS = (
    "victim", "owner", "shop", "offender", "incident", "each_time", "victim_else_one", "penetrator",
    "supplier", "building", "things", "victims_and_things", "victims_else_things",
)  # fmt: skip
DECISIONS = (
    "record", "incident_only", "information", "crime_related_incident", "other_force", "refer",
    "not_decidable",
)  # fmt: skip
_RESULT = re.compile(r"(?P<ho_class>\S+)(?: (?P<ho_code>\d{3}/\d{2}))?(?P<attempt> attempt)?$")


@frozen(eq=False)
class ClassRule:
    """How one class (or one code of it) is counted and where it stands among others.

    ``unit`` is what one crime is counted for, ``thing`` what a stated number of units must be, ``thing_if``
    the fact that must be yes for them to count (empty: none), ``rank`` the place in the order of gravity (1
    gravest), ``ranked_by`` whether the look-up table itself gives that place, ``serious_at_school`` whether
    the schools protocol lists it. Of a record of this class, ``record_group`` says which rules of
    cancellation and outcome are its own, and ``self_defence_section`` under which section self-defence
    cancels it (``any``; empty: under none).
    """

    ho_class: str
    ho_code: str
    unit: str
    thing: str
    thing_if: str
    rank: float
    ranked_by: str
    family: str
    serious_at_school: bool
    record_group: str
    self_defence_section: str
    clause: str


@frozen
class ClassResult:
    """A class reached by classification, with the code where one is settled."""

    ho_class: str
    ho_code: str
    attempt: bool


@frozen
class Remark:
    """A flag or qualifier that follows from given facts: its name, and the values of each fact that call
    for it.
    """

    name: str
    calls_for_it: tuple[tuple[str, frozenset[str]], ...]
    clause: str

    def applies_to(self, facts: Mapping[str, Any]) -> bool:
        """Say whether every fact that calls for the remark has one of its values."""
        return all(facts.get(fact) in values for fact, values in self.calls_for_it)


@frozen
class Book:
    """The rules that hold for reports received from ``valid_from`` up to, not including, ``valid_to``.

    ``reconstructed`` says that its official text was not seen whole. ``law_then`` says what an offence was
    before the law that now defines it came into force.
    """

    id: str
    title: str
    valid_from: date
    valid_to: date
    edition: str
    source: str
    standing: str
    sha256: str
    limit_hours: int
    deadline_clause: str
    marks: Mapping[str, str] = field(repr=False)
    defaults: tuple[Default, ...] = field(repr=False)
    told_beside: tuple[ToldBeside, ...] = field(repr=False)
    classes: Mapping[tuple[str, str], ClassRule] = field(repr=False)
    class_tables: Mapping[str, Table] = field(repr=False)
    record_test: Table = field(repr=False)
    after_class: Table = field(repr=False)
    pairs: Table = field(repr=False)
    memory: Table = field(repr=False)
    questions: Mapping[str, Table] = field(repr=False)
    incident_categories: Mapping[str, str] = field(repr=False)
    flags: tuple[Remark, ...] = field(repr=False)
    qualifiers: tuple[Remark, ...] = field(repr=False)
    law_then: Table = field(repr=False)
    reconstructed: bool = False
    #: What other modules have worked out of the book, kept with it.
    kept: dict[str, Any] = field(factory=dict, init=False, eq=False, repr=False)

    def class_rule(self, ho_class: str, ho_code: str = "") -> ClassRule:
        """Give the rule of a class, or of this code within it; raise KeyError where the book has none."""
        return self.classes.get((ho_class, ho_code)) or self.classes[ho_class, ""]

    def rule_of_record(self, record: Mapping[str, Any]) -> ClassRule | None:
        """Give the rule of a prior record's class, or None where the book has none."""
        try:
            return self.class_rule(str(record.get("class", "")), str(record.get("ho_code", "")))
        except KeyError:
            return None

    def tables(self) -> tuple[Table, ...]:
        """Give every decision table of the book once."""
        of_classes = {table.stage: table for table in self.class_tables.values()}
        stages = (self.record_test, *of_classes.values(), self.law_then, self.after_class)
        return (*stages, self.pairs, self.memory, *self.questions.values())


SHIPPED = Shelf(resources.files(__package__) / "books")


def listed_books() -> tuple[ListedBook, ...]:
    """Give what is known of every shipped rule book without reading its tables, oldest first."""
    return SHIPPED.listed


@cache
def book_named(name: str) -> Book:
    """Give the shipped book with this id; raise KeyError where there is none."""
    return read_listed(SHIPPED, SHIPPED.named(name))


def newest_book() -> Book:
    """Give the rule book that holds for the latest days."""
    return book_named(listed_books()[-1].id)


def books() -> tuple[Book, ...]:
    """Give every shipped rule book, read and checked, oldest first; to list them is :func:`listed_books`."""
    return tuple(book_named(book.id) for book in listed_books())


def book_on(day: date, *, reconstructed: bool = False) -> Book:
    """Give the book that holds for a report received on this day.

    Raises Refused where none does, and where the book is reconstructed unless ``reconstructed`` asks for it.
    """
    return book_named(SHIPPED.on(day, reconstructed=reconstructed).id)


def content_hash(book: ListedBook) -> str:
    """Give the hash of all that a shipped book says, without checking it."""
    return _content_hash(SHIPPED.wording(book).tables)


def first_day(*, reconstructed: bool = False) -> date:
    """Give the first day that a book covers; among reconstructed books only where they are asked for."""
    return SHIPPED.first_day(reconstructed=reconstructed)


@cache
def read_class_result(result: str) -> ClassResult | None:
    """Read ``8N 008/06`` or ``92D 092/53 attempt``; give None where the result is a decision, no class."""
    match = _RESULT.match(result)
    if match is None or result in DECISIONS or result.startswith("N1") or result in reported_incidents():
        return None
    return ClassResult(match["ho_class"], match["ho_code"] or "", bool(match["attempt"]))


def read_listed(shelf: Shelf, book: ListedBook) -> Book:
    """Read and check one book of a shelf; raise InputError naming file, row and column at the first thing
    wrong.
    """
    texts = shelf.wording(book).tables
    lineage = [shelf.wording(each).tables["classes.csv"] for each in shelf.lineage(book)]
    about = {name: getattr(book, name) for name in SAID_OF_A_BOOK}
    return read_texts(texts, {**about, "reconstructed": book.reconstructed}, book.id, lineage)


def read_book(folder: Traversable) -> Book:
    """Read and check a full text from its folder; raise InputError naming file, row and column at the first
    thing wrong.
    """
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.is_file()}
    about = tomllib.loads(texts[ABOUT])
    if "amends" in about:
        raise InputError(
            f"it amends {about['amends']} and is no full text.",
            where=f"{folder.name}/{ABOUT}",
            remedy="Read it from the shelf on which both stand.",
        )
    return read_texts(
        texts, {name: about[name] for name in SAID_OF_A_BOOK}, folder.name, [texts["classes.csv"]]
    )


def read_texts(texts: Mapping[str, str], about: Mapping[str, Any], name: str, lineage: Sequence[str]) -> Book:
    """Read and check a book from the texts of its files; ``about`` is what its ``book.toml`` says, and
    ``lineage`` holds the classes of the book and of those that it amends.

    Raises InputError naming file, row and column at the first thing wrong.
    """
    marks = _marks(texts["kinds.csv"])
    classes = _classes(texts["classes.csv"])
    families, codes = words_of_classes(lineage)
    fault = result_fault(classes)

    def table(file: str, **options: Any) -> Table:
        return _read_once(file, texts[file], f"{name}/{file}", families, codes, fault, **options)

    class_tables = [
        table(file, filed_by="kind", complete=True) for file in sorted(texts) if file.startswith("class_")
    ]
    class_tables.append(table_of_titles(lambda ho_class: (ho_class, "") in classes))
    return Book(
        **about,
        sha256=_content_hash(texts),
        marks=marks,
        defaults=_defaults(texts["defaults.csv"]),
        told_beside=_told_beside(texts["told_beside.csv"]),
        classes=classes,
        class_tables=_by_kind(class_tables),
        record_test=table("record_test.csv", complete=True),
        after_class=table("after_class.csv", complete=True),
        pairs=table("principal.csv", complete=True),
        memory=table("continuing.csv", complete=True),
        questions={
            file.removeprefix("ask_").removesuffix(".csv"): table(
                file, filed_by="code" if _has_column(texts[file], "code") else None
            )
            for file in sorted(texts)
            if file.startswith("ask_")
        },
        incident_categories={
            row["topic"]: row["category"] for row in _rows(texts["incident_categories.csv"])
        },
        flags=_remarks("flags.csv", texts),
        qualifiers=_remarks("qualifiers.csv", texts),
        law_then=table("law_then.csv", filed_by="reached"),
    )


SAID_OF_A_BOOK = (
    "id", "title", "valid_from", "valid_to", "edition", "source", "standing", "limit_hours",
    "deadline_clause",
)  # fmt: skip
_TABLES_READ: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], Table] = {}


def _read_once(
    file: str,
    text: str,
    source: str,
    families: tuple[str, ...],
    codes: tuple[str, ...],
    fault: Callable[[str], str | None],
    **options: Any,
) -> Table:
    """Read a table, or take it from a book that has the very same, since most tables outlive many books."""
    key = (file, text, families, codes)
    if key not in _TABLES_READ:
        columns = vocabulary_of(file, families, codes)
        _TABLES_READ[key] = read_table(
            text, stage=file.removesuffix(".csv"), source=source, vocabulary=columns, **options
        )
    table = _TABLES_READ[key]
    for row in table.rows if not file.startswith("ask_") and file not in _OF_PAIRS else ():
        wrong = fault(row.result)
        if wrong:
            raise InputError(
                f"{wrong}.", where=f"{source}, row {row.id}, column result", remedy="Correct the result."
            )
    return table


_OF_PAIRS = ("principal.csv", "continuing.csv")


def vocabulary_of(
    file: str, families: tuple[str, ...], codes: tuple[str, ...]
) -> Callable[[str], tuple[str, ...] | None]:
    """Give what names the values of the columns of a decision table.

    ``families`` and ``codes`` are those that its rows may name.
    """
    if file in _OF_PAIRS:
        return _vocabulary_of_pairs(families, codes)
    if file.startswith("ask_"):
        return vocabulary_of_questions
    if file == "law_then.csv":
        return vocabulary_of_law
    return vocabulary if file.startswith("class_") else vocabulary_of_tests


def words_of_classes(lineage: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the families and codes of a book and of those it amends, since rows may still name the later
    ones.
    """
    rows = [row for text in lineage for row in _rows(text)]
    return (
        tuple(sorted({row["family"] for row in rows})),
        tuple(sorted({row["ho_code"] for row in rows if row["ho_code"] != "-"} | {"none"})),
    )


def vocabulary_of_tests(column: str) -> tuple[str, ...] | None:
    """Give the values of a column of the recording test, which also knows how the class is counted."""
    if column == "counted_by":
        return ("victim", "other", "unknown")
    if column in ("serious_class", "national_class"):
        return ("yes", "no", "unknown")
    return vocabulary(column)


def vocabulary_of_law(column: str) -> tuple[str, ...] | None:
    """Give the values of a column of the table of earlier law, which also knows what was reached: a code, or
    a class that has none.
    """
    return _codes_and_classes() if column == "reached" else vocabulary(column)


@cache
def _codes_and_classes() -> tuple[str, ...]:
    return tuple(sorted({entry.ho_code for entry in offence_codes()} | offence_classes().keys()))


def vocabulary_of_questions(column: str) -> tuple[str, ...] | None:
    """Give the values of a column of the tables for questions about existing records."""
    return QUESTION_FACTS[column]


def _vocabulary_of_pairs(
    families: tuple[str, ...], codes: tuple[str, ...]
) -> Callable[[str], tuple[str, ...] | None]:
    known: Mapping[str, tuple[str, ...]] = {
        "family": families,
        "other_family": families,
        "code": codes,
        "other_code": codes,
        "tie": ("during", "holds", "none", "apart"),
        "victims": ("same", "household", "different", "none"),
        "used_in_other_offence": ("yes", "no", "unknown"),
        "used_for_further_offence": ("yes", "no", "unknown"),
        "followed_by_sexual_activity": ("yes", "no", "unknown"),
        "demand_complied": ("yes", "no", "unknown"),
        "from_hacking": ("yes", "no", "unknown"),
        "record_family": families,
        "dealt_with": ("yes", "no", "unknown"),
        "ended": ("yes", "no", "unknown"),
        "gap": ("within_three_months", "over_three_months", "unknown"),
    }
    return lambda column: known[column]


def _content_hash(texts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(texts.items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


def _has_column(text: str, column: str) -> bool:
    return column in text.partition("\n")[0].split(",")


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def _marks(text: str) -> dict[str, str]:
    marks = {row["kind"]: row["mark"] for row in _rows(text)}
    wrong = sorted(set(KINDS) ^ set(marks)) or sorted(
        kind for kind, mark in marks.items() if mark not in MARKS
    )
    if wrong:
        raise InputError(
            f"{wrong[0]!r} is unknown, left out or wrongly marked.",
            where="kinds.csv",
            remedy="Mark it V, S, M or -.",
        )
    return marks


def _defaults(text: str) -> tuple[Default, ...]:
    defaults = []
    for row in _rows(text):
        kinds = frozenset(kind for kind in row["kinds"].split("|") if kind != "-")
        strange = sorted(kinds - set(KINDS))
        values = vocabulary(row["fact"])
        if strange or (values is not None and row["value"] not in values):
            raise InputError(
                f"{strange[0] if strange else row['value']!r} is not known.",
                where=f"defaults.csv, row {row['id']}",
                remedy="Correct it.",
            )
        defaults.append(
            Default(row["id"], row["fact"], kinds, row["value"], row["also_unknown"] == "yes", row["note"])
        )
    return tuple(defaults)


def _told_beside(text: str) -> tuple[ToldBeside, ...]:
    told = []
    for row in _rows(text):
        kinds = frozenset(row["kinds"].split("|"))
        strange = sorted((kinds | {row["other_kind"]}) - set(KINDS))
        for fact, value in ((row["fact"], row["value"]), (row["other_fact"], row["other_value"])):
            strange += [value] if value not in (vocabulary(fact) or ()) else []
        if strange:
            raise InputError(
                f"{strange[0]!r} is not known.",
                where=f"told_beside.csv, row {row['id']}",
                remedy="Correct it.",
            )
        told.append(ToldBeside(kinds=kinds, **{name: cell for name, cell in row.items() if name != "kinds"}))
    return tuple(told)


def _remarks(name: str, texts: Mapping[str, str]) -> tuple[Remark, ...]:
    remarks = []
    for row in _rows(texts[name]):
        told = [(row["fact"], row["values"])]
        if row["and_fact"] != "-":
            told.append((row["and_fact"], row["and_values"]))
        for fact, values in told:
            strange = sorted(set(values.split("|")) - set(vocabulary(fact) or ()))
            if strange:
                raise InputError(
                    f"{strange[0]!r} is not a value of {fact}.",
                    where=f"{name}, row {row['id']}",
                    remedy="Correct the cell.",
                )
        calls = tuple((fact, frozenset(values.split("|"))) for fact, values in told)
        remarks.append(Remark(row["name"], calls, row["clause"]))
    return tuple(remarks)


def _classes(text: str) -> dict[tuple[str, str], ClassRule]:
    classes: dict[tuple[str, str], ClassRule] = {}
    for row in _rows(text):
        where = f"classes.csv, row {row['ho_class']} {row['ho_code']}"
        if offence_class(row["ho_class"]) is None and not row["ho_class"].startswith("NFIB"):
            raise InputError(
                f"{row['ho_class']!r} is not an offence class.", where=where, remedy="Correct the class."
            )
        unit, _, counted = row["unit"].partition(":")
        thing, _, thing_if = counted.partition(":")
        if unit not in UNITS:
            raise InputError(
                f"{unit!r} is not a unit of count.", where=where, remedy=f"Use one of {', '.join(UNITS)}."
            )
        if row["record_group"] not in RECORD_GROUPS:
            raise InputError(
                f"{row['record_group']!r} is not a group of records.",
                where=where,
                remedy=f"Use one of {', '.join(RECORD_GROUPS)}.",
            )
        code = "" if row["ho_code"] == "-" else row["ho_code"]
        if (row["ho_class"], code) in classes:
            raise InputError("stands twice.", where=where, remedy="Keep one row.")
        classes[row["ho_class"], code] = ClassRule(
            row["ho_class"], code, unit, thing, thing_if, float(row["rank"]), row["ranked_by"], row["family"],
            row["serious_at_school"] == "yes", row["record_group"],
            row["self_defence_section"].removeprefix("-"), row["clause"],
        )  # fmt: skip
    return classes


def result_fault(classes: Collection[tuple[str, str]]) -> Callable[[str], str | None]:
    """Give what says of a row's result how it is wrong, or None; ``classes`` are the book's."""

    def fault(result: str) -> str | None:
        if result in DECISIONS or result in reported_incidents():
            return None
        reached = read_class_result(result)
        if reached is None or (reached.ho_class, "") not in classes:
            return f"{result!r} is neither a decision nor a class of this book"
        return None

    return fault


def _by_kind(tables: list[Table]) -> dict[str, Table]:
    by_kind: dict[str, Table] = {}
    for table in tables:
        for kind in table.kinds():
            if kind in by_kind:
                raise InputError(
                    f"{kind!r} has rows in {by_kind[kind].stage} and {table.stage}.",
                    where="class tables",
                    remedy="Keep them in one file.",
                )
            by_kind[kind] = table
    return by_kind
