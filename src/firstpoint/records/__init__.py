"""What a force holds: incidents, log entries, crimes and victims, read from its own exports and checked.

An analyst has nightly exports of a command and control system and of a crime system. This room turns them
into four canonical tables (:data:`TABLES`, described in ``docs/tables.md``), says everything that is wrong
with them in one pass, and ties crimes to the incidents they came from.

The data passes through in this order:

1. :func:`read_mapping` (or :func:`ready_mapping`) reads the small TOML file that says which heading of the
   export feeds which canonical column, in what format, and what the source's codes mean.
   :func:`suggest_mapping` proposes one for a file that has none.
2. :func:`read_extract` reads a CSV, Parquet or Excel file into an :class:`Extract`: good rows in canonical
   columns, bad rows set aside with their number, their value, the reason and the remedy. Every row read is
   accounted for. A CSV or Parquet file is read in parts, and a large one's good rows stand on disk until
   they are asked for. :func:`read_query` does the same with the answer of a database.
3. :func:`check_extracts` looks at the good rows, table by table and together, for everything that
   :data:`CHECKS` lists (``docs/checks.md``): references to nothing, times out of order, codes nobody knows,
   inventions, days too thin. :func:`write_rejects` writes what was set aside, and :func:`marks_of` with
   :func:`rows_as_sent` give the sender's own rows and what is wrong in each cell.
   :func:`equality_completeness` counts what is known of victims, or why it is not.
4. :func:`with_text_of_entries` gives incidents the text of their log entries, where a system exports those
   one by one. :func:`link_by_reference` ties crimes to the incidents they name, :func:`link_records` also
   those that name none or name it wrongly, and incidents to others about the same event;
   :func:`crimes_from_closing_codes` stands in for a crime table where a log says only by its disposition that
   a crime was recorded.

Its limits. Dates are never guessed: a format that the mapping does not name sets the row aside. A cut
inside the last cell of a file can only be suspected. Linking beyond references needs the extra
``firstpoint[link]``, and finds only what times, places and words can tell apart. Workbooks and JSON lines
are read into memory whole; what a workbook unpacks to, columns, and torn rows have limits; the length of a
file has none.
"""

from firstpoint.records.checking.registry import CHECKS, SEVERITIES, Check, describe_checks
from firstpoint.records.checking.shares import late_recording, missing_by_unit
from firstpoint.records.checking.volumes import compare_days, volumes_by_day
from firstpoint.records.checks import CheckReport, ExtractSummary, check_extracts, grade_of, write_rejects
from firstpoint.records.databases import read_query
from firstpoint.records.entries import with_text_of_entries
from firstpoint.records.equality import CHARACTERISTICS, equality_completeness
from firstpoint.records.faults import Fault
from firstpoint.records.linking import (
    Linkage,
    Links,
    crimes_from_closing_codes,
    link_by_reference,
    link_records,
)
from firstpoint.records.mapping import ColumnMapping, Repeats, SourceMapping, TableMapping
from firstpoint.records.mapping_file import read_mapping, ready_mapping, ready_mappings
from firstpoint.records.reading import Extract, read_extract
from firstpoint.records.sent_rows import MOST_ROWS, SentRows, marks_of, rows_as_sent
from firstpoint.records.spreadsheets import as_spreadsheet_text, from_spreadsheet_text
from firstpoint.records.suggesting import Suggestion, suggest_mapping
from firstpoint.records.tables import TABLES, Column, Table, describe_tables
from firstpoint.records.workbook import RawSheet, read_sheets

__all__ = [
    "CHARACTERISTICS",
    "CHECKS",
    "MOST_ROWS",
    "SEVERITIES",
    "TABLES",
    "Check",
    "CheckReport",
    "Column",
    "ColumnMapping",
    "Extract",
    "ExtractSummary",
    "Fault",
    "Linkage",
    "Links",
    "RawSheet",
    "Repeats",
    "SentRows",
    "SourceMapping",
    "Suggestion",
    "Table",
    "TableMapping",
    "as_spreadsheet_text",
    "check_extracts",
    "compare_days",
    "crimes_from_closing_codes",
    "describe_checks",
    "describe_tables",
    "equality_completeness",
    "from_spreadsheet_text",
    "grade_of",
    "late_recording",
    "link_by_reference",
    "link_records",
    "marks_of",
    "missing_by_unit",
    "read_extract",
    "read_mapping",
    "read_query",
    "read_sheets",
    "ready_mapping",
    "ready_mappings",
    "rows_as_sent",
    "suggest_mapping",
    "volumes_by_day",
    "with_text_of_entries",
    "write_rejects",
]
