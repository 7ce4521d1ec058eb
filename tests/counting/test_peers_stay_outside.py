"""The engines that we measure ourselves against are no part of the product (docs/decisions/0005)."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = {"zen", "openfisca_core", "frictionless", "pandera"}


def imported_by(folder: Path) -> set[str]:
    """Give the first names of all that the files of a folder import."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {each.name.split(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return names


def test_product_and_tests_import_no_peer() -> None:
    assert not (imported_by(ROOT / "src") | imported_by(ROOT / "tests")) & PEERS


def test_peers_import_nothing_of_ours_and_stand_apart() -> None:
    assert imported_by(ROOT / "benchmarks" / "peers") >= PEERS
    assert "firstpoint" not in imported_by(ROOT / "benchmarks" / "peers")
    for path in (ROOT / "benchmarks").glob("*.py"):
        assert not {"import zen", "import openfisca_core", "from openfisca_core"} & set(
            path.read_text(encoding="utf-8").splitlines()
        )


def test_only_the_lock_for_the_bench_names_a_peer() -> None:
    for name in ("runtime.in", "runtime.txt", "dev.in", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8").casefold()
        assert "zen-engine" not in text
        assert "openfisca" not in text
    assert "openfisca-core==" in (ROOT / "requirements" / "bench.txt").read_text(encoding="utf-8")
