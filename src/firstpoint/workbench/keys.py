"""The secrets of a directory: made on first use, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from firstpoint.errors import InputError

_BYTES = 48


def kept_key(directory: Path | None, name: str) -> str:
    """The key kept under this name, made when absent; without a directory, one for this process alone.

    Raises InputError for a file that holds no whole key, since digests made with an empty one prove nothing.
    """
    if directory is None:
        return secrets.token_urlsafe(_BYTES)
    path = directory / name
    if not path.exists():
        _make(path)
    key = path.read_text(encoding="ascii").strip()
    if len(key) < _BYTES:
        raise InputError(
            "This file holds no whole key.",
            where=str(path),
            remedy="Restore it from a backup: without the old ledger-key old digests prove nothing.",
        )
    return key


def _make(path: Path) -> None:
    # Written aside and linked into place: a kill leaves no empty key, and of two makers one wins.
    waiting = path.with_name(f"{path.name}.{os.getpid()}.part")
    waiting.unlink(missing_ok=True)
    with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(waiting, path)
    waiting.unlink()
