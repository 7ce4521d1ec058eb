"""A choice in a queue is kept under a name, for its owner alone."""

import pytest

from firstpoint.workbench.desk.models import SavedView

pytestmark = pytest.mark.django_db

QUEUE = "/queues/recording/"


def save(client, query="?show=overdue&unit=North", **given):
    return client.post(QUEUE + query, {"view_step": "save", "view_name": "Late in the north", **given})


def test_a_view_is_saved_shown_above_the_queue_renamed_and_deleted(signed_in):
    client = signed_in("decision_maker")
    assert save(client).headers["Location"] == f"{QUEUE}?show=overdue&unit=North"
    view = SavedView.objects.get()
    assert 'href="/queues/recording/?show=overdue&amp;unit=North" aria-current="page"' in (
        client.get(QUEUE + view.query).content.decode()
    )
    client.post(QUEUE, {"view_step": "rename", "view": view.pk, "view_name": "Late"})
    view.refresh_from_db()
    assert view.name == "Late"
    client.post(QUEUE, {"view_step": "delete", "view": view.pk})
    assert not SavedView.objects.exists()


def test_one_view_may_be_the_one_that_the_queue_opens_with(signed_in):
    client = signed_in("decision_maker")
    save(client)
    save(client, "?show=soon", view_name="Soon")
    for view in SavedView.objects.order_by("pk"):
        client.post(QUEUE, {"view_step": "default", "view": view.pk})
    assert SavedView.objects.get(default=True).name == "Soon"
    assert client.get(QUEUE).headers["Location"] == f"{QUEUE}?show=soon"
    assert client.get(f"{QUEUE}?show=open").status_code == 200
    client.post(QUEUE, {"view_step": "no_default", "view": SavedView.objects.get(default=True).pk})
    assert client.get(QUEUE).status_code == 200


@pytest.mark.parametrize("name", ["", "x" * 41, "a\u202eb", "Late in the north"])
def test_a_name_that_cannot_be_used_is_a_page_that_says_so(signed_in, name):
    client = signed_in("decision_maker")
    save(client)
    answer = save(client, view_name=name)
    assert (answer.status_code, 'href="#view_name"' in answer.content.decode()) == (400, True)
    assert SavedView.objects.count() == 1


def test_nobody_touches_the_view_of_somebody_else(signed_in):
    save(signed_in("decision_maker"))
    view = SavedView.objects.get()
    registrar = signed_in("registrar")
    assert "Late in the north" not in registrar.get(QUEUE).content.decode()
    for step in ("rename", "delete", "default"):
        answer = registrar.post(QUEUE, {"view_step": step, "view": view.pk, "view_name": "Mine"})
        assert answer.status_code == 404
    view.refresh_from_db()
    assert (view.name, view.default) == ("Late in the north", False)
