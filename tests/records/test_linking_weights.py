"""What a pair weighs, held against weights worked by hand; and what is refused before any engine is asked."""

import math
import random

import polars as pl
import pytest

from firstpoint.errors import InputError, Refused
from firstpoint.records.linking import (
    Block,
    Comparison,
    Level,
    Model,
    Otherwise,
    coded_words,
    weigh,
    weighing,
)
from firstpoint.records.linking.weighing import pairs_of_block

pytest.importorskip("splink", reason="the extra firstpoint[link] is not installed")

UNIT = Comparison(
    "unit", "the unit", (Level("equal", ("unit",), "same unit", m=0.9, u=0.1),), Otherwise("other", 0.1, 0.9)
)
TIME = Comparison(
    "time",
    "the time",
    (
        Level("within", ("minute",), "at most 10 minutes", most=10, m=0.8, u=0.05),
        Level("within", ("minute",), "at most an hour", most=60, m=0.15, u=0.15),
    ),
    Otherwise("far apart", 0.05, 0.8),
)
MODEL = Model("hand", "", "by hand", "many-to-one", 0.5, (Block(("day",)),), (UNIT, TIME))
SCHEMA = {"unique_id": pl.String, "unit": pl.String, "minute": pl.Float64, "day": pl.Int64}
LOGS = pl.DataFrame(
    [("I1", "north", 0.0, 1), ("I2", "south", 100.0, 1), ("I3", None, 500.0, 1)], SCHEMA, orient="row"
)
CRIMES = pl.DataFrame(
    [("C1", "north", 8.0, 1), ("C2", "south", 50.0, 1), ("C3", "north", None, 2)], SCHEMA, orient="row"
)


def by_hand(*ratios):
    return sum(math.log2(m / u) for m, u in ratios)


def test_weights_are_those_of_fellegi_and_sunter_worked_by_hand():
    weighed = weigh(LOGS, CRIMES, MODEL, estimate="none", least_weight=-100)
    found = {(row["left"], row["right"]): row["weight"] for row in weighed.pairs.to_dicts()}
    same, other = (0.9, 0.1), (0.1, 0.9)
    near, hour, far = (0.8, 0.05), (0.15, 0.15), (0.05, 0.8)
    assert found == pytest.approx(
        {
            ("I1", "C1"): by_hand(same, near),  # log2 9 + log2 16 = 7.17
            ("I1", "C2"): by_hand(other, hour),
            ("I2", "C1"): by_hand(other, far),
            ("I2", "C2"): by_hand(same, hour),
            ("I3", "C1"): by_hand(far),  # no unit known: that comparison says nothing
            ("I3", "C2"): by_hand(far),
        }
    )
    assert found["I1", "C1"] == pytest.approx(7.1699, abs=1e-4)


def test_levels_are_told_best_first_and_minus_one_where_nothing_is_known():
    pairs = weigh(LOGS, CRIMES, MODEL, estimate="none", least_weight=-100).pairs
    levels = {(row["left"], row["right"]): (row["level_unit"], row["level_time"]) for row in pairs.to_dicts()}
    assert levels["I1", "C1"] == (0, 0)
    assert levels["I2", "C2"] == (0, 1)
    assert levels["I3", "C1"] == (-1, 2)


def test_records_compared_among_themselves_make_each_pair_once():
    pairs = weigh(LOGS, None, MODEL, estimate="none", least_weight=-100).pairs
    assert sorted(pairs.select("left", "right").iter_rows()) == [("I1", "I2"), ("I1", "I3"), ("I2", "I3")]


@pytest.mark.parametrize(
    ("level", "one", "other", "holds"),
    [
        (Level("share", ("x",), "", most=0.1), 100.0, 91.0, True),
        (Level("share", ("x",), "", most=0.1), 100.0, 89.0, False),
        (Level("after", ("x",), "", least=0, most=5), 10.0, 14.0, True),
        (Level("after", ("x",), "", least=0, most=5), 14.0, 10.0, False),
        (Level("edits", ("x",), "", most=1), "smith", "smyth", True),
        (Level("edits", ("x",), "", most=1), "smith", "smythe", False),
        (Level("alike", ("x",), "", least=0.9), "martha", "marhta", True),
        (Level("alike", ("x",), "", least=0.99), "martha", "marhta", False),
        (Level("at_least", ("x",), "", least=2), 2.0, 0.0, True),
        (Level("shared", ("x",), "", least=12), [64 + 7, 128 + 6], [64 + 7, 128 + 6, 192 + 1], True),
        (Level("shared", ("x",), "", least=14), [64 + 7, 128 + 6], [64 + 7, 128 + 6, 192 + 1], False),
    ],
)
def test_each_test_of_a_level_holds_where_it_should(level, one, other, holds):
    comparison = Comparison("x", "x", (Level(**_known(level)),), Otherwise("no", 0.5, 0.5))
    model = Model("one", "", "", "none", 0.5, (Block(("all",)),), (comparison,))
    sides = [
        pl.DataFrame({"unique_id": [name], "x": [value], "all": [1]})
        for name, value in (("L", one), ("R", other))
    ]
    found = weigh(*sides, model, estimate="none", least_weight=-100).pairs
    assert (found["level_x"][0] == 0) is holds


def _known(level):
    names = ("test", "columns", "says", "least", "most")
    return {name: getattr(level, name) for name in names} | {"m": 0.5, "u": 0.5}


def test_a_value_in_the_other_records_list_is_listed():
    comparison = Comparison(
        "k", "k", (Level("listed", ("code", "codes"), "", m=0.5, u=0.5),), Otherwise("no", 0.5, 0.5)
    )
    model = Model("one", "", "", "none", 0.5, (Block(("all",)),), (comparison,))
    kinds = {"unique_id": pl.String, "code": pl.String, "codes": pl.List(pl.String), "all": pl.Int64}
    left = pl.DataFrame([("L1", "THEFT", None, 1), ("L2", "FRAUD", None, 1)], kinds, orient="row")
    right = pl.DataFrame([("R", None, ["THEFT", "BURGLARY"], 1)], kinds, orient="row")
    found = weigh(left, right, model, estimate="none", least_weight=-100).pairs
    assert {row["left"]: row["level_k"] for row in found.to_dicts()} == {"L1": 0, "L2": 1}


def test_places_are_measured_in_metres():
    place = Comparison(
        "p", "p", (Level("metres", ("e", "n"), "", most=50, m=0.5, u=0.5),), Otherwise("no", 0.5, 0.5)
    )
    model = Model("one", "", "", "none", 0.5, (Block(("all",)),), (place,))
    left = pl.DataFrame({"unique_id": ["L1", "L2"], "e": [0.0, 31.0], "n": [0.0, 0.0], "all": [1, 1]})
    right = pl.DataFrame({"unique_id": ["R"], "e": [30.0], "n": [40.0], "all": [1]})
    found = weigh(left, right, model, estimate="none", least_weight=-100).pairs
    assert {row["left"]: row["level_p"] for row in found.to_dicts()} == {"L1": 0, "L2": 0}
    far = weigh(left.with_columns(e=pl.col("e") - 1), right, model, estimate="none", least_weight=-100).pairs
    assert {row["left"]: row["level_p"] for row in far.to_dicts()} == {"L1": 1, "L2": 0}


def test_a_later_block_looks_forward_only():
    later = Model("hand", "", "", "none", 0.5, (Block(("day",), (("day", 1),)),), (UNIT,))
    found = weigh(LOGS, CRIMES.drop("minute"), later, estimate="none", least_weight=-100).pairs
    assert set(found["right"]) == {"C3"}


def test_pairs_of_a_block_are_counted_before_they_are_made():
    left = pl.DataFrame({"day": [1, 1, 1, 2, None], "words": [["a", "b"], ["a"], None, ["b"], ["c"]]})
    right = pl.DataFrame({"day": [1, 2, 2, 3, None], "words": [["a"], ["a", "b"], ["d"], None, []]})
    assert pairs_of_block(left, right, Block(("day",))) == (5, 3)
    assert pairs_of_block(left, right, Block(("day",), (("day", 1),))) == (7, 6)
    assert pairs_of_block(left, right, Block((), (), ("words",))) == (6, 4)
    assert pairs_of_block(left, None, Block(("day",))) == (5, 4)


def test_a_blocking_rule_that_would_run_for_hours_is_refused_with_a_remedy():
    with pytest.raises(Refused, match=r"'same day' with 6, of which 6 come from one value") as refused:
        weigh(LOGS, CRIMES, MODEL, estimate="none", most_pairs=5)
    assert "Narrow that rule" in str(refused.value)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (LOGS.drop("unit"), "no column unit"),
        (LOGS.drop("unique_id"), "no column unique_id"),
        (pl.concat([LOGS, LOGS[:1]]), "repeat the key of another, the first being 'I1'"),
        (LOGS.with_columns(unique_id=pl.lit(None, pl.String)), "3 have no key"),
    ],
)
def test_records_that_cannot_be_compared_are_refused_in_our_own_words(frame, words):
    with pytest.raises(InputError, match="left records") as refused:
        weigh(frame, CRIMES, MODEL, estimate="none")
    assert words in str(refused.value)
    assert "SELECT" not in str(refused.value).upper().split()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (pl.col("minute").cast(pl.String), "minute holds Float64 and String, and within compares numbers"),
        (pl.lit(7).alias("unit"), "unit holds Int32 on one side and String on the other"),
    ],
)
def test_columns_of_kinds_that_cannot_be_compared_are_refused_with_their_kinds(spoil, words):
    with pytest.raises(InputError, match="model hand") as refused:
        weigh(LOGS.with_columns(spoil), CRIMES, MODEL, estimate="none")
    assert words in str(refused.value)


def test_too_little_memory_is_told_in_our_own_words(monkeypatch):
    import duckdb

    def gives_up(*_):
        raise duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate; SELECT ...")

    monkeypatch.setattr(weighing, "_linker", gives_up)
    with pytest.raises(Refused, match="not enough memory") as refused:
        weigh(LOGS, CRIMES, MODEL, estimate="none")
    assert "SELECT" not in str(refused.value)


def test_a_column_that_is_empty_on_one_side_is_left_out_and_said():
    weighed = weigh(LOGS.with_columns(unit=pl.lit(None, pl.String)), CRIMES, MODEL, estimate="none")
    assert [each.id for each in weighed.model.compare] == ["time"]
    assert "the unit" in weighed.notes[0]


def test_records_with_nothing_to_compare_are_refused():
    bare = LOGS.with_columns(unit=pl.lit(None, pl.String), minute=pl.lit(None, pl.Float64))
    with pytest.raises(Refused, match="nothing on which these records could be compared"):
        weigh(bare, CRIMES, MODEL, estimate="none")


def test_a_model_without_chances_is_refused_where_nothing_is_to_be_estimated():
    bare = Model(
        "bare",
        "",
        "",
        "none",
        0.5,
        (Block(("day",)),),
        (Comparison("unit", "", (Level("equal", ("unit",), ""),), Otherwise("")),),
    )
    with pytest.raises(InputError, match="without m or u"):
        weigh(LOGS, CRIMES, bare, estimate="none")


def test_rare_words_carry_their_rarity_and_common_ones_are_left_out():
    logs = pl.Series(["the blue heron gate", "the red lamp", None, ""] + ["the road"] * 28)
    crimes = pl.Series(["heron seen at the gate", "the lamp"] + ["the house"] * 30)
    left, right = coded_words(logs, crimes)
    assert [code % 64 for code in left["words"][0]] == [5, 5]  # heron and gate: 2 of 64 texts hold each
    assert set(left["words"][0]) == set(right["words"][0])
    assert set(left["words"][1]) == set(right["words"][1])
    assert left["words"][2] is None
    assert left["words"][4] is None, "every text has 'the', and no crime a road"
    assert left["rarest"][0].to_list() == left["words"][0].to_list()


def test_what_is_estimated_on_known_pairs_is_their_counted_share():
    numbers = range(400)
    left = pl.DataFrame(
        {
            "unique_id": [f"I{n}" for n in numbers],
            "unit": [f"u{n % 20}" for n in numbers],
            "minute": [60.0 * n for n in numbers],
            "day": [1] * 400,
        }
    )
    # One in four is in another unit; every third is half an hour off.
    right = left.with_columns(
        unique_id=pl.format("C{}", pl.int_range(pl.len())),
        belongs_to=pl.col("unique_id"),
        unit=pl.when(pl.int_range(pl.len()) % 4 == 0).then(pl.lit("u0")).otherwise("unit"),
        minute=pl.col("minute") + pl.when(pl.int_range(pl.len()) % 5 == 0).then(30.0).otherwise(3.0),
    )
    weighed = weigh(left, right.drop("belongs_to"), MODEL, known=right, most_pairs=200_000)
    unit, time = weighed.model.compare
    same_unit = (left["unit"] == right["unit"]).mean()
    assert unit.levels[0].m == pytest.approx(same_unit, abs=1e-6)
    assert [level.m for level in time.levels] == pytest.approx([0.8, 0.2], abs=0.002)
    shared = left.join(right, on="unit").height / 400**2
    assert unit.levels[0].u == pytest.approx(shared, rel=0.05)


def test_maximisation_finds_the_shares_it_was_not_told():
    chance = random.Random(4)  # noqa: S311 - made-up records
    numbers = range(900)
    left = pl.DataFrame(
        {
            "unique_id": [f"I{n}" for n in numbers],
            "unit": [f"u{chance.randrange(30)}" for _ in numbers],
            "minute": [chance.uniform(0, 40_000) for _ in numbers],
            "day": [n // 9 for n in numbers],
        }
    )
    right = left.with_columns(
        unique_id=pl.format("C{}", pl.int_range(pl.len())),
        unit=pl.when(pl.int_range(pl.len()) % 10 == 0).then(pl.lit("u99")).otherwise("unit"),
        minute=pl.col("minute") + pl.when(pl.int_range(pl.len()) % 3 == 0).then(30.0).otherwise(2.0),
    )
    day = Comparison("day", "day", (Level("equal", ("day",), ""),), Otherwise(""))
    bare = [
        Comparison(
            each.id,
            "",
            tuple(Level(level.test, level.columns, "", most=level.most) for level in each.levels),
            Otherwise(""),
        )
        for each in (UNIT, TIME)
    ]
    model = Model(
        "bare", "", "", "none", 0.5, (Block(("day",)),), (*bare, day), (Block(("day",)), Block(("unit",)))
    )
    found = weigh(left, right, model, estimate="maximise").model.compare
    assert found[0].levels[0].m == pytest.approx(0.9, abs=0.02)
    assert [level.m for level in found[1].levels] == pytest.approx([2 / 3, 1 / 3], abs=0.02)


def test_the_order_of_rows_and_a_second_run_change_nothing():
    first = weigh(LOGS, CRIMES, MODEL, estimate="auto", most_pairs=1000)
    again = weigh(LOGS.reverse(), CRIMES.reverse(), MODEL, estimate="auto", most_pairs=1000)
    assert first.pairs.equals(again.pairs)
    assert first.model == again.model
