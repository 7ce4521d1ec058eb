"""The two banks tell of the same events and share no phrase, so that one can stand for unseen logs."""

import re
from collections.abc import Iterator

import polars as pl
import pytest

from firstpoint.errors import InputError
from firstpoint.simulation import BANKS, make_force, scenarios
from firstpoint.simulation.grammar_files import toml_of
from firstpoint.simulation.names import names
from firstpoint.simulation.wording import word_lists

ALIKE = {"closing_codes", "abbreviations", "regions", "words"}
TOKEN = re.compile(r"\{\w+\}|[a-z0-9']+")


def strings(value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def phrases(bank) -> list[str]:
    told = [
        line
        for scenario in scenarios(bank).values()
        for act in scenario.acts
        for line in (*act.told, *act.more, *act.after)
    ]
    stories = [
        line
        for scenario in scenarios(bank).values()
        for story in scenario.stories
        for line in (story.lead, *story.found)
    ]
    shared = [
        line
        for table, rows in toml_of("shared", bank).items()
        if table not in ALIKE
        for line in strings(rows)
    ]
    return [line for line in (*told, *stories, *shared) if line]


def runs(lines, length) -> dict[tuple[str, ...], str]:
    found = {}
    for line in lines:
        words = TOKEN.findall(line.lower())
        for at in range(len(words) - length + 1):
            found[tuple(words[at : at + length])] = line
    return found


@pytest.fixture(scope="module")
def held_out():
    return make_force(seed=20260401, incidents=12_000, bank="held_out")


def test_each_bank_has_many_phrases():
    assert all(len(set(phrases(bank))) > 850 for bank in BANKS)


def test_the_banks_share_no_phrase_and_no_run_of_five_words():
    training, held_out = (phrases(bank) for bank in BANKS)
    assert not set(training) & set(held_out)
    ours, theirs = runs(training, 5), runs(held_out, 5)
    assert {run: (ours[run], theirs[run]) for run in ours.keys() & theirs.keys()} == {}


def test_the_banks_share_hardly_a_run_of_four_words():
    ours, theirs = (runs(phrases(bank), 4) for bank in BANKS)
    assert len(ours.keys() & theirs.keys()) < 0.008 * len(theirs)


def test_the_banks_share_no_street_surname_firm_or_place():
    training, held_out = (names(bank) for bank in BANKS)
    for field in ("streets", "last", "firms", "places"):
        assert not set(getattr(training, field)) & set(getattr(held_out, field)), field
    assert training.areas == held_out.areas


def test_both_banks_fill_the_same_slots_from_lists():
    used = {slot for bank in BANKS for line in phrases(bank) for slot in re.findall(r"\{(\w+)\}", line)}
    lists = [set(word_lists(bank)) for bank in BANKS]
    assert {slot for slot in used if slot in lists[0]} <= lists[1]


def test_the_bank_changes_the_words_and_nothing_of_what_happened(force, held_out):
    # Crimes and their numbers too: only closing times, which belong to the telling, may differ.
    assert held_out.truth_incidents.equals(force.truth_incidents)
    assert held_out.truth_crimes.equals(force.truth_crimes)
    assert held_out.truth_errors.equals(force.truth_errors)
    assert held_out.crimes.equals(force.crimes)
    assert held_out.victims.equals(force.victims)
    assert not held_out.incidents["text"].is_in(force.incidents["text"].to_list()).any()


def test_no_slot_is_left_unfilled_in_the_held_out_bank(held_out):
    assert not held_out.incidents["text"].str.contains(r"[{}]").any()


@pytest.mark.parametrize("bank", BANKS)
def test_further_victims_are_told_of_wherever_they_can_be(bank):
    for scenario in scenarios(bank).values():
        for act in scenario.acts:
            if act.on == "victims" and scenario.victims != "one":
                assert act.more, (bank, scenario.id)


@pytest.mark.parametrize("bank", BANKS)
def test_logs_are_of_forty_to_some_four_hundred_words_with_a_heavy_tail(bank, force, held_out):
    texts = (force if bank == "training" else held_out).incidents["text"]
    words = texts.str.count_matches(r"\S+")
    assert words.quantile(0.02) >= 38
    assert 70 < words.median() < 120
    assert words.quantile(0.95) > 200
    assert words.quantile(0.999) > 350
    assert words.max() < 520


@pytest.mark.parametrize("bank", BANKS)
def test_no_two_logs_are_alike(bank, force, held_out):
    texts = (force if bank == "training" else held_out).incidents["text"]
    bare = texts.str.replace_all(r"(?m)^\d\d:\d\d [A-Z]+\d+: ", "")
    assert bare.n_unique() > 0.98 * bare.len()


def test_remarks_stand_in_logs_with_and_without_crime_alike(force):
    due = force.incidents.select("incident_id", pl.col("text").str.to_lowercase()).join(
        force.truth_incidents.select("incident_id", "should_record", "repeat_of"), on="incident_id"
    )
    first = due.filter(pl.col("repeat_of").is_null())
    for words in (
        "nothing of that kind is missing",
        "would sort it out",
        "recorded and closed",
        "drone was overhead",
    ):
        shares = first.group_by(pl.col("should_record") > 0).agg(
            pl.col("text").str.contains(words, literal=True).mean()
        )
        with_and_without = shares["text"].to_list()
        assert min(with_and_without) > 0.004, words
        assert max(with_and_without) < 1.7 * min(with_and_without), words


def test_a_bank_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="no such bank"):
        make_force(seed=1, incidents=5, bank="spare")
