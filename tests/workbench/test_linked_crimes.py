"""Crimes that name no report which is held: found, shown with their weight, decided on, and counted."""

from datetime import timedelta

import polars as pl
import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from test_every_page import check_page
from workbench_builders import ROLES

from firstpoint import casework
from firstpoint.errors import NotAllowed, Refused
from firstpoint.records.linking import weighing
from firstpoint.workbench.imports import linking, screening
from firstpoint.workbench.imports.frames import whole_frame_of
from firstpoint.workbench.incidents import linked
from firstpoint.workbench.incidents.models import Crime, CrimeLink, Incident, Restriction, Screened
from firstpoint.workbench.jobs import asking
from firstpoint.workbench.jobs.models import Job
from firstpoint.workbench.jobs.working import Worker
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.missed import finding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _none_held(db):
    CrimeLink.objects.all().delete()


@pytest.fixture
def report():
    """A report without a crime."""
    return Incident.objects.filter(crimes=None).order_by("pk")[1]


@pytest.fixture
def crime_of(report):
    """A crime made beside the report, under whatever reference."""

    def made(named, crime_id="CR/APART"):
        return Crime.objects.create(
            crime_id=crime_id,
            incident_id=named,
            ho_class="8/06",
            status="recorded",
            reported_at=report.received_at + timedelta(minutes=2),
            recorded_at=report.received_at + timedelta(hours=2),
        )

    return made


@pytest.fixture
def link_of(report, crime_of):
    """A link as a run leaves it."""

    def made(band="review", **other):
        told = {"weight": 12.34, "probability": 0.62, "how": "likeness", "reason": "reported 2 minutes apart"}
        crime = crime_of(None)
        given = {**told, **other, "band": band, "changed_by": "tests", "changed_at": timezone.now()}
        return CrimeLink.objects.create(crime=crime, incident=report, **given)

    return made


@pytest.fixture
def by_reference_alone(monkeypatch):
    monkeypatch.setattr(weighing, "find_spec", lambda _: None)


def recorded_for(report):
    """How many crimes a screen of everything counts for a report."""
    screening.screen_held()
    return Screened.objects.get(incident=report).crimes_recorded


# Looking for them -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("by_reference_alone")
def test_a_reference_written_differently_is_found_and_counts_from_the_next_screen(report, crime_of):
    assert recorded_for(report) == 0
    crime_of(report.incident_id.lower().replace("-", " "))
    outcome = linking.link_held()
    assert (outcome.linked, outcome.for_review) == (1, 0)
    assert "Splink is not installed" in str(outcome)
    link = CrimeLink.objects.get()
    assert (link.incident, link.how, link.band, link.weight, link.stands) == (
        report, "formatting", "linked", None, True,
    )  # fmt: skip
    screening.screen_held(loads=[])
    assert Screened.objects.get(incident=report).crimes_recorded == 1
    assert LedgerEntry.objects.get(action="links.run").detail == {"linked": 1, "for_review": 0}


@pytest.mark.usefixtures("by_reference_alone")
def test_a_run_anew_changes_nothing_and_what_is_found_no_more_stands_no_more(report, crime_of):
    crime = crime_of(report.incident_id.lower())
    for _ in range(2):
        linking.link_held()
    link = CrimeLink.objects.get()
    crime.incident_id = None
    crime.save()
    linking.link_held()
    link.refresh_from_db()
    assert (link.band, link.stands) == ("none", False)
    assert recorded_for(report) == 0
    CrimeLink.objects.update(decided="same")
    linking.link_held()
    assert recorded_for(report) == 1  # what a person said stays, whatever is found


@pytest.mark.usefixtures("by_reference_alone")
def test_a_crime_that_names_a_report_which_came_later_is_that_ones(report, crime_of, link_of):
    link = link_of("linked")
    assert recorded_for(report) == 1
    other = Incident.objects.exclude(pk=report.pk).filter(crimes=None).first()
    Crime.objects.filter(pk=link.crime.pk).update(incident_id=other.incident_id)
    assert recorded_for(report) == 0
    assert Screened.objects.get(incident=other).crimes_recorded == 1


def test_by_likeness_a_crime_without_a_reference_is_found_with_its_weight(report, crime_of):
    pytest.importorskip("splink")
    report.refresh_from_db()
    crime = crime_of(None)
    Crime.objects.filter(pk=crime.pk).update(
        text=report.text, unit=report.unit, reported_at=report.received_at, recorded_by=report.taken_by
    )
    linking.link_held()
    link = CrimeLink.objects.get(crime_id=crime.crime_id, incident=report)
    assert link.how == "likeness"
    assert link.weight > 3
    assert 0.2 <= link.probability <= 1
    assert "taken and recorded by the same person" in link.reason


def test_a_job_links_and_has_the_screen_follow(signed_in, report, crime_of, settings, tmp_path, monkeypatch):
    settings.DIRECTORY = tmp_path
    monkeypatch.setattr(weighing, "find_spec", lambda _: None)
    crime_of(report.incident_id.lower())
    answer = signed_in("data_manager").post("/jobs/link/")
    assert answer.status_code == 302
    worker = Worker()
    while worker.do_next():
        pass
    assert list(Job.objects.order_by("pk").values_list("kind", "state")) == [
        ("link", "done"),
        ("screen", "done"),
    ]
    page = signed_in("data_manager").get(answer.headers["Location"]).content.decode()
    assert "1 crime linked to a report not named" in page
    assert Screened.objects.get(incident=report).crimes_recorded == 1


def test_links_are_asked_for_by_those_who_run_jobs_alone(person):
    with pytest.raises(NotAllowed):
        asking.ask("link", {}, person("investigator").person)


# Seeing and deciding ----------------------------------------------------------------------------------------


def test_the_pages_of_a_report_show_weight_chance_and_why(signed_in, report, link_of):
    link_of("linked")
    page = signed_in("decision_maker").get(f"/incidents/{report.pk}/").content.decode()
    check_page(page)
    for told in ("CR/APART", "By likeness", "12.3 bits, 62 in 100", "Reported 2 minutes apart"):
        assert told in page
    blind = signed_in("auditor").get(f"/incidents/{report.pk}/")
    assert blind.status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_a_role_says_where_a_crime_belongs_where_the_policy_says_so(role, signed_in, link_of):
    link = link_of()
    answer = signed_in(role).post(f"/incidents/links/{link.pk}/", {"said": "same"})
    link.refresh_from_db()
    may = casework.may([role], "links.decide")
    assert (answer.status_code, link.decided) == ((302, "same") if may else (403, ""))


def test_what_is_said_counts_stands_in_the_ledger_and_can_be_said_anew(signed_in, person, report, link_of):
    link, client = link_of(), signed_in("imu_supervisor")
    assert recorded_for(report) == 0
    shown = client.get("/incidents/links/").content.decode()
    check_page(shown)
    assert "12.3 bits, 62 in 100" in shown
    client.post(f"/incidents/links/{link.pk}/", {"said": "same", "from": "incident"})
    assert recorded_for(report) == 1
    assert "No crime waits" in client.get("/incidents/links/").content.decode()
    entry = LedgerEntry.objects.get(action="link.decided")
    assert entry.actor == person("imu_supervisor").person.reference
    assert entry.detail == {"incident": report.incident_id, "said": "same", "how": "likeness"}
    client.post(f"/incidents/links/{link.pk}/", {"said": "other"})
    assert recorded_for(report) == 0


def test_a_crime_belongs_to_one_report_and_its_other_candidates_wait_no_more(signed_in, link_of):
    link = link_of()
    other = Incident.objects.exclude(pk=link.incident.pk).first()
    rival = CrimeLink.objects.create(
        crime=link.crime, incident=other, how="likeness", band="linked",
        changed_by="tests", changed_at=timezone.now(),
    )  # fmt: skip
    client = signed_in("registrar")
    assert client.post(f"/incidents/links/{link.pk}/", {"said": "same"}).status_code == 302
    assert list(linked.standing()) == [link]
    answer = client.post(f"/incidents/links/{rival.pk}/", {"said": "same"})
    assert (answer.status_code, "belong to another report" in answer.content.decode()) == (409, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        CrimeLink.objects.filter(pk=rival.pk).update(decided="same")


def test_of_two_who_tie_one_crime_to_two_reports_at_once_the_second_is_told(monkeypatch, person, link_of):
    link, other = link_of(), Incident.objects.order_by("-pk").first()
    rival = CrimeLink.objects.create(
        crime=link.crime, incident=other, how="likeness", band="review",
        changed_by="tests", changed_at=timezone.now(),
    )  # fmt: skip
    linked.decide(link.pk, "same", person("registrar"), timezone.now())
    monkeypatch.setattr(QuerySet, "exists", lambda _: False)
    with pytest.raises(Refused, match="belong to another report"):
        linked.decide(rival.pk, "same", person("decision_maker"), timezone.now())
    assert [each.pk for each in CrimeLink.objects.filter(decided="same")] == [link.pk]


@pytest.mark.parametrize("said", ["", "perhaps", "same\x00", "x" * 100_000])
def test_anything_else_said_is_refused(said, signed_in, link_of):
    link = link_of()
    answer = signed_in("registrar").post(f"/incidents/links/{link.pk}/", {"said": said})
    assert answer.status_code == 400
    check_page(answer.content.decode())
    assert signed_in("registrar").post("/incidents/links/999999/", {"said": "same"}).status_code == 404


def test_a_restricted_report_shows_and_takes_nothing(signed_in, report, link_of):
    link, client = link_of(), signed_in("decision_maker")
    Restriction.objects.create(incident_id=report.incident_id, reason="x", by="u", since=timezone.now())
    page = client.get("/incidents/links/").content.decode()
    assert f"{report.incident_id} (restricted)" in page
    assert [told for told in ("CR/APART", "12.3 bits", "2 minutes apart") if told in page] == []
    assert client.post(f"/incidents/links/{link.pk}/", {"said": "same"}).status_code == 403
    link.refresh_from_db()
    assert link.decided == ""


def test_a_linked_crime_is_no_missing_one(report, link_of):
    link_of("linked")
    assert finding._standing(report.incident_id) == ["8/06"]
    CrimeLink.objects.update(decided="other")
    assert finding._standing(report.incident_id) == []


def test_what_is_compared_are_the_columns_of_the_canonical_tables():
    frame = whole_frame_of("crimes", Crime.objects.all())
    assert frame.schema["recorded_at"] == pl.Datetime("us", "UTC")
    assert {"crime_id", "incident_id", "text", "flags", "easting"} <= set(frame.columns)
