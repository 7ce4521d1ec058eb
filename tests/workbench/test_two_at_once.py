"""Two people decide at once, and eight write the ledger at once: on SQLite and on PostgreSQL, for real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgresql_server
import pytest
from attrs import frozen

CLEARED = ("FIRSTPOINT_DIR", "FIRSTPOINT_DATABASE", "DJANGO_SETTINGS_MODULE")
ITEMS, WRITERS, ENTRIES = 5, 8, 25


@frozen
class Place:
    """A directory with a workbench, and what its processes find in their environment."""

    directory: Path
    told: dict[str, str]

    def start(self, script: str, *arguments: object) -> subprocess.Popen[str]:
        """A process of this workbench."""
        clean = {name: value for name, value in os.environ.items() if name not in CLEARED}
        code = "import sys\nfrom firstpoint.workbench import launch\nlaunch.configure(sys.argv[1])\n"
        return subprocess.Popen(
            [sys.executable, "-c", code + textwrap.dedent(script), str(self.directory), *map(str, arguments)],
            stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, env=clean | self.told,
        )  # fmt: skip


MADE = """
    import json, threading
    launch.prepare(sys.argv[1])
    from django.conf import settings
    from django.db import connections
    from django.test import Client
    from django.utils import timezone
    from firstpoint.workbench.accounts.models import User
    from firstpoint.workbench.incidents.models import Incident
    from firstpoint.workbench.ledger.keeping import keep, verify_ledger
    from firstpoint.workbench.ledger.models import LedgerEntry
    from firstpoint.workbench.work.models import Step, WorkItem
    from firstpoint.workbench.work.opening import made
    now = timezone.now()
    for name in ("one", "two"):
        User.objects.create(username=name, shown_name=name, roles=["decision_maker"], created_at=now)
    for number in range(1 + int(sys.argv[2])):
        report = Incident.objects.create(incident_id=f"MK-{number}", received_at=now, text="Punched.")
        made("recording", now=now, because="screen", incident=report, amount=24).save()

    settings.ALLOWED_HOSTS.append("testserver")
    settings.SECOND_FACTOR = "offered"
    form = {"version": "1", "step": "save", "decision": "record", "class-0": "8N", "count-0": "1",
            "rationale": "Injury seen."}
    items = list(WorkItem.objects.order_by("pk").values_list("pk", flat=True))[:int(sys.argv[2])]
    both, answers = threading.Barrier(2), {item: [] for item in items}
    def decide(name):
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(username=name))
        for item in items:
            both.wait()
            answer = client.post(f"/queues/recording/{item}/", form)
            answers[item].append((answer.status_code, answer.content.decode()))
        connections.close_all()
    def side_by_side(what, names):
        people = [threading.Thread(target=what, args=(name,)) for name in names]
        for each in people: each.start()
        for each in people: each.join()
    side_by_side(decide, ("one", "two"))

    before, all_of_them = LedgerEntry.objects.count(), threading.Barrier(int(sys.argv[3]))
    def write(name):
        all_of_them.wait()
        for number in range(int(sys.argv[4])):
            keep("command", "test.done", f"test:{name}-{number}")
        connections.close_all()
    side_by_side(write, range(int(sys.argv[3])))
    decided = WorkItem.objects.filter(pk__in=items)
    print(json.dumps({
        "answers": list(answers.values()),
        "steps": [Step.objects.filter(item=item).count() for item in items],
        "versions": sorted(set(decided.values_list("version", flat=True))),
        "verified": verify_ledger().entries - before,
        "written": LedgerEntry.objects.filter(action="test.done").values("subject").distinct().count(),
    }))
    """


@frozen
class Played:
    """A workbench, and what came of people and programs who worked on it side by side."""

    place: Place
    came: dict[str, Any]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def played(request, tmp_path_factory) -> Iterator[Played]:
    """Two people who decided each of some reports at once, then many who wrote the ledger at once."""
    directory = tmp_path_factory.mktemp("place") / "site"
    if request.param == "sqlite":
        yield play(Place(directory, {}))
        return
    try:
        with postgresql_server.running() as server:
            told = {"FIRSTPOINT_DATABASE": server.without_password, "PGPASSWORD": server.password}
            yield play(Place(directory, told))
    except postgresql_server.CannotRun as reason:
        pytest.skip(f"PostgreSQL cannot run here: {reason}")


def play(place: Place) -> Played:
    process = place.start(MADE, ITEMS, WRITERS, ENTRIES)
    said = process.communicate(timeout=300)[0]
    assert process.returncode == 0
    return Played(place, json.loads(said))


def test_of_two_who_decide_at_once_on_the_page_one_wins_and_the_other_is_told(played):
    for pair in played.came["answers"]:
        (won, _), (lost, page) = sorted(pair)
        assert (won, lost) == (302, 409)
        assert "Somebody has moved this on while you had it open." in page
    assert played.came["steps"] == [1] * ITEMS
    assert played.came["versions"] == [2]


def test_eight_who_write_the_ledger_at_once_never_fork_it(played):
    assert (played.came["verified"], played.came["written"]) == (WRITERS * ENTRIES, WRITERS * ENTRIES)


PROCESS = """
    from django.utils import timezone
    from firstpoint import casework
    from firstpoint.workbench.accounts.models import User
    from firstpoint.workbench.work.models import WorkItem
    from firstpoint.workbench.work.stepping import take_step
    user, item = User.objects.get(username=sys.argv[2]), WorkItem.objects.order_by("-pk").first()
    move = casework.transition("recording", "record")
    given = {"crimes": [{"ho_class": "8N", "count": 1}], "rationale": "Injury seen."}
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        take_step(item.pk, 1, move, user, given, timezone.now())
    except casework.Moved:
        print("told")
    else:
        print("won")
    """


def test_of_two_programs_that_decide_at_once_one_wins(played):
    people = [played.place.start(PROCESS, name) for name in ("one", "two")]
    assert [each.stdout.readline() for each in people] == ["ready\n"] * 2
    for each in people:
        each.stdin.write("\n")
        each.stdin.flush()
    assert sorted(each.communicate(timeout=60)[0] for each in people) == ["told\n", "won\n"]
