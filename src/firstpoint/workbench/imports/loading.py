"""Loading extracts: all of them or none, in one transaction; the same extract twice does nothing; and taking
one back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen
from django.db import IntegrityError, connection, transaction
from django.db.models import F, ProtectedError, Q
from django.utils import timezone

from firstpoint.errors import InputError, Refused
from firstpoint.ledger import Detail
from firstpoint.records import Extract
from firstpoint.workbench.accounts.people import THE_COMMAND
from firstpoint.workbench.database import LOADING, know_sizes, one_at_a_time
from firstpoint.workbench.imports.models import EarlierRow, LoadedExtract
from firstpoint.workbench.imports.rows import MODELS, join_entries, put, take_back
from firstpoint.workbench.ledger.keeping import keep

Progress = Callable[[str, int, int], None]
#: Kilobytes of the database that a load may keep in memory.
_IN_MEMORY = 200_000


@frozen
class Loaded:
    """What became of one extract: how many of its rows were added, how many replaced ones held, how many
    were held just so, how many show an earlier state than the one held, how many were set aside.

    ``number`` is that under which it can be taken back; ``already`` says that this very extract had been
    loaded before, so that nothing was done.
    """

    number: int
    table: str
    file_name: str
    sha256: str
    added: int
    replaced: int
    unchanged: int
    older: int
    set_aside: int
    already: bool

    def __str__(self) -> str:
        if self.already:
            return f"{self.file_name}: loaded before, nothing to do."
        more = (("held already", self.unchanged), ("older than what is held", self.older))
        told = "".join(f", {number:,} {what}" for what, number in more if number)
        aside = f", {self.set_aside:,} set aside" if self.set_aside else ""
        return (
            f"{self.file_name}: {self.added:,} {self.table} added, {self.replaced:,} replaced{told}{aside}. "
            f"Load {self.number}."
        )


@frozen
class TakenBack:
    """What became of a load that was taken back: rows that are gone, and earlier ones that stand again."""

    number: int
    table: str
    file_name: str
    gone: int
    again: int

    def __str__(self) -> str:
        return (
            f"Load {self.number}, {self.file_name}, was taken back: {self.gone:,} {self.table} are gone, "
            f"{self.again:,} stand again as they were."
        )


def load(
    extracts: Sequence[Extract],
    *,
    by: str = THE_COMMAND,
    as_of: datetime | None = None,
    progress: Progress | None = None,
    also: Callable[[tuple[Loaded, ...]], None] | None = None,
) -> tuple[Loaded, ...]:
    """What became of each extract, in the order given, once all of them are loaded.

    ``as_of`` is the moment whose state the extracts show (now, where nobody says). A row whose key is held
    already replaces the one held, unless that one shows a later moment; the version that does not stand is
    kept. Log entries have no key: each that is not held just so is added, and an incident without a text of
    its own takes theirs. ``progress`` is called with the
    table, the rows done and the rows in all. A fault or a kill at any moment leaves the database as it was.
    ``also`` is called with the outcome inside the transaction, so that it stands or falls with the load.
    Raises InputError for an extract of a table that is not kept here, or a moment to come.
    """
    if as_of and as_of > timezone.now():
        raise InputError(
            f"{as_of:%-d %B %Y %H:%M} is still to come.",
            where="--as-of",
            remedy="Give the moment at which the extract was made: all later ones would count as older.",
        )
    unknown = [each.table for each in extracts if each.table not in MODELS]
    if unknown:
        raise InputError(
            "There is no such table here.", where=unknown[0], remedy=f"Choose from {', '.join(MODELS)}."
        )
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{_IN_MEMORY}")
    with transaction.atomic(), one_at_a_time(LOADING):
        order = list(MODELS)
        as_of = as_of or timezone.now()
        done = {
            id(each): _load_one(each, by, as_of, progress)
            for each in sorted(extracts, key=lambda e: order.index(e.table))
        }
        if any(not each.already and each.table in ("incidents", "log_entries") for each in done.values()):
            join_entries([each.number for each in done.values() if not each.already])
        outcome = tuple(done[id(each)] for each in extracts)
        # Last, since whoever adds to the ledger keeps all others from adding until the transaction ends.
        for each in outcome:
            _keep_in_ledger(each, by, as_of)
        if also:
            also(outcome)
    know_sizes()
    return outcome


def _load_one(extract: Extract, by: str, as_of: datetime, progress: Progress | None) -> Loaded:
    name, aside = extract.path.name, extract.rejected_rows
    before = LoadedExtract.objects.filter(
        table=extract.table, sha256=extract.sha256, reading=extract.reading, undone_at=None
    ).first()
    if before:
        return Loaded(before.pk, extract.table, name, extract.sha256, 0, 0, 0, 0, aside, already=True)
    loaded = LoadedExtract.objects.create(
        table=extract.table,
        sha256=extract.sha256,
        reading=extract.reading,
        file_name=name,
        rows_read=extract.rows_read,
        rows_added=0,
        rows_replaced=0,
        rows_set_aside=aside,
        as_of=as_of,
        loaded_at=timezone.now(),
        loaded_by=by,
    )
    rows = extract.rows_kept
    found = put(extract, loaded, lambda done: progress(extract.table, done, rows) if progress else None)
    loaded.rows_added, loaded.rows_replaced = found.added, found.replaced
    loaded.rows_unchanged, loaded.rows_older = found.unchanged, found.older
    loaded.save()
    return Loaded(
        loaded.pk,
        extract.table,
        name,
        extract.sha256,
        found.added,
        found.replaced,
        found.unchanged,
        found.older,
        aside,
        already=False,
    )


def _keep_in_ledger(loaded: Loaded, by: str, as_of: datetime) -> None:
    if loaded.already:
        return
    detail: dict[str, Any] = {
        "table": loaded.table,
        "added": loaded.added,
        "replaced": loaded.replaced,
        "unchanged": loaded.unchanged,
        "older": loaded.older,
        "set_aside": loaded.set_aside,
        "as_of": as_of.isoformat(timespec="seconds"),
    }
    keep(by, "extract.loaded", f"sha256:{loaded.sha256}", detail)


def undo(number: int, *, by: str = THE_COMMAND, also: Callable[[TakenBack], None] | None = None) -> TakenBack:
    """Take one load back: rows that it alone brought go, rows it replaced stand again as they were.

    Raises InputError where there is no such load, and Refused where a later load built on it, or somebody
    decided on, or an audit drew, a report that it added. It is all or nothing, and kept in the ledger.
    ``also`` is called with the outcome inside the transaction.
    """
    try:
        with transaction.atomic(), one_at_a_time(LOADING):
            loaded, again, gone = _taken_back(number, by)
            taken = TakenBack(number, loaded.table, loaded.file_name, gone, again)
            if also:
                also(taken)
    except (ProtectedError, IntegrityError) as reason:
        raise Refused(
            "Decisions or audits rest on reports that this load added.",
            where=f"load {number}",
            remedy="Keep it, and load a corrected extract after it.",
        ) from reason
    return taken


def _taken_back(number: int, by: str) -> tuple[LoadedExtract, int, int]:
    loaded = LoadedExtract.objects.filter(pk=number, undone_at=None).first()
    if loaded is None:
        raise InputError(
            "There is no such load, or it was taken back.",
            where=f"load {number}",
            remedy="Look at the list of loads on the imports page.",
        )
    _refuse_what_others_build_on(loaded)
    again, gone = take_back(loaded)
    loaded.undone_at, loaded.undone_by = timezone.now(), by
    loaded.save()
    detail: Detail = {"table": loaded.table, "gone": gone, "again": again}
    keep(by, "extract.undone", f"sha256:{loaded.sha256}", detail)
    return loaded, again, gone


def _refuse_what_others_build_on(loaded: LoadedExtract) -> None:
    """Refuse where the rows of a load gave way to those of a later one, or made those of a later one wait."""
    gave_way = Q(extract=loaded, instead__gt=F("extract"))
    made_wait = Q(instead=loaded, extract__gt=F("instead"))
    later = EarlierRow.objects.filter(gave_way | made_wait).first()
    if later:
        other = later.instead_id if later.extract_id == loaded.pk else later.extract_id
        raise Refused(
            f"Load {other}, which came later, brought rows of it again.",
            where=f"load {loaded.pk}",
            remedy=f"Take load {other} back first.",
        )
