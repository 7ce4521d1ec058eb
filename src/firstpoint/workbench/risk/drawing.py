"""Drawing a day's audit: the top of the rank and a random part, every report with a known chance."""

from __future__ import annotations

import secrets
from datetime import date, datetime, time, timedelta

import polars as pl
from django.db import transaction

from firstpoint.casework.clocks import LONDON
from firstpoint.errors import Refused
from firstpoint.ledger import Detail
from firstpoint.screening import reviewing
from firstpoint.workbench.incidents.models import Incident, Screened
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.risk.models import DailyDraw, Drawn
from firstpoint.workbench.work.clocks import amount_of
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import made

BUDGET = 50
"""How many reports a day are audited, where nobody says otherwise."""


def draw_day(
    day: date, now: datetime, by: str, *, budget: int = BUDGET, seed: int | None = None
) -> DailyDraw:
    """The draw of the reports received on a London day, each a piece of work for the auditors.

    Raises Refused where the day was drawn before, or holds no report that the screen has read.
    """
    if DailyDraw.objects.filter(day=day).exists():
        raise Refused("This day was drawn before.", where=str(day), remedy="Draw another day.")
    screened, incidents = _frame_of(day)
    if screened.is_empty():
        raise Refused(
            "No report of this day was screened.", where=str(day), remedy="Load the day and run the screen."
        )
    chosen_seed = secrets.randbelow(2**31) if seed is None else seed
    frame = reviewing.frame_of(screened, incidents)
    size = min(budget, frame.height)
    wanted = reviewing.quotas(size)
    choice = reviewing.choose(frame, budget=size, seed=chosen_seed, day=day, quotas=wanted)
    with transaction.atomic():
        draw = DailyDraw.objects.create(
            day=day,
            seed=chosen_seed,
            budget=size,
            frame_size=frame.height,
            frame_sha256=choice.frame_sha256,
            record=choice.record(),
            drawn_at=now,
            drawn_by=by,
        )
        _open(draw, choice.chosen, now)
        detail: Detail = {
            "budget": size,
            "of": frame.height,
            "seed": chosen_seed,
            "frame": choice.frame_sha256,
        }
        keep(by, "risk.drawn", f"day:{day}", detail)
    return draw


def draw_once(day: date, now: datetime, by: str) -> int:
    """How many reports were drawn from a day that is over; none where it was drawn or none was screened."""
    try:
        return draw_day(day, now, by).budget
    except Refused:
        return 0


def _frame_of(day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    start = datetime.combine(day, time(), LONDON)
    end = datetime.combine(day + timedelta(days=1), time(), LONDON)
    rows = Screened.objects.filter(
        incident__received_at__gte=start, incident__received_at__lt=end, not_read=""
    ).select_related("incident")
    held = list(rows.order_by("incident_id"))
    screened = pl.DataFrame(
        [
            {
                "incident_id": each.incident_id,
                "rank": each.rank,
                "chance_unrecorded": each.chance_unrecorded,
                "disclosures": each.disclosures,
            }
            for each in held
        ],
        infer_schema_length=None,
        strict=False,
    )
    incidents = pl.DataFrame(
        [
            {
                "incident_id": each.incident_id,
                "domestic": each.incident.domestic,
                "opening_code": each.incident.opening_code,
                "text": each.incident.text,
            }
            for each in held
        ],
        schema={
            "incident_id": pl.String,
            "domestic": pl.Boolean,
            "opening_code": pl.String,
            "text": pl.String,
        },
    )
    return screened, incidents


def _open(draw: DailyDraw, chosen: pl.DataFrame, now: datetime) -> None:
    amount = amount_of("daily")
    references = chosen["incident_id"].to_list()
    incidents = {
        each.incident_id: each
        for each in Incident.objects.filter(incident_id__in=references)
        .defer("text")
        .select_related("screened")
    }
    items = [
        made("risk_audit", now=now, because="drawn", incident=incidents[reference], amount=amount)
        for reference in references
    ]
    WorkItem.objects.bulk_create(items)
    Drawn.objects.bulk_create(
        Drawn(
            draw=draw,
            item=item,
            incident_id=row["incident_id"],
            lot=row["lot"],
            grave=row["grave"] or "",
            inclusion_probability=row["inclusion_probability"],
            score=row["score"],
            recorded_then=incidents[row["incident_id"]].screened.crimes_recorded,
            expected_then=incidents[row["incident_id"]].screened.expected_crimes,
        )
        for item, row in zip(items, chosen.to_dicts(), strict=True)
    )
