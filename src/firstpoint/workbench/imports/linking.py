"""Looking for the incidents of crimes that name none which is held, and keeping what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from attrs import frozen
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from firstpoint.records.linking import Linkage, link_records
from firstpoint.workbench.accounts.people import THE_COMMAND
from firstpoint.workbench.database import LOADING, know_sizes, one_at_a_time
from firstpoint.workbench.imports.frames import whole_frame_of
from firstpoint.workbench.imports.rows import ROWS_AT_ONCE
from firstpoint.workbench.incidents.models import Crime, CrimeLink, Incident
from firstpoint.workbench.ledger.keeping import keep

DAYS = 92
"""How far back reports are compared, where nobody says otherwise: a quarter, as docs/linking.md advises."""
_BEFORE = timedelta(days=7)
_FOUND = ("weight", "probability", "how", "band", "reason")


@frozen
class LinkResult:
    """What one run did: crimes and incidents compared, links that stand, those for review, and remarks."""

    crimes: int
    incidents: int
    linked: int
    for_review: int
    notes: tuple[str, ...]

    def __str__(self) -> str:
        told = (
            f"{_so_many(self.crimes, 'crime')} and {_so_many(self.incidents, 'report')} compared: "
            f"{_so_many(self.linked, 'crime')} linked to a report not named, "
            f"{_so_many(self.for_review, 'crime')} for a person to review."
        )
        return " ".join([told, *self.notes])


def link_held(
    *,
    days: int = DAYS,
    by: str = THE_COMMAND,
    progress: Callable[[int, int], None] | None = None,
    also: Callable[[LinkResult], None] | None = None,
) -> LinkResult:
    """Link the crimes of the last so many days to incidents, and keep those links that no reference makes.

    What a person said of a link stays. A link that is no longer found stands no more, unless somebody
    decided on it.
    ``also`` is called with the outcome inside the transaction in which it is kept.
    """
    since = timezone.now() - timedelta(days=days)
    incidents = whole_frame_of(
        "incidents", Incident.objects.filter(received_at__gte=since - _BEFORE).order_by("pk")
    )
    # A crime without a moment of its own cannot be placed in time, and is told by its reference alone.
    recent = Crime.objects.filter(Q(recorded_at__gte=since) | Q(recorded_at=None, reported_at__gte=since))
    crimes = whole_frame_of("crimes", recent.order_by("pk"))
    linkage = link_records(incidents, crimes, progress=progress)
    with transaction.atomic(), one_at_a_time(LOADING):
        linked, waiting = keep_links(linkage, crimes.get_column("crime_id").to_list(), by=by)
        outcome = LinkResult(crimes.height, incidents.height, linked, waiting, linkage.notes)
        if also:
            also(outcome)
    know_sizes()
    return outcome


def keep_links(linkage: Linkage, compared: Sequence[str], *, by: str = THE_COMMAND) -> tuple[int, int]:
    """Keep those links that no reference as written makes; how many stand, and how many crimes wait.

    ``compared`` are the crimes that the linkage looked at: of these alone a link can be no longer found.
    """
    found = _found(linkage)
    linked = found.filter(pl.col("band") == "linked").height
    waiting = found.filter(pl.col("band") == "review").get_column("crime_id").n_unique()
    with transaction.atomic():
        _keep(found, compared, by, timezone.now())
        keep(by, "links.run", f"links:{CrimeLink.objects.count()}", {"linked": linked, "for_review": waiting})
    return linked, waiting


def _found(linkage: Linkage) -> pl.DataFrame:
    """The links that do not stand by the reference as written, with their band, each pair once."""
    banded = [
        rows.with_columns(band=pl.lit(band))
        for rows, band in ((linkage.links, "linked"), (linkage.review, "review"))
    ]
    found = (
        pl.concat(banded).filter(pl.col("how") != "reference").with_columns(pl.col("reason").fill_null(""))
    )
    return found.unique(["crime_id", "incident_id"], keep="first", maintain_order=True)


def _keep(found: pl.DataFrame, compared: Sequence[str], by: str, now: datetime) -> None:
    held = {
        (each.crime_id, each.incident_id): each
        for part in _parts(compared)
        for each in CrimeLink.objects.filter(crime_id__in=part)
    }
    new: list[CrimeLink] = []
    changed: list[CrimeLink] = []
    for row in found.iter_rows(named=True):
        pair = {"crime_id": row["crime_id"], "incident_id": row["incident_id"]}
        link = held.pop((*pair.values(),), None)
        (changed if link else new).append(link := link or CrimeLink(**pair))
        if link.band != row["band"]:
            link.changed_by, link.changed_at = by, now
        for name in _FOUND:
            setattr(link, name, row[name])
    CrimeLink.objects.bulk_create(new, batch_size=ROWS_AT_ONCE)
    columns = [*_FOUND, "changed_by", "changed_at"]
    CrimeLink.objects.bulk_update(changed, columns, batch_size=ROWS_AT_ONCE // 10)
    # Kept, so that the next screen knows whose crimes are fewer now.
    for part in _parts([each.pk for each in held.values() if not each.decided]):
        gone = CrimeLink.objects.filter(pk__in=part).exclude(band="none")
        gone.update(band="none", changed_by=by, changed_at=now)


def _so_many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _parts(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[start : start + ROWS_AT_ONCE] for start in range(0, len(values), ROWS_AT_ONCE)]
