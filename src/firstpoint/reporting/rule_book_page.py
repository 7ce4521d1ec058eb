"""A whole rule book as one page that a registrar can read, print and point into.

The page is filled with plain values by whoever knows the book; this module only writes them. Every row of
every table has its id as an anchor (``#REC-01``), every mention of a row leads to it, and each row names the
worked cases that reach it. Like the other pages it runs nothing and fetches nothing.
"""

from __future__ import annotations

import re
from importlib import resources

from attrs import frozen

from firstpoint.reporting.html_page import POLICY

#: So many cases are told in a row; of the next so many the ids are given, and of the rest the number.
CASES_TOLD = 2
CASES_NAMED = 10


@frozen
class RuleRow:
    """A row of a decision table in words.

    ``when`` are the facts it asks for (none: any), ``goes_before`` the rows it overrides, ``cases`` the ids
    of the worked cases that reach it; ``traced`` is false where a verdict does not tell that it applied.
    ``ho_class`` is the class that it leads to, if any.
    """

    id: str
    when: tuple[str, ...]
    result: str
    ho_class: str
    clause: str
    note: str
    goes_before: tuple[str, ...]
    cases: tuple[str, ...]
    traced: bool = True


@frozen
class RuleTable:
    """A decision table: its name, what it answers, the file it stands in, and its rows."""

    name: str
    title: str
    file: str
    rows: tuple[RuleRow, ...]


@frozen
class ListTable:
    """A list of the book (classes, kinds, defaults, …): the first cell of each row is its name.

    ``prefix`` begins the anchors of its rows, so that they meet no other.
    """

    name: str
    title: str
    introduction: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    prefix: str
    file: str = ""


@frozen
class WorkedCase:
    """A worked case: what happened, what the book answers, the rows it reaches, and, where the case expects
    something else, what.
    """

    id: str
    scenario: str
    answer: str
    expected_otherwise: str
    rows: tuple[str, ...]


@frozen
class ChangedRow:
    """A row added, removed or changed since the book before; each part with what it said and says."""

    table: str
    row: str
    what: str
    parts: tuple[tuple[str, str, str], ...]


@frozen
class RegisterLine:
    """A rule of the official text and what became of it: rows of the book, a fact, or nothing, with why."""

    page: str
    heading: str
    rule: str
    ends_as: str
    rows: tuple[str, ...]
    because: str


@frozen
class RegisterPart:
    """The lines of one source."""

    source: str
    encoded: tuple[RegisterLine, ...]
    not_encoded: tuple[RegisterLine, ...]


@frozen
class RuleBookPage:
    """All that the page tells.

    ``particulars`` are the lines of the title block; ``changes`` is None where there is no book before,
    named by ``changed_since``.
    """

    title: str
    standing: str
    particulars: tuple[tuple[str, str], ...]
    tables: tuple[RuleTable, ...]
    lists: tuple[ListTable, ...]
    cases: tuple[WorkedCase, ...]
    case_sources: tuple[str, ...]
    changes: tuple[ChangedRow, ...] | None
    changed_since: str
    register: tuple[RegisterPart, ...]

    @property
    def row_ids(self) -> frozenset[str]:
        """The ids of all rows, each an anchor of the page."""
        return frozenset(row.id for table in self.tables for row in table.rows)

    @property
    def anchors(self) -> frozenset[str]:
        """The anchors of the rows of lists."""
        return frozenset(anchor(each.prefix, row[0]) for each in self.lists for row in each.rows)

    @property
    def unreached(self) -> tuple[tuple[RuleTable, tuple[RuleRow, ...]], ...]:
        """The rows that no worked case reaches, by table; rows that leave no trace are left aside."""
        found = [(t, tuple(r for r in t.rows if r.traced and not r.cases)) for t in self.tables]
        return tuple((table, rows) for table, rows in found if rows)


def anchor(prefix: str, name: str) -> str:
    """Give the anchor of a row of a list: what cannot stand in one becomes a dash."""
    return f"{prefix}-{re.sub(r'[^A-Za-z0-9.]+', '-', name).strip('-')}"


def rule_book_html(page: RuleBookPage) -> str:
    """Give the page as HTML (a ``str`` to be written as UTF-8)."""
    # Here, so that the room opens without a template engine.
    from jinja2 import Environment, StrictUndefined

    room = resources.files("firstpoint.reporting")
    style = "".join(room.joinpath(n).read_text(encoding="utf-8") for n in ("page.css", "rule_book.css"))
    engine = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    engine.globals.update(anchor=anchor, CASES_TOLD=CASES_TOLD, CASES_NAMED=CASES_NAMED)
    template = engine.from_string(room.joinpath("rule_book.html").read_text(encoding="utf-8"))
    scenarios = {case.id: case.scenario for case in page.cases}
    return template.render(page=page, style=style, policy=POLICY, scenarios=scenarios) + "\n"
