"""A worker kept beside the server: a process of its own, started with it, started anew if it dies."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firstpoint.workbench.beside import kept_running
from firstpoint.workbench.jobs import pulse
from firstpoint.workbench.jobs.working import Worker

_CODE = "import sys; from firstpoint.workbench import launch; launch.work_beside_server(sys.argv[1])"


@contextmanager
def worker_beside(directory: Path) -> Iterator[None]:
    """Keep one worker of a directory running for as long as the block lasts."""
    name = ""

    def start() -> subprocess.Popen[str]:
        nonlocal name
        name = Worker().name
        return _start(directory, name)

    # However it ended, it does nothing more: what it was at can be taken up at once.
    with kept_running(start, lambda: pulse.silence(name)):
        yield


def work_while_server_lives() -> None:
    """Work until the server that started this process is gone: its end of our input closes with it."""
    worker = Worker(name=sys.stdin.readline().strip())
    threading.Thread(target=_stop_with_the_server, args=(worker,), daemon=True).start()
    worker.work()


def _stop_with_the_server(worker: Worker) -> None:
    sys.stdin.read()
    worker.stop.set()


def _start(directory: Path, name: str) -> subprocess.Popen[str]:
    started = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-c", _CODE, str(directory)],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches the server alone, which then ends this one in good order
    )
    assert started.stdin is not None
    started.stdin.write(f"{name}\n")
    started.stdin.flush()
    return started
