"""Everything held can be found; what is restricted opens to named people alone; each look is kept."""

from datetime import timedelta

import pytest
from django.utils import timezone
from workbench_builders import SEEDED

from firstpoint.workbench.incidents import finding
from firstpoint.workbench.incidents.models import Crime, Grant, Incident, Restriction
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.work.models import WorkItem

pytestmark = pytest.mark.django_db


def search(client, way, asked):
    return client.post("/incidents/search/", {"way": way, "asked": asked}).content.decode()


def shut(incident_id="MK-00000"):
    return Restriction.objects.create(
        incident_id=incident_id, reason="About a member of staff", by="user:1", since=timezone.now()
    )


def last_entry():
    return LedgerEntry.objects.order_by("-sequence").first()


@pytest.mark.parametrize(
    ("way", "asked", "found"),
    [
        ("words", "bicycle stolen", {"MK-00003", "MK-00015"}),
        ("reference", "MK-0000", {f"MK-0000{n}" for n in range(10)}),
        ("reference", "CR/MK-00003", {"CR/MK-00003"}),
        ("person", "V-3", {"MK-00003", "CR/MK-00003"}),
        ("place", "harbour", {"MK-00005"}),
        ("place", "531200, 181300", {"MK-00006"}),
        ("reference", "0000", set()),
        ("place", "531200 999999", set()),
    ],
)
def test_reports_and_crimes_are_found_by_words_reference_place_and_person(person, way, asked, found):
    Incident.objects.filter(incident_id="MK-00005").update(area="Harbour Ward")
    Incident.objects.filter(incident_id="MK-00006").update(easting=531000.0, northing=181000.0)
    rows = finding.find(person("registrar").person, way, asked).rows
    assert {row.reference for row in rows} == found
    entry = last_entry()
    assert (entry.action, entry.actor) == ("incidents.searched", person("registrar").person.reference)
    assert entry.detail == {"found": len(found)}
    assert asked.split()[0] not in entry.subject


def test_whoever_sees_no_cases_cannot_search(signed_in):
    for role in ("auditor", "board_reader", "administrator", "data_manager", "chief_officer", "inspector"):
        assert (
            signed_in(role).post("/incidents/search/", {"way": "words", "asked": "bicycle"}).status_code
            == 403
        )


def test_a_restricted_incident_shows_nothing_but_its_reference_in_a_search_and_in_a_queue(signed_in):
    incident = Incident.objects.get(incident_id="MK-00000")
    shut()
    client = signed_in("decision_maker")
    for page in (
        search(client, "reference", "MK-00000"),
        client.get("/queues/recording/?find=MK-00000").content.decode(),
    ):
        assert "Restricted" in page
        assert f"/incidents/{incident.pk}/" not in page
        assert "domestic" not in page.split("<tbody", 1)[1]


def test_every_list_shows_of_a_restricted_incident_the_reference_alone(signed_in):
    incident = Incident.objects.get(incident_id="MK-00000")
    incident.screened.rank = 1
    incident.screened.save()
    work = WorkItem.objects.get(kind="recording", incident=incident)
    WorkItem.objects.filter(pk=work.pk).update(priority=987.5)
    client = signed_in("decision_maker")
    assert "987.5" in client.get("/queues/recording/?find=MK-00000").content.decode()
    assert "MK-00000" in client.get("/").content.decode()
    shut()
    assert "987.5" not in client.get("/queues/recording/?find=MK-00000").content.decode()
    assert "MK-00000" not in client.get("/").content.decode()
    ranked = client.get("/incidents/?find=MK-00000").content.decode()
    assert "Restricted" in ranked
    assert f"/incidents/{incident.pk}/" not in ranked
    row = client.get("/api/v1/incidents?find=MK-00000").json()["rows"][0]
    assert (row["harm"], row["chance_unrecorded"], row["opening_code"]) == (None, None, None)


@pytest.mark.parametrize("role", ["decision_maker", "registrar", "team_leader"])
def test_nobody_opens_a_restricted_incident_without_a_grant_whatever_their_role(signed_in, person, role):
    shut()
    incident = Incident.objects.get(incident_id="MK-00000")
    work = incident.items.get(kind="recording")
    client = signed_in(role)
    for address in (f"/incidents/{incident.pk}/", f"/queues/recording/{work.pk}/"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "restricted to people who are named" in answer.content.decode()
        assert "ex-partner" not in answer.content.decode()
        entry = last_entry()
        assert (entry.action, entry.actor) == ("incident.refused", person(role).person.reference)


def test_a_crime_of_a_restricted_incident_is_shut_too(signed_in):
    crime = Crime.objects.order_by("pk").first()
    shut(crime.incident_id)
    assert (
        signed_in("designated_decision_maker")
        .get(f"/queues/cancellation/{SEEDED['cancellation']}/")
        .status_code
        == 403
    )


def test_a_named_person_opens_it_until_the_grant_ends(signed_in, person):
    restriction = shut()
    now = timezone.now()
    incident = Incident.objects.get(incident_id="MK-00000")
    holder = person("decision_maker").person.reference
    grant = Grant.objects.create(restriction=restriction, holder=holder, by="user:1", since=now)
    client = signed_in("decision_maker")
    assert client.get(f"/incidents/{incident.pk}/").status_code == 200
    assert signed_in("team_leader").get(f"/incidents/{incident.pk}/").status_code == 403
    grant.until = now - timedelta(seconds=1)
    grant.save()
    assert client.get(f"/incidents/{incident.pk}/").status_code == 403


def test_the_registrar_restricts_names_ends_and_lifts_and_each_is_in_the_ledger(signed_in, person):
    incident = Incident.objects.get(incident_id="MK-00000")
    client = signed_in("registrar")
    holder = person("decision_maker").person.reference
    address = f"/incidents/{incident.pk}/restriction/"

    def change(**given):
        return client.post(address, given).status_code

    assert change(change="restrict", reason="") == 400
    assert change(change="restrict", reason="About a member of staff") == 302
    assert change(change="name", holder=holder, days="0") == 400
    assert change(change="name", holder="user:9999", days="5") == 400
    assert change(change="name", holder=holder, days="5") == 302
    assert signed_in("decision_maker").get(f"/incidents/{incident.pk}/").status_code == 200
    assert change(change="end", grant=str(Grant.objects.get().pk)) == 302
    assert signed_in("decision_maker").get(f"/incidents/{incident.pk}/").status_code == 403
    assert change(change="lift", reason="The matter is over") == 302
    assert signed_in("decision_maker").get(f"/incidents/{incident.pk}/").status_code == 200
    done = LedgerEntry.objects.filter(actor=person("registrar").person.reference).values_list(
        "action", flat=True
    )
    assert [each for each in done if each.startswith("incident.")] == [
        "incident.restricted", "incident.named", "incident.named-ended", "incident.opened",
    ]  # fmt: skip
    assert "member of staff" not in str(list(LedgerEntry.objects.values_list("detail", flat=True)))
