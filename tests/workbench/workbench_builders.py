"""A small invented force for the workbench's tests: incidents, crimes, people, an audit, a paper."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from firstpoint import auditing, casework
from firstpoint.records import TABLES, Extract
from firstpoint.reporting import (
    BoardPaper,
    Finding,
    Recommendation,
    ResultRow,
    SampleCriteria,
    StratumSample,
    UnrecordedCrimes,
)

PASSWORD = "correct horse battery"
ROLES = tuple(each.role for each in casework.roles())

# Opening code and log; an upright bar parts the entries. Every word is invented.
LOGS = (
    (
        "domestic",
        "Caller states her ex-partner punched her in the face and her lip is bleeding.|"
        "He also smashed her phone against the wall. Children are in the next room.|Officers attending.",
    ),
    ("assault", "Caller says two males punched him outside the kebab shop, black eye. Does not know them."),
    ("criminal damage", "Neighbour has kicked the front door in, door panel broken. About 200 pounds."),
    ("theft", "Caller reports his bicycle was stolen from outside the library this afternoon, lock cut."),
    ("suspicious", "Male seen looking over garden walls, gone on arrival. No offences disclosed."),
    ("domestic", "Verbal argument only between partners. Caller states no assault.|Words of advice."),
    ("harassment", "Ex-partner keeps sending messages, thirty this week, says he will kill her. Scared."),
    ("burglary", "Came home and found the back window smashed, jewellery taken from the bedroom."),
    ("robbery", "Youth had his phone snatched, pushed to the ground and told he would be stabbed."),
    ("noise", "Loud music from flat 3, has stopped now. No further complaints."),
    ("sexual offence", "School reports a pupil aged 14 disclosed that a man touched her breast on the bus."),
    ("shoplifting", "Store detective detained female who took meat worth 60 pounds without paying."),
)


def incident_frame(count: int = len(LOGS), *, now: datetime | None = None) -> pl.DataFrame:
    """So many incidents, three hours apart, the newest an hour before ``now``."""
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    rows = [
        {
            "incident_id": f"MK-{number:05d}",
            "force": "Made-up force",
            "received_at": now - timedelta(hours=1 + 3 * number),
            "channel": "telephone",
            "route": "control room",
            "taken_by": "op-17",
            "team": "Team C",
            "opening_code": LOGS[number % len(LOGS)][0],
            "unit": "North",
            "domestic": LOGS[number % len(LOGS)][0] == "domestic",
            "text": LOGS[number % len(LOGS)][1].replace("|", "\n"),
        }
        for number in range(count)
    ]
    return canonical("incidents", rows)


def entry_frame(incidents: pl.DataFrame) -> pl.DataFrame:
    """The log entries that the incidents' texts are joined from, five minutes apart."""
    rows = [
        {
            "incident_id": row["incident_id"],
            "entry_at": row["received_at"] + timedelta(minutes=5 * place),
            "author": f"op-{17 + place}",
            "text": part,
        }
        for row in incidents.to_dicts()
        for place, part in enumerate(row["text"].split("\n"))
    ]
    return canonical("log_entries", rows)


def crime_frame(incidents: pl.DataFrame, numbers: Sequence[int] = (3, 7, 11)) -> pl.DataFrame:
    """A recorded crime for these incidents, two hours after the report."""
    rows = [
        {
            "crime_id": f"CR/{row['incident_id']}",
            "incident_id": row["incident_id"],
            "reported_at": row["received_at"],
            "recorded_at": row["received_at"] + timedelta(hours=2),
            "victim_id": f"V-{number}",
            "title": "As recorded",
            "status": "recorded",
        }
        for number, row in enumerate(incidents.to_dicts())
        if number in numbers
    ]
    return canonical("crimes", rows)


def victim_frame(crimes: pl.DataFrame) -> pl.DataFrame:
    """The victims that the crimes name."""
    return canonical(
        "victims", [{"victim_id": name, "age": 34.0, "sex": "female"} for name in crimes["victim_id"]]
    )


def canonical(table: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a canonical frame, with every column that the table has."""
    schema = {column.name: column.dtype for column in TABLES[table].columns}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def extract(table: str, frame: pl.DataFrame, *, name: str = "") -> Extract:
    """A frame as an extract that was read without a fault."""
    digest = hashlib.sha256(frame.write_json().encode()).hexdigest()
    none = pl.DataFrame(schema={"row": pl.Int64(), "column": pl.String(), "reason": pl.String()})
    return Extract(
        table=table,
        path=Path(name or f"{table}.csv"),
        sha256=digest,
        rows_read=frame.height,
        frame=frame,
        rejects=none,
        warnings=none,
        faults=(),
        row_numbers=pl.Series(range(2, frame.height + 2), dtype=pl.Int64()),
    )


def extracts(count: int = len(LOGS)) -> list[Extract]:
    """The four extracts of so many incidents."""
    incidents = incident_frame(count)
    crimes = crime_frame(incidents)
    frames = {
        "incidents": incidents,
        "log_entries": entry_frame(incidents),
        "crimes": crimes,
        "victims": victim_frame(crimes),
    }
    return [extract(table, frame) for table, frame in frames.items()]


def sample(reports: int = 6) -> auditing.Sample:
    """A sample of two strata from the first incidents."""
    ids = [f"MK-{number:05d}" for number in range(len(LOGS))]
    frame = pl.DataFrame(
        {"stratum": ["violence" if place % 2 else "other" for place in range(len(ids))], "incident_id": ids}
    )
    return auditing.draw(frame, {"violence": reports // 2, "other": reports // 2}, seed=7)


def paper() -> BoardPaper:
    """A board paper on made-up data."""
    row = {"method": "beta interval on the effective sample size", "incidents": 200}
    return BoardPaper(
        force="Made-up force",
        period="April to June 2026",
        prepared_on=date(2026, 7, 6),
        sample=SampleCriteria(
            strata=(
                StratumSample(
                    "violence", date(2026, 4, 1), date(2026, 6, 30), ("domestic", "assault"), 1200, 200
                ),
                StratumSample("other", date(2026, 4, 1), date(2026, 6, 30), ("theft", "burglary"), 2400, 200),
            ),
            frame_sha256="ab" * 32,
            seed=7,
            confidence=0.95,
            margin_points=3.0,
            how_sizes_were_set="Sizes were set for a margin of three points in each stratum.",
        ),
        results=(
            ResultRow(
                "violence",
                should_have_been_recorded=216,
                were_recorded=199,
                rate=0.921,
                low=0.88,
                high=0.95,
                **row,
            ),
            ResultRow(
                "other",
                should_have_been_recorded=235,
                were_recorded=223,
                rate=0.949,
                low=0.91,
                high=0.97,
                **row,
            ),
        ),
        overall=ResultRow(
            "overall",
            should_have_been_recorded=451,
            were_recorded=422,
            rate=0.938,
            low=0.91,
            high=0.96,
            **row,
        ),
        unrecorded=UnrecordedCrimes(
            2300, 1500, 3200, 36_000, "Carried to the recorded crime of twelve months."
        ),
        findings=(
            Finding("not recorded at all", 20, "Mostly opened as domestic."),
            Finding("recorded late", 9),
        ),
        recommendations=(
            Recommendation(
                "Review the quality of incident recording",
                date(2026, 6, 1),
                "Registrar",
                "in progress",
                "Under way.",
            ),
            Recommendation(
                "Train everyone who decides", date(2026, 12, 1), "Chief officer", "open", "Planned."
            ),
        ),
        made_up=True,
    )


# Far above what the database numbers itself.
SEEDED = {kind: 1_000_000 + place for place, kind in enumerate(casework.kinds(), start=1)}
"""The number of a piece of work of each kind in the small invented force; reports to decide begin at 1."""


def open_one_of_each() -> None:
    """A piece of work of each kind that the screen does not open, about the first incident or crime."""
    from django.utils import timezone

    from firstpoint.workbench.incidents.models import Crime, Incident
    from firstpoint.workbench.work.opening import made

    incident, crime = Incident.objects.order_by("pk").first(), Crime.objects.order_by("pk").first()
    for kind, key in SEEDED.items():
        if kind in ("recording", "marking"):
            continue
        about = casework.kind_of_work(kind).about
        item = made(
            kind,
            now=timezone.now(),
            because="test",
            incident=incident if about == "incident" else None,
            crime=crime if about == "crime" else None,
        )
        item.pk, item.particulars = key, {"cancellation_code": "C4", "reported_code": "N100/01"}
        item.save()


def link_one_crime() -> None:
    """A crime that may belong to the first report, for somebody to say; it names another."""
    from firstpoint.workbench.incidents.models import CrimeLink

    CrimeLink.objects.create(
        crime_id="CR/MK-00003",
        incident_id="MK-00000",
        weight=12.5,
        probability=0.4,
        how="likeness",
        band="review",
        reason="reported 4 minutes apart",
        changed_by="tests",
        changed_at=datetime.now(UTC),
    )


def seed(count: int = len(LOGS)) -> None:
    """Fill a prepared database: people of every role, the extracts, a screen, an audit and a paper."""
    from firstpoint.workbench.accounts.people import add_user
    from firstpoint.workbench.audits.sampling import open_audit
    from firstpoint.workbench.boards.publishing import publish
    from firstpoint.workbench.imports.loading import load
    from firstpoint.workbench.imports.screening import screen_held

    for role in ROLES:
        add_user(role, [role], PASSWORD, shown_name=f"A {role.replace('_', ' ')}")
    add_user("both", ["decision_maker", "team_leader"], PASSWORD, shown_name="Both")
    load(extracts(count))
    screen_held(open_from=0.3)
    open_one_of_each()
    link_one_crime()
    open_audit(
        sample(),
        title="Audit of June 2026",
        auditors=["auditor"],
        recorded_crimes_12m={"violence": 9000, "other": 21000},
    )
    publish(paper(), pdf=b"%PDF-1.7 made up")
