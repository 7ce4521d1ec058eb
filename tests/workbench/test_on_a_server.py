"""The workbench on a PostgreSQL: what is said when it cannot be had, and that it serves when it can."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from urllib.request import Request, urlopen

import postgresql_server
import psutil
import psycopg
import pytest

from firstpoint.errors import InputError
from firstpoint.workbench.database import address_of, database_of, does_not_answer

SECRET = "t0p-s3cret"
CLEARED = ("FIRSTPOINT_DIR", "FIRSTPOINT_DATABASE", "DJANGO_SETTINGS_MODULE", "PGPASSWORD")


def firstpoint(*arguments: object, **told: str) -> subprocess.CompletedProcess[str]:
    """What the command says, with these words in its environment."""
    clean = {name: value for name, value in os.environ.items() if name not in CLEARED}
    code = "from firstpoint.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], env=clean | told, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def server():
    try:
        with postgresql_server.running() as running:
            yield running
    except postgresql_server.CannotRun as reason:
        pytest.skip(f"PostgreSQL cannot run here: {reason}")


def test_an_address_becomes_the_database_of_the_settings():
    found = database_of(None, f"postgresql://fp:{SECRET}@db.example:5433/force?sslmode=verify-full")
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("force", "fp", SECRET)
    assert (found["HOST"], found["PORT"], found["OPTIONS"]["sslmode"]) == (
        "db.example",
        "5433",
        "verify-full",
    )
    assert found["OPTIONS"]["connect_timeout"] == 5


def test_the_environment_names_the_database_before_the_settings_of_the_directory(tmp_path):
    (tmp_path / "workbench.toml").write_text('database = "postgresql://one/a"')
    assert address_of(tmp_path, {}) == "postgresql://one/a"
    assert address_of(tmp_path, {"FIRSTPOINT_DATABASE": "postgresql://two/b"}) == "postgresql://two/b"
    assert address_of(None, {}) == ""


@pytest.mark.parametrize(
    "address",
    [
        f"mysql://fp:{SECRET}@db/force",
        f"postgresql+psycopg://fp:{SECRET}@db/force",
        f"postgresql://fp:{SECRET}@db",
        f"postgresql://fp:@{SECRET}@db/force",
        f"postgresql://fp:/{SECRET}@db/force",
        f"postgresql://fp:#{SECRET}@db:port/force",
        f"postgresql://fp:{SECRET}@[db/force",
        f"postgresql://fp:{SECRET}@db/force?nonsense={SECRET}",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(address):
    with pytest.raises(InputError) as told:
        database_of(None, address)
    assert SECRET not in str(told.value)
    assert told.value.remedy


def test_without_the_driver_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg.conninfo", None)
    with pytest.raises(InputError, match=r"firstpoint\[database\]"):
        database_of(None, "postgresql://db/force")


def test_a_server_that_is_not_there_and_a_password_that_is_wrong_are_said_plainly(server, tmp_path):
    nowhere = firstpoint("user", "add", "a", "--role", "registrar", "--password", "x" * 20, "--dir", tmp_path,
                         FIRSTPOINT_DATABASE=f"postgresql://fp:{SECRET}@127.0.0.1:1/force")  # fmt: skip
    wrong = firstpoint("ledger", "verify", "--dir", tmp_path,
                       FIRSTPOINT_DATABASE=server.without_password, PGPASSWORD=SECRET)  # fmt: skip
    for said, remedy in ((nowhere, "Check that the server runs there."), (wrong, "PGPASSWORD")):
        assert said.returncode == 2
        assert "The database does not answer" in said.stderr
        assert remedy in said.stderr
        assert SECRET not in said.stderr + said.stdout
        assert "Traceback" not in said.stderr


def test_a_mistyped_directory_is_no_workbench_on_a_server_either(server, tmp_path):
    told = {"FIRSTPOINT_DATABASE": server.without_password, "PGPASSWORD": server.password}
    said = firstpoint("ledger", "verify", "--dir", tmp_path, **told)
    assert (said.returncode, "There is no workbench here" in said.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_pages_are_served_by_several_processes_that_end_with_the_server(server, tmp_path):
    told = {**os.environ, "FIRSTPOINT_DATABASE": server.without_password, "PGPASSWORD": server.password}
    code = "from firstpoint.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "serve", "--dir", str(tmp_path / "site"), "--port", "0",
         "--processes", "2", "--no-worker"],
        env={name: value for name, value in told.items() if name != "FIRSTPOINT_DIR"},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        address = re.search(r"http://\S+", process.stdout.readline())
        asked = Request(address[0], headers={"Cookie": f"sessionid={'x' * 32}"})  # noqa: S310 - our own server
        with urlopen(asked) as page:  # noqa: S310
            assert (page.status, page.url) == (200, f"{address[0]}sign-in/?next=/")
        beside = psutil.Process(process.pid).children()
        assert len(beside) == 1
        with psycopg.connect(server.address) as connection:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'firstpoint'"
            assert 1 <= connection.execute(asked).fetchone()[0] <= 26
    finally:
        process.kill()
        process.wait(30)
    assert psutil.wait_procs(beside, timeout=30)[1] == []
    assert not (tmp_path / "site" / "firstpoint.sqlite3").exists()


def test_pages_wait_for_a_lock_for_seconds_and_commands_as_long_as_it_takes(server, tmp_path):
    said = subprocess.run(
        [sys.executable, "-c", LIMITS, str(tmp_path)], capture_output=True, text=True,
        env={**os.environ, "FIRSTPOINT_DATABASE": server.without_password, "PGPASSWORD": server.password},
    )  # fmt: skip
    assert said.stdout.splitlines() == ["0 0", "5s 20s", "True"]


LIMITS = """
import sys
from firstpoint.workbench import database, launch
launch.configure(sys.argv[1])
from django.db import DatabaseError, connection, transaction
def limits():
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        lock = cursor.fetchone()[0]
        cursor.execute("SHOW statement_timeout")
        print(lock, cursor.fetchone()[0])
limits()
database.for_pages(2)
limits()
try:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 20")
        cursor.execute("SELECT pg_sleep(5)")
except DatabaseError as fault:
    print(database.does_not_answer(fault))
"""


@pytest.mark.parametrize(
    ("fault", "busy"),
    [
        (psycopg.errors.DeadlockDetected(), True),
        (psycopg.errors.SerializationFailure(), True),
        (psycopg.errors.LockNotAvailable(), True),
        (psycopg.errors.QueryCanceled(), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.DiskFull(), True),
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.errors.ReadOnlySqlTransaction(), True),
        (psycopg.InterfaceError("the connection is closed"), True),
        (psycopg.errors.UniqueViolation(), False),
        (psycopg.errors.UndefinedTable(), False),
    ],
)
def test_what_a_server_says_when_it_can_be_asked_again_is_told_from_a_fault_of_ours(fault, busy):
    from django.db import connection

    with pytest.raises(Exception) as raised, type(connection.wrap_database_errors)(_PSYCOPG):
        raise fault
    assert does_not_answer(raised.value) is busy


class _PSYCOPG:
    Database = psycopg
    errors_occurred = False
