"""A record in the shape of the UK's Algorithmic Transparency Recording Standard, tiers 1 and 2.

The fields and what the product can say of each stand in ``atrs.toml``. A field is ``filled`` by the product,
``to complete`` where the product begins what the force must end, or ``to fill`` where only the force can
know. What the force has answered replaces the text of a field that is the force's and follows the text of one
that is both's. The record is a draft for the force to publish or not: publishing it is the force's act.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

from attrs import asdict, frozen

from firstpoint import __version__
from firstpoint.errors import InputError
from firstpoint.screening.accountability.answers import Answers, check_names
from firstpoint.screening.accountability.card import gap_words
from firstpoint.screening.accountability.installed import Installed
from firstpoint.screening.accountability.measured import MEASURES, SCREEN, Measured
from firstpoint.screening.accountability.subgroups import MEASURE_WORDS

Standing = Literal["filled", "to complete", "to fill"]
_NONE_MEASURED = "No figures come with this installation."


@frozen
class AtrsField:
    """A field of the record: its number and title in the standard, what it says, and what is still to do."""

    number: str
    title: str
    text: str
    standing: Standing


@frozen
class AtrsSection:
    """A section of the record, in tier 1 or 2."""

    tier: int
    number: str
    title: str
    fields: tuple[AtrsField, ...]


def atrs_record(
    installed: Installed, measured: Measured | None, answers: Answers | None = None
) -> tuple[AtrsSection, ...]:
    """The record of an installed screen, section by section.

    Raises InputError for an answer to a field that the standard does not have, or that the product alone
    fills.
    """
    given = (answers or Answers()).atrs
    check_names(given, field_numbers(), "atrs")
    words = _words(installed, measured)
    return tuple(
        AtrsSection(
            tier=section["tier"],
            number=section["number"],
            title=section["title"],
            fields=tuple(_field(told, given.get(told["number"], ""), words) for told in section["field"]),
        )
        for section in _standard()["section"]
    )


def atrs_as_dict(record: tuple[AtrsSection, ...]) -> dict[str, Any]:
    """The record as plain values for JSON, with the standard's name and version."""
    standard = _standard()
    return {
        "standard": standard["standard"],
        "standard_version": standard["version"],
        "sections": [asdict(section) for section in record],
    }


def field_numbers() -> tuple[str, ...]:
    """The numbers of all fields, in the standard's order."""
    return tuple(told["number"] for section in _standard()["section"] for told in section["field"])


@cache
def _standard() -> Mapping[str, Any]:
    text = (resources.files("firstpoint.screening.accountability") / "atrs.toml").read_text("utf-8")
    return tomllib.loads(text)


def _field(told: Mapping[str, str], answer: str, words: Mapping[str, str]) -> AtrsField:
    text = told.get("text", "").format_map(words)
    standing: Standing
    match told["by"]:
        case "product":
            if answer:
                raise InputError(
                    f"Field {told['number']} ({told['title']}) is filled from what is installed.",
                    where="[atrs]",
                    remedy="Leave the answer out.",
                )
            standing = "filled"
        case "both":
            standing = "filled" if answer else "to complete"
            text = f"{text} {answer}".strip()
        case _:
            standing = "filled" if answer else "to fill"
            text = answer
    return AtrsField(told["number"], told["title"], text, standing)


def _words(installed: Installed, measured: Measured | None) -> dict[str, str]:
    name, _, version = installed.reader.partition(" ")
    lexicon = installed.lexicon
    return {
        "product": __version__,
        "reader": installed.reader,
        "reader_name": name,
        "reader_version": version,
        "phrases": str(len(lexicon.phrases)),
        "kinds": str(len({phrase.kind for phrase in lexicon.phrases})),
        "cues": str(len(lexicon.cues)),
        "performance": _performance(installed, measured),
        "datasets": _datasets(measured),
        "purposes": _purposes(measured),
        "quantities": _quantities(measured),
        "subgroups": _subgroups(measured),
    }


def _performance(installed: Installed, measured: Measured | None) -> str:
    if measured is None:
        return _NONE_MEASURED
    cells = measured.cells_of(SCREEN, seen=False)
    told = [
        f"bank {cell.tested_on.upper()}: "
        + ", ".join(
            f"{MEASURES[one.name]} {one.value:.2f} ({one.low:.2f} to {one.high:.2f})" for one in cell.figures
        )
        for cell in cells
    ]
    stale = "" if measured.reader == installed.reader else f" These are figures of {measured.reader}."
    where = "On invented logs that had no say in words or weights: " if told else ""
    return f"{where}{'; '.join(told) or 'No bank was kept unseen'}.{stale}"


def _datasets(measured: Measured | None) -> str:
    if measured is None:
        return _NONE_MEASURED
    banks = " ".join(bank.bank.upper() for bank in measured.banks)
    return (
        f"Banks {banks} of invented incident logs, each by a hand of its own, annotated; see the data card."
    )


def _purposes(measured: Measured | None) -> str:
    if measured is None:
        return _NONE_MEASURED
    uses = dict.fromkeys(bank.use for bank in measured.banks)
    told = (
        f"{use}: {' '.join(bank.bank.upper() for bank in measured.banks if bank.use == use)}" for use in uses
    )
    return f"{'; '.join(told).capitalize()}."


def _quantities(measured: Measured | None) -> str:
    if measured is None:
        return _NONE_MEASURED
    logs = sum(bank.logs for bank in measured.banks)
    with_crime = sum(bank.with_crime for bank in measured.banks)
    return f"{logs:,} logs in {len(measured.banks)} banks, {with_crime:,} of them with a crime due."


def _subgroups(measured: Measured | None) -> str:
    gaps = [row for row in measured.subgroups.gaps if row["measure"] == "recall"] if measured else []
    if not gaps:
        return "Nothing was measured by group."
    told = (
        f"by {row['attribute']} {gap_words(row)}, {row['best']} highest and {row['worst']} lowest"
        for row in gaps
    )
    return f"Largest gaps in {MEASURE_WORDS['recall']} between groups on invented logs: {'; '.join(told)}."
