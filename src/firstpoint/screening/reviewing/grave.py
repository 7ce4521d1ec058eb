"""Grave strata: rape, modern slavery, children, care homes, domestic abuse.

A log belongs to one by what the screen says it discloses, or by the force's own flags, codes and words where
the incidents are at hand. Which is data: ``grave.toml``, which a force may replace.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from firstpoint.errors import InputError
from firstpoint.screening.reviewing.probabilities import POOL_NAME, TOP_NAME

_LISTS = ("kinds", "facts", "flags", "code_words", "text_words")
_NUMBERS = ("least_share", "least_certainty")


@frozen
class GraveStratum:
    """A row of ``grave.toml``; the file says what each field means."""

    id: str
    name: str
    least_share: float
    least_certainty: float
    kinds: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    code_words: tuple[str, ...] = ()
    text_words: tuple[str, ...] = ()

    def discloses(self, disclosures: Sequence[Mapping[str, Any]]) -> bool:
        """Whether a log with these disclosures (structs of the screened table) belongs here."""
        return any(
            one["certainty"] >= self.least_certainty
            and (one["kind"] in self.kinds or not _told(one).isdisjoint(self.facts))
            for one in disclosures
        )


def grave_strata(path: Path | None = None) -> tuple[GraveStratum, ...]:
    """The strata of a file, or those that come with the product; the first that a log meets holds it.

    Raises InputError that names the stratum and the field at fault.
    """
    source = path or resources.files("firstpoint.screening.reviewing") / "grave.toml"
    try:
        rows = tomllib.loads(source.read_text("utf-8")).get("strata", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"It is not TOML: {error}.", where=str(path), remedy="Put it right.") from error
    return tuple(_stratum(row, str(path or "grave.toml")) for row in rows)


def grave_of(
    screened: pl.DataFrame,
    incidents: pl.DataFrame | None = None,
    strata: Sequence[GraveStratum] | None = None,
) -> pl.Series:
    """The id of each log's grave stratum (str, null for none), in the order of ``screened``.

    ``screened`` is what :func:`firstpoint.screening.screen` gives; ``incidents`` (canonical columns) adds
    flags, opening codes and text where it has them.
    """
    strata = grave_strata() if strata is None else strata
    told = screened["disclosures"].to_list()
    by_code = _by_columns(screened, incidents, strata)
    found = [
        next((one.id for one in strata if one.discloses(each or ()) or row[one.id]), None)
        for each, row in zip(told, by_code.iter_rows(named=True), strict=True)
    ]
    return pl.Series("grave", found, dtype=pl.String)


def quotas(budget: int, strata: Sequence[GraveStratum] | None = None) -> dict[str, int]:
    """The reviews of a budget that each stratum gets at the least, rounded up."""
    strata = grave_strata() if strata is None else strata
    return {one.id: math.ceil(one.least_share * budget - 1e-9) for one in strata}


def _told(disclosure: Mapping[str, Any]) -> set[str]:
    facts = json.loads(disclosure.get("facts") or "{}")
    return {f"{name}={value}" for name, value in facts.items()}


def _by_columns(
    screened: pl.DataFrame, incidents: pl.DataFrame | None, strata: Sequence[GraveStratum]
) -> pl.DataFrame:
    """A column a stratum: whether the incident's flags, code or words put it there."""
    if incidents is None:
        return screened.select(pl.repeat(value=False, n=pl.len()).alias(one.id) for one in strata)
    held = screened.select("incident_id").join(
        incidents.unique("incident_id", keep="first", maintain_order=True),
        on="incident_id",
        how="left",
        maintain_order="left",
    )
    return held.select(_meets(one, held.columns).alias(one.id) for one in strata)


def _meets(stratum: GraveStratum, columns: Sequence[str]) -> pl.Expr:
    tests = [pl.col(flag).cast(pl.Boolean) for flag in stratum.flags if flag in columns]
    for column, words in (("opening_code", stratum.code_words), ("text", stratum.text_words)):
        if words and column in columns:
            tests.append(pl.col(column).cast(pl.String).str.contains(_any_word(words)))
    return pl.any_horizontal(pl.lit(value=False), *(test.fill_null(value=False) for test in tests))


def _any_word(words: Sequence[str]) -> str:
    return rf"(?i)\b(?:{'|'.join(re.escape(word) for word in words)})"


def _stratum(row: Mapping[str, Any], where: str) -> GraveStratum:
    place = f"{where}, stratum {row.get('id', 'without an id')}"
    allowed = {"id", "name", *_NUMBERS, *_LISTS}
    if unknown := sorted(set(row) - allowed):
        raise InputError(
            f"There is no field {unknown[0]}.", where=place, remedy=f"Use {', '.join(sorted(allowed))}."
        )
    if not all(isinstance(row.get(name), str) for name in ("id", "name")):
        raise InputError("It has no id or no name.", where=place, remedy="Give both, as text.")
    if row["id"] in (TOP_NAME, POOL_NAME):
        raise InputError("The id is that of a part of every draw.", where=place, remedy="Name it otherwise.")
    for name in _NUMBERS:
        if not (isinstance(row.get(name), int | float) and 0.0 <= row[name] <= 1.0):
            raise InputError(
                f"{name} is {row.get(name)!r}.", where=place, remedy="Give a share from 0 to 1, such as 0.05."
            )
    return GraveStratum(
        row["id"],
        row["name"],
        float(row["least_share"]),
        float(row["least_certainty"]),
        **{name: tuple(row.get(name, ())) for name in _LISTS},
    )
