"""What holds the house together, beyond the arrows that import-linter checks."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = [
    "vocabulary",
    "records",
    "counting",
    "screening",
    "auditing",
    "insight",
    "casework",
    "ledger",
    "simulation",
    "bulk",
    "reporting",
    "workbench",
]
LIBRARY = [room for room in ROOMS if room != "workbench"]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_opens_with_a_page_of_prose(room):
    page = import_module(f"firstpoint.{room}").__doc__ or ""
    assert len(page.split()) >= 90


@pytest.mark.parametrize("room", LIBRARY)
def test_every_library_room_names_what_it_offers(room):
    opened = import_module(f"firstpoint.{room}")
    assert opened.__all__
    assert [name for name in opened.__all__ if not hasattr(opened, name)] == []


def test_the_library_opens_without_the_workbench_and_the_heavy_libraries():
    heavy = ["django", "altair", "vl_convert", "typst", "pyarrow", "python_calamine", "scipy.stats", "pandas"]
    imports = "; ".join(f"import firstpoint.{room}" for room in LIBRARY)
    code = f"import sys; {imports}; print([each for each in {heavy!r} if each in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_locked_requirements_carry_hashes_and_no_index():
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text


def _tracked_texts():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    for name in names.splitlines():
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".html", ".txt", ".csv", ".json", ".typ"}
            and path.is_file()
        ):
            yield name, path.read_text(encoding="utf-8", errors="replace")


def test_no_page_uses_the_abbreviation_that_means_two_things():
    word = re.compile(r"\b" + "F" + r"CR\b")
    assert [name for name, text in _tracked_texts() if word.search(text)] == []


def test_no_file_carries_a_path_of_somebodys_machine():
    path = re.compile("/(?:work|farm|root)" + "/")
    assert [name for name, text in _tracked_texts() if path.search(text)] == []


def test_no_file_of_the_repository_is_huge_but_the_network():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    sizes = {name: (ROOT / name).stat().st_size for name in names.splitlines() if (ROOT / name).is_file()}
    # Its weights are what it is; four bits each is as small as they go (decision 20).
    assert sizes.pop("src/firstpoint/screening/weights/network.onnx") < 64_000_000
    assert {name: size for name, size in sizes.items() if size > 4_000_000} == {}
