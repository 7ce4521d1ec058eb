"""Before the audit: sizes for the force, cost, power, routes, and the planned design rehearsed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from audit_builders import frame_of, marks_of, totals
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.auditing import (
    Cost,
    afford,
    assumptions_from,
    auditor_days,
    build_frame,
    check_period,
    cost_curve,
    draw,
    frames_by_route,
    incidents_to_tell,
    known_from,
    plan_force,
    plan_sample,
    power_to_tell,
    ratio,
    rehearse,
    route_table,
    smallest_change,
)
from firstpoint.auditing.intervals import independent_incidents, still_limits
from firstpoint.auditing.planning.many_limits import (
    Runs,
    independent_of_runs,
    many_limits,
    still_limits_of_runs,
)
from firstpoint.auditing.planning.rehearsal import told
from firstpoint.auditing.planning.rehearsal_assisted import ADVISED, AssistedRuns, assisted_runs_limits
from firstpoint.auditing.planning.sharing import expect, share_out, shares_of
from firstpoint.errors import InputError, Refused

FORCE = totals(violence=60_000, sexual=8_000, other=132_000)
KNOWN: dict[str, Any] = {
    "rates": {"violence": 0.800, "sexual": 0.903, "other": 0.951},
    "design_effects": {"violence": 1.7, "sexual": 4.2, "other": 1.6},
    "crimes_per_incident": {"violence": 0.92, "sexual": 1.15, "other": 1.00},
}


@pytest.mark.parametrize(("rule", "reports"), [("equal", 790), ("neyman", 600)])
def test_sizes_for_three_points_of_the_force_are_near_those_simulated(rule: Any, reports: int) -> None:
    plan = plan_force(FORCE, allocation=rule, **KNOWN)
    assert plan["sample"].sum() == pytest.approx(reports, rel=0.06)
    assert plan["force_half_width_points"][0] == pytest.approx(3.0, abs=0.01)


def test_no_rule_needs_fewer_reports_than_neyman() -> None:
    needed = {
        rule: plan_force(FORCE, allocation=rule, minimum=2, **KNOWN)["sample"].sum()
        for rule in ("neyman", "proportional", "equal")
    }
    assert min(needed, key=needed.__getitem__) == "neyman"


def test_neyman_shares_go_by_reports_times_spread_by_hand() -> None:
    expected = expect(totals(violence=300, other=700), rates={"violence": 0.8, "other": 0.9})
    rate = (300 * 0.92 * 0.8 + 700 * 0.9) / (300 * 0.92 + 700)
    spread = [
        ((1.7 * 0.16 + (0.8 - rate) ** 2) * 0.92) ** 0.5,
        (1.7 * 0.09 + (0.9 - rate) ** 2) ** 0.5,
    ]
    weights = np.array([300 * spread[0], 700 * spread[1]])
    assert shares_of(expected, "neyman") == pytest.approx(weights / weights.sum())
    harm = shares_of(expected, "by harm", harm={"violence": 5.0, "other": 1.0})
    assert harm[0] / harm[1] == pytest.approx(5 * weights[0] / weights[1])
    dear = shares_of(expected, "neyman", minutes={"violence": 90.0, "other": 10.0})
    assert dear[0] / dear[1] == pytest.approx(weights[0] / weights[1] / 3.0)


def test_proportional_shares_follow_the_frame() -> None:
    plan = plan_force(FORCE, allocation="proportional", half_width_points=1.0)
    assert plan["sample"][0] / plan["sample"][2] == pytest.approx(60 / 132, rel=0.01)


def test_a_margin_sharper_than_the_frame_can_give_takes_the_frame_whole() -> None:
    plan = plan_force(totals(violence=40, sexual=35, other=50), half_width_points=0.001)
    assert plan["sample"].to_list() == [40, 35, 50]
    assert plan["force_half_width_points"][0] == pytest.approx(0.0)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(2, 5000), min_size=1, max_size=5),
    st.integers(2, 60),
    st.floats(0.0, 1.0),
    st.sampled_from(["proportional", "neyman", "equal"]),
)
def test_sizes_sum_to_the_total_and_keep_their_least_and_most(
    sizes: list[int], minimum: int, where: float, rule: Any
) -> None:
    expected = expect(totals(**{f"s{at}": size for at, size in enumerate(sizes)}))
    least = [min(max(minimum, 2), size) for size in sizes]
    total = sum(least) + int(where * (sum(sizes) - sum(least)))
    shared = share_out(total, shares_of(expected, rule), expected, minimum)
    assert shared.sum() == total
    assert all(low <= one <= high for low, one, high in zip(least, shared, sizes, strict=True))


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"allocation": "by feel"}, "by feel"),
        ({"allocation": "by harm"}, "harm"),
        ({"half_width_points": 0.0}, "0.0 points"),
        ({"rates": {"violence": 1.0}}, "expected rate"),
        ({"crimes_per_incident": {"violence": 0.0}}, "crimes per incident"),
        ({"confidence": 95}, "confidence"),
    ],
)
def test_a_plan_for_the_force_that_cannot_be_is_turned_away(given_: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        plan_force(FORCE, **given_)


def test_a_force_without_a_stratum_has_no_plan_and_hears_why() -> None:
    with pytest.raises(Refused, match="overall") as refusal:
        plan_force(totals(violence=900, other=800))
    assert refusal.value.where == "stratum sexual"
    assert plan_force(totals(violence=900, other=800), required=()).height == 2


def test_an_assured_plan_takes_as_many_more_as_its_stratum_needs() -> None:
    plain, assured = plan_sample(FORCE), plan_sample(FORCE, assured=True)
    more = (assured["sample"] / plain["sample"]).to_list()
    assert more == pytest.approx([1.25, 1.5, 2.0], rel=0.1)


def test_auditor_days_by_hand() -> None:
    cost = Cost(minutes_a_report=30, minutes_a_day=300, by_stratum={"sexual": 60}, read_twice=0.25)
    assert auditor_days({"violence": 100, "sexual": 20}, cost) == pytest.approx((3000 + 1200) * 1.25 / 300)
    assert auditor_days({"violence": 33}) == pytest.approx(33 * 40 / 330)


def test_a_budget_is_kept_and_used_up() -> None:
    cost = Cost(minutes_a_report=40, minutes_a_day=330, by_stratum={"sexual": 80})
    plan = afford(FORCE, 60, cost=cost, **KNOWN)
    sizes = dict(plan.select("stratum", "sample").iter_rows())
    spent = auditor_days(sizes, cost)
    assert plan["auditor_days"][0] == pytest.approx(spent)
    assert 60 - 80 / 330 < spent <= 60
    assert plan_force(FORCE, half_width_points=plan["force_half_width_points"][0], **KNOWN)[
        "sample"
    ].sum() <= (plan["sample"].sum() + 3)


def test_more_days_buy_a_narrower_margin_and_too_few_buy_nothing() -> None:
    curve = cost_curve(FORCE, [5, 20, 40, 80, 160])
    assert curve["auditor_days"].to_list() == [20, 40, 80, 160]
    assert curve["half_width_points"].is_sorted(descending=True)
    with pytest.raises(Refused, match="days"):
        afford(FORCE, 5)
    with pytest.raises(InputError, match="minutes"):
        Cost(minutes_a_report=0)
    with pytest.raises(InputError, match="stratum sexual"):
        auditor_days({"sexual": 3}, Cost(by_stratum={"sexual": -1.0}))


def test_power_agrees_with_the_published_arithmetic() -> None:
    # 96.6 against 94.6 % about 1,650 crimes an audit, against 94 % about 1,040, if crimes were independent
    assert incidents_to_tell(0.966, 0.946, design_effect=1.0) == pytest.approx(1650, abs=5)
    assert incidents_to_tell(0.966, 0.94, design_effect=1.0) == pytest.approx(1040, abs=5)
    needed = incidents_to_tell(0.9, 0.85, crimes_per_incident=0.92)
    assert power_to_tell(0.9, 0.85, needed, crimes_per_incident=0.92) == pytest.approx(0.8, abs=0.002)


def test_the_smallest_change_seen_in_violence_at_228_is_14_points() -> None:
    change = smallest_change(0.80, 228, design_effect=1.7, crimes_per_incident=0.92)
    assert 100 * change == pytest.approx(14, abs=0.5)


@pytest.mark.parametrize(
    "wrong", [(0.9, 0.9, 100), (0.0, 0.5, 100), (0.9, 1.0, 100), (0.9, 0.8, 1), (90, 80, 100)]
)
def test_power_for_rates_that_cannot_be_is_turned_away(wrong: tuple[float, float, int]) -> None:
    with pytest.raises(InputError):
        power_to_tell(*wrong)


LAST = pl.concat(
    [
        marks_of("violence", *[(1, 1)] * 150, *[(1, 0)] * 25, *[(2, 1)] * 12, *[(0, 0)] * 40, (6, 2)),
        marks_of("other", *[(1, 1)] * 160, *[(1, 0)] * 12, *[(3, 3)] * 6, *[(0, 0)] * 50),
    ]
)
LAST_FRAME = totals(violence=4_000, other=9_000)


def test_the_last_audit_gives_the_assumptions_for_the_next_by_hand() -> None:
    marks = marks_of("violence", *[(1, 1)] * 30, *[(2, 0)] * 10, *[(0, 0)] * 20)
    row = assumptions_from(marks, totals(violence=900)).row(0, named=True)
    rate = 30 / 50
    assert (row["expected_rate"], row["crimes_per_incident"]) == pytest.approx((rate, 50 / 60))
    spread = (30 * (1 - rate) ** 2 + 10 * (0 - 2 * rate) ** 2) / 60
    assert row["design_effect"] == pytest.approx(spread / (50 / 60 * rate * (1 - rate)))


def test_what_the_last_audit_found_goes_into_the_next_plan() -> None:
    known = known_from(LAST, LAST_FRAME)
    plan = plan_force(LAST_FRAME, required=(), **known)
    assert plan["expected_rate"].to_list() == list(known["rates"].values())
    assert plan["design_effect"].to_list() == list(known["design_effects"].values())


def test_an_audit_without_failures_or_with_few_crimes_gives_no_assumption() -> None:
    marks = pl.concat([marks_of("violence", *[(1, 1)] * 40), marks_of("other", *[(1, 1)] * 9, (1, 0))])
    table = assumptions_from(marks, LAST_FRAME)
    assert table["expected_rate"].to_list() == table["design_effect"].to_list() == [None, None]


def test_a_rehearsal_says_width_and_coverage_of_every_part() -> None:
    sizes = {"violence": 228, "other": 228}
    found = rehearse(LAST, LAST_FRAME, sizes, runs=1_000, seed=4)
    assert found.table["part"].unique().sort().to_list() == ["other", "overall", "violence"]
    beta = {row["part"]: row for row in found.table.filter(interval="beta").iter_rows(named=True)}
    assert beta["overall"]["rate"] == pytest.approx(ratio(LAST, LAST_FRAME).estimate, abs=1e-3)
    assert beta["overall"]["coverage"] == pytest.approx(0.95, abs=0.025)
    alike = ratio(LAST, LAST_FRAME).half_width_points
    assert beta["overall"]["expected_half_width_points"] == pytest.approx(alike, rel=0.05)
    assert beta["overall"]["half_width_points_90"] > beta["overall"]["expected_half_width_points"]
    assert "held" in found.text()
    assert "228 reports" in found.text()


def test_a_rehearsal_tells_mean_and_ninth_tenth_of_the_half_widths_and_how_many_runs_held() -> None:
    half = np.arange(1.0, 12.0) / 100.0
    usable = np.ones(11, dtype=bool)
    row = told("violence", "beta", 50, 0.86, 0.9 - half, 0.9 + half, usable)
    assert row["expected_half_width_points"] == pytest.approx(6.0)
    assert row["half_width_points_90"] == pytest.approx(10.0)
    assert row["coverage"] == pytest.approx(8 / 11)
    none = told("violence", "beta", 50, 0.86, 0.9 - half, 0.9 + half, half < 0.105)
    assert none["without_rate"] == 1


def test_a_rehearsal_that_never_meets_a_crime_names_the_stratum() -> None:
    half = np.arange(1.0, 12.0) / 100.0
    with pytest.raises(Refused, match="met a crime") as refused:
        told("violence", "beta", 2, 0.86, 0.9 - half, 0.9 + half, np.zeros(11, dtype=bool))
    assert refused.value.where == "stratum violence"


def test_many_runs_where_nothing_varied_have_the_limits_of_each() -> None:
    due, chances = np.array([1.0, 3.0, 0.0, 2.0]), np.array([0.02, 0.1, 0.1, 1.0])
    drawn = np.array([[3.0, 2.0, 4.0, 5.0], [0.0, 0.0, 2.0, 5.0], [1.0, 0.0, 0.0, 0.0]])
    many = independent_of_runs([(due[:2], chances[:2], drawn[:, :2]), (due[2:], chances[2:], drawn[:, 2:])])
    low, high = still_limits_of_runs(np.ones(3), many, 0.95)
    for run, times in enumerate(drawn.astype(int)):
        one = independent_incidents(np.repeat(due, times), np.repeat(chances, times))
        assert (many[0][run], many[1][run]) == pytest.approx((one.incidents, one.share))
        assert (low[run], high[run]) == pytest.approx(still_limits(1.0, one, 0.95))


def test_a_rehearsed_audit_without_a_miss_reaches_as_far_as_the_estimate_will() -> None:
    none = AssistedRuns(
        due=np.ones(2),
        recorded=np.array([1.0, 0.0]),
        predicted_due=np.ones(2),
        predicted_recorded=np.array([0.99, 0.9]),
        chances=np.full(2, 0.1),
        copies=np.array([495.0, 5.0]),
        drawn=np.array([[50.0, 0.0], [0.0, 50.0]]),
        size=50,
    )
    low, high, usable = assisted_runs_limits([none], ADVISED, 0.95)
    assert usable.all()
    assert low[0] <= 0.025 ** (1 / 50)
    assert high[0] == 1.0
    assert low[1] == 0.0
    assert high[1] >= 1.0 - 0.025 ** (1 / 50)


def test_a_rehearsal_is_repeated_by_its_seed_and_sharpened_by_more_reports() -> None:
    small, large = {"violence": 100, "other": 100}, {"violence": 900, "other": 900}
    one, two = (rehearse(LAST, LAST_FRAME, small, runs=200, seed=9).table for _ in range(2))
    assert one.equals(two)
    more = rehearse(LAST, LAST_FRAME, large, runs=200, seed=9).table
    assert (more["expected_half_width_points"] < one["expected_half_width_points"]).all()


def test_a_rehearsal_of_the_whole_frame_always_finds_the_rate() -> None:
    found = rehearse(LAST, totals(violence=228, other=228), {"violence": 228, "other": 228}, runs=20)
    assert found.table["expected_half_width_points"].max() == 0.0
    assert found.table["coverage"].min() == 1.0


def test_a_rehearsal_warns_of_failures_too_few_to_rehearse_from() -> None:
    clean = pl.concat([LAST.filter(stratum="violence"), marks_of("other", *[(1, 1)] * 40)])
    found = rehearse(clean, LAST_FRAME, {"violence": 50, "other": 50}, runs=50)
    assert any(words.startswith("other: the last audit found 0") for words in found.cautions)


def test_a_rehearsal_that_cannot_be_is_turned_away() -> None:
    sizes = {"violence": 50, "other": 50}
    with pytest.raises(InputError, match="stratum other"):
        rehearse(LAST, LAST_FRAME, {"violence": 50})
    with pytest.raises(InputError, match="stratum sexual"):
        rehearse(LAST, LAST_FRAME, sizes, planned_frame=totals(violence=90, sexual=9, other=90))
    with pytest.raises(Refused, match="stratum other"):
        rehearse(LAST, LAST_FRAME, {"violence": 50, "other": 1})
    with pytest.raises(Refused, match="stratum violence"):
        rehearse(LAST, LAST_FRAME, {"violence": 5000, "other": 50})
    with pytest.raises(InputError, match="wilson"):
        rehearse(LAST, LAST_FRAME, sizes, intervals=("wilson",))
    with pytest.raises(InputError, match="0 runs"):
        rehearse(LAST, LAST_FRAME, sizes, runs=0)
    with pytest.raises(Refused, match="no rate"):
        rehearse(marks_of("other", (0, 0), (0, 0)), totals(other=9), {"other": 2})


PATTERNS = [(0, 0), (1, 1), (1, 0), (2, 2), (4, 1)]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=2, max_size=2), st.data())
def test_the_limits_of_many_runs_are_those_of_each_audit_alone(drawn: list[list[int]], data: Any) -> None:
    sizes = [sum(one) for one in drawn]
    held = [[int(n > 0) for n in one] for one in drawn]
    if min(sizes) < 2 or not any(any(one[1:]) for one in held):
        return
    interval = data.draw(st.sampled_from(["beta", "guarded", "logit-t"]))
    names, frame = ("violence", "other"), {"violence": sizes[0] * 3, "other": sizes[1] * 7}
    marks = pl.concat(
        marks_of(name, *[pair for pair, n in zip(PATTERNS, one, strict=True) for _ in range(n)])
        for name, one in zip(names, drawn, strict=True)
    )
    runs = [
        Runs(
            due=np.array([float(due) for due, _ in PATTERNS]),
            recorded=np.array([float(recorded) for _, recorded in PATTERNS]),
            drawn=np.array([one], dtype=float),
            incidents=frame[name],
            size=size,
            held_due=1.0,
            held_recorded=1.0,
        )
        for name, one, size in zip(names, drawn, sizes, strict=True)
    ]
    low, high, usable = many_limits(runs, interval, 0.95)
    alone = ratio(marks, totals(**frame), interval=interval)
    assert usable.tolist() == [True]
    assert (low[0], high[0]) == pytest.approx((alone.low, alone.high), abs=1e-9)


def routed(**incidents: int) -> pl.DataFrame:
    frame = frame_of(**incidents)
    routes = ["control room", "online", None]
    return frame.with_columns(route=pl.Series([routes[at % 3] for at in range(frame.height)]))


def test_a_frame_splits_into_frames_by_route_that_can_each_be_drawn_from() -> None:
    frames = frames_by_route(routed(violence=60, other=90))
    assert list(frames) == ["control room", "online", "route not given"]
    assert sum(one.height for one in frames.values()) == 150
    plan = plan_sample(frames["online"], required=(), half_width_points=10)
    sample = draw(frames["online"], dict(plan.select("stratum", "sample").iter_rows()), seed=2)
    assert set(sample.rows["incident_id"]) <= set(frames["online"]["incident_id"])


def test_the_table_of_routes_shows_the_route_nobody_audited() -> None:
    frame = routed(violence=60, other=90)
    marks = frame.filter(route="control room").head(10).with_columns(should_record=1, recorded=1)
    table = route_table(frame, marks)
    assert table["audited"].to_list() == [10, 0, 0]
    assert table["share"].sum() == pytest.approx(1.0)
    assert table["frame_sha256"].n_unique() == 3
    with pytest.raises(InputError, match="route"):
        route_table(frame_of(violence=5))


def test_a_frame_may_carry_route_and_day_and_a_frame_of_another_period_is_turned_away() -> None:
    at = datetime(2026, 6, 9, 12, tzinfo=UTC)
    incidents = pl.DataFrame(
        {
            "incident_id": ["I1", "I2"],
            "received_at": [at, at],
            "opening_code": ["V", "V"],
            "route": ["control room", "online"],
        }
    )
    crimes = pl.DataFrame(
        {
            "crime_id": ["C1"],
            "incident_id": [None],
            "reported_at": [datetime(2026, 6, 30, 23, 30, tzinfo=UTC)],
            "ho_class": ["8N"],
            "status": ["open"],
        },
        schema_overrides={"incident_id": pl.String},
    )
    window = (date(2026, 6, 1), date(2026, 7, 1))
    frame = build_frame(incidents, crimes, {"V": "violence"}, *window, carrying=("route", "received_on"))
    assert frame["route"].to_list() == ["recorded directly", "control room", "online"]
    assert frame["received_on"].to_list() == [date(2026, 7, 1), date(2026, 6, 9), date(2026, 6, 9)]
    assert check_period(frame, *window).equals(frame)
    as_text = frame.with_columns(pl.col("received_on").cast(pl.String))
    assert check_period(as_text, *window).equals(as_text)
    with pytest.raises(InputError, match="another period") as fault:
        check_period(frame, date(2026, 6, 1), date(2026, 6, 30))
    assert fault.value.where == "incident C1"
    with pytest.raises(InputError, match="when"):
        check_period(frame.drop("received_on"), *window)
    with pytest.raises(InputError, match="shoe_size"):
        build_frame(incidents, crimes, {"V": "violence"}, *window, carrying=("shoe_size",))


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_read_twice_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(InputError, match="read twice"):
        Cost(read_twice=share)


def test_no_smallest_change_is_given_of_no_audit() -> None:
    for incidents in (0, 1):
        with pytest.raises(InputError, match="no audit"):
            smallest_change(0.9, incidents)
