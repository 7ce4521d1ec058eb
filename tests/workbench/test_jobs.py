"""Long work runs beside the pages: asked for, seen, stopped, tried again; done wholly or not at all."""

from __future__ import annotations

import os
from datetime import timedelta

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from test_every_page import check_page
from workbench_builders import incident_frame

from firstpoint.errors import InputError, NotAllowed
from firstpoint.workbench.imports.models import LoadedExtract
from firstpoint.workbench.incidents.models import Incident, Screened
from firstpoint.workbench.jobs import asking, claiming, expiry, places, pulse
from firstpoint.workbench.jobs.models import Job
from firstpoint.workbench.jobs.uploading import safe_name
from firstpoint.workbench.jobs.working import Lost, Task, Worker
from firstpoint.workbench.ledger.keeping import verify_ledger
from firstpoint.workbench.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def directory(settings, tmp_path):
    settings.DIRECTORY = tmp_path
    return tmp_path


def csv_of(count: int, *, prefix: str = "NEW", spoil: int = 0) -> bytes:
    """So many new incidents as a file, of which the first few have no time that can be read."""
    frame = incident_frame(count).drop("qualifiers")
    frame = frame.with_columns(
        pl.col("incident_id").str.replace("MK", prefix),
        pl.col("received_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    times = ["yesterday"] * spoil + frame["received_at"].to_list()[spoil:]
    return frame.with_columns(received_at=pl.Series(times)).write_csv().encode()


def send(client: Client, content: bytes, name: str = "incidents.csv", **form: str):
    return client.post(
        "/imports/upload/", {"table": "incidents", **form, "extract": SimpleUploadedFile(name, content)}
    )


def do_all() -> list[Job]:
    worker = Worker()
    while worker.do_next():
        pass
    return list(Job.objects.order_by("pk"))


def actions() -> list[str]:
    return list(LedgerEntry.objects.order_by("sequence").values_list("action", flat=True))


def files_left(directory) -> list[str]:
    return [each.name for each in directory.rglob("*") if each.is_file() and "worker-" not in each.name]


def test_an_extract_sent_by_a_data_manager_is_loaded_and_screened(signed_in, directory):
    client = signed_in("data_manager")
    answer = send(client, csv_of(12))
    assert answer.status_code == 302
    assert "Waiting" in client.get(answer.headers["Location"]).content.decode()
    load, screen = do_all()
    assert (load.state, screen.state) == ("done", "done")
    assert Screened.objects.filter(incident__incident_id__startswith="NEW-").count() == 12
    html = client.get(f"/jobs/{load.pk}/").content.decode()
    check_page(html)
    assert "incidents.csv: 12 incidents added" in html
    assert str(directory) not in html
    assert files_left(directory) == []
    assert {"job.asked", "extract.loaded", "job.done", "screen.run"} <= set(actions())


def test_the_same_file_sent_twice_changes_nothing(signed_in):
    client, content = signed_in("data_manager"), csv_of(3)
    send(client, content)
    do_all()
    before = Incident.objects.count()
    send(client, content)
    last = do_all()[-1]
    assert (last.kind, last.state) == ("load", "done")
    assert "loaded before, nothing to do" in last.result["says"][0]
    assert Incident.objects.count() == before


def test_rows_set_aside_are_offered_to_whom_they_concern_and_each_download_is_kept(signed_in, directory):
    client = signed_in("data_manager")
    send(client, csv_of(6, spoil=2))
    load = do_all()[0]
    assert LoadedExtract.objects.get(file_name="incidents.csv", rows_added=4).rows_set_aside == 2
    address = f"/jobs/{load.pk}/file/1/"
    assert address in client.get(f"/jobs/{load.pk}/").content.decode()
    assert signed_in("administrator").get(address).status_code == 403
    assert "file.downloaded" not in actions()
    taken = client.get(address)
    assert b"yesterday" in b"".join(taken.streaming_content)
    assert actions()[-1] == "file.downloaded"
    assert places.result(load.pk, "rows-set-aside.csv").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("incidents.xlsx", b"no workbook at all", "incidents.xlsx"),
        ("incidents.parquet", b"PAR1 cut off", "incidents.parquet"),
        ("incidents.csv", b"when,what\nnow,theft\n", "incident_id"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(signed_in, directory, name, content, words):
    client = signed_in("data_manager")
    send(client, content, name)
    (job,) = do_all()
    assert job.state == "failed"
    html = client.get(f"/jobs/{job.pk}/").content.decode()
    assert words in html
    assert str(directory) not in html
    assert "Try it again" in html
    assert words not in signed_in("administrator").get(f"/jobs/{job.pk}/").content.decode()


def test_all_or_nothing_names_the_row_the_field_and_the_remedy(signed_in):
    before = Incident.objects.count()
    send(signed_in("data_manager"), csv_of(6, spoil=1), all_or_nothing="yes")
    (job,) = do_all()
    assert job.state == "failed"
    assert "incidents.csv: 1 rows would be set aside" in job.message
    assert "row 2, received_at" in job.message
    assert Incident.objects.count() == before


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"table": "people"}, "Select what the file holds"),
        ({"name": "extract.exe"}, "must be a CSV"),
        ({"as_of": "2999-01-01"}, "still to come"),
        ({"as_of": "teatime"}, "Write the moment"),
        ({"ready": "../secret-key"}, "Select a mapping from the list"),
        ({"content": b""}, "The file"),
    ],
)
def test_a_form_that_cannot_be_used_says_why_and_keeps_no_file(signed_in, directory, form, words):
    answer = send(signed_in("data_manager"), **{"content": csv_of(1), **form})
    assert answer.status_code == 400
    html = answer.content.decode()
    check_page(html)
    assert words in html
    answer.close()
    assert files_left(directory) == []
    assert not Job.objects.exists()


def test_a_file_beyond_the_limit_is_refused_and_leaves_nothing(signed_in, settings, directory):
    settings.SHOWN = {"jobs": {"largest_upload_mb": 1}}
    answer = send(signed_in("data_manager"), b"x" * (1 << 20) + b"yz")
    assert answer.status_code == 400
    assert "larger than 1 MB" in answer.content.decode()
    assert files_left(directory) == []


def test_nobody_else_and_no_other_site_can_put_a_file_here(signed_in, person, directory):
    assert send(signed_in("administrator"), csv_of(1)).status_code == 403
    assert send(Client(), csv_of(1)).status_code == 302
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.force_login(person("data_manager"))
    answer = send(strict, csv_of(1))
    assert answer.status_code == 403
    answer.close()
    assert files_left(directory) == []
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("a\u202ecsv.exe", "a_csv.exe"),
        ("..", "file"),
        ("x" * 500 + ".csv", "x" * 100 + ".csv"),
    ],
)
def test_the_name_of_a_file_leads_nowhere(sent, kept):
    assert safe_name(sent) == kept


def test_a_job_that_waits_is_cancelled_and_can_be_tried_again(signed_in):
    client = signed_in("registrar")
    key = client.post("/jobs/screen/").headers["Location"].split("/")[2]
    client.post(f"/jobs/{key}/cancel/")
    assert do_all()[0].state == "cancelled"
    assert client.post(f"/jobs/{key}/cancel/").status_code == 409
    client.post(f"/jobs/{key}/retry/")
    assert do_all()[0].state == "done"
    assert client.post(f"/jobs/{key}/retry/").status_code == 409


def test_a_running_load_that_is_cancelled_leaves_no_trace(signed_in, monkeypatch):
    client = signed_in("data_manager")
    send(client, csv_of(12))
    before = Incident.objects.count(), LoadedExtract.objects.count()
    at_work = Task.step

    def cancel_half_way(task, what, done=0, of=0, **more):
        if what == "Loading" and done:
            client.post(f"/jobs/{task.job.pk}/cancel/")
        at_work(task, what, done, of, **more)

    monkeypatch.setattr(Task, "step", cancel_half_way)
    (job,) = do_all()
    assert job.state == "cancelled"
    assert (Incident.objects.count(), LoadedExtract.objects.count()) == before
    monkeypatch.setattr(Task, "step", at_work)
    client.post(f"/jobs/{job.pk}/retry/")
    assert [each.state for each in do_all()] == ["done", "done"]


def test_jobs_that_change_what_is_held_follow_one_another(person):
    by = person("registrar").person
    first, second = (asking.ask("screen", {"anew": anew}, by) for anew in (True, False))
    export = asking.ask("export-ledger", {}, by)
    now = timezone.now()
    claimed = [claiming.claim(name, now) for name in ("one", "two", "three")]
    assert [job and job.pk for job in claimed] == [first.pk, export.pk, None]
    claiming.end(claimed[0], "failed", "made up")
    assert claiming.claim("four", now).pk == second.pk


def test_a_job_whose_worker_is_gone_is_taken_up_and_the_old_one_changes_nothing(person):
    asking.ask("screen", {}, person("registrar").person)
    now = timezone.now()
    lost = claiming.claim("gone", now)
    assert claiming.take_up_abandoned(now) == 1
    again = claiming.claim("another", now)
    assert (again.pk, again.tries) == (lost.pk, 2)
    with pytest.raises(Lost):
        Task(lost, Worker()).settle(says=["too late"])
    claiming.end(lost, "failed", "too late")
    again.refresh_from_db()
    assert (again.state, again.message) == ("running", "")


def test_a_job_that_loses_its_worker_each_time_ends_with_what_to_do(person):
    job = asking.ask("screen", {}, person("registrar").person)
    now = timezone.now()
    for _ in range(3):
        claiming.claim("gone", now)
        claiming.take_up_abandoned(now)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "stopped 3 times" in job.message
    assert actions()[-1] == "job.failed"


def test_a_worker_that_lives_keeps_its_job(person):
    asking.ask("screen", {}, person("registrar").person)
    now = timezone.now()
    job = claiming.claim("slow", now)
    pulse.beat(pulse.Beat("slow", now.timestamp(), job.pk, job.tries))
    assert claiming.take_up_abandoned(now + timedelta(hours=3)) == 0
    pulse.beat(pulse.Beat("slow", now.timestamp() - 61, job.pk, job.tries))
    assert claiming.take_up_abandoned(now) == 1


def test_a_fault_of_ours_fails_the_job_without_what_the_data_said(signed_in, monkeypatch, caplog):
    from firstpoint.workbench.imports import screening

    def spoiled(**_):
        raise ValueError("ex-partner punched her")

    monkeypatch.setattr(screening, "screen_held", spoiled)
    client = signed_in("registrar")
    client.post("/jobs/screen/")
    (job,) = do_all()
    assert "A fault of ours (ValueError)" in job.message
    assert "punched" not in job.message + caplog.text


def test_data_managers_and_registrars_are_told_when_jobs_wait_and_no_worker_runs(signed_in, person):
    told = "No worker is running, and 1 job waits"
    asking.ask("screen", {}, person("registrar").person)
    for username, hears in (("registrar", True), ("data_manager", True), ("decision_maker", False)):
        assert (told in signed_in(username).get("/").content.decode()) == hears
    pulse.beat(pulse.Beat("here", timezone.now().timestamp()))
    assert told not in signed_in("registrar").get("/").content.decode()


def test_who_decides_is_told_that_saving_waits_while_a_load_keeps_the_database(signed_in):
    client = signed_in("decision_maker")
    pulse.beat(pulse.Beat("here", timezone.now().timestamp(), 1, 1, keeps_database=True))
    html = client.get("/incidents/").content.decode()
    assert "saving a decision may wait" in html
    check_page(html)


def test_only_whom_the_policy_names_may_ask_and_only_for_what_there_is(person):
    with pytest.raises(NotAllowed):
        asking.ask("screen", {}, person("decision_maker").person)
    with pytest.raises(NotAllowed):
        asking.ask("export-ledger", {}, person("data_manager").person)
    with pytest.raises(InputError, match="no such kind"):
        asking.ask("erase", {}, person("registrar").person)


def test_a_load_is_taken_back_from_its_page(signed_in):
    client = signed_in("data_manager")
    send(client, csv_of(5))
    do_all()
    loaded = LoadedExtract.objects.latest("pk")
    check_page(client.get(f"/imports/{loaded.pk}/undo/").content.decode())
    client.post(f"/imports/{loaded.pk}/undo/")
    assert [each.state for each in do_all()] == ["done"] * 4
    assert not Incident.objects.filter(incident_id__startswith="NEW-").exists()
    assert client.get(f"/imports/{loaded.pk}/undo/").status_code == 404


def test_a_load_on_which_decisions_rest_is_not_taken_back_and_the_job_says_why(signed_in):
    from firstpoint.workbench.work.models import Step, WorkItem

    client = signed_in("registrar")
    work = WorkItem.objects.filter(kind="recording").first()
    Step.objects.create(
        item=work, transition="record", from_state="a", to_state="b", by_id=1, at=timezone.now(), late=False
    )
    first = LoadedExtract.objects.get(table="incidents")
    client.post(f"/imports/{first.pk}/undo/")
    (job,) = do_all()
    assert job.state == "failed"
    assert "Decisions or audits rest on reports" in job.message


def test_files_go_when_their_time_is_over_and_the_page_says_so(signed_in, directory):
    client = signed_in("registrar")
    client.post("/jobs/exports/", {"kind": "export-ledger"})
    (job,) = do_all()
    path = places.result(job.pk, "ledger.jsonl")
    week_ago = timezone.now().timestamp() - 8 * 86_400
    os.utime(path.parent, (week_ago, week_ago))
    assert expiry.delete_old_files() == 1
    assert "their time is over" in client.get(f"/jobs/{job.pk}/").content.decode()
    assert client.get(f"/jobs/{job.pk}/file/1/").status_code == 404
    verify_ledger()


def test_what_comes_by_the_server_may_be_long_only_for_an_extract_of_somebody_signed_in(person):
    from waitress.adjustments import Adjustments

    from firstpoint.workbench.jobs.receiving import LongerForUploads

    client = Client()
    client.force_login(person("data_manager"))
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    for path, held, taken in (
        ("/imports/upload/", cookie, True),
        ("/imports/upload/", "sessionid=made-up", False),
        ("/imports/upload/", "", False),
        ("/recording/1/decide/", cookie, False),
    ):
        parser = LongerForUploads(Adjustments(max_request_body_size=4_000_000))
        header = f"POST {path} HTTP/1.1\r\nHost: x\r\nCookie: {held}\r\nContent-Length: 9000000\r\n\r\n"
        parser.received(header.encode())
        assert (parser.error is None) == taken


def test_pages_of_jobs_keep_the_rules_of_the_house(signed_in, person):
    asking.ask("screen", {}, person("registrar").person)
    job = claiming.claim("here", timezone.now())
    pulse.beat(pulse.Beat("here", timezone.now().timestamp(), job.pk, 1, 5, 10, "Reading logs"))
    for address in ("/jobs/", f"/jobs/{job.pk}/", "/imports/upload/", "/jobs/exports/", "/digest/"):
        check_page(signed_in("registrar").get(address).content.decode())
    html = signed_in("registrar").get(f"/jobs/{job.pk}/").content.decode()
    assert 'value="5" max="10"' in html
    assert "Reading logs: 5 of 10" in html
