"""A report that the screen did not put on the list gets there by whoever read it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from test_every_page import check_page
from workbench_builders import ROLES

from firstpoint import casework
from firstpoint.errors import Refused
from firstpoint.workbench.api.tokens import make_token
from firstpoint.workbench.incidents.models import Crime, Incident, Restriction
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.recording import putting_on
from firstpoint.workbench.work.models import FIRST, WorkItem

pytestmark = pytest.mark.django_db
REASON = "She says that he held her by the throat; no opening or closing code tells of it."


@pytest.fixture
def unlisted():
    """A report of two days ago on which nothing is asked."""
    incident = Incident.objects.order_by("pk").first()
    Incident.objects.filter(pk=incident.pk).update(received_at=timezone.now() - timedelta(days=2))
    WorkItem.objects.filter(incident=incident).delete()
    incident.refresh_from_db()
    return incident


def address_of(incident):
    return f"/recording/put-on/{incident.pk}/"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_puts_a_report_on_where_the_policy_says_so(role, signed_in, unlisted):
    answer = signed_in(role).post(address_of(unlisted), {"list_reason": REASON})
    there = WorkItem.objects.filter(kind="recording", incident=unlisted).exists()
    may = casework.may([role], "recording.put_on")
    assert (answer.status_code, there) == ((302, True) if may else (403, False))


def test_it_goes_to_the_head_of_the_list_late_from_the_first_report_and_says_who_and_why(
    signed_in, person, unlisted
):
    client = signed_in("public_protection")
    page = client.get(f"/incidents/{unlisted.pk}/").content.decode()
    assert address_of(unlisted) in page
    form = client.get(address_of(unlisted)).content.decode()
    check_page(form)
    assert "late at once" in form
    saved = client.post(address_of(unlisted), {"list_reason": REASON}, follow=True).content.decode()
    assert "is on the list to decide" in saved
    assert address_of(unlisted) not in saved
    item = WorkItem.objects.get(kind="recording", incident=unlisted)
    assert (item.priority, item.state) == (FIRST, "awaiting_decision")
    assert item.due_at == unlisted.received_at + timedelta(hours=24)
    shown = signed_in("decision_maker").get(f"/queues/recording/{item.pk}/").content.decode()
    check_page(shown)
    assert REASON in shown
    assert person("public_protection").shown_name in shown
    first = signed_in("decision_maker").get("/queues/recording/").content.decode()
    assert "By hand" in first
    entry = LedgerEntry.objects.get(action="recording.opened", subject__endswith=unlisted.incident_id)
    assert entry.actor == person("public_protection").person.reference
    assert entry.detail["because"] == "by_hand"
    assert "throat" not in str(entry.detail)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001, "read \u202ebackwards", "a\x00b"])
def test_a_reason_that_cannot_be_used_puts_nothing_on(reason, signed_in, unlisted):
    answer = signed_in("investigator").post(address_of(unlisted), {"list_reason": reason})
    assert answer.status_code == 400
    check_page(answer.content.decode())
    assert not WorkItem.objects.filter(kind="recording", incident=unlisted).exists()


def test_a_report_that_is_on_the_list_or_was_decided_is_not_put_on_again(signed_in, unlisted):
    client = signed_in("investigator")
    for _ in range(2):
        answer = client.post(address_of(unlisted), {"list_reason": REASON})
    assert (answer.status_code, "on the list already" in answer.content.decode()) == (409, True)
    WorkItem.objects.filter(kind="recording", incident=unlisted).update(state="removed", open=False)
    answer = client.post(address_of(unlisted), {"list_reason": REASON})
    page = answer.content.decode()
    assert (answer.status_code, "A registrar can reopen it" in page) == (409, True)
    shown = client.get(address_of(unlisted)).content.decode()
    check_page(shown)
    assert "was decided" in shown
    assert "list_reason" not in shown
    assert WorkItem.objects.filter(kind="recording", incident=unlisted).count() == 1


def test_of_two_who_put_on_the_same_report_at_once_the_second_is_told(monkeypatch, person, unlisted):
    told, now = {"list_reason": REASON}, timezone.now()
    looked = iter([None])
    first = putting_on.put_on_list(unlisted, person("investigator"), told, now)
    monkeypatch.setattr(putting_on, "decision_on", lambda _: next(looked, first))
    with pytest.raises(Refused, match="on the list already"):
        putting_on.put_on_list(unlisted, person("decision_maker"), told, now)
    assert WorkItem.objects.filter(kind="recording", incident=unlisted).count() == 1


def test_a_restricted_report_is_put_on_by_who_is_named_for_it_alone(signed_in, unlisted):
    Restriction.objects.create(
        incident_id=unlisted.incident_id, reason="x", by="user:1", since=timezone.now()
    )
    client = signed_in("investigator")
    assert client.get(address_of(unlisted)).status_code == 403
    assert client.post(address_of(unlisted), {"list_reason": REASON}).status_code == 403
    assert not WorkItem.objects.filter(kind="recording", incident=unlisted).exists()


# Programs ---------------------------------------------------------------------------------------------------


@pytest.fixture
def send(person):
    def sent(role, address, value):
        user = person(role)
        token = make_token(user, "tests", user.roles, 5, timezone.now())
        client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
        return client.post(f"/api/v1{address}", value, content_type="application/json")

    return sent


def test_a_program_puts_a_report_on_under_the_same_rules(send, unlisted):
    address = f"/incidents/{unlisted.pk}/decision"
    assert send("auditor", address, {"list_reason": REASON}).status_code == 403
    refused = send("investigator", address, {"list_reason": " "})
    assert (refused.status_code, list(refused.json()["faults"])) == (422, ["list_reason"])
    opened = send("investigator", address, {"list_reason": REASON})
    assert (opened.status_code, opened.json()["because"]) == (201, "by_hand")
    assert send("investigator", address, {"list_reason": REASON}).status_code == 409


def test_a_program_receives_an_appeal_under_the_same_rules(send, unlisted):
    address, told = f"/incidents/{unlisted.pk}/appeals", {"appellant": "victim", "appeal_grounds": "He did."}
    assert send("auditor", address, told).status_code == 403
    assert send("imu_supervisor", address, {**told, "appellant": "nobody"}).status_code == 422
    assert send("imu_supervisor", address, told).status_code == 201
    assert send("imu_supervisor", address, told).status_code == 409


def test_a_program_asks_for_a_cancellation_and_is_told_what_the_category_needs(send):
    WorkItem.objects.filter(kind="cancellation").delete()
    crime = Crime.objects.filter(cancelled_here=None).order_by("pk").first()
    Crime.objects.filter(pk=crime.pk).update(ho_class="49", status="recorded")
    piece = {"what": "CCTV", "obtained": "1 May", "source": "the shop", "verified": "watched twice"}
    facts = {f"information.{each}": "yes" for each in ("additional", "verifiable", "shows_no_crime")}
    facts |= {"withdrawal": "none", "pressure_on_victim": "no", "evidence_too_weak_to_charge": "no"}
    asked = {"crime_id": crime.crime_id, "category": "C2", "facts": facts}
    given = {"information": [piece], "rationale": "It shows the owner taking it."}

    def answer(role="investigator", **changed):
        return send(role, "/cancellations", {**asked, "given": given, **changed})

    assert answer("board_reader").status_code == 403
    assert answer(crime_id="CR/none").status_code == 404
    assert list(answer(category="C9").json()["faults"]) == ["category"]
    assert (
        "information.shows_no_crime"
        in answer(facts={**facts, "shoe_size": "9"}).json()["faults"]["shoe_size"]
    )
    assert list(answer(given={"rationale": "x"}).json()["faults"]) == ["information"]
    assert "(none, retraction, no_support, unknown)" in answer(facts={}).json()["faults"]["withdrawal"]
    assert not WorkItem.objects.filter(kind="cancellation").exists()
    opened = answer()
    assert (opened.status_code, opened.json()["reference"]) == (201, crime.crime_id)
    assert WorkItem.objects.get(kind="cancellation").particulars["information"] == [piece]
    assert answer().status_code == 409
