"""Logs read in columns say what the plain reading says of each: table by table, and word for word."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from bank_measures import read_bank
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from firstpoint import counting
from firstpoint.screening import LogReader, screen, screen_in_parts, screened
from firstpoint.screening.columns import columns_of, read_parts
from firstpoint.screening.columns.alike import alike
from firstpoint.screening.columns.leaning import CLOSING, OPENING
from firstpoint.screening.columns.rounding import FOUR_PLACES, THREE_PLACES, rounded
from firstpoint.screening.columns.wording import lean_column
from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.engine.columns import texts_of
from firstpoint.screening.facts import report_facts
from firstpoint.screening.periods import _changes, period_of
from firstpoint.screening.ranking import kind_words
from firstpoint.screening.verdicts import counted_together
from firstpoint.screening.words.scoring import lean

pytestmark = pytest.mark.early

BANKS = "abcdeijk"
READER = LogReader()
CLASSES = ("8N", "30A", "49", "125", "105A", None, "8L")
ODD_WORDS = """
19:02 2.30 1.5 £40 x12 don't ’tis naïve İstanbul ΣΟΦΟΣ 第一 ½ ² 12345678:30 ٣:٤٥ _x e-mail 1:23:45 … …a ..b -
-- 1430hrs 1430hr 0930 ٣٤٥٦ ٣٤ ²² ʼ ʼ2 Ǆ Ⓐb ǅx 12'30 ABC ! , ? He hit me FELL CAFÉ Ébc 9 42 123 12345 1234567
1234hrsx 12:3 1:2 12.34.56 Ã©tÃ© two men four punched stole bike
"""
ODD = (
    *ODD_WORDS.split(),
    *("\u00a0", "\x00", "\u202e", "\U0001f600", "\ufeff", "\u200f", "\n", "\n- ", ". ", " - ", "a" * 70),
)
AWKWARD = (
    *(None, "", " ", "\n\n\n", "....", "\u202e\u200f\u0000\x07", "\ud7ff" * 50, "a" * 20_000),
    "HE HIT ME AND TOOK MY PHONE",
    "he hit me " * 400,
    "Mae rhywun wedi torri i mewn i fy nhŷ ac wedi dwyn y teledu a'r cyfrifiadur o'r ystafell fyw",
    "Ktoś włamał się do mojego domu i ukradł mój telewizor, proszę o pomoc, nie wiem co robić",
    "Он ударил меня по лицу",
    "name\tage\tlost\nJo\t34\tphone\nAl\t29\tbike",
    "He hit meâ€™ with a bottle Ã¢ and took Â£40",
    "Two men punched three women. " * 60,
    "he stole my bike\r\nfrom the shed\r\n" * 50,
)
settings.register_profile("columns", deadline=None, suppress_health_check=list(HealthCheck), database=None)
QUICKLY = settings.get_profile("columns")


@pytest.fixture(scope="module")
def columns():
    found = columns_of(READER)
    assert found is not None
    return found


def told_in_columns(incidents, crimes=None, *, at_once=300, workers=1):
    parts = read_parts(
        columns_of(READER), [incidents], screened._linked(crimes), at_once=at_once, workers=workers
    )
    frame = pl.concat(parts)
    return frame.with_columns(rank=screened.ranks(frame)).select(*screened._SCREENED)


def told_plainly(incidents, crimes=None):
    """What is read of the same incidents one by one; too few at a time for the columns."""
    parts = list(incidents.iter_slices(1_000)) or [incidents]
    frame = pl.concat([screen(part, crimes, reader=READER) for part in parts])
    return frame.with_columns(rank=screened.ranks(frame)).select(*screened._SCREENED)


def incidents_of(logs):
    moment = datetime(2025, 3, 1, 6, tzinfo=UTC)
    return pl.DataFrame(
        {
            "incident_id": [log["id"] for log in logs],
            "text": [log["text"] for log in logs],
            "opening_code": [log["opening_code"] for log in logs],
            "closing_code": [log["closing_code"] for log in logs],
            "received_at": [moment + timedelta(hours=11 * at) if at % 5 else None for at in range(len(logs))],
        },
        schema_overrides={"received_at": pl.Datetime("us", "UTC")},
    )


def crimes_of(incidents):
    linked = incidents["incident_id"].to_list()[::3]
    classes = [CLASSES[at % len(CLASSES)] for at in range(len(linked))]
    return pl.DataFrame({"incident_id": [*linked, *linked[::4]], "ho_class": [*classes, *classes[::4]]})


def bare(texts):
    return pl.DataFrame(
        {"incident_id": [f"x{at:05}" for at in range(len(texts))], "text": texts},
        schema={"incident_id": pl.String, "text": pl.String},
    )


@pytest.mark.parametrize("letter", BANKS)
def test_a_bank_is_read_alike_in_columns_and_log_by_log(letter):
    incidents = incidents_of(read_bank(letter))
    crimes = crimes_of(incidents)
    assert_frame_equal(
        told_in_columns(incidents, crimes), told_plainly(incidents, crimes), check_exact=False, abs_tol=1e-4
    )


def test_awkward_logs_are_read_alike():
    chance = random.Random(5)  # noqa: S311 - repeatable, not secret
    texts = [*AWKWARD]
    for _ in range(250):
        pieces = [chance.choice(ODD) + chance.choice((" ", "", " ")) for _ in range(chance.randrange(40))]
        texts.append("".join(pieces))
    assert_frame_equal(told_in_columns(bare(texts), at_once=70), told_plainly(bare(texts)))


@settings(QUICKLY, max_examples=60)
@given(
    st.lists(st.text(max_size=120) | st.lists(st.sampled_from(ODD), max_size=25).map(" ".join), max_size=12)
)
def test_any_texts_are_read_alike(texts):
    assert_frame_equal(told_in_columns(bare(texts), at_once=5), told_plainly(bare(texts)))


def test_very_many_repeats_are_read_alike():
    incidents = bare(["he hit me " * 20_000, None])
    in_columns = told_in_columns(incidents)
    assert in_columns["disclosures"].list.len().to_list() == [1, 0]
    assert_frame_equal(in_columns, told_plainly(incidents))


def test_every_quote_stands_where_it_says_in_the_text():
    incidents = incidents_of(read_bank("j"))
    told = told_in_columns(incidents)["disclosures"].to_list()
    for text, disclosures in zip(incidents["text"], told, strict=True):
        for one in disclosures:
            assert all(text[quote["start"] : quote["end"]] == quote["text"] for quote in one["evidence"])


def test_the_size_of_parts_and_the_number_of_threads_change_nothing():
    incidents = incidents_of(read_bank("d"))
    once = told_in_columns(incidents, at_once=1_000)
    assert_frame_equal(once, told_in_columns(incidents, at_once=17, workers=2))


def test_many_logs_are_read_in_columns_and_few_are_not(monkeypatch):
    begun = []
    monkeypatch.setattr(
        "firstpoint.screening.columns.columns_of", lambda reader: begun.append(reader) or columns_of(reader)
    )
    texts = ["He hit me in the face and took my phone."] * screened.MANY
    many = screen(bare(texts), reader=READER)
    assert begun == [READER]
    few = screen(bare(texts[:-1]), reader=READER)
    assert begun == [READER]
    assert many.height == few.height + 1
    assert_frame_equal(many.head(1).drop("rank"), few.head(1).drop("rank"))


def test_a_reader_from_outside_reads_log_by_log_however_many_there_are():
    class Outside:
        name, version = "outside", "1"

        def read(self, incident):
            return READER.read(incident) if incident["incident_id"] == "x00000" else ()

    texts = ["He hit me in the face and took my phone."] * screened.MANY
    told = screen(bare(texts), reader=Outside())
    assert told["reader"].unique().to_list() == ["outside 1"]
    assert told["disclosures"].list.len().sum() == len(told["disclosures"][0])


def test_incidents_in_parts_are_ranked_together(tmp_path):
    incidents = pl.concat([incidents_of(read_bank(letter)) for letter in "de"])
    crimes = crimes_of(incidents)
    parts = list(screen_in_parts(incidents.lazy(), crimes, folder=tmp_path, reader=READER, of_a_part=70))
    assert [part.height for part in parts] == [70, 70, 70, 70, 20]
    assert_frame_equal(pl.concat(parts), screen(incidents, crimes, reader=READER))
    assert not list(tmp_path.iterdir())


def test_no_incidents_in_parts_give_one_empty_part(tmp_path):
    parts = list(screen_in_parts(bare([]).lazy(), folder=tmp_path, reader=READER))
    assert [part.height for part in parts] == [0]
    assert parts[0].schema == screen(bare([]), reader=READER).schema


# Words


def leanings_of(texts, opening, closing, wording):
    codes = []
    for told, shape in ((opening, OPENING), (closing, CLOSING)):
        known = sorted(set(told), key=str)
        codes.append((np.array([known.index(code) for code in told], np.int32), wording.codes(known, shape)))
    return lean_column(texts_of(pl.Series(texts, dtype=pl.String)), wording, *codes)


def assert_leaning_alike(texts, opening, closing, columns):
    weights, kinds = READER.weights, columns.names.kinds
    found = leanings_of(texts, opening, closing, columns.wording)
    for log, text in enumerate(texts):
        plain = lean(text or "", opening[log], closing[log], weights)
        here = slice(int(found.sentence_from[log]), int(found.sentence_from[log + 1]))
        assert found.spans[here, 2:].tolist() == plain.told.spans.tolist()
        assert found.leans[here, 0] == pytest.approx(plain.tells, abs=1e-6)
        assert found.leans[here, 1] == pytest.approx(plain.undoes, abs=1e-6)
        assert found.whole[log] == pytest.approx(plain.whole, abs=1e-6)
        told = {kinds[at]: at for at in np.flatnonzero(found.label[log] >= 0)}
        worded = kind_words(plain, weights.kinds)
        assert told.keys() == worded.keys()
        for kind, at in told.items():
            assert found.odds[log, at] == pytest.approx(worded[kind].odds, abs=1e-6)
            assert weights.kinds[found.label[log, at]] == worded[kind].label


@pytest.mark.parametrize("letter", "abcde")
def test_words_of_a_bank_lean_as_the_plain_reading_says(letter, columns):
    logs = read_bank(letter)
    codes = [[log[code] for log in logs] for code in ("opening_code", "closing_code")]
    assert_leaning_alike([log["text"] for log in logs], *codes, columns)


@settings(QUICKLY, max_examples=150)
@given(st.text(max_size=200) | st.lists(st.sampled_from(ODD), max_size=40).map("".join))
def test_words_of_any_text_lean_as_the_plain_reading_says(text):
    assert_leaning_alike([text, None, ""], [None] * 3, ["NFA", None, ""], columns_of(READER))


def test_words_of_a_huge_text_lean_as_the_plain_reading_says(columns):
    text = "He came to the door at 19:02, Ébc! then two men hit me.\n" * 3_000
    assert_leaning_alike([text], ["ASB"], [None], columns)


# Days, rounding, rows alike


def test_facts_that_contradict_one_another_stop_no_log():
    """Words may tell of a constable and of a child of ten; what tells of the victim then settles nothing."""
    told = Disclosure(
        kind="assault",
        offence="assault",
        certainty=0.9,
        facts={"victim.age": "10", "victim.duty": "constable", "injury": "minor"},
    )
    plain = evolve(told, facts={"injury": "minor"})
    assert counted_together({}, [told], {})[0].ho_class == counted_together({}, [plain], {})[0].ho_class


def test_every_day_of_a_period_has_the_same_answer():
    """Asked anew on days at both ends of each period and inside, counting says the same."""
    told = [
        [one for one in READER.read(log) if one.certainty >= 0.4]
        for log in (*read_bank("a")[:40], *read_bank("i")[:40])
    ]
    days = [counting.first_day() + timedelta(days=at) for at in range(1_300)]
    days = [day for day in days if day < counting.newest_book().valid_to]
    ends = [(one, other) for one, other in pairwise(days) if period_of(one) != period_of(other)]
    inside = {period_of(day): day for day in days[::40]}
    asked = [day for pair in ends for day in pair] + list(inside.values())
    for disclosures in (one for one in told if one):
        answers = {}
        for day in asked:
            incident = {"received_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC)}
            verdict = counting.count_report(report_facts(incident, disclosures))
            said = verdict["decision"], verdict["total"], verdict["allegations"]
            assert answers.setdefault(period_of(day), said) == said


def test_a_period_ends_where_the_book_or_a_row_that_asks_for_the_day_changes():
    assert period_of(date(2026, 3, 31)) != period_of(date(2026, 4, 1))
    assert period_of(date(2026, 2, 5)) != period_of(date(2026, 2, 6))
    assert period_of(date(2025, 6, 1)) == period_of(date(2025, 6, 30))
    assert 20240824 in _changes(counting.newest_book().id)


@settings(QUICKLY, max_examples=300)
@given(
    st.floats(0, 100)
    | st.integers(0, 20_000).map(lambda number: number / 20_000)
    | st.integers(0, 10**6).map(lambda number: number / 10**5)
)
def test_figures_are_rounded_as_python_rounds(number):
    assert rounded(number, FOUR_PLACES) == round(number, 4)
    assert rounded(number, THREE_PLACES) == round(number, 3)


@settings(QUICKLY, max_examples=100)
@given(st.lists(st.lists(st.integers(0, 3), max_size=3), max_size=40))
def test_rows_have_one_number_if_and_only_if_they_are_alike(rows):
    numbers = np.array([number for row in rows for number in row], dtype=np.int64)
    start = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    found = alike(numbers, start)
    assert [rows[first] for first in found.first] == [list(row) for row in dict.fromkeys(map(tuple, rows))]
    assert [rows[found.first[number]] for number in found.number] == rows
