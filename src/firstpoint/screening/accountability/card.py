"""The model card: prose from ``card.toml``; versions, weights and figures from what is installed.

:func:`model_card` gives a :class:`Card`, sections in reading order, that knows nothing of pages; whoever
shows it turns sections into paragraphs and tables.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

from attrs import asdict, field, frozen

from firstpoint.screening.accountability.answers import TO_FILL, Answers, check_names
from firstpoint.screening.accountability.installed import Installed
from firstpoint.screening.accountability.measured import MEASURES, SCREEN, Cell, Measured
from firstpoint.screening.accountability.subgroups import MEASURE_WORDS
from firstpoint.screening.kinds import kind_rows
from firstpoint.screening.scoring import RANKED_BY

CellValue = str | int | float | None
_PROSE = ("what", "for_whom", "not_for")


@frozen
class CardTable:
    """A table of the card; every row has a value for each column."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    note: str = ""


@frozen
class CardSection:
    """A section of the card: what it says, in this order, and a ``warning`` that stands before it all."""

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    tables: tuple[CardTable, ...] = ()
    warning: str = ""


@frozen
class Card:
    """The whole card."""

    title: str
    strap: str
    sections: tuple[CardSection, ...]
    owner: Mapping[str, str] = field(factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The card as plain values for JSON."""
        return asdict(self)

    def section(self, name: str) -> CardSection:
        """The section with this id; raises KeyError where there is none."""
        return {section.id: section for section in self.sections}[name]


def model_card(installed: Installed, measured: Measured | None, answers: Answers | None = None) -> Card:
    """The card of an installed screen.

    ``measured`` are figures of the benchmark, None where there are none; ``answers`` fill the owner's part.
    Raises InputError for an answer to a field that the card does not have.
    """
    prose = _prose()
    given = (answers or Answers()).owner
    fields = prose["owner"]["fields"]
    check_names(given, [one["name"] for one in fields], "owner")
    owner = {one["name"]: given.get(one["name"], "") for one in fields}
    sections = (
        *(_said(name, prose[name]) for name in _PROSE),
        _owner(prose["owner"], owner),
        _said("versions", prose["versions"], [_versions(installed)]),
        _said("made", prose["made"]),
        _tested(prose["tested"], measured, installed),
        _said("limits", prose["limits"]),
        _said("scoring", prose["scoring"], _scoring(installed)),
        _never(prose["never"]),
        _subgroups(prose["subgroups"], measured),
        _said("challenge", prose["challenge"]),
    )
    return Card(title=prose["title"], strap=prose["strap"], sections=sections, owner=owner)


def _prose() -> dict[str, Any]:
    text = (resources.files("firstpoint.screening.accountability") / "card.toml").read_text("utf-8")
    return tomllib.loads(text)


def _said(
    name: str, told: Mapping[str, Any], tables: Iterable[CardTable] = (), warning: str = ""
) -> CardSection:
    return CardSection(
        id=name,
        title=told["title"],
        paragraphs=tuple(told.get("paragraphs", ())),
        points=tuple(told.get("points", ())),
        tables=tuple(tables),
        warning=warning,
    )


def _owner(told: Mapping[str, Any], owner: Mapping[str, str]) -> CardSection:
    rows = tuple((one["label"], owner[one["name"]] or TO_FILL) for one in told["fields"])
    return _said("owner", told, [CardTable("Who answers for its use", ("Field", "Answer"), rows)])


def _never(told: Mapping[str, Any]) -> CardSection:
    section = _said("never", told)
    return CardSection(
        section.id, section.title, (*section.paragraphs, told["note"]), section.points, section.tables
    )


def _versions(installed: Installed) -> CardTable:
    return CardTable(
        "What is installed", ("What", "Version or fingerprint"), tuple(installed.fingerprints().items())
    )


def _tested(told: Mapping[str, Any], measured: Measured | None, installed: Installed) -> CardSection:
    if measured is None:
        return _said("tested", told, warning="No figures come with this installation: it was not measured.")
    warning = ""
    if measured.reader != installed.reader:
        warning = (
            f"These figures are of {measured.reader}; installed is {installed.reader}. Words or weights have "
            "changed since, and nothing here says by how much the figures did."
        )
    banks = CardTable(
        "Banks of invented logs",
        ("Bank", "Logs", "With a crime due", "Use"),
        tuple((one.bank.upper(), one.logs, one.with_crime, one.use) for one in measured.banks),
    )
    models = sorted({cell.model for cell in measured.cells}, key=lambda name: (name != SCREEN, name))
    tables = [_cells(model, measured) for model in models]
    return _said("tested", told, [banks, *tables], warning)


def _cells(model: str, measured: Measured) -> CardTable:
    cells = [*measured.cells_of(model, seen=False), *measured.cells_of(model, seen=True)]
    return CardTable(
        f"{model.replace('_', ' ').capitalize()}: from the banks it was made with to the one tested on",
        ("Tested on", "Seen before?", "Made with", *(_headed(words) for words in MEASURES.values())),
        tuple(_cell_row(cell) for cell in cells),
        note=(
            f"Measured on {measured.measured_on}; flagged means a chance of at least {measured.threshold:g}. "
            f"In brackets limits at {measured.confidence:.0%}: {measured.interval}. A dash: no such logs."
        ),
    )


def _headed(words: str) -> str:
    return words[:1].upper() + words[1:]


def _cell_row(cell: Cell) -> tuple[CellValue, ...]:
    seen = "yes" if cell.seen else "no"
    figures = tuple(_figure(cell, name) for name in MEASURES)
    return (cell.tested_on.upper(), seen, " ".join(cell.trained_on).upper(), *figures)


def _figure(cell: Cell, name: str) -> str | None:
    figure = cell.figure(name)
    return f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})" if figure else None


def _scoring(installed: Installed) -> Iterator[CardTable]:
    weights = installed.lexicon.weights
    yield CardTable(
        f"What a phrase is worth, by strength (rank is {RANKED_BY})",
        ("Strength", "Chance"),
        _numbers(weights.get("strength", {})),
    )
    yield CardTable(
        "What the context leaves of it",
        ("Context", "Share left"),
        _numbers(weights.get("context", {})),
        note=f"These take nothing away: {', '.join(_leaving_alone(installed))}.",
    )
    for name, caption in (
        ("closing", "What the closing code does"),
        ("opening", "What the opening code does"),
        ("code_strength", "What an opening code of the same kind adds"),
        ("code_alone", "What an opening code is worth with no phrase of its kind"),
        ("covered", "What a recorded crime leaves open, by how near its class is"),
    ):
        if numbers := _numbers(weights.get(name, {})):
            yield CardTable(caption, ("What", "Weight"), numbers)
    yield _harms(installed)


def _harms(installed: Installed) -> CardTable:
    phrases: dict[str, int] = {}
    for phrase in installed.lexicon.phrases:
        phrases[phrase.kind] = phrases.get(phrase.kind, 0) + 1
    kinds = sorted(kind_rows().values(), key=lambda row: (-row.harm, row.kind))
    return CardTable(
        "Harm of each kind of allegation, and how many phrases tell it",
        ("Kind", "Harm", "Phrases"),
        tuple((row.offence, row.harm, phrases.get(row.kind, 0)) for row in kinds),
        note="Harm stands on a scale of 0 to 100. A kind without phrases is seen only through codes.",
    )


def _leaving_alone(installed: Installed) -> list[str]:
    lowering = {name for name, factor in installed.lexicon.weights.get("context", {}).items() if factor < 1.0}
    told = {cue.category for cue in installed.lexicon.cues}
    return sorted(name.replace("_", " ") for name in told - lowering)


def _numbers(weights: Mapping[str, Any]) -> tuple[tuple[CellValue, ...], ...]:
    plain = ((name, value) for name, value in weights.items() if isinstance(value, int | float))
    return tuple((name.replace("_", " "), float(value)) for name, value in plain)


def _subgroups(told: Mapping[str, Any], measured: Measured | None) -> CardSection:
    if measured is None or not measured.subgroups.shares:
        return _said("subgroups", told, warning="Nothing was measured by group in this installation.")
    figures = measured.subgroups
    banks = " ".join(figures.banks).upper()
    paragraph = (
        f"Measured on the invented logs of banks {banks}; the least number of logs is {figures.least}."
    )
    attributes = dict.fromkeys(row["attribute"] for row in figures.shares)
    tables = [_shares(name, figures.shares) for name in attributes]
    section = _said("subgroups", told, [*tables, _gaps(figures.gaps)])
    return CardSection(section.id, section.title, (*section.paragraphs, paragraph), (), section.tables)


def _shares(attribute: str, rows: Sequence[Mapping[str, Any]]) -> CardTable:
    groups: dict[str, dict[str, str]] = {}
    for row in rows:
        if row["attribute"] == attribute:
            groups.setdefault(row["group"], {})[row["measure"]] = share_words(row)
    shown = {group: told for group, told in groups.items() if set(told.values()) != {TOO_FEW}}
    few = [group for group in groups if group not in shown]
    return CardTable(
        f"By {attribute}",
        ("Group", *(_headed(words) for words in MEASURE_WORDS.values())),
        tuple((group, *(told[measure] for measure in MEASURE_WORDS)) for group, told in shown.items()),
        note=f"Too few logs for any figure: {', '.join(few)}." if few else "",
    )


TOO_FEW = "too few"


def share_words(row: Mapping[str, Any]) -> str:
    """A row of shares in words: ``82% (75 to 88) of 123``, or that there are too few."""
    if not row["enough"]:
        return TOO_FEW
    return f"{row['estimate']:.0%} ({100 * row['low']:.0f} to {100 * row['high']:.0f}) of {row['logs']}"


def gap_words(row: Mapping[str, Any]) -> str:
    """A gap in words, in points, with its limits and whether it may be chance."""
    points = f"{100 * row['gap']:.0f} points ({100 * row['low']:.0f} to {100 * row['high']:.0f})"
    return points if row["low"] > 0.0 else f"{points}: may be chance"


def _gaps(rows: Sequence[Mapping[str, Any]]) -> CardTable:
    return CardTable(
        "The largest gap between two groups",
        ("By", "Measure", "Highest", "Lowest", "Gap"),
        tuple(
            (row["attribute"], MEASURE_WORDS[row["measure"]], row["best"], row["worst"], gap_words(row))
            for row in rows
        ),
    )
