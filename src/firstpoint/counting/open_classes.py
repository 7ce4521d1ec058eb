"""Crimes that are due although their class is still open.

The clock does not wait for a fact that only tells one class from another. :func:`crimes_due_with_open_class`
reads from a verdict how many such crimes there are at least. "At least", since two allegations of open class
may prove to be one crime, or one of them may prove to be part of a crime that is recorded:
:func:`perhaps_one_crime` follows every class that is still possible to find those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from attrs import evolve

from firstpoint.counting.books import Book
from firstpoint.counting.compiled import in_full
from firstpoint.counting.continuing import AgainstRecord, against_record
from firstpoint.counting.facts import is_reported_incident
from firstpoint.counting.principal import one_takes_in_the_other
from firstpoint.counting.rulings import MatterRuling
from firstpoint.counting.units import same_unit

#: The warning that a crime is due within the limit although its class is open: one for each such matter.
CLOCK_RUNS = "clock_runs"
#: Beside it, the warning that this matter may prove to be one crime with another of the report.
MAY_BE_ONE_CRIME = "may_be_one_crime"


def crimes_due_with_open_class(verdict: Mapping[str, Any]) -> int:
    """Give how many crimes, at least, are due beyond ``total`` although their class is open.

    ``verdict`` has the form of ``verdict.schema.json``; the number is read from its warnings, so that it can
    be had from a verdict that was kept.
    """
    codes = [warning["code"] for warning in verdict.get("warnings", ())]
    return codes.count(CLOCK_RUNS) - codes.count(MAY_BE_ONE_CRIME)


def least_due(rulings: Sequence[MatterRuling], doubtful: Mapping[int, str]) -> int:
    """Give how many crimes are due at least in an open class; those that may be one crime count as one."""
    return len(
        {
            (ruling.matter.id, ruling.matter.victim)
            for at, ruling in enumerate(rulings)
            if ruling.finding.crime_due and at not in doubtful
        }
    )


def as_already_recorded(
    ruling: MatterRuling, report: Mapping[str, Any], book: Book
) -> tuple[MatterRuling, AgainstRecord | None]:
    """Give a matter of open class, and what it does to the record it names whatever its class proves to be.

    It is absorbed where every possible class is; a new crime stays due where every possible class makes one.
    Otherwise it stays undecided, and no new crime is claimed. Returned unchanged where it names no record.
    """
    found = (against_record(one, report, book) for one in _possible(ruling, book))
    effects = [effect for effect in found if effect is not None]
    if not effects:
        return ruling, None
    outcomes = {_outcome(effect, report) for effect in effects}
    if outcomes == {"new"}:
        return ruling, None
    record, step = effects[0].record, effects[0].step
    missing = tuple(dict.fromkeys(pointer for effect in effects for pointer in effect.missing))
    held = AgainstRecord("absorbed" if outcomes == {"absorbed"} else "open", record, step, missing)
    doubt = not outcomes <= {"absorbed", "graver"}
    told = in_full(ruling, book)
    first = f"whether record {record} holds it already is open" if doubt else f"already recorded as {record}"
    reason = f"{first}; {told.reason.partition('; ')[2]}"
    return MatterRuling(ruling.matter, evolve(told, crime_due=False, reason=reason)), held


def perhaps_one_crime(rulings: Sequence[MatterRuling], recorded: Sequence[int], book: Book) -> dict[int, str]:
    """Give the matters of open class that may not make a crime of their own, with the allegation that may
    take each in.

    What is left of the matters that are due is the least number of crimes: no two of them can be one.
    """
    apart = [rulings[at] for at in recorded]
    doubtful: dict[int, str] = {}
    for at, ruling in enumerate(rulings):
        if not ruling.finding.crime_due:
            continue
        other = next((one for one in apart if _may_be_one(ruling, one, book)), None)
        if other is None:
            apart.append(ruling)
        else:
            doubtful[at] = other.matter.id
    return doubtful


def _possible(ruling: MatterRuling, book: Book) -> Iterator[MatterRuling]:
    if ruling.finding.reached is not None:
        yield ruling
    for reached in ruling.finding.possible:
        rule = book.class_rule(reached.ho_class, reached.ho_code)
        finding = evolve(ruling.finding, decision="record", reached=reached, rule=rule)
        yield MatterRuling(ruling.matter, finding)


def _outcome(effect: AgainstRecord, report: Mapping[str, Any]) -> str:
    """Give ``new`` also where a reported incident becomes a crime, since that crime is not yet recorded."""
    if effect.effect != "reclassifies":
        return effect.effect
    held = next(entry for entry in report["prior_records"] if entry["id"] == effect.record)
    return "new" if is_reported_incident(held) else "graver"


def _may_be_one(ruling: MatterRuling, other: MatterRuling, book: Book) -> bool:
    return any(
        same_unit(one, two) or one_takes_in_the_other(one, two, book)
        for one, two in product(_possible(ruling, book), _possible(other, book))
    )
