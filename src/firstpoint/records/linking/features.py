"""Incidents and crimes in the columns on which a linking model compares them.

Both sides get the same columns, empty where a side has none. Times are minutes since 1970 (UTC). Nothing here
decides anything; what agreement is worth stands in the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

import polars as pl

from firstpoint.records.linking.rare_words import coded_words
from firstpoint.records.linking.weighing import KEY
from firstpoint.vocabulary import offence_classes

_LONDON = "Europe/London"
_TIME = pl.Datetime("us", "UTC")
_QUARTER = 15.0
_CELL_METRES = 1000.0
_KNOWN_FOR_USUAL = 50
_SHRINK = 5.0
_USUAL_CODES = 4
LISTS = {"usual_16": 16.0, "usual_4": 4.0, "usual_1": 1.0}
"""Opening codes from which such a crime comes so many times as often as from an incident at random."""


def features(
    incidents: pl.DataFrame,
    crimes: pl.DataFrame,
    known: pl.DataFrame,
    opening_codes: Mapping[str, str] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give incidents and crimes in the columns of the model ``incident-to-crime``.

    ``known`` (``incident_id, crime_id``) are pairs that belong together by reference: from them it is counted
    which opening codes lead to which offences and which closing codes to a crime. Where they are too few, the
    stratum of the opening code (``opening_codes``) stands beside that of the class instead.
    """
    strata = incidents.select(
        _column(incidents, "opening_code").replace_strict(
            dict(opening_codes or {}), default=None, return_dtype=pl.String
        )
    ).to_series()
    classes = crimes["ho_class"].replace_strict(_strata(), default=None, return_dtype=pl.String)
    reported, recorded = _column(crimes, "reported_at", _TIME), pl.col("recorded_at")
    left = _common(incidents, "incident_id", pl.col("received_at"), staff="taken_by").with_columns(
        recorded=pl.col("reported"), by_day=pl.col("day"), opening=incidents["opening_code"], stratum=strata
    )
    told_at = pl.coalesce(reported, recorded)
    timed = pl.when(~_is_day_alone(reported)).then(reported)
    recorded_alone = pl.when(reported.is_null() & ~_is_day_alone(recorded)).then(recorded)
    right = _common(crimes, "crime_id", timed, staff="recorded_by", fallback=told_at).with_columns(
        recorded=crimes.select(_minutes(recorded_alone)).to_series(),
        by_day=pl.when(crimes.select(_is_day_alone(told_at)).to_series()).then("day"),
        opening=pl.lit(None, pl.String),
        stratum=classes,
        closing_lift=pl.lit(None, pl.Float64),
    )
    words = coded_words(
        _texts(incidents, ("area", "text", "opening_code")), _texts(crimes, ("area", "text", "title"))
    )
    left, right = _with_usual(left, right, incidents, crimes, known)
    return left.hstack(words[0]), right.hstack(words[1])


def event_features(incidents: pl.DataFrame) -> pl.DataFrame:
    """Give incidents in the columns of the model ``same-event``."""
    logs = _common(incidents, "incident_id", pl.col("received_at"), staff="taken_by")
    words, _ = coded_words(_texts(incidents, ("area", "text")), None)
    return logs.with_columns(opening=incidents["opening_code"]).hstack(words)


def _common(
    frame: pl.DataFrame, key: str, at: pl.Expr, *, staff: str, fallback: pl.Expr | None = None
) -> pl.DataFrame:
    """Key, time, place, person and flag, on both sides; ``fallback`` finds the block where no ``at`` is."""
    easting, northing = _column(frame, "easting", pl.Float64), _column(frame, "northing", pl.Float64)
    area = _column(frame, "area").str.to_lowercase().str.replace_all(r"[^a-z0-9]+", " ").str.strip_chars()
    cells = [(axis / _CELL_METRES).floor().cast(pl.Int64) for axis in (easting, northing)]
    block_at = at if fallback is None else pl.coalesce(at, fallback)
    return frame.select(
        pl.col(key).alias(KEY),
        reported=_minutes(at),
        quarter=(_minutes(block_at) / _QUARTER).floor().cast(pl.Int64),
        day=block_at.dt.convert_time_zone(_LONDON).dt.date().cast(pl.Int32).cast(pl.Int64),
        unit=_column(frame, "unit").str.to_lowercase(),
        easting=easting,
        northing=northing,
        cell=cells[0] * 100_000 + cells[1],
        area=pl.when(area == "").then(None).otherwise(area),
        domestic=_column(frame, "domestic", pl.Boolean),
        staff=_column(frame, staff),
    )


def _column(frame: pl.DataFrame, name: str, kind: pl.DataType | type[pl.DataType] = pl.String) -> pl.Expr:
    """A column, or one without values where the table has none of that name."""
    return pl.col(name) if name in frame.columns else pl.lit(None, dtype=kind).alias(name)


def _is_day_alone(at: pl.Expr) -> pl.Expr:
    """Whether a time is London midnight to the second: what a system writes that holds the date alone."""
    return at.dt.convert_time_zone(_LONDON).dt.time() == time(0)


def _minutes(at: pl.Expr | str) -> pl.Expr:
    expression = pl.col(at) if isinstance(at, str) else at
    return expression.dt.epoch("s").cast(pl.Float64) / 60


def _texts(frame: pl.DataFrame, names: tuple[str, ...]) -> pl.Series:
    there = [name for name in names if name in frame.columns]
    return frame.select(text=pl.concat_str(there, separator=" ", ignore_nulls=True))["text"]


def _strata() -> dict[str, str]:
    return {each.code: str(each.audit_stratum) for each in offence_classes().values() if each.audit_stratum}


def _with_usual(
    left: pl.DataFrame,
    right: pl.DataFrame,
    incidents: pl.DataFrame,
    crimes: pl.DataFrame,
    known: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides with what the known pairs tell: which codes such a crime usually comes from."""
    offences = crimes.select(
        "crime_id", offence=pl.coalesce("ho_class", "title"), title=pl.coalesce("title", "ho_class")
    )
    pairs = known.join(offences, on="crime_id").join(
        incidents.select("incident_id", code="opening_code", closing="closing_code"), on="incident_id"
    )
    kinds = pl.List(pl.String)
    if pairs.height < _KNOWN_FOR_USUAL:
        none = {name: pl.lit(None, dtype=kinds) for name in LISTS}
        left = left.with_columns(
            kinds=pl.lit(None, dtype=kinds), closing_lift=pl.lit(None, pl.Float64), **none
        )
        return left, right.with_columns(kinds=pl.lit(None, dtype=kinds), **none)
    codes = (
        incidents["opening_code"]
        .drop_nulls()
        .value_counts(normalize=True, name="share")
        .rename({"opening_code": "code"})
    )
    lists = usual_codes(pairs, offences, codes)
    lifts = _closing_lifts(pairs, incidents)
    left = left.with_columns(
        kinds=pl.when(pl.col("opening").is_not_null()).then(pl.concat_list("opening")),
        closing_lift=incidents["closing_code"].replace_strict(lifts, default=None, return_dtype=pl.Float64),
        stratum=pl.lit(None, pl.String),
        **{name: pl.lit(None, dtype=kinds) for name in LISTS},
    )
    found = offences.select("offence").join(lists, on="offence", how="left", maintain_order="left")
    return left, right.with_columns(stratum=pl.lit(None, pl.String)).hstack(found.select("kinds", *LISTS))


def usual_codes(pairs: pl.DataFrame, offences: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """Give, for each offence, the opening codes from which it comes more often than by chance.

    ``pairs`` are known pairs (``offence, title, code``), ``offences`` all offences (``offence, title``),
    ``codes`` the share of each opening code among incidents (``code, share``). The chance of a code given an
    offence is counted on the pairs, drawn with the weight of five pairs towards the mean of what the words of
    the title say: an offence seldom or never met is told by its words. Gives ``offence``, a list for each
    degree of :data:`LISTS` (each code in the one of its degree and in all weaker ones) and ``kinds``, the
    at most four likeliest codes.
    """
    distinct = offences.drop_nulls("offence").group_by("offence").agg(title=pl.col("title").min())
    words = distinct.select("offence", word=_words("title")).explode("word").drop_nulls().unique()
    by_word = _shares(pairs.select("code", word=_words("title")).explode("word").drop_nulls(), "word", codes)
    told = (
        words.join(by_word, on="word")
        .group_by("offence", "code")
        .agg(chance=pl.col("chance").sum())
        .join(words.group_by("offence").agg(words=pl.len()), on="offence")
        .with_columns(told=pl.col("chance") / pl.col("words"))
    )
    seen = pairs.drop_nulls(["offence", "code"]).group_by("offence", "code").agg(met=pl.len())
    total = seen.group_by("offence").agg(total=pl.col("met").sum())
    chance = (
        told.select("offence", "code", "told")
        .join(seen, on=["offence", "code"], how="full", coalesce=True)
        .join(total, on="offence", how="left")
        .join(codes, on="code")
        .with_columns(
            chance=(pl.col("met").fill_null(0) + _SHRINK * pl.col("told").fill_null(0))
            / (pl.col("total").fill_null(0) + _SHRINK)
        )
        .with_columns(lift=pl.col("chance") / pl.col("share"))
        .sort(["offence", "chance", "code"], descending=[False, True, False])
    )
    degrees = {name: pl.col("code").filter(pl.col("lift") >= least) for name, least in LISTS.items()}
    likeliest = pl.col("code").filter(pl.col("lift") >= 1).head(_USUAL_CODES)
    lists = chance.group_by("offence", maintain_order=True).agg(**degrees, kinds=likeliest)
    return distinct.select("offence").join(lists, on="offence", how="left").sort("offence")


def _shares(rows: pl.DataFrame, by: str, codes: pl.DataFrame) -> pl.DataFrame:
    """The chance of each code given a word, drawn by one pair's weight towards the code's own share."""
    counted = rows.drop_nulls().group_by(by, "code").agg(met=pl.len())
    total = counted.group_by(by).agg(total=pl.col("met").sum())
    joined = counted.join(total, on=by).join(codes, on="code")
    return joined.select(by, "code", chance=(pl.col("met") + pl.col("share")) / (pl.col("total") + 1))


def _words(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.extract_all(r"[a-z0-9]{2,}").list.unique()


def _closing_lifts(pairs: pl.DataFrame, incidents: pl.DataFrame) -> dict[str, float]:
    """How many times as often each closing code stands on an incident with a crime as on any."""
    any_of = incidents["closing_code"].drop_nulls().value_counts(name="all")
    with_crime = pairs.unique("incident_id")["closing"].drop_nulls().value_counts(name="met")
    both = any_of.join(with_crime, left_on="closing_code", right_on="closing", how="left").fill_null(0)
    lift = (pl.col("met") / pl.col("met").sum()) / (pl.col("all") / pl.col("all").sum())
    return dict(both.select("closing_code", lift).iter_rows())
