"""Several processes that answer pages, since Python keeps one to a core: the server, and its like beside it.

They take connections from the one socket that the server holds. Each ends with the server, whose end of its
input closes then, and is started anew when it dies.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer

from firstpoint.workbench.beside import kept_running

MOST_BY_ITSELF = 4
ANSWERED_AT_ONCE = 2
"""By one process: one answer is made while another waits for the database. More make each slower."""
SECONDS_OF_A_PAGE = 0.5
"""An answer that takes longer waits for something, and leaves its turn to others."""
_CODE = (
    "import sys; from firstpoint.workbench import launch; "
    "launch.serve_beside(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))"
)


def share_out(server: TcpWSGIServer, threads: int) -> None:
    """Have a server that has others beside it take only what it can answer at once, and leave them the rest.

    What waits then waits at the socket that all hold, for whichever process is free first. An answer that
    takes long, since it waits for somebody, keeps nobody else out. Each connection ends with its answer: one
    that stays open stays with one process, and the first to wake takes nearly all.
    """
    reads: type[HTTPRequestParser] = HTTPChannel.parser_class
    begun: dict[HTTPChannel, float] = {}
    may_take, take_on = server.readable, server.add_task

    class EndsItsConnection(reads):  # however requests are read already
        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            self.headers["CONNECTION"] = "close"

    class Answered(HTTPChannel):
        parser_class = EndsItsConnection

        def service(self) -> None:
            try:
                super().service()
            finally:
                begun.pop(self, None)
                server.pull_trigger()  # it may be asleep, with somebody at the door

    def add_task(channel: HTTPChannel) -> None:
        begun[channel] = time.monotonic()
        take_on(channel)

    def is_free() -> bool:
        lately = time.monotonic() - SECONDS_OF_A_PAGE
        at_work = sum(moment > lately for moment in tuple(begun.values()))
        return bool(may_take()) and at_work < ANSWERED_AT_ONCE and len(begun) < threads

    server.channel_class, server.add_task, server.readable = Answered, add_task, is_free


def usual_number(engine: str) -> int:
    """How many processes answer pages where nobody says it: one for each core on a server, one on a file.

    On a file few people work. Windows cannot hand a socket on.
    """
    if os.name == "nt" or not engine.endswith("postgresql"):
        return 1
    return min(MOST_BY_ITSELF, os.cpu_count() or 1)


@contextmanager
def others_beside(directory: Path, socket: int, threads: int, number: int) -> Iterator[None]:
    """Keep so many more processes at the socket for as long as the block lasts."""
    command = [sys.executable, "-c", _CODE, str(directory), str(socket), str(threads)]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            command,
            stdin=subprocess.PIPE,
            pass_fds=(socket,),
            start_new_session=True,  # Ctrl-C reaches the server alone, which then ends this one
        )

    with ExitStack() as all_of_them:
        for _ in range(number):
            all_of_them.enter_context(kept_running(start))
        yield


def end_with_the_server() -> None:
    """End this process when the server that started it is gone."""

    def wait() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
