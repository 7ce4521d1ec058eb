"""What a decision sends others to do comes back to it: an answer, or word that the victim was told."""

import pytest

from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.work.models import WorkItem

pytestmark = pytest.mark.django_db

NEED = {
    "decision": "need_information",
    "information_needed": "Age of the victim at the time",
    "information_from": "Response East",
    "rationale": "The class turns on it.",
}


def act(client, item, given):
    item.refresh_from_db()
    address = f"/queues/{item.kind.replace('_', '-')}/{item.pk}/"
    return client.post(address, {"version": item.version, "step": "save", **given})


@pytest.fixture
def asked(signed_in, fresh_work):
    assert act(signed_in("decision_maker"), fresh_work, NEED).status_code == 302
    return WorkItem.objects.get(kind="information", origin=fresh_work)


def test_whoever_is_asked_sees_what_is_asked_and_the_answer_brings_the_report_back(
    signed_in, person, fresh_work, asked
):
    due = fresh_work.due_at
    investigator = signed_in("investigator")
    page = investigator.get(f"/queues/information/{asked.pk}/").content.decode()
    assert "Age of the victim at the time" in page
    assert "Response East" in page
    assert act(investigator, asked, {"decision": "answer", "answer": "She was 15."}).status_code == 302
    fresh_work.refresh_from_db()
    assert (fresh_work.state, fresh_work.due_at) == ("awaiting_decision", due)
    page = signed_in("decision_maker").get(f"/queues/recording/{fresh_work.pk}/").content.decode()
    assert "Information came" in page
    assert "She was 15." in page
    entry = LedgerEntry.objects.order_by("-sequence").filter(action="recording.information_came").first()
    assert entry.actor == person("investigator").person.reference
    assert "15" not in str(entry.detail["answer"])[:20]


def test_word_that_it_cannot_be_found_out_brings_the_report_back_too(signed_in, fresh_work, asked):
    given = {"decision": "cannot", "not_known_reason": "The caller cannot be traced."}
    assert act(signed_in("investigator"), asked, given).status_code == 302
    fresh_work.refresh_from_db()
    assert fresh_work.state == "awaiting_decision"
    assert fresh_work.steps.last().given == {"not_known_reason": "The caller cannot be traced."}


def test_nobody_brings_a_report_back_by_hand(signed_in, fresh_work, asked):
    supervisor = signed_in("imu_supervisor")
    assert "Information came" not in supervisor.get(f"/queues/recording/{fresh_work.pk}/").content.decode()
    answer = act(supervisor, fresh_work, {"decision": "information_came"})
    assert answer.status_code == 403
    assert "request for information is answered" in answer.content.decode()


def test_a_report_decided_meanwhile_closes_the_request_and_an_answer_no_longer_moves_it(
    signed_in, fresh_work, asked
):
    given = {"decision": "record", "class-0": "8N", "count-0": "1", "rationale": "Injury seen."}
    assert act(signed_in("decision_maker"), fresh_work, given).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.open) == ("not_needed", False)
    assert act(signed_in("investigator"), asked, {"decision": "answer", "answer": "15"}).status_code == 400
    fresh_work.refresh_from_db()
    assert fresh_work.state == "recorded"


def test_a_victim_still_to_be_told_is_a_task_that_says_what_became_of_the_report(signed_in, late_work):
    removal = {
        "decision": "not_a_crime",
        "removal_reason": "no_notifiable_crime",
        "rationale": "Read again with the caller.",
        "victim_told": "to_be_told",
        "late_reason": "Found by the daily review",
    }
    assert act(signed_in("decision_maker"), late_work, removal).status_code == 302
    assert (
        act(signed_in("team_leader"), late_work, {"decision": "endorse", "note": "Read."}).status_code == 302
    )
    task = WorkItem.objects.get(kind="telling", origin=late_work)
    client = signed_in("decision_maker")
    page = client.get(f"/queues/telling/{task.pk}/").content.decode()
    assert "on the balance of probabilities, no notifiable crime" in page
    assert act(client, task, {"decision": "tell", "told_how": "telephone"}).status_code == 400
    given = {"decision": "tell", "told_how": "telephone", "told_at": "2026-05-04T14:05"}
    assert act(client, task, given).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.open) == ("told", False)
