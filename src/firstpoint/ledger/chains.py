"""Chaining entries, and finding the first that does not follow from the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from attrs import evolve, frozen

from firstpoint.errors import LedgerBroken
from firstpoint.ledger.entries import FIRST_PREVIOUS, Detail, Entry, check_content, entry_hash

_RESTORE = "Restore the ledger from a backup and compare it with the last published checkpoint."


@frozen
class Checkpoint:
    """How long a ledger was at a moment, and the hash of its last entry; kept out of its writer's reach."""

    count: int
    head: str
    at: datetime


@frozen
class VerifyResult:
    """What a verification found in a ledger that holds together.

    ``uncovered`` counts the newest entries that no given checkpoint vouches for: with the database alone they
    could have been written anew or cut off unseen.
    """

    entries: int
    head: str
    first_at: datetime | None
    last_at: datetime | None
    checkpoints: int
    uncovered: int


def chain(
    last: Entry | Checkpoint | None,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Detail | None = None,
) -> Entry:
    """The entry that follows ``last`` (None: the first of a ledger), with its sequence and hashes.

    Raises InputError where a particular is not a reference, a whole number, a yes or no, or a list of these.
    """
    entry = Entry(
        sequence=1 + _count(last),
        at=at.astimezone(UTC) if at.tzinfo else at,
        actor=actor,
        action=action,
        subject=subject,
        detail=dict(detail or {}),
        previous=_head(last),
    )
    check_content(entry)
    return evolve(entry, hash=entry_hash(entry))


def verify(entries: Iterable[Entry], checkpoints: Sequence[Checkpoint] = ()) -> VerifyResult:
    """What a ledger holds, when every entry follows from the one before and meets every checkpoint.

    Entries are read once, in order, so that a ledger of any length can be streamed. Raises LedgerBroken
    naming the first entry that does not fit, or the checkpoint that the ledger does not reach.
    """
    expected = {point.count: point for point in checkpoints}
    last: Entry | None = None
    first_at: datetime | None = None
    _check_points(checkpoints)
    for entry in entries:
        _check_follows(entry, last)
        _check_point(entry, expected.pop(entry.sequence, None))
        first_at = first_at or entry.at
        last = entry
    _check_reached(expected, _count(last))
    covered = max((point.count for point in checkpoints), default=0)
    return VerifyResult(
        entries=_count(last),
        head=_head(last),
        first_at=first_at,
        last_at=last.at if last else None,
        checkpoints=len(checkpoints),
        uncovered=_count(last) - covered,
    )


def checkpoint(last: Entry | None, *, at: datetime) -> Checkpoint:
    """The checkpoint of a ledger whose newest entry is ``last``, taken at ``at``."""
    return Checkpoint(count=_count(last), head=_head(last), at=at)


def _check_follows(entry: Entry, last: Entry | None) -> None:
    where = f"ledger entry {entry.sequence}"
    if entry.sequence != _count(last) + 1:
        raise LedgerBroken(
            f"It stands where entry {_count(last) + 1} should be: entries are missing or out of order.",
            where=where,
            remedy=_RESTORE,
        )
    if entry.previous != _head(last):
        raise LedgerBroken("It does not name the hash of the entry before it.", where=where, remedy=_RESTORE)
    if entry.hash != _hash_if_any(entry):
        raise LedgerBroken(
            "Its content does not give its hash: it was changed.", where=where, remedy=_RESTORE
        )


def _hash_if_any(entry: Entry) -> str | None:
    # Whoever changed an entry need not have left values that can be hashed at all.
    try:
        return entry_hash(entry)
    except (AttributeError, TypeError, ValueError):
        return None


def _check_points(checkpoints: Sequence[Checkpoint]) -> None:
    for point in checkpoints:
        if point.count == 0 and point.head != FIRST_PREVIOUS:
            raise LedgerBroken("A checkpoint of no entries names a hash.", where="checkpoint at entry 0")
    by_count: dict[int, str] = {}
    for point in checkpoints:
        if by_count.setdefault(point.count, point.head) != point.head:
            raise LedgerBroken(
                "Two checkpoints of the same length name different hashes: one of them is of another ledger.",
                where=f"checkpoint at entry {point.count}",
                remedy=_RESTORE,
            )


def _check_point(entry: Entry, point: Checkpoint | None) -> None:
    if point is not None and point.head != entry.hash:
        raise LedgerBroken(
            "Its hash is not the one that the checkpoint holds: the ledger up to here was written anew.",
            where=f"ledger entry {entry.sequence}",
            remedy=_RESTORE,
        )


def _check_reached(expected: dict[int, Checkpoint], count: int) -> None:
    beyond = [point for point in expected.values() if point.count > count]
    if beyond:
        longest = max(point.count for point in beyond)
        raise LedgerBroken(
            f"The ledger ends at entry {count}, but a checkpoint holds {longest}: its end was cut off.",
            where=f"ledger entry {count + 1}",
            remedy=_RESTORE,
        )


def _count(last: Entry | Checkpoint | None) -> int:
    if last is None:
        return 0
    return last.count if isinstance(last, Checkpoint) else last.sequence


def _head(last: Entry | Checkpoint | None) -> str:
    if last is None:
        return FIRST_PREVIOUS
    return last.head if isinstance(last, Checkpoint) else last.hash
