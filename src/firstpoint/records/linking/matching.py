"""Linking in one call: by reference, then by likeness, with bands and reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import polars as pl
from attrs import field, frozen

from firstpoint.errors import InputError, Refused
from firstpoint.records.linking.bands import LINKED, REVIEW, Bands, banded
from firstpoint.records.linking.by_reference import BY_REFERENCE, Links, link_by_reference
from firstpoint.records.linking.events import ChainGuard, grouped
from firstpoint.records.linking.features import event_features, features
from firstpoint.records.linking.model import Model, ready_model
from firstpoint.records.linking.reasons import with_reasons
from firstpoint.records.linking.references import FORMATTING, same_reference
from firstpoint.records.linking.weighing import KEY, MOST_PAIRS, Weighed, splink_is_there, weigh

LIKENESS = "likeness"
SECONDARY = "secondary"
SAME_EVENT = "same event"
_NEEDED = {"incidents": ("incident_id", "received_at"), "crimes": ("crime_id", "recorded_at")}
_OPTIONAL: dict[str, dict[str, Any]] = {
    "incidents": {
        "opening_code": pl.String,
        "closing_code": pl.String,
        "secondary_to": pl.String,
        "text": pl.String,
    },
    "crimes": {
        "incident_id": pl.String,
        "reported_at": pl.Datetime("us", "UTC"),
        "ho_class": pl.String,
        "title": pl.String,
    },
}
LINK_COLUMNS = {
    "incident_id": pl.String,
    "crime_id": pl.String,
    "weight": pl.Float64,
    "probability": pl.Float64,
    "how": pl.String,
    "reason": pl.String,
}
PAIR_COLUMNS = {
    "incident_id": pl.String,
    "other_id": pl.String,
    "relation": pl.String,
    "band": pl.String,
    "weight": pl.Float64,
    "probability": pl.Float64,
    "how": pl.String,
    "reason": pl.String,
}

STEPS = 3
DOUBTFUL_DAYS = 7
_MOST_TAUGHT = 20_000
_MOST_FOR_REVIEW = 3

Progress = Callable[[int, int], None]


@frozen
class LinkSettings:
    """How to link: bands, models, the guard, the seed, and how many pairs may be looked at.

    The bands for incidents are stricter: a wrong pair of incidents hides a missed crime.
    """

    bands: Bands = field(factory=Bands)
    event_bands: Bands = field(factory=lambda: Bands(linked_from=0.98, review_from=0.5))
    guard: ChainGuard = field(factory=ChainGuard)
    model: Model = field(factory=lambda: ready_model("incident-to-crime"))
    event_model: Model = field(factory=lambda: ready_model("same-event"))
    seed: int = 1
    most_pairs: int = MOST_PAIRS


@frozen
class Linkage(Links):
    """Links with all that was found besides.

    ``links`` and ``review`` are ``incident_id, crime_id, weight (bits; null by reference), probability, how
    (reference, formatting, slip or likeness), reason``. A crime is at most once in ``links``. It is in
    ``review``, with up to three incidents, where it is not in ``links``, or where its reference is believed
    but looks mistyped (``how`` is reference: reported more than seven days from the incident). ``direct`` and
    ``dangling`` are the crimes that are not linked, those for review among them. ``pairs`` ties incidents to
    incidents (``relation`` secondary or same event, ``band`` linked or review). ``events`` is ``incident_id,
    event_id`` for each incident that reports the same event as another; a secondary incident is no such,
    since it was made because more was disclosed. ``notes`` are for whoever reads the result; ``models`` the
    models as estimated, by name.
    """

    review: pl.DataFrame
    pairs: pl.DataFrame
    events: pl.DataFrame
    notes: tuple[str, ...] = ()
    models: Mapping[str, Model] = field(factory=dict)

    def crimes_of_events(self, crimes: pl.DataFrame) -> pl.DataFrame:
        """Give the crimes under the incidents they are linked to, and once more under each of the same event.

        For asking whether what an incident discloses is recorded anywhere; a crime may appear more than
        once, so these rows are not to be counted. Crimes that are not linked keep the incident they name.
        """
        linked = self.links.select("crime_id", _linked="incident_id")
        under = crimes.join(linked, on="crime_id", how="left", maintain_order="left").with_columns(
            incident_id=pl.coalesce("_linked", "incident_id")
        )
        others = self.events.join(self.events, on="event_id", suffix="_other").filter(
            pl.col("incident_id") != pl.col("incident_id_other")
        )
        again = (
            under.join(others.select("incident_id", _other="incident_id_other"), on="incident_id")
            .with_columns(incident_id=pl.col("_other"))
            .drop("_other")
        )
        return pl.concat([under, again.select(under.columns)]).drop("_linked")


def link_records(
    incidents: pl.DataFrame,
    crimes: pl.DataFrame,
    *,
    opening_codes: Mapping[str, str] | None = None,
    by_likeness: bool | None = None,
    settings: LinkSettings | None = None,
    progress: Progress | None = None,
) -> Linkage:
    """Give the links between incidents and crimes, and between incidents that report one event.

    ``incidents`` and ``crimes`` have the canonical columns; ``incident_id, received_at`` and ``crime_id,
    recorded_at`` must be there, and what else is there is compared. By reference first: as written, then
    where it differs in writing or by a slip. What that leaves is linked by likeness where Splink is installed
    and the records allow it (``by_likeness`` None), never (False), or must be (True). ``opening_codes`` gives
    the stratum of each opening code, for a force with too few pairs known by reference. ``progress`` is
    called with (steps done, steps).

    Raises InputError for a missing column or a repeated key; with ``by_likeness`` True also Refused, where
    Splink is not installed or a blocking rule would make too many pairs.
    """
    incidents, crimes = _checked(incidents, "incidents"), _checked(crimes, "crimes")
    settings, step = settings or LinkSettings(), _Steps(progress)
    referred = link_by_reference(incidents, crimes)
    found = same_reference(incidents, referred.dangling)
    links = pl.concat([_by_reference(referred.links), _found(found.filter("sure"))])
    review, secondary = _found(found.filter(~pl.col("sure"))), _secondary(incidents)
    same = secondary.clear()
    step()
    notes: list[str] = []
    models: dict[str, Model] = {}
    if by_likeness is None and not splink_is_there():
        notes.append(
            "Linked by reference alone: Splink is not installed (pip install 'firstpoint[link]'), so a crime "
            "recorded under another incident is not found."
        )
        by_likeness = False
    if by_likeness is not False:
        with _noted(notes, "Crimes", raises=by_likeness is True):
            near = _crimes_by_likeness(incidents, crimes, links, opening_codes, settings)
            links = pl.concat([links, near.rows.filter(pl.col("band") == LINKED).select(*LINK_COLUMNS)])
            review = _reviews(review, near.rows.filter(pl.col("band") == REVIEW), links)
            notes += near.notes
            models |= {near.model.id: near.model}
        step()
        with _noted(notes, "Incidents", raises=by_likeness is True):
            near = _events_by_likeness(incidents, secondary, settings)
            same = near.rows
            notes += near.notes
            models |= {near.model.id: near.model}
    events, same = grouped(same, settings.guard)
    step(last=True)
    left = crimes.filter(~pl.col("crime_id").is_in(links["crime_id"].implode()))
    known = left["incident_id"].is_not_null()
    return Linkage(
        links=links.sort("crime_id"),
        direct=left.filter(~known),
        dangling=left.filter(known),
        review=pl.concat([review, _doubtful(referred.links, incidents, crimes)]).sort(
            "crime_id", "incident_id"
        ),
        pairs=pl.concat([secondary, same]).sort("incident_id", "other_id", "relation"),
        events=events,
        notes=tuple(notes),
        models=models,
    )


@frozen
class _Near:
    """What one job by likeness found: rows with a band, notes, and the model as estimated."""

    rows: pl.DataFrame
    notes: tuple[str, ...]
    model: Model


class _Steps:
    """Counts the steps done for whoever watches."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._done = progress, 0

    def __call__(self, *, last: bool = False) -> None:
        self._done = STEPS if last else self._done + 1
        if self._progress:
            self._progress(self._done, STEPS)


@contextmanager
def _noted(notes: list[str], what: str, *, raises: bool) -> Iterator[None]:
    """Turn a refusal into a note, since what was linked before it stands; or let it through."""
    try:
        yield
    except Refused as refusal:
        if raises:
            raise
        notes.append(f"{what} were not linked by likeness: {refusal}")


def _checked(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    key, at = _NEEDED[table]
    if missing := [name for name in (key, at) if name not in frame.columns]:
        raise InputError(
            f"there is no column {', '.join(missing)}.", where=table, remedy="Name it in the mapping file."
        )
    if repeated := frame.height - frame[key].n_unique():
        first = frame.filter(frame[key].is_duplicated())[key].sort()[0]
        raise InputError(
            f"{repeated} rows repeat a reference, the first being {first!r}.",
            where=f"{table}, {key}",
            remedy="Set the repeats aside, or keep the newest version of each (see docs/mapping.md).",
        )
    absent = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in _OPTIONAL[table].items()
        if name not in frame.columns
    ]
    return frame.with_columns(absent)


def _by_reference(links: pl.DataFrame) -> pl.DataFrame:
    return _as(
        LINK_COLUMNS,
        links,
        weight=None,
        probability=1.0,
        how=BY_REFERENCE,
        reason="the crime names the incident",
    )


def _doubtful(links: pl.DataFrame, incidents: pl.DataFrame, crimes: pl.DataFrame) -> pl.DataFrame:
    """Links by reference whose crime was reported so long from the incident that it may be mistyped."""
    at = crimes.select("crime_id", at="reported_at")
    received = incidents.select("incident_id", "received_at")
    apart = (
        links.join(at, on="crime_id")
        .join(received, on="incident_id")
        .with_columns(days=(pl.col("at") - pl.col("received_at")).dt.total_days().abs())
    )
    told = apart.filter(pl.col("days") > DOUBTFUL_DAYS).with_columns(
        reason=pl.format("the crime names the incident, but was reported {} days apart: mistyped?", "days")
    )
    return _as(LINK_COLUMNS, told, weight=None, probability=None, how=BY_REFERENCE)


def _found(found: pl.DataFrame) -> pl.DataFrame:
    """Links by a reference that is not as written, with the reason for each."""
    apart = pl.format("{} minutes apart", pl.col("minutes_apart").abs().round(0).cast(pl.Int64))
    reason = (
        pl.when(pl.col("how") == FORMATTING)
        .then(pl.lit("the crime names the incident, written differently"))
        .otherwise(pl.format("the reference that the crime names is one slip away, and reported {}", apart))
    )
    several = pl.when("sure").then(pl.lit("")).otherwise(pl.lit("; not the only one that is"))
    told = found.with_columns(reason=reason + several)
    return _as(LINK_COLUMNS, told, probability=None)


def _as(columns: Mapping[str, Any], frame: pl.DataFrame, **constants: Any) -> pl.DataFrame:
    """The frame in these columns and types; what is neither there nor given is empty."""
    given = {name: constants.get(name) for name in columns if name in constants or name not in frame.columns}
    return frame.with_columns(
        pl.lit(value, dtype=columns[name]).alias(name) for name, value in given.items()
    ).select(*columns)


def _secondary(incidents: pl.DataFrame) -> pl.DataFrame:
    """Incidents that name the one to which they are secondary, as written or written differently."""
    naming = incidents.filter(pl.col("secondary_to").is_not_null()).select(
        crime_id="incident_id",
        incident_id="secondary_to",
        reported_at="received_at",
        recorded_at="received_at",
    )
    there = naming["incident_id"].is_in(incidents["incident_id"].implode())
    exact = naming.filter(there).with_columns(
        how=pl.lit(BY_REFERENCE),
        reason=pl.lit("it names the incident to which it is secondary"),
        band=pl.lit(LINKED),
    )
    near = same_reference(incidents, naming.filter(~there)).with_columns(
        band=pl.when("sure").then(pl.lit(LINKED)).otherwise(pl.lit(REVIEW)),
        reason=pl.lit("it names the incident to which it is secondary, written differently or with a slip"),
    )
    found = pl.concat([exact, near], how="diagonal").filter(pl.col("crime_id") != pl.col("incident_id"))
    named = found.select("how", "reason", "band", incident_id="incident_id", other_id="crime_id")
    return _as(PAIR_COLUMNS, named, relation=SECONDARY).sort("incident_id", "other_id")


def _crimes_by_likeness(
    incidents: pl.DataFrame,
    crimes: pl.DataFrame,
    links: pl.DataFrame,
    opening_codes: Mapping[str, str] | None,
    settings: LinkSettings,
) -> _Near:
    known = links.filter(pl.col("how") == BY_REFERENCE).select("incident_id", "crime_id").sort("crime_id")
    open_crimes = ~crimes["crime_id"].is_in(links["crime_id"].implode())
    if not open_crimes.any() or incidents.is_empty():
        return _Near(pl.DataFrame(schema={**LINK_COLUMNS, "band": pl.String}), (), settings.model)
    left, right = features(incidents, crimes, known, opening_codes)
    taught = known.gather_every(max(1, known.height // _MOST_TAUGHT))
    examples = right.join(taught.rename({"crime_id": KEY, "incident_id": "belongs_to"}), on=KEY)
    asked = right.filter(open_crimes)
    weighed = weigh(
        left, asked, settings.model, known=examples, seed=settings.seed, most_pairs=settings.most_pairs
    )
    told = _told(weighed, left, asked, settings.bands).rename({"left": "incident_id", "right": "crime_id"})
    rows = told.with_columns(how=pl.lit(LIKENESS)).select(*LINK_COLUMNS, "band")
    return _Near(rows, weighed.notes, weighed.model)


def _reviews(by_reference: pl.DataFrame, by_likeness: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """What is for review: a row a pair, that by likeness where both found it; no crime that is linked."""
    both = pl.concat([by_likeness.select(*LINK_COLUMNS), by_reference])
    once = both.unique(["crime_id", "incident_id"], keep="first", maintain_order=True)
    few = pl.int_range(pl.len()).over("crime_id") < _MOST_FOR_REVIEW
    return once.filter(~pl.col("crime_id").is_in(links["crime_id"].implode())).filter(few)


def _events_by_likeness(incidents: pl.DataFrame, secondary: pl.DataFrame, settings: LinkSettings) -> _Near:
    left = event_features(incidents)
    weighed = weigh(left, None, settings.event_model, seed=settings.seed, most_pairs=settings.most_pairs)
    told = _told(weighed, left, left, settings.event_bands).rename(
        {"left": "incident_id", "right": "other_id"}
    )
    rows = _as(PAIR_COLUMNS, told, relation=SAME_EVENT, how=LIKENESS)
    return _Near(_without_named(rows, secondary), weighed.notes, weighed.model)


def _told(weighed: Weighed, left: pl.DataFrame, right: pl.DataFrame, bands: Bands) -> pl.DataFrame:
    """The pairs that were weighed, each in its band and with its reasons in words."""
    kept = banded(
        weighed.pairs,
        lefts=left.height,
        rights=right.height,
        constraint=weighed.model.constraint,
        share=weighed.model.share_linked,
        bands=bands,
    )
    return with_reasons(_lacking_put_back(kept, weighed.model), left, right, weighed.model)


def _lacking_put_back(kept: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The pairs, those for review for which the comparison that the model needs does not speak."""
    if not model.needs:
        return kept
    level = pl.col(f"level_{model.needs}") if f"level_{model.needs}" in kept.columns else pl.lit(-1)
    spoken = level.is_in(model.speaking_levels(model.needs))
    return kept.with_columns(band=pl.when(spoken).then("band").otherwise(pl.lit(REVIEW)))


def _without_named(rows: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """The pairs that are not tied by reference already, either way round."""
    turned = named.select(incident_id="other_id", other_id="incident_id")
    both = pl.concat([named.select("incident_id", "other_id"), turned])
    return rows.join(both, on=["incident_id", "other_id"], how="anti")
