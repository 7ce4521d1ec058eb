"""Signs of life: a small file for each worker, and one for each job that somebody wants stopped.

They stand in files because the database may be kept by the very transaction that they tell of: on SQLite no
one else can write meanwhile, and on neither database can anyone see into it. A worker writes its file anew
every second and it appears by a rename, so a reader finds it whole.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

from attrs import asdict, frozen

from firstpoint.workbench.jobs import places

DEAD_AFTER = 60.0
"""Seconds without a sign after which a worker counts as gone."""


@frozen
class Beat:
    """One sign of life: which worker, when, and what of which try of which job it does.

    ``of`` is 0 where nobody knows how much there is to do; ``keeps_database`` says that writers wait.
    """

    worker: str
    at: float
    job: int = 0
    tries: int = 0
    done: int = 0
    of: int = 0
    what: str = ""
    keeps_database: bool = False


def beat(sign: Beat) -> None:
    """Leave a sign of life."""
    path = _of(sign.worker)
    waiting = path.with_suffix(".part")
    waiting.write_text(json.dumps(asdict(sign)), encoding="utf-8")
    waiting.replace(path)


def living() -> tuple[Beat, ...]:
    """The last sign of each worker that lives."""
    since = time.time() - DEAD_AFTER
    return tuple(sign for sign in _all() if sign.at >= since)


def silence(worker: str) -> None:
    """Take away the sign of a worker that is known to be gone: its job can be taken up at once."""
    _of(worker).unlink(missing_ok=True)


def ask_to_stop(job: int) -> None:
    """Say that a job is to stop, to whoever runs it."""
    _stop(job).touch(mode=0o600)


def is_asked_to_stop(job: int) -> bool:
    """Whether somebody wants this job stopped."""
    return _stop(job).exists()


def forget_to_stop(job: int) -> None:
    """Take back that a job is to stop."""
    _stop(job).unlink(missing_ok=True)


def _all() -> list[Beat]:
    found = []
    for path in places.folder().glob("worker-*.json"):
        # It may be gone by now, or be of another version of ours.
        with suppress(OSError, ValueError, TypeError):
            found.append(Beat(**json.loads(path.read_text(encoding="utf-8"))))
    return found


def _of(worker: str) -> Path:
    return places.folder() / f"worker-{worker}.json"


def _stop(job: int) -> Path:
    return places.folder() / f"stop-{job}"
