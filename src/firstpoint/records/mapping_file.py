"""A mapping file, read and checked: every fault of it named at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from attrs import fields

from firstpoint.errors import BadMapping, UnreadableFile
from firstpoint.records.mapping import ColumnMapping, Repeats, SourceMapping, TableMapping
from firstpoint.records.nearest import did_you_mean
from firstpoint.records.tables import TABLES, Table, table_named
from firstpoint.records.times import reads_what_it_writes

STRATA = ("violence", "sexual", "other")
REPEATS = ("reject", "versions", "entries")


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
    except RecursionError as error:
        raise UnreadableFile(
            "The mapping is nested too deeply.", where=str(where), remedy="Mend it; see docs/mapping.md."
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

    def text(self, place: str, value: object) -> str:
        if isinstance(value, str):
            return value
        self.found.append(f"{place} must be a text.")
        return ""

    def number(self, place: str, value: object) -> int:
        if isinstance(value, int) and value > 0 and not isinstance(value, bool):
            return value
        self.found.append(f"{place} must be a whole number from 1 on.")
        return 1

    def table(self, place: str, value: object) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.found.append(f"{place} must be a table.")
        return {}

    def texts(self, place: str, value: object) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        self.found.append(f"{place} must be a list of texts.")
        return ()

    def formats(self, place: str, value: object, *, of_day: bool = False) -> tuple[str, ...]:
        formats = self.texts(place, value)
        for each in formats:
            if not reads_what_it_writes(each, of_day=of_day):
                self.found.append(
                    f"{place} has {each!r}, which reads no time; write it as in %d/%m/%Y %H:%M."
                )
        return formats

    def pattern(self, place: str, value: str) -> str:
        try:
            pl.Series([""]).str.contains(value)
        except pl.exceptions.ComputeError:
            self.found.append(f"{place} is {value!r}, which is not a regular expression.")
            return ""
        return value

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
        name: _table_mapping(table_named(name), faults.table(f"[{name}]", data[name]), faults)
        for name in TABLES
        if name in data
    }
    recorded = faults.table("[recorded]", data.get("recorded", {}))
    faults.unknown("[recorded]", recorded, ("closing_codes",))
    mapping = SourceMapping(
        name=str(data.get("name", Path(where).stem)),
        title=str(data.get("title", "")),
        tables=tables,
        opening_codes=_opening_codes(faults.table("[opening_codes]", data.get("opening_codes", {})), faults),
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
        if name == "times":
            settings[name] = faults.formats(place, value)
        elif name in ("yes", "no", "unknown"):
            settings[name] = faults.texts(place, value)
        elif name in ("heading_row", "heading_rows"):
            settings[name] = faults.number(place, value)
        else:
            settings[name] = faults.text(place, value)
    for name in ("delimiter", "quote"):
        if name in settings and len(settings[name]) != 1 and (settings[name] or name == "quote"):
            faults.found.append(f"{name} of [{table.name}] must be one character.")
    faults.one_of(f"decimal of [{table.name}]", settings.get("decimal", "."), (".", ","))
    if not settings.get("list_separator", ";"):
        faults.found.append(f"list_separator of [{table.name}] must be at least one character.")
    _check_time_zone(f"time_zone of [{table.name}]", settings.get("time_zone", ""), faults)
    columns = faults.table(f"columns of [{table.name}]", given.get("columns", {}))
    repeats = faults.table(f"repeats of [{table.name}]", given.get("repeats", {}))
    return TableMapping(
        columns=_column_mappings(table, columns, faults),
        repeats=_repeats(table, repeats, faults),
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
    _check_time_zone(f"time_zone of {place}", str(given.get("time_zone", "")), faults)
    codes = faults.table(f"codes of {place}", given.get("codes", {}))
    headings = [given["from"]] if "from" in given else given.get("join", [])
    return ColumnMapping(
        headings=faults.texts(f"from or join of {place}", headings),
        joiner=str(given.get("with", " ")),
        constant=None if "constant" not in given else str(given["constant"]),
        date=str(given.get("date", "")),
        time=str(given.get("time", "")),
        date_formats=faults.formats(f"date_formats of {place}", given.get("date_formats", [])),
        time_formats=faults.formats(f"time_formats of {place}", given.get("time_formats", []), of_day=True),
        formats=faults.formats(f"formats of {place}", given.get("formats", [])),
        first_before=str(given.get("first_before", "")),
        time_zone=str(given.get("time_zone", "")),
        codes={str(code): str(value) for code, value in codes.items()},
    )


def _repeats(table: Table, given: dict[str, Any], faults: _Faults) -> Repeats:
    place = f"[{table.name}.repeats]"
    faults.unknown(place, given, tuple(each.name for each in fields(Repeats)))
    treat = str(given.get("treat", "reject"))
    faults.one_of(f"treat of {place}", treat, REPEATS)
    event_at = None
    if "event_at" in given:
        event_at = _column_mapping(f"event_at of {place}", given["event_at"], faults)
    return Repeats(
        treat=cast(Literal["reject", "versions", "entries"], treat),
        keys=faults.pattern(f"keys of {place}", str(given.get("keys", ""))),
        event_at=event_at,
    )


def _check_time_zone(place: str, name: str, faults: _Faults) -> None:
    try:
        if name:
            ZoneInfo(name)
            pl.Series([], dtype=pl.Datetime("us")).dt.replace_time_zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, pl.exceptions.ComputeError):
        faults.found.append(f"{place} is {name!r}, which is no time zone; write one such as Europe/London.")
