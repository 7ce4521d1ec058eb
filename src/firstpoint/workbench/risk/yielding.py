"""What the daily audit yields: missed crimes per 100 reviews by why drawn, and how many are missed in all."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from attrs import frozen
from django.db.models import Count, Q, Sum

from firstpoint.errors import FirstpointError
from firstpoint.screening import reviewing
from firstpoint.screening.reviewing import MissedEstimate
from firstpoint.workbench.risk.models import DailyDraw, Drawn

DAYS = 30


@frozen
class LotYield:
    """Of one lot: how many were drawn, audited, and hid something, and how many crimes were missed."""

    lot: str
    drawn: int
    audited: int
    hiding: int
    missed: int

    @property
    def per_100(self) -> float | None:
        """Missed crimes per 100 reviews; None before any review."""
        return 100 * self.missed / self.audited if self.audited else None


@frozen
class DrawnDay:
    """A draw with how much of it is audited."""

    draw: DailyDraw
    audited: int
    drawn: int


@frozen
class Yield:
    """The yield of the last days: by lot, and the estimate over the whole days, or why there is none."""

    lots: tuple[LotYield, ...]
    days: tuple[DrawnDay, ...]
    estimate: MissedEstimate | None
    no_estimate: str
    whole_days: int


def yield_of(most_days: int = DAYS) -> Yield:
    """What the last draws yielded. An estimate rests on days that are audited to the last report alone."""
    draws = list(DailyDraw.objects.order_by("-day")[:most_days])
    counts = Drawn.objects.filter(draw__in=draws)
    by_lot = counts.values("lot").annotate(
        drawn=Count("pk"),
        audited=Count("pk", filter=Q(missed__isnull=False)),
        hiding=Count("pk", filter=Q(missed__gt=0)),
        found=Sum("missed"),
    )
    lots = [
        LotYield(row["lot"], row["drawn"], row["audited"], row["hiding"], row["found"] or 0)
        for row in by_lot.order_by("lot")
    ]
    days = _days(draws)
    whole = [each.draw for each in days if each.audited == each.drawn]
    estimate, why = _estimate(whole)
    return Yield(tuple(lots), tuple(days), estimate, why, len(whole))


def _days(draws: Sequence[DailyDraw]) -> list[DrawnDay]:
    found = (
        Drawn.objects.filter(draw__in=draws)
        .values("draw")
        .annotate(drawn=Count("pk"), audited=Count("pk", filter=Q(missed__isnull=False)))
    )
    counts = {row["draw"]: (row["audited"], row["drawn"]) for row in found.order_by()}
    return [DrawnDay(draw, *counts.get(draw.pk, (0, 0))) for draw in draws]


def _estimate(draws: Sequence[DailyDraw]) -> tuple[MissedEstimate | None, str]:
    if not draws:
        return None, "No day is audited to its last report yet: what is left may hide anything."
    try:
        return reviewing.estimate_missed(_reviewed(draws)), ""
    except FirstpointError as refusal:
        return None, f"{refusal.message} {refusal.remedy}"


def _reviewed(draws: Sequence[DailyDraw]) -> pl.DataFrame:
    rows = Drawn.objects.filter(draw__in=draws).values_list(
        "draw__day", "incident_id", "lot", "score", "inclusion_probability", "missed"
    )
    schema = {
        "day": pl.Date,
        "incident_id": pl.String,
        "lot": pl.String,
        "score": pl.Float64,
        "inclusion_probability": pl.Float64,
        "missed": pl.Int64,
    }
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(weight=1.0 / pl.col("inclusion_probability"), hides=pl.col("missed") > 0)
