"""The monthly report: which kinds of offence most often lack crimes, and its sign-off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from attrs import asdict, frozen
from django.db import transaction
from django.db.models import Count, F, Sum

from firstpoint.errors import Refused
from firstpoint.ledger import Detail
from firstpoint.vocabulary import offence_class
from firstpoint.workbench.ledger.keeping import keep, text_digest
from firstpoint.workbench.missed.models import Shortfall, SignedMonth

LONGEST_DONE = 4000


@frozen
class MissedRow:
    """One class of one unit: incidents that lack crimes of it, how many they require and how many stand."""

    ho_class: str
    title: str
    group: str
    unit: str
    incidents: int
    required: int
    recorded: int

    @property
    def missing(self) -> int:
        """How many are missing."""
        return self.required - self.recorded


@frozen
class Monthly:
    """The report of a month: its rows, the most missing first, and what was signed, where it was."""

    month: date
    rows: tuple[MissedRow, ...]
    incidents: int
    signed: SignedMonth | None

    @property
    def missing(self) -> int:
        """How many crimes are missing in all."""
        return sum(row.missing for row in self.rows)

    @property
    def changed_since(self) -> bool:
        """Whether the figures are no longer those that were signed."""
        return self.signed is not None and self.signed.rows != [asdict(row) for row in self.rows]


def report_of(month: date) -> Monthly:
    """The report of a month as it stands now, beside what was signed."""
    rows = Shortfall.objects.filter(month=month)
    found = (
        rows.values("ho_class", "unit")
        .annotate(
            incidents=Count("incident_id", distinct=True), due=Sum("required"), standing=Sum("recorded")
        )
        .order_by(F("standing") - F("due"), "ho_class", "unit")
    )
    return Monthly(
        month=month,
        rows=tuple(_row(each) for each in found),
        incidents=rows.values("incident_id").distinct().count(),
        signed=SignedMonth.objects.filter(month=month).first(),
    )


def months() -> Sequence[date]:
    """The months of which anything was found or signed, the newest first."""
    found = set(Shortfall.objects.values_list("month", flat=True).distinct())
    return sorted(found | set(SignedMonth.objects.values_list("month", flat=True)), reverse=True)


def sign(month: date, what_was_done: str, *, by: str, now: datetime) -> SignedMonth:
    """The month as it was signed off; raises Refused where it was already, or is not over yet."""
    if now.date().replace(day=1) <= month:
        raise Refused("The month is not over.", where=f"{month:%Y-%m}", remedy="Sign it off when it is.")
    report = report_of(month)
    if report.signed:
        raise Refused(
            "This month was signed off before.",
            where=f"{month:%Y-%m}",
            remedy="What changed since is shown beside it.",
        )
    with transaction.atomic():
        signed = SignedMonth.objects.create(
            month=month,
            rows=[asdict(row) for row in report.rows],
            incidents=report.incidents,
            signed_by=by,
            signed_at=now,
            what_was_done=what_was_done,
        )
        detail: Detail = {"missing": report.missing, "done": f"hmac-sha256:{text_digest(what_was_done)}"}
        keep(by, "missed.signed", f"month:{month:%Y-%m}", detail)
    return signed


def as_csv_rows(report: Monthly) -> Sequence[Sequence[str | int]]:
    """The report as rows of a table, headings first."""
    heads = ("month", "class", "title", "group", "unit", "incidents", "required", "recorded", "missing")
    month = f"{report.month:%Y-%m}"
    return [
        heads,
        *(
            (month, r.ho_class, r.title, r.group, r.unit, r.incidents, r.required, r.recorded, r.missing)
            for r in report.rows
        ),
    ]


def _row(each: Mapping[str, Any]) -> MissedRow:
    known = offence_class(each["ho_class"])
    return MissedRow(
        ho_class=each["ho_class"],
        title=known.title if known else "",
        group=known.group if known else "",
        unit=each["unit"],
        incidents=each["incidents"],
        required=each["due"],
        recorded=each["standing"],
    )
