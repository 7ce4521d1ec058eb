"""Starting the workbench: a directory, its database, and the server.

configure(directory)                 # before anything of Django is touched
prepare(directory)                   # makes or upgrades the database; safe to repeat
serve(directory, "127.0.0.1", 8000)  # until it is stopped
work(directory)                      # does the jobs that people ask for, until it is stopped
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.db import DatabaseError

from firstpoint.errors import InputError
from firstpoint.workbench import answering, database

DATABASE = database.FILE
SETTINGS = "workbench.toml"
MOST_BYTES_SENT = 4_000_000


def configure(directory: Path | str) -> Path:
    """Point this process at a directory (made when absent) and bring Django up; gives the whole path.

    A process serves one directory: raises InputError when it was already pointed at another.
    """
    chosen = Path(directory).resolve()
    known = os.environ.get("FIRSTPOINT_DIR")
    if apps.ready and known != str(chosen):
        raise InputError(
            "This process already works on another directory.",
            where=str(chosen),
            remedy="Start a new process.",
        )
    # What is kept there is about people: nobody else on the machine needs to look into it.
    os.environ["FIRSTPOINT_DIR"] = str(chosen)
    os.environ["DJANGO_SETTINGS_MODULE"] = "firstpoint.workbench.settings"
    try:
        chosen.mkdir(parents=True, exist_ok=True, mode=0o700)
        django.setup()
    except OSError as fault:
        raise _cannot_be_used(chosen, str(fault.strerror)) from fault
    except tomllib.TOMLDecodeError as fault:
        raise InputError(
            f"The settings are not TOML: {fault}.", where=str(chosen / SETTINGS), remedy="Mend that line."
        ) from fault
    return chosen


def prepare(directory: Path | str) -> Path:
    """Make or upgrade the database of a directory; gives the directory. Nothing is lost when repeated.

    Raises InputError, with what to do, where the database cannot be reached or used.
    """
    from django.core.management import call_command
    from django.db import connection

    chosen = configure(directory)
    try:
        if connection.vendor == "sqlite":
            # The files that SQLite makes beside the database take over its permissions.
            (chosen / DATABASE).touch(mode=0o600)
        database.check_reached()
        with database.one_at_a_time(database.UPGRADING):
            behind = database.is_behind()
            call_command("migrate", interactive=False, verbosity=0)
        if behind:
            database.know_sizes()
    except OSError as fault:
        raise _cannot_be_used(chosen / DATABASE, str(fault.strerror)) from fault
    except DatabaseError as fault:
        raise _cannot_be_used(_where(chosen), str(fault)) from fault
    return chosen


def find(directory: Path | str) -> Path:
    """Point this process at a workbench that is there; nothing in it is made or upgraded.

    Raises InputError where there is none: a mistyped directory would else be answered by a new, empty one.
    """
    chosen = Path(directory)
    kept = "ledger-key" if database.address_of(chosen, os.environ) else DATABASE
    if not (chosen / kept).is_file():
        raise InputError("There is no workbench here.", where=str(directory), remedy="Name its directory.")
    configure(chosen)
    database.check_reached()
    return chosen


def serve(
    directory: Path | str,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    threads: int = 12,
    processes: int | None = None,
    ready: Callable[[str], None] | None = None,
    worker: bool = False,
) -> None:
    """Serve the workbench of a directory until the process is stopped.

    So many ``processes`` answer pages, each with so many ``threads`` (None: one on a file, one for each core
    up to four on a server). ``ready`` is called with the address once the port is held; ``worker`` keeps a
    worker for jobs beside the server. Raises InputError when the port is taken, or the settings of jobs or
    mail make no sense.
    """
    prepare(directory)
    from django.db import connection

    number = processes or answering.usual_number(connection.settings_dict["ENGINE"])
    server = _server(threads, several=number > 1, host=host, port=port)
    if ready is not None:
        ready(f"http://{host}:{server.effective_port}/")
    from firstpoint.workbench.jobs.beside import worker_beside

    stop, here = _start_witnessing(), Path(directory).resolve()
    try:
        with (
            worker_beside(here) if worker else nullcontext(),
            answering.others_beside(here, server.socket.fileno(), threads, number - 1)
            if number > 1
            else nullcontext(),
        ):
            server.run()
    finally:
        stop.set()


def serve_beside(directory: str, socket_number: int, threads: int) -> None:
    """Answer pages at the socket of the server that started this process, for as long as it lives."""
    configure(directory)
    answering.end_with_the_server()
    _server(threads, several=True, sockets=[socket.socket(fileno=socket_number)]).run()


def _server(threads: int, *, several: bool, **where: Any) -> Any:
    import waitress

    database.for_pages(threads)
    # A thread whose answer has come from the database would else wait five thousandths of a second for each
    # one that is at work, and keep what it has locked for as long.
    sys.setswitchinterval(0.0005)
    _read_tables()
    # What was read stays: to look through it for garbage would stop every page for a third of a second.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    from django.conf import settings

    from firstpoint.workbench.jobs import configured, receiving
    from firstpoint.workbench.wsgi import application

    configured.check()
    receiving.let_uploads_be_longer()

    try:
        server = waitress.create_server(
            application,
            **where,
            threads=threads,
            ident=None,
            max_request_body_size=MOST_BYTES_SENT,
            # Behind a proxy that speaks HTTPS each request arrives over HTTP, and forms would be refused.
            url_scheme="https" if settings.OVER_HTTPS else "http",
            **_trusting(settings.PROXY),
        )
    except OSError as fault:
        raise InputError(
            f"Nothing can be served there: {fault.strerror}.",
            where=f"{where.get('host')}:{where.get('port')}",
            remedy="Choose another port.",
        ) from fault
    if several:
        answering.share_out(server, threads)
    return server


def work(directory: Path | str, *, ready: Callable[[str], None] | None = None) -> None:
    """Do the jobs of a directory until the process is told to stop.

    ``ready`` is called with the worker's name once it looks for jobs.
    """
    prepare(directory)
    from firstpoint.workbench.jobs import configured
    from firstpoint.workbench.jobs.working import Worker

    configured.check()
    worker = Worker()
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: worker.stop.set())
    if ready is not None:
        ready(worker.name)
    worker.work()


def work_beside_server(directory: str) -> None:
    """Do the jobs of a directory for as long as the server lives that started this process."""
    configure(directory)
    from firstpoint.workbench.jobs.beside import work_while_server_lives

    work_while_server_lives()


@contextmanager
def saying_what_is_wrong(directory: Path | str) -> Iterator[None]:
    """Turn a database that is held, full or damaged, while something is done to it, into an InputError."""
    try:
        yield
    except DatabaseError as fault:
        if not database.does_not_answer(fault):
            raise
        raise _cannot_be_used(_where(Path(directory)), str(fault)) from fault


def _trusting(proxy: str) -> dict[str, object]:
    # Only a proxy that is named is believed in whose name it asks.
    return {"trusted_proxy": proxy, "trusted_proxy_headers": {"x-forwarded-for"}} if proxy else {}


def _start_witnessing() -> threading.Event:
    """Write checkpoints of the ledger beside the server, until the event that is given back is set."""
    from django.conf import settings

    from firstpoint.workbench.ledger.witnessing import keep_witnessing

    stop = threading.Event()
    threading.Thread(target=keep_witnessing, args=(stop, settings.CHECKPOINTS), daemon=True).start()
    return stop


def _where(directory: Path) -> Path | str:
    from django.db import connection

    return directory / DATABASE if connection.vendor == "sqlite" else database.shown(connection.settings_dict)


def _cannot_be_used(where: Path | str, reason: str) -> InputError:
    return InputError(
        f"The workbench cannot work here: {reason.strip()}.",
        where=str(where),
        remedy="Check who may write there, whether the disk is full, and whether another program holds it.",
    )


def _read_tables() -> None:
    # The words, their loops and the newest rule book take seconds to have: before anybody asks, not while
    # they wait.
    from firstpoint.counting import newest_book
    from firstpoint.screening import reader_for

    reader_for(1).read({"text": "Nothing to report."})
    newest_book()
