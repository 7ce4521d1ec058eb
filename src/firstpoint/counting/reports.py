"""From a report to its verdict; and reading reports from files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from firstpoint.counting.books import Book, book_on
from firstpoint.counting.compiled import CompiledBook, NotPlain, compiled, matters_of
from firstpoint.counting.days import day_in_london
from firstpoint.counting.facts import report_faults, require_report
from firstpoint.counting.matters import Matter
from firstpoint.counting.questions import answer_question
from firstpoint.counting.reckoning import Outcome, Reckoning, reckon
from firstpoint.counting.rulings import MatterRuling, rule_matter
from firstpoint.counting.verdict import verdict_on
from firstpoint.errors import BadReport, UnreadableFile

#: What the plain reading leaves aside, once it is known to be in the format.
_BEAR_ON_NO_MATTER = frozenset({"ask", "note"})


class ReportSetAside(BadReport):
    """A report that was read from a file and cannot be counted; ``report_id`` is its own, where legible."""

    def __init__(self, message: str, *, where: str, remedy: str, report_id: str | None = None) -> None:
        super().__init__(message, where=where, remedy=remedy)
        self.report_id = report_id


def count_report(
    report: Mapping[str, Any], *, book: Book | None = None, reconstructed: bool = False
) -> dict[str, Any]:
    """Give the verdict on a report: what must be recorded, and by which rows of which book.

    ``report`` has the form of ``report.schema.json`` and is not changed; the verdict has that of
    ``verdict.schema.json``. Without ``book``, the book that holds on the day of the report in London is used;
    one whose official text was not seen whole only where ``reconstructed`` allows it.

    Raises BadReport with a JSON pointer for every fault, and Refused where no book holds for the day or only
    a reconstructed one does.
    """
    reckoning = reckoning_of(report, book, reconstructed=reconstructed)
    verdict = verdict_on(report, reckoning)
    return answer_question(report, reckoning, verdict)


def count_allegations(
    report: Mapping[str, Any], *, book: Book | None = None, reconstructed: bool = False
) -> dict[str, Outcome]:
    """Give what is decided on each allegation of a report, by its id, without writing the verdict out.

    It is what :func:`count_report` says of each, some four times quicker, and raises the same.
    """
    return reckoning_of(report, book, reconstructed=reconstructed).outcomes()


def reckoning_of(
    report: Mapping[str, Any], book: Book | None = None, *, reconstructed: bool = False
) -> Reckoning:
    """Give what a report requires, without writing the verdict out: decision, total, and rows applied.

    Raises as :func:`count_report` does.
    """
    return checked(report, book, reconstructed=reconstructed).reckoning()


class CheckedReport:
    """A report that has been read and checked against the format, ready to be counted under its book."""

    __slots__ = ("_matters", "_ready", "_ruled", "report")

    def __init__(
        self,
        report: Mapping[str, Any],
        ready: CompiledBook,
        matters: Sequence[Matter],
        ruled: Sequence[MatterRuling] | None = None,
    ) -> None:
        self.report = report
        self._ready = ready
        self._matters = matters
        self._ruled = ruled

    def reckoning(self) -> Reckoning:
        """Give what the report requires, with the rows applied."""
        ready = self._ready
        rulings = self._ruled
        if rulings is None:
            rulings = [
                MatterRuling(matter, ready.finding(matter.kind, matter.key)) for matter in self._matters
            ]
        return reckon(self.report, rulings, ready.book)


def checked(
    report: Mapping[str, Any], book: Book | None = None, *, reconstructed: bool = False
) -> CheckedReport:
    """Give a report read and checked; raises as :func:`count_report` does.

    Counting it again costs a fraction of reading it, so that a service may check a report when it comes in.
    """
    try:
        ready = compiled(book or _book_for(report["reported_at"], reconstructed))
        return CheckedReport(report, ready, ready.matters(report))
    except (NotPlain, KeyError, TypeError, ValueError, AttributeError, OverflowError):
        require_report(report)
        ready = compiled(book or _book_for(report["reported_at"], reconstructed))
        if not _BEAR_ON_NO_MATTER.isdisjoint(report):
            with suppress(NotPlain):
                plain = {name: said for name, said in report.items() if name not in _BEAR_ON_NO_MATTER}
                return CheckedReport(report, ready, ready.matters(plain))
        ruled = ready.carefully(report)
        return CheckedReport(report, ready, [ruling.matter for ruling in ruled], ruled)


def plain_reckoning_of(
    report: Mapping[str, Any], book: Book | None = None, *, reconstructed: bool = False
) -> Reckoning:
    """Give the same by writing out every sheet of facts and reading every table row by row."""
    require_report(report)
    book = book or _book_for(report["reported_at"], reconstructed)
    rulings = [rule_matter(matter, book) for matter in matters_of(report, compiled(book))]
    return reckon(report, rulings, book)


@lru_cache(maxsize=4096)
def _book_for(reported_at: str, reconstructed: bool) -> Book:
    return book_on(day_in_london(reported_at), reconstructed=reconstructed)


def read_reports(path: Path | str) -> Iterator[tuple[int, dict[str, Any] | ReportSetAside]]:
    """Give each report of a file with its line number (row number from 1 in Parquet), or what is wrong with
    it.

    ``.jsonl`` holds one report a line; ``.parquet`` holds them as JSON text in a column ``report``. Blank
    lines are passed over. Raises UnreadableFile where the file itself cannot be read.
    """
    path = Path(path)
    for line, text in _texts(path):
        if text.strip():
            yield line, read_report(text, f"{path.name}, line {line}")


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    if path.suffix == ".parquet":
        yield from enumerate(_parquet_column(path), start=1)
        return
    try:
        with path.open(encoding="utf-8-sig") as lines:
            yield from enumerate(lines, start=1)
    except (OSError, UnicodeDecodeError) as reason:
        raise UnreadableFile(
            f"cannot be read: {reason}.", where=str(path), remedy="Give a UTF-8 .jsonl file."
        ) from reason


def _parquet_column(path: Path) -> list[str]:
    import polars as pl

    try:
        frame = pl.read_parquet(path, columns=["report"])
    except (OSError, pl.exceptions.PolarsError) as reason:
        raise UnreadableFile(
            f"cannot be read: {reason}.",
            where=str(path),
            remedy="Give Parquet with a text column named report.",
        ) from reason
    return [text or "" for text in frame["report"].cast(pl.String).to_list()]


def read_report(text: str, where: str) -> dict[str, Any] | ReportSetAside:
    """Give the report in a JSON text, or what is wrong with it; ``where`` names its place in messages."""
    try:
        report = json.loads(text)
    except json.JSONDecodeError as reason:
        return ReportSetAside(f"is not JSON: {reason}.", where=where, remedy="Give one JSON object a line.")
    except RecursionError:
        return ReportSetAside("is nested too deeply.", where=where, remedy="Give one JSON object a line.")
    faults = report_faults(report)
    if faults:
        return ReportSetAside(
            " | ".join(faults),
            where=where,
            remedy="Correct the fields named.",
            report_id=_legible_id(report),
        )
    checked: dict[str, Any] = report
    return checked


def _legible_id(report: Any) -> str | None:
    named = report.get("report_id") if isinstance(report, Mapping) else None
    return named if isinstance(named, str) else None
