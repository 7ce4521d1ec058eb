"""Finding incidents with fewer crimes recorded than the rules require: in bulk, and safe to repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from attrs import frozen
from django.db.models import Q

from firstpoint.casework.clocks import LONDON
from firstpoint.workbench.cancellation.models import CancelledHere
from firstpoint.workbench.incidents import linked
from firstpoint.workbench.incidents.models import Crime, Incident, Screened
from firstpoint.workbench.incidents.verdicts import required_of
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.missed.models import Shortfall
from firstpoint.workbench.work.clocks import amount_of
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import made

_AT_ONCE = 500
_GONE = ("cancelled", "transferred")


@frozen
class Short:
    """An incident with some crimes recorded, but too few: by class, what is required and recorded."""

    incident: Incident
    required: Counter[str]
    recorded: Counter[str]

    @property
    def missing(self) -> Counter[str]:
        """What is required by class beyond what is recorded, save what stands in another class."""
        lacking = self.required - self.recorded
        surplus = sum((self.recorded - self.required).values())
        # A crime recorded in another class is a wrong class and no missing crime.
        for ho_class in sorted(lacking):
            taken = min(surplus, lacking[ho_class])
            lacking[ho_class] -= taken
            surplus -= taken
        return +lacking


def open_for_incidents(now: datetime, by: str) -> int:
    """How many pieces of work were opened: one for each incident that is short and has none yet."""
    opened = 0
    amount = amount_of("missed")
    for shorts in _parts(_short()):
        items = []
        for short in shorts:
            item = made(
                "missed_multiple",
                now=now,
                because="screen",
                incident=short.incident,
                priority=short.incident.screened.harm,
                amount=amount,
            )
            item.particulars = {"required": short.required.total(), "recorded": short.recorded.total()}
            items.append(item)
        WorkItem.objects.bulk_create(items)
        Shortfall.objects.bulk_create(
            (each for short in shorts for each in _shortfalls(short, now)), ignore_conflicts=True
        )
        opened += len(items)
    if opened:
        keep(by, "missed_multiple.opened", f"opened:{opened}")
    return opened


def month_of(moment: datetime) -> date:
    """The first day of a moment's month in London."""
    return moment.astimezone(LONDON).date().replace(day=1)


def _short() -> Iterator[Short]:
    """Each incident that has crimes and lacks some, and has no work yet."""
    held = WorkItem.objects.filter(kind="missed_multiple").values("incident_id")
    # The expected number is what the screen counted: where it is not above the records, nothing can be short.
    likely = Screened.objects.filter(crimes_recorded__gt=0, expected_crimes__gt=1.0, chance_crime__gte=0.5)
    rows = likely.exclude(incident_id__in=held).select_related("incident").defer("incident__text")
    for seen in rows.order_by("pk").iterator(chunk_size=_AT_ONCE):
        required = required_of(seen.incident, seen)
        if required.total <= seen.crimes_recorded:
            continue
        recorded = Counter(_standing(seen.incident_id))
        short = Short(
            seen.incident, Counter({each.ho_class: each.count for each in required.crimes}), recorded
        )
        if short.missing:
            yield short


def _standing(incident_id: str) -> list[str]:
    tied = linked.standing().filter(incident_id=incident_id).values("crime_id")
    rows = Crime.objects.filter(Q(incident_id=incident_id) | Q(crime_id__in=tied)).exclude(status__in=_GONE)
    rows = rows.exclude(crime_id__in=CancelledHere.objects.filter(reversed_at=None).values("crime_id"))
    return [ho_class or "" for ho_class in rows.values_list("ho_class", flat=True)]


def _shortfalls(short: Short, now: datetime) -> Iterator[Shortfall]:
    for ho_class, missing in short.missing.items():
        required = short.required[ho_class]
        yield Shortfall(
            incident_id=short.incident.incident_id,
            month=month_of(short.incident.received_at),
            unit=short.incident.unit or "",
            ho_class=ho_class,
            required=required,
            recorded=required - missing,
            found_at=now,
        )


def _parts(shorts: Iterator[Short]) -> Iterator[list[Short]]:
    part: list[Short] = []
    for short in shorts:
        part.append(short)
        if len(part) == _AT_ONCE:
            yield part
            part = []
    if part:
        yield part
