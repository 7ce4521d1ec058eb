"""A file of checkpoints outside the database, written by one at a time and never half."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from firstpoint.errors import LedgerBroken, Refused
from firstpoint.ledger.chains import Checkpoint
from firstpoint.ledger.exports import parsed_checkpoint

# A line of a checkpoint is far shorter; the last whole one always lies within.
_TAIL_BYTES = 4096


class BeingWritten(Refused):
    """Somebody else writes this file of checkpoints at the moment."""


@frozen
class OutsideFile:
    """An open file of checkpoints that nobody else writes meanwhile."""

    descriptor: int
    path: Path

    def last(self) -> Checkpoint | None:
        """The newest checkpoint in the file, or None in an empty one."""
        lines = _tail(self.descriptor).splitlines()
        return parsed_checkpoint(lines[-1].decode("utf-8", "replace"), self.path.name) if lines else None

    def add(self, point: Checkpoint) -> None:
        """Add a checkpoint as a line: whole, and on the disk when this returns. Raises OSError otherwise."""
        written = {"count": point.count, "head": point.head, "at": point.at.isoformat()}
        line = (json.dumps(written) + "\n").encode()
        end = os.lseek(self.descriptor, 0, os.SEEK_END)
        try:
            if os.write(self.descriptor, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self.descriptor)
        except OSError:
            os.ftruncate(self.descriptor, end)
            raise


@contextmanager
def outside_file(path: Path) -> Iterator[OutsideFile]:
    """The file of checkpoints at ``path``, made when absent, held until the block ends.

    Raises BeingWritten when somebody else holds it, and OSError where it cannot be opened.
    """
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        if not _held_alone(descriptor):
            raise BeingWritten(
                "Another process writes these checkpoints now.",
                where=str(path),
                remedy="Try again in a moment.",
            )
        _drop_half_a_line(descriptor)
        if is_new:
            _keep_name(path)
        yield OutsideFile(descriptor, path)
    finally:
        os.close(descriptor)


def write_checkpoint(point: Checkpoint, path: Path) -> None:
    """Add one checkpoint as a line to the file at ``path``; earlier ones stay.

    Raises LedgerBroken when the file holds a longer ledger, or another one of the same length.
    """
    with outside_file(path) as file:
        check_grows(file.last(), point, path)
        file.add(point)


def check_grows(last: Checkpoint | None, point: Checkpoint, path: Path) -> None:
    """Raise LedgerBroken unless a ledger at ``point`` can have been at ``last`` before."""
    if last is not None and last.count > point.count:
        raise LedgerBroken(
            f"The ledger ends at entry {point.count}, a checkpoint holds {last.count}: its end was cut off.",
            where=path.name,
            remedy="Restore the ledger from a backup and compare it with this file.",
        )
    if last is not None and last.count == point.count and last.head != point.head:
        raise LedgerBroken(
            "The last checkpoint names another hash for the last entry: the ledger was written anew.",
            where=path.name,
            remedy="Restore the ledger from a backup and compare it with this file.",
        )


def _drop_half_a_line(descriptor: int) -> None:
    """Cut off what a crash left half written: it is no checkpoint, and would spoil the one after it."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    tail = _tail(descriptor)
    half = len(tail) - (tail.rfind(b"\n") + 1)
    if half:
        os.ftruncate(descriptor, end - half)


def _tail(descriptor: int) -> bytes:
    end = os.lseek(descriptor, 0, os.SEEK_END)
    os.lseek(descriptor, max(0, end - _TAIL_BYTES), os.SEEK_SET)
    return os.read(descriptor, _TAIL_BYTES)


def _keep_name(path: Path) -> None:
    # A new file is there after a crash only when its folder was written out too.
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


if sys.platform == "win32":
    import msvcrt

    def _held_alone(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _held_alone(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
