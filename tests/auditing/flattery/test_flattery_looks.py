"""Each look at an audit, worked by hand or enumerated."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations, product

import numpy as np
import polars as pl
import pytest
from audit_builders import frame_of, marks_of

from firstpoint.auditing.flattery import (
    Allowance,
    Sign,
    against_draw,
    against_each_other,
    against_known_cases,
    against_screen,
    against_second_readings,
    routes_left_out,
    window_among_others,
)
from firstpoint.auditing.flattery.readers import at_most
from firstpoint.auditing.flattery.report import holm
from firstpoint.errors import InputError

STRICT = Allowance(overlooked=0.0, foretold=0.0)


def test_the_chance_of_at_most_so_many_is_exact() -> None:
    chances = np.asarray([0.1, 0.5, 0.7, 0.25])
    for number in range(-1, 5):
        by_hand = sum(
            np.prod(np.where(happened, chances, 1 - chances))
            for happened in product([True, False], repeat=4)
            if sum(happened) <= number
        )
        assert at_most(number, chances) == pytest.approx(by_hand)


def findings(missing: list[int], chances: list[float], auditors: str | None = None) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "stratum": ["other"] * len(missing),
            "incident_id": [f"o{at}" for at in range(len(missing))],
            "missing": missing,
            "chance_unrecorded": chances,
        }
    )
    return frame if auditors is None else frame.with_columns(auditor=pl.Series(list(auditors)))


def test_finding_nothing_where_much_is_foretold_is_unlikely() -> None:
    assert against_screen(findings([0, 0, 0, 0], [0.5, 0.5, 0.5, 0.1]), STRICT).chance == pytest.approx(0.125)
    allowed = against_screen(findings([0, 0, 0], [0.5, 0.5, 0.5]), Allowance(0.1, 0.2))
    assert allowed.chance == pytest.approx((1 - 0.5 * 0.9 * 0.8) ** 3)
    assert against_screen(findings([2, 1, 1], [0.5, 0.5, 0.5]), STRICT).chance == 1.0


def test_one_auditor_who_finds_nothing_stands_out_from_the_others() -> None:
    sign = against_each_other(findings([0] * 12 + [1] * 12, [0.5] * 24, "A" * 12 + "B" * 12), 1)
    assert sign.chance == pytest.approx(0.001)
    assert "Auditor A" in sign.said
    even = against_each_other(findings([0, 1] * 12, [0.5] * 24, "A" * 12 + "B" * 12), 1)
    assert even.chance == 1.0


def test_shuffling_auditors_comes_near_to_every_possible_hand_out() -> None:
    found = [0, 0, 0, 1, 1, 0, 1, 1]
    sign = against_each_other(findings(found, [0.5] * 8, "AAAABBBB"), 3)
    # the largest shortfall of either auditor over all 70 ways to hand out eight incidents to two
    shortfall = [abs(sum(found[at] for at in rows) - 2) for rows in combinations(range(8), 4)]
    exact = np.mean(np.asarray(shortfall) >= 1)
    assert sign.chance == pytest.approx(exact, abs=0.05)


def read_twice(*pairs: tuple[int, int, float]) -> pl.DataFrame:
    """Each is (missing by the first, missing by the second, chance of the second)."""
    rows = []
    for at, (first, second, chance) in enumerate(pairs):
        rows += [
            ("other", f"o{at}", 1 + first, 1, "first", None),
            ("other", f"o{at}", 1 + second, 1, "second", chance),
        ]
    columns = ["stratum", "incident_id", "should_record", "recorded", "reading", "second_probability"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_second_readings_weigh_what_was_passed_over() -> None:
    marks = read_twice((1, 1, 0.5), (0, 1, 0.1), (1, 1, 0.5), (0, 0, 0.1), (1, 0, 0.5))
    sign = against_second_readings(marks, Allowance(overlooked=0.2))
    # weights 2, 10, 2 of which 10 passed over: 71 %
    assert "71%" in sign.said
    assert sign.chance is not None
    assert 0.05 < sign.chance < 0.5
    none = against_second_readings(read_twice((1, 1, 0.5), (0, 0, 0.2)), STRICT)
    assert none.chance is not None
    assert none.chance >= 0.5


def test_known_cases_are_counted_exactly() -> None:
    bank = marks_of("known", *[(2, 1)] * 8, (1, 1))
    found = bank.with_columns(should_record=pl.Series([1, 1, 1, 2, 2, 2, 2, 2, 1]))
    sign = against_known_cases(found, bank, Allowance(overlooked=0.1))
    # three or more of eight at a tenth
    by_hand = 1 - sum(np.prod([1]) * _choose(8, k) * 0.1**k * 0.9 ** (8 - k) for k in range(3))
    assert sign.chance == pytest.approx(by_hand)
    assert "3 of 8 known cases" in sign.said
    assert against_known_cases(bank, bank, STRICT).chance == 1.0


def _choose(n: int, k: int) -> float:
    return float(np.prod([(n - at) / (at + 1) for at in range(k)]))


def framed(number: int = 200) -> pl.DataFrame:
    return frame_of(other=number).with_columns(
        route=pl.Series(["control room", "online"] * (number // 2)),
        received_on=pl.Series([date(2026, 1, 1) + timedelta(days=at // 4) for at in range(number)]),
        checked_before=pl.Series([at % 4 == 0 for at in range(number)]),
    )


def test_a_sample_that_shuns_a_route_stands_out() -> None:
    frame = framed()
    shunned = frozenset(frame.filter(pl.col("route") == "control room")["incident_id"][:40])
    signs = {sign.looked_at: sign for sign in against_draw(frame, shunned, 1, redraws=199)}
    assert signs["routes of what was audited"].chance == pytest.approx(0.005)
    assert "route online: 0 of 40" in signs["routes of what was audited"].said


def test_a_sample_of_chosen_days_stands_out() -> None:
    frame = framed()
    signs = {
        sign.looked_at: sign
        for sign in against_draw(frame, frozenset(frame["incident_id"][:40]), 1, redraws=199)
    }
    assert signs["days of what was audited"].chance == pytest.approx(0.005)


def test_a_sample_of_records_already_checked_stands_out_and_only_in_that_direction() -> None:
    frame = framed()
    checked = frame.filter("checked_before")["incident_id"]
    unchecked = frame.filter(~pl.col("checked_before"))["incident_id"]
    many = {s.looked_at: s for s in against_draw(frame, frozenset(checked[::2]), 1, redraws=199)}
    few = {s.looked_at: s for s in against_draw(frame, frozenset(unchecked[::5]), 1, redraws=199)}
    assert many["records already checked"].chance == pytest.approx(0.005)
    assert few["records already checked"].chance == 1.0
    assert "25 of 25 audited incidents had been checked" in many["records already checked"].said


def test_the_chance_of_a_draw_comes_near_to_that_of_every_possible_draw() -> None:
    frame = framed(12).select("stratum", "incident_id", "checked_before")
    audited = frozenset(frame["incident_id"][[0, 4, 5, 9]])
    (sign,) = against_draw(frame, audited, 4, redraws=1999)
    exact = np.mean([sum(at % 4 == 0 for at in rows) >= 2 for rows in combinations(range(12), 4)])
    assert sign.chance == pytest.approx(exact, abs=0.035)


def test_an_audited_incident_outside_the_frame_is_named() -> None:
    with pytest.raises(InputError, match="not in the frame") as error:
        against_draw(framed(), frozenset({"x1"}), 1)
    assert error.value.where == "incident x1"


def test_a_route_that_the_frame_leaves_out_is_a_fact_to_ask_about() -> None:
    reports = pl.DataFrame(
        {
            "route": ["control room"] * 80 + ["public protection"] * 18 + ["post"] * 2,
            "in_frame": [True] * 80 + [False] * 20,
        }
    )
    sign = routes_left_out(reports)
    assert sign.worth_asking
    assert sign.chance is None
    assert "public protection (18% of reports)" in sign.said
    assert not routes_left_out(reports.with_columns(in_frame=pl.lit(value=True))).worth_asking


def test_a_window_of_good_days_is_held_against_every_other() -> None:
    days = pl.DataFrame(
        {
            "day": [date(2026, 1, 1) + timedelta(days=at) for at in range(100)],
            "missing": [1.0 if 40 <= at < 50 else 10.0 for at in range(100)],
            "due": [100.0] * 100,
        }
    )
    good = window_among_others(days, date(2026, 2, 10), date(2026, 2, 19))
    assert good.chance == pytest.approx(1 / 91)
    usual = window_among_others(days, date(2026, 1, 2), date(2026, 1, 11))
    assert usual.chance == 1.0
    with pytest.raises(InputError, match="do not lie within"):
        window_among_others(days, date(2025, 12, 30), date(2026, 1, 10))


def test_holm_stops_at_the_first_that_does_not_stand_out() -> None:
    signs = tuple(
        Sign(name, "", chance) for name, chance in (("a", 0.012), ("b", 0.03), ("c", 0.02), ("d", None))
    )
    # 0.012 ≤ 0.05/3, 0.02 ≤ 0.05/2, 0.03 ≤ 0.05
    assert [one.alarm for one in holm(signs, 0.05)] == [True, True, True, False]
    assert [one.alarm for one in holm(signs, 0.03)] == [False, False, False, False]


@pytest.mark.parametrize("wrong", [{"overlooked": 1.0}, {"foretold": -0.1}])
def test_an_allowance_that_cannot_be_is_turned_away(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match="allowance"):
        Allowance(**wrong)
