"""Reports counted in columns say what the readable interpreter says of each of them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from report_mix import json_lines
from report_mix import reports as mixed
from report_strategies import reports
from row_comparison import REFUSED, column_row, disagreements, frame_of, plain_row
from test_counting_cases import OWN, SHARED, cases_in

from firstpoint.counting import count_frame, listed_books
from firstpoint.counting.columns import frames
from firstpoint.errors import InputError


@pytest.fixture(autouse=True)
def _in_columns_however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "FEW", 0)


ASSAULT: dict[str, Any] = {"kind": "assault", "victims": ["v1"], "injury": "minor"}
REPORT: dict[str, Any] = {
    "schema_version": 1,
    "report_id": "r1",
    "reported_at": "2026-06-15T10:00:00+01:00",
    "allegations": [ASSAULT],
}
ONE_8N = (1, [{"ho_class": "8N", "ho_code": "008/06", "count": 1}])


def said(**more: Any) -> str:
    return json.dumps(REPORT | more)


def alleged(**more: Any) -> str:
    return said(allegations=[ASSAULT | more])


def row_for(text: str, **options: Any) -> dict[str, Any]:
    """Give the row of a report that stands in a frame between two good ones, which it must not spoil."""
    whole = count_frame(frame_of([said(), text, said()]), **options).to_dicts()
    assert [row["fault"] for row in whole[::2]] == [None, None]
    row: dict[str, Any] = whole[1]
    return row


def what_it_requires(row: dict[str, Any]) -> tuple[Any, Any]:
    return row["total"], row["crimes"]


def test_our_own_worked_cases_are_counted_alike():
    texts = [json.dumps(case["report"]) for path in OWN for case in cases_in(path)]
    assert disagreements(texts, reconstructed=True) == []


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.is_file(), reason="the shared folder with the worked cases is not beside the checkout"
)
def test_shared_worked_cases_are_counted_alike():
    assert disagreements([json.dumps(case["report"]) for case in cases_in(SHARED)], reconstructed=True) == []


def test_mixed_reports_of_today_are_counted_alike():
    assert disagreements(json_lines(1_500, 41).decode().splitlines()) == []


def test_mixed_reports_of_every_book_are_counted_alike():
    texts = [
        text
        for seed, book in enumerate(listed_books())
        for text in json_lines(60, seed, book_day=book.valid_from).decode().splitlines()
    ]
    assert disagreements(texts, reconstructed=True) == []


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(reports())
def test_any_report_is_counted_alike(report: dict[str, Any]) -> None:
    assert disagreements([json.dumps(report)]) == []


def test_fields_as_columns_say_the_same_as_json():
    told = list(mixed(600, 42))
    as_columns = pl.from_dicts(told, infer_schema_length=None)
    as_text = frame_of(json.dumps(report) for report in told)
    assert as_columns.schema["allegations"].inner.fields
    assert count_frame(as_columns).equals(count_frame(as_text))


def test_null_columns_are_fields_left_out():
    with_nulls = pl.DataFrame(
        {
            "schema_version": [1, 1],
            "reported_at": [REPORT["reported_at"]] * 2,
            "allegations": [[ASSAULT | {"when": {"from": "2026-06-01", "to": None}, "offender": None}], None],
            "reporter": pl.Series([{"role": None}, None], dtype=pl.Struct({"role": pl.String})),
            "note": pl.Series([None, None], dtype=pl.String),
        }
    )
    first, second = count_frame(with_nulls).to_dicts()
    assert what_it_requires(first) == ONE_8N
    assert (second["decision"], second["total"], second["fault"]) == ("incident_only", 0, None)


def test_a_day_as_a_polars_date_reads_as_a_date():
    frame = pl.from_dicts([REPORT | {"allegations": [ASSAULT | {"when": {"from": date(2026, 6, 1)}}]}])
    assert what_it_requires(count_frame(frame).to_dicts()[0]) == ONE_8N


def test_a_whole_number_that_became_a_float_is_a_fault_with_its_remedy():
    frame = pl.from_dicts([REPORT | {"allegations": [ASSAULT | {"times": 3.0}]}])
    (row,) = count_frame(frame).to_dicts()
    assert "/allegations/0/times" in row["fault"]
    assert "Write 3" in row["fault"]


def test_rows_stand_in_the_order_of_the_reports(monkeypatch: pytest.MonkeyPatch):
    texts = json_lines(400, 43).decode().splitlines()
    texts[10:10], texts[200:200] = ["no report"], [""]
    whole = count_frame(frame_of(texts), workers=1)
    known = [json.loads(text)["report_id"] if text.startswith("{") else None for text in texts]
    assert whole["report_id"].to_list() == known
    monkeypatch.setattr(frames, "AT_ONCE", 7)
    for workers in (1, 2, 5):
        assert count_frame(frame_of(texts), workers=workers).equals(whole)
    alone = pl.concat([count_frame(frame_of([text])) for text in texts[:40]])
    assert alone.equals(whole[:40])


def test_an_empty_frame_gives_no_rows():
    assert count_frame(frame_of([])).schema == count_frame(frame_of([said()])).schema
    assert len(count_frame(frame_of([]))) == 0


def test_a_frame_without_reports_is_refused_with_what_to_give():
    with pytest.raises(InputError, match="column named report"):
        count_frame(pl.DataFrame({"crime": ["x"]}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "not JSON", id="nothing"),
        pytest.param("{", "not JSON", id="half a report"),
        pytest.param(said() + "x", "not JSON", id="more behind it"),
        pytest.param("\ufeff" + said(), "not JSON", id="byte order mark"),
        pytest.param("5", "must be an object", id="a number"),
        pytest.param("null", "must be an object", id="null"),
        pytest.param('["ask"]', "must be an object", id="a list"),
        pytest.param("[" * 5_000 + "]" * 5_000, "nested too deeply", id="deep lists"),
        pytest.param('{"note":' * 50_000, "nested too deeply", id="deep objects"),
        pytest.param("{}", "reported_at", id="empty object"),
        pytest.param(said(nonsense=1), "'nonsense' is not a field", id="unknown field"),
        pytest.param(alleged(kind="murderr"), "Did you mean 'murder'", id="unknown kind"),
        pytest.param(alleged(drug="cocaine"), "/allegations/0: 'drug'", id="attribute of another kind"),
        pytest.param(
            said(allegations=[{"drug": "cocaine", "kind": "assault"}]),
            "/allegations/0: 'drug'",
            id="kind last",
        ),
        pytest.param(said(report_id=None), "/report_id: null", id="null text"),
        pytest.param(said(report_id="e" * 65), "/report_id", id="long id"),
        pytest.param(said(note="x" * 2_001), "/note", id="long note"),
        pytest.param(said(schema_version=True), "/schema_version", id="true for one"),
        pytest.param(said(schema_version=2), "/schema_version", id="version two"),
        pytest.param(alleged(times=0).replace(": 0", ": NaN"), "not JSON", id="NaN"),
        pytest.param(alleged(times=0).replace(": 0", ": 1e999"), "not JSON", id="beyond a float"),
        pytest.param(alleged(times=0).replace(": 0", ": 1.0"), "/allegations/0/times: 1.0", id="1.0"),
        pytest.param(alleged(times=-1), "/allegations/0/times: -1", id="minus one"),
        pytest.param(alleged(times="3"), "/allegations/0/times", id="number as text"),
        pytest.param(alleged(victims=["v1", "v1"]), "/allegations/0/victims", id="victim twice"),
        pytest.param(alleged(hostility=[]), "/allegations/0/hostility", id="no ground"),
        pytest.param(alleged(victims=["V1"]), "/allegations/0/victims/0", id="id in capitals"),
        pytest.param(said(victims=[{"id": "v9", "size": 1}]), "/victims/0", id="size of a victim"),
        pytest.param(
            said(offenders=[{"id": "o9", "household": "h"}]), "/offenders/0", id="home of an offender"
        ),
        pytest.param(said(offenders=[{"id": "v1", "household": "h"}]), "/offenders/0", id="home of v1"),
        pytest.param(said(victims=[{"id": ""}]), "/victims/0/id", id="nobody's id"),
        pytest.param(
            said(victims=[{"id": "v1", "age_band": "under_99"}]), "/victims/0/age_band", id="no such band"
        ),
        pytest.param(
            said(victims=[{"id": "v1", "age_band": "under_18", "duty": "constable"}]),
            "/victims/0/duty",
            id="constable of 17",
        ),
        pytest.param(alleged(during="a9"), "/allegations/0/during", id="link to nothing"),
        pytest.param(
            alleged(victims=[f"v{n}" for n in range(3_000)]), "or give victim_count", id="3,000 victims"
        ),
        pytest.param(
            said(allegations=[{"kind": "assault", "victim_count": 3 * 10**9, "injury": "minor"}]),
            "Correct victim_count",
            id="more crimes than people",
        ),
        pytest.param(
            alleged(when={"from": "2026-02-30"}), "/allegations/0/when/from: 2026-02-30", id="30 Feb"
        ),
        pytest.param(alleged(when={"to": "2026-02-29"}), "/allegations/0/when/to: 2026-02-29", id="29 Feb"),
        pytest.param(alleged(when={"from": "0202-06-15"}), "1900 to 2199", id="year 202"),
        pytest.param(alleged(when={"from": "0001-01-01T00:00:00Z"}), "1900 to 2199", id="year 1"),
        pytest.param(
            alleged(when={"from": "2026-06-15", "to": "2026-06-14T23:30:00Z"}), "ends before", id="backwards"
        ),
        pytest.param(said(reported_at="2026-02-30T10:00:00Z"), "/reported_at", id="reported 30 Feb"),
        pytest.param(said(reported_at="2026-06-15T24:00:00Z"), "/reported_at", id="hour 24"),
        pytest.param(said(reported_at="2016-12-31T23:59:60Z"), "/reported_at", id="second 60"),
        pytest.param(said(reported_at="2026-06-15T10:00:00+24:00"), "/reported_at", id="zone of 24 hours"),
        pytest.param(said(reported_at="0001-01-01T00:00:00+01:00"), "/reported_at", id="before year 1"),
        pytest.param(said(reported_at="9999-12-31T23:59:00-12:00"), "/reported_at", id="after year 9999"),
        pytest.param(said(reported_at="2026-06-15T10:00:00"), "/reported_at", id="no zone"),
        pytest.param(said(reported_at="2013-06-15T10:00:00Z"), "no rule book", id="2013"),
        pytest.param(said(reported_at="2040-06-15T10:00:00Z"), "no rule book", id="2040"),
        pytest.param(said(reported_at="2016-06-15T10:00:00Z"), "reconstructed", id="reconstructed book"),
        pytest.param(
            said(prior_records=[{"id": "p1", "class": "8N", "recorded_on": "2026-02-30"}]),
            "/prior_records/0/recorded_on",
            id="record of 30 Feb",
        ),
        pytest.param(
            said(judgements=[{"about": "crime_in_law", "value": "yes", "on": "2026-02-30"}]),
            "/judgements/0/on",
            id="judged on 30 Feb",
        ),
    ],
)
def test_a_bad_report_is_told_with_its_place_and_stops_no_other(text: str, words: str):
    row = row_for(text)
    assert words in row["fault"]
    assert [row[name] for name in ("decision", "total", "crimes", "trace")] == [None] * 4
    if "nested" not in words and "victim_count" not in words:
        assert plain_row(text) == REFUSED


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(said(force="Forcé"), id="escaped letter"),
        pytest.param(json.dumps(REPORT | {"force": "Forcé"}, ensure_ascii=False), id="letter with accent"),
        pytest.param(said(report_id="é" * 64), id="64 escaped letters"),
        pytest.param(said(report_id=""), id="empty id"),
        pytest.param(said(report_id='a"b\\c\n'), id="quotes in an id"),
        pytest.param(alleged().replace("minor", "m\\u0069nor"), id="escape in a value"),
        pytest.param(alleged().replace("injury", "injur\\u0079"), id="escape in a name"),
        pytest.param(alleged().replace('"injury"', '"injury": "fatal", "injury"'), id="value told twice"),
        pytest.param(
            said().replace('"reported_at"', '"reported_at": "2025-06-15T10:00:00Z", "reported_at"'),
            id="day told twice",
        ),
        pytest.param(
            said().replace('"allegations"', '"allegations": [], "allegations"'), id="list told twice"
        ),
        pytest.param(said().replace(" ", ""), id="no spaces"),
        pytest.param("\r\n\t " + said() + " \n", id="spaces around"),
        pytest.param(said(note="x" * 2_000), id="long note"),
        pytest.param(alleged(times=0).replace(": 0", ": -0"), id="minus nothing"),
        pytest.param(alleged(times=10**9), id="a thousand million times"),
        pytest.param(alleged(times=10**30), id="beyond all numbers"),
        pytest.param(
            said(
                allegations=[{"kind": "meeting_child_after_grooming", "victims": ["v1"]}],
                victims=[{"id": "v1", "age": 2**32}],
            ),
            id="an age beyond all numbers",
        ),
        pytest.param(alleged(victims=[f"v{n}" for n in range(500)]), id="500 victims"),
        pytest.param(said(allegations=[ASSAULT | {"id": f"a{n}"} for n in range(300)]), id="300 allegations"),
        pytest.param(
            said(
                allegations=[{"kind": "rape", "victim_count": 9_999_999, "penetrators_distinct": 9_999_999}]
            ),
            id="open class of ten millions",
        ),
        pytest.param(alleged(when={"from": "2024-02-29"}), id="leap day"),
        pytest.param(
            alleged(when={"from": "2026-06-14T23:30:00Z", "to": "2026-06-15"}), id="midnight in summer"
        ),
        pytest.param(alleged(when={"from": "1995-10-21T23:30:00Z"}), id="summer time of old"),
        pytest.param(alleged(when={"from": "1975-03-16T01:30:00Z", "to": "1975-03-16"}), id="older still"),
        pytest.param(alleged(when={"from": "1970-12-31T23:30:00Z"}), id="clocks an hour ahead all year"),
        pytest.param(alleged(when={}), id="no day"),
        pytest.param(said(reporter={}, school={}, victims=[], offenders=[]), id="empty sections"),
        pytest.param(said(victims=[{"id": "v1", "household": "v1"}]), id="household of itself"),
        pytest.param(said(reported_at="2026-06-15T10:00Z"), id="no seconds"),
        pytest.param(said(reported_at="2026-06-15T10:00:00+23:59"), id="a far zone"),
    ],
)
def test_an_odd_report_is_counted_alike(text: str):
    row = row_for(text)
    assert row["fault"] is None
    assert column_row(row) == plain_row(text)


@pytest.mark.parametrize("name", ["yes", "no", "unknown", "unknowing", "b"])
def test_an_allegation_may_have_any_name_when_it_is_chosen(name: str):
    text = said(
        allegations=[
            {"id": name, "kind": "stalking", "victims": ["v1"], "offender": "o1"},
            {"id": "other", "kind": "rape", "victims": ["v1"], "offender": "o1"},
        ],
        victims=[{"id": "v1", "sex": "female", "age": 30}],
        judgements=[{"about": "principal_choice", "value": name}],
    )
    assert column_row(row_for(text)) == plain_row(text)


def test_a_million_victims_are_a_million_crimes():
    row = row_for(said(allegations=[{"kind": "assault", "victim_count": 1_000_000, "injury": "minor"}]))
    assert row["total"] == 1_000_000


def test_counts_beyond_a_row_are_a_fault_and_never_wrap_round():
    women = [{"id": f"v{n}", "sex": "female", "age": 30} for n in range(40)]
    rape = {"kind": "rape", "victims": [woman["id"] for woman in women], "penetrators_distinct": 9_999_999}
    groups = [rape | {"offender": f"o{n}"} for n in range(8)]
    fewer = row_for(said(allegations=groups[:5], victims=women))
    assert fewer["total"] == 5 * 40 * 9_999_999
    assert "Correct victim_count" in row_for(said(allegations=groups, victims=women))["fault"]


@pytest.mark.parametrize(
    ("moment", "book"),
    [
        ("2026-03-31T22:59:59Z", "2026-02-06"),
        ("2026-03-31T23:00:00Z", "2026-04-01"),
        ("2026-03-31T23:59:59+01:00", "2026-02-06"),
        ("2026-04-01T00:00:00+01:00", "2026-04-01"),
        ("2026-04-01T04:00:00+05:30", "2026-02-06"),
        ("2025-10-31T23:59:59Z", "2025-04-01"),
        ("2025-11-01T00:00:00Z", "2025-11-01"),
        ("2025-11-01T00:30:00+01:00", "2025-04-01"),
    ],
)
def test_the_book_is_that_of_the_day_in_london(moment: str, book: str):
    row = row_for(said(reported_at=moment), reconstructed=True)
    assert row["book"] == book
    assert column_row(row) == plain_row(said(reported_at=moment), reconstructed=True)


@pytest.mark.parametrize(
    ("moment", "limit"),
    [
        ("2026-10-24T12:00:00+01:00", datetime(2026, 10, 25, 11, tzinfo=UTC)),
        ("2026-10-25T00:30:00+01:00", datetime(2026, 10, 25, 23, 30, tzinfo=UTC)),
        ("2026-10-25T01:30:00Z", datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
        ("2027-03-28T00:59:59Z", datetime(2027, 3, 29, 0, 59, 59, tzinfo=UTC)),
        ("2014-06-15T12:00:00+01:00", datetime(2014, 6, 18, 11, tzinfo=UTC)),
    ],
)
def test_the_limit_is_of_real_hours_when_clocks_change(moment: str, limit: datetime):
    assert row_for(said(reported_at=moment), reconstructed=True)["record_by"] == limit


def test_a_chosen_book_counts_all_days():
    from firstpoint.counting import book_named

    book = book_named("2026-04-01")
    for moment in ("1990-10-25T23:30:00Z", "2016-06-15T10:00:00Z", "2040-06-15T10:00:00Z"):
        text = said(reported_at=moment)
        row = row_for(text, book=book)
        assert row["book"] == book.id
        assert column_row(row) == plain_row(text, book=book)
