"""An invented board paper, for the tests of this room: no force, figure or record in it is real."""

from __future__ import annotations

from datetime import date

from firstpoint.reporting import (
    BoardPaper,
    Finding,
    Recommendation,
    ResultRow,
    SampleCriteria,
    Step,
    StratumSample,
    Trend,
    TrendPoint,
    UnrecordedCrimes,
)

METHOD = "stratified ratio estimate, variance by report, logit limits"

RESULTS = (
    ResultRow("Violence against the person", 228, 241, 214, 0.888, 0.8379, 0.9243, METHOD),
    ResultRow("Sexual offences", 213, 266, 222, 0.8346, 0.715, 0.9187, METHOD),
    ResultRow("All other crime", 228, 235, 223, 0.9489, 0.9141, 0.9701, METHOD),
)
OVERALL = ResultRow("Whole force", 669, 742, 659, 0.9217, 0.8935, 0.9433, METHOD)

QUARTERS = tuple(f"{year} Q{quarter}" for year in (2023, 2024, 2025) for quarter in (1, 2, 3, 4))
RECORDED = (18210, 18544, 18830, 17920, 18101, 18650, 18412, 18377, 20310, 20655, 21120, 20480)


def invented_trend() -> Trend:
    points = []
    for place, (quarter, value) in enumerate(zip(QUARTERS, RECORDED, strict=True)):
        centre = 18380 if place < 8 else 20641
        points.append(TrendPoint(quarter, value, centre, centre - 1150, centre + 1150))
    return Trend(
        title="Crimes recorded by quarter",
        value_name="Crimes recorded",
        points=tuple(points),
        steps=(Step("2025 Q1", "recording at first contact began"),),
        method="Individuals chart: mean ± 2.66 × the average moving range, from new at the step.",
        remark="Recorded crime rose from 2025 on. Better recording can be part of such a rise.",
    )


RECOMMENDATIONS = (
    Recommendation(
        "Find and close the gaps in the systems and processes by which reports of crime are recorded.",
        date(2026, 1, 15),
        "Deputy Chief Constable",
        "done",
        "Gap review accepted by chief officers; every action in it is complete.",
        (
            "review the quality of incident records;",
            "give call handling a consistent quality check; and",
            "put right what the investigation management unit misses.",
        ),
    ),
    Recommendation(
        "Record every reported rape without delay and use N100 as intended.",
        date(2026, 1, 15),
        "Head of Public Protection",
        "done",
        "New N100 records are checked each day; the review period is now two weeks.",
    ),
    Recommendation(
        "Review secondary incident records in which a crime was disclosed.",
        date(2026, 4, 15),
        "Force Crime and Incident Registrar",
        "in progress",
        "Review finished; the quality check on secondary incidents starts next month.",
    ),
    Recommendation(
        "Train everyone who decides whether a crime is recorded.",
        date(2026, 7, 15),
        "Head of Learning",
        "in progress",
        "Control room and investigation management unit trained; patrol teams follow.",
    ),
    Recommendation(
        "Ask every victim about every protected characteristic.",
        None,
        "Chief Constable",
        "disputed",
        "The force has written that asking where it has no bearing on the offence is not proportionate.",
    ),
)


def invented_paper(**changes: object) -> BoardPaper:
    """Give the invented paper, with some of its values changed."""
    codes = {
        "Violence against the person": ("Violence", "Domestic incident", "Harassment"),
        "Sexual offences": ("Rape", "Sexual offence other"),
        "All other crime": ("Burglary", "Criminal damage", "Theft", "Vehicle crime"),
    }
    frame = {"Violence against the person": 6120, "Sexual offences": 604, "All other crime": 9415}
    values: dict[str, object] = {
        "force": "Westmarch Constabulary",
        "period": "1 January to 31 March 2026",
        "prepared_on": date(2026, 5, 6),
        "sample": SampleCriteria(
            strata=tuple(
                StratumSample(
                    r.stratum,
                    date(2026, 1, 1),
                    date(2026, 3, 31),
                    codes[r.stratum],
                    frame[r.stratum],
                    r.incidents,
                )
                for r in RESULTS
            ),
            frame_sha256="9f2c1f0be5a54c1b7d0e8ab7f6a3f1de02b1c8f4b7a6d5e4c3b2a1908f7e6d5c",
            seed=20260401,
            confidence=0.95,
            margin_points=3,
            how_sizes_were_set="Sizes assume that 95 of 100 crimes are recorded, one crime to a report.",
            notes=(
                "Auditors read the whole log and listened to the first call.",
                "Reports already read in the daily check stayed in the frame.",
            ),
        ),
        "results": RESULTS,
        "overall": OVERALL,
        "unrecorded": UnrecordedCrimes(
            7030,
            4974,
            9864,
            82750,
            "Recorded crimes of the year to March 2026 × (1 − rate) ÷ rate, at both limits and the estimate.",
        ),
        "findings": (
            Finding("not recorded at all", 52, "Most were opened as domestic incidents."),
            Finding("fewer recorded than required", 31, "Two reports of many messages account for most."),
            Finding("recorded in the wrong class", 12),
            Finding("recorded late", 3),
        ),
        "recommendations": RECOMMENDATIONS,
        "trend": invented_trend(),
        "method": ("Rates are ratios by stratum, weighted by the reports in each frame.",),
        "excluded": (
            "fraud, which is recorded nationally;",
            "records held outside the incident and crime systems.",
        ),
        "made_up": True,
    }
    return BoardPaper(**(values | changes))  # type: ignore[arg-type]
