"""The frame: every report from which an audit may draw, each in one stratum.

A report is an incident whose opening code suggests crime, or a crime recorded directly with no incident.
What is left out is as much a part of the frame as what is in it, so :func:`sort_reports` keeps both, each
report that is left out with its reason, and :func:`build_frame` and :func:`frame_report` read from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
from attrs import frozen

from firstpoint.errors import InputError
from firstpoint.vocabulary import offence_classes

STRATA = ("violence", "sexual", "other")
"""The strata in which recording is inspected, in the order in which they are shown."""

NO_OPENING_CODE = "incident has no opening code"
OPENING_CODE_NOT_CRIME = "opening code does not suggest crime"
CLASS_MISSING = "crime recorded directly has no offence class"
CLASS_UNKNOWN = "crime recorded directly has a class that is not in the list"
CLASS_EXCLUDED = "fraud and other classes that recording rates leave out"
TRANSFERRED = "crime recorded directly was transferred to another force"
INCIDENT_MISSING = "crime names an incident that is not in the extract"


@frozen
class FrameReport:
    """What a frame holds and what was left out of it, in counts of reports.

    ``strata`` maps each stratum to (incidents, direct crimes); ``left_out`` maps each reason to a count.
    Reports outside the window are in neither: they are ``outside_window``.
    """

    start: date
    end: date
    strata: Mapping[str, tuple[int, int]]
    left_out: Mapping[str, int]
    outside_window: int

    def text(self) -> str:
        """Give the report as lines for a terminal or a paper."""
        lines = [f"Reports received from {_day(self.start)} to {_day(self.end)}, both days included."]
        lines += [
            f"  {stratum}: {incidents + direct:,} ({incidents:,} incidents, {direct:,} direct crimes)"
            for stratum, (incidents, direct) in self.strata.items()
        ]
        lines += [f"  left out: {count:,}, {reason}" for reason, count in self.left_out.items()]
        return "\n".join(lines)


RECORDED_DIRECTLY = "recorded directly"
"""The route of a crime that was recorded without an incident."""


def build_frame(
    incidents: pl.DataFrame,
    crimes: pl.DataFrame,
    strata: Mapping[str, str],
    start: date,
    end: date,
    *,
    carrying: Sequence[str] = (),
) -> pl.DataFrame:
    """Give the frame: one row a report, with ``stratum``, ``incident_id`` and ``kind``, sorted.

    ``incidents`` and ``crimes`` have the canonical columns of ``records``; ``strata`` maps an opening code
    to ``violence``, ``sexual`` or ``other`` (empty or not listed: the code suggests no crime). ``start``
    and ``end`` are London dates, both included, and are compared with the day of receipt (of the report of
    a crime recorded directly). ``kind`` is ``incident`` or ``direct crime``; for the latter ``incident_id``
    holds the crime's id, since the crime is the report. ``carrying`` names further columns of the incidents
    to keep (``route``, ``unit``, …; for direct crimes ``route`` is *recorded directly* and the others are
    empty unless crimes have them), or ``received_on``, the London day of the report, by which
    :func:`check_period` tells a frame of another period.

    Raises InputError where a report appears twice, an id stands for both an incident and a direct crime, or
    the window ends before it starts.
    """
    frame = (
        sort_reports(incidents, crimes, strata, start, end)
        .filter(pl.col("stratum").is_not_null())
        .select("stratum", "incident_id", "kind")
        .sort("stratum", "incident_id")
    )
    return _carrying(frame, incidents, crimes, carrying) if carrying else frame


def check_period(frame: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """Give the frame unchanged if every report was received from ``start`` to ``end``, both included.

    ``frame`` has ``incident_id`` and ``received_on`` (dates, or text such as 2026-06-30). Raises InputError
    for one that has not, and for reports of another period, naming the first of them.
    """
    if not {"incident_id", "received_on"} <= set(frame.columns):
        raise InputError(
            "The frame does not say when its reports were received.",
            where="frame",
            remedy="Build it with carrying=('received_on',).",
        )
    words = pl.col("received_on").cast(pl.String).str.slice(0, 10)
    days = words.str.to_date("%Y-%m-%d", strict=False)
    outside = frame.filter(~days.is_between(start, end).fill_null(value=False)).sort("incident_id")
    if outside.height:
        raise InputError(
            f"{outside.height:,} of {frame.height:,} reports are not of {_day(start)} to {_day(end)}; this "
            "is a frame of another period.",
            where=f"incident {outside.get_column('incident_id')[0]}",
            remedy="Give the frame the sample was drawn from, or the dates it was built for.",
        )
    return frame


def frame_report(
    incidents: pl.DataFrame, crimes: pl.DataFrame, strata: Mapping[str, str], start: date, end: date
) -> FrameReport:
    """Give the counts of what :func:`build_frame` takes in and leaves out, with reasons."""
    reports = sort_reports(incidents, crimes, strata, start, end)
    held = reports.filter(pl.col("stratum").is_not_null())
    counts = {
        (stratum, kind): number
        for stratum, kind, number in held.group_by("stratum", "kind").len().iter_rows()
    }
    names = in_order({stratum for stratum, _ in counts})
    left_out = reports.filter(pl.col("left_out").is_not_null()).group_by("left_out").len().sort("left_out")
    own = crimes.filter(_stands_alone(incidents))
    return FrameReport(
        start=start,
        end=end,
        strata={n: (counts.get((n, "incident"), 0), counts.get((n, "direct crime"), 0)) for n in names},
        left_out=dict(left_out.iter_rows()),
        outside_window=incidents.height + own.height - reports.height,
    )


def sort_reports(
    incidents: pl.DataFrame, crimes: pl.DataFrame, strata: Mapping[str, str], start: date, end: date
) -> pl.DataFrame:
    """Give every report of the window with its stratum or the reason why it has none.

    Columns: ``incident_id``, ``kind``, ``stratum`` (null where left out), ``left_out`` (null where held).
    """
    if end < start:
        raise InputError(
            f"The window ends on {end} before it starts on {start}.",
            where="audit window",
            remedy="Give the first and the last day, both included.",
        )
    reports = pl.concat(
        [
            _incident_reports(incidents, strata, start, end),
            _direct_reports(incidents, crimes, start, end),
        ]
    )
    _refuse_repeats(reports)
    return reports


def frame_sha256(frame: pl.DataFrame) -> str:
    """Give the fingerprint of a frame, the same whatever the order of its rows.

    It is the SHA-256, in hexadecimal, of the UTF-8 text that has one line ``incident_id``, tab,
    ``stratum``, line feed for each report, the lines sorted by their bytes.
    """
    lines = frame.select(pl.format("{}\t{}\n", "incident_id", "stratum")).to_series().sort()
    return hashlib.sha256("".join(lines.to_list()).encode()).hexdigest()


def _carrying(
    frame: pl.DataFrame, incidents: pl.DataFrame, crimes: pl.DataFrame, carrying: Sequence[str]
) -> pl.DataFrame:
    """Give the frame with further columns, of the incidents or of the crimes that stand alone."""
    tables = [
        _further(incidents, "incident_id", "received_at", carrying),
        _further(crimes.filter(_stands_alone(incidents)), "crime_id", "reported_at", carrying),
    ]
    carried = frame.join(pl.concat(tables, how="diagonal_relaxed"), on="incident_id", how="left")
    missing = [name for name in carrying if name not in carried.columns]
    if missing:
        raise InputError(
            f"Neither incidents nor crimes have the column {missing[0]}.",
            where="carrying",
            remedy=f"Incidents have {', '.join(incidents.columns)}.",
        )
    if "route" in carrying:
        direct = pl.when(pl.col("kind") == "direct crime").then(pl.lit(RECORDED_DIRECTLY))
        carried = carried.with_columns(route=pl.coalesce("route", direct))
    return carried.sort("stratum", "incident_id")


def _further(table: pl.DataFrame, key: str, moment: str, carrying: Sequence[str]) -> pl.DataFrame:
    day = pl.col(moment).dt.convert_time_zone("Europe/London").dt.date().alias("received_on")
    present = [name for name in carrying if name in table.columns and name != "received_on"]
    return table.select(
        pl.col(key).alias("incident_id"), *([day] if "received_on" in carrying else []), *present
    )


def _incident_reports(
    incidents: pl.DataFrame, strata: Mapping[str, str], start: date, end: date
) -> pl.DataFrame:
    suggesting_crime = {code: name for code, name in strata.items() if name}
    stratum = pl.col("opening_code").replace_strict(suggesting_crime, default=None, return_dtype=pl.String)
    reason = (
        pl.when(pl.col("opening_code").is_null())
        .then(pl.lit(NO_OPENING_CODE))
        .when(pl.col("stratum").is_null())
        .then(pl.lit(OPENING_CODE_NOT_CRIME))
    )
    return (
        incidents.filter(_in_window("received_at", start, end))
        .select("incident_id", kind=pl.lit("incident"), stratum=stratum, opening_code="opening_code")
        .select("incident_id", "kind", "stratum", left_out=reason)
    )


def _direct_reports(incidents: pl.DataFrame, crimes: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    classes = {code: one.audit_stratum for code, one in offence_classes().items()}
    stratum = pl.col("ho_class").replace_strict(classes, default=None, return_dtype=pl.String)
    reason = (
        pl.when(pl.col("incident_id").is_not_null())
        .then(pl.lit(INCIDENT_MISSING))
        .when(pl.col("status") == "transferred")
        .then(pl.lit(TRANSFERRED))
        .when(pl.col("ho_class").is_null())
        .then(pl.lit(CLASS_MISSING))
        .when(stratum.is_null())
        .then(pl.lit(CLASS_UNKNOWN))
        .when(stratum == "excluded")
        .then(pl.lit(CLASS_EXCLUDED))
    )
    return (
        crimes.filter(_stands_alone(incidents), _in_window("reported_at", start, end))
        .with_columns(left_out=reason)
        .select(
            incident_id="crime_id",
            kind=pl.lit("direct crime"),
            stratum=pl.when(pl.col("left_out").is_null()).then(stratum),
            left_out="left_out",
        )
    )


def _stands_alone(incidents: pl.DataFrame) -> pl.Expr:
    """Whether a crime is a report of its own: no incident of the extract leads to it."""
    return pl.col("incident_id").is_null() | ~pl.col("incident_id").is_in(
        incidents.get_column("incident_id").implode()
    )


def _in_window(column: str, start: date, end: date) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone("Europe/London").dt.date().is_between(start, end)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _refuse_repeats(reports: pl.DataFrame) -> None:
    repeated = reports.filter(pl.col("incident_id").is_duplicated()).get_column("incident_id").unique().sort()
    if repeated.len():
        raise InputError(
            f"{repeated.len()} references stand for more than one report, so a draw would be ambiguous.",
            where=f"reference {repeated[0]}",
            remedy="Load each incident once, and give crimes references that no incident has.",
        )


def in_order(names: set[str]) -> list[str]:
    """Give stratum names in the order in which they are shown: the inspected three first, others by name."""
    return [name for name in STRATA if name in names] + sorted(names - set(STRATA))
