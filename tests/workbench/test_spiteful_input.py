"""Whatever is sent, the answer is a page that says what to do, and nothing is half done."""

import pytest
from django.test import Client

from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.work.models import Step

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def decide(client, work, **given):
    form = {
        "version": work.version,
        "step": "save",
        "decision": "record",
        "class-0": "8N",
        "count-0": "1",
        **given,
    }
    return client.post(f"/queues/recording/{work.pk}/", form)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rationale": "x" * 1_000_000}, "4,000 characters or fewer"),
        ({"rationale": "a\x00b"}, "invisible control characters"),
        ({"rationale": "safe\u202egpj.exe"}, "invisible control characters"),
        ({"rationale": "fine", "class-0": SCRIPT}, "no offence class"),
        ({"rationale": "fine", "count-0": "1e9"}, "whole number"),
        ({"rationale": "fine", "count-0": "99999999999999999999"}, "whole number"),
        ({"rationale": "fine", "count-0": "-1"}, "whole number"),
        ({"rationale": "fine", "count-0": "٣"}, "whole number"),
        ({"rationale": "fine", "decision": "endorse"}, "Select what to do"),
        ({"rationale": "fine", "decision": SCRIPT}, "Select what to do"),
        ({"rationale": "fine", "decision": "not_a_crime", "removal_reason": "because"}, "Select why"),
    ],
)
def test_what_cannot_be_used_comes_back_with_its_reason(signed_in, fresh_work, given, words):
    answer = decide(signed_in("decision_maker"), fresh_work, **given)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Step.objects.exists()


@pytest.mark.parametrize("version", ["", "0", "99", "-1", "one", "9" * 30])
def test_a_forged_version_decides_nothing(signed_in, fresh_work, version):
    answer = decide(signed_in("decision_maker"), fresh_work, version=version, rationale="fine")
    assert answer.status_code in (400, 409)
    assert not Step.objects.exists()


def test_a_script_in_a_rationale_is_shown_as_written(signed_in, fresh_work):
    client = signed_in("decision_maker")
    assert decide(client, fresh_work, rationale=SCRIPT).status_code == 302
    page = client.get(f"/incidents/{fresh_work.incident.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_script_and_an_override_in_a_log_are_shown_as_written(signed_in):
    incident = Incident.objects.first()
    incident.text = SCRIPT + "\u202e evil"
    incident.opening_code = SCRIPT
    incident.save()
    incident.entries.all().delete()
    page = signed_in("decision_maker").get(f"/incidents/{incident.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "[U+202E]" in page
    assert "\u202e" not in page
    assert SCRIPT not in signed_in("decision_maker").get("/incidents/").content.decode()


def test_a_form_without_its_token_is_refused_with_advice(fresh_work):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="decision_maker"))
    answer = decide(client, fresh_work, rationale="fine")
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
    assert not Step.objects.exists()


def test_more_than_a_form_can_hold_is_refused_with_advice(signed_in, fresh_work):
    answer = decide(signed_in("decision_maker"), fresh_work, rationale="x" * 3_000_000)
    assert answer.status_code == 413
    assert "shorten it" in answer.content.decode()


def test_too_many_fields_are_refused_with_advice(signed_in, fresh_work):
    answer = decide(signed_in("decision_maker"), fresh_work, **{f"field-{n}": "x" for n in range(1600)})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "query",
    ["?page=0", "?page=-1", "?page=99999999999", "?page=x", "?order=--rank", "?order=password",
     "?show=secrets", "?find=%27%3B+DROP+TABLE", "?opened_as=%25", "?find=" + "x" * 5000, "?find=%E2%80%AE"],
)  # fmt: skip
def test_an_address_with_nonsense_in_it_is_still_a_list(signed_in, query):
    assert signed_in("registrar").get("/incidents/" + query).status_code == 200


@pytest.mark.parametrize("address", ["/incidents/?find=a%00b", "/ledger/?subject=%00", "/sign-in/?next=%00"])
def test_a_nul_in_an_address_is_refused(signed_in, address):
    answer = signed_in("registrar").get(address)
    assert answer.status_code == 400
    assert "Go back" in answer.content.decode()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_ways_of_asking_are_refused(signed_in, method):
    assert getattr(signed_in("registrar"), method)("/incidents/1/").status_code == 405


def test_an_unknown_host_is_refused(signed_in):
    answer = signed_in("registrar").get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
