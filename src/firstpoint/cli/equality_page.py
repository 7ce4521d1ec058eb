"""Equality data of victims as tables and as a board's page, on which small counts are hidden."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from firstpoint.reporting import (
    EXPLANATION,
    Column,
    Heading,
    Metadata,
    Notice,
    Paragraph,
    Report,
    Table,
    shown_parts,
)

PARTS = ("held", "not_relevant", "refused", "not_asked", "unknown_to_caller", "silent")
HEADINGS = ("Value held", "Not relevant", "Refused", "Not asked", "Unknown to caller", "Neither")
LEAST_VICTIMS = 5
MANY = 200
TOO_FEW = "too few to show"
METHOD = (
    "Accounted for: a value, or a lawful reason for having none. Intervals are 95% by Wilson's formula; they "
    "say how far the share of so few can be taken as that of the practice."
)


def equality_page(completeness: pl.DataFrame, *, force: str, prepared_on: date, period: str) -> Report:
    """Give the board's page on the completeness of equality data, with small counts hidden."""
    everyone = completeness.filter(pl.col("by") == "all")
    victims = int(everyone["victims"].sum() / max(everyone.height, 1))
    silent = everyone.filter(pl.col("silent") > 0).height
    return Report(
        title="Equality data of victims",
        strap="For each protected characteristic: a value, or the lawful reason for its absence",
        metadata=Metadata(force=force, period=period, prepared_on=prepared_on),
        blocks=(
            Paragraph(
                f"Of {everyone.height} protected characteristics, {everyone.height - silent} are accounted "
                f"for in every one of the {victims:,} victims; {silent} have victims for whom neither a "
                "value nor a reason is held."
            ),
            *completeness_tables(completeness, hide_small=True),
            Notice("note", "Small counts", EXPLANATION),
        ),
    )


def completeness_tables(completeness: pl.DataFrame, *, hide_small: bool) -> Iterator[Heading | Table]:
    """Give a table of counts over all victims, and of shares by unit and by group of offence."""
    yield _counts(completeness.filter(pl.col("by") == "all"), hide_small=hide_small)
    for by in ("unit", "offence group"):
        part = completeness.filter(pl.col("by") == by)
        if part.height:
            yield _shares(part, by, hide_small=hide_small)


def _counts(everyone: pl.DataFrame, *, hide_small: bool) -> Table:
    columns = (
        Column("Characteristic", "name", 2),
        *(Column(heading, "count") for heading in HEADINGS),
        Column("Accounted for", "text", 1.2),
        Column("95% interval", "text", 1.5),
    )
    rows = tuple(_count_row(entry, hide_small=hide_small) for entry in everyone.iter_rows(named=True))
    return Table("All victims", columns, rows, note=METHOD)


def _count_row(entry: dict[str, Any], *, hide_small: bool) -> tuple[str | int | None, ...]:
    counts = [entry[name] for name in PARTS]
    if hide_small and entry["victims"] < LEAST_VICTIMS:
        return (entry["characteristic"], *[TOO_FEW] * len(PARTS), TOO_FEW, None)
    shown = shown_parts(counts) if hide_small else counts
    few = _few_in_words(entry) if hide_small else ""
    share = few or f"{entry['accounted_share']:.1%}"
    interval = None if few else f"{entry['low']:.1%} to {entry['high']:.1%}"
    return (entry["characteristic"], *shown, share, interval)


def _shares(part: pl.DataFrame, by: str, *, hide_small: bool) -> Table:
    groups = part["group"].unique(maintain_order=True).sort().to_list()
    cells = {
        (entry["characteristic"], entry["group"]): _share(entry, hide_small=hide_small)
        for entry in part.iter_rows(named=True)
    }
    names = part["characteristic"].unique(maintain_order=True).to_list()
    return Table(
        f"Share accounted for, by {by}",
        (Column("Characteristic", "name", 2), *(Column(group, "text") for group in groups)),
        tuple((name, *(cells[name, group] for group in groups)) for name in names),
        note=f"In brackets the 95% interval, for fewer than {MANY} victims. A victim of crimes of several "
        "groups counts once in each.",
    )


def _share(entry: dict[str, Any], *, hide_small: bool) -> str:
    if hide_small and entry["victims"] < LEAST_VICTIMS:
        return TOO_FEW
    if hide_small and (few := _few_in_words(entry)):
        return few
    share = f"{entry['accounted_share']:.0%}"
    return share if entry["victims"] >= MANY else f"{share} ({entry['low']:.0%} to {entry['high']:.0%})"


def _few_in_words(entry: dict[str, Any]) -> str:
    """Give words in place of a share that would tell a small count; nothing where it would not."""
    if 0 < entry["silent"] < LEAST_VICTIMS:
        return "nearly all"
    return "hardly any" if 0 < entry["victims"] - entry["silent"] < LEAST_VICTIMS else ""
