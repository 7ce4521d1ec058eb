"""A made-up force in whose tables nothing is wrong: counts, codes and gaps are those of chance alone.

Made in columns, so that a year of it takes a second; used by the tests of the checks and by their benchmark.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from firstpoint import vocabulary
from firstpoint.records import TABLES, Extract
from firstpoint.records.equality import CHARACTERISTICS, REASONS
from firstpoint.records.reading import REJECTS_SCHEMA

UNITS = ["Ashdown", "Brackley", "Coldharbour", "Dunmere", "Eastfold"]
OPENING = ["ASSAULT", "THEFT", "BURGLARY", "ASB", "CONCERN", "DOMESTIC", "ROAD", "ALARM", "NOISE", "FRAUD"]
CLOSING = ["CRIME", "NO CRIME", "ADVICE", "RESOLVED", "DUPLICATE"]
CLASSES = {
    name: next(
        each.ho_code for each in vocabulary.offence_codes() if each.class_code == name and each.current
    )
    for name in ("8N", "9A", "34B", "45", "58C")
}
WEEK = np.array([0.95, 0.94, 0.96, 1.0, 1.12, 1.15, 0.98])
MINUTE = 60_000_000


def clean_force(
    seed: int, *, days: int = 90, a_day: float = 60, start: date = date(2026, 4, 1), words: int = 12
):
    """Frames of incidents, log entries, crimes and victims, with about ``a_day`` incidents a day."""
    chance = np.random.default_rng(seed)
    incidents = _incidents(chance, days, a_day, start, words)
    crimes = _crimes(chance, incidents)
    return {
        "incidents": incidents,
        "log_entries": _entries(chance, incidents),
        "crimes": crimes,
        "victims": _victims(chance, crimes["victim_id"].unique(maintain_order=True)),
    }


def _times(chance, days, a_day, start):
    midnight = int(datetime(start.year, start.month, start.day, tzinfo=ZoneInfo("Europe/London")).timestamp())
    expected = a_day * WEEK[(start.weekday() + np.arange(days)) % 7]
    counts = chance.poisson(expected)
    seconds = np.repeat(np.arange(days) * 86_400, counts) + chance.integers(0, 86_400, counts.sum())
    return (midnight + np.sort(seconds)) * 1_000_000


def _canonical(table, columns, rows):
    schema = TABLES[table].schema()
    made = pl.DataFrame(columns)
    empty = [
        pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in made.columns
    ]
    return made.with_columns(*empty).select(pl.col(name).cast(kind) for name, kind in schema.items())


def _moments(values):
    return pl.Series(values, dtype=pl.Int64).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _some(chance, values, rows, weights=None):
    return pl.Series(values).gather(chance.choice(len(values), rows, p=weights))


def _gaps(chance, series, share):
    blank = pl.Series(chance.random(len(series)) < share)
    return pl.select(pl.when(~blank).then(series)).to_series()


def _incidents(chance, days, a_day, start, words):
    received = _times(chance, days, a_day, start)
    rows = len(received)
    number = pl.Series(range(1, rows + 1)).cast(pl.String).str.zfill(7)
    lexicon = pl.Series(["caller", "said", "man", "door", "street", "gone", "hurt", "van", "again", "upset"])
    text = pl.select(
        pl.concat_str(
            [pl.lit("Call "), number, *(lexicon.gather(chance.integers(0, 10, rows)) for _ in range(words))],
            separator=" ",
        )
    ).to_series()
    return _canonical(
        "incidents",
        {
            "incident_id": "I" + number,
            "force": pl.Series(["Fellshire"]).new_from_index(0, rows),
            "received_at": _moments(received),
            "channel": _some(chance, ["999", "101", "online"], rows, [0.3, 0.5, 0.2]),
            "route": _some(chance, ["control room", "online"], rows, [0.8, 0.2]),
            "taken_by": "CT" + pl.Series(chance.integers(10, 60, rows)).cast(pl.String),
            "opening_code": _some(chance, OPENING, rows),
            "closing_code": _some(chance, CLOSING, rows),
            "closed_at": _moments(received + chance.integers(20, 2_000, rows) * MINUTE),
            "unit": _some(chance, UNITS, rows, [0.3, 0.25, 0.2, 0.15, 0.1]),
            "reporter_role": _gaps(chance, _some(chance, ["victim", "witness"], rows), 0.05),
            "domestic": _some(chance, [True, False], rows, [0.2, 0.8]),
            "easting": _gaps(chance, pl.Series(chance.uniform(4e5, 4.6e5, rows).round()), 0.1),
            "northing": pl.Series(chance.uniform(3e5, 3.6e5, rows).round()),
            "area": _gaps(chance, _some(chance, ["Old Town", "Harbour", "Northgate"], rows), 0.08),
            "text": text,
        },
        rows,
    )


def _entries(chance, incidents):
    both = pl.concat([incidents, incidents])
    later = pl.Series(chance.integers(0, 20, both.height) * MINUTE).cast(pl.Duration("us"))
    return _canonical(
        "log_entries",
        {
            "incident_id": both["incident_id"],
            "entry_at": both["received_at"] + later,
            "author": both["taken_by"],
            "text": "Entry to " + both["incident_id"],
        },
        both.height,
    )


def _crimes(chance, incidents):
    kept = incidents.filter(pl.Series(chance.random(incidents.height) < 0.75))
    rows = kept.height
    classes = chance.integers(0, len(CLASSES), rows)
    late = np.where(
        chance.random(rows) < 0.12, chance.integers(1_441, 4_000, rows), chance.integers(5, 1_200, rows)
    )
    number = pl.Series(range(1, rows + 1)).cast(pl.String).str.zfill(7)
    before = pl.Series(chance.integers(1, 3_000, rows) * MINUTE).cast(pl.Duration("us"))
    return _canonical(
        "crimes",
        {
            "crime_id": "C" + number,
            "force": kept["force"],
            "incident_id": kept["incident_id"],
            "reported_at": kept["received_at"],
            "recorded_at": kept["received_at"] + pl.Series(late * MINUTE).cast(pl.Duration("us")),
            "occurred_from": kept["received_at"] - before,
            "occurred_to": kept["received_at"],
            "ho_class": pl.Series(list(CLASSES)).gather(classes),
            "ho_code": pl.Series(list(CLASSES.values())).gather(classes),
            "title": "Offence of class " + pl.Series(list(CLASSES)).gather(classes),
            "victim_id": "V" + number,
            "suspects": _gaps(chance, pl.Series(chance.integers(0, 3, rows).astype(float)), 0.2),
            "status": pl.Series(["recorded"]).new_from_index(0, rows),
            "domestic": kept["domestic"],
            "unit": kept["unit"],
            "recorded_by": "CMU" + pl.Series(chance.integers(10, 40, rows)).cast(pl.String),
        },
        rows,
    )


def _victims(chance, references):
    rows = len(references)
    columns = {"victim_id": references, "vulnerable": _some(chance, [True, False], rows, [0.2, 0.8])}
    for each in CHARACTERISTICS:
        value = (
            pl.Series(chance.integers(16, 90, rows).astype(float))
            if each.column == "age"
            else _some(chance, ["female", "male"] if each.column == "sex" else ["one", "another"], rows)
        )
        held = pl.Series(chance.random(rows) < 0.7)
        reason = _some(chance, list(REASONS), rows)
        columns[each.column] = pl.select(pl.when(held).then(value)).to_series()
        columns[each.reason_column] = pl.select(pl.when(~held).then(reason)).to_series()
    return _canonical("victims", columns, rows)


def extract_of(frame: pl.DataFrame, table: str, name: str = "") -> Extract:
    """The extract that a file of these rows would be read into."""
    nothing = pl.DataFrame(schema=REJECTS_SCHEMA)
    return Extract(
        table=table,
        path=Path(name or f"{table}.csv"),
        sha256="",
        rows_read=frame.height,
        frame=frame,
        rejects=nothing,
        warnings=nothing,
        faults=(),
        row_numbers=pl.Series("row", range(2, frame.height + 2), pl.Int64),
    )


def extracts_of(frames) -> list[Extract]:
    """The frames of a force as extracts."""
    return [extract_of(frame, table) for table, frame in frames.items()]
