"""A directory becomes a workbench; two people deciding at once cannot both win."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from firstpoint.ledger import read_checkpoint, read_entries, verify

HERE = Path(__file__).parent


def start(script: str, *arguments: object) -> subprocess.Popen:
    code = "import sys; sys.path.insert(0, " + repr(str(HERE)) + ")\n" + textwrap.dedent(script)
    clean = {n: v for n, v in os.environ.items() if n not in ("FIRSTPOINT_DIR", "DJANGO_SETTINGS_MODULE")}
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        env=clean,
    )


def run(script: str, *arguments: object) -> str:
    process = start(script, *arguments)
    said = process.communicate()[0]
    assert process.returncode == 0
    return said


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A prepared directory with a small invented force."""
    directory = tmp_path_factory.mktemp("place") / "site"
    run(
        """
        from firstpoint.workbench import launch
        launch.prepare(sys.argv[1])
        launch.prepare(sys.argv[1])
        import workbench_builders
        workbench_builders.seed(12)
        """,
        directory,
    )
    return directory


def test_nobody_else_on_the_machine_can_read_what_is_kept(site):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [site, *site.iterdir()]}
    assert {"secret-key", "ledger-key", "firstpoint.sqlite3"} <= set(modes)
    assert [name for name, mode in modes.items() if mode & 0o077] == []


def test_the_keys_stay_what_they_were_made(site):
    script = """
        from firstpoint.workbench import launch
        launch.configure(sys.argv[1])
        from django.conf import settings
        print(settings.SECRET_KEY)
        """
    assert run(script, site) == run(script, site)
    assert (site / "secret-key").read_text() != (site / "ledger-key").read_text()


DECIDE = """
    from firstpoint.workbench import launch
    launch.configure(sys.argv[1])
    from django.utils import timezone
    from firstpoint import casework
    from firstpoint.workbench.accounts.models import User
    from firstpoint.workbench.recording.deciding import decide
    user = User.objects.get(username=sys.argv[2])
    move = casework.transition("recording", "record")
    crimes = [{"ho_class": "8N", "count": 1}]
    given = {"crimes": crimes, "rationale": "Injury seen.", "late_reason": "Review."}
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        decide(1, 1, move, user, given, timezone.now())
    except casework.Moved as told:
        print("told", told.message)
    else:
        print("won")
    """


def test_of_people_who_decide_at_once_exactly_one_wins_and_the_others_are_told(site):
    people = [start(DECIDE, site, name) for name in ("decision_maker", "registrar", "both")]
    assert [each.stdout.readline() for each in people] == ["ready\n"] * 3
    for each in people:
        each.stdin.write("\n")
        each.stdin.flush()
    outcomes = sorted(each.communicate()[0].split(maxsplit=1)[0] for each in people)
    assert outcomes == ["told", "told", "won"]


def test_an_outsider_verifies_the_ledger_with_its_export_alone(site, tmp_path):
    run(
        """
        from pathlib import Path
        from firstpoint.workbench import launch
        launch.configure(sys.argv[1])
        from firstpoint.workbench.ledger.keeping import export_ledger, keep, save_checkpoint
        save_checkpoint(Path(sys.argv[2]) / "points.jsonl")
        keep("command", "test.done", "test:1")
        export_ledger(Path(sys.argv[2]) / "ledger.jsonl")
        """,
        site,
        tmp_path,
    )
    result = verify(read_entries(tmp_path / "ledger.jsonl"), read_checkpoint(tmp_path / "points.jsonl"))
    text = (tmp_path / "ledger.jsonl").read_text()
    assert result.entries > 10
    assert result.uncovered == 1
    assert [word for word in ("punched", "Injury seen", "A registrar") if word in text] == []
    assert {json.loads(line)["actor"] for line in text.splitlines()} <= {
        "command",
        "user:1",
        "user:3",
        "user:8",
    }


def test_a_taken_port_and_a_second_directory_are_said_plainly(site, tmp_path):
    said = run(
        """
        import socket
        from firstpoint.errors import InputError
        from firstpoint.workbench import launch
        taken = socket.create_server(("127.0.0.1", 0))
        for attempt in (
            lambda: launch.serve(sys.argv[1], port=taken.getsockname()[1]),
            lambda: launch.configure(sys.argv[2]),
        ):
            try:
                attempt()
            except InputError as refusal:
                print(refusal)
        """,
        site,
        tmp_path,
    )
    assert "Choose another port." in said
    assert "already works on another directory" in said
