"""A process kept beside the server: started with it, started anew if it dies, ended with it."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

SECONDS_TO_END = 15
SECONDS_BETWEEN_STARTS = 2.0

Started = subprocess.Popen[Any]


@contextmanager
def kept_running(start: Callable[[], Started], ended: Callable[[], None] | None = None) -> Iterator[None]:
    """Keep a process running for as long as the block lasts.

    ``start`` starts it with an input of its own, by whose end it knows that it is to end; ``ended`` is called
    whenever it has ended, however.
    """
    keeper = _Keeper(start, ended)
    thread = threading.Thread(target=keeper.keep_running, daemon=True)
    thread.start()
    try:
        yield
    finally:
        keeper.end()
        thread.join(SECONDS_TO_END)


class _Keeper:
    def __init__(self, start: Callable[[], Started], ended: Callable[[], None] | None) -> None:
        self.start, self.ended = start, ended
        self.ending = threading.Event()
        self.child: Started | None = None

    def keep_running(self) -> None:
        while not self.ending.is_set():
            self.child = self.start()
            if self.ending.is_set():
                self.end()
            self.child.wait()
            if self.ended:
                self.ended()
            self.ending.wait(SECONDS_BETWEEN_STARTS)

    def end(self) -> None:
        self.ending.set()
        child = self.child
        if child is None or child.stdin is None:
            return
        child.stdin.close()
        try:
            child.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            child.kill()
