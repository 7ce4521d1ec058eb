"""Every check finds the fault that it is for, and is silent about a force in which nothing is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from clean_force import clean_force, extract_of, extracts_of
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint import simulation, vocabulary
from firstpoint.records import check_extracts, read_extract
from firstpoint.records.chance import FALSE_ALARMS
from firstpoint.records.checking import codes, fillers, shares, times, volumes
from firstpoint.records.checking.found import Material
from firstpoint.records.checking.people import class_victims
from firstpoint.records.checking.registry import CHECKS, SEVERITIES, describe_checks
from firstpoint.records.checking.volumes import compare_days

DOCS = Path(__file__).resolve().parents[2] / "docs"
AS_OF = datetime(2026, 12, 1, tzinfo=UTC)
CLEAN = clean_force(7, days=75, a_day=40)
AUTUMN = clean_force(8, days=75, a_day=40, start=date(2026, 9, 1))


def found(frames, check, *, against=(), as_of=AS_OF):
    report = check_extracts(extracts_of(frames), against=against, as_of=as_of)
    return [fault for fault in report.faults if fault.check == check]


def changed(table, *expressions, frames=None):
    frames = dict(frames or CLEAN)
    frames[table] = frames[table].with_row_index("at").with_columns(*expressions).drop("at")
    return frames


def in_rows(column, value, rows):
    """The column with ``value`` in these rows, counted from 0."""
    value = value if isinstance(value, pl.Expr) else pl.lit(value)
    return pl.when(pl.col("at").is_in(list(rows))).then(value).otherwise(pl.col(column)).alias(column)


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def without_half_a_day(frames):
    incidents = frames["incidents"]
    day = pl.col("received_at").dt.date() == date(2026, 5, 28)
    return {**frames, "incidents": incidents.filter(~day)}


def with_the_second_hour_in_the_first(frames):
    moments = [at(2026, 10, 25, 0, minute) for minute in range(1, 60, 4)]
    hour = pl.col("received_at").is_between(at(2026, 10, 25, 0), at(2026, 10, 25, 2))
    kept = {**frames, "incidents": frames["incidents"].filter(~hour)}
    extra = kept["incidents"].head(len(moments)).with_columns(
        received_at=pl.Series(moments).dt.replace_time_zone(None).dt.cast_time_unit("us").dt.replace_time_zone("UTC"),
        incident_id=pl.lit("N") + pl.Series(range(len(moments))).cast(pl.String),
        closed_at=pl.lit(None, pl.Datetime("us", "UTC")),
        closing_code=pl.lit(None, pl.String),
    )  # fmt: skip
    return {**kept, "incidents": pl.concat([kept["incidents"], extra])}


def twins(table, key, rows=3):
    frame = CLEAN[table]
    again = frame.head(rows).with_columns((pl.lit("again-") + pl.col(key)).alias(key))
    return {**CLEAN, table: pl.concat([frame, again])}


BRIEF_TEXT = "Alarm sounding, keyholder told"
FIRST_INCIDENT = CLEAN["incidents"]["incident_id"][3]
LONDON_DAY = pl.col("received_at").dt.convert_time_zone("Europe/London").dt.truncate("1d")
TENTH = range(0, 3000, 10)
IS_OLD_ALARM = (pl.col("at") > 1500) & (pl.col("opening_code") == "ALARM")
IN_EASTFOLD = pl.col("unit") == "Eastfold"

CASES = {
    "points-to-nothing": (
        changed("crimes", in_rows("incident_id", "I-none", [4, 9])), "crimes", "incident_id", 6, 2,
    ),
    "no-entries": (
        {
            **changed("incidents", in_rows("text", None, [3])),
            "log_entries": CLEAN["log_entries"].filter(pl.col("incident_id") != FIRST_INCIDENT),
        },
        "incidents", "incident_id", 5, 1,
    ),
    "own-secondary": (
        changed("incidents", in_rows("secondary_to", pl.col("incident_id"), [5])),
        "incidents", "secondary_to", 7, 1,
    ),
    "out-of-order": (
        changed("crimes", in_rows("recorded_at", pl.col("reported_at") - timedelta(hours=2), [0])),
        "crimes", "recorded_at", 2, 1,
    ),
    "future": (
        changed("crimes", in_rows("recorded_at", at(2027, 1, 5, 3), [1])), "crimes", "recorded_at", 3, 1,
    ),
    "filler-day": (
        changed("crimes", in_rows("occurred_from", at(1900, 1, 1), [6, 7])), "crimes", "occurred_from", 8, 2,
    ),
    "midnight": (
        changed("incidents", in_rows("received_at", LONDON_DAY.dt.convert_time_zone("UTC"), range(200))),
        "incidents", "received_at", 2, 200,
    ),
    "hour-off": (
        changed("crimes", (pl.col("reported_at") + timedelta(hours=1)).alias("reported_at"),
                (pl.col("recorded_at") + timedelta(hours=1)).alias("recorded_at")),
        "crimes", "reported_at", 2, CLEAN["crimes"].height,
    ),
    "doubled-hour": (with_the_second_hour_in_the_first(AUTUMN), "incidents", "received_at", None, 15),
    "unlisted-code": (changed("crimes", in_rows("ho_class", "8ZZ", [2])), "crimes", "ho_class", 4, 1),
    "code-outside-class": (
        changed("crimes", in_rows("ho_class", "34B", [0]), in_rows("ho_code", "045/10", [0])),
        "crimes", "ho_code", 2, 1,
    ),
    "cancelled-without-ground": (
        changed("crimes", in_rows("status", "cancelled", [8])), "crimes", "cancellation", 10, 1,
    ),
    "closed-without-result": (
        changed("incidents", in_rows("closing_code", None, [1, 2, 3])), "incidents", "closing_code", 3, 3,
    ),
    "half-an-outcome": (
        changed("crimes", in_rows("outcome", "16", range(50)),
                in_rows("outcome_at", pl.col("recorded_at") + timedelta(days=1), range(1, 50))),
        "crimes", "outcome_at", 2, 1,
    ),
    "new-code": (
        changed("incidents", in_rows("opening_code", "DRONE", range(2900, 2960))),
        "incidents", "opening_code", None, 0,
    ),
    "vanished-code": (
        changed("incidents", pl.when(IS_OLD_ALARM).then(pl.lit("NOISE")).otherwise(pl.col("opening_code"))
                .alias("opening_code")),
        "incidents", "opening_code", None, 0,
    ),
    "filler-word": (
        changed("crimes", in_rows("recorded_by", "N/K", [10, 20, 30])), "crimes", "recorded_by", 12, 3,
    ),
    "filler-place": (
        changed("incidents", in_rows("easting", 430000.0, TENTH), in_rows("northing", 330000.0, TENTH)),
        "incidents", "easting", 2, None,
    ),
    "filler-age": (
        changed("victims", in_rows("age", 26.0, range(300)), in_rows("age_absent", None, range(300))),
        "victims", "age", 2, None,
    ),
    "victim-against-class": (
        {**changed("crimes", in_rows("ho_class", "19C", [0]), in_rows("ho_code", None, [0])),
         "victims": changed(
             "victims", in_rows("sex", "male", [0]), in_rows("sex_absent", None, [0])
         )["victims"]},
        "crimes", "ho_class", 2, 1,
    ),
    "value-and-reason": (
        changed("victims", in_rows("disability", "none", [4]), in_rows("disability_absent", "refused", [4])),
        "victims", "disability_absent", 6, 1,
    ),
    "silent-gap": (
        changed("victims", in_rows("religion", None, [4, 5]), in_rows("religion_absent", None, [4, 5])),
        "victims", "religion", 6, 2,
    ),
    "empty-value": (
        changed("victims", in_rows("ethnicity", "Not Known", [4]), in_rows("ethnicity_absent", None, [4])),
        "victims", "ethnicity", 6, 1,
    ),
    "volume": (without_half_a_day(CLEAN), "incidents", "received_at", None, 0),
    "missing-by-unit": (
        changed("incidents", pl.when(pl.col("unit") != "Dunmere").then(pl.col("channel")).alias("channel")),
        "incidents", "channel", None, 0,
    ),
    "column-emptied": (
        changed("crimes", pl.when(pl.col("at") < 2000).then(pl.col("suspects")).alias("suspects")),
        "crimes", "suspects", None, 0,
    ),
    "late-by-unit": (
        changed("crimes", pl.when(IN_EASTFOLD).then(pl.col("recorded_at") + timedelta(hours=30))
                .otherwise(pl.col("recorded_at")).alias("recorded_at")),
        "crimes", "recorded_at", None, 0,
    ),
    "empty-text": (changed("incidents", in_rows("text", "asb", [11])), "incidents", "text", 13, 1),
    "same-text": (changed("incidents", in_rows("text", BRIEF_TEXT, range(6))), "incidents", "text", 2, 6),
    "same-content": (twins("crimes", "crime_id"), "crimes", "crime_id", CLEAN["crimes"].height + 2, 3),
}  # fmt: skip
"""For each check: a force with its fault planted; the table, column, first row and count to be named."""

ELSEWHERE = {
    "as-read",
    "required-cell",
    "repeated-key",
    "clock-change",
    "impossible-age",
    "key-in-two-files",
}
"""Checks whose fault stands in a file, tried in tests of their own below."""


def test_every_check_has_a_fault_planted_for_it():
    assert set(CASES) | set(ELSEWHERE) == set(CHECKS)
    assert not set(CASES) & set(ELSEWHERE)


@pytest.mark.parametrize("check", CASES)
def test_a_planted_fault_is_found_with_its_rows(check):
    frames, table, column, row, rows = CASES[check]
    fault = next(each for each in found(frames, check) if (each.table, each.column) == (table, column))
    assert row is None or fault.row == row
    assert rows is None or fault.rows == rows
    assert fault.remedy
    assert fault.severity == "warning"


@pytest.mark.parametrize("frames", [CLEAN, AUTUMN], ids=["spring", "autumn"])
def test_nothing_is_said_of_a_clean_force(frames):
    assert check_extracts(extracts_of(frames), as_of=AS_OF).faults == ()


def test_a_made_up_force_of_the_simulation_is_clean_but_for_what_it_never_asks():
    force = simulation.make_force(seed=3, incidents=2_500, days=50)
    tables = ("incidents", "log_entries", "crimes", "victims")
    report = check_extracts([extract_of(getattr(force, table), table) for table in tables])
    assert {fault.check for fault in report.faults} <= {"silent-gap"}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 10, 45]), st.sampled_from([0.5, 5, 40]))
def test_no_check_that_looks_at_rows_ever_speaks_of_a_clean_force(seed, days, a_day):
    faults = check_extracts(
        extracts_of(clean_force(seed, days=days, a_day=a_day, words=2)), as_of=AS_OF
    ).faults
    assert [str(each) for each in faults if not CHECKS[each.check].weighs_chance] == []


def test_checks_that_weigh_chance_speak_wrongly_no_more_often_than_is_said():
    forces = 40
    wrong = {name: 0 for name, check in CHECKS.items() if check.weighs_chance}
    for seed in range(forces):
        frames = clean_force(1_000 + seed, days=36, a_day=25, words=1)
        for name in {each.check for each in weighed(frames)}:
            wrong[name] += 1
    # Were the chance of each as large as is said, four of forty would come less than once in a thousand.
    assert forces * FALSE_ALARMS < 1
    assert max(wrong.values()) <= 3, wrong


def weighed(frames):
    """What the looks that weigh chance find, without the others."""
    extracts = extracts_of({table: frames[table] for table in ("incidents", "crimes", "victims")})
    looks = (
        times.too_many_midnights,
        times.second_hour_missing,
        codes.new_and_vanished,
        fillers.filler_ages,
        volumes.days_out_of_line,
        shares.empty_beyond_others,
        shares.filled_no_more,
        shares.late_beyond_others,
    )
    for extract in extracts:
        for look in looks:
            yield from look(Material(extract, tuple(extracts)))


@pytest.mark.parametrize(
    ("mean", "wider", "season"), [(15, 1, 0.0), (60, 4, 0.0), (1700, 1, 0.1), (1700, 6, 0.1)]
)
def test_days_of_chance_alone_are_within_their_limits(mean, wider, season):
    chance = np.random.default_rng(5)
    alarms = sum(
        compare_days(days_like(chance, 200, mean, wider, season))["out_of_line"].any() for _ in range(100)
    )
    # At one in a hundred, six or more of a hundred would come once in two thousand times.
    assert alarms <= 5


def days_like(chance, days, mean, wider, season):
    """Days with a weekly pattern, a season, and a variance ``wider`` times that of chance alone."""
    week = np.array([0.95, 0.94, 0.96, 1.0, 1.12, 1.15, 0.98])[np.arange(days) % 7]
    expected = mean * week * (1 + season * np.sin(2 * np.pi * np.arange(days) / 365))
    if wider > 1:
        expected = chance.gamma(expected / (wider - 1), wider - 1)
    return series_of(chance.poisson(expected))


def series_of(rows):
    first = date(2026, 4, 6)
    days = [first + timedelta(days=at) for at in range(len(rows))]
    return pl.DataFrame({"day": days, "rows": pl.Series(rows, dtype=pl.Int64)})


@pytest.mark.parametrize("lost", [0.3, 0.5, 1.0])
def test_a_day_that_lost_a_third_of_its_rows_is_found_in_a_large_force(lost):
    days = days_like(np.random.default_rng(1), 100, 1700, 2, 0.05)
    rows = days["rows"].to_numpy().copy()
    rows[80] = round(rows[80] * (1 - lost))
    compared = compare_days(series_of(rows))
    assert compared.filter("out_of_line")["day"].to_list() == [days["day"][80]]


def test_a_day_without_any_row_is_a_day():
    rows = np.full(50, 100)
    days = series_of(rows).filter(pl.col("day") != date(2026, 5, 20))
    odd = compare_days(days).filter("out_of_line")
    assert odd.select("day", "rows").rows() == [(date(2026, 5, 20), 0)]


def test_expected_rows_are_the_median_of_the_same_weekday_before():
    rows = np.full(35, 100)
    rows[[0, 7, 14, 21]] = [80, 120, 90, 130]
    assert compare_days(series_of(rows))["expected"].to_list()[28] == pytest.approx(105, abs=0.1)


def test_too_few_weeks_are_compared_with_nothing():
    assert compare_days(series_of(np.full(28, 100)))["expected"].null_count() == 28
    assert compare_days(pl.DataFrame(schema={"day": pl.Date, "rows": pl.Int64})).is_empty()


def test_a_day_is_held_against_the_weeks_of_an_earlier_extract():
    whole = AUTUMN["incidents"]
    later = whole.filter(pl.col("received_at") >= at(2026, 11, 10))
    earlier = whole.filter(pl.col("received_at") < at(2026, 11, 10))
    thin = {"incidents": later.filter(pl.col("received_at").dt.hour() < 8)}
    assert found(thin, "volume") == []
    against = [extract_of(earlier, "incidents", "before.csv")]
    assert "Too few rows" in found(thin, "volume", against=against)[0].message
    assert found({"incidents": later}, "volume", against=against) == []


def test_codes_are_held_against_an_earlier_extract():
    earlier = [extract_of(CLEAN["incidents"].head(1500), "incidents", "before.csv")]
    later = {"incidents": CLEAN["incidents"].tail(1500)}
    assert found(later, "new-code", against=earlier) == found(later, "vanished-code", against=earlier) == []
    renamed = {
        "incidents": later["incidents"].with_columns(pl.col("opening_code").replace("ASB", "NUISANCE"))
    }
    assert "NUISANCE" in found(renamed, "new-code", against=earlier)[0].message
    assert "ASB" in found(renamed, "vanished-code", against=earlier)[0].message


def test_a_column_renamed_overnight_is_found_against_an_earlier_extract():
    earlier = [extract_of(CLEAN["crimes"].head(1000), "crimes", "before.csv")]
    later = CLEAN["crimes"].tail(500)
    assert found({"crimes": later}, "column-emptied", against=earlier) == []
    emptied = {"crimes": later.with_columns(victim_id=pl.lit(None, pl.String))}
    assert [each.column for each in found(emptied, "column-emptied", against=earlier)] == ["victim_id"]


def test_faults_found_in_reading_stand_under_their_check(write):
    rows = "C1,2026-04-01T09:00\nC1,2026-04-02T09:00\nC2,soon\nC3,\nC4,2026-10-25T01:30\n"
    crimes = read_extract(write("crimes.csv", "crime_id,recorded_at\n" + rows), "crimes")
    victims = read_extract(write("victims.csv", "victim_id,age\nV1,150\n"), "victims")
    again = read_extract(write("more.csv", "victim_id,age\nV1,15\n"), "victims")
    checks = [fault.check for fault in check_extracts([crimes, victims, again]).faults]
    for check in ELSEWHERE:
        assert check in checks, check


def test_the_future_is_looked_for_only_where_somebody_says_when_it_is():
    frames = changed("crimes", in_rows("recorded_at", at(2027, 1, 5, 3), [1]))
    assert found(frames, "future", as_of=None) == []


def test_the_worst_comes_first():
    frames = changed("crimes", in_rows("ho_class", "8ZZ", [2]), in_rows("recorded_by", "N/K", range(100)))
    report = check_extracts(extracts_of(frames))
    grades = [CHECKS[fault.check].rank for fault in report.worst_first()]
    assert grades == sorted(grades)
    assert report.worst_first()[0].check == "unlisted-code"


@pytest.mark.parametrize("filler", fillers.fillers(), ids=lambda each: each.id)
def test_every_filler_hits_and_misses_what_it_says(filler):
    seen = pl.Series([*filler.hits, *filler.misses]).str.contains(filler.pattern)
    assert seen.to_list() == [True] * len(filler.hits) + [False] * len(filler.misses)


def test_the_classes_with_a_victim_of_a_kind_are_classes():
    assert set(class_victims()["ho_class"]) <= set(vocabulary.offence_classes())


def test_a_child_at_the_time_of_an_old_offence_fits_its_class():
    old = changed(
        "crimes",
        in_rows("ho_class", "19E", [0, 1]),
        in_rows("ho_code", None, [0, 1]),
        in_rows("occurred_from", at(1985, 3, 4), [0]),
    )
    women = [
        in_rows("sex", "female", [0, 1]),
        in_rows("sex_absent", None, [0, 1]),
        in_rows("age", 51.0, [0, 1]),
    ]
    old["victims"] = changed("victims", *women, in_rows("age_absent", None, [0, 1]))["victims"]
    faults = [each for each in found(old, "victim-against-class") if "too old" in each.message]
    assert [(each.row, each.rows) for each in faults] == [(3, 1)]


def test_the_words_of_a_log_stand_in_no_finding():
    frames = changed("incidents", in_rows("text", "The private words of somebody", range(6)))
    report = check_extracts(extracts_of(frames))
    assert "private words" not in report.text() + str(report.as_dict())


def test_the_text_of_the_logs_is_never_gathered(monkeypatch):
    seen = []
    collect = pl.LazyFrame.collect

    def watched(self, *args, **kwargs):
        frame = collect(self, *args, **kwargs)
        seen.extend(name for name, kind in frame.schema.items() if name == "text" and kind == pl.String)
        return frame

    monkeypatch.setattr(pl.LazyFrame, "collect", watched)
    check_extracts(extracts_of(CLEAN))
    assert seen == []


def test_the_page_of_checks_is_the_table_of_checks():
    assert (DOCS / "checks.md").read_text("utf-8") == describe_checks()


def test_every_check_says_all_that_a_reader_needs():
    for check in CHECKS.values():
        assert check.severity in SEVERITIES
        assert check.tables
        for words in (check.means, check.matters, check.remedy):
            assert words.endswith("."), check.id


def test_an_empty_table_is_checked_without_a_word():
    frames = {table: frame.clear() for table, frame in CLEAN.items()}
    assert check_extracts(extracts_of(frames), as_of=AS_OF).faults == ()


def test_a_code_of_the_weekend_is_neither_new_nor_vanished_because_the_extract_ends_on_a_friday():
    weekend = pl.col("received_at").dt.weekday() >= 6
    busy = CLEAN["incidents"].with_columns(
        opening_code=pl.when(weekend)
        .then(pl.lit("NOISE"))
        .otherwise(pl.col("opening_code").replace("NOISE", "ASB"))
    )
    friday = {"incidents": busy.filter(pl.col("received_at") < at(2026, 6, 12, 22))}
    assert found(friday, "new-code") == found(friday, "vanished-code") == []
    day = {"incidents": busy.filter(pl.col("received_at").dt.date() == date(2026, 6, 11))}
    earlier = [extract_of(busy.filter(pl.col("received_at") < at(2026, 6, 11)), "incidents", "before.csv")]
    assert found(day, "vanished-code", against=earlier) == []
