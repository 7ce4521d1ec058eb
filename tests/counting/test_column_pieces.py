"""The small parts of counting in columns: days, names of classes, numbers for what is met."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from report_mix import json_lines

from firstpoint.counting import newest_book
from firstpoint.counting.columns.book import asked_by, workings_of
from firstpoint.counting.columns.findings import Findings
from firstpoint.counting.columns.frames import lines_in
from firstpoint.counting.columns.matters import Matters, matters_in
from firstpoint.counting.columns.reading import (
    _day_in_london,
    _is_class,
    day_after_1970,
    days_since_1970,
    read_coded,
)
from firstpoint.counting.columns.reckoning import _three_months_after
from firstpoint.counting.columns.tables import Register
from firstpoint.counting.continuing import _three_months_after as three_months_after
from firstpoint.counting.days import LONDON
from firstpoint.counting.facts import schema


def written(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_the_day_in_london_is_right_at_every_hour_from_2014_to_2030():
    begins = int(datetime(2014, 1, 1, tzinfo=UTC).timestamp())
    ends = int(datetime(2031, 1, 1, tzinfo=UTC).timestamp())
    wrong = [
        seconds
        for hour in range(begins, ends, 3_600)
        for seconds in (hour - 1, hour)
        if _day_in_london(seconds) != written(datetime.fromtimestamp(seconds, LONDON).date())
    ]
    assert wrong == []


def test_the_day_in_london_is_right_in_the_months_in_which_clocks_changed_before():
    months = [(year, month) for year in range(1972, 2014) for month in (3, 4, 10, 11)]
    wrong = [
        seconds
        for year, month in months
        for half_hour in range(31 * 48)
        for seconds in (int(datetime(year, month, 1, tzinfo=UTC).timestamp()) + 1_800 * half_hour,)
        if _day_in_london(seconds) != written(datetime.fromtimestamp(seconds, LONDON).date())
    ]
    assert wrong == []


def test_days_are_counted_as_the_calendar_counts_them():
    for day in every_day(date(1900, 1, 1), date(2199, 12, 31)):
        since = (day - date(1970, 1, 1)).days
        assert days_since_1970(written(day)) == since
        assert day_after_1970(since) == written(day)


def test_three_months_end_on_the_same_day_of_the_month_or_its_last():
    assert _three_months_after(20251130) == 20260228
    assert _three_months_after(20231130) == 20240229
    for day in every_day(date(2013, 1, 1), date(2031, 12, 31)):
        assert _three_months_after(written(day)) == written(three_months_after(day))


def test_only_what_the_format_lets_be_a_class_is_one():
    pattern = re.compile(schema("report")["$defs"]["record"]["properties"]["class"]["pattern"])
    rng = random.Random(5)  # noqa: S311
    texts = {
        "8N",
        "105A",
        "NFIB3A",
        "58/1",
        "1234",
        "NFIB123",
        "N100/01",
        "28I/12",
        "NFIB3A/1",
        "A8",
        "/1",
        "8n",
    }
    texts |= {"".join(rng.choices("NFIB0139AZ/a ", k=rng.randint(1, 9))) for _ in range(200_000)}
    texts |= {f"{rng.randint(0, 1200)}{rng.choice('A Z/')}{rng.choice(['', '1', '/2', '/34', '/567'])}"
              for _ in range(20_000)}  # fmt: skip
    for text in texts:
        letters = np.frombuffer(text.encode(), dtype=np.uint8)
        incident = re.match("N[123]00", text)
        assert _is_class(letters, 0, len(letters)) == (bool(pattern.match(text)) and not incident), text


def test_each_signature_keeps_its_number_while_the_register_grows():
    register, rng, known = Register(3), np.random.default_rng(1), dict[tuple[int, ...], int]()
    for _ in range(30):
        signs = rng.integers(0, 40, (5_000, 3))
        numbers, new = register.number(signs)
        for at in new:
            assert known.setdefault(tuple(signs[at]), numbers[at]) == numbers[at]
        assert [known[tuple(sign)] for sign in signs] == numbers.tolist()
        assert register.known(signs).tolist() == numbers.tolist()
    assert sorted(known.values()) == list(range(len(known)))
    assert len(known) > 1 << 14
    assert register.known(np.full((2, 3), 99)).tolist() == [-1, -1]


def matters_of(seed: int) -> Matters:
    """Give the matters of mixed reports under the newest book."""
    data = np.frombuffer(json_lines(3_000, seed), dtype=np.uint8)
    coded = read_coded(data, *lines_in(data))
    every = np.ones(len(coded.day), dtype=np.uint8)
    return matters_in(coded, every, asked_by(newest_book()), workings_of(newest_book()))


def told(findings: Findings, matters: Matters) -> list[tuple[str, ...]]:
    return [findings.finding(int(row)).row_ids for row in findings.of(matters)]


@pytest.mark.parametrize("slow", ["_class_rulings", "_findings_of_signs"])
def test_workers_wait_for_what_another_is_still_working_out(slow: str, monkeypatch: pytest.MonkeyPatch):
    parts = [matters_of(seed) for seed in (1, 1, 2, 1)]
    alone = [told(Findings(newest_book()), part) for part in parts]
    work: Callable[..., Any] = getattr(Findings, slow)

    def slowly(findings: Findings, signs: Any) -> None:
        time.sleep(0.05)
        work(findings, signs)

    monkeypatch.setattr(Findings, slow, slowly)
    together = Findings(newest_book())
    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(lambda part: told(together, part), parts)) == alone
