"""Disclosures as rows of the screened table, and back again.

A stored row carries all that :func:`~firstpoint.screening.facts.report_facts` needs, so a report can be
counted later from the row alone, without the log and without the lexicon that read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from firstpoint.screening.disclosures import Disclosure, Evidence
from firstpoint.screening.kinds import kind_row
from firstpoint.screening.lexicon import ready_lexicon

DISCLOSURE = pl.Struct(
    {
        "offence": pl.String,
        "ho_class": pl.String,
        "victims": pl.Int64,
        "crimes": pl.Int64,
        "certainty": pl.Float64,
        "context": pl.String,
        "evidence": pl.List(pl.Struct({"start": pl.Int64, "end": pl.Int64, "text": pl.String})),
        "kind": pl.String,
        "pattern": pl.String,
        "facts": pl.String,
    }
)


def stored(one: Disclosure) -> dict[str, Any]:
    """A disclosure as the struct of a screened row; ``facts`` is JSON text, ``pattern`` row ids by spaces."""
    return {
        "offence": one.offence,
        "ho_class": one.ho_class,
        "victims": one.victims,
        "crimes": one.crimes,
        "certainty": one.certainty,
        "context": one.context,
        "evidence": [{"start": e.start, "end": e.end, "text": e.text} for e in one.evidence],
        "kind": one.kind,
        "pattern": " ".join(one.patterns),
        "facts": json.dumps(dict(one.facts), sort_keys=True, ensure_ascii=False),
    }


def disclosure_of(row: Mapping[str, Any]) -> Disclosure:
    """The disclosure that a stored struct holds; the inverse of :func:`stored`.

    A row stored without ``facts`` gives a disclosure without facts. Raises KeyError for a kind that the
    screen does not know.
    """
    return Disclosure(
        kind=row["kind"],
        offence=row.get("offence") or kind_row(row["kind"]).offence,
        certainty=float(row["certainty"]),
        context=row["context"],
        victims=int(row["victims"]),
        facts=json.loads(row.get("facts") or "{}"),
        evidence=tuple(Evidence(e["start"], e["end"], e["text"]) for e in row.get("evidence") or ()),
        patterns=tuple((row.get("pattern") or "").split()),
        ho_class=row.get("ho_class"),
        crimes=int(row["crimes"]),
    )


def sure_from() -> float:
    """The certainty from which allegations of one log stand in one report and may absorb one another."""
    return float(ready_lexicon().weights["floor"]["counted_together"])


def sure_enough(disclosures: Iterable[Disclosure]) -> tuple[Disclosure, ...]:
    """The disclosures that are sure enough to stand in one report, in the order given."""
    least = sure_from()
    return tuple(one for one in disclosures if one.certainty >= least)
