"""How late crimes are recorded, and in what ways recording fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from firstpoint.errors import InputError
from firstpoint.insight import kinds_of_error, missed_multiple, timeliness

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
TIME = pl.Datetime("us", "UTC")


def after(hours: float | None) -> datetime | None:
    return None if hours is None else START + timedelta(hours=hours)


def incidents(*rows: tuple[str, str | None, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(incident_id, route, after(hours)) for incident_id, route, hours in rows],
        schema={"incident_id": pl.String, "route": pl.String, "received_at": TIME},
        orient="row",
    )


def crimes(*rows: tuple[str, float | None, float | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [(crime_id, after(reported), after(recorded)) for crime_id, reported, recorded in rows],
        schema={"crime_id": pl.String, "reported_at": TIME, "recorded_at": TIME},
        orient="row",
    )


def links(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema={"incident_id": pl.String, "crime_id": pl.String}, orient="row")


def test_a_crime_recorded_within_24_hours_of_the_call_is_in_time() -> None:
    table = timeliness(
        incidents(("I1", "control room", 0), ("I2", "control room", 0)),
        crimes(("C1", 5, 24), ("C2", 5, 24.01)),
        links(("I1", "C1"), ("I2", "C2")),
    )
    row = table.row(0, named=True)
    assert (row["route"], row["in_time"], row["overdue"], row["share_in_time"]) == ("control room", 1, 1, 0.5)
    assert row["median_hours"] == pytest.approx(24.005)


def test_a_crime_without_an_incident_is_timed_from_its_own_report() -> None:
    table = timeliness(incidents(), crimes(("C1", 10, 30)), links())
    assert table.row(0, named=True)["route"] == "recorded directly"
    assert table["in_time"][0] == 1


def test_a_crime_of_two_incidents_is_timed_from_the_earlier() -> None:
    table = timeliness(
        incidents(("I1", "online", 0), ("I2", "front counter", 20)),
        crimes(("C1", 20, 30)),
        links(("I2", "C1"), ("I1", "C1")),
    )
    assert table.rows(named=True)[0]["route"] == "online"
    assert table["overdue"][0] == 1


def test_a_missing_time_or_a_crime_before_its_report_is_not_counted_as_in_time() -> None:
    table = timeliness(
        incidents(("I1", None, 0), ("I2", None, 0)),
        crimes(("C1", 0, None), ("C2", 0, -3)),
        links(("I1", "C1"), ("I2", "C2")),
    )
    row = table.row(0, named=True)
    assert (row["route"], row["not_timed"], row["in_time"], row["share_in_time"]) == ("not given", 2, 0, None)


def test_another_limit_of_hours_and_another_grouping_can_be_chosen() -> None:
    units = incidents(("I1", "A", 0)).rename({"route": "unit"})
    table = timeliness(units, crimes(("C1", 0, 50)), links(("I1", "C1")), by="unit", hours=72)
    assert (table["unit"][0], table["in_time"][0]) == ("A", 1)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="route"):
        timeliness(incidents().drop("route"), crimes(), links())


def marks(*rows: tuple[str, int, int], **more: list[object]) -> pl.DataFrame:
    schema = {"incident_id": pl.String, "should_record": pl.Int64, "recorded": pl.Int64}
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(
        **{name: pl.Series(values) for name, values in more.items()}
    )


def counted(table: pl.DataFrame) -> dict[str, tuple[int, int]]:
    return {kind: (incidents, crimes) for kind, incidents, crimes in table.iter_rows()}


def test_not_recorded_at_all_and_fewer_than_required_are_kept_apart() -> None:
    found = counted(kinds_of_error(marks(("1", 2, 0), ("2", 5, 2), ("3", 1, 1), ("4", 0, 0))))
    assert found == {"not recorded at all": (1, 2), "fewer recorded than required": (1, 3)}


def test_rows_of_one_incident_are_judged_together() -> None:
    found = counted(kinds_of_error(marks(("1", 1, 0), ("1", 1, 1))))
    assert found["not recorded at all"] == (0, 0)
    assert found["fewer recorded than required"] == (1, 1)


def test_wrong_class_and_lateness_and_over_recording_are_counted_where_marked() -> None:
    table = kinds_of_error(
        marks(("1", 2, 2), ("2", 1, 1), right_class=[1, 1], in_time=[True, False], over_recorded=[0, 3])
    )
    found = counted(table)
    assert found["recorded in the wrong class"] == (1, 1)
    assert found["recorded late"] == (1, 1)
    assert found["recorded without need"] == (1, 3)


def test_a_row_left_empty_adds_no_error() -> None:
    found = counted(
        kinds_of_error(marks(("1", 1, 1), ("2", 1, 1), in_time=[None, 0], right_class=[None, None]))
    )
    assert found["recorded late"] == (1, 1)
    assert found["recorded in the wrong class"] == (0, 0)


def test_marks_as_text_from_a_file_are_understood() -> None:
    table = kinds_of_error(marks(("1", 3, 3), ("2", 2, 2), ("3", 1, 1), in_time=["False", "1", ""]))
    assert counted(table)["recorded late"] == (2, 4)


def test_a_mark_that_is_neither_count_nor_true_or_false_is_turned_away() -> None:
    with pytest.raises(InputError, match="perhaps"):
        kinds_of_error(marks(("1", 3, 3), in_time=["perhaps"]))


def test_a_kind_that_nobody_marked_is_absent_and_not_nought() -> None:
    assert "recorded late" not in counted(kinds_of_error(marks(("1", 1, 1))))


def test_offences_that_lack_crimes_in_reports_of_several_come_most_missed_first() -> None:
    table = missed_multiple(
        marks(("1", 2, 1), ("1", 1, 1), ("2", 3, 0), ("3", 1, 0), ho_class=["8N", "49A", "49A", "105A"])
    )
    assert table["ho_class"].to_list() == ["49A", "8N"]
    assert table.row(0) == ("49A", 2, 4, 3, 0.75)
