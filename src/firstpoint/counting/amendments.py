"""Earlier rule books, told as amendments of the next later one.

One book is a full text; each earlier one says only what was otherwise before, so that its folder reads as
the change notice turned round. Beside ``book.toml`` it holds, for each table it touches, a file of the same
name whose first column is ``change``:

* ``without``: the row with this id (or key) of the later book is left out. With the id ``*`` and one fact,
  such as ``kind`` or ``code``, everything that the later book says of those values goes. What the row
  overrode is overridden by the rows that overrode it, so that the others keep their order.
* ``instead``: the row is replaced; what the file leaves out, or writes as ``=``, stays as it was.
* ``also``: a row is added. Its ``overrides`` may name rows as usual, or ``*`` (it goes before every row of
  the later book; those that it covers entirely are left out), or ``above:ID`` (it goes before that row and
  yields to whatever goes before that row).

Columns that are left out of an added row read as ``-``; a column that the later book's table lacks is added
to it. The file ``results.csv`` (``later,result,clause``) is applied first, line by line, and renames results
wherever a table gives them: a class alone keeps each row's offence code unless it becomes a decision, a class
with its code is replaced as a whole.

A row that is changed gets the id ``<its first id>@<the book>``, and every ``overrides`` cell follows it;
amendments name it by its first id. An id that was left out is never given to another rule.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

from attrs import frozen

from firstpoint.errors import InputError

Line = Mapping[str, str]

#: The columns by which the rows of a list are known, where that is not ``id``.
KEYS: Mapping[str, tuple[str, ...]] = {
    "classes.csv": ("ho_class", "ho_code"),
    "kinds.csv": ("kind",),
    "incident_categories.csv": ("topic",),
}
RENAMED_RESULTS = "results.csv"
_CHANGES = ("without", "instead", "also")
_NOT_A_FACT = frozenset({"change", "id", "clause", "overrides", "result", "note"})
_BLANK_WHERE_LEFT_OUT = frozenset({"overrides", "note"})


@frozen
class Wording:
    """The tables of a book as text, by file name; ``retired`` are the ids that later books used and this one
    leaves out.
    """

    tables: Mapping[str, str]
    retired: Mapping[str, frozenset[str]]


def amended(later: Wording, changes: Mapping[str, str], book: str) -> Wording:
    """Give the wording of a book from that of the next later one and its own files, by name.

    Raises InputError naming file and row at the first amendment that does not fit the later book.
    """
    tables, retired = dict(later.tables), dict(later.retired)
    if RENAMED_RESULTS in changes:
        tables |= _with_results_renamed(tables, changes[RENAMED_RESULTS], book)
    for name, text in sorted(changes.items()):
        if name == RENAMED_RESULTS:
            continue
        if name not in tables:
            raise InputError(
                "the later book has no such table.",
                where=f"{book}/{name}",
                remedy=f"Amend one of {', '.join(sorted(tables))}.",
            )
        table = _Table(name, tables[name], retired.get(name, frozenset()), book)
        for change in _lines(text):
            table.apply(change)
        tables[name], retired[name] = table.text(), table.retired
    return Wording(tables, retired)


def first_id(name: str) -> str:
    """Give the id that a row had in the later book in which it first stood."""
    return name.partition("@")[0]


def _lines(text: str) -> list[dict[str, str]]:
    return [{name: cell or "" for name, cell in line.items() if name} for line in _reader(text)]


def _reader(text: str) -> csv.DictReader[str]:
    return csv.DictReader(StringIO(text, newline=""))


def _ids(cell: str) -> list[str]:
    return [name for name in cell.split("|") if name]


def _with_results_renamed(tables: Mapping[str, str], text: str, book: str) -> dict[str, str]:
    changes = _lines(text)
    renamed: dict[str, str] = {}
    found: set[str] = set()
    for name, later in tables.items():
        if not any(change["later"] in later for change in changes):
            continue
        table = _Table(name, later, frozenset(), book)
        found |= {change["later"] for change in changes if table.rename_results(change)}
        renamed[name] = table.text()
    for change in changes:
        if change["later"] not in found:
            raise InputError(
                f"no row of the later book gives {change['later']!r}.",
                where=f"{book}/{RENAMED_RESULTS}",
                remedy="Name a result as the tables of the later book write it, or take the line out.",
            )
    return renamed


def _renamed(result: str, later: str, now: str) -> str:
    """Give a result under its earlier name, or as it is where it is another."""
    words = result.split()
    attempt = words[-1:] if words[-1:] == ["attempt"] else []
    bare = " ".join(words[: len(words) - len(attempt)])
    is_a_class = "/" in now or now[:1].isdigit()
    if bare == later:
        return " ".join([now, *attempt]) if is_a_class else now
    if words and words[0] == later and len(words) > 1:
        return " ".join([now, *words[1:]]) if is_a_class else now
    return result


class _Table:
    """One table of the later book while it is amended."""

    def __init__(self, name: str, text: str, retired: frozenset[str], book: str) -> None:
        reader = _reader(text)
        self.header = list(reader.fieldnames or ())
        self.rows = [{column: cell or "" for column, cell in line.items() if column} for line in reader]
        self.inherited = [row.get("id", "") for row in self.rows]
        self.key = KEYS.get(name, ("id",))
        self.retired = retired
        self.book = book
        self.where = f"{book}/{name}"

    def text(self) -> str:
        out = StringIO()
        writer = csv.DictWriter(out, self.header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return out.getvalue()

    def apply(self, change: Line) -> None:
        self._take_columns(change)
        action = change.get("change", "")
        if action not in _CHANGES:
            raise self._refused(
                change, f"{action!r} is not a change", f"Write one of {', '.join(_CHANGES)} in column change."
            )
        if action == "also":
            self._also(change)
        elif action == "instead":
            self._instead(change)
        elif change.get("id") == "*":
            self._without_values(change)
        else:
            self._leave_out(self._find(change))

    def rename_results(self, change: Line) -> bool:
        """Rename a result wherever the table gives it; say whether it did."""
        if "result" not in self.header or "clause" not in self.header:
            return False
        hit = False
        for row in list(self.rows):
            result = _renamed(row["result"], change["later"], change["result"])
            if result != row["result"]:
                hit = True
                row["result"] = result
                row["clause"] = f"{row['clause']}; {change['clause']}"
                self._give_id(row)
        return hit

    def _take_columns(self, change: Line) -> None:
        for column in change:
            if column != "change" and column not in self.header:
                self.header.insert(self._place_of_new_column(), column)
                for row in self.rows:
                    row[column] = "-"

    def _place_of_new_column(self) -> int:
        return self.header.index("result") if "result" in self.header else len(self.header)

    def _also(self, change: Line) -> None:
        row = {
            column: change.get(column, "" if column in _BLANK_WHERE_LEFT_OUT else "-")
            for column in self.header
        }
        name = self._key_of(change)
        if any(self._key_of(other) == name for other in self.rows) or name in self.retired:
            raise self._refused(
                change,
                "the later book has, or had, this id or key",
                "Use instead to change a row; give a new rule a new id.",
            )
        if "overrides" in self.header:
            row["overrides"] = "|".join(self._overridden(change, row))
        self.rows.append(row)

    def _overridden(self, change: Line, row: Line) -> list[str]:
        named: dict[str, None] = {}
        for name in _ids(change.get("overrides", "")):
            if name == "*":
                for other in [each for each in self.rows if each["id"] in self.inherited]:
                    if _covers(row, other):
                        self._leave_out(other)
                standing = {each["id"] for each in self.rows}
                named |= dict.fromkeys(each for each in self.inherited if each in standing)
            elif name.startswith("above:"):
                below = self._find({**change, "id": name.removeprefix("above:")})["id"]
                for other in self.rows:
                    if below in _ids(other["overrides"]):
                        other["overrides"] = "|".join([*_ids(other["overrides"]), row["id"]])
                named[below] = None
            else:
                named[self._known_as(name)] = None
        return list(named)

    def _known_as(self, name: str) -> str:
        """Give the id that a row now has; a name that is not there is left for the reader to refuse."""
        return next((row["id"] for row in self.rows if first_id(row["id"]) == first_id(name)), name)

    def _instead(self, change: Line) -> None:
        row = self._find(change)
        for column in self.header:
            if column not in self.key and change.get(column, "=") != "=":
                row[column] = change[column]
        if change.get("overrides", "") not in ("", "="):
            row["overrides"] = "|".join(self._known_as(name) for name in _ids(change["overrides"]))
        self._give_id(row)

    def _without_values(self, change: Line) -> None:
        said = {
            column: cell
            for column, cell in change.items()
            if column not in _NOT_A_FACT and cell not in ("", "-")
        }
        if len(said) != 1:
            raise self._refused(change, "* needs one fact and its values", "Fill one fact column, no more.")
        ((column, cell),) = said.items()
        values = _ids(cell)
        hit: set[str] = set()
        for row in list(self.rows):
            if row[column].startswith("!"):
                continue
            named = _ids(row[column])
            left = [value for value in named if value not in values]
            hit |= set(named) & set(values)
            if not left:
                self._leave_out(row)
            else:
                row[column] = "|".join(left)
        strange = [value for value in values if value not in hit]
        if strange:
            raise self._refused(
                change, f"no row of the later book names {strange[0]!r}", f"Correct column {column}."
            )

    def _leave_out(self, row: Line) -> None:
        """Leave a row out; who overrode it overrides what it overrode."""
        name = row.get("id", "")
        self.rows = [other for other in self.rows if other is not row]
        self.retired |= {self._key_of(row)}
        self._follow(name, _ids(row.get("overrides", "")))

    def _give_id(self, row: dict[str, str]) -> None:
        if "id" not in row:
            return
        old, new = row["id"], f"{first_id(row['id'])}@{self.book}"
        row["id"] = new
        self.inherited = [new if name == old else name for name in self.inherited]
        self._follow(old, [new])

    def _follow(self, old: str, now: Sequence[str]) -> None:
        for row in self.rows:
            overridden = _ids(row.get("overrides", ""))
            if old in overridden:
                others = dict.fromkeys(name for name in overridden if name != old) | dict.fromkeys(now)
                row["overrides"] = "|".join(name for name in others if name != row["id"])

    def _find(self, change: Line) -> dict[str, str]:
        wanted = self._key_of(change)
        found = next((row for row in self.rows if self._key_of(row) == wanted), None)
        if found is None:
            raise self._refused(
                change,
                "the later book has no row of this id or key",
                "Name a row as the later book does, or take the line out.",
            )
        return found

    def _key_of(self, line: Line) -> str:
        return " ".join(first_id(line.get(column, "") or "-") for column in self.key)

    def _refused(self, change: Line, what: str, remedy: str) -> InputError:
        return InputError(f"{what}.", where=f"{self.where}, row {self._key_of(change)}", remedy=remedy)


def _covers(strong: Line, weak: Line) -> bool:
    """Say whether every case of the second row is one of the first."""
    return all(
        _covers_cell(cell, weak.get(column, "-"))
        for column, cell in strong.items()
        if column not in _NOT_A_FACT
    )


def _covers_cell(strong: str, weak: str) -> bool:
    if strong == weak or strong == "-":
        return True
    if weak == "-":
        return False
    one, two = set(_ids(strong.removeprefix("!"))), set(_ids(weak.removeprefix("!")))
    if strong.startswith("!"):
        return one <= two if weak.startswith("!") else not one & two
    return not weak.startswith("!") and two <= one
