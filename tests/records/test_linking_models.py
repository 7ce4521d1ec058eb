"""Linking models as data: read, written, refused."""

import re
from pathlib import Path

import pytest

import firstpoint
from firstpoint.errors import InputError
from firstpoint.records.linking import read_model, ready_model, write_model

SMALL = """
id = "small"
[[blocking]]
equal = ["unit"]
[[compare]]
id = "time"
about = "the time"
[[compare.levels]]
within = "reported"
most = 10
m = 0.8
u = 0.1
[compare.otherwise]
m = 0.2
u = 0.9
"""


@pytest.fixture
def model_of(tmp_path):
    def _read(text):
        path = tmp_path / "model.toml"
        path.write_text(text, encoding="utf-8")
        return read_model(path)

    return _read


@pytest.mark.parametrize("name", ["incident-to-crime", "same-event"])
def test_a_model_that_ships_is_complete_says_whence_its_numbers_come_and_survives_writing(name, model_of):
    model = ready_model(name)
    assert model.is_complete
    assert "made-up force" in model.source
    assert model_of(write_model(model)) == model
    for comparison in model.compare:
        for chance in ("m", "u"):
            assert sum(getattr(each, chance) for each in comparison.all_levels) == pytest.approx(1, abs=0.01)


def test_the_weight_of_a_level_is_the_logarithm_of_m_over_u(model_of):
    assert model_of(SMALL).compare[0].levels[0].weight == pytest.approx(3)


@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        ("withing = ", "within = ", "did you mean"),
        ("most = 10\n", "", "needs most"),
        ("m = 0.8", "m = 8", "not a chance"),
        ('equal = ["unit"]', "", "names no column"),
        ("within", "nearly", "one test of"),
        ('id = "small"', 'id = "small"\nneeds = "words"', "is no comparison"),
        ('id = "small"', 'id = "small"\nconstraint = "some"', "not one of many-to-one"),
        ('id = "small"', 'id = "small"\nshare_linked = 2', "not a share"),
    ],
)
def test_a_model_that_is_wrong_is_refused_with_its_place(model_of, wrong, right, words):
    text = SMALL.replace(right, wrong, 1) if words == "did you mean" else SMALL.replace(wrong, right, 1)
    with pytest.raises(InputError, match=r"model\.toml") as refused:
        model_of(text)
    assert words in str(refused.value).lower() or words in str(refused.value)


def test_every_fault_of_a_model_is_told_at_once(model_of):
    with pytest.raises(InputError) as refused:
        model_of("constraint = 'some'\nshare_linked = 7")
    assert all(
        word in str(refused.value)
        for word in ("constraint", "share_linked", "compares nothing", "no blocking")
    )


def test_a_model_that_is_not_there_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="incident-to-crime"):
        ready_model("incident-to-crimes")


def test_one_module_alone_knows_splink():
    package = Path(firstpoint.__file__).parent
    naming = re.compile(r"^\s*(from|import) (splink|duckdb)\b", re.MULTILINE)
    knowing = [path.name for path in package.rglob("*.py") if naming.search(path.read_text(encoding="utf-8"))]
    assert knowing == ["weighing.py"]
