"""Witnessing the ledger outside the database: a checkpoint every ten minutes, in a file of its own.

A chain in a database proves nothing against whoever can write the whole database anew. A checkpoint in a file
that they cannot reach does: :func:`witness` adds one there, when anything is new, and notes how it went.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from pathlib import Path

from attrs import frozen
from django.conf import settings
from django.core.cache import cache
from django.db import Error, close_old_connections
from django.utils import timezone

from firstpoint import ledger
from firstpoint.errors import FirstpointError, InputError, LedgerBroken
from firstpoint.ledger import BeingWritten, Checkpoint, read_checkpoint
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.ledger.models import LedgerEntry, Witness

EVERY = timedelta(minutes=10)
TOLD_OF_FAULTS = frozenset({"registrar", "administrator"})
_OVERDUE = timedelta(hours=1)
_CACHED = "ledger-witness-fault"
_CACHED_SECONDS = 30
_ROW = 1

_log = logging.getLogger("firstpoint.workbench")


@frozen
class Standing:
    """How far the ledger is witnessed outside, for people to see."""

    place: str
    written_at: datetime | None
    uncovered: int
    fault: str
    on_the_same_disk: bool


def witness(path: Path, now: datetime) -> Checkpoint | None:
    """The checkpoint added to the file at ``path``; None where nothing is new or another process is at it.

    Raises LedgerBroken when the file holds what the ledger no longer does, and InputError where it cannot be
    written; either is noted for the pages, too.
    """
    try:
        added = _added(path, now)
    except BeingWritten:
        return None
    except FirstpointError as fault:
        _note(now, fault=f"{fault.message} {fault.remedy}")
        raise
    except OSError as fault:
        refusal = _cannot_be_written(path, str(fault.strerror))
        _note(now, fault=refusal.message)
        raise refusal from fault
    _note(now, written=added is not None)
    return added


def keep_witnessing(stop: threading.Event, path: Path) -> None:
    """Witness the ledger now and every ten minutes until ``stop`` is set, whatever fails meanwhile."""
    while True:
        close_old_connections()
        try:
            witness(path, timezone.now())
        except (FirstpointError, Error) as fault:
            _log.error("no checkpoint was written: %s", type(fault).__name__)
        close_old_connections()
        if stop.wait(EVERY.total_seconds()):
            return


def standing() -> Standing:
    """How far the ledger is witnessed outside by now, told from the file itself."""
    path = settings.CHECKPOINTS
    last = LedgerEntry.objects.order_by("-sequence").first()
    length = last.sequence if last else 0
    if path is None:
        return Standing("", None, length, "No place for checkpoints is set.", False)
    try:
        points = read_checkpoint(path) if path.is_file() else ()
    except (InputError, OSError) as fault:
        return Standing(str(path), None, length, str(fault), is_on_the_same_disk(path))
    covered = max((point.count for point in points), default=0)
    return Standing(
        place=str(path),
        written_at=points[-1].at if points else None,
        uncovered=max(0, length - covered),
        fault=_fault(),
        on_the_same_disk=is_on_the_same_disk(path),
    )


def fault_for(user: User) -> str:
    """What a registrar or an administrator is told on every page while the ledger is not witnessed."""
    if TOLD_OF_FAULTS.isdisjoint(user.roles):
        return ""
    return str(cache.get_or_set(_CACHED, _fault, _CACHED_SECONDS))


def is_on_the_same_disk(path: Path) -> bool:
    """Whether the file lies on the disk of the database, where whoever reaches one reaches both."""
    if settings.DIRECTORY is None:
        return False
    try:
        return path.parent.stat().st_dev == settings.DIRECTORY.stat().st_dev
    except OSError:
        return False


def warnings() -> list[str]:
    """What whoever runs the workbench should know of where its checkpoints go."""
    path = settings.CHECKPOINTS
    if path is None or not is_on_the_same_disk(path):
        return []
    return [
        f"Checkpoints of the ledger go to {path}, on the disk of the database: whoever can write one can "
        "write both. Name a place elsewhere: checkpoints in workbench.toml, or FIRSTPOINT_CHECKPOINTS."
    ]


def _added(path: Path, now: datetime) -> Checkpoint | None:
    with ledger.outside_file(path) as file:
        before = file.last()
        newest = LedgerEntry.objects.order_by("-sequence").first()
        point = ledger.checkpoint(newest.as_entry() if newest else None, at=now)
        ledger.check_grows(before, point, path)
        if before is not None:
            _check_still_held(before, path)
        if point.count == (before.count if before else 0):
            return None
        file.add(point)
        return point


def _check_still_held(point: Checkpoint, path: Path) -> None:
    """Raise LedgerBroken where the entry that the last checkpoint names has another hash now."""
    if not point.count:
        return
    entry = LedgerEntry.objects.filter(sequence=point.count).first()
    if entry is None or entry.hash != point.head:
        raise LedgerBroken(
            f"Entry {point.count} of the ledger is not the one that the last checkpoint names.",
            where=path.name,
            remedy="Verify the ledger with the checkpoints, and compare it with a backup.",
        )


def _note(now: datetime, *, written: bool = False, fault: str = "") -> None:
    values: dict[str, object] = {"tried_at": now, "fault": fault}
    if written:
        values["written_at"] = now
    Witness.objects.update_or_create(pk=_ROW, defaults=values)
    cache.delete(_CACHED)


def _fault() -> str:
    row = Witness.objects.filter(pk=_ROW).first()
    if row is None:
        return ""
    if row.fault:
        return row.fault
    return "" if row.tried_at > timezone.now() - _OVERDUE else "None was tried for more than an hour."


def _cannot_be_written(path: Path, reason: str) -> InputError:
    return InputError(
        f"Checkpoints cannot be written: {reason}.",
        where=str(path),
        remedy="Check that its folder is there and who may write in it, and whether that disk is full.",
    )
