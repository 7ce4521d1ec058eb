"""What changed between two books, row by row, and what the change does to the count of reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Literal

import msgspec
from attrs import field, frozen

from firstpoint.counting.amendments import first_id
from firstpoint.counting.books import Book, ClassRule, Remark
from firstpoint.counting.many import count_frame
from firstpoint.counting.reports import ReportSetAside
from firstpoint.counting.row_words import column_words, columns_of, condition_words, result_words, spoken
from firstpoint.counting.tables import Table
from firstpoint.counting.titles import STAGE as OF_TITLES

#: Reports that are counted under both books at a time.
_AT_ONCE = 50_000
#: The parts of a row or entry in words, by the name of the part.
Parts = Mapping[str, str]


@frozen
class PartChange:
    """One part of a row that reads otherwise: its name, and what it said before and says now."""

    part: str
    before: str
    after: str


@frozen
class RowChange:
    """A row of a table or list that was added, removed or changed.

    ``row`` is its first id: a book that amends another gives the row that it changes an id of its own, and
    the two are still one rule. ``parts`` of an added or removed row tell the row as a whole.
    """

    table: str
    row: str
    what: Literal["added", "removed", "changed"]
    parts: tuple[PartChange, ...]


@frozen
class CountEffect:
    """What a change of books does to the count of reports.

    ``by_class`` gives the crimes of each class under the first book and under the second; ``decisions`` the
    reports by (decision before, decision after); ``differing`` the ids of the reports whose decision, total
    or classes differ, in order; ``set_aside`` how many reports could not be counted.
    """

    reports: int
    differing: tuple[str, ...]
    totals: tuple[int, int]
    by_class: Mapping[str, tuple[int, int]]
    decisions: Mapping[tuple[str, str], int]
    set_aside: int = field(default=0)


def book_changes(before: Book, after: Book) -> tuple[RowChange, ...]:
    """Give every row added, removed or changed from one book to the other, table by table."""
    old, new = dict(_entries(before)), dict(_entries(after))
    found = []
    for table in dict.fromkeys((*old, *new)):
        rows, now = old.get(table, {}), new.get(table, {})
        for row in dict.fromkeys((*rows, *now)):
            change = _change(table, row, rows.get(row), now.get(row))
            if change:
                found.append(change)
    return tuple(found)


def _change(table: str, row: str, before: Parts | None, after: Parts | None) -> RowChange | None:
    if before == after:
        return None
    old, new = before or {}, after or {}
    parts = tuple(
        PartChange(part, old.get(part, ""), new.get(part, ""))
        for part in dict.fromkeys((*old, *new))
        if old.get(part, "") != new.get(part, "")
    )
    return RowChange(
        table, row, "added" if before is None else "removed" if after is None else "changed", parts
    )


def _entries(book: Book) -> Iterator[tuple[str, dict[str, Parts]]]:
    """Give each table and list of a book with its rows, and each row's parts in words."""
    yield "book", {"dates and source": {spoken(name): str(getattr(book, name)) for name in ABOUT}}
    for table in written_tables(book):
        columns = columns_of(book, table)
        yield (
            table.stage,
            {
                first_id(row.id): {
                    **{column_words(c): condition_words(c, cell, columns) for c, cell in row.cells},
                    "result": result_words(row.result),
                    "clause": row.clause,
                    "goes before": ", ".join(sorted(map(first_id, row.overrides))),
                    "note": row.note,
                }
                for row in table.rows
            },
        )
    yield "classes", {f"{name} {code}".strip(): class_parts(r) for (name, code), r in book.classes.items()}
    yield "kinds", {kind: {"mark": mark} for kind, mark in book.marks.items()}
    yield "defaults", {each.id: _parts_of(each) for each in book.defaults}
    yield "told_beside", {each.id: _parts_of(each) for each in book.told_beside}
    yield "flags", _remarks(book.flags)
    yield "qualifiers", _remarks(book.qualifiers)
    yield (
        "incident_categories",
        {topic: {"category": category} for topic, category in book.incident_categories.items()},
    )


def written_tables(book: Book) -> tuple[Table, ...]:
    """Give the decision tables that are files of the book; offences told by their title are looked up on a
    list.
    """
    return tuple(table for table in book.tables() if table.stage != OF_TITLES)


def _remarks(remarks: tuple[Remark, ...]) -> dict[str, Parts]:
    told: dict[str, Parts] = {}
    for each in remarks:
        calls = {
            column_words(fact): ", ".join(map(spoken, sorted(values))) for fact, values in each.calls_for_it
        }
        name = f"{each.name}: {' and '.join(calls)}"
        # A remark has no id, and several may read one fact.
        while name in told:
            name += " (again)"
        told[name] = {**calls, "clause": each.clause}
    return told


#: What is said of a book as a whole.
ABOUT = (
    "title", "edition", "valid_from", "valid_to", "limit_hours", "deadline_clause", "source", "standing",
    "reconstructed",
)  # fmt: skip


def class_parts(rule: ClassRule) -> Parts:
    """Give what the book says of a class, part by part, in words."""
    return {
        "unit": unit_words(rule),
        "rank": f"{rule.rank:g}",
        "ranked by": rule.ranked_by,
        "family": spoken(rule.family),
        "serious at school": "yes" if rule.serious_at_school else "no",
        "record group": spoken(rule.record_group),
        "self-defence section": rule.self_defence_section,
        "clause": rule.clause,
    }


def unit_words(rule: ClassRule) -> str:
    """Give what one crime of a class is counted for."""
    thing = f" ({spoken(rule.thing).replace('|', ' or ')})" if rule.thing else ""
    only = f", where {spoken(rule.thing_if)}" if rule.thing_if else ""
    return spoken(rule.unit) + thing + only


def _parts_of(entry: Any) -> Parts:
    named = {name: getattr(entry, name) for name in (at.name for at in entry.__attrs_attrs__) if name != "id"}
    return {
        spoken(name): ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
        for name, value in named.items()
    }


def effect_on_counts(
    before: Book, after: Book, reports: Iterable[Mapping[str, Any] | ReportSetAside]
) -> CountEffect:
    """Count each report under both books and give what differs.

    The day of a report is left out of account: the question is what the rules do to the same facts.
    """
    differing: list[str] = []
    by_class: dict[str, list[int]] = {}
    decisions: Counter[tuple[str, str]] = Counter()
    totals = [0, 0]
    seen = set_aside = 0
    for verdicts in _under_both(before, after, reports):
        if verdicts is None:
            set_aside += 1
            continue
        seen += 1
        told = [_classes_of(verdict) for verdict in verdicts]
        for at, (verdict, classes) in enumerate(zip(verdicts, told, strict=True)):
            totals[at] += verdict["total"]
            for ho_class, number in classes.items():
                by_class.setdefault(ho_class, [0, 0])[at] += number
        decisions[verdicts[0]["decision"], verdicts[1]["decision"]] += 1
        if told[0] != told[1] or any(verdicts[0][n] != verdicts[1][n] for n in ("decision", "total")):
            differing.append(str(verdicts[0]["report_id"] or f"report {seen}"))
    counted = {name: (old, new) for name, (old, new) in sorted(by_class.items())}
    return CountEffect(seen, tuple(differing), (totals[0], totals[1]), counted, decisions, set_aside)


def _under_both(
    before: Book, after: Book, reports: Iterable[Mapping[str, Any] | ReportSetAside]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]] | None]:
    """Give what each report requires under both books, or None for one that is set aside."""
    import polars as pl

    waiting = iter(reports)
    while batch := list(islice(waiting, _AT_ONCE)):
        texts = [
            None if isinstance(report, ReportSetAside) else msgspec.json.encode(report).decode()
            for report in batch
        ]
        frame = pl.DataFrame({"report": texts}, schema={"report": pl.String})
        rows = [count_frame(frame, book=book).iter_rows(named=True) for book in (before, after)]
        for old, new in zip(*rows, strict=True):
            yield None if old["fault"] or new["fault"] else (old, new)


def _classes_of(verdict: Mapping[str, Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for crime in verdict["crimes"]:
        found[" ".join(filter(None, (crime["ho_class"], crime.get("ho_code"))))] += crime["count"]
    for incident in verdict.get("reported_incidents", ()):
        found[incident["code"]] += incident["count"]
    return found
