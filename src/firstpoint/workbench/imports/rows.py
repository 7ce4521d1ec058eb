"""Rows of an extract put into a table of the database, many at once.

The rows of an extract stand beside those held (:class:`Incoming`) and are told apart by sets, not one by one:
new ones, those that are held just so, those that show a later state than the row held, and those that show an
earlier one. A version that does not stand is kept in :class:`~.models.EarlierRow`. Of log entries the *group*
changes hands: all entries of an incident as one extract shows them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl
from attrs import frozen
from django.db import connection, models

from firstpoint.errors import InputError
from firstpoint.records import TABLES, Extract
from firstpoint.workbench.imports.models import EarlierRow, LoadedExtract
from firstpoint.workbench.incidents import words
from firstpoint.workbench.incidents.models import Crime, Incident, LogEntry, Victim

ROWS_AT_ONCE = 5_000

MODELS: dict[str, type[models.Model]] = {
    "incidents": Incident,
    "victims": Victim,
    "crimes": Crime,
    "log_entries": LogEntry,
}

Told = Callable[[int], None]


@frozen
class Put:
    """How many rows were new, replaced one held, were held just so, or were older than the one held."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    older: int = 0


@frozen
class Shape:
    """A table of the database: its columns as in ``records``, and what tells its rows and groups apart."""

    table: str
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    group: str

    @property
    def grouped(self) -> bool:
        """Whether several rows change hands together."""
        return len(self.key) > 1

    @property
    def others(self) -> tuple[str, ...]:
        """The columns that do not tell rows apart."""
        return tuple(column for column in self.columns if column not in self.key)


def shape_of(table: str) -> Shape:
    """The shape of a table that is kept here."""
    told = next(each for name, each in TABLES.items() if name == table)
    columns = tuple(column.name for column in told.columns)
    name = MODELS[table]._meta.db_table
    if told.key:
        return Shape(table, name, columns, (told.key,), told.key)
    return Shape(table, name, (*columns, "place"), ("incident_id", "place"), "incident_id")


def put(extract: Extract, loaded: LoadedExtract, told: Told) -> Put:
    """Put the rows of an extract into the table of the database that holds its kind.

    Of two versions of a row that stands which shows the later moment (``loaded.as_of``). ``told`` is called
    with the rows done. It must run inside a transaction.
    """
    shape = shape_of(extract.table)
    if not MODELS[extract.table]._default_manager.exists():
        added = _insert(shape, shape.name, extract, told, loaded.pk)
        if extract.table == "incidents":
            words.learn(f"extract_id = {loaded.pk}", all_at_once=True)
        return Put(added=added)
    with _Incoming(shape, loaded) as incoming:
        _insert(shape, incoming.name, extract, told, loaded.pk)
        return incoming.settle()


class _Incoming:
    """The rows of an extract beside those held, for as long as the load takes."""

    def __init__(self, shape: Shape, loaded: LoadedExtract) -> None:
        self.shape = shape
        self.loaded = loaded
        self.name = f"incoming_{shape.table}"
        self.fates = f"fates_{shape.table}"

    def __enter__(self) -> _Incoming:
        listed = _listed(self.shape.columns)
        like = f"SELECT {listed}, extract_id FROM {self.shape.name} WHERE 1 = 0"
        _run(f"CREATE TEMPORARY TABLE {self.name} AS {like}")
        return self

    def __exit__(self, *_: object) -> None:
        if not connection.needs_rollback:
            for table in (self.name, self.fates):
                _run(f"DROP TABLE IF EXISTS {table}")

    def settle(self) -> Put:
        """Let each group of rows replace the one held, or give way to it."""
        self._refuse_rows_that_cannot_be_told_apart()
        self._tell_apart()
        self._keep_earlier("newer", "h.extract_id", str(self.loaded.pk), self.shape.name)
        self._keep_earlier("older", str(self.loaded.pk), "f.held_by", self.name)
        if self.shape.table == "incidents":
            words.forget(f"incident_id IN ({self._groups('newer')})")
        self._replace()
        if self.shape.table == "incidents":
            words.learn(f"incident_id IN ({self._groups('newer', 'new')})")
        counted = dict(_rows(f"SELECT fate, SUM(rows) FROM {self.fates} GROUP BY fate"))
        return Put(*(int(counted.get(fate) or 0) for fate in ("new", "newer", "same", "older")))

    def _refuse_rows_that_cannot_be_told_apart(self) -> None:
        """Such a row would stand nowhere afterwards; the table itself refuses it only on the first load."""
        shape = self.shape
        told = " || '/' || ".join(shape.key)
        ((rows, keys),) = _rows(f"SELECT COUNT(*), COUNT(DISTINCT {told}) FROM {self.name}")
        if rows != keys:
            raise InputError(
                f"A row has no {shape.group} (null), or one stands on several rows.",
                where=f"{self.loaded.file_name}, {shape.table}",
                remedy="Read the file with firstpoint check, which sets such rows aside.",
            )

    def _tell_apart(self) -> None:
        shape, group = self.shape, self.shape.group
        _run(f"CREATE INDEX {self.name}_key ON {self.name} ({_listed(shape.key)})")
        alike = " AND ".join(f"h.{column} IS i.{column}" for column in shape.columns)
        on_key = " AND ".join(f"h.{column} = i.{column}" for column in shape.key)
        _run(
            f"""
            CREATE TEMPORARY TABLE {self.fates} AS
            SELECT c.grp, c.rows, c.held_by,
                CASE WHEN c.held IS NULL THEN 'new'
                     WHEN c.alike = c.rows AND c.held = c.rows THEN 'same'
                     WHEN e.as_of > %s THEN 'older'
                     ELSE 'newer' END AS fate
            FROM (
                SELECT i.{group} AS grp, COUNT(*) AS rows,
                    SUM(CASE WHEN {alike} THEN 1 ELSE 0 END) AS alike,
                    (SELECT NULLIF(COUNT(*), 0) FROM {shape.name} x WHERE x.{group} = i.{group}) AS held,
                    (SELECT MAX(x.extract_id) FROM {shape.name} x WHERE x.{group} = i.{group}) AS held_by
                FROM {self.name} i LEFT JOIN {shape.name} h ON {on_key}
                GROUP BY i.{group}
            ) c LEFT JOIN {LoadedExtract._meta.db_table} e ON e.id = c.held_by
            """,
            [connection.ops.adapt_datetimefield_value(self.loaded.as_of)],
        )
        _run(f"CREATE INDEX {self.fates}_grp ON {self.fates} (grp)")

    def _groups(self, *fates: str) -> str:
        listed = ", ".join(f"'{fate}'" for fate in fates)
        return f"SELECT grp FROM {self.fates} WHERE fate IN ({listed})"

    def _keep_earlier(self, fate: str, brought: str, instead: str, source: str) -> None:
        columns = ", ".join(f"'{column}', h.{column}" for column in self.shape.columns)
        _run(
            f"""
            INSERT INTO {EarlierRow._meta.db_table} ("table", key, extract_id, instead_id, row)
            SELECT %s, f.grp, {brought}, {instead}, json_object({columns})
            FROM {self.fates} f JOIN {source} h ON h.{self.shape.group} = f.grp WHERE f.fate = %s
            """,
            [self.shape.table, fate],
        )

    def _replace(self) -> None:
        shape, listed = self.shape, _listed(self.shape.columns)
        if shape.grouped:
            _run(f"DELETE FROM {shape.name} WHERE {shape.group} IN ({self._groups('newer')})")
        else:
            told = ", ".join(f"{column} = i.{column}" for column in (*shape.others, "extract_id"))
            _run(
                f"UPDATE {shape.name} SET {told} FROM {self.name} i WHERE {shape.name}.{shape.group} = "
                f"i.{shape.group} AND i.{shape.group} IN ({self._groups('newer')})"
            )
        come = self._groups("new", "newer") if shape.grouped else self._groups("new")
        _run(
            f"INSERT INTO {shape.name} ({listed}, extract_id) SELECT {listed}, extract_id FROM {self.name} "
            f"WHERE {shape.group} IN ({come})"
        )


def take_back(loaded: LoadedExtract) -> tuple[int, int]:
    """Take back the rows that an extract brought: give how many earlier ones stand again, and how many are
    gone.

    It must run inside a transaction, and nothing may have replaced the rows of the extract since.
    """
    shape = shape_of(loaded.table)
    model, earlier = MODELS[loaded.table], EarlierRow.objects.filter(instead=loaded, table=loaded.table)
    again = earlier.values("key").distinct().count()
    standing = model._default_manager.filter(extract_id=loaded.pk)
    if shape.grouped:
        gone = standing.exclude(incident_id__in=earlier.values("key")).count()
        standing.delete()
        _run(
            f"INSERT INTO {shape.name} ({_listed(shape.columns)}, extract_id) {_as_it_was(shape)}",
            [loaded.pk],
        )
    else:
        new = standing.exclude(**{f"{shape.group}__in": earlier.values("key")})
        gone = new.count()
        if loaded.table == "incidents":
            words.forget(f"extract_id = {loaded.pk}")
        new.delete()
        told = ", ".join(f"{column} = e.{column}" for column in (*shape.others, "extract_id"))
        _run(
            f"UPDATE {shape.name} SET {told} FROM ({_as_it_was(shape)}) e "
            f"WHERE e.{shape.group} = {shape.name}.{shape.group}",
            [loaded.pk],
        )
        if loaded.table == "incidents":
            keys = f"SELECT key FROM {EarlierRow._meta.db_table} WHERE instead_id = {loaded.pk}"
            words.learn(f"incident_id IN ({keys})")
    earlier.delete()
    EarlierRow.objects.filter(extract=loaded).delete()
    return again, gone


def _as_it_was(shape: Shape) -> str:
    """Give the query for the rows that an extract replaced, as they were held."""
    cells = ", ".join(f"json_extract(row, '$.{column}') AS {column}" for column in shape.columns)
    return f"SELECT {cells}, extract_id FROM {EarlierRow._meta.db_table} WHERE instead_id = %s"


def _insert(shape: Shape, into: str, extract: Extract, told: Told, number: int) -> int:
    """Put all rows of an extract into a table, and give how many there are."""
    columns = [column for column in shape.columns if column != "place"]
    places = ", ".join(["%s"] * (len(shape.columns) + 1))
    statement = f"INSERT INTO {into} ({_listed(shape.columns)}, extract_id) VALUES ({places})"
    done = 0
    counted: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for part in _parts(extract):
            cells = part.select(_as_held(column, part.schema.get(column)) for column in columns)
            if shape.grouped:
                numbers = [_next(counted, name) for name in part.get_column(shape.group).to_list()]
                cells = cells.with_columns(place=pl.Series(numbers, dtype=pl.Int64))
            cells = cells.select(*shape.columns, extract_id=pl.lit(number))
            cursor.executemany(statement, cells.rows())
            done += part.height
            told(done)
    return done


def _next(counted: Counter[str], name: str) -> int:
    counted[name] += 1
    return counted[name] - 1


def _parts(extract: Extract) -> Iterator[pl.DataFrame]:
    yield from extract.frame.iter_slices(ROWS_AT_ONCE)


def _as_held(column: str, kind: pl.DataType | None) -> pl.Expr:
    """Give a column as the database holds it, empty where the extract has none of that kind."""
    if kind is None:
        return pl.lit(None).alias(column)
    cells = pl.col(column)
    if isinstance(kind, pl.Datetime):
        whole = cells.dt.microsecond() == 0
        return (
            pl.when(whole)
            .then(cells.dt.strftime("%Y-%m-%d %H:%M:%S"))
            .otherwise(cells.dt.strftime("%Y-%m-%d %H:%M:%S%.6f"))
        )
    if isinstance(kind, pl.Boolean):
        return cells.cast(pl.Int8)
    if isinstance(kind, pl.List):
        return cells.map_elements(lambda values: json.dumps(values.to_list()), return_dtype=pl.String)
    if isinstance(kind, pl.String):
        # No database text can hold a NUL; one sign takes its place so that positions in a log stay right.
        return cells.str.replace_all("\x00", "\ufffd", literal=True)
    return cells


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns)


def _run(statement: str, values: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
