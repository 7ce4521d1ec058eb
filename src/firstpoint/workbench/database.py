"""The database of an installation: a SQLite file in its directory, or a PostgreSQL named by an address.

The address (``postgresql://user@host:port/name``) stands in FIRSTPOINT_DATABASE, or as ``database`` in
``workbench.toml``. Its password is better in PGPASSWORD or in a password file, where PostgreSQL's own
programs look for it too. No message repeats an address or a password.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from firstpoint.errors import InputError

FILE = "firstpoint.sqlite3"
VARIABLE = "FIRSTPOINT_DATABASE"
_SCHEMES = ("postgresql", "postgres")
_SETTING = f"{VARIABLE}, or database in workbench.toml"
# Seconds until a connection is given up; milliseconds until what was sent and not confirmed is.
_CONNECT_SECONDS, _UNCONFIRMED = 5, 30_000
# Nobody waits longer at a page: for a row that somebody else holds, for an answer, for a free connection.
PAGE_LIMITS = {"lock_timeout": "5s", "statement_timeout": "20s", "idle_in_transaction_session_timeout": "60s"}
_FREE_CONNECTION_SECONDS = 5.0
# Any numbers will do, so long as nothing else in the database locks the same ones.
UPGRADING, LOADING = 7_219_402_118, 7_219_402_119
_READ_ONLY = "25006"


def address_of(directory: Path | None, environment: Mapping[str, str]) -> str:
    """The address of the database, empty where it is the file; the environment comes before the settings."""
    path = directory / "workbench.toml" if directory else None
    said = tomllib.loads(path.read_text(encoding="utf-8")) if path and path.is_file() else {}
    return environment.get(VARIABLE) or str(said.get("database", ""))


def database_of(directory: Path | None, address: str) -> dict[str, Any]:
    """The database as Django's settings name it; raises InputError for an address that is none."""
    return _postgresql(address) if address else _sqlite(directory)


def _sqlite(directory: Path | None) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": directory / FILE if directory else ":memory:",
        "OPTIONS": {
            # Without IMMEDIATE two writers fail at once whatever the timeout says; WAL lets readers go on.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def _postgresql(address: str) -> dict[str, Any]:
    if address.partition("://")[0] not in _SCHEMES:
        raise _no_address("It has to begin with postgresql://.")
    given = _parts(address)
    _refuse_spilt_password(given)
    name = given.pop("dbname", "")
    if not name:
        raise _no_address("It has to end in the name of a database: postgresql://user@host/name.")
    known = {key: given.pop(part, "") for key, part in _PARTS.items()}
    options = {
        "connect_timeout": _CONNECT_SECONDS,
        "tcp_user_timeout": _UNCONFIRMED,
        "application_name": "firstpoint",
        **given,
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        **known,
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
        # One left half read is closed whenever memory is tidied, perhaps in the middle of a statement, and
        # the process waits for itself. What is large is read in parts by its key.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


_PARTS = {"USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


def _parts(address: str) -> dict[str, Any]:
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as missing:
        raise InputError(
            "The database is a PostgreSQL, and its driver is not installed.",
            where=_SETTING,
            remedy='Install it: pip install "firstpoint[database]".',
        ) from missing
    try:
        return dict(conninfo_to_dict(address))
    except ProgrammingError:
        # Its own words repeat the address.
        raise _no_address("Write it as postgresql://user@host:port/name.") from None


def _refuse_spilt_password(given: Mapping[str, Any]) -> None:
    """Refuse an address whose password, with a sign that parts an address, was taken for something else."""
    host, port, name = (str(given.get(part, "")) for part in ("host", "port", "dbname"))
    if "@" in host + name or (not port.replace(",", "").isdigit() and port):
        raise _no_address(
            "Write @ / : ? # in a password as %40 %2F %3A %3F %23, or better put it into PGPASSWORD."
        )


def _no_address(remedy: str) -> InputError:
    return InputError("This is no address of a PostgreSQL.", where=_SETTING, remedy=remedy)


def for_pages(threads: int) -> None:
    """Let this process answer pages: connections are kept for its threads and one more; nobody waits long.

    Jobs and commands, which may take as long as they take, do not call it.
    """
    from django.db import connections

    settings = connections.settings["default"]
    if not settings["ENGINE"].endswith("postgresql") or "pool" in settings["OPTIONS"]:
        return
    connections.close_all()  # one that was opened before belongs to no pool
    limits = " ".join(f"-c {name}={value}" for name, value in PAGE_LIMITS.items())
    settings["OPTIONS"] |= {
        "options": f"{settings['OPTIONS'].get('options', '')} {limits}".strip(),
        "pool": {"min_size": 1, "max_size": threads + 1, "timeout": _FREE_CONNECTION_SECONDS},
    }


def does_not_answer(fault: BaseException | None) -> bool:
    """Whether a fault says that the database is held, full, away, overloaded or just now not to be written.

    Whoever meets one can try again: nothing was kept.
    """
    from django.db import DatabaseError, InterfaceError, OperationalError

    if isinstance(fault, OperationalError | InterfaceError):
        return True
    return isinstance(fault, DatabaseError) and getattr(fault.__cause__, "sqlstate", None) == _READ_ONLY


@contextmanager
def one_at_a_time(lock: int) -> Iterator[None]:
    """Let nobody else in here until the caller's transaction, or without one what stands inside, is over.

    On SQLite a transaction that writes is alone in any case.
    """
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    within = connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_{'xact_' if within else ''}lock(%s)", [lock])
    try:
        yield
    finally:
        if not within:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])


def is_behind() -> bool:
    """Whether the database has not all tables and indexes of this version yet."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def know_sizes() -> None:
    """Let SQLite count how its tables are filled, which it plans by; a PostgreSQL does so by itself.

    Two seconds with a year of incidents. A count that stops early is quicker, but tells of a queue of a
    hundred thousand that it has a thousand, which would then be sorted anew for each page.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def check_reached() -> None:
    """Raise InputError, with what to do, where the database of this process cannot be reached or used."""
    from django.db import DatabaseError, connection

    if connection.vendor != "postgresql":
        return
    where = shown(connection.settings_dict)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            (encoding,) = cursor.fetchone() or ("",)
    except DatabaseError as fault:
        raise _not_reached(fault, where) from None
    if encoding != "UTF8":
        raise InputError(
            f"This database keeps its text as {encoding}.",
            where=where,
            remedy="Make it anew with ENCODING 'UTF8'.",
        )


_REMEDIES = (
    ("password", "Check the user, and the password in PGPASSWORD or the password file."),
    ("pg_hba", "Let the server accept this user from this machine (pg_hba.conf)."),
    ("does not exist", "Create the user and the database first: docs/decisions/0018-postgresql.md says how."),
    ("SSL", "Check sslmode and the certificates."),
    ("or later is required", "Use a newer server."),
    ("too many", "Raise max_connections of the server, or end what else uses it."),
)


def _not_reached(fault: Exception, where: str) -> InputError:
    said = _first_line(str(fault))
    remedy = next((remedy for sign, remedy in _REMEDIES if sign in said), "Check that the server runs there.")
    return InputError(f"The database does not answer: {said}.", where=where, remedy=remedy)


def _first_line(said: str) -> str:
    """The last thing that the driver says, without the address that it puts before it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return (lines[0] if lines else "no reason is given").rsplit("FATAL:", 1)[-1].strip().rstrip(".")


def shown(settings: Mapping[str, Any]) -> str:
    """A database as a message may name it."""
    user = f"{settings['USER']}@" if settings["USER"] else ""
    host = settings["HOST"] or "this machine"
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return f"PostgreSQL {settings['NAME']} at {user}{host}{port}"
