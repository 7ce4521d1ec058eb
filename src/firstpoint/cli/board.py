"""From an audit's result to the board's paper, as files."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, cast

import polars as pl

from firstpoint import auditing, insight
from firstpoint.cli.console import say
from firstpoint.cli.tables import write_text
from firstpoint.errors import InputError, Refused, UnreadableFile
from firstpoint.reporting import (
    BoardPaper,
    Finding,
    NoFigure,
    Recommendation,
    Report,
    ResultRow,
    SampleCriteria,
    StratumSample,
    Trend,
    TrendPoint,
    UnrecordedCrimes,
    to_html,
    to_pdf,
)
from firstpoint.reporting.board_paper import STATUSES

ALL = "All strata"
STRATUM_TITLES = {
    "violence": "Violence against the person",
    "sexual": "Sexual offences",
    "other": "All other crime",
}
DRAW_KEYS = (
    "seed",
    "frame_sha256",
    "sizes",
    "in_frame",
    "window",
    "confidence",
    "half_width_points",
    "how_sizes_were_set",
)
EXCLUDED = (
    "Reports whose opening code does not suggest a crime, and records kept outside the extract.",
    "Fraud, which is recorded nationally.",
    "Auditors' own errors: the interval covers the luck of the draw, not a mark that is wrong.",
)


def board_paper(
    result: Mapping[str, Any],
    *,
    draw: Mapping[str, Any],
    marks: pl.DataFrame,
    force: str,
    prepared_on: date,
    recommendations: tuple[Recommendation, ...] = (),
    trend: Trend | None = None,
    recorded_a_year: int | None = None,
    partial: bool = False,
    made_up: bool = False,
) -> BoardPaper:
    """Give the board's paper for an audit.

    ``result`` is an estimate as :meth:`firstpoint.auditing.AuditResult.as_dict` gives it; ``draw`` the record
    kept beside the sample; ``marks`` what the auditors marked. Raises Refused where the three do not belong
    together, or where drawn reports are unmarked and ``partial`` does not say that this is known.
    """
    marks = auditing.standing_readings(marks)
    _refuse_strangers(result, draw, marks)
    unmarked = _unmarked(draw, marks)
    if unmarked and not partial:
        raise Refused(
            f"{' '.join(unmarked)} What is left unmarked may be what is wrong, and the rate would flatter.",
            where="marks",
            remedy="Mark the whole sample, or say --partial, and the paper will say so too.",
        )
    start, end = (date.fromisoformat(day) for day in draw["window"])
    return BoardPaper(
        force=force,
        period=f"{start:%-d %B %Y} to {end:%-d %B %Y}",
        prepared_on=prepared_on,
        sample=_criteria(draw, start, end),
        results=tuple(_result_row(row["stratum"], row, marks) for row in result["strata"]),
        overall=_result_row(ALL, result["overall"], marks),
        unrecorded=_unrecorded(result, recorded_a_year),
        findings=_findings(marks),
        recommendations=recommendations,
        trend=trend,
        method=(
            result["overall"]["method"],
            *map(_in_a_boards_words, dict.fromkeys([*unmarked, *result["cautions"]])),
        ),
        excluded=EXCLUDED,
        made_up=made_up,
    )


def write_report(report: Report, stem: Path) -> None:
    """Write a report as ``stem.html`` and ``stem.pdf``."""
    write_text(to_html(report), stem.with_suffix(".html"))
    write_text(to_pdf(report), stem.with_suffix(".pdf"))
    say(f"Report: {stem.with_suffix('.html')} and {stem.with_suffix('.pdf')}")


def read_draw(path: Path) -> dict[str, Any]:
    """Give the record kept beside a sample, or raise UnreadableFile saying what is missing from it."""
    try:
        draw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise UnreadableFile(
            "the record of the draw cannot be read, and a board must be told how its sample was drawn.",
            where=str(path),
            remedy="Draw with `firstpoint run` or `audit draw`, which writes it, or name it with --draw.",
        ) from fault
    missing = [key for key in DRAW_KEYS if key not in draw]
    if missing:
        raise UnreadableFile(
            f"the record of the draw lacks {', '.join(missing)}, which a board must be told.",
            where=str(path),
            remedy="Draw with `firstpoint run`, or with `audit draw --from --to`.",
        )
    return cast("dict[str, Any]", draw)


def refuse_undrawn(marks: pl.DataFrame, frame: pl.DataFrame, draw: Mapping[str, Any]) -> None:
    """Raise Refused where a marked report was not drawn: the draw is repeated from its seed to tell."""
    if auditing.frame_sha256(frame) != draw["frame_sha256"]:
        raise Refused(
            "this is not the frame that the sample was drawn from: its fingerprint differs.",
            where="--frame",
            remedy="Give the frame that was kept beside the sample.",
        )
    drawn = auditing.draw(frame, draw["sizes"], draw["seed"]).rows
    strangers = marks.join(drawn, on="incident_id", how="anti")["incident_id"].unique().sort()
    if strangers.len():
        raise Refused(
            f"{strangers.len()} marked reports were not drawn: they were chosen, and a chosen part flatters.",
            where=f"report {strangers[0]}",
            remedy="Hand in marks of the drawn sample only.",
        )


def read_recommendations(path: Path) -> tuple[Recommendation, ...]:
    """Give the recommendations of an improvement plan.

    The file is CSV with the columns recommendation, deadline (YYYY-MM-DD or empty), owner, status, progress.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return tuple(_recommendation(path, number, row) for number, row in enumerate(rows, start=2))


def recorded_crime_trend(path: Path, area: str | None = None) -> Trend:
    """Give the trend of recorded crime by quarter, with the limits of its ordinary wobble.

    ``path`` is a table of published figures as :func:`firstpoint.insight.read_recorded_crime` takes them.
    """
    trend = insight.quarterly_trend(insight.read_recorded_crime(path, area))
    points = tuple(
        TrendPoint(
            f"{row['quarter_ending']:%b %Y}", row["offences"], row["centre"], row["lower"], row["upper"]
        )
        for row in trend.points.iter_rows(named=True)
    )
    return Trend(
        title="Recorded crime by quarter" + (f": {area}" if area else ""),
        value_name="Crimes recorded in the quarter",
        points=points,
        method=trend.method,
        remark="A signal says that something changed, not what: better recording, new counting rules, more "
        "reporting and more crime look the same here.",
    )


def _criteria(draw: Mapping[str, Any], start: date, end: date) -> SampleCriteria:
    codes: Mapping[str, list[str]] = draw.get("opening_codes", {})
    return SampleCriteria(
        strata=tuple(
            StratumSample(
                STRATUM_TITLES.get(stratum, stratum),
                start,
                end,
                tuple(codes.get(stratum, ())),
                draw["in_frame"][stratum],
                draw["sizes"][stratum],
            )
            for stratum in auditing.in_order(set(draw["sizes"]))
        ),
        frame_sha256=draw["frame_sha256"],
        seed=draw["seed"],
        confidence=draw["confidence"],
        margin_points=draw["half_width_points"],
        how_sizes_were_set=draw["how_sizes_were_set"],
        reports_left_out=sum(draw["left_out"].values()) if "left_out" in draw else None,
        notes=tuple(
            f"Left out of the frame: {count:,}, {reason}."
            for reason, count in draw.get("left_out", {}).items()
        ),
    )


def _refuse_strangers(result: Mapping[str, Any], draw: Mapping[str, Any], marks: pl.DataFrame) -> None:
    """Raise Refused unless the estimate was made from these marks and the marks from this draw."""
    marked = dict(marks.group_by("stratum").agg(pl.col("incident_id").n_unique()).iter_rows())
    said = {row["stratum"]: row["incidents"] for row in result["strata"] if row["estimate"] is not None}
    strangers = [
        name
        for name, number in marked.items()
        if number > draw["sizes"].get(name, 0) or said.get(name, number) != number
    ]
    if strangers:
        raise Refused(
            "the marks, the estimate and the draw do not belong together: their numbers of reports differ.",
            where=f"stratum {', '.join(sorted(strangers))}",
            remedy="Give the marks of this draw, and the estimate made from them.",
        )


def _unmarked(draw: Mapping[str, Any], marks: pl.DataFrame) -> list[str]:
    """Give a sentence for each stratum in which drawn reports have no mark."""
    marked = dict(marks.group_by("stratum").agg(pl.col("incident_id").n_unique()).iter_rows())
    return [
        f"{name}: only {marked.get(name, 0):,} of the {drawn:,} drawn reports are marked."
        for name, drawn in draw["sizes"].items()
        if marked.get(name, 0) < drawn
    ]


def _result_row(stratum: str, row: Mapping[str, Any], marks: pl.DataFrame) -> ResultRow:
    own = marks if stratum == ALL else marks.filter(pl.col("stratum") == stratum)
    return ResultRow(
        stratum=STRATUM_TITLES.get(stratum, stratum),
        incidents=own["incident_id"].n_unique(),
        should_have_been_recorded=int(own["should_record"].sum()),
        were_recorded=int(own["recorded"].sum()),
        rate=row["estimate"],
        low=row.get("low"),
        high=row.get("high"),
        # One method serves every row; it is told once, with the overall rate.
        method=row["method"].rstrip(".") if stratum == ALL else "",
        no_rate_because=row.get("reason", ""),
    )


def _in_a_boards_words(caution: str) -> str:
    """Give a caution with its stratum named as a board names it."""
    stratum, colon, words = caution.partition(":")
    return STRATUM_TITLES[stratum] + colon + words if stratum in STRATUM_TITLES else caution


def _unrecorded(result: Mapping[str, Any], recorded_a_year: int | None) -> UnrecordedCrimes | NoFigure:
    year = result["unrecorded_a_year"]
    if year is None or recorded_a_year is None:
        return NoFigure(
            "the crimes recorded in twelve months are not known",
            "Give recorded_crimes_12m for each stratum in the frame.",
        )
    return UnrecordedCrimes(year["estimate"], year["low"], year["high"], recorded_a_year, year["method"])


def _findings(marks: pl.DataFrame) -> tuple[Finding, ...]:
    return tuple(
        Finding(kind, crimes)
        for kind, crimes in insight.kinds_of_error(marks).select("kind", "crimes").iter_rows()
    )


def _recommendation(path: Path, number: int, row: Mapping[str, str]) -> Recommendation:
    try:
        deadline = date.fromisoformat(row["deadline"]) if row["deadline"] else None
        status = row["status"]
        if status not in STATUSES:
            raise ValueError(f"status {status!r} is not one of {', '.join(STATUSES)}")
        return Recommendation(row["recommendation"], deadline, row["owner"], status, row["progress"])
    except (KeyError, ValueError) as fault:
        raise InputError(
            f"this recommendation cannot be used: {fault}.",
            where=f"{path}, row {number}",
            remedy="Columns: recommendation, deadline (YYYY-MM-DD or empty), owner, status, progress.",
        ) from fault
