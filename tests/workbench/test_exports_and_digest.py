"""What leaves the workbench: files that reconcile, and a digest that names nobody."""

from __future__ import annotations

import csv
import socketserver
import threading
from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone
from python_calamine import CalamineWorkbook

from firstpoint.errors import InputError
from firstpoint.ledger import read_entries, verify
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.models import Incident, Restriction
from firstpoint.workbench.jobs import configured, digests, exports, places
from firstpoint.workbench.jobs.models import DigestWish, Job
from firstpoint.workbench.jobs.working import Worker
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.work.models import Step, WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def directory(settings, tmp_path):
    settings.DIRECTORY = tmp_path
    return tmp_path


def export(client, **form) -> Job:
    answer = client.post("/jobs/exports/", form)
    assert answer.status_code == 302, answer.content.decode()
    Worker().do_next()
    return Job.objects.latest("pk")


def rows_of(job: Job) -> list[list[str]]:
    path = places.result(job.pk, job.result["files"][0]["name"])
    if path.suffix == ".xlsx":
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_work_list_holds_what_waits_and_says_what_it_left_out(signed_in, ending):
    done, shut, spiteful, *_ = WorkItem.objects.filter(kind="recording")
    WorkItem.objects.filter(pk=done.pk).update(state="removed", open=False)
    Restriction.objects.create(
        incident_id=shut.incident_id, reason="made up", by="user:1", since=timezone.now()
    )
    WorkItem.objects.filter(pk=spiteful.pk).update(opening_code="=HYPERLINK(1)")
    about_shut = Q(incident=shut.incident) | Q(crime__incident=shut.incident)
    waiting = WorkItem.objects.exclude(pk=done.pk).exclude(pk__in=WorkItem.objects.filter(about_shut))
    hidden = WorkItem.objects.filter(about_shut).count()
    job = export(signed_in("registrar"), kind="export-work", format=ending)
    heading, *rows = rows_of(job)
    assert heading == list(exports.WORK_COLUMNS)
    assert sorted(row[1] for row in rows) == sorted(each.reference for each in waiting)
    assert job.result["says"] == [
        f"{WorkItem.objects.count()} rows went in: {waiting.count()} stand in the file, "
        f"{hidden + 1} were left out.",
        f"Left out, restricted: {hidden}.",
        "Left out, state removed: 1.",
    ]
    # A program of sheets computes a CSV cell that begins so, and in a workbook only what is stored so.
    code = {row[2] for row in rows if "HYPERLINK" in row[2]}
    assert code == {"'=HYPERLINK(1)" if ending == "csv" else "=HYPERLINK(1)"}
    if ending == "xlsx":
        import zipfile

        path = places.result(job.pk, "work-list.xlsx")
        assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_decisions_of_a_period_hold_no_rationale_and_count_those_outside(signed_in):
    work = WorkItem.objects.filter(kind="recording").first()
    for days in (0, 40):
        Step.objects.create(
            item=work,
            transition="record",
            from_state="awaiting_decision",
            to_state="recorded",
            by_id=1,
            at=timezone.now() - timedelta(days=days),
            late=True,
            given={"rationale": "her lip is bleeding", "crimes": [{"ho_class": "8N", "count": 2}]},
        )
    today = f"{timezone.now():%Y-%m-%d}"
    job = export(signed_in("registrar"), kind="export-decisions", format="csv", first=today, last=today)
    _, row = rows_of(job)
    assert row[:3] == ["recording", work.incident_id, "record"]
    assert row[-3:] == ["user:1", "late", "2 x 8N"]
    assert "Left out, outside the period: 1." in job.result["says"]
    entry = LedgerEntry.objects.get(action="export.made")
    assert (entry.detail["in"], entry.detail["out"], entry.detail["left_out"]) == (2, 1, 1)


def test_an_exported_ledger_is_verified_by_an_outsider(signed_in):
    before = LedgerEntry.objects.count()
    job = export(signed_in("registrar"), kind="export-ledger")
    found = verify(read_entries(places.result(job.pk, "ledger.jsonl")))
    assert found.entries >= before


def test_a_file_that_does_not_reconcile_is_never_offered(signed_in, monkeypatch):
    monkeypatch.setattr(exports, "_rows_of_csv", lambda _: 3)
    job = export(signed_in("registrar"), kind="export-work", format="csv")
    assert job.state == "failed"
    assert "Nothing is offered for download" in job.message
    assert not places.result(job.pk, "work-list.csv").exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"kind": "export-people"}, "Select what to export"),
        ({"kind": "export-work", "format": "exe"}, "Select CSV or Excel"),
        ({"kind": "export-decisions", "first": "soon", "last": ""}, "Write the day like"),
        ({"kind": "export-decisions", "first": "2026-03-02", "last": "2026-03-01"}, "must not be before"),
    ],
)
def test_an_export_that_cannot_be_made_says_why(signed_in, form, words):
    answer = signed_in("registrar").post("/jobs/exports/", form)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Job.objects.exists()


class Postbox(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given, or refuses all of it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        self.came: list[str] = []
        self.refuses = False
        super().__init__(("127.0.0.1", 0), Conversation)


class Conversation(socketserver.StreamRequestHandler):
    """One conversation in SMTP."""

    def handle(self):
        self.say("220 postbox")
        while line := self.rfile.readline().decode().strip():
            match line.split()[0].upper():
                case "DATA":
                    self.say("354 go on")
                    mail = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                    self.server.came.append("".join(mail))
                    self.say("250 kept")
                case "QUIT":
                    self.say("221 bye")
                    break
                case "MAIL" if self.server.refuses:
                    self.say("451 later")
                case _:
                    self.say("250 fine")

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def postbox(settings):
    with Postbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.SHOWN = {
            "mail": {
                "host": "127.0.0.1",
                "port": server.server_address[1],
                "from": "cdi@force.example",
                "digest": "daily",
            }
        }
        yield server
        server.shutdown()


def want(username: str, address: str = "") -> None:
    digests.save_wish(
        User.objects.get(username=username), address or f"{username}@force.example", wanted=True
    )


def send_todays() -> Job:
    job = digests.queue_todays("command")
    Worker().do_next()
    job.refresh_from_db()
    return job


def test_each_person_gets_what_waits_for_them_in_counts_and_references(postbox):
    want("decision_maker")
    want("registrar")
    digests.save_wish(User.objects.get(username="registrar"), "registrar@force.example", wanted=False)
    assert send_todays().state == "done"
    (mail,) = postbox.came
    assert "To: decision_maker@force.example" in mail
    assert "to decide in all" in mail
    assert "overdue (late)" in mail
    assert "MK-0" in mail
    held = [text for text in Incident.objects.values_list("text", flat=True) if text]
    names = list(User.objects.values_list("shown_name", flat=True))
    assert [each for each in (*names, *held) if each in mail] == []
    assert LedgerEntry.objects.get(action="digest.sent").subject.startswith("user:")


def test_a_server_that_refuses_is_tried_again_and_nobody_gets_two(postbox):
    want("decision_maker")
    postbox.refuses = True
    job = send_todays()
    assert (job.state, job.tries) == ("queued", 1)
    assert "did not take every digest" in job.message
    postbox.refuses = False
    for _ in range(2):
        Job.objects.update(not_before=timezone.now(), state="queued")
        Worker().do_next()
    assert len(postbox.came) == 1


def test_a_digest_is_off_until_the_settings_switch_it_on_and_the_person_wants_it(settings, postbox):
    assert send_todays().state == "done"
    assert postbox.came == []
    settings.SHOWN["mail"]["digest"] = "off"
    assert digests.queue_todays("command") is None
    settings.SHOWN = {}
    assert digests.queue_todays("command") is None


def test_a_day_has_one_digest_however_often_it_is_asked_for(postbox):
    assert digests.queue_todays("command") is not None
    assert digests.queue_todays("command") is None


@pytest.mark.parametrize("address", ["me@elsewhere.example", "no address", "", "a@force.example\nBcc: b@c.d"])
def test_a_digest_goes_to_no_address_outside_the_force(signed_in, postbox, address):
    answer = signed_in("registrar").post("/digest/", {"address": address, "wanted": "yes"})
    assert answer.status_code == 400
    assert "There is a problem" in answer.content.decode()
    assert not DigestWish.objects.exists()


def test_a_person_switches_their_digest_on_and_off(signed_in, postbox):
    client = signed_in("registrar")
    client.post("/digest/", {"address": "me@force.example", "wanted": "yes"})
    assert DigestWish.objects.get().wanted
    client.post("/digest/", {})
    assert (DigestWish.objects.get().wanted, DigestWish.objects.get().address) == (False, "me@force.example")


@pytest.mark.parametrize(
    "shown",
    [
        {"mail": {"host": "mail.example"}},
        {"mail": {"host": "h", "from": "a@b.c", "digest": "hourly"}},
        {"mail": {"host": "h", "from": "a@b.c", "port": "twenty-five"}},
        {"mail": {"host": "h", "from": "a@b.c", "user": "without-starttls"}},
        {"mail": "on"},
        {"jobs": {"keep_files_days": -1}},
        {"jobs": {"largest_upload_mb": True}},
    ],
)
def test_settings_that_make_no_sense_are_named(settings, shown):
    settings.SHOWN = shown
    with pytest.raises(InputError, match=r"workbench.toml \["):
        configured.check()
