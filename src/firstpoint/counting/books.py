"""Rule books: which rules hold for a report, by the day on which it reached the police.

A book is a folder of CSV tables with a ``book.toml`` (id, title, days between which it holds, edition,
source). It is read and checked once; its content hash stands in every verdict, so that a corrected table is
seen as such.
"""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from io import StringIO
from itertools import pairwise
from typing import Any

from attrs import field, frozen

from firstpoint.counting.facts import KINDS
from firstpoint.counting.matters import Default, ToldBeside, vocabulary
from firstpoint.counting.question_facts import QUESTION_FACTS, RECORD_GROUPS
from firstpoint.counting.tables import Table, read_table
from firstpoint.errors import InputError, Refused
from firstpoint.vocabulary import offence_class, reported_incidents

MARKS = ("V", "S", "M", "-")
UNITS = (
    "victim", "owner", "shop", "offender", "incident", "victim_else_one", "penetrator", "supplier",
    "building", "things", "victims_and_things",
)  # fmt: skip
DECISIONS = ("record", "incident_only", "information", "crime_related_incident", "other_force", "refer")
_RESULT = re.compile(r"(?P<ho_class>\S+)(?: (?P<ho_code>\d{3}/\d{2}))?(?P<attempt> attempt)?$")


@frozen
class ClassRule:
    """How one class (or one code of it) is counted and where it stands among others.

    ``unit`` is what one crime is counted for, ``thing`` what a stated number of units must be, ``rank`` the
    place in the order of gravity (1 gravest), ``ranked_by`` whether the look-up table itself gives that
    place, ``serious_at_school`` whether the schools protocol lists it. Of a record of this class,
    ``record_group`` says which rules of cancellation and outcome are its own, and ``self_defence_section``
    under which section self-defence cancels it (``any``; empty: under none).
    """

    ho_class: str
    ho_code: str
    unit: str
    thing: str
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
    """A flag or qualifier that follows from one given fact: its name, the fact, and the values that call
    for it.
    """

    name: str
    fact: str
    values: frozenset[str]
    clause: str


@frozen
class Book:
    """The rules that hold for reports received from ``valid_from`` up to, not including, ``valid_to``."""

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
        stages = (self.record_test, *of_classes.values(), self.after_class, self.pairs, self.memory)
        return (*stages, *self.questions.values())


@cache
def books() -> tuple[Book, ...]:
    """Give every rule book that is shipped, oldest first."""
    folder = resources.files(__package__) / "books"
    read = [
        read_book(entry) for entry in folder.iterdir() if entry.is_dir() and (entry / "book.toml").is_file()
    ]
    ordered = tuple(sorted(read, key=lambda book: book.valid_from))
    for earlier, later in pairwise(ordered):
        if earlier.valid_to != later.valid_from:
            raise InputError(
                f"book {earlier.id} ends on {earlier.valid_to}, {later.id} begins on {later.valid_from}.",
                where="books",
                remedy="Each day must lie in exactly one book.",
            )
    return ordered


def book_on(day: date) -> Book:
    """Give the book that holds for a report received on this day; raise Refused where none does."""
    for book in books():
        if book.valid_from <= day < book.valid_to:
            return book
    first, last = books()[0], books()[-1]
    raise Refused(
        f"there is no rule book for reports received on {day}.",
        where="/reported_at",
        remedy=f"Books cover {first.valid_from} up to but not including {last.valid_to}.",
    )


def read_class_result(result: str) -> ClassResult | None:
    """Read ``8N 008/06`` or ``92D 092/53 attempt``; give None where the result is a decision, no class."""
    match = _RESULT.match(result)
    if match is None or result in DECISIONS or result.startswith("N1") or result in reported_incidents():
        return None
    return ClassResult(match["ho_class"], match["ho_code"] or "", bool(match["attempt"]))


def read_book(folder: Traversable) -> Book:
    """Read and check one book's folder; raise InputError naming file, row and column at the first thing
    wrong.
    """
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.is_file()}
    about = tomllib.loads(texts["book.toml"])
    marks = _marks(texts["kinds.csv"])
    classes = _classes(texts["classes.csv"])
    families = tuple(sorted({rule.family for rule in classes.values()}))
    codes = tuple(sorted({rule.ho_code for rule in classes.values() if rule.ho_code} | {"none"}))
    fault = result_fault(classes)

    def table(name: str, columns: Callable[[str], tuple[str, ...] | None], **options: Any) -> Table:
        return read_table(
            texts[name],
            stage=name.removesuffix(".csv"),
            source=f"{folder.name}/{name}",
            vocabulary=columns,
            **options,
        )

    class_tables = [
        table(name, vocabulary, filed_by="kind", complete=True, results=fault)
        for name in sorted(texts)
        if name.startswith("class_")
    ]
    return Book(
        id=about["id"],
        title=about["title"],
        valid_from=about["valid_from"],
        valid_to=about["valid_to"],
        edition=about["edition"],
        source=about["source"],
        standing=about["standing"],
        sha256=_content_hash(texts),
        limit_hours=about["limit_hours"],
        deadline_clause=about["deadline_clause"],
        marks=marks,
        defaults=_defaults(texts["defaults.csv"]),
        told_beside=_told_beside(texts["told_beside.csv"]),
        classes=classes,
        class_tables=_by_kind(class_tables),
        record_test=table("record_test.csv", vocabulary_of_tests, complete=True, results=fault),
        after_class=table("after_class.csv", vocabulary_of_tests, complete=True, results=fault),
        pairs=table("principal.csv", vocabulary_of_pairs(families, codes), complete=True),
        memory=table("continuing.csv", vocabulary_of_pairs(families, codes), complete=True),
        questions={
            name.removeprefix("ask_").removesuffix(".csv"): table(
                name, vocabulary_of_questions, filed_by="code"
            )
            for name in sorted(texts)
            if name.startswith("ask_")
        },
        incident_categories={
            row["topic"]: row["category"] for row in _rows(texts["incident_categories.csv"])
        },
        flags=_remarks("flags.csv", texts),
        qualifiers=_remarks("qualifiers.csv", texts),
    )


def vocabulary_of_tests(column: str) -> tuple[str, ...] | None:
    """Give the values of a column of the recording test, which also knows how the class is counted."""
    if column == "counted_by":
        return ("victim", "other", "unknown")
    if column == "serious_class":
        return ("yes", "no", "unknown")
    return vocabulary(column)


def vocabulary_of_questions(column: str) -> tuple[str, ...] | None:
    """Give the values of a column of the tables for questions about existing records."""
    return QUESTION_FACTS[column]


def vocabulary_of_pairs(
    families: tuple[str, ...], codes: tuple[str, ...]
) -> Callable[[str], tuple[str, ...] | None]:
    """Give what names the values of a column of the tables that hold two crimes against each other."""
    known: Mapping[str, tuple[str, ...]] = {
        "family": families,
        "other_family": families,
        "code": codes,
        "other_code": codes,
        "tie": ("during", "holds", "none"),
        "victims": ("same", "household", "different", "none"),
        "used_in_other_offence": ("yes", "no", "unknown"),
        "used_for_further_offence": ("yes", "no", "unknown"),
        "followed_by_sexual_activity": ("yes", "no", "unknown"),
        "demand_complied": ("yes", "no", "unknown"),
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
        values, known = frozenset(row["values"].split("|")), vocabulary(row["fact"]) or ()
        if values - set(known):
            raise InputError(
                f"{sorted(values - set(known))[0]!r} is not a value of {row['fact']}.",
                where=f"{name}, row {row['id']}",
                remedy="Correct the cell.",
            )
        remarks.append(Remark(row["name"], row["fact"], values, row["clause"]))
    return tuple(remarks)


def _classes(text: str) -> dict[tuple[str, str], ClassRule]:
    classes: dict[tuple[str, str], ClassRule] = {}
    for row in _rows(text):
        where = f"classes.csv, row {row['ho_class']} {row['ho_code']}"
        if offence_class(row["ho_class"]) is None and not row["ho_class"].startswith("NFIB"):
            raise InputError(
                f"{row['ho_class']!r} is not an offence class.", where=where, remedy="Correct the class."
            )
        unit, _, thing = row["unit"].partition(":")
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
            row["ho_class"], code, unit, thing, float(row["rank"]), row["ranked_by"], row["family"],
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
