import polars as pl

from firstpoint import auditing


def marks(marked: int, chance: float) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "stratum": ["violence"] * marked,
            "incident_id": [f"V{n}" for n in range(marked)],
            "should_record": [1] * marked,
            "recorded": [n % 10 > 0 for n in range(marked)],
            "inclusion_probability": [chance] * marked,
        }
    ).with_columns(pl.col("recorded").cast(pl.Int64))


FRAME = pl.DataFrame({"stratum": ["violence"], "incidents": [1000]})


def told(result: auditing.AuditResult) -> bool:
    return any("only" in words and "are marked" in words for words in result.cautions)


def test_a_sample_marked_whole_carries_no_such_caution() -> None:
    assert not told(auditing.estimate(marks(100, 0.1), FRAME))


def test_one_report_left_unmarked_is_told() -> None:
    assert told(auditing.estimate(marks(99, 0.1), FRAME))


def test_marks_that_carry_no_chance_cannot_tell() -> None:
    assert not told(auditing.estimate(marks(60, 0.1).drop("inclusion_probability"), FRAME))


def test_a_ruling_stands_before_readings_and_a_second_reading_never() -> None:
    rows = pl.DataFrame(
        {
            "stratum": ["violence"] * 4,
            "incident_id": ["V1", "V1", "V1", "V2"],
            "should_record": [1, 3, 2, 1],
            "recorded": [1, 1, 1, 1],
            "reading": ["first", "second", "ruling", "first"],
        }
    )
    standing = auditing.standing_readings(rows)
    assert standing.select("incident_id", "should_record").rows() == [("V1", 2), ("V2", 1)]


def test_marks_without_readings_stand_as_they_are() -> None:
    rows = marks(3, 0.1)
    assert auditing.standing_readings(rows).equals(rows)


def test_a_row_that_came_in_twice_is_told_and_a_row_a_crime_is_not() -> None:
    rows = marks(60, 0.1).drop("inclusion_probability")
    three = rows.head(1).with_columns(incident_id=pl.lit("V90"), should_record=pl.lit(3, dtype=pl.Int64))
    several = pl.concat([rows, three])
    twice = pl.concat([several, several.filter(incident_id="V90")])
    assert any("V90" in words and "twice" in words for words in auditing.estimate(twice, FRAME).cautions)
    a_crime_a_row = pl.concat([rows, rows.head(1)])
    assert not any("twice" in words for words in auditing.estimate(a_crime_a_row, FRAME).cautions)
