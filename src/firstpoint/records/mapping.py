"""How a force's own export becomes the canonical tables: a mapping file, read and checked.

A mapping is a small TOML file. A heading that already carries the canonical name needs no entry, so the
shortest mapping has only the codes of the force. Everything is optional but ``name``::

    name = "our-command-and-control"
    title = "Nightly export of the command and control system"

    [incidents]                          # also [log_entries], [crimes], [victims]
    encoding = "cp1252"                  # found out when it is not given
    delimiter = "|"                      # found out when it is not given
    sheet = "Export"                     # of a workbook; the first when it is not given
    heading_row = 1                      # the row of the headings
    time_zone = "Europe/London"          # of local times
    times = ["%d/%m/%Y %H:%M"]           # formats of dates and times; ISO 8601 is always read
    decimal = ","                        # decimal sign of numbers
    yes = ["Y"]                          # words beside yes, y, true, t, 1 and no, n, false, f, 0
    no = ["N"]
    unknown = ["Unknown", "N/K"]         # words that mean: nothing is known
    list_separator = ";"

    [incidents.columns]                  # canonical column = where it comes from
    incident_id = "Log No"
    text = { join = ["Remarks", "Result text"], with = "\\n" }
    received_at = { date = "Log date", time = "Log time", date_formats = ["%d/%m/%Y"], time_formats =
    ["%H:%M"] } closed_at = { from = "Closed", formats = ["%d-%b-%Y %H:%M"], time_zone = "UTC" }
    channel = { from = "Source", codes = { "999" = "telephone", "WEB" = "online" } }
    force = { constant = "Our force" }

    [incidents.repeats]                  # what a repeated key means; see the page of `repeats`
    treat = "versions"                   # rather than "reject"
    keys = "^C-"                         # of keys like this only; of all when it is not given
    event_at = { date = "Date occurred", time = "Time occurred" }

    [opening_codes]                      # opening code = stratum it suggests: violence, sexual or other
    "ASSAULT" = "violence"

    [recorded]
    closing_codes = ["Report taken"]     # dispositions that say a crime was recorded

A range such as ``7:15 AM - 10:00 AM`` is read from its start where ``first_before = " - "`` is given beside
the format. Unknown keys, tables and columns are refused with the nearest name, all at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, fields, frozen

from firstpoint.errors import BadMapping, UnreadableFile
from firstpoint.records.nearest import did_you_mean
from firstpoint.records.tables import TABLES, Table, TableName, table_named

STRATA = ("violence", "sexual", "other")
REPEATS = ("reject", "versions")


@frozen
class ColumnMapping:
    """Where one canonical column comes from.

    Either ``headings`` (joined with ``joiner`` when several), or ``date`` and ``time`` headings put
    together, or a ``constant``. ``codes`` translate the source's values. ``formats`` are those of the table
    when empty.
    """

    headings: tuple[str, ...] = ()
    joiner: str = " "
    constant: str | None = None
    date: str = ""
    time: str = ""
    date_formats: tuple[str, ...] = ()
    time_formats: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    first_before: str = ""
    time_zone: str = ""
    codes: Mapping[str, str] = field(factory=dict)

    @property
    def needs(self) -> tuple[str, ...]:
        """Every heading the file must have for this column."""
        return tuple(each for each in (*self.headings, self.date, self.time) if each)


@frozen
class Repeats:
    """What a key that stands on several rows means (see :mod:`firstpoint.records.repeats`)."""

    treat: Literal["reject", "versions"] = "reject"
    keys: str = ""
    event_at: ColumnMapping | None = None


@frozen
class TableMapping:
    """How a file is laid out and which headings feed which canonical column."""

    columns: Mapping[str, ColumnMapping] = field(factory=dict)
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    heading_row: int = 1
    time_zone: str = "Europe/London"
    times: tuple[str, ...] = ()
    decimal: str = "."
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    list_separator: str = ";"
    repeats: Repeats = field(factory=Repeats)


@frozen
class SourceMapping:
    """A mapping file: how a source's exports become the canonical tables, and what its codes mean.

    ``opening_codes`` gives the stratum (violence, sexual or other) that an opening code suggests;
    ``closing_codes`` are the dispositions which say that a crime was recorded.
    """

    name: str
    title: str = ""
    tables: Mapping[TableName, TableMapping] = field(factory=dict)
    opening_codes: dict[str, str] = field(factory=dict)
    closing_codes: tuple[str, ...] = ()

    def table(self, name: TableName) -> TableMapping:
        """The mapping of one table; where the file has none, headings are taken as canonical names."""
        return self.tables.get(name, TableMapping())


def read_mapping(path: str | Path) -> SourceMapping:
    """The mapping in a TOML file.

    UnreadableFile when it cannot be opened or is not TOML; BadMapping, listing every fault at once, when it
    names a table, column, key or code list that does not exist.
    """
    where = Path(path)
    try:
        return _mapping(tomllib.loads(where.read_text("utf-8")), str(where))
    except FileNotFoundError as error:
        raise UnreadableFile(
            "There is no such mapping file.",
            where=str(where),
            remedy=f"Check the path, or use a ready mapping: {', '.join(ready_mappings())}.",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            "The mapping cannot be read as text.", where=str(where), remedy="Save it as UTF-8."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFile(
            f"The mapping is not TOML: {error}.",
            where=str(where),
            remedy="Mend that line; see docs/mapping.md.",
        ) from error


def ready_mapping(name: str) -> SourceMapping:
    """A mapping that is shipped; BadMapping, naming those there are, when there is none of this name."""
    known = ready_mappings()
    if name not in known:
        raise BadMapping(
            f"There is no ready mapping {name!r}.{did_you_mean(name, known)}",
            remedy=f"Ready mappings: {', '.join(known)}. A mapping of your own is given by its path.",
        )
    text = (resources.files(__package__) / "mappings" / f"{name}.toml").read_text("utf-8")
    return _mapping(tomllib.loads(text), f"ready mapping {name}")


def ready_mappings() -> tuple[str, ...]:
    """The names of the shipped mappings."""
    folder = resources.files(__package__) / "mappings"
    return tuple(sorted(each.name[:-5] for each in folder.iterdir() if each.name.endswith(".toml")))


class _Faults:
    """Gathers every fault of a mapping, so that one reading names them all."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.found: list[str] = []

    def unknown(self, place: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for name in given:
            if name not in known:
                self.found.append(f"{place} has no {name!r}.{did_you_mean(name, known)}")

    def one_of(self, place: str, value: str, known: tuple[str, ...]) -> None:
        if value not in known:
            self.found.append(f"{place} is {value!r}, which is none of {', '.join(known)}.")

    def of_type(self, place: str, value: object, kind: type, words: str) -> bool:
        right = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        if not right:
            self.found.append(f"{place} must be {words}.")
        return right

    def texts(self, place: str, value: object) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        self.found.append(f"{place} must be a list of texts.")
        return ()

    def raise_any(self) -> None:
        if self.found:
            raise BadMapping(
                " ".join(self.found),
                where=self.where,
                remedy="Mend the mapping; docs/mapping.md lists every key and docs/tables.md every column.",
            )


def _mapping(data: dict[str, Any], where: str) -> SourceMapping:
    faults = _Faults(where)
    faults.unknown("The mapping", data, ("name", "title", "source", "opening_codes", "recorded", *TABLES))
    tables = {
        name: _table_mapping(table_named(name), data[name], faults)
        for name in TABLES
        if name in data and faults.of_type(f"[{name}]", data[name], dict, "a table")
    }
    recorded = data.get("recorded", {})
    faults.unknown("[recorded]", recorded, ("closing_codes",))
    mapping = SourceMapping(
        name=str(data.get("name", Path(where).stem)),
        title=str(data.get("title", "")),
        tables=tables,
        opening_codes=_opening_codes(data.get("opening_codes", {}), faults),
        closing_codes=faults.texts("closing_codes of [recorded]", recorded.get("closing_codes", [])),
    )
    faults.raise_any()
    return mapping


def _opening_codes(given: dict[str, Any], faults: _Faults) -> dict[str, str]:
    for code, stratum in given.items():
        faults.one_of(f"Opening code {code!r}", str(stratum), STRATA)
    return {code: str(stratum) for code, stratum in given.items()}


def _table_mapping(table: Table, given: dict[str, Any], faults: _Faults) -> TableMapping:
    known = tuple(each.name for each in fields(TableMapping))
    faults.unknown(f"[{table.name}]", given, known)
    settings: dict[str, Any] = {}
    for name in known:
        if name not in given or name in ("columns", "repeats"):
            continue
        place, value = f"{name} of [{table.name}]", given[name]
        if name in ("times", "yes", "no", "unknown"):
            settings[name] = faults.texts(place, value)
        elif name == "heading_row":
            if faults.of_type(place, value, int, "a whole number"):
                settings[name] = value
        elif faults.of_type(place, value, str, "a text"):
            settings[name] = value
    _check_time_zone(f"time_zone of [{table.name}]", settings.get("time_zone", ""), faults)
    return TableMapping(
        columns=_column_mappings(table, given.get("columns", {}), faults),
        repeats=_repeats(table, given.get("repeats", {}), faults),
        **settings,
    )


def _column_mappings(table: Table, given: dict[str, Any], faults: _Faults) -> dict[str, ColumnMapping]:
    faults.unknown(table.name, given, tuple(column.name for column in table.columns))
    return {name: _column_mapping(f"{table.name}.{name}", value, faults) for name, value in given.items()}


COLUMN_KEYS = (
    "from", "join", "with", "constant", "date", "time", "date_formats", "time_formats", "formats",
    "first_before", "time_zone", "codes",
)  # fmt: skip


def _column_mapping(place: str, given: object, faults: _Faults) -> ColumnMapping:
    if isinstance(given, str):
        return ColumnMapping(headings=(given,))
    if not isinstance(given, dict):
        faults.found.append(f"{place} must be a heading or a table.")
        return ColumnMapping()
    faults.unknown(place, given, COLUMN_KEYS)
    if sum(key in given for key in ("from", "join", "constant", "date")) != 1:
        faults.found.append(f"{place} needs exactly one of from, join, constant, or date with time.")
    _check_time_zone(f"time_zone of {place}", given.get("time_zone", ""), faults)
    headings = [given["from"]] if "from" in given else given.get("join", [])
    return ColumnMapping(
        headings=faults.texts(f"from or join of {place}", headings),
        joiner=str(given.get("with", " ")),
        constant=None if "constant" not in given else str(given["constant"]),
        date=str(given.get("date", "")),
        time=str(given.get("time", "")),
        date_formats=faults.texts(f"date_formats of {place}", given.get("date_formats", [])),
        time_formats=faults.texts(f"time_formats of {place}", given.get("time_formats", [])),
        formats=faults.texts(f"formats of {place}", given.get("formats", [])),
        first_before=str(given.get("first_before", "")),
        time_zone=str(given.get("time_zone", "")),
        codes={str(code): str(value) for code, value in given.get("codes", {}).items()},
    )


def _repeats(table: Table, given: dict[str, Any], faults: _Faults) -> Repeats:
    place = f"[{table.name}.repeats]"
    faults.unknown(place, given, tuple(each.name for each in fields(Repeats)))
    treat = str(given.get("treat", "reject"))
    faults.one_of(f"treat of {place}", treat, REPEATS)
    return Repeats(
        treat=cast(Literal["reject", "versions"], treat),
        keys=str(given.get("keys", "")),
        event_at=_column_mapping(f"event_at of {place}", given["event_at"], faults)
        if "event_at" in given
        else None,
    )


def _check_time_zone(place: str, name: str, faults: _Faults) -> None:
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        faults.found.append(f"{place} is {name!r}, which is no time zone; write one such as Europe/London.")
