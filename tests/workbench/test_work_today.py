"""Everybody finds on their first page what waits for their role, and the way to it."""

import re

import pytest
from django.http import QueryDict
from django.utils import timezone
from workbench_builders import ROLES, SEEDED

from firstpoint import casework
from firstpoint.workbench.accounts import today
from firstpoint.workbench.work import queues
from firstpoint.workbench.work.models import WorkItem

pytestmark = pytest.mark.django_db

# What each role finds, in the words of the trade: the page must name it.
FINDS = {
    "registrar": ("Reports to decide", "Removals to endorse", "Decided late", "Ledger"),
    "auditor": ("Daily risk-based audit", "Reports to mark"),
    "designated_decision_maker": ("Cancellations and transfers", "Appeals"),
    "decision_maker": ("Reports to decide", "Secondary incidents", "Victims and reporters to tell"),
    "imu_supervisor": ("Reports to decide", "Removals to endorse"),
    "team_leader": ("Removals to endorse",),
    "investigator": ("Requests for information",),
    "public_protection": ("Reported rapes, slavery and deaths", "Safeguarding", "Alerts"),
    "chief_officer": ("See all queues",),
    "board_reader": ("Board papers",),
    "inspector": ("Audits", "Ledger"),
    "data_manager": ("Extracts",),
    "administrator": ("People",),
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_finds_what_waits_for_it_and_every_link_opens(signed_in, role):
    client = signed_in(role)
    page = client.get("/").content.decode()
    assert [words for words in FINDS[role] if words not in page] == []
    for address in set(re.findall(r"<main.*</main>", page, re.DOTALL)[0].split('href="')[1:]):
        link = address.split('"')[0].replace("&amp;", "&")
        assert client.get(link, follow=True).status_code == 200, link


def test_the_work_that_is_due_first_is_named_with_its_time(signed_in):
    WorkItem.objects.filter(kind="alert").exclude(pk=SEEDED["alert"]).delete()
    item = WorkItem.objects.get(pk=SEEDED["alert"])
    page = signed_in("public_protection").get("/").content.decode()
    assert f'href="/queues/alert/{item.pk}/"' in page
    assert f"{item.reference}, {casework.kind_of_work('alert').one}: 3 hours" in page


@pytest.mark.parametrize("role", ROLES)
def test_a_number_is_that_of_the_list_to_which_it_leads(signed_in, person, role):
    now = timezone.now()
    for figure in [each for part in today.parts_for(person(role), now) for each in part.figures]:
        if not figure.href.startswith("/queues/"):
            continue
        address, _, query = figure.href.partition("?")
        kind = address.split("/")[2].replace("-", "_")
        here = queues.listed(queues.wanted(kind, QueryDict(query)), now)
        assert (figure.label, figure.number) == (figure.label, here.count)
