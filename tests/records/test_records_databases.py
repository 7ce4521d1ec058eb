"""An extract read by a query, from SQLite and from a real PostgreSQL where there is one on this machine."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from firstpoint.cli import main
from firstpoint.errors import BadMapping, UnreadableFile
from firstpoint.records import databases, read_query

pytest.importorskip("sqlalchemy", reason="firstpoint[database] is not installed")

TABLE = """create table logs (log_no text, received {time}, remarks text, flagged {flag});
insert into logs values ('I1', '2026-07-01 09:30:00+01:00', 'He hit me', {yes}),
 ('I2', '2026-07-01 10:30:00+01:00', 'Bike gone', {no}),
 (null, '2026-07-01 11:30:00+01:00', 'No number', {no}),
 ('I1', '2026-07-01 09:30:00+01:00', 'He hit me again', {no});
"""
QUERY = """[incidents]
query = "select log_no, received, remarks, flagged from logs where remarks like '%%' order by remarks desc"
[incidents.columns]
incident_id = "log_no"
received_at = "received"
text = "remarks"
domestic = "flagged"
"""


@pytest.fixture
def sqlite(tmp_path) -> str:
    with sqlite3.connect(tmp_path / "logs.db") as made:
        made.executescript(TABLE.format(time="text", flag="integer", yes=1, no=0))
    return f"sqlite:///{tmp_path / 'logs.db'}"


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a throw-away PostgreSQL."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    for program in ("initdb", "pg_ctl", "postgres"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        # PostgreSQL refuses to run as root.
        as_other = (
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        )
        if as_other:
            os.chown(home, 65534, 65534)
        run = {"check": True, "capture_output": True, "cwd": home, "env": os.environ | {"HOME": folder}}
        subprocess.run(
            [*as_other, "initdb", "-D", home / "data", "-U", "reader", "-A", "trust", "-E", "UTF8"], **run
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        ctl = [*as_other, "pg_ctl", "-D", str(home / "data"), "-w"]
        subprocess.run(
            [*ctl, "-l", str(home / "log"), "-o", options, "start"],
            check=True, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        url = f"postgresql+psycopg://reader:secret@/postgres?host={folder}"
        import sqlalchemy

        engine = sqlalchemy.create_engine(url)
        with engine.begin() as connection:
            script = TABLE.format(time="timestamptz", flag="boolean", yes="true", no="false")
            for statement in script.split(";\n"):
                if statement.strip():
                    connection.exec_driver_sql(statement)
        engine.dispose()
        try:
            yield url
        finally:
            subprocess.run([*ctl, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=home)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request) -> str:
    return request.getfixturevalue(request.param)


def test_rows_of_a_query_are_read_as_those_of_a_file(url, mapping, monkeypatch):
    monkeypatch.setattr(databases, "ROWS_OF_A_PART", 2)
    extract = read_query(url, "incidents", mapping(QUERY))
    assert extract.frame.select("incident_id", "received_at", "text", "domestic").rows() == [
        ("I1", datetime(2026, 7, 1, 8, 30, tzinfo=UTC), "He hit me again", False),
        ("I2", datetime(2026, 7, 1, 9, 30, tzinfo=UTC), "Bike gone", False),
    ]
    assert extract.rejects.select("row", "column").rows() == [(2, "incident_id"), (4, "incident_id")]
    assert extract.rows_read == 4
    assert str(extract.path) == "query of incidents"


def test_the_same_rows_twice_are_the_same_extract(url, mapping):
    first, second = (read_query(url, "incidents", mapping(QUERY)) for _ in range(2))
    assert first.sha256 == second.sha256
    fewer = mapping(QUERY.replace("%%", "He%%"))
    assert read_query(url, "incidents", fewer).sha256 != first.sha256


def test_a_query_that_writes_changes_nothing(url, mapping):
    writes = mapping(QUERY.replace("select log_no, received, remarks, flagged from logs where remarks like "
                                   "'%%' order by remarks desc", "delete from logs returning *"))  # fmt: skip
    with pytest.raises(UnreadableFile, match="did not answer the query"):
        read_query(url, "incidents", writes)
    assert read_query(url, "incidents", mapping(QUERY)).rows_read == 4


def test_a_query_with_a_fault_names_the_database_without_its_password(url, mapping):
    wrong = mapping('[incidents]\nquery = "select shoe_size from nowhere"\n')
    with pytest.raises(UnreadableFile, match="nowhere") as caught:
        read_query(url, "incidents", wrong)
    assert "secret" not in str(caught.value)
    assert caught.value.where.startswith(("sqlite", "postgresql"))


def test_a_mapping_without_a_query_says_what_to_write(sqlite, mapping):
    with pytest.raises(BadMapping, match="no query for crimes"):
        read_query(sqlite, "crimes", mapping(QUERY))


@pytest.mark.parametrize(
    "address", ["nonsense", "nonesuch://reader:secret@host/name", "postgresql+none://a:secret@b/c"]
)
def test_an_address_that_cannot_be_used_is_refused_without_being_repeated(mapping, address):
    with pytest.raises(UnreadableFile, match="address of the database cannot be used") as caught:
        read_query(address, "incidents", mapping(QUERY))
    assert "secret" not in str(caught.value)


def test_the_command_reads_the_queries_of_a_mapping(sqlite, write, monkeypatch):
    monkeypatch.setenv("FIRSTPOINT_DATABASE_URL", sqlite)
    checked = CliRunner().invoke(main, ["check", "--mapping", str(write("m.toml", QUERY))])
    assert checked.exit_code == 3
    assert "incidents: query of incidents" in checked.output
    assert "4 rows read, 2 kept, 2 set aside" in checked.output


def test_a_check_of_nothing_says_what_to_give(write, monkeypatch):
    monkeypatch.delenv("FIRSTPOINT_DATABASE_URL", raising=False)
    assert CliRunner().invoke(main, ["check"]).exit_code == 2
    without = CliRunner().invoke(main, ["check", "--mapping", "canonical", "--database", "sqlite://"])
    assert without.exit_code == 2
    assert "has no query" in without.output


def test_a_query_that_finds_nothing_is_an_extract_without_rows(url, mapping):
    extract = read_query(url, "incidents", mapping(QUERY.replace("%%", "none%%")))
    assert (extract.rows_read, extract.frame.height) == (0, 0)
