"""A force's own words are added by a file, and a bad file is refused by file, row and field."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from firstpoint.errors import InputError, UnreadableFile
from firstpoint.screening import LexiconReader, screen
from firstpoint.screening.extensions import COLUMNS

pytestmark = pytest.mark.early

HEADING = "id,adds,kind,pattern,strength,cite,category,direction,reach,class,members,hits,misses\n"
PHRASE = 'F-1,phrase,assault,zonked @PRON,likely,"Assaults, pp 42-47",,,,,,He zonked him on,The zonked cat\n'
CUE = "F-2,cue,,gasworks,,,fiction,both,8,,,By the gasworks he hit her,In the park he hit her\n"
CLASS = "F-3,class,,,,,,,,BODY,noggin|lug hole,,\n"


@pytest.fixture
def words(tmp_path):
    def write(text):
        path = tmp_path / "our words.csv"
        path.write_text(HEADING + text, "utf-8")
        return path

    return write


def test_a_phrase_of_the_forces_own_is_disclosed_under_its_id(words):
    reader = LexiconReader(extensions=[words(PHRASE)])
    (told,) = reader.read({"text": "He zonked him by the bridge."})
    assert (told.kind, told.patterns) == ("assault", ("F-1",))
    assert not LexiconReader().read({"text": "He zonked him by the bridge."})


def test_a_cue_of_the_forces_own_lowers_what_it_stands_beside(words):
    text = "By the gasworks he punched her in the face."
    plain, ours = LexiconReader(), LexiconReader(extensions=[words(CUE)])
    assert plain.read({"text": text})[0].certainty > 0.8
    assert all(told.certainty < 0.4 for told in ours.read({"text": text}))


def test_a_word_of_the_forces_own_joins_a_class(words):
    text = {"text": "He punched her in the lug hole."}
    assert "VIOL-001" in LexiconReader(extensions=[words(CLASS)]).read(text)[0].patterns
    assert not any("VIOL-001" in told.patterns for told in LexiconReader().read(text))


def test_the_sample_in_the_documentation_is_read_and_names_every_column():
    sample = Path(__file__).resolve().parents[2] / "docs" / "examples" / "own_words.csv"
    reader = LexiconReader(extensions=[sample])
    assert reader.read({"text": "Lads paggered my brother"})[0].patterns == ("OURS-001",)
    page = sample.parents[1].joinpath("own-words.md").read_text("utf-8")
    assert tuple(sample.read_text("utf-8").splitlines()[0].split(",")) == COLUMNS
    assert all(f"`{column}`" in page for column in COLUMNS)


def test_the_version_tells_extended_lexicons_apart(words):
    plain, ours = LexiconReader().version, LexiconReader(extensions=[words(PHRASE)]).version
    assert plain != ours
    assert LexiconReader(extensions=[words(PHRASE + CUE)]).version not in (plain, ours)


def test_a_table_is_screened_with_the_forces_own_words(words, monkeypatch):
    monkeypatch.setattr("firstpoint.screening.reading.MANY", 1)
    frame = pl.DataFrame({"incident_id": ["1"], "text": ["He zonked him by the bridge."]})
    assert screen(frame, reader=LexiconReader(extensions=[words(PHRASE)]))["chance_crime"][0] > 0.5
    assert screen(frame, reader=LexiconReader())["chance_crime"][0] == 0


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        (PHRASE.replace("phrase", "frase"), "row 2, field adds", "frase"),
        (PHRASE.replace("assault,", "asault,", 1), "row 2, F-1, field kind", "asault"),
        (PHRASE.replace("likely", "rather"), "row 2, F-1, field strength", "rather"),
        (PHRASE.replace("@PRON", "@NOSUCH"), "row 2, F-1, field pattern", "@NOSUCH"),
        (PHRASE.replace("F-1", ""), "row 2, field id", "needs id"),
        (PHRASE.replace("He zonked him on", ""), "row 2, field hits", "needs hits"),
        (PHRASE.replace("He zonked him on", "He left"), "row 2, F-1, field hits", "He left"),
        (PHRASE.replace("The zonked cat", "Zonked him"), "row 2, F-1, field misses", "Zonked him"),
        (CUE.replace(",8,", ",far,"), "row 2, field reach", "far"),
        (CUE.replace("both", "beside"), "row 2, F-2, field direction", "beside"),
        (CUE.replace("fiction", "fictoin"), "row 2, F-2, field category", "fictoin"),
        (CLASS.replace("BODY", "BODIES"), "row 2, field class", "BODIES"),
        ("F-9,phrase\n", "row 2", "fewer cells"),
        (PHRASE.replace("F-1", "VIOL-001"), "VIOL-001", "twice"),
    ],
)
def test_a_bad_row_is_refused_by_file_row_and_field(words, row, place, said):
    with pytest.raises(InputError) as refused:
        LexiconReader(extensions=[words(row)])
    assert place in str(refused.value)
    assert said in str(refused.value)
    assert "our words.csv" in str(refused.value) or said == "twice"


def test_a_heading_with_an_unknown_column_is_refused(tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("id,add\n", "utf-8")
    with pytest.raises(InputError, match="add"):
        LexiconReader(extensions=[path])


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "w.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("w.csv", "none.csv"):
        with pytest.raises(UnreadableFile, match="UTF-8"):
            LexiconReader(extensions=[tmp_path / name])
