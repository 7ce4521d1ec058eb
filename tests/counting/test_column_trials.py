"""The long trials of columns in small: that they run, and that what must hold does."""

import json
import random

from column_properties import coded_parts, properties, renamed, reordered
from column_trials import fuzzed
from report_fuzz import SLIPS, spoilt
from report_mix import json_lines


def test_six_properties_hold_for_mixed_reports():
    held, _ = properties(3_000, 5, workers=1)
    assert {name: each.broken for name, each in held.items() if "due" not in name and each.broken} == {}
    assert min(each.tried for each in held.values()) > 500


def test_changed_reports_are_other_reports():
    coded = next(coded_parts(500, 5))
    changed, several = reordered(coded)
    assert several.sum() > 100
    assert (changed.names[1] != coded.names[1]).any()
    assert (renamed(coded).victims_named != coded.victims_named).all()


def test_every_slip_spoils_a_report():
    rng = random.Random(1)  # noqa: S311
    (text,) = json_lines(1, 3).decode().splitlines()
    made = [spoilt(text, rng) for _ in range(400)]
    assert {name for name, _ in made} == set(SLIPS)
    assert sum(other == text for _, other in made) < 40


def test_spoilt_reports_are_counted_or_refused_as_the_interpreter_says():
    found, differ = fuzzed(2_000)
    assert differ == []
    assert {decided for _, decided in found} == {"counted", "refused"}


def test_every_spoilt_text_can_stand_in_a_frame():
    rng = random.Random(2)  # noqa: S311
    for text in json_lines(200, 4).decode().splitlines():
        assert json.dumps(spoilt(text, rng)[1])
