"""How a force's own export becomes the canonical tables: a mapping file, read and checked.

A mapping is a small TOML file. A heading that already carries the canonical name needs no entry, so the
shortest mapping has only the codes of the force. Everything is optional but ``name``::

    name = "our-command-and-control"
    title = "Nightly export of the command and control system"

    [incidents]                          # also [log_entries], [crimes], [victims]
    encoding = "cp1252"                  # found out when it is not given
    delimiter = "|"                      # found out when it is not given
    quote = '"'                          # the mark of quotation
    query = "select … from …"            # of a database instead of a file; see `databases`
    sheet = "Export"                     # of a workbook; the first when it is not given
    heading_row = 1                      # the row of the headings; found out when it is not given
    heading_rows = 1                     # 2 where the headings span two rows
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
    treat = "versions"                   # or "entries", rather than "reject"
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

from collections.abc import Container, Mapping
from typing import Literal

from attrs import field, frozen

from firstpoint.records.tables import TableName


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

    treat: Literal["reject", "versions", "entries"] = "reject"
    keys: str = ""
    event_at: ColumnMapping | None = None


@frozen
class TableMapping:
    """How a file is laid out and which headings feed which canonical column."""

    columns: Mapping[str, ColumnMapping] = field(factory=dict)
    encoding: str = ""
    delimiter: str = ""
    quote: str = '"'
    query: str = ""
    sheet: str = ""
    heading_row: int = 0
    heading_rows: int = 0
    time_zone: str = "Europe/London"
    times: tuple[str, ...] = ()
    decimal: str = "."
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    list_separator: str = ";"
    repeats: Repeats = field(factory=Repeats)

    def is_fed(self, column: str, headings: Container[str]) -> bool:
        """Say whether anything in a source with these headings feeds a canonical column."""
        source = self.columns.get(column, ColumnMapping(headings=(column,)))
        return source.constant is not None or any(name in headings for name in source.needs)


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
