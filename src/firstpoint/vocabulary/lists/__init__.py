"""The lists themselves, and the one reader that serves them all.

Dates keep the precision of their source: ``2023``, ``2023-04`` or ``2023-04-01``; an empty end means still in
use, an empty start means in use for as long as the sources reach back.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from importlib import resources
from io import StringIO
from typing import Literal, cast

from attrs import frozen

AuditStratum = Literal["violence", "sexual", "other", "excluded"]


@frozen
class OffenceClass:
    """A notifiable offence class, such as 8N.

    ``audit_stratum`` is the stratum in which inspectors sample it (fraud is ``excluded`` from recording
    rates). ``count_unit`` is what one crime is counted for (``per_victim``, ``per_household``, …) and
    ``count_unit_standing`` whether that unit was ``seen`` in a current official text, ``derived`` from one or
    ``recalled`` from an older edition.
    """

    code: str
    title: str
    group: str
    subgroup: str
    audit_stratum: AuditStratum
    victim_or_state: str
    count_unit: str
    count_unit_standing: str
    valid_from: str
    valid_to: str

    @property
    def current(self) -> bool:
        """Whether the class is still in use."""
        return not self.valid_to


@frozen
class OffenceCode:
    """A statutory offence under its six-figure Home Office code, in one class.

    ``mode`` is I (indictable only), E (either way) or S (summary); ``max_sentence_years`` is a number of
    years, ``life`` or empty. ``in_force_from`` and ``in_force_to`` bound the days of an offence that can bear
    the code; empty means without bound.
    """

    ho_code: str
    class_code: str
    title: str
    act: str
    section: str
    mode: str
    max_sentence_years: str
    victim_or_state: str
    current: bool
    in_force_from: str
    in_force_to: str


@frozen
class Outcome:
    """An outcome code with the group under which it is published."""

    code: str
    title: str
    group: str
    valid_from: str
    valid_to: str


@frozen
class Cancellation:
    """A category under which a recorded crime may be cancelled or transferred."""

    code: str
    title: str
    victim_told_first: bool
    independent_decider: bool
    valid_from: str


@frozen
class ReportedIncident:
    """A notifiable record that is not yet, or not, a crime: N100, N200 and N300."""

    code: str
    title: str
    family: str
    valid_from: str
    valid_to: str


@frozen
class IncidentCategory:
    """A closing category or qualifier of the National Standard for Incident Recording."""

    theme: str
    category: str


@cache
def offence_classes() -> dict[str, OffenceClass]:
    """Give every offence class by its code, withdrawn ones included."""
    return {
        row["class_code"]: OffenceClass(
            code=row["class_code"],
            title=row["title"],
            group=row["group"],
            subgroup=row["subgroup"],
            audit_stratum=cast(AuditStratum, row["audit_stratum"]),
            victim_or_state=row["victim_or_state"],
            count_unit=row["count_unit"],
            count_unit_standing=row["count_unit_standing"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
        )
        for row in _rows("offence_classes.csv")
    }


def offence_class(code: str) -> OffenceClass | None:
    """Give the offence class with this code, or None where no such class has existed."""
    return offence_classes().get(code)


@cache
def offence_codes() -> tuple[OffenceCode, ...]:
    """Give every offence of the notifiable list, in its order; a code may appear several times."""
    return tuple(
        OffenceCode(
            ho_code=row["ho_code"],
            class_code=row["class_code"],
            title=row["title"],
            act=row["act"],
            section=row["section"],
            mode=row["mode"],
            max_sentence_years=row["max_sentence_years"],
            victim_or_state=row["victim_or_state"],
            current=row["current"] == "Y",
            in_force_from=row["in_force_from"],
            in_force_to=row["in_force_to"],
        )
        for row in _rows("offence_codes.csv")
    )


@cache
def outcomes() -> dict[str, Outcome]:
    """Give every outcome by its code."""
    return {row["code"]: Outcome(**row) for row in _rows("outcomes.csv")}


@cache
def cancellations() -> dict[str, Cancellation]:
    """Give every cancellation category by its code."""
    return {
        row["code"]: Cancellation(
            code=row["code"],
            title=row["title"],
            victim_told_first=row["victim_told_first"] == "Y",
            independent_decider=row["independent_decider"] == "Y",
            valid_from=row["valid_from"],
        )
        for row in _rows("cancellations.csv")
    }


@cache
def reported_incidents() -> dict[str, ReportedIncident]:
    """Give every reported-incident code (N100, N200, N300) by its code."""
    return {row["code"]: ReportedIncident(**row) for row in _rows("reported_incidents.csv")}


@cache
def incident_categories() -> tuple[IncidentCategory, ...]:
    """Give the closing categories and qualifiers of the incident standard."""
    return tuple(IncidentCategory(**row) for row in _rows("incident_categories.csv"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (resources.files(__name__) / name).read_text(encoding="utf-8")
    yield from csv.DictReader(StringIO(text, newline=""))
