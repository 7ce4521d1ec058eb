"""Rows of an extract put into a table of the database, many at once.

The rows of an extract stand beside those held (:class:`_Incoming`) and are told apart by sets, not one by
one: new ones, those that are held just so, those that show a later state than the row held, and those that
show an earlier one. A version that does not stand is kept in :class:`~.models.EarlierRow`; that a row held
just so came again is kept there too, without the row. An entry of a log is told by all that it says, so that
what a night brings stands beside what the night before brought.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
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
_READ_AT_ONCE = 20_000

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
    """A table of the database: its columns as in ``records``, and its key (none: a row is all it says)."""

    table: str
    name: str
    columns: tuple[str, ...]
    key: str


def shape_of(table: str) -> Shape:
    """The shape of a table that is kept here."""
    told = next(each for name, each in TABLES.items() if name == table)
    columns = tuple(column.name for column in told.columns)
    return Shape(table, MODELS[table]._meta.db_table, columns if told.key else (*columns, "place"), told.key)


def put(extract: Extract, loaded: LoadedExtract, told: Told) -> Put:
    """Put the rows of an extract into the table of the database that holds its kind.

    Of two versions of a row that stands which shows the later moment (``loaded.as_of``). A column that
    nothing in the extract feeds says nothing, and leaves what is held. ``told`` is called with the rows done.
    It must run inside a transaction.
    """
    shape = shape_of(extract.table)
    if not MODELS[extract.table]._default_manager.exists():
        added = _insert(shape, shape.name, extract, told, loaded.pk)
        if extract.table == "incidents":
            words.learn(f"extract_id = {loaded.pk}", all_at_once=True)
        _know_sizes(shape.name)
        return Put(added=added)
    with _Incoming(shape, loaded, extract.absent_columns) as incoming:
        _insert(shape, incoming.name, extract, told, loaded.pk, numbered=True)
        _know_sizes(incoming.name)
        return incoming.settle()


class _Incoming:
    """The rows of an extract beside those held, for as long as the load takes."""

    def __init__(self, shape: Shape, loaded: LoadedExtract, absent: Collection[str]) -> None:
        self.shape = shape
        self.loaded = loaded
        self.told = [column for column in shape.columns if column not in {*absent, "place"}]
        self.name = f"incoming_{shape.table}"
        self.fates = f"fates_{shape.table}"

    def __enter__(self) -> _Incoming:
        fields = {field.column: field for field in MODELS[self.shape.table]._meta.concrete_fields}
        columns = ", ".join(
            f"{name} {fields[name].db_type(connection)}" for name in (*self.shape.columns, "extract_id")
        )
        _run(f"CREATE TEMPORARY TABLE {self.name} (come integer PRIMARY KEY, {columns})")
        return self

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        # After a fault the transaction takes them away with all the rest.
        if fault is None:
            for table in (self.name, self.fates):
                _run(f"DROP TABLE IF EXISTS {table}")

    def settle(self) -> Put:
        """Let each row replace the one held, or give way to it."""
        self._refuse_rows_that_cannot_be_told_apart()
        self._tell_apart()
        this, held_by = str(self.loaded.pk), "f.held_by"
        if self.shape.key:
            self._keep_earlier("newer", held_by, this, f"{self.shape.name} h", "f.held = h.id")
            self._keep_earlier("older", this, held_by, f"{self.name} h", "f.come = h.come")
        self._keep_that_it_came_again("same", held_by, this)
        self._keep_that_it_came_again("same_earlier", this, held_by)
        if self.shape.table == "incidents":
            words.forget(f"id IN ({self._held('newer')})")
        self._replace()
        if self.shape.table == "incidents":
            words.learn(f"id IN ({self._held('newer')}) OR (extract_id = {this} AND id > {self._last})")
        counted = dict(_rows(f"SELECT fate, COUNT(*) FROM {self.fates} GROUP BY fate"))
        same = counted.get("same", 0) + counted.get("same_earlier", 0)
        return Put(counted.get("new", 0), counted.get("newer", 0), same, counted.get("older", 0))

    def _refuse_rows_that_cannot_be_told_apart(self) -> None:
        """Such a row would stand nowhere afterwards; the table itself refuses it only on the first load."""
        if not self.shape.key:
            return
        key = self.shape.key
        ((rows, keys),) = _rows(f"SELECT COUNT(*), COUNT(DISTINCT {key}) FROM {self.name}")
        if rows != keys:
            raise InputError(
                f"A row has no {key} (null), or one stands on several rows.",
                where=f"{self.loaded.file_name}, {self.shape.table}",
                remedy="Read the file with firstpoint check, which sets such rows aside.",
            )

    def _tell_apart(self) -> None:
        shape, told = self.shape, self.shape.key or "incident_id"
        _run(f"CREATE INDEX {self.name}_key ON {self.name} ({told})")
        ((last,),) = _rows(f"SELECT COALESCE(MAX(id), 0) FROM {shape.name}")
        self._last = int(last)
        alike = " AND ".join(f"h.{column} {_same()} i.{column}" for column in self.told)
        on = f"h.{told} = i.{told}" + ("" if shape.key else f" AND {alike}")
        # Of log entries that are held more than once just so, the first is met.
        matched = f"SELECT i.come, h.id AS held FROM {self.name} i LEFT JOIN {shape.name} h ON {on}"
        if not shape.key:
            matched = matched.replace("h.id AS held", "MIN(h.id) AS held") + " GROUP BY i.come"
        later = "e.as_of > %s"
        as_of = connection.ops.adapt_datetimefield_value(self.loaded.as_of)
        _run(
            f"""
            CREATE TEMPORARY TABLE {self.fates} AS
            SELECT m.come, m.held, h.extract_id AS held_by,
                CASE WHEN m.held IS NULL THEN 'new'
                     WHEN {alike} THEN CASE WHEN {later} THEN 'same_earlier' ELSE 'same' END
                     WHEN {later} THEN 'older'
                     ELSE 'newer' END AS fate
            FROM ({matched}) m JOIN {self.name} i ON i.come = m.come
            LEFT JOIN {shape.name} h ON h.id = m.held
            LEFT JOIN {LoadedExtract._meta.db_table} e ON e.id = h.extract_id
            """,
            [as_of, as_of],
        )
        _run(f"CREATE INDEX {self.fates}_come ON {self.fates} (come)")
        _know_sizes(self.fates)

    def _held(self, fate: str) -> str:
        return f"SELECT held FROM {self.fates} WHERE fate = '{fate}'"

    def _keep_earlier(self, fate: str, brought: str, instead: str, source: str, on: str) -> None:
        columns = ", ".join(f"'{column}', {_exactly(column)}" for column in self.shape.columns)
        row = f"json_object({columns})" if _on_sqlite() else f"jsonb_build_object({columns})"
        _run(
            f"""
            INSERT INTO {EarlierRow._meta.db_table} ("table", key, extract_id, instead_id, "row")
            SELECT %s, {self._key("h")}, {brought}, {instead}, {row}
            FROM {self.fates} f JOIN {source} ON {on} WHERE f.fate = %s
            """,
            [self.shape.table, fate],
        )

    def _keep_that_it_came_again(self, fate: str, brought: str, instead: str) -> None:
        """Keep, of a row held just so, which load brought it first and which again, in order of moments."""
        _run(
            f"""
            INSERT INTO {EarlierRow._meta.db_table} ("table", key, extract_id, instead_id, "row")
            SELECT %s, {self._key("h")}, {brought}, {instead}, NULL
            FROM {self.fates} f JOIN {self.shape.name} h ON h.id = f.held WHERE f.fate = %s
            """,
            [self.shape.table, fate],
        )

    def _key(self, row: str) -> str:
        return f"{row}.{self.shape.key}" if self.shape.key else f"CAST({row}.id AS TEXT)"

    def _replace(self) -> None:
        shape, listed = self.shape, _listed(self.shape.columns)
        told = ", ".join(f"{column} = i.{column}" for column in (*self.told, "extract_id"))
        if shape.table == "incidents" and "text" in self.told:
            told += f", text_joined = {shape.name}.text_joined AND i.text IS NULL"
        _run(
            f"UPDATE {shape.name} SET {told} FROM {self.fates} f JOIN {self.name} i ON i.come = f.come "
            f"WHERE {shape.name}.id = f.held AND f.fate = 'newer'"
        )
        _run(f"UPDATE {shape.name} SET extract_id = {self.loaded.pk} WHERE id IN ({self._held('same')})")
        _run(
            f"INSERT INTO {shape.name} ({listed}, extract_id) SELECT {listed}, extract_id FROM {self.name} "
            f"WHERE come IN (SELECT come FROM {self.fates} WHERE fate = 'new')"
        )


def join_entries(loads: Sequence[int]) -> None:
    """Give incidents without a text of their own that of their entries, where these loads changed any."""
    listed = ", ".join(str(number) for number in loads)
    _rejoin(
        f"(text IS NULL OR text_joined) AND (extract_id IN ({listed}) OR incident_id IN "
        f"(SELECT incident_id FROM {LogEntry._meta.db_table} WHERE extract_id IN ({listed})))"
    )


def _rejoin(which: str) -> None:
    """Join the entries of incidents anew; ``which`` is a condition on the table of incidents."""
    incidents, entries = Incident._meta.db_table, LogEntry._meta.db_table
    said = f"{entries} e WHERE e.incident_id = {incidents}.incident_id AND e.text IS NOT NULL"
    if _on_sqlite():
        joined = (
            f"SELECT group_concat(text, char(10)) FROM (SELECT text FROM {said} ORDER BY entry_at, place)"
        )
    else:
        joined = f"SELECT string_agg(e.text, chr(10) ORDER BY e.entry_at NULLS FIRST, e.place) FROM {said}"
    _run(f"CREATE TEMPORARY TABLE rejoined AS SELECT id FROM {incidents} WHERE {which}")
    words.forget("id IN (SELECT id FROM rejoined)")
    _run(f"UPDATE {incidents} SET text = ({joined}) WHERE id IN (SELECT id FROM rejoined)")
    _run(f"UPDATE {incidents} SET text_joined = text IS NOT NULL WHERE id IN (SELECT id FROM rejoined)")
    words.learn("id IN (SELECT id FROM rejoined)")
    _run("DROP TABLE rejoined")


def take_back(loaded: LoadedExtract) -> tuple[int, int]:
    """Take back the rows that an extract brought: give how many earlier ones stand again, and how many are
    gone. Rows that another load had brought just so stay, as that load's.

    It must run inside a transaction, and nothing may have replaced the rows of the extract since.
    """
    shape = shape_of(loaded.table)
    model = MODELS[loaded.table]._default_manager
    earlier = EarlierRow.objects.filter(instead=loaded, table=loaded.table)
    again = earlier.filter(row__isnull=False).count()
    _run(
        f"UPDATE {shape.name} SET extract_id = e.extract_id FROM {EarlierRow._meta.db_table} e "
        f'WHERE e.instead_id = %s AND e."table" = %s AND e."row" IS NULL AND e.key = '
        + (f"{shape.name}.{shape.key}" if shape.key else f"CAST({shape.name}.id AS TEXT)"),
        [loaded.pk, loaded.table],
    )
    replaced = earlier.filter(row__isnull=False).values("key")
    standing = model.filter(extract_id=loaded.pk)
    new = standing.exclude(**{f"{shape.key}__in": replaced}) if shape.key else standing
    gone = new.count()
    if loaded.table == "incidents":
        words.forget(f"extract_id = {loaded.pk}")
    told = list(new.values_list("incident_id", flat=True).distinct()) if loaded.table == "log_entries" else []
    new.delete()
    if shape.key:
        _let_stand_again(shape, loaded)
    for start in range(0, len(told), _READ_AT_ONCE):
        some = Incident.objects.filter(text_joined=True, incident_id__in=told[start : start + _READ_AT_ONCE])
        keys = ", ".join(str(key) for key in some.values_list("pk", flat=True))
        if keys:
            _rejoin(f"id IN ({keys})")
    earlier.delete()
    EarlierRow.objects.filter(extract=loaded).delete()
    return again, gone


def _let_stand_again(shape: Shape, loaded: LoadedExtract) -> None:
    table = EarlierRow._meta.db_table
    which = f'instead_id = {loaded.pk} AND "row" IS NOT NULL'
    cells = ", ".join(f"{_cell(shape, column)} AS {column}" for column in shape.columns)
    told = ", ".join(f"{column} = e.{column}" for column in (*shape.columns, "extract_id"))
    _run(
        f"UPDATE {shape.name} SET {told} FROM (SELECT {cells}, extract_id FROM {table} WHERE {which}) e "
        f"WHERE e.{shape.key} = {shape.name}.{shape.key}"
    )
    if shape.table == "incidents":
        words.learn(f"incident_id IN (SELECT key FROM {table} WHERE {which})")


def _cell(shape: Shape, column: str) -> str:
    """A cell of a row that is kept as JSON, as the column holds it."""
    if _on_sqlite():
        return f"json_extract(\"row\", '$.{column}')"
    field = next(each for each in MODELS[shape.table]._meta.concrete_fields if each.column == column)
    return f"(\"row\" ->> '{column}')::{field.db_type(connection)}"


def _exactly(column: str) -> str:
    """Give a cell for JSON, which SQLite would otherwise round where it is a number."""
    if not _on_sqlite():
        return f"h.{column}"
    return f"CASE typeof(h.{column}) WHEN 'real' THEN printf('%%!.17g', h.{column}) ELSE h.{column} END"


def _same() -> str:
    """What stands between two cells that are equal, or both empty. Old SQLite knows the long form not yet."""
    return "IS" if _on_sqlite() else "IS NOT DISTINCT FROM"


def _on_sqlite() -> bool:
    return bool(connection.vendor == "sqlite")


def _know_sizes(table: str) -> None:
    """Let PostgreSQL count a table that has just been filled, before it plans by a guess."""
    if not _on_sqlite():
        _run(f"ANALYZE {table}")


def _insert(
    shape: Shape, into: str, extract: Extract, told: Told, number: int, *, numbered: bool = False
) -> int:
    """Put all rows of an extract into a table, and give how many there are.

    They are ``numbered`` from 1, in a column before the others, where nothing else tells them apart.
    """
    columns = [column for column in shape.columns if column != "place"]
    listed = (*(("come",) if numbered else ()), *shape.columns, "extract_id")
    done = 0
    counted: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for part in _parts(extract):
            cells = part.select(_as_held(column, part.schema.get(column)) for column in columns)
            if not shape.key:
                numbers = [_next(counted, name) for name in part.get_column("incident_id").to_list()]
                cells = cells.with_columns(place=pl.Series(numbers, dtype=pl.Int64))
            come = pl.int_range(done + 1, done + part.height + 1, dtype=pl.Int64)
            cells = cells.with_columns(extract_id=pl.lit(number), come=come).select(listed)
            _write(cursor, into, listed, cells.rows())
            done += part.height
            told(done)
    return done


def _write(cursor: Any, into: str, listed: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    if _on_sqlite():
        places = ", ".join(["%s"] * len(listed))
        cursor.executemany(f"INSERT INTO {into} ({_listed(listed)}) VALUES ({places})", rows)
        return
    with cursor.copy(f"COPY {into} ({_listed(listed)}) FROM STDIN") as lines:
        for row in rows:
            lines.write_row(row)


def _next(counted: Counter[str], name: str) -> int:
    counted[name] += 1
    return counted[name] - 1


def _parts(extract: Extract) -> Iterator[pl.DataFrame]:
    rows = extract.scan()
    for start in range(0, extract.rows_kept, _READ_AT_ONCE):
        yield from rows.slice(start, _READ_AT_ONCE).collect().iter_slices(ROWS_AT_ONCE)


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
