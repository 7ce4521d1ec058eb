"""The checks as values: what each is called, means, is for, and asks to be done.

The words are data in ``checks.toml``; :data:`CHECKS` is that file read once, and :func:`describe_checks` is
the page ``docs/checks.md``.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any, Literal

from attrs import frozen

from firstpoint.records.faults import Fault

Severity = Literal["set aside", "serious", "look"]

SEVERITIES: dict[Severity, str] = {
    "set aside": "the rows are not loaded until they are mended",
    "serious": "the rows are loaded, and figures made from them are wrong",
    "look": "the rows are loaded; somebody should look, and may find that all is well",
}
"""How grave a finding is, worst first, and what that means."""


@frozen
class Check:
    """One check.

    ``means`` says what a finding tells, ``matters`` why anybody should care, ``remedy`` what to do next.
    ``weighs_chance`` says whether figures are held against chance, so that it can be wrong on a clean table.
    ``known_by`` lists the beginnings of the reasons that reading gives, for a check that is made there.
    """

    id: str
    title: str
    tables: tuple[str, ...]
    severity: Severity
    means: str
    matters: str
    remedy: str
    weighs_chance: bool = False
    known_by: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """Its place in the order of gravity, the worst first."""
        return list(SEVERITIES).index(self.severity)


def _read() -> dict[str, Check]:
    text = (resources.files("firstpoint.records.checking") / "checks.toml").read_text("utf-8")
    return {name: _check(name, entry) for name, entry in tomllib.loads(text).items()}


def _check(name: str, entry: dict[str, Any]) -> Check:
    tables, known_by = tuple(entry.pop("tables")), tuple(entry.pop("known_by", ()))
    return Check(id=name, tables=tables, known_by=known_by, **entry)


CHECKS: dict[str, Check] = _read()
"""Every check by its id, in the order of the file."""


def check_of_reading(fault: Fault) -> str:
    """The id of the check under which a fault found in reading stands."""
    for check in CHECKS.values():
        if any(fault.message.startswith(start) for start in check.known_by):
            return check.id
    return "as-read"


DESCRIPTION = """# Checks

What `firstpoint check` looks for, all in one pass; `firstpoint run` and `firstpoint import` make the same
checks, but for times in the future. A finding names its file, table, first rows and how many, column, value
and remedy. Nothing is mended or guessed.

A check marked *weighs chance* holds figures against what chance does. Each is made so that of a hundred clean
tables it speaks wrongly about one at most; a real finding of it can still have a good reason, such as a bank
holiday.

How grave a finding is:

"""


def describe_checks() -> str:
    """The checks as a page of Markdown."""
    grades = "".join(f"- **{name}**: {words};\n" for name, words in SEVERITIES.items())
    return (
        DESCRIPTION
        + grades.removesuffix(";\n")
        + ".\n"
        + "".join(_describe(each) for each in CHECKS.values())
    )


def _describe(check: Check) -> str:
    chance = ", weighs chance" if check.weighs_chance else ""
    tables = ", ".join(check.tables)
    return (
        f"\n## {check.title}\n\n`{check.id}` — {check.severity}{chance}; {tables}.\n\n"
        f"{check.means} {check.matters}\n\n*What to do:* {check.remedy}\n"
    )
