"""Whoever took a step may take it back for ten minutes, while nobody has acted on it and nothing is out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from firstpoint import casework
from firstpoint.workbench.api.tokens import make_token
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.rape.checking import check_of
from firstpoint.workbench.recording.lateness import late_decisions
from firstpoint.workbench.referrals.counting import safeguarding
from firstpoint.workbench.risk.drawing import draw_day
from firstpoint.workbench.risk.yielding import yield_of
from firstpoint.workbench.work import handling
from firstpoint.workbench.work.models import Step, WorkItem

pytestmark = pytest.mark.django_db

RECORD = {"decision": "record", "class-0": "8N", "count-0": "1", "rationale": "Injury seen."}
NEED = {
    "decision": "need_information",
    "information_needed": "Age of the victim at the time",
    "information_from": "Response East",
    "rationale": "The class turns on it.",
}
REMOVE = {
    "decision": "not_a_crime",
    "removal_reason": "no_notifiable_crime",
    "rationale": "Read again with the caller.",
    "victim_told": "told",
}


def act(client, item, given, step="save"):
    item.refresh_from_db()
    form = {"version": item.version, "step": step, **given}
    return client.post(f"/queues/{item.kind.replace('_', '-')}/{item.pk}/", form, follow=True)


def take_back(client, item):
    return act(client, item, {}, step="undo")


def test_after_saving_the_page_offers_to_take_it_back_and_the_next_in_the_queue(signed_in, fresh_work):
    client = signed_in("decision_maker")
    page = act(client, fresh_work, RECORD).content.decode()
    assert f'action="/queues/recording/{fresh_work.pk}/"' in page
    assert "Next in this queue" in page
    page = take_back(client, fresh_work).content.decode()
    assert "Your last step was taken back." in page
    assert "Taken back" in page
    fresh_work.refresh_from_db()
    assert (fresh_work.state, fresh_work.open) == ("awaiting_decision", True)
    entry = LedgerEntry.objects.filter(action="recording.undo").get()
    assert (entry.detail["from"], entry.detail["to"]) == ("recorded", "awaiting_decision")
    assert take_back(client, fresh_work).status_code == 409


def test_nobody_takes_back_what_somebody_else_decided_and_nobody_after_ten_minutes(signed_in, fresh_work):
    act(signed_in("decision_maker"), fresh_work, RECORD)
    assert take_back(signed_in("registrar"), fresh_work).status_code == 403
    Step.objects.filter(item=fresh_work).update(
        at=timezone.now() - casework.UNDO_WITHIN - timedelta(seconds=1)
    )
    answer = take_back(signed_in("decision_maker"), fresh_work)
    assert (answer.status_code, "10 minutes" in answer.content.decode()) == (409, True)
    fresh_work.refresh_from_db()
    assert fresh_work.state == "recorded"


def test_a_request_that_nobody_touched_is_withdrawn_with_the_step_that_made_it(signed_in, fresh_work):
    client = signed_in("decision_maker")
    act(client, fresh_work, NEED)
    assert take_back(client, fresh_work).status_code == 200
    assert not WorkItem.objects.filter(kind="information", origin=fresh_work).exists()
    actions = LedgerEntry.objects.order_by("-sequence").values_list("action", flat=True)[:8]
    assert {"information.withdrawn", "recording.undo"} <= set(actions)


def test_once_the_request_was_answered_the_step_that_made_it_stays(signed_in, fresh_work):
    client = signed_in("decision_maker")
    act(client, fresh_work, NEED)
    asked = WorkItem.objects.get(kind="information", origin=fresh_work)
    act(signed_in("investigator"), asked, {"decision": "answer", "answer": "She was 15."})
    assert take_back(client, fresh_work).status_code == 409
    assert take_back(signed_in("investigator"), asked).status_code == 409


def test_a_removal_is_taken_back_until_somebody_endorsed_it_and_its_author_stays_barred(
    signed_in, fresh_work
):
    client = signed_in("both")
    act(client, fresh_work, REMOVE)
    assert take_back(client, fresh_work).status_code == 200
    act(signed_in("decision_maker"), fresh_work, REMOVE)
    assert act(client, fresh_work, {"decision": "endorse", "note": "Read."}).status_code == 403
    act(signed_in("team_leader"), fresh_work, {"decision": "endorse", "note": "Read."})
    assert take_back(signed_in("decision_maker"), fresh_work).status_code == 403


def test_what_has_left_the_force_is_not_called_back(signed_in, fresh_work, monkeypatch):
    monkeypatch.setattr(handling, "_bars", {})
    handling.bars_undo("recording", lambda _item, _step: "Victim support has it already.")
    client = signed_in("decision_maker")
    act(client, fresh_work, RECORD)
    answer = take_back(client, fresh_work)
    assert (answer.status_code, "Victim support has it already." in answer.content.decode()) == (409, True)


def test_taking_back_gives_nobody_more_time(signed_in, fresh_work):
    item = WorkItem.objects.filter(kind="safeguarding").first()
    WorkItem.objects.filter(pk=item.pk).update(opened_at=item.opened_at - timedelta(hours=1))
    given = {"decision": "not_needed", "not_needed_reason": "No victim."}
    client = signed_in("public_protection")
    assert act(client, item, given).status_code == 200
    assert take_back(client, item).status_code == 200
    item.refresh_from_db()
    assert item.due_at == casework.deadline(item.opened_at, "safeguarding")


def test_a_reported_incident_is_taken_back_only_while_its_review_is_untouched(signed_in, person, fresh_work):
    client = signed_in("registrar")
    report = {"decision": "reported_incident", "reported_code": "N100/01", "rationale": "Not confirmed."}
    WorkItem.objects.filter(kind="n100").delete()
    act(client, fresh_work, report)
    assert take_back(client, fresh_work).status_code == 200
    assert not WorkItem.objects.filter(kind="n100").exists()
    act(client, fresh_work, report)
    review = WorkItem.objects.get(kind="n100", origin=fresh_work)
    act(signed_in("public_protection"), review, {"decision": "tick_off", "review_note": "Read."})
    assert take_back(client, fresh_work).status_code == 409


def test_a_program_takes_its_last_step_back_too(person, fresh_work):
    user = person("decision_maker")
    token = make_token(user, "tests", user.roles, 5, timezone.now())
    program = Client(headers={"Authorization": f"Bearer {token}"})
    act(signed(user), fresh_work, RECORD)
    address = f"/api/v1/queues/recording/{fresh_work.pk}/undo"
    for version, status in ((1, 409), (2, 200), (3, 409)):
        answer = program.post(address, {"version": version}, content_type="application/json")
        assert answer.status_code == status, answer.content
    fresh_work.refresh_from_db()
    assert fresh_work.state == "awaiting_decision"


def signed(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_tick_that_was_taken_back_ticks_nothing_off(signed_in, person):
    item = WorkItem.objects.filter(kind="n100", state="to_check").first()
    client = signed_in("public_protection")
    act(client, item, {"decision": "tick_off", "review_note": "Seen"})
    today = timezone.localtime(item.opened_at).date()
    assert {each.item.pk: bool(each.tick) for each in check_of(today)}[item.pk]
    take_back(client, item)
    assert not {each.item.pk: bool(each.tick) for each in check_of(today)}[item.pk]


def test_safeguarding_that_was_taken_back_was_not_done(signed_in):
    item = WorkItem.objects.filter(kind="safeguarding", open=True).first()
    before = safeguarding(timezone.now())
    client = signed_in("public_protection")
    act(client, item, {"decision": "do", "safeguarding": "done", "what_was_done": "Seen today"})
    during = safeguarding(timezone.now())
    assert during.in_time + during.late == before.in_time + before.late + 1
    take_back(client, item)
    assert safeguarding(timezone.now()) == before


def test_a_review_of_the_daily_audit_that_was_taken_back_yields_nothing(signed_in):
    WorkItem.objects.filter(kind="risk_audit").delete()
    first = Incident.objects.order_by("received_at").first()
    draw_day(timezone.localtime(first.received_at).date(), timezone.now(), "user:1", budget=3, seed=11)
    item = WorkItem.objects.filter(kind="risk_audit").first()
    before = yield_of()
    client = signed_in("auditor")
    act(client, item, {"decision": "right"})
    assert sum(lot.audited for lot in yield_of().lots) == 1
    take_back(client, item)
    assert yield_of() == before


def test_a_late_decision_that_was_taken_back_was_not_taken_late(signed_in, late_work):
    since = timezone.now() - timedelta(minutes=1)
    client = signed_in("decision_maker")
    act(client, late_work, {**RECORD, "late_reason": "Short of people."})
    assert [each.item_id for each in late_decisions(since)] == [late_work.pk]
    take_back(client, late_work)
    assert late_decisions(since) == []
