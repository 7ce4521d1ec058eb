"""An extract read by a query from a database, through SQLAlchemy (the extra ``firstpoint[database]``).

The mapping says what to ask (``query``); where the database is and with which password is never in a mapping
but given when it is read. The rows come in parts, inside one transaction that may only read where the
database can promise that, and what was asked is undone at the end in any case. They are numbered from 2 on,
as those of a file with a heading are.
"""

from __future__ import annotations

import datetime
import decimal
import hashlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from firstpoint.errors import BadMapping, UnreadableFile
from firstpoint.records.files import without_nul
from firstpoint.records.mapping import SourceMapping, TableMapping
from firstpoint.records.raw_rows import RawParts, RawRows, check_headings, drop_blank_rows
from firstpoint.records.reading import Extract, extract_of
from firstpoint.records.tables import Table, table_named

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, Engine

ROWS_OF_A_PART = 20_000


def read_query(
    url: str, table: str, mapping: SourceMapping, *, needs: Collection[str] | None = None
) -> Extract:
    """The rows that the mapping's query of ``table`` finds in the database at ``url``, as its extract.

    ``url`` is one of SQLAlchemy, such as ``postgresql+psycopg://reader@host/name``. The extract's path is
    ``query of <table>``, and its SHA-256 is that of the rows as read, so that the same rows twice are the
    same extract. BadMapping when the mapping has no query; UnreadableFile when the database or the query
    cannot be used, which names the database without its password.
    """
    target = table_named(table) if needs is None else table_named(table).needing(needs)
    layout = mapping.table(target.name)
    if not layout.query:
        raise BadMapping(
            f"The mapping has no query for {target.name}.",
            where=mapping.name,
            remedy=f"Write it as query, under [{target.name}] of the mapping.",
        )
    return _read(url, target, layout)


def _read(url: str, table: Table, layout: TableMapping) -> Extract:
    sqlalchemy = _sqlalchemy()
    engine = _engine_of(url)
    digest = hashlib.sha256()
    where = Path(f"query of {table.name}")
    try:
        with engine.connect() as connection:
            connection = _only_reading(connection)
            options = {"stream_results": True, "max_row_buffer": ROWS_OF_A_PART}
            query = connection.exec_driver_sql(layout.query, execution_options=options)
            if not query.returns_rows:
                connection.rollback()
                raise BadMapping("The query gives no rows back.", where=table.name, remedy="Write a select.")
            headings = check_headings(list(query.keys()), 1, where)
            parts = RawParts(headings, _parts(query, headings, digest))
            extract = extract_of(parts, where, table, layout, large=True, digest_of=digest.hexdigest)
            connection.rollback()
            return extract
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise _refused(engine, error) from error
    finally:
        engine.dispose()


def _sqlalchemy() -> Any:
    try:
        import sqlalchemy
    except ImportError as error:
        raise UnreadableFile(
            "Reading from a database needs SQLAlchemy, which is not installed.",
            remedy="Install it: pip install 'firstpoint[database]'.",
        ) from error
    return sqlalchemy


def _engine_of(url: str) -> Engine:
    sqlalchemy = _sqlalchemy()
    try:
        engine: Engine = sqlalchemy.create_engine(url)
    except (sqlalchemy.exc.ArgumentError, ImportError) as error:
        # The words of the error may hold the password.
        missing = f" ({error.name} is not installed)" if isinstance(error, ImportError) else ""
        raise UnreadableFile(
            f"The address of the database cannot be used{missing}.",
            remedy="Write it as in postgresql+psycopg://reader:password@host/name, and install its driver.",
        ) from error
    return engine


def _only_reading(connection: Connection) -> Connection:
    """The connection, told that it may only read, where the database knows how to be told."""
    if connection.dialect.name == "postgresql":
        return connection.execution_options(postgresql_readonly=True)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("pragma query_only = on")
    return connection


def _refused(engine: Engine, error: Exception) -> UnreadableFile:
    said = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()
    return UnreadableFile(
        f"The database did not answer the query: {said[0] if said else 'no reason given'}",
        where=engine.url.render_as_string(hide_password=True),
        remedy="Check the address, who may read there, and the query in the mapping.",
    )


def _parts(query: CursorResult[Any], headings: list[str], digest: Any) -> Iterator[RawRows]:
    yield _rows_of([], headings, 2)
    first = 2
    digest.update(repr(headings).encode())
    for rows in query.partitions(ROWS_OF_A_PART):
        part = _rows_of(rows, headings, first)
        digest.update(part.frame.drop("row").write_csv().encode())
        first += len(rows)
        yield without_nul(part)


def _rows_of(rows: Sequence[Sequence[Any]], headings: list[str], first: int) -> RawRows:
    numbers = pl.Series("row", range(first, first + len(rows)), pl.Int64)
    columns = [
        pl.Series(heading, [_text(row[at]) for row in rows], pl.String) for at, heading in enumerate(headings)
    ]
    return drop_blank_rows(pl.DataFrame([numbers, *columns]))


def _text(value: Any) -> str | None:
    """A value as text: times in ISO 8601, numbers without needless digits, lists parted by semicolons."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, list | tuple):
        return ";".join(_text(each) or "" for each in value)
    return str(value)
