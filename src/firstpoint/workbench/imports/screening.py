"""Running the screen over the incidents held, and opening recording work on what it finds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import polars as pl
from attrs import frozen
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from firstpoint import screening
from firstpoint.errors import InputError
from firstpoint.screening.facts import REPORTED_INCIDENT
from firstpoint.workbench.accounts.people import THE_COMMAND
from firstpoint.workbench.cancellation.effect import cancelled_now, changed_since
from firstpoint.workbench.database import LOADING, know_sizes, one_at_a_time
from firstpoint.workbench.imports.frames import frame_of
from firstpoint.workbench.imports.models import EarlierRow, LoadedExtract, ScreenRun
from firstpoint.workbench.imports.rows import ROWS_AT_ONCE
from firstpoint.workbench.incidents import linked
from firstpoint.workbench.incidents.models import Crime, Incident, LogEntry, Screened
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.work.clocks import amount_of
from firstpoint.workbench.work.handling import open_after_screen
from firstpoint.workbench.work.models import FIRST, WorkItem
from firstpoint.workbench.work.opening import made

OPEN_FROM = 0.5
"""From which chance of an unrecorded crime an incident becomes work, where nobody says otherwise."""

_READ: dict[str, pl.DataType] = {
    "incident_id": pl.String(),
    "text": pl.String(),
    "received_at": pl.Datetime("us", "UTC"),
    "channel": pl.String(),
    "opening_code": pl.String(),
    "closing_code": pl.String(),
    "reporter_role": pl.String(),
}
_CRIMES: dict[str, pl.DataType] = {
    "crime_id": pl.String(),
    "incident_id": pl.String(),
    "ho_class": pl.String(),
    "status": pl.String(),
}
_NOT_STANDING = ("cancelled", "transferred")
_FIGURES = pl.col("chance_unrecorded", "chance_crime", "harm", "expected_crimes")  # null where not read
_NOT_READ = pl.col("not_read")
_HELD, _SEEN = Screened._meta.db_table, "seen_now"
_COLUMNS = tuple(str(each.column) for each in Screened._meta.concrete_fields if not each.primary_key)
_CELLS = ", ".join(_COLUMNS)


@frozen
class ScreenResult:
    """What one run did: how many incidents it read, how many became work, and which reader read them."""

    incidents: int
    opened: int
    reader: str
    open_from: float


def screen_held(
    *,
    screened: pl.DataFrame | None = None,
    loads: Sequence[int] | None = None,
    open_from: float = OPEN_FROM,
    by: str = THE_COMMAND,
    progress: Callable[[int, int], None] | None = None,
    also: Callable[[ScreenResult], None] | None = None,
) -> ScreenResult:
    """Screen every incident held, keep what was seen, and open work where a crime is likely missing.

    An incident becomes recording work when the chance that it holds an unrecorded crime is at least
    ``open_from``, or when it discloses a reported incident (an N code) that is not recorded as one. Work that
    exists already stays as it stands. What was seen before is replaced, all in one transaction.

    ``screened`` is what ``screening.screen`` gave for these very incidents a moment ago, where a caller has
    it already; it must have a row for each incident held. Raises InputError when it has not. With ``loads``
    only incidents that these loads changed, whose crimes they changed, or that no screen has read, are read;
    all are ranked. ``also`` is called with the outcome inside the transaction in which it is kept.
    """
    now = timezone.now()
    which = _changed_by(loads) if loads is not None else Incident.objects.all()
    crimes = _crimes(which if loads is not None else None)
    seen = _checked(screened) if screened is not None else _seen_now(which, crimes, progress)
    reader = str(seen.get_column("reader").first()) if seen.height else ""
    work = _work_to_open(seen, open_from, now)
    with _beside(seen, crimes, now), transaction.atomic(), one_at_a_time(LOADING):
        _keep_seen(anew=loads is None)
        opened = _open(work)
        followed = LoadedExtract.objects.filter(screened_at=None)
        (followed if loads is None else followed.filter(pk__in=loads)).update(screened_at=now)
        ScreenRun.objects.create(
            reader=reader, incidents=seen.height, opened=opened, open_from=open_from, run_at=now, run_by=by
        )
        detail = {"incidents": seen.height, "opened": opened, "open_from_permille": round(open_from * 1000)}
        keep(by, "screen.run", f"screen:{ScreenRun.objects.count()}", detail)
        # Before the word that it is done: a kill between the two would leave this work unopened.
        open_after_screen(now, by)
        outcome = ScreenResult(seen.height, opened, reader, open_from)
        if also:
            also(outcome)
    know_sizes()
    return outcome


def owed() -> list[int]:
    """The loads that no screen has followed yet."""
    return list(LoadedExtract.objects.filter(screened_at=None, undone_at=None).values_list("pk", flat=True))


def _changed_by(loads: Sequence[int]) -> QuerySet[Incident]:
    crimes = Crime.objects.filter(extract__in=loads).values("incident_id")
    entries = LogEntry.objects.filter(extract__in=loads).values("incident_id")
    moved = EarlierRow.objects.filter(table="crimes", instead__in=loads, row__isnull=False)
    before = {each.row["incident_id"] for each in moved if each.row} - {None}
    changed = Q(extract__in=loads) | Q(incident_id__in=crimes) | Q(screened=None)
    last = ScreenRun.objects.order_by("-run_at").first()
    if last:
        changed |= Q(incident_id__in=changed_since(last.run_at) | linked.changed_since(last.run_at))
    return Incident.objects.filter(changed | Q(incident_id__in=before) | Q(incident_id__in=entries))


def _seen_now(
    which: QuerySet[Incident], crimes: pl.DataFrame, progress: Callable[[int, int], None] | None
) -> pl.DataFrame:
    return screening.screen(frame_of(which.order_by("pk"), _READ), crimes, progress=progress)


def _checked(screened: pl.DataFrame) -> pl.DataFrame:
    held = set(Incident.objects.values_list("incident_id", flat=True))
    given = screened.get_column("incident_id").to_list()
    if held != set(given) or len(held) != len(given):
        raise InputError(
            f"What was screened ({len(given):,} rows) is not what is held ({len(held):,} incidents).",
            where="screened",
            remedy="Screen the incidents that are held.",
        )
    return screened


def _crimes(which: QuerySet[Incident] | None) -> pl.DataFrame:
    """The crimes of some incidents (all crimes, where none are given) as the screen reads them.

    A crime that is tied to an incident by a link counts as that one's. What was cancelled here stands no
    more, whatever the extract says.
    """
    tied = linked.crimes_tied_to(which)
    rows = Crime.objects.all()
    if which is not None:
        found = linked.standing().filter(incident__in=which).values("crime_id")
        rows = rows.filter(Q(incident__in=which) | Q(crime_id__in=found))
    ties = pl.DataFrame(
        {"crime_id": list(tied), "tied": list(tied.values())},
        schema={"crime_id": pl.String(), "tied": pl.String()},
    )
    gone = pl.col("crime_id").is_in(sorted(cancelled_now()))
    status = pl.when(gone).then(pl.lit("cancelled")).otherwise(pl.col("status"))
    frame = frame_of(rows, _CRIMES).with_columns(status.alias("status"))
    under = frame.join(ties, on="crime_id", how="left", maintain_order="left")
    return under.with_columns(incident_id=pl.coalesce("tied", "incident_id")).drop("tied")


@contextmanager
def _beside(seen: pl.DataFrame, crimes: pl.DataFrame, now: datetime) -> Iterator[None]:
    """Hold what was seen in a table of this connection alone, which keeps nobody waiting meanwhile."""
    _run(f"DROP TABLE IF EXISTS {_SEEN}")
    _run(f"CREATE TEMPORARY TABLE {_SEEN} AS SELECT {_CELLS} FROM {_HELD} WHERE 1 = 0")
    standing = crimes.filter(~pl.col("status").is_in(_NOT_STANDING).fill_null(value=False))
    recorded = Counter(standing.get_column("incident_id").drop_nulls().to_list())
    given = {"screened_at": connection.ops.adapt_datetimefield_value(now)}
    places = ", ".join(["%s"] * len(_COLUMNS))
    with connection.cursor() as cursor:
        for part in seen.iter_slices(ROWS_AT_ONCE):
            told = part.with_columns(_FIGURES.fill_null(0.0), _NOT_READ.fill_null("")).to_dicts()
            for row in told:
                row |= {**given, "crimes_recorded": recorded[row["incident_id"]]}
                row["disclosures"] = json.dumps(row["disclosures"])
            statement = f"INSERT INTO {_SEEN} ({_CELLS}) VALUES ({places})"
            cursor.executemany(statement, [[row[column] for column in _COLUMNS] for row in told])
    try:
        yield
    finally:
        if not connection.needs_rollback:
            _run(f"DROP TABLE IF EXISTS {_SEEN}")


def _keep_seen(*, anew: bool) -> None:
    """Let what stands beside take the place of what was seen before."""
    _run(
        f"DELETE FROM {_HELD}" + ("" if anew else f" WHERE incident_id IN (SELECT incident_id FROM {_SEEN})")
    )
    _run(f"INSERT INTO {_HELD} ({_CELLS}) SELECT {_CELLS} FROM {_SEEN}")
    if not anew:
        _rank_all()


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _rank_all() -> None:
    """Rank all that was ever seen, in the order of :func:`screening.screen`."""
    by_bytes = "BINARY" if connection.vendor == "sqlite" else '"C"'
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE incidents_screened SET rank = r.rank FROM (
                SELECT id, ROW_NUMBER() OVER (
                    ORDER BY
                        CASE WHEN harm * chance_unrecorded > 0 THEN 0 WHEN not_read <> '' THEN 1 ELSE 2 END,
                        harm * chance_unrecorded DESC, chance_unrecorded DESC, incident_id COLLATE {by_bytes}
                ) AS rank FROM incidents_screened
            ) r WHERE r.id = incidents_screened.id AND r.rank <> incidents_screened.rank
            """
        )


def _work_to_open(seen: pl.DataFrame, open_from: float, now: datetime) -> list[WorkItem]:
    likely = set(seen.filter(pl.col("chance_unrecorded") >= open_from).get_column("incident_id").to_list())
    likely |= _reported_incidents(seen)
    amount = amount_of("recording")
    return [
        made("recording", now=now, because="screen", incident=incident, amount=amount)
        for incident in _without_work(sorted(likely))
    ]


def _open(work: Sequence[WorkItem]) -> int:
    """Put work on the list, and give how much; what somebody opened meanwhile stays as it is."""
    held = WorkItem.objects.filter(kind="recording")
    before = held.count()
    WorkItem.objects.bulk_create(work, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)
    _prioritise()
    return held.count() - before


def _without_work(names: Sequence[str]) -> list[Incident]:
    """Those of some incidents on which nobody has to decide yet, in the order in which they came."""
    decided = WorkItem.objects.filter(kind="recording").values("incident_id")
    held = Incident.objects.exclude(incident_id__in=decided).defer("text")
    parts = (names[start : start + ROWS_AT_ONCE] for start in range(0, len(names), ROWS_AT_ONCE))
    found = [incident for part in parts for incident in held.filter(incident_id__in=part)]
    return sorted(found, key=lambda incident: incident.pk)


def _prioritise() -> None:
    """Give open work about an incident its priority: harm times the chance that a crime is missing.

    What was found missing elsewhere stays ahead of all that.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE work_workitem SET priority = s.harm * s.chance_unrecorded FROM incidents_screened s
            WHERE s.incident_id = work_workitem.incident_id AND work_workitem.open
              AND work_workitem.priority <> s.harm * s.chance_unrecorded
              AND work_workitem.priority < %s
            """,
            [FIRST],
        )


def _reported_incidents(seen: pl.DataFrame) -> set[str]:
    """The incidents that disclose a reported incident (an N code, no crime) and hold no such record."""
    told = seen.filter(
        pl.col("disclosures")
        .list.eval(
            (pl.element().struct.field("context") == REPORTED_INCIDENT)
            & (pl.element().struct.field("certainty") >= screening.sure_from())
        )
        .list.any()
    )
    held = Crime.objects.filter(Q(ho_class__startswith="N") | Q(ho_code__startswith="N"))
    recorded = set(held.exclude(status__in=_NOT_STANDING).values_list("incident_id", flat=True))
    return set(told.get_column("incident_id").to_list()) - recorded
