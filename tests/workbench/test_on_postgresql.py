"""The workbench's tests once more, on a PostgreSQL that is started for them.

Each module named here runs as it stands, in a process whose settings name that server. It needs none that is
installed: the programs come from a wheel (:mod:`postgresql_server`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import postgresql_server
import pytest

pytestmark = pytest.mark.early

HERE = Path(__file__).parent
MODULES = (
    "test_decisions",
    "test_loading",
    "test_versions_and_undo",
    "test_audit_marking",
    "test_every_page",
    "test_how_it_is_built",
    "test_search_and_restriction",
    "test_spiteful_input",
    "test_under_attack",
)
# What takes long and asks nothing of the database that others do not ask.
LEFT_OUT = (
    "not no_way_of_asking and not kill_in_the_middle and not other_pages_show_nothing and not what_ships"
)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[str, list[ElementTree.Element]]:
    """What came of each test on PostgreSQL, by module."""
    report = tmp_path_factory.mktemp("report") / "report.xml"
    modules = [HERE / f"{name}.py" for name in MODULES]
    try:
        with postgresql_server.running() as server:
            told = {"FIRSTPOINT_DATABASE": server.without_password, "PGPASSWORD": server.password}
            ran = subprocess.run(
                [sys.executable, "-m", "pytest", *modules, "-q", "-p", "no:cacheprovider", "-k", LEFT_OUT,
                 f"--junitxml={report}", "--tb=short"],
                env=os.environ | told, capture_output=True, text=True, cwd=HERE.parent.parent,
            )  # fmt: skip
    except postgresql_server.CannotRun as reason:
        pytest.skip(f"PostgreSQL cannot run here: {reason}")
    assert report.exists(), ran.stdout[-2000:] + ran.stderr[-2000:]
    found: dict[str, list[ElementTree.Element]] = {name: [] for name in MODULES}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - our own file
        found[case.get("classname", "").rpartition(".")[2]].append(case)
    return found


@pytest.mark.parametrize("module", MODULES)
def test_what_holds_on_sqlite_holds_on_postgresql(outcomes, module):
    failed = [
        f"{case.get('name')}: {fault.text}"
        for case in outcomes[module]
        for fault in case
        if fault.tag in ("failure", "error")
    ]
    assert outcomes[module]
    assert not failed, "\n\n".join(failed)[:10_000]
