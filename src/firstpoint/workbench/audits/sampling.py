"""From a drawn sample to an audit that can be marked, and from its marks to the estimate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from firstpoint import auditing, casework, insight
from firstpoint.auditing import AuditResult, Sample
from firstpoint.errors import InputError
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.accounts.people import THE_COMMAND
from firstpoint.workbench.audits.marking import put_right_what_it_missed
from firstpoint.workbench.audits.models import Audit, Mark, SampledReport
from firstpoint.workbench.incidents.models import Crime, Incident
from firstpoint.workbench.ledger.keeping import keep

_MARK_COLUMNS = ("in_time", "right_class")


def open_audit(
    sample: Sample,
    *,
    title: str,
    auditors: Sequence[str],
    recorded_crimes_12m: Mapping[str, int] | None = None,
    by: str = THE_COMMAND,
) -> Audit:
    """An audit of a drawn sample, its reports dealt out in turn to the auditors (user names).

    ``recorded_crimes_12m`` gives the recorded crimes of twelve months by stratum, where the estimate is to be
    carried to a year. Raises InputError for an auditor without that role, or a report that is not held here.
    """
    people = [_auditor(name) for name in auditors]
    if not people:
        raise InputError("An audit needs an auditor.", where=title, remedy="Name one or more.")
    with transaction.atomic():
        audit = Audit.objects.create(
            title=title,
            opened_at=timezone.now(),
            opened_by=by,
            seed=sample.seed,
            frame_sha256=sample.frame_sha256,
            method=sample.method,
            frame=_frame_rows(sample, recorded_crimes_12m or {}),
        )
        SampledReport.objects.bulk_create(_dealt(audit, sample.rows, people))
        keep(by, "audit.opened", f"audit:{audit.pk}", {"frame": sample.frame_sha256, "seed": sample.seed})
    return audit


def enter_marks(audit: Audit, marks: pl.DataFrame, *, auditor: str, by: str = THE_COMMAND) -> int:
    """How many marks from elsewhere (an audit workbook) were entered for an auditor.

    ``marks`` has ``incident_id``, ``should_record``, ``recorded`` and, when there, ``in_time``,
    ``right_class``, ``kind_of_error`` and ``note``; a kind that casework does not know is kept as a note, and
    the kind follows from the numbers. A report that is marked already is left as it is. Raises
    InputError for a report that was not drawn.
    """
    person = _auditor(auditor)
    drawn = {
        each.report_id: each
        for each in audit.reports.select_related("mark", "incident").defer("incident__text")
    }
    strangers = [name for name in marks.get_column("incident_id").to_list() if name not in drawn]
    if strangers:
        raise InputError(
            "This report was not drawn for the audit.", where=strangers[0], remedy="Take it out."
        )
    _check_numbers(marks)
    extra = [name for name in _MARK_COLUMNS if name in marks.columns]
    with transaction.atomic():
        made = Mark.objects.bulk_create(
            Mark(
                report=drawn[row["incident_id"]],
                auditor=person,
                should_record=row["should_record"],
                recorded=row["recorded"],
                marked_at=timezone.now(),
                **{name: row[name] for name in extra},
                **_error_and_note(row),
            )
            for row in marks.iter_rows(named=True)
            if not hasattr(drawn[row["incident_id"]], "mark")
        )
        SampledReport.objects.filter(pk__in=[each.report_id for each in made]).update(given_to=person)
        for each in made:
            put_right_what_it_missed(each, person, each.marked_at)
        keep(
            by,
            "audit.marks-entered",
            f"audit:{audit.pk}",
            {"marks": len(made), "auditor": person.person.reference},
        )
    return len(made)


def marks_frame(audit: Audit) -> pl.DataFrame:
    """The marks so far, as ``auditing.estimate`` takes them: a row a report."""
    schema = {
        "stratum": pl.String(),
        "incident_id": pl.String(),
        "should_record": pl.Int64(),
        "recorded": pl.Int64(),
        "in_time": pl.Int64(),
        "right_class": pl.Int64(),
        "kind_of_error": pl.String(),
        "auditor": pl.String(),
    }
    rows = [
        (
            mark.report.stratum, mark.report.report_id, mark.should_record, mark.recorded, mark.in_time,
            mark.right_class, mark.kind_of_error or None, f"user:{mark.auditor_id}",
        )
        for mark in _marks(audit).select_related("report").order_by("report__number")
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def audit_frame(audit: Audit) -> pl.DataFrame:
    """The frame of an audit, a row a stratum, as ``auditing.estimate`` takes it."""
    return pl.DataFrame(audit.frame)


def result(audit: Audit) -> AuditResult:
    """The estimate from the marks so far; raises Refused or InputError as ``auditing.estimate`` does."""
    marks = marks_frame(audit).select("stratum", "incident_id", "should_record", "recorded")
    return auditing.estimate(marks, audit_frame(audit))


def kinds_of_error(audit: Audit) -> tuple[tuple[str, int, int], ...]:
    """Each kind of error with its reports and its crimes, as ``insight.kinds_of_error`` counts them."""
    marks = marks_frame(audit)
    # A column that no auditor filled in says nothing, which is not the same as no error.
    asked = [name for name in ("in_time", "right_class") if marks.get_column(name).is_not_null().any()]
    if marks.is_empty():
        return ()
    counted = insight.kinds_of_error(marks.select("incident_id", "should_record", "recorded", *asked))
    return tuple(counted.select("kind", "incidents", "crimes").iter_rows())


def _marks(audit: Audit) -> QuerySet[Mark]:
    return Mark.objects.filter(report__audit=audit)


def _auditor(username: str) -> User:
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None or not user.may("audits.mark"):
        raise InputError(
            "There is no auditor of this name.", where=username, remedy="Add one with the role auditor."
        )
    return user


def _dealt(audit: Audit, drawn: pl.DataFrame, people: Sequence[User]) -> Iterator[SampledReport]:
    # In the order of the draw, stratum after stratum in turn: what is marked at any time is a fair part.
    ordered = drawn.sort("draw_order", "stratum").to_dicts()
    ids = [row["incident_id"] for row in ordered]
    incidents = _keys(Incident, "incident_id", ids)
    crimes = _keys(Crime, "crime_id", [each for each in ids if each not in incidents])
    _check_held(ids, incidents, crimes)
    for number, row in enumerate(ordered, start=1):
        yield SampledReport(
            audit=audit,
            number=number,
            stratum=row["stratum"],
            report_id=row["incident_id"],
            incident_id=incidents.get(row["incident_id"]),
            crime_id=crimes.get(row["incident_id"]),
            inclusion_probability=row["inclusion_probability"],
            draw_order=row["draw_order"],
            given_to=people[(number - 1) % len(people)],
        )


def _check_numbers(marks: pl.DataFrame) -> None:
    due, recorded = pl.col("should_record"), pl.col("recorded")
    right = (recorded >= 0) & (recorded <= due)
    wrong = marks.filter(~right.fill_null(value=False)).get_column("incident_id").to_list()
    if wrong:
        raise InputError(
            f"{len(wrong)} marks do not hold together: none may count more crimes recorded than were due.",
            where=wrong[0],
            remedy="Correct the marks.",
        )


def _keys(model: Any, column: str, ids: Sequence[str]) -> dict[str, int]:
    return dict(model.objects.filter(**{f"{column}__in": list(ids)}).values_list(column, "pk"))


def _check_held(ids: Sequence[str], *held: Mapping[str, int]) -> None:
    missing = [each for each in ids if not any(each in keys for keys in held)]
    if missing:
        raise InputError(
            f"{len(missing)} drawn reports are not held here, so nobody could mark them.",
            where=missing[0],
            remedy="Load the extract from which the frame was built.",
        )


def _frame_rows(sample: Sample, recorded: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"stratum": name, "incidents": count}
        | ({"recorded_crimes_12m": recorded[name]} if name in recorded else {})
        for name, count in sample.incidents.items()
    ]


def _error_and_note(row: Mapping[str, Any]) -> dict[str, str]:
    """The kind of error in casework's words; a mark's own reason, in whatever words, goes to the note."""
    given = str(row.get("kind_of_error") or "")
    known = given in {each.choice for each in casework.choices("kinds_of_error")}
    reason = "" if known else given.replace("_", " ")
    note = ". ".join(part for part in (reason, str(row.get("note") or "")) if part)
    return {"kind_of_error": given if known else _kind_from_numbers(row), "note": note}


def _kind_from_numbers(row: Mapping[str, Any]) -> str:
    recorded = row["recorded"]
    if recorded < row["should_record"]:
        return "fewer_than_required" if recorded else "not_recorded"
    for column, kind in (("right_class", "wrong_class"), ("in_time", "late")):
        part = row.get(column)
        if part is not None and part < recorded:
            return kind
    return ""
