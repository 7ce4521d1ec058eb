"""Where jobs keep files: a folder beside the database that nobody else on the machine can look into."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

UPLOADS, RESULTS = "uploads", "results"


def folder(*names: str) -> Path:
    """A folder of jobs, made when absent."""
    path = (Path(settings.DIRECTORY) if settings.DIRECTORY else _of_this_process()) / "jobs"
    for step in ("", *names):
        path = path / step
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def new_upload(name: str) -> Path:
    """A place for an upload under this name, in a folder of its own."""
    return folder(UPLOADS, secrets.token_hex(16)) / name


def upload(kept: str) -> Path:
    """The place of an upload by what :func:`kept_as` gave."""
    place, _, name = kept.partition("/")
    return folder(UPLOADS) / place / name


def kept_as(path: Path) -> str:
    """How an upload is named among the arguments of a job."""
    return f"{path.parent.name}/{path.name}"


def as_sent(words: str) -> str:
    """Words in which uploads have the names under which they were sent, without our folders before them."""
    return re.sub(rf"{re.escape(str(folder(UPLOADS)))}[/\\\\][0-9a-f]+[/\\\\]", "", words)


def result(job: int, name: str) -> Path:
    """The place of a file that a job makes."""
    return folder(RESULTS, str(job)) / name


def drop(path: Path) -> None:
    """Delete an upload with its folder."""
    shutil.rmtree(path.parent, ignore_errors=True)


def older_than(seconds: float) -> Iterator[Path]:
    """The folders of uploads and results that nobody wrote into for so long."""
    before = time.time() - seconds
    for kind in (UPLOADS, RESULTS):
        for each in folder(kind).iterdir():
            if each.stat().st_mtime < before:
                yield each


def opened_for_owner(path: Path) -> int:
    """A new file that its owner alone may read, as a descriptor to write to."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


@cache
def _of_this_process() -> Path:
    # Without a directory all is in memory and lost; so is this.
    return Path(tempfile.mkdtemp(prefix="firstpoint-"))
