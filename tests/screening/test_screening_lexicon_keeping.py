"""The words are kept: told readably, checked by row and field, tried on logs, and audited from marks."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstpoint.errors import InputError
from firstpoint.records.chance import wilson
from firstpoint.screening import LexiconReader, LogReader, screen
from firstpoint.screening.audited import AUDITED, audited_precision, check_audited
from firstpoint.screening.comparing import lexicon_effect
from firstpoint.screening.lexicon import lexicon_of, ready_lexicon, shipped_files
from firstpoint.screening.lexicon_changes import changes_in, is_whole, laid_over
from firstpoint.screening.lexicon_faults import lexicon_faults
from firstpoint.screening.pattern_words import in_words, steps_of, words_of

HEADING = b"id,kind,pattern,sets,strength,blocks,cite,hits,misses\n"
CITED = b'"Assaults, pp 42-47"'
ROW = b"NEW-001,assault,gave_him_the_boot,,certain,," + CITED + b",They gave him the boot,He wore a boot\n"
SHIPPED = shipped_files()


def lines_of(name, *begins):
    """The heading of a shipped file and its lines that begin so."""
    heading, *lines = SHIPPED[name].splitlines(keepends=True)
    return heading + b"".join(line for line in lines if line.startswith(begins))


# A small lexicon, so that each trial compiles at once.
SMALL = {
    "classes.csv": SHIPPED["classes.csv"],
    "closing_codes.csv": SHIPPED["closing_codes.csv"],
    "cues.csv": lines_of("cues.csv", b"CUE-001", b"CUE-002"),
    "languages.csv": SHIPPED["languages.csv"],
    "opening_codes.csv": SHIPPED["opening_codes.csv"],
    "ordinary_words.txt": b"boot\nbooth\n",
    "phrases_base.csv": lines_of("phrases_violence.csv", b"VIOL-001", b"VIOL-002", b"VIOL-009"),
    "weights.toml": SHIPPED["weights.toml"],
}
KEPT = lexicon_of(SMALL)
ATOM = st.sampled_from(["punch*", "nose", "got_hold_of", "#", "?", "@BODY", "@PRON"])
ELEMENT = st.lists(ATOM, min_size=1, max_size=4, unique=True).map("|".join)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("punch*|kick* <3> @BODY", "“punch…” or “kick…”, then within 3 words one of the class BODY"),
        ("got_hold_of [right] #", "“got hold of”, then perhaps “right”, then a number in figures"),
        ("? <1> <2> hit", "a word not in the lexicon, such as a name, then within 3 words “hit”"),
        ("hit <4>", "“hit”"),
    ],
)
def test_a_pattern_is_told_in_words(pattern, words):
    assert in_words(pattern) == words


def test_a_long_list_of_alternatives_is_cut_and_counted():
    assert in_words("a|b|c|d", most=2) == "“a” or “b” or 2 more"


@given(st.lists(st.one_of(ELEMENT, ELEMENT.map(lambda e: f"[{e}]"), st.just("<3>")), max_size=6))
def test_no_alternative_of_a_pattern_is_lost_in_the_telling(parts):
    steps = steps_of(" ".join(parts))
    told = [len(step.choices) for step in steps]
    assert told == [part.count("|") + 1 for part in parts if part != "<3>"]
    assert [step.optional for step in steps] == [part.startswith("[") for part in parts if part != "<3>"]


def test_every_row_that_ships_is_told_with_at_least_one_step():
    for row in (*ready_lexicon().phrases, *ready_lexicon().cues):
        assert steps_of(row.pattern), row.id
    assert "hit" in set(words_of("hit|@BODY"))


# Changes laid over the lexicon


def test_a_row_of_the_same_id_stands_in_place_and_another_is_added():
    stronger = b'VIOL-009,assault,assault,,likely,,"Assaults, pp 42-47",An assault,A salt\n'
    changed = lexicon_of(laid_over(SMALL, {"mine.csv": HEADING + stronger + ROW}))
    was = {phrase.id: phrase for phrase in KEPT.phrases}
    now = {phrase.id: phrase for phrase in changed.phrases}
    assert now.keys() - was.keys() == {"NEW-001"}
    assert (now["VIOL-009"].strength, was["VIOL-009"].strength) == ("likely", "weak")
    assert {name for name in was if was[name].pattern != now[name].pattern} == {"VIOL-009"}
    assert changed.version != KEPT.version


def test_laying_nothing_over_changes_no_file():
    assert laid_over(SMALL, {"mine.csv": HEADING}) == SMALL


def test_a_whole_lexicon_stands_by_itself_so_that_a_row_left_out_is_gone():
    lines = SMALL["phrases_base.csv"].splitlines(keepends=True)
    shorter = {**SMALL, "phrases_base.csv": b"".join(lines[:1] + lines[2:])}
    assert is_whole(shorter)
    assert len(lexicon_of(laid_over(SMALL, shorter)).phrases) == len(KEPT.phrases) - 1


def test_a_class_and_a_weight_can_be_changed():
    weights = SMALL["weights.toml"].replace(b"denied = 0.08", b"denied = 0.5")
    body = b"name,meaning,members\nBODY,parts of the body,face|bonce\n"
    changed = lexicon_of(laid_over(SMALL, {"classes.csv": body, "weights.toml": weights}))
    assert changed.weights["context"]["denied"] == 0.5
    assert "bonce" in changed.alphabet.literals


def test_a_forces_own_words_are_a_change_too(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text(
        "id,adds,kind,pattern,strength,cite,class,members,category,direction,hits,misses\n"
        'F-1,phrase,assault,gave_him_the_boot,certain,"Assaults, p 42",,,,,They gave him the boot,A boot\n'
        "F-2,class,,,,,@BODY,bonce,,,,\n"
        "F-3,cue,,in_panto,,,,,fiction,entry,Seen in panto,Seen in town\n",
        encoding="utf-8",
    )
    (change,) = changes_in(own)
    laid = laid_over(SMALL, change)
    assert lexicon_faults(laid) == ()
    lexicon = lexicon_of(laid)
    assert {"F-1", "F-3"} <= {row.id for row in (*lexicon.phrases, *lexicon.cues)}
    assert "bonce" in lexicon.alphabet.literals


def test_a_folder_as_a_force_keeps_it_is_laid_over_file_by_file(tmp_path):
    for name, data in SHIPPED.items():
        if name != "languages.csv":
            (tmp_path / name).write_bytes(data)
    (tmp_path / "mine.csv").write_bytes(HEADING + ROW)
    (tmp_path / "own.csv").write_text("id,adds,class,members\nF-1,class,BODY,bonce\n", encoding="utf-8")
    (tmp_path / "audited.csv").write_text(",".join(AUDITED) + "\n", encoding="utf-8")
    files = SHIPPED
    for change in changes_in(tmp_path):
        files = laid_over(files, change)
    assert files.keys() - SHIPPED.keys() == {"phrases_mine.csv"}
    differing = {name for name in SHIPPED if files[name].split() != SHIPPED[name].split()}
    assert differing == {"classes.csv"}
    assert b"|bonce" in files["classes.csv"]


def test_a_folder_without_a_file_of_a_lexicon_and_other_kinds_are_refused(tmp_path):
    with pytest.raises(InputError, match="holds no file of a lexicon"):
        changes_in(tmp_path)
    with pytest.raises(InputError, match="kinds of allegation cannot be changed"):
        laid_over(SHIPPED, {"kinds.csv": SHIPPED["kinds.csv"] + b"arson_of_hats,arson,person,1,\n"})


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("mine.csv", b"colour,size\nred,2\n", "which are those of no file"),
        ("mine.csv", HEADING + b"NEW-001,assault\n", "line 2"),
        ("mine.csv", b"\xff\xfe\x00", "cannot be read as a table"),
    ],
)
def test_a_file_that_is_no_change_is_refused_by_name(name, data, words):
    with pytest.raises(InputError, match=words) as refused:
        laid_over(SMALL, {name: data})
    assert "mine.csv" in refused.value.where


# Faults


def faults_with(name, data):
    return [(f.file, f.row, f.field) for f in lexicon_faults({**SMALL, name: data})]


def test_the_lexicon_that_ships_is_sound():
    assert lexicon_faults(SHIPPED) == ()


@pytest.mark.parametrize(
    ("was", "becomes", "field"),
    [
        (b"gave_him_the_boot", b"gave_him_@NOSUCH", "pattern"),
        (b"gave_him_the_boot", b"gave_him|@NOSUCH", "pattern"),
        (b"gave_him_the_boot", b"<3>", "pattern"),
        (b",certain,", b",sure,", "strength"),
        (b",assault,", b",asault,", "kind"),
        (CITED, b"", "cite"),
        (b",He wore a boot", b",", "misses"),
        (b"boot,,certain", b"boot,injury,certain", "sets"),
        (b"certain,,", b"certain,boot @NOSUCH,", "blocks"),
        (b"They gave him the boot", b"They gave him a boot", "hits"),
        (b"He wore a boot", b"She gave him the boot", "misses"),
    ],
)
def test_a_fault_is_named_by_file_row_and_field(was, becomes, field):
    assert was in ROW
    found = faults_with("phrases_mine.csv", HEADING + ROW.replace(was, becomes))
    assert found == [("phrases_mine.csv", "NEW-001", field)]


def test_all_faults_of_rows_are_found_in_one_pass():
    bad = ROW.replace(b",certain,", b",sure,") + ROW.replace(b"NEW-001", b"VIOL-001") + b"NEW-003,assault\n"
    found = faults_with("phrases_mine.csv", HEADING + bad)
    assert ("phrases_mine.csv", "NEW-001", "strength") in found
    assert ("phrases_mine.csv", "VIOL-001", "id") in found
    assert ("phrases_mine.csv", "NEW-003", "") in found


def test_a_cue_and_a_missing_file_are_told_too():
    cues = SMALL["cues.csv"] + b"CUE-999,nonsense,perhaps,sideways,two,asault,,Perhaps,Never\n"
    found = faults_with("cues.csv", cues)
    assert {field for _, row, field in found if row == "CUE-999"} == {
        "direction",
        "reach",
        "kinds",
        "category",
    }
    without = {name: data for name, data in SMALL.items() if name != "weights.toml"}
    assert lexicon_faults(without)[0].file == "weights.toml"


def test_a_fault_is_told_as_an_error_with_place_and_remedy():
    (fault,) = lexicon_faults({**SMALL, "phrases_mine.csv": HEADING + ROW.replace(b",certain,", b",sure,")})
    told = str(fault.error())
    assert told.startswith("phrases_mine.csv, row NEW-001, strength: ")
    assert "certain, likely, weak, detail" in told


# Trying a change on logs

LOGS = pl.DataFrame(
    {
        "incident_id": ["a", "b", "c"],
        "text": [
            "The two lads gave him the boot outside the pub.",
            "Caller states he punched her in the face.",
            "The caller would like to know about bins.",
        ],
    }
)


def effect_on_phrases(incidents, before, after):
    return lexicon_effect(incidents, before, after, read_with=LexiconReader)


def test_a_new_row_gains_a_disclosure_where_it_stands_and_changes_nothing_else():
    after = lexicon_of(laid_over(SMALL, {"mine.csv": HEADING + ROW}))
    effect = effect_on_phrases(LOGS, KEPT, after)
    (log,) = effect.changed
    assert log.incident_id == "a"
    assert [one.kind for one in log.gained] == ["assault"]
    assert [e.text for e in log.gained[0].evidence] == ["gave him the boot"]
    assert (log.lost, log.moved) == ((), ())
    assert log.chance_unrecorded[0] < log.chance_unrecorded[1]
    assert effect.patterns == {"NEW-001": (0, 1)}
    assert effect.disclosing == (1, 2)


def test_taking_the_row_back_loses_what_it_gained():
    after = lexicon_of(laid_over(SMALL, {"mine.csv": HEADING + ROW}))
    there, back = effect_on_phrases(LOGS, KEPT, after), effect_on_phrases(LOGS, after, KEPT)
    assert [log.gained for log in there.changed] == [log.lost for log in back.changed]
    assert back.patterns == {name: (after, before) for name, (before, after) in there.patterns.items()}
    assert back.expected_crimes == there.expected_crimes[::-1]


def test_a_lexicon_against_itself_changes_nothing():
    effect = effect_on_phrases(LOGS, KEPT, KEPT)
    assert (effect.changed, effect.ranks_moved, effect.patterns) == ((), 0, {})
    assert effect.logs == 3


def test_a_weaker_word_moves_the_chance_without_losing_the_disclosure():
    weights = SMALL["weights.toml"].replace(b"certain = 0.90", b"certain = 0.80", 1)
    effect = effect_on_phrases(LOGS, KEPT, lexicon_of(laid_over(SMALL, {"weights.toml": weights})))
    (log,) = effect.changed
    ((was, now),) = log.moved
    assert was.kind == now.kind == "assault"
    assert was.certainty > now.certainty


def test_a_log_that_was_not_read_has_no_chance_before_and_after():
    welsh = (
        "Mae'r galwr yn dweud bod ei chyn-bartner wedi ei tharo neithiwr a bod hi'n ofnus: gave him the boot."
    )
    after = lexicon_of(laid_over(SMALL, {"mine.csv": HEADING + ROW}))
    (log,) = effect_on_phrases(pl.DataFrame({"incident_id": ["w"], "text": [welsh]}), KEPT, after).changed
    assert log.chance_unrecorded == (None, None)


def test_the_effect_is_that_on_the_reader_that_ships_unless_another_is_asked_for():
    after = lexicon_of(laid_over(SMALL, {"mine.csv": HEADING + ROW}))
    (log,) = [each for each in lexicon_effect(LOGS, KEPT, after).changed if each.incident_id == "a"]
    by_ships = LogReader(LexiconReader(after)).read({"text": LOGS["text"][0]})
    assert {one.certainty for _, one in log.moved} <= {one.certainty for one in by_ships}
    assert "NEW-001" in {name for one in by_ships for name in one.patterns}


def test_progress_goes_once_over_both_readings():
    steps = []
    lexicon_effect(LOGS, KEPT, KEPT, progress=lambda *step: steps.append(step))
    assert steps[-1] == (6, 6)


# Precision from marks


def screened_logs(count=4):
    texts = [f"Caller {n} states he punched her in the face." for n in range(count)]
    return screen(
        pl.DataFrame({"incident_id": [str(n) for n in range(count)], "text": texts}), reader=LexiconReader()
    )


def marks(due, **more):
    rows = {"incident_id": [str(n) for n in range(len(due))], "should_record": due}
    return pl.DataFrame({**rows, **more})


def of(table, pattern="VIOL-001"):
    return table.row(by_predicate=pl.col("pattern") == pattern, named=True)


def test_a_row_right_in_three_of_four_audited_logs_has_precision_three_quarters():
    row = of(audited_precision(marks([1, 2, 1, 0]), screened_logs()))
    low, high = wilson(3, 4)
    assert (row["hits"], row["confirmed"], row["precision"], row["by"]) == (4, 3, 0.75, "any crime")
    assert (row["low"], row["high"]) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_where_marks_name_classes_a_crime_of_another_kind_confirms_nothing():
    table = audited_precision(marks([1, 1, 0, 1], ho_class=["8N", "28E", None, "105A"]), screened_logs())
    assert (of(table)["hits"], of(table)["confirmed"], of(table)["by"]) == (4, 2, "class")


def test_a_log_surely_audited_counts_for_less_than_one_seldom_audited():
    table = audited_precision(
        marks([1, 1, 0, 0], inclusion_probability=[1.0, 1.0, 0.1, 0.1]), screened_logs()
    )
    row = of(table)
    assert (row["hits"], row["confirmed"]) == (4, 2)
    assert row["precision"] == pytest.approx(2 / 22, abs=1e-4)
    even = of(audited_precision(marks([1, 1, 0, 0]), screened_logs()))
    assert row["high"] - row["low"] > 0
    assert even["precision"] == 0.5


def test_rows_of_one_log_are_taken_together_and_other_logs_left_aside():
    twice = pl.DataFrame({"incident_id": ["0", "0", "1", "zzz"], "should_record": [0, 1, 0, 1]})
    row = of(audited_precision(twice, screened_logs()))
    assert (row["hits"], row["confirmed"]) == (2, 1)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pl.DataFrame({"incident_id": ["0"]}), "should_record"),
        (marks([-1]), "number from 0"),
        (marks([1], inclusion_probability=[0.0]), "number from 0"),
        (pl.DataFrame({"incident_id": ["zzz"], "should_record": [1]}), "No marked log was screened"),
    ],
)
def test_marks_that_say_nothing_are_refused(frame, words):
    with pytest.raises(InputError, match=words):
        audited_precision(frame, screened_logs())


@given(st.lists(st.booleans(), min_size=1, max_size=4))
def test_the_table_as_filled_passes_its_own_check(found):
    table = audited_precision(marks([int(each) for each in found]), SCREENED)
    assert check_audited(table, where="audited.csv").equals(table.select(list(AUDITED)))


SCREENED = screened_logs()


def test_a_table_changed_by_hand_is_refused():
    table = audited_precision(marks([1, 0, 0, 0]), SCREENED)
    better = table.with_columns(precision=pl.lit(0.99))
    with pytest.raises(InputError, match="changed by hand"):
        check_audited(better, where="audited.csv")
