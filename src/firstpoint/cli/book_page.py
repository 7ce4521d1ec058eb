"""What the page of a rule book is filled with: the book's rows in words, the cases that reach them, and what
changed.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from firstpoint import counting
from firstpoint.errors import FirstpointError, InputError
from firstpoint.reporting import (
    ChangedRow,
    ListTable,
    RegisterLine,
    RegisterPart,
    RuleBookPage,
    RuleRow,
    RuleTable,
    WorkedCase,
    british_date,
)
from firstpoint.vocabulary import offence_class

#: Results of these tables that leave no trace in a verdict, since nothing follows from them.
UNTRACED: Mapping[str, str] = {"principal": "stands", "after_class": "record"}

_SOURCES: Mapping[str, str] = {
    "crr": "Crime Recording Rules",
    "outcomes": "Outcomes for recorded crimes",
    "schools": "Schools protocol",
    "retail_robbery": "Retail robbery",
    "notifiable_list": "Notifiable offences list",
    "fraud": "Fraud counting rules",
    "nsir": "National Standard for Incident Recording",
}
_UNIT_NOTE = (
    "For each class (and, where it differs, each code) what one crime is counted for and its place in the "
    "order of gravity: 1 is the gravest. A rank is that of the official look-up table or was placed by us."
)
_DEFAULT_NOTE = (
    "What is taken for a fact that a report does not give. Each one used stands among a verdict's warnings."
)
_JUDGEMENT_NOTE = (
    "What the rules leave to people. A report gives the judgement with its author; the program makes none."
)


def book_page(
    book: counting.Book,
    texts: counting.BookTexts,
    cases: Sequence[Path] = (),
    earlier: counting.Book | None = None,
) -> RuleBookPage:
    """Give all that the page of a book tells; ``cases`` are files of worked cases in JSON lines."""
    worked = [case for path in cases for case in _worked_cases(path, book)]
    reached: dict[str, dict[str, None]] = {}
    for case in worked:
        for row in case.rows:
            reached.setdefault(row, {})[case.id] = None
    changes = counting.book_changes(earlier, book) if earlier else None
    return RuleBookPage(
        title=book.title,
        standing=book.standing,
        particulars=_particulars(book),
        tables=tuple(_rule_table(table, book, reached) for table in counting.written_tables(book)),
        lists=tuple(_lists(book, texts)),
        cases=tuple(worked),
        case_sources=tuple(path.name for path in cases),
        changes=None if changes is None else tuple(_changed(each, book) for each in changes),
        changed_since=f"{earlier.title} ({earlier.id})" if earlier else "",
        register=tuple(_register(texts)),
    )


def _particulars(book: counting.Book) -> tuple[tuple[str, str], ...]:
    return (
        ("Book", book.id),
        ("Edition", book.edition),
        ("Reports received", f"from {british_date(book.valid_from)} up to, not including, "
         f"{british_date(book.valid_to)}"),
        ("Limit", f"{book.limit_hours} hours. {book.deadline_clause}"),
        ("Source", book.source),
        ("Content hash", book.sha256),
    )  # fmt: skip


def _rule_table(
    table: counting.Table, book: counting.Book, reached: Mapping[str, Iterable[str]]
) -> RuleTable:
    columns = counting.columns_of(book, table)
    rows = (
        RuleRow(
            id=row.id,
            when=counting.when_words(row, columns),
            result=counting.result_words(row.result),
            ho_class=row.result.split()[0] if row.result else "",
            clause=row.clause,
            note=row.note,
            goes_before=tuple(sorted(row.overrides)),
            cases=tuple(reached.get(row.id, ())),
            traced=UNTRACED.get(table.stage) != row.result,
        )
        for row in sorted(table.rows, key=lambda row: _by_number(row.id))
    )
    return RuleTable(table.stage, counting.table_words(table.stage), f"{table.stage}.csv", tuple(rows))


def _by_number(name: str) -> tuple[str, int, str]:
    """Give what sorts REC-9 before REC-10."""
    stem, _, number = name.rpartition("-")
    return (stem, int(number), "") if number.isdigit() else (name, 0, number)


def _lists(book: counting.Book, texts: counting.BookTexts) -> Iterator[ListTable]:
    yield ListTable(
        "classes", "Classes, their unit of count and rank", _UNIT_NOTE,
        ("Class", "Title", "One crime for each", "Rank", "Ranked by", "Family", "Schools list", "Clause"),
        tuple(_class_row(rule) for rule in book.classes.values()), "class", "classes.csv",
    )  # fmt: skip
    yield ListTable(
        "kinds", "Kinds of offence", "What an allegation may name, and whom the offence is against.",
        ("Kind", "Meaning", "Against"),
        tuple((kind, counting.KINDS[kind].meaning, _MARKS[m]) for kind, m in sorted(book.marks.items())),
        "kind", "kinds.csv",
    )  # fmt: skip
    yield ListTable(
        "defaults", "Defaults", _DEFAULT_NOTE,
        ("Row", "Fact", "Taken as", "Also where unknown", "Of kinds", "Note"),
        tuple(
            (each.id, counting.column_words(each.fact), counting.spoken(each.value),
             "yes" if each.also_unknown else "no",
             ", ".join(counting.spoken(kind) for kind in sorted(each.kinds)) or "all", each.note)
            for each in book.defaults
        ),
        "default", "defaults.csv",
    )  # fmt: skip
    yield ListTable(
        "judgements", "Judgements", _JUDGEMENT_NOTE, ("Judgement", "Meaning"),
        tuple((name, meaning) for name, meaning in counting.judgements().items()), "judgement",
    )  # fmt: skip
    for name, title, introduction in _SMALL_LISTS:
        yield _list_as_it_is(texts, name, title, introduction)


_MARKS: Mapping[str, str] = {
    "V": "a victim",
    "S": "the state",
    "M": "a victim or the state",
    "-": "neither",
}
_SMALL_LISTS = (
    ("told_beside", "Told beside", "Facts of one allegation that show a second offence."),
    ("flags", "Flags", "Mandatory flags that follow from one given fact."),
    ("qualifiers", "Qualifiers", "Qualifiers of an incident that follow from one given fact."),
    ("incident_categories", "Incident categories", "How an incident is categorised by its topic."),
)


def _list_as_it_is(texts: counting.BookTexts, name: str, title: str, introduction: str) -> ListTable:
    rows = list(csv.reader(StringIO(texts.files[f"{name}.csv"], newline="")))
    told = tuple(tuple(counting.spoken(cell).replace("|", ", ") for cell in row) for row in rows[1:])
    told = tuple((raw[0], *row[1:]) for raw, row in zip(rows[1:], told, strict=True))
    columns = tuple(counting.spoken(heading).capitalize() for heading in rows[0])
    return ListTable(name, title, introduction, columns, told, name.replace("_", "-"), f"{name}.csv")


def _class_row(rule: counting.ClassRule) -> tuple[str, ...]:
    parts = counting.class_parts(rule)
    listed = offence_class(rule.ho_class)
    return (
        f"{rule.ho_class} {rule.ho_code}".strip(), listed.title if listed else "", parts["unit"],
        parts["rank"], parts["ranked by"], parts["family"], parts["serious at school"], rule.clause,
    )  # fmt: skip


def _changed(change: counting.RowChange, book: counting.Book) -> ChangedRow:
    """Give a change under the id that the row has in this book, so that it can be followed there."""
    table = next((table for table in counting.written_tables(book) if table.stage == change.table), None)
    now = {counting.first_id(row.id): row.id for row in table.rows} if table else {}
    parts = tuple((part.part, part.before, part.after) for part in change.parts)
    return ChangedRow(counting.table_words(change.table), now.get(change.row, change.row), change.what, parts)


def _worked_cases(path: Path, book: counting.Book) -> Iterator[WorkedCase]:
    """Give each case of a file that the book can count; those of another time are left out."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            name, report = str(case["id"]), case["report"]
        except (ValueError, KeyError, TypeError) as reason:
            raise InputError(
                f"is no worked case: {reason!r}.",
                where=f"{path.name}, line {number}",
                remedy="Give one JSON object a line, with id, scenario and report.",
            ) from reason
        if not str(book.valid_from) <= str(report.get("reported_at", ""))[:10] < str(book.valid_to):
            continue
        try:
            verdict = counting.count_report(report, book=book)
        except FirstpointError as error:
            raise InputError(
                f"case {name} cannot be counted: {error.message}",
                where=f"{path.name}, line {number}",
                remedy="Correct its report.",
            ) from error
        rows = tuple(dict.fromkeys(step["row"] for step in verdict["trace"]))
        answer, expected = _answer(verdict), _expected(case.get("expect", {}), verdict)
        yield WorkedCase(name, str(case.get("scenario", "")), answer, expected, rows)


def _answer(verdict: Mapping[str, Any]) -> str:
    """Give a verdict (or what a case expects) in a line: the decision and the crimes by class."""
    crimes = [f"{number} × {name}" for name, number in _by_class(verdict).items()]
    incidents = [f"{each['count']} × {each['code']}" for each in verdict.get("reported_incidents", ())]
    questions = [
        f"{counting.spoken(name)} valid: {verdict[name].get('valid', 'not said')}"
        for name in ("cancellation", "outcome", "reclassification", "in_time")
        if name in verdict
    ]
    said = "; ".join(filter(None, (", ".join(sorted(crimes + incidents)), *questions)))
    return ": ".join(filter(None, (counting.spoken(str(verdict.get("decision", ""))), said)))


def _expected(expect: Mapping[str, Any], verdict: Mapping[str, Any]) -> str:
    """Give what a case expects where its decision or its crimes by class differ from the verdict's."""
    same = expect.get("decision") in (None, verdict["decision"])
    if expect.get("crimes") is not None:
        same = same and _by_class(expect) == _by_class(verdict)
    return "" if same else _answer(expect)


def _by_class(verdict: Mapping[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for crime in verdict.get("crimes") or ():
        counts[crime["ho_class"]] = counts.get(crime["ho_class"], 0) + crime["count"]
    return counts


def _register(texts: counting.BookTexts) -> Iterator[RegisterPart]:
    """Give the clause register by source, from every file of the book under ``clauses``."""
    by_source: dict[str, list[RegisterLine]] = {}
    for name, text in texts.files.items():
        for row in csv.DictReader(StringIO(text, newline="")) if name.startswith("clauses/") else ():
            rows = tuple(each.strip() for each in (row["rows"] or "").split("|") if each.strip())
            line = RegisterLine(
                row["page"], row["heading"], row["rule"], counting.spoken(row["ends_as"]), rows,
                row["because"] or "",
            )  # fmt: skip
            by_source.setdefault(row["source"], []).append(line)
    for source, lines in by_source.items():
        kept = [line for line in lines if line.ends_as != "not encoded"]
        left = [line for line in lines if line.ends_as == "not encoded"]
        yield RegisterPart(_SOURCES.get(source, counting.spoken(source)), tuple(kept), tuple(left))
