"""No list shows of a restricted report more than its reference: every list that there is, to every role."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from workbench_builders import ROLES
from workbench_routes import shut_routes

from firstpoint import casework
from firstpoint.workbench.api.tokens import make_token
from firstpoint.workbench.incidents.models import Crime, CrimeLink, Incident, LogEntry, Restriction
from firstpoint.workbench.missed.models import Shortfall
from firstpoint.workbench.referrals.models import Referral
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.urls import KINDS

pytestmark = pytest.mark.django_db
MARK = "zebrafinch"
LISTS = [route for route in shut_routes() if route.is_list and not route.posted]
API_LISTS = ["/incidents", "/loads", *(f"/queues/{kind}" for kind in KINDS if kind != "marking")]


@pytest.fixture
def restricted(person):
    """A restricted report with work of every kind, late and referred; one word marks all that it holds."""
    incident = Incident.objects.order_by("pk").first()
    name, now = incident.incident_id, timezone.now()
    held = dict.fromkeys(("opening_code", "closing_code", "unit", "area", "text", "taken_by"), MARK)
    Incident.objects.filter(pk=incident.pk).update(**held, received_at=now - timedelta(days=2))
    LogEntry.objects.filter(incident=incident).update(text=MARK, author=MARK)
    Crime.objects.create(
        crime_id="CR/SHUT", incident_id=name, ho_class="8N", title=MARK, unit=MARK, text=MARK, area=MARK,
        status="recorded", recorded_at=now,
    )  # fmt: skip
    for kind in KINDS:
        rows = WorkItem.objects.filter(kind=kind)
        if rows.filter(incident=incident).exists():
            continue
        if one := rows.exclude(incident=None).first():
            one.incident = incident
            one.save()
        elif one := rows.exclude(crime=None).first():
            one.crime_id = "CR/SHUT"
            one.save()
    mine = WorkItem.objects.filter(incident=incident) | WorkItem.objects.filter(crime_id="CR/SHUT")
    mine.update(unit=MARK, opening_code=MARK, due_at=now - timedelta(hours=1))
    for kind, transition, state in (
        ("recording", "record", "recorded"),
        ("cancellation", "agree", "cancelled"),
    ):
        item = mine.filter(kind=kind).first()
        given = {"rationale": MARK, "late_reason": MARK, "crimes": [{"ho_class": "8N", "count": 1}]}
        step = Step.objects.create(
            item=item, transition=transition, from_state=item.state, to_state=state, by=person("both"),
            at=now, late=True, given=given,
        )  # fmt: skip
    Referral.objects.create(
        step=step, number=9, incident_id=name, ho_class="8N", vulnerable=MARK, raised_at=now, next_try_at=now
    )
    Shortfall.objects.create(
        incident_id=name, month=now.date().replace(day=1), unit="North", ho_class="8N",
        required=2, recorded=1, found_at=now,
    )  # fmt: skip
    CrimeLink.objects.update(incident_id=name, reason=MARK, crime_id="CR/SHUT")
    Restriction.objects.create(incident_id=name, reason=MARK, by="user:1", since=now)
    return incident


def test_there_are_lists():
    assert len(LISTS) > 25
    assert {"incidents", "late-decisions", "referrals", "links", "removals"} <= {each.name for each in LISTS}


@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.name)
def test_a_page_shows_nothing_of_it(restricted, signed_in, route):
    for role in ROLES:
        if casework.may([role], route.action):
            page = signed_in(role).get(route.address)
            assert page.status_code in (200, 302), role
            assert MARK not in page.content.decode(errors="replace"), role


@pytest.mark.parametrize("way", ["words", "reference", "place"])
def test_the_search_finds_it_and_shows_the_reference_alone(restricted, signed_in, way):
    asked = restricted.incident_id if way == "reference" else MARK
    page = signed_in("registrar").post("/incidents/search/", {"way": way, "asked": asked}).content.decode()
    assert MARK not in page.replace(f'value="{MARK}"', "")


@pytest.mark.parametrize("address", API_LISTS)
def test_a_program_is_shown_nothing_of_it(restricted, person, address):
    for role in ROLES:
        user = person(role)
        token = make_token(user, "tests", user.roles, 5, timezone.now())
        answer = Client(headers={"Authorization": f"Bearer {token}"}).get(f"/api/v1{address}?show=all")
        assert answer.status_code in (200, 403)
        assert MARK not in answer.content.decode(), role
