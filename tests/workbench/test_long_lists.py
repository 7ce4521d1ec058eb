"""Long lists: what is found and counted is what a look into every row would find, only quicker."""

from itertools import pairwise

import pytest
from django.utils import timezone

from firstpoint.workbench import paging
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.work import queues
from firstpoint.workbench.work.models import WorkItem

pytestmark = pytest.mark.django_db


def asked(**given):
    return queues.wanted("recording", {name: str(value) for name, value in given.items()})


def keys(rows):
    return sorted(each.pk for each in rows)


@pytest.mark.parametrize("words", ["dom", "DOM", "e", "sexual offence", "no such code", "%", "_", "'"])
def test_words_of_a_code_are_found_as_by_a_look_into_every_row(words):
    of_kind = WorkItem.objects.filter(kind="recording", open=True)
    found = queues.chosen(asked(opened_as=words), timezone.now())
    assert keys(found) == keys(each for each in of_kind if words.lower() in (each.opening_code or "").lower())


def test_a_column_of_very_many_values_is_looked_into_row_by_row(monkeypatch):
    by_values = keys(queues.chosen(asked(opened_as="thef", unit="nor"), timezone.now()))
    monkeypatch.setattr(paging, "_MOST_VALUES", 1)
    assert by_values == keys(queues.chosen(asked(opened_as="thef", unit="nor"), timezone.now()))
    assert by_values


def test_a_code_that_only_incidents_have_is_found_in_the_ranked_list(signed_in):
    first = Incident.objects.filter(screened__isnull=False).first()
    Incident.objects.filter(pk=first.pk).update(opening_code="Rare CODE")
    page = signed_in("registrar").get("/incidents/?opened_as=rare+code").content.decode()
    assert f"/incidents/{first.pk}/" in page
    assert "Incidents screened: 1<" in page


@pytest.mark.parametrize("show", ["open", "overdue", "awaiting_decision"])
def test_the_piece_of_work_before_and_after_is_the_one_beside_it_in_the_queue(show):
    WorkItem.objects.filter(kind="recording", pk__lte=5).update(priority=7.5)  # as many as can be alike
    now = timezone.now()
    in_order = list(queues.ordered(queues.chosen(asked(show=show), now), "priority"))
    assert len(in_order) > 5
    for one, following in pairwise(in_order):
        assert queues.beside(one, asked(show=show), now)[1] == following
        assert queues.beside(following, asked(show=show), now)[0] == one
    assert queues.beside(in_order[0], asked(show=show), now)[0] is None


def test_a_count_stops_where_nobody_would_read_on(signed_in, monkeypatch):
    monkeypatch.setattr(paging, "MOST_COUNTED", 3)
    page = signed_in("decision_maker").get("/queues/recording/").content.decode()
    assert "All open: more than 3<" in page


def test_the_ledger_counts_its_entries_by_the_last_ones_number(signed_in):
    from firstpoint.workbench.ledger.keeping import keep
    from firstpoint.workbench.ledger.models import LedgerEntry

    for number in range(60):
        keep("command", "test.done", f"test:{number}")
    pages = -(-LedgerEntry.objects.count() // 50)
    page = signed_in("registrar").get("/ledger/?page=last").content.decode()
    assert f"Page {pages} of {pages}" in page or f"Page 1 of {pages}" in page
