"""The model card says what is installed and measured; the transparency record says who fills what."""

from __future__ import annotations

import hashlib
import json
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from attrs import evolve

from firstpoint.errors import InputError, UnreadableFile
from firstpoint.screening import LogReader, thorough_reader
from firstpoint.screening.accountability import (
    TO_FILL,
    TOO_FEW,
    Answers,
    atrs_as_dict,
    atrs_record,
    gap_words,
    installed_screen,
    model_card,
    read_answers,
    read_measured,
    share_words,
    shipped_measured,
)
from firstpoint.screening.accountability.measured import Measured

INSTALLED = installed_screen()
SHIPPED = shipped_measured()
LEXICON = resources.files("firstpoint.screening") / "lexicon"


def text_of(section):
    return " ".join(
        (
            section.warning,
            *section.paragraphs,
            *section.points,
            *(str(cell) for table in section.tables for row in (*table.rows, (table.note,)) for cell in row),
        )
    )


@pytest.fixture(scope="module")
def card():
    return model_card(INSTALLED, SHIPPED)


def test_the_card_has_every_part_that_its_readers_look_for(card):
    parts = [section.id for section in card.sections]
    assert parts == [
        "what", "for_whom", "not_for", "owner", "versions", "made", "tested", "limits", "scoring", "never",
        "subgroups", "challenge",
    ]  # fmt: skip
    assert all(text_of(section).strip() for section in card.sections)


def test_the_card_names_the_reader_that_stands_in_every_screened_row(card):
    for reader in (LogReader(), thorough_reader()):
        assert f"{reader.name} {reader.version}" in text_of(card.section("versions"))


def test_the_card_carries_the_fingerprint_of_every_file_of_words_and_weights(card):
    told = text_of(card.section("versions"))
    files = [file for file in LEXICON.iterdir() if file.name.endswith((".csv", ".toml"))]
    assert len(files) > 5
    for file in files:
        assert file.name in told
        assert hashlib.sha256(file.read_bytes()).hexdigest() in told


def test_every_weight_of_a_context_stands_on_the_card(card):
    weights = tomllib.loads((LEXICON / "weights.toml").read_text("utf-8"))
    rows = {(row[0], row[1]) for table in card.section("scoring").tables for row in table.rows}
    for name, factor in {**weights["context"], **weights["strength"]}.items():
        assert (name.replace("_", " "), factor) in rows


def test_what_takes_no_duty_away_is_said_to_take_nothing_away(card):
    contexts = next(table for table in card.section("scoring").tables if "context" in table.caption)
    for name in ("historic", "retracted", "no support", "professional"):
        assert name in contexts.note


def test_figures_of_another_version_carry_a_warning():
    stale = evolve(SHIPPED, reader="lexicon 000000000000")
    warning = model_card(INSTALLED, stale).section("tested").warning
    assert "lexicon 000000000000" in warning
    assert INSTALLED.reader in warning


def test_figures_of_this_version_carry_none():
    assert not model_card(INSTALLED, evolve(SHIPPED, reader=INSTALLED.reader)).section("tested").warning


def test_without_figures_the_card_says_that_there_are_none():
    card = model_card(INSTALLED, None)
    assert "not measured" in card.section("tested").warning
    assert "Nothing was measured by group" in card.section("subgroups").warning


def test_banks_that_had_no_say_stand_before_those_that_had(card):
    table = next(table for table in card.section("tested").tables if table.caption.startswith("Screen"))
    seen = [row[1] for row in table.rows]
    assert seen == sorted(seen)
    assert "no" in seen


def test_each_figure_of_the_file_stands_on_the_card_with_its_limits(card):
    told = text_of(card.section("tested"))
    for cell in SHIPPED.cells:
        for one in cell.figures:
            assert one.low <= one.value <= one.high
            assert f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})" in told


def test_a_group_with_too_few_logs_shows_no_figure_on_the_card(card):
    few = [row for row in SHIPPED.subgroups.shares if not row["enough"]]
    assert few
    assert all(row["estimate"] is None and row["logs"] is None for row in few)
    assert share_words(few[0]) == TOO_FEW
    tables = card.section("subgroups").tables
    named = {table.caption: table for table in tables}
    for row in few:
        table = named[f"By {row['attribute']}"]
        cells = [cell for one in table.rows if one[0] == row["group"] for cell in one]
        assert TOO_FEW in cells or row["group"] in table.note


def test_a_gap_whose_limits_hold_0_is_said_to_be_perhaps_chance():
    assert gap_words({"gap": 0.2, "low": 0.05, "high": 0.3}) == "20 points (5 to 30)"
    assert gap_words({"gap": 0.2, "low": -0.05, "high": 0.3}) == "20 points (-5 to 30): may be chance"


def test_what_the_force_has_not_said_is_marked_and_what_it_has_is_shown():
    empty = text_of(model_card(INSTALLED, None).section("owner"))
    filled = text_of(model_card(INSTALLED, None, Answers(owner={"force": "Exampleshire"})).section("owner"))
    assert empty.count(TO_FILL) - filled.count(TO_FILL) == 1
    assert "Exampleshire" in filled


def test_an_answer_to_no_field_is_refused_and_the_fields_are_named():
    with pytest.raises(InputError, match="'boss'") as refused:
        model_card(INSTALLED, None, Answers(owner={"boss": "x"}))
    assert "senior_responsible_owner" in str(refused.value)
    with pytest.raises(InputError, match=r"'9\.9'"):
        atrs_record(INSTALLED, None, Answers(atrs={"9.9": "x"}))


def test_the_record_has_both_tiers_and_every_section_of_the_standard():
    record = atrs_record(INSTALLED, SHIPPED)
    assert [(section.tier, section.number) for section in record] == [
        (1, "1"), (2, "2.1"), (2, "2.2"), (2, "2.3"), (2, "2.4.1"), (2, "2.4.2"), (2, "2.4.3"), (2, "2.5"),
    ]  # fmt: skip
    numbers = [one.number for section in record for one in section.fields]
    assert len(set(numbers)) == len(numbers) == 50
    assert all(
        number.startswith(section.number)
        for section in record
        for number in [f.number for f in section.fields]
    )


def test_a_field_of_the_record_has_words_unless_the_force_alone_can_fill_it():
    for section in atrs_record(INSTALLED, SHIPPED):
        for one in section.fields:
            assert bool(one.text) == (one.standing != "to fill"), one.number
            assert "{" not in one.text


def test_the_forces_answers_fill_the_record():
    given = Answers(atrs={"2.1.1": "Exampleshire Police", "2.2.2": "Used by the audit team."})
    fields = {one.number: one for section in atrs_record(INSTALLED, SHIPPED, given) for one in section.fields}
    assert (fields["2.1.1"].text, fields["2.1.1"].standing) == ("Exampleshire Police", "filled")
    assert fields["2.2.2"].text.endswith("Used by the audit team.")
    assert fields["2.2.2"].standing == "filled"
    assert fields["2.1.2"].standing == "to fill"


def test_what_is_installed_cannot_be_answered_otherwise():
    with pytest.raises(InputError, match="filled from what is installed"):
        atrs_record(INSTALLED, SHIPPED, Answers(atrs={"2.4.2.2": "99"}))


def test_the_record_gives_performance_on_unseen_banks_alone():
    fields = {one.number: one.text for section in atrs_record(INSTALLED, SHIPPED) for one in section.fields}
    for cell in SHIPPED.cells_of("screen", seen=False):
        assert f"bank {cell.tested_on.upper()}:" in fields["2.4.2.7"]
    for cell in SHIPPED.cells_of("screen", seen=True):
        assert f"bank {cell.tested_on.upper()}:" not in fields["2.4.2.7"]
    assert atrs_as_dict(atrs_record(INSTALLED, SHIPPED))["standard_version"] == "3.0"


def test_figures_come_back_as_they_were_written(tmp_path):
    file = tmp_path / "measured.json"
    file.write_text(json.dumps(SHIPPED.as_dict()), "utf-8")
    assert read_measured(file) == SHIPPED
    assert isinstance(SHIPPED, Measured)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "other/1"}', '{"format": "firstpoint-screen-measured/1"}']
)
def test_a_file_of_another_format_is_refused_with_what_to_do(tmp_path, text):
    file = tmp_path / "figures.json"
    file.write_text(text, "utf-8")
    with pytest.raises(UnreadableFile, match="bench_reading"):
        read_measured(file)


def test_answers_are_read_from_a_file(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text('[owner]\nforce = " Exampleshire "\nname = ""\n[atrs]\n"2.1.2" = "Audit"\n', "utf-8")
    assert read_answers(file) == Answers(owner={"force": "Exampleshire"}, atrs={"2.1.2": "Audit"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[owner", "cannot be read"),
        ("[boss]\nx = 'y'", "'boss'"),
        ("[atrs]\nteam = 3", "not a text"),
        ("[atrs]\n2.1.2 = 'Audit'", "quotation marks"),
        ("owner = 'x'", "not a table"),
    ],
)
def test_answers_that_cannot_be_used_are_refused(tmp_path, text, message):
    file = tmp_path / "answers.toml"
    file.write_text(text, "utf-8")
    with pytest.raises((InputError, UnreadableFile), match=message):
        read_answers(file)


def test_neither_prose_nor_figures_hold_a_path_of_somebodys_machine():
    folder = Path(str(resources.files("firstpoint.screening.accountability")))
    for name in ("card.toml", "atrs.toml", "measured.json"):
        told = (folder / name).read_text("utf-8")
        assert "/tmp" not in told  # noqa: S108 - looked for, not used
        assert "/home" not in told
