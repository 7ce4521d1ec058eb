"""A verdict told in plain English, by running the report again and reading the rows that applied.

The replay must reach the rows that the verdict's trace names; where it does not, the text says so first,
since either the facts, the book or the program is then not the one that gave the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firstpoint.counting.books import Book, book_named, listed_books
from firstpoint.counting.cells import Interval
from firstpoint.counting.facts import UNKNOWN, require_report
from firstpoint.counting.matters import Matter
from firstpoint.counting.open_classes import CLOCK_RUNS, MAY_BE_ONE_CRIME, crimes_due_with_open_class
from firstpoint.counting.reckoning import Reckoning
from firstpoint.counting.reports import count_report, reckoning_of
from firstpoint.counting.row_words import fact_words, span_words
from firstpoint.counting.rulings import MatterRuling
from firstpoint.counting.tables import Row
from firstpoint.vocabulary import offence_class, reported_incidents

_DECISIONS: Mapping[str, str] = {
    "record": "this force must record",
    "reported_incident": "a reported incident must be recorded, and no crime",
    "crime_related_incident": "a crime-related incident, and no crime",
    "incident_only": "an incident only: no notifiable crime is required",
    "refer": "passed to the national fraud service",
    "other_force": "for another force to record; this one keeps a crime-related incident",
    "absorbed": "counted in what is already recorded",
    "answered": "the question about the record is answered",
    "not_decidable": "cannot be decided on these facts",
}

#: The headings under which warnings are told, with their codes; the one without codes takes the rest.
_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Clocks running:": (CLOCK_RUNS, MAY_BE_ONE_CRIME),
    "Defaults used, since the fact was not given:": ("default_used",),
    "Left open, or to be judged:": (),
}


def explain(
    report: Mapping[str, Any],
    verdict: Mapping[str, Any] | None = None,
    *,
    why_not: int = 3,
    reconstructed: bool = False,
) -> str:
    """Give an account of the verdict on a report, in sentences, with each row and clause.

    ``verdict`` is one given earlier; without it the report is counted now. ``why_not`` is how many of the
    nearest rows that did not apply are told for each allegation, with the fact that ruled them out.
    ``reconstructed`` allows a book whose official text was not seen whole, as in ``count_report``.
    """
    require_report(report)
    now = count_report(report, book=_book_of(verdict), reconstructed=reconstructed)
    verdict = verdict or now
    reckoning = reckoning_of(report, _book_of(verdict))
    lines = [*_mismatch(verdict, now), _headline(verdict, reckoning.book)]
    lines += _crimes(verdict) + _incidents(verdict) + _answers(verdict)
    for told in verdict["allegations"]:
        lines += ["", *_allegation(told, verdict, reckoning, why_not)]
    lines += _warnings(verdict)
    return "\n".join(lines) + "\n"


def _book_of(verdict: Mapping[str, Any] | None) -> Book | None:
    if verdict is None:
        return None
    name = verdict["book"]["id"]
    return book_named(name) if any(book.id == name for book in listed_books()) else None


def _mismatch(verdict: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    stored = [(step["stage"], step["row"]) for step in verdict["trace"]]
    if stored == [(step["stage"], step["row"]) for step in now["trace"]] and verdict["book"] == now["book"]:
        return []
    return [
        "WARNING: counting these facts again does not reach the same rows; facts, book or program changed."
    ]


def _headline(verdict: Mapping[str, Any], book: Book) -> str:
    decision = _DECISIONS[verdict["decision"]]
    due = _due(crimes_due_with_open_class(verdict), besides=verdict["total"])
    until = f"by {verdict['record_by']}" if "record_by" in verdict else ""
    if verdict["decision"] == "record":
        told = f"{decision} ({_and(_number(verdict['total']), until)})"
        told += f"; besides, {due}" if due else ""
    elif verdict["decision"] == "not_decidable":
        told = f"{decision}, yet {due} ({until})" if due else decision
    elif due:
        told = f"{due} ({until}); the rest: {decision}"
    else:
        told = f"{decision} ({_and(_number(verdict['total']), until)})"
    return f"Decision: {told}.{_undecided(verdict)} Rules: {book.title}."


def _due(number: int, *, besides: int) -> str:
    if number == 0:
        return ""
    more = "more " if besides else ""
    return (
        f"at least 1 {more}crime is due, its class is open"
        if number == 1
        else f"at least {number} {more}crimes are due, their classes are open"
    )


def _undecided(verdict: Mapping[str, Any]) -> str:
    """Say which matters are undecided where the decision on the report is about the others."""
    open_ones = [told["id"] for told in verdict["allegations"] if told["decision"] == "not_decidable"]
    if verdict["decision"] == "not_decidable" or not open_ones:
        return ""
    return f" Still undecided: {', '.join(open_ones)}."


def _number(crimes: int) -> str:
    return "no crime" if crimes == 0 else "1 crime" if crimes == 1 else f"{crimes} crimes"


def _and(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _title(ho_class: str) -> str:
    known = offence_class(ho_class)
    return f"{ho_class} {known.title}" if known else ho_class


def _crimes(verdict: Mapping[str, Any]) -> list[str]:
    lines = []
    for crime in verdict["crimes"]:
        code = f", code {crime['ho_code']}" if "ho_code" in crime else ""
        attempt = ", an attempt" if crime.get("attempt") else ""
        absorbed = f"; it takes in {', '.join(crime['absorbed'])}" if crime.get("absorbed") else ""
        again = f"; record {crime['reclassifies']} becomes this crime" if "reclassifies" in crime else ""
        of = f" from {', '.join(crime['allegations'])}" if crime["allegations"] else ""
        lines.append(f"  {crime['count']} x {_title(crime['ho_class'])}{code}{attempt}{of}{absorbed}{again}.")
    return lines


def _incidents(verdict: Mapping[str, Any]) -> list[str]:
    titles = reported_incidents()
    return [
        f"  {entry['count']} x {entry['code']} {titles[entry['code']].title}."
        for entry in verdict.get("reported_incidents", ())
    ]


def _answers(verdict: Mapping[str, Any]) -> list[str]:
    lines = []
    for question in ("cancellation", "outcome", "reclassification", "in_time"):
        if question in verdict:
            answer = verdict[question]
            code = f" {answer['code']}" if "code" in answer else ""
            reasons = "; ".join(answer.get("reasons", ()))
            lines.append(
                f"  {_words(question).capitalize()}{code} valid: {answer['valid']}. {reasons}".rstrip()
            )
    return lines


def _allegation(
    told: Mapping[str, Any], verdict: Mapping[str, Any], reckoning: Reckoning, why_not: int
) -> list[str]:
    rulings = [ruling for ruling in reckoning.rulings if ruling.matter.id == told["id"]]
    into = f" into {told['into']}" if "into" in told else ""
    lines = [f"{told['id']} ({_words(rulings[0].matter.kind)}): {_words(told['decision'])}{into}."]
    for step in verdict["trace"]:
        if step.get("allegation") == told["id"]:
            lines.append(f"  {step['stage'].replace('_', ' ')}: {step.get('clause', '')} [{step['row']}]")
    if told.get("reason"):
        lines.append(f"  Reason: {told['reason']}.")
    if told.get("missing"):
        lines.append(f"  Missing: {', '.join(told['missing'])}.")
    return lines + [f"  Not so: {text}" for text in _why_not(rulings[0], reckoning.book, why_not)]


def _why_not(ruling: MatterRuling, book: Book, at_most: int) -> list[str]:
    """Give the nearest rows that did not apply, one for each fact that ruled a row out, the nearest first."""
    table = book.class_tables.get(ruling.matter.kind)
    if table is None:
        return []
    deciding = {step.row.id for step in ruling.finding.steps}
    near = sorted(
        (
            (_failing(row, ruling.matter), row)
            for row in table.rows_for(ruling.matter.facts)
            if row.id not in deciding
        ),
        key=lambda pair: (len(pair[0]), -len(pair[1].cells), pair[1].id),
    )
    told: dict[str, str] = {}
    for failing, row in near:
        if failing and len(told) < at_most:
            told.setdefault(failing[0], _ruled_out(row, failing[0], ruling.matter))
    return list(told.values())


def _failing(row: Row, matter: Matter) -> list[str]:
    return [column for column, cell in row.cells if cell.answer(matter.facts.get(column, UNKNOWN)) == "no"]


def _ruled_out(row: Row, column: str, matter: Matter) -> str:
    cell = dict(row.cells)[column]
    needs = (
        span_words((cell.low, cell.high))
        if isinstance(cell, Interval)
        else " or ".join(sorted(map(fact_words, cell.points())))
    )
    name = column.replace("_", " ").replace(".", "'s ")
    given = fact_words(matter.facts.get(column, UNKNOWN))
    return f"{row.result} [{row.id}] needs {name} {needs}; it is {given}."


def _words(name: str) -> str:
    return name.replace("_", " ")


def _warnings(verdict: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for heading, codes in _SECTIONS.items():
        texts = [
            f"  {_of(warning)}{warning['text']}"
            for warning in verdict.get("warnings", ())
            if warning["code"] in codes or (not codes and not _has_a_section(warning["code"]))
        ]
        lines += ["", heading, *texts] if texts else []
    return lines


def _of(warning: Mapping[str, str]) -> str:
    return f"{warning['allegation']}: " if "allegation" in warning else ""


def _has_a_section(code: str) -> bool:
    return any(code in codes for codes in _SECTIONS.values())
