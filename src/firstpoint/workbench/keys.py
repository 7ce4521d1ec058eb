"""The secrets of a directory: made on first use, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept_key(directory: Path | None, name: str) -> str:
    """The key kept under this name, made when absent; without a directory, one for this process alone."""
    if directory is None:
        return secrets.token_urlsafe(48)
    path = directory / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()
