"""Several removals are endorsed together after each was shown; never one's own or against the rules."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from firstpoint import casework
from firstpoint.workbench.api.tokens import make_token
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.recording.bringing_back import put_right
from firstpoint.workbench.recording.handling import against_the_rules
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import made
from firstpoint.workbench.work.stepping import take_step

pytestmark = pytest.mark.django_db

REMOVE = {
    "removal_reason": "no_notifiable_crime",
    "rationale": "Nothing was done to anybody, as the caller says.",
    "victim_told": "told",
    "late_reason": "Found by the daily review",
}
MOVE = casework.transition("recording", "not_a_crime")


@pytest.fixture
def quiet(db):
    """Reports on the list of which the screen found nothing: noise, words of advice, a man seen."""
    for incident in Incident.objects.exclude(items__kind="recording"):
        made("recording", now=timezone.now(), because="test", incident=incident).save()


@pytest.fixture
def removal(person):
    """Asks for the removal of the next incident of which the rules do, or do not, require a record."""

    def ask(username="decision_maker", *, against=False):
        endorse = casework.transition("recording", "endorse")
        rows = WorkItem.objects.filter(kind="recording", state="awaiting_decision").order_by("pk")
        item = next(each for each in rows if against_the_rules(each, endorse, {}) is against)
        take_step(item.pk, item.version, MOVE, person(username), REMOVE, timezone.now())
        item.refresh_from_db()
        return item

    return ask


def ticks(*items):
    return {"tick": [f"{each.pk}:{each.version}" for each in items]}


def states(*items):
    return [WorkItem.objects.get(pk=each.pk).state for each in items]


def test_each_ticked_removal_is_shown_read_confirmed_and_endorsed_by_a_step_of_its_own(
    signed_in, person, quiet, removal
):
    one, other = removal(), removal()
    client = signed_in("team_leader")
    before = LedgerEntry.objects.count()
    page = client.post("/removals/endorse/", ticks(one, other)).content.decode()
    assert "Endorse 2 removals?" in page
    assert page.count("no notifiable crime in law") == page.count("Nothing was done to anybody") == 2
    looks = LedgerEntry.objects.filter(sequence__gt=before)
    assert [each.action for each in looks] == ["incident.read"] * 2
    unconfirmed = client.post("/removals/endorse/", {**ticks(one, other), "step": "endorse"})
    assert (unconfirmed.status_code, states(one, other)) == (400, ["awaiting_endorsement"] * 2)
    form = {**ticks(one, other), "step": "endorse", "confirm": "yes"}
    told = client.post("/removals/endorse/", form, follow=True).content.decode()
    assert "2 removals were endorsed." in told
    assert states(one, other) == ["removed"] * 2
    entries = LedgerEntry.objects.filter(sequence__gt=before, action="recording.endorse")
    assert [each.actor for each in entries] == [person("team_leader").person.reference] * 2


def test_ones_own_and_those_against_the_rules_are_refused_and_stale_ones_told_and_skipped(
    signed_in, quiet, removal
):
    own, fine, stale = removal("both"), removal(), removal()
    against = removal(against=True)
    WorkItem.objects.filter(pk=stale.pk).update(version=stale.version + 1, state="returned")
    client = signed_in("both")
    page = client.post("/removals/endorse/", ticks(own, fine, stale, against)).content.decode()
    assert "Endorse 1 removal?" in page
    for item, why in ((own, "your own decision"), (stale, "Returned by team leader"), (against, "by itself")):
        assert re.search(f"{item.reference}</a>: [^<]*{why}", page)
    form = {**ticks(own, fine, stale, against), "step": "endorse", "confirm": "yes"}
    told = client.post("/removals/endorse/", form, follow=True).content.decode()
    assert "1 removal was endorsed." in told
    assert told.count("Skipped") == 3
    assert states(own, fine, stale, against) == [
        "awaiting_endorsement",
        "removed",
        "returned",
        "awaiting_endorsement",
    ]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"tick": [f"{number}:1" for number in range(21)]}, 400),
        ({"tick": "1"}, 404),
        ({"tick": "999999:1"}, 404),
        ({"tick": "²:1"}, 404),
    ],
)
def test_ticks_that_cannot_be_used_are_a_page_that_says_so(signed_in, form, status):
    assert signed_in("team_leader").post("/removals/endorse/", form).status_code == status


def test_the_list_is_filtered_by_decision_and_reference(signed_in, quiet, removal):
    item = removal()
    client = signed_in("team_leader")
    link = f'href="/queues/recording/{item.pk}/"'
    assert link in client.get("/removals/?decision=not_a_crime").content.decode()
    assert link not in client.get("/removals/?decision=transfer").content.decode()
    assert link not in client.get("/removals/?find=ZZ").content.decode()


def test_the_registrar_finds_late_decisions_by_week_and_unit_with_their_reason(
    signed_in, quiet, removal, late_work
):
    decision = {"decision": "record", "class-0": "8N", "count-0": "1", "rationale": "x", "version": 1}
    signed_in("decision_maker").post(
        f"/queues/recording/{late_work.pk}/", {**decision, "step": "save", "late_reason": "Nobody on shift"}
    )
    registrar = signed_in("registrar")
    page = registrar.get("/late-decisions/").content.decode()
    assert late_work.reference in page
    assert "Nobody on shift" in page
    assert late_work.reference not in registrar.get("/late-decisions/?unit=South").content.decode()
    week = re.findall(r'<option value="(\d{4}-\d\d-\d\d)"', page)[3]
    assert late_work.reference not in registrar.get(f"/late-decisions/?week={week}").content.decode()


def test_a_program_cannot_leave_out_the_note_that_a_removal_against_the_rules_needs(person, quiet, removal):
    against = removal(against=True)
    token = make_token(person("team_leader"), "tests", ["team_leader"], 5, timezone.now())
    client = Client(headers={"Authorization": f"Bearer {token}"})
    address = f"/api/v1/queues/recording/{against.pk}/steps"
    asked = {"transition": "endorse", "version": against.version, "given": {}}
    offered = client.get(f"/api/v1/queues/recording/{against.pk}").json()["available"]
    assert [each["name"] for step in offered for each in step["when_against"]] == ["note"]
    assert client.post(address, asked, content_type="application/json").status_code in (400, 422)
    assert states(against) == ["awaiting_endorsement"]
    asked["given"] = {"note": "The victim withdrew nothing; see the call back."}
    assert client.post(address, asked, content_type="application/json").status_code == 200


def test_a_crime_found_while_a_removal_waits_sends_it_back_before_anybody_endorses_it(
    signed_in, person, quiet, removal
):
    waiting = removal()
    crimes = [{"ho_class": "8N", "count": 1}]
    found = put_right(waiting.incident, person("auditor"), timezone.now(), reason="Found.", crimes=crimes)
    assert (found.pk, found.state, found.particulars["crimes"]) == (waiting.pk, "returned", crimes)
    stale = {"version": waiting.version, "step": "save", "decision": "endorse", "note": "Seen."}
    answer = signed_in("team_leader").post(f"/queues/recording/{waiting.pk}/", stale)
    assert answer.status_code == 409
    assert states(waiting) == ["returned"]
