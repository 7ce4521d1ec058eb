"""The published figures of 2017 come out of our arithmetic, and so does what pooling did to them."""

from __future__ import annotations

import csv

import pytest
from audit_builders import SHARED

from firstpoint.auditing import december_2017_audit, inspection_2017, unrecorded_a_year


def test_the_december_2017_table_reproduces_as_rates() -> None:
    audit = december_2017_audit()
    rows = {row["stratum"]: row for row in audit.table.iter_rows(named=True)}
    assert [(row["should_record"], row["recorded"]) for row in rows.values()] == [
        (216, 199),
        (266, 222),
        (235, 223),
    ]
    assert [row["records_read"] for row in rows.values()] == [228, 213, 228]
    assert [round(row["rate_percent"]) for row in rows.values()] == [92, 83, 95]
    assert [row["published_rate"] for row in rows.values()] == [92, 83, 95]


def test_pooling_gives_the_published_ninety_and_a_weighted_figure_would_not() -> None:
    audit = december_2017_audit()
    assert (audit.recorded, audit.should_record) == (644, 717)
    assert round(audit.pooled_percent, 1) == 89.8
    assert round(audit.pooled_percent) == audit.published_overall == 90
    weighted = audit.weighted["rate_percent"]
    assert (round(weighted.min(), 1), round(weighted.max(), 1)) == (93.2, 93.7)
    assert audit.weighted["points_above_pooled"].min() > 3.0


def test_pooling_is_explained_in_words_with_its_figures() -> None:
    words = december_2017_audit().on_pooling
    for part in ("89.8 %", "37 %", "93.2 to 93.7 %", "not an estimate for the force"):
        assert part in words


def test_no_interval_is_made_up_for_the_december_2017_audit() -> None:
    audit = december_2017_audit()
    assert "not published" in audit.no_intervals
    assert "cannot be rebuilt" in audit.no_intervals
    assert not [name for name in audit.table.columns if name in ("low", "high", "standard_error")]


def test_the_published_rate_carries_to_24_668_unrecorded_crimes() -> None:
    unrecorded = unrecorded_a_year(125_745, (83.6, 81.75, 85.45))
    assert round(unrecorded.estimate) == 24_668
    assert (round(unrecorded.low), round(unrecorded.high)) == (21_411, 28_072)


def test_the_inspection_stands_beside_its_published_number() -> None:
    inspection = inspection_2017()
    assert inspection.rates == {"overall": (83.6, 1.85), "violence": (79.2, 3.26)}
    assert inspection.unrecorded_published == 24_300
    assert round(inspection.unrecorded.estimate) == 24_668
    assert inspection.unrecorded.low < inspection.unrecorded_published < inspection.unrecorded.high


def _recorded(year_ending: str) -> dict[str, int]:
    path = SHARED / "data" / "real" / "uk" / "prc_kent_rolling_year_2012_2018.csv"
    if not path.is_file():
        pytest.skip("the published recorded crime is not beside this checkout")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["year_ending"] == year_ending]
    return {row["offence"]: int(row["offences_12m"]) for row in rows}


@pytest.mark.shared
def test_recorded_crime_of_the_year_to_december_2016_is_as_shipped() -> None:
    assert sum(_recorded("2016-12-31").values()) == inspection_2017().recorded_crimes_12m == 125_745


@pytest.mark.shared
def test_the_offence_mix_is_that_of_the_year_to_september_2017() -> None:
    recorded = _recorded("2017-09-30")
    violence = sum(
        recorded[name]
        for name in (
            "Violence with injury",
            "Violence without injury",
            "Stalking and harassment",
            "Homicide",
            "Death or serious injury caused by illegal driving",
        )
    )
    total = sum(recorded.values())
    assert violence / total == pytest.approx(0.357, abs=0.001)
    assert recorded["Sexual offences"] / total == pytest.approx(0.035, abs=0.001)
