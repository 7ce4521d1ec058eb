"""A directory becomes a workbench; what is killed half way was never done."""

from __future__ import annotations

import json
import os
import re
import sqlite3
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


def test_a_kill_in_the_middle_of_a_decision_leaves_it_undecided(site):
    half = start(
        """
        from firstpoint.workbench import launch
        launch.configure(sys.argv[1])
        import time
        from django.utils import timezone
        from firstpoint import casework
        from firstpoint.workbench.accounts.models import User
        from firstpoint.workbench.work import stepping
        def wait(*_):
            print("half", flush=True)
            time.sleep(60)
        stepping.keep = wait
        given = {"information_needed": "Age.", "information_from": "East"}
        given |= {"rationale": "Class turns on it.", "late_reason": "Review."}
        move = casework.transition("recording", "need_information")
        stepping.take_step(2, 1, move, User.objects.get(username="registrar"), given, timezone.now())
        """,
        site,
    )
    assert half.stdout.readline() == "half\n"
    half.kill()
    half.wait()
    after = """
        from firstpoint.workbench import launch
        launch.configure(sys.argv[1])
        from firstpoint.workbench.ledger.keeping import verify_ledger
        from firstpoint.workbench.work.models import WorkItem
        work = WorkItem.objects.get(pk=2)
        verify_ledger()
        print(work.state, work.version, work.steps.count())
        """
    assert run(after, site) == "awaiting_decision 1 0\n"


def test_a_database_that_another_program_holds_is_said_plainly_and_nothing_is_shown(site):
    held = sqlite3.connect(site / "firstpoint.sqlite3", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    try:
        said = run(
            """
            from firstpoint.workbench import launch
            launch.configure(sys.argv[1])
            from django.db import connections
            connections.databases["default"]["OPTIONS"]["timeout"] = 0.1
            from django.contrib.sessions.backends.signed_cookies import SessionStore
            from django.test import RequestFactory
            from firstpoint.workbench.accounts.models import User
            from firstpoint.workbench.incidents.views import incident
            from firstpoint.workbench.refusals import RefusalsAsPages
            from django.db import OperationalError
            request = RequestFactory().get("/incidents/1/")
            request.user = User.objects.get(username="registrar")
            try:
                incident(request, 1)
            except OperationalError as fault:
                answer = RefusalsAsPages(incident).process_exception(request, fault)
                print(answer.status_code, "punched" in answer.content.decode())
            """,
            site,
        )
    finally:
        held.execute("ROLLBACK")
        held.close()
    assert said == "503 False\n"


def test_a_place_where_the_workbench_cannot_work_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "spoiled").mkdir()
    (tmp_path / "spoiled" / "firstpoint.sqlite3").write_bytes(b"no database at all" * 100)
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "workbench.toml").write_text("force = ")
    said = run(
        """
        from firstpoint.errors import InputError
        from firstpoint.workbench import launch
        for place in ("file/below", "settings", "spoiled"):
            try:
                launch.prepare(sys.argv[1] + "/" + place)
            except InputError as refusal:
                print(refusal)
        """,
        tmp_path,
    ).splitlines()
    assert "cannot work here: Not a directory" in said[0]
    assert "The settings are not TOML" in said[1]
    assert "cannot work here: file is not a database" in said[2]


def test_behind_https_forms_are_taken_and_what_is_sent_has_a_limit(site):
    said = run(
        """
        import os
        os.environ["FIRSTPOINT_HTTPS"] = "1"
        import waitress
        from firstpoint.errors import InputError
        from firstpoint.workbench import launch
        def held(application, **chosen):
            print(chosen["url_scheme"], chosen["max_request_body_size"])
            raise OSError(98, "in use")
        waitress.create_server = held
        launch._read_tables = lambda: None
        try:
            launch.serve(sys.argv[1])
        except InputError:
            pass
        """,
        site,
    )
    assert said == "https 4000000\n"


def test_a_mistyped_directory_is_not_answered_by_a_new_and_empty_ledger(tmp_path):
    from click.testing import CliRunner

    from firstpoint.cli import main

    for command in (["verify"], ["export", str(tmp_path / "out")], ["checkpoint", str(tmp_path / "out")]):
        answer = CliRunner().invoke(main, ["ledger", *command, "--dir", str(tmp_path)])
        assert answer.exit_code == 2
        assert "There is no workbench here" in answer.output
    assert list(tmp_path.iterdir()) == []


def test_an_outsider_verifies_the_ledger_with_its_export_alone(site, tmp_path):
    run(
        """
        from pathlib import Path
        from firstpoint.workbench import launch
        launch.configure(sys.argv[1])
        from django.utils import timezone
        from firstpoint.workbench.ledger.keeping import export_ledger, keep
        from firstpoint.workbench.ledger.witnessing import witness
        witness(Path(sys.argv[2]) / "points.jsonl", timezone.now())
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
    actors = {json.loads(line)["actor"] for line in text.splitlines()}
    assert all(each == "command" or re.fullmatch(r"user:\d+", each) for each in actors)


def test_what_serves_also_witnesses_the_ledger_in_the_file_that_the_settings_name(site, tmp_path):
    said = run(
        """
        import os, time
        from pathlib import Path
        place = Path(sys.argv[2]) / "elsewhere.jsonl"
        os.environ["FIRSTPOINT_CHECKPOINTS"] = str(place)
        from firstpoint.workbench import launch
        launch.configure(sys.argv[1])
        stop = launch._start_witnessing()
        for _ in range(400):
            if place.exists() and place.read_text().endswith("\\n"):
                break
            time.sleep(0.05)
        stop.set()
        from firstpoint.workbench.ledger.witnessing import standing
        print(standing().uncovered, standing().place == str(place))
        """,
        site,
        tmp_path,
    )
    assert said == "0 True\n"


def test_a_taken_port_and_a_second_directory_are_said_plainly(site, tmp_path):
    said = run(
        """
        import socket
        from firstpoint.errors import InputError
        from firstpoint.workbench import launch
        launch._read_tables = lambda: None
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


def test_a_database_that_another_program_holds_is_told_with_what_to_do(tmp_path):
    from django.db import OperationalError

    from firstpoint.errors import InputError
    from firstpoint.workbench import launch

    told = pytest.raises(InputError, match=r"database is locked.*Check who may write there")
    with told, launch.saying_what_is_wrong(tmp_path):
        raise OperationalError("database is locked")
