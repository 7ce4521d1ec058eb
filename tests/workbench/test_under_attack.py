"""What an attacker tries at the workbench's edges, from a browser or from the machine beside it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.conf import settings as site_settings
from django.db.utils import DatabaseError, InterfaceError, OperationalError
from django.test import Client
from workbench_builders import PASSWORD, ROLES, canonical, extract
from workbench_routes import routes, shut_routes

from firstpoint import casework
from firstpoint.errors import InputError
from firstpoint.workbench.accounts import people
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.audits.models import Audit, Mark
from firstpoint.workbench.imports.loading import load
from firstpoint.workbench.imports.screening import screen_held
from firstpoint.workbench.incidents.models import Incident, Screened
from firstpoint.workbench.keys import kept_key
from firstpoint.workbench.ledger.keeping import all_entries
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.work.models import WorkItem

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>{{ 7*7 }}{% raw %}\u202eevil"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "head", "options", "trace"])
def test_no_way_of_asking_gets_a_role_past_the_policy(signed_in, role, method):
    client = signed_in(role)
    for route in [each for each in shut_routes() if each.name != "sign-out"]:
        answer = getattr(client, method)(route.address)
        if not casework.may([role], route.action):
            assert answer.status_code == 403, route.name
        assert answer.status_code < 500, route.name


def test_asking_for_the_head_of_an_incident_shows_nothing_and_passes_by_no_ledger(signed_in):
    before = LedgerEntry.objects.count()
    for method in ("head", "options"):
        answer = getattr(signed_in("registrar"), method)("/incidents/1/")
        assert (answer.status_code, answer.content) == (405, b"")
    assert LedgerEntry.objects.count() == before


@pytest.mark.parametrize("version", ["9" * 5000, "１", "-1", " 1", "1e3"])
def test_a_forged_version_marks_nothing_and_breaks_nothing(signed_in, version):
    form = {"version": version, "should_record": "1", "recorded": "1"}
    answer = signed_in("auditor").post(f"/audits/{Audit.objects.get().pk}/reports/1/", form)
    assert answer.status_code == 409
    assert not Mark.objects.exists()


def test_hostile_text_in_every_column_is_shown_as_written_on_every_page(signed_in):
    load([extract("incidents", hostile("incidents", received_at=NOW)),
          extract("crimes", hostile("crimes", incident_id=HOSTILE, recorded_at=NOW)),
          extract("victims", hostile("victims")),
          extract("log_entries", hostile("log_entries", entry_at=NOW))])  # fmt: skip
    screen_held(open_from=0.0)
    incident = Incident.objects.get(incident_id=HOSTILE)
    incident.received_at = datetime.now(UTC)
    incident.save()
    work = incident.items.get(kind="recording")
    form = {"version": 1, "step": "save", "decision": "need_information", "information_needed": "x",
            "information_from": "x", "rationale": "x", "late_reason": "x"}  # fmt: skip
    client = signed_in("registrar")
    saved = client.post(f"/queues/recording/{work.pk}/", form, follow=True)
    pages = [saved, *(client.get(each) for each in (
        "/", f"/incidents/{incident.pk}/", "/incidents/?order=-received",
        f"/queues/recording/{work.pk}/",
        "/ledger/", "/imports/", "/incidents/?find=%3Cscript%3E"))]  # fmt: skip
    for answer in pages:
        html = answer.content.decode()
        assert answer.status_code == 200
        assert "<script>alert" not in html
        assert "\u202e" not in html
    assert "{{ 7*7 }}" in pages[2].content.decode()
    assert "The request for information was sent" in saved.content.decode()


def hostile(table, **instead):
    from firstpoint.records import TABLES

    columns = {c.name: HOSTILE for c in TABLES[table].columns if c.kind == "text"}
    return canonical(table, [{**columns, **instead}])


def test_an_auditors_pages_do_not_change_with_what_the_screen_and_the_decision_makers_say(signed_in):
    client = signed_in("auditor")
    addresses = ["/", "/audits/", "/audits/1/", *(f"/audits/1/reports/{n}/" for n in range(1, 7))]
    before = [bare(client.get(each)) for each in addresses]
    Screened.objects.update(rank=1, chance_unrecorded=0.99, chance_crime=0.99, harm=99, disclosures=[])
    for work in WorkItem.objects.filter(kind="recording").values_list("pk", flat=True):
        form = {"step": "save", "decision": "record", "class-0": "8N", "count-0": "1", "rationale": "x"}
        signed_in("registrar").post(f"/queues/recording/{work}/", {**form, "version": 1, "late_reason": "x"})
    assert [bare(client.get(each)) for each in addresses] == before


def bare(answer):
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


@pytest.mark.parametrize(
    "route", [each for each in routes() if not each.posted], ids=lambda route: route.name
)
def test_a_board_reader_sees_no_reference_of_a_person_or_an_incident(signed_in, route):
    answer = signed_in("board_reader").get(route.address)
    assert not re.search(rb"MK-\d{5}|V-\d|user:\d", answer.content)


def test_a_session_is_new_at_every_sign_in_and_ends(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    client = Client()
    client.cookies["sessionid"] = "chosen-by-an-attacker"
    answer = client.post("/sign-in/", {"username": "registrar", "password": PASSWORD})
    cookie = answer.cookies["sessionid"]
    assert cookie.value != "chosen-by-an-attacker"
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert site_settings.SESSION_COOKIE_AGE <= 10 * 3600
    session = client.session
    session.set_expiry(-1)
    session.save()
    assert client.get("/").status_code == 302


def test_a_closed_account_and_a_lost_role_end_at_once(signed_in, person):
    client = signed_in("registrar")
    User.objects.filter(username="registrar").update(roles=["board_reader"])
    assert client.get("/ledger/").status_code == 403
    User.objects.filter(username="registrar").update(is_active=False)
    assert client.get("/").status_code == 302


def test_a_locked_and_an_unknown_account_take_as_long_as_any_other(settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for _ in range(5):
        people.sign_in("registrar", "wrong", NOW)
    checked = []
    monkeypatch.setattr(people, "check_password", lambda *given: checked.append(given) or False)
    people.sign_in("registrar", "wrong", NOW)
    people.sign_in("nobody-of-this-name", "wrong", NOW)
    assert len(checked) == 2


def test_the_slow_part_of_a_sign_in_keeps_nobody_else_waiting(monkeypatch):
    from django.db import connection

    depth = len(connection.savepoint_ids)
    seen = []
    monkeypatch.setattr(
        people, "check_password", lambda *_: seen.append(len(connection.savepoint_ids)) or False
    )
    people.sign_in("registrar", "wrong", NOW)
    assert seen == [depth]


def test_guesses_made_side_by_side_cannot_pass_by_the_lock(settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    def locked_meanwhile(*_):
        User.objects.filter(username="registrar").update(locked_until=datetime(2030, 1, 1, tzinfo=UTC))
        return True

    monkeypatch.setattr(people, "check_password", locked_meanwhile)
    assert people.sign_in("registrar", PASSWORD, NOW) is None


def test_a_password_that_could_never_be_typed_is_refused():
    with pytest.raises(InputError, match="at most 200"):
        people.add_user("someone", ["registrar"], "x9" * 101)


def test_passwords_are_kept_by_a_slow_hash():
    assert site_settings.PASSWORD_HASHERS[0].endswith("PBKDF2PasswordHasher")


def test_the_export_of_a_days_work_names_nobody_and_holds_no_words(signed_in, fresh_work):
    form = {"version": 1, "step": "save", "decision": "record", "class-0": "8N", "count-0": "1"}
    signed_in("decision_maker").post(
        f"/queues/recording/{fresh_work.pk}/", {**form, "rationale": "Unheard-of"}
    )
    signed_in("auditor").post(
        "/audits/1/reports/1/", {"version": 1, "should_record": 1, "recorded": 0, "note": "Unheard-of"}
    )
    export = "\n".join(str(entry.as_dict()) for entry in all_entries())
    assert "recording.record" in export
    assert "marking.mark" in export
    for words in ("Unheard-of", "A registrar", "A decision maker", "A data auditor", "punched", "bicycle"):
        assert words not in export


@pytest.mark.parametrize("failing", ["database is locked", "database or disk is full", "readonly database"])
def test_a_database_that_does_not_answer_is_said_plainly(signed_in, fresh_work, monkeypatch, failing):
    from firstpoint.workbench.work import stepping

    def fail(*_, **__):
        raise OperationalError(failing)

    monkeypatch.setattr(stepping, "keep", fail)
    form = {
        "version": 1,
        "step": "save",
        "decision": "record",
        "class-0": "8N",
        "count-0": "1",
        "rationale": "x",
    }
    answer = signed_in("decision_maker").post(f"/queues/recording/{fresh_work.pk}/", form)
    fresh_work.refresh_from_db()
    assert answer.status_code == 503
    assert "still in your browser" in answer.content.decode()
    assert fresh_work.state == "awaiting_decision"


@pytest.mark.parametrize(
    ("fault", "status", "title"),
    [
        (DatabaseError("file is not a database"), 500, "Something went wrong on our side"),
        (OperationalError("server closed the connection"), 503, "The workbench cannot work just now"),
        (InterfaceError("the connection is closed"), 503, "The workbench cannot work just now"),
    ],
)
def test_the_page_for_a_fault_asks_the_database_nothing(client, monkeypatch, fault, status, title):
    from django.contrib.sessions.backends.db import SessionStore

    def fail(*_, **__):
        raise fault

    monkeypatch.setattr(SessionStore, "load", fail)
    client.raise_request_exception = False
    client.cookies["sessionid"] = "x" * 32
    answer = client.get("/")
    assert answer.status_code == status
    assert title in answer.content.decode()


@pytest.mark.parametrize("content", ["", "\n", "short"])
def test_a_key_cut_off_while_it_was_made_is_refused(tmp_path, content):
    (tmp_path / "ledger-key").write_text(content)
    with pytest.raises(InputError, match="no whole key"):
        kept_key(tmp_path, "ledger-key")


def test_a_key_is_made_once_and_leaves_nothing_beside_it(tmp_path):
    assert kept_key(tmp_path, "ledger-key") == kept_key(tmp_path, "ledger-key")
    assert [each.name for each in tmp_path.iterdir()] == ["ledger-key"]


def test_a_file_sent_with_a_form_is_never_written_to_disk():
    assert site_settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
