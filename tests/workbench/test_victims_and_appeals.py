"""A victim is referred, safeguarded, told, and heard again by somebody who had no hand in the decision."""

import csv
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone
from workbench_builders import SEEDED

from firstpoint import casework
from firstpoint.workbench.incidents.models import Incident, Screened
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.referrals import sending
from firstpoint.workbench.referrals.configured import Support
from firstpoint.workbench.referrals.counting import by_week, safeguarding
from firstpoint.workbench.referrals.models import Referral
from firstpoint.workbench.referrals.sending import MOST_TRIES, send_due, signature
from firstpoint.workbench.safeguarding.alerting import raise_all, raise_due
from firstpoint.workbench.safeguarding.models import LookedAt
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import open_item

pytestmark = pytest.mark.django_db

RECORD = {"rationale": "Hit; seen.", "late_reason": "x", "class-0": "8N", "count-0": "2"}
REMOVE = {
    "removal_reason": "no_notifiable_crime", "rationale": "Nothing.", "victim_told": "to_be_told",
    "late_reason": "x",
}  # fmt: skip


@pytest.fixture
def act(signed_in):
    def step(username, item, decision, **given):
        item.refresh_from_db()
        form = {"version": item.version, "step": "save", "decision": decision, **given}
        return signed_in(username).post(f"/queues/{item.kind.replace('_', '-')}/{item.pk}/", form)

    return step


@pytest.fixture
def received():
    """A support service that answers what ``answers`` says, in turn, and keeps what came."""
    came, answers = [], []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((body, dict(self.headers)))
            self.send_response(answers.pop(0) if answers else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/referrals", came, answers
    server.shutdown()
    server.server_close()


def test_each_crime_decided_is_referred_once_with_references_alone(act, fresh_work, settings, received):
    address, came, answers = received
    settings.SHOWN = {"victim_support": {"webhook": address, "secret": "s3cret"}}
    assert act("decision_maker", fresh_work, "record", **RECORD).status_code == 302
    assert Referral.objects.count() == 2
    now = timezone.now() + timedelta(seconds=1)
    answers.extend([503, 200])
    assert send_due(now, "worker") == 1
    assert send_due(now, "worker") == 0
    assert send_due(now + timedelta(minutes=3), "worker") == 1
    assert send_due(now + timedelta(hours=3), "worker") == 0
    keys = [headers["Idempotency-Key"] for _, headers in came]
    assert len(keys) == 3
    assert len(set(keys)) == 2
    body, headers = came[-1]
    assert headers["X-Firstpoint-Signature"] == signature("s3cret", body)
    assert set(json.loads(body)) == {"key", "incident", "ho_class", "vulnerable", "raised_at"}
    week = by_week(timezone.now())[0]
    assert (week.raised, week.sent, week.waiting) == (2, 2, 0)
    assert LedgerEntry.objects.filter(action="referral.sent").count() == 2


def test_a_referral_that_never_gets_through_is_shown_to_people_and_can_be_sent_again(
    act, fresh_work, settings, received, signed_in
):
    address, _, answers = received
    settings.SHOWN = {"victim_support": {"webhook": address, "secret": "s"}}
    act("decision_maker", fresh_work, "record", **{**RECORD, "count-0": "1"})
    answers.extend([500] * MOST_TRIES)
    now = timezone.now()
    for _ in range(MOST_TRIES):
        now += timedelta(days=1)
        send_due(now, "worker")
    referral = Referral.objects.get()
    assert referral.state == "failed"
    client = signed_in("imu_supervisor")
    assert "It answered 500." in client.get("/referrals/").content.decode()
    assert client.post(f"/referrals/{referral.pk}/change/", {"change": "again"}).status_code == 302
    assert send_due(timezone.now() + timedelta(days=99), "worker") == 1


def test_a_victim_who_wants_none_is_not_referred(act, fresh_work, settings, received, signed_in):
    address, came, _ = received
    settings.SHOWN = {"victim_support": {"webhook": address, "secret": "s"}}
    act("decision_maker", fresh_work, "record", **{**RECORD, "count-0": "1"})
    referral = Referral.objects.get()
    signed_in("imu_supervisor").post(f"/referrals/{referral.pk}/change/", {"change": "opt-out"})
    assert send_due(timezone.now() + timedelta(days=1), "worker") == 0
    assert came == []
    assert (
        signed_in("imu_supervisor").post(f"/referrals/{referral.pk}/change/", {"change": "again"}).status_code
        == 404
    )


def test_a_decision_that_was_taken_back_refers_nobody_and_one_whose_victim_was_referred_stays(
    act, fresh_work, settings, tmp_path, signed_in
):
    settings.SHOWN = {"victim_support": {"folder": str(tmp_path)}}
    act("decision_maker", fresh_work, "record", **RECORD)
    fresh_work.refresh_from_db()
    undo = {"version": fresh_work.version, "step": "undo"}
    assert signed_in("decision_maker").post(f"/queues/recording/{fresh_work.pk}/", undo).status_code == 302
    assert send_due(timezone.now() + timedelta(seconds=1), "worker") == 0
    act("decision_maker", fresh_work, "record", **{**RECORD, "count-0": "1"})
    assert send_due(timezone.now() + timedelta(seconds=1), "worker") == 1
    fresh_work.refresh_from_db()
    undo = {"version": fresh_work.version, "step": "undo"}
    assert signed_in("decision_maker").post(f"/queues/recording/{fresh_work.pk}/", undo).status_code == 409


def test_referrals_can_go_as_a_file(act, fresh_work, settings, tmp_path):
    settings.SHOWN = {"victim_support": {"folder": str(tmp_path)}}
    act("decision_maker", fresh_work, "record", **RECORD)
    assert send_due(timezone.now() + timedelta(seconds=1), "worker") == 2
    (path,) = tmp_path.iterdir()
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["ho_class"] for row in rows] == ["8N", "8N"]


@pytest.mark.parametrize(
    "said", [{"webhook": "http://support.example/"}, {"webhook": "https://support.example/"}, "nonsense"]
)
def test_a_setting_that_would_leak_or_forge_sends_nothing_and_is_told(settings, said, signed_in):
    settings.SHOWN = {"victim_support": said}
    assert send_due(timezone.now(), "worker") == 0
    assert "victim_support" in signed_in("registrar").get("/referrals/").content.decode()


def test_a_removed_report_about_somebody_vulnerable_asks_for_safeguarding_and_for_telling(act, late_work):
    WorkItem.objects.exclude(kind="recording").delete()
    Incident.objects.filter(incident_id=late_work.incident_id).update(domestic=True)
    assert act("decision_maker", late_work, "not_a_crime", **REMOVE).status_code == 302
    assert act("team_leader", late_work, "endorse", note="Read again").status_code == 302
    asked = WorkItem.objects.get(kind="safeguarding")
    assert (asked.because, bool(asked.particulars["vulnerable"])) == ("unrecorded", True)
    assert WorkItem.objects.get(kind="telling").state == "to_tell"
    given = {"safeguarding": "done", "what_was_done": "Seen today"}
    assert act("public_protection", asked, "do", **given).status_code == 302
    assert safeguarding(timezone.now()).in_time == 1


def test_an_overdue_report_about_somebody_vulnerable_alerts_once(act, late_work, signed_in):
    WorkItem.objects.filter(kind="alert").delete()
    Incident.objects.filter(incident_id=late_work.incident_id).update(domestic=True)
    raised = raise_all(timezone.now(), "worker")
    assert raised >= 1
    assert raise_due(timezone.now(), "worker") == 0
    alert = WorkItem.objects.get(kind="alert", incident_id=late_work.incident_id)
    assert alert.because == "overdue"
    assert "domestic" in alert.particulars["vulnerable"]
    for role in ("registrar", "public_protection"):
        assert alert.reference in signed_in(role).get("/queues/alert/").content.decode()
    assert signed_in("decision_maker").get("/queues/alert/").status_code == 403
    assert act("public_protection", alert, "take", taken_in_hand="PPU, ref 12").status_code == 302


def removed(act, item):
    act("decision_maker", item, "not_a_crime", **REMOVE)
    act("team_leader", item, "endorse", note="Read again")


def test_an_appeal_is_decided_by_somebody_who_had_no_hand_in_it_and_brings_the_report_back(
    act, late_work, signed_in, person
):
    WorkItem.objects.exclude(kind="recording").delete()
    address = f"/appeals/receive/{late_work.incident.pk}/"
    grounds = {"appellant": "victim", "appeal_grounds": "He did hit me; my sister saw it."}
    assert signed_in("imu_supervisor").post(address, grounds).status_code == 400  # nothing is decided yet
    removed(act, late_work)
    assert signed_in("imu_supervisor").post(address, {**grounds, "appeal_grounds": ""}).status_code == 400
    assert signed_in("imu_supervisor").post(address, grounds).status_code == 302
    assert signed_in("imu_supervisor").post(address, grounds).status_code == 400  # one is open
    appeal = WorkItem.objects.get(kind="appeal")
    assert set(appeal.authors["decided"]) == {
        person("decision_maker").person.reference, person("team_leader").person.reference,
    }  # fmt: skip
    assert (
        act("designated_decision_maker", appeal, "uphold", decision_reason="She was hit.").status_code == 302
    )
    late_work.refresh_from_db()
    assert (late_work.state, late_work.open) == ("reopened", True)


def test_who_decided_the_report_cannot_decide_the_appeal(act, late_work, signed_in, person):
    user = person("decision_maker")
    user.roles = ["decision_maker", "designated_decision_maker"]
    user.save()
    removed(act, late_work)
    WorkItem.objects.filter(kind="appeal").delete()
    grounds = {"appellant": "reporter", "appeal_grounds": "Look again."}
    signed_in("imu_supervisor").post(f"/appeals/receive/{late_work.incident.pk}/", grounds)
    appeal = WorkItem.objects.get(kind="appeal")
    assert act("decision_maker", appeal, "uphold", decision_reason="x").status_code == 403


def test_an_appeal_that_is_not_upheld_goes_to_the_registrar_and_is_told(act, late_work, signed_in):
    WorkItem.objects.exclude(kind="recording").delete()
    removed(act, late_work)
    WorkItem.objects.filter(kind="telling").delete()
    grounds = {"appellant": "victim", "appeal_grounds": "Look again."}
    signed_in("team_leader").post(f"/appeals/receive/{late_work.incident.pk}/", grounds)
    appeal = WorkItem.objects.get(kind="appeal")
    assert (
        act("designated_decision_maker", appeal, "refer", decision_reason="No new fact.").status_code == 302
    )
    assert act("registrar", appeal, "dismiss", decision_reason="Nothing happened.").status_code == 302
    assert WorkItem.objects.get(kind="telling").because == "appeal"


def test_an_offence_without_a_victim_refers_nobody(act, fresh_work):
    both = {**RECORD, "class-1": "92E", "count-1": "3"}
    assert act("decision_maker", fresh_work, "record", **both).status_code == 302
    assert {each.ho_class for each in Referral.objects.all()} == {"8N"}


def test_an_alert_in_nobodys_hand_is_told_on_every_page_of_those_who_act_and_to_no_others(act, signed_in):
    WorkItem.objects.filter(kind="alert").update(state="closed", open=False)
    alert = WorkItem.objects.get(pk=SEEDED["alert"])
    told = "in nobody’s hand"
    assert told not in signed_in("registrar").get("/").content.decode()
    WorkItem.objects.filter(pk=alert.pk).update(state="raised", open=True)
    for role in ("registrar", "public_protection"):
        assert "1 alert is in nobody’s hand" in signed_in(role).get("/account/").content.decode()
    assert told not in signed_in("decision_maker").get("/").content.decode()
    assert act("registrar", alert, "take", taken_in_hand="PPU, ref 12").status_code == 302
    assert told not in signed_in("registrar").get("/").content.decode()


def test_the_gravest_are_alerted_to_first_and_none_of_many_is_forgotten(late_work):
    LookedAt.objects.all().delete()
    WorkItem.objects.exclude(kind="recording").delete()
    Incident.objects.update(domestic=True)
    WorkItem.objects.filter(kind="recording").update(priority=1)
    WorkItem.objects.filter(pk=late_work.pk).update(priority=99)
    assert raise_due(timezone.now(), "worker", 1) == 1
    assert WorkItem.objects.get(kind="alert").incident_id == late_work.incident_id
    late = WorkItem.objects.filter(kind="recording", open=True, due_at__lt=timezone.now()).count()
    assert raise_all(timezone.now(), "worker") == late - 1 > 0


def test_who_agreed_that_a_reported_rape_is_no_crime_does_not_rule_on_the_appeal(act, late_work, signed_in):
    removed(act, late_work)
    WorkItem.objects.filter(kind="appeal").delete()
    n100 = open_item("n100", by="x", now=timezone.now(), because="decided", incident=late_work.incident)
    n100.authors = {"agree": ["user:99"]}
    n100.save()
    grounds = {"appellant": "victim", "appeal_grounds": "Look again."}
    signed_in("team_leader").post(f"/appeals/receive/{late_work.incident.pk}/", grounds)
    assert "user:99" in WorkItem.objects.get(kind="appeal").authors["decided"]


def test_who_is_to_be_told_of_no_crime_is_told_of_the_right_to_appeal(act, late_work, signed_in):
    WorkItem.objects.exclude(kind="recording").delete()
    removed(act, late_work)
    telling = WorkItem.objects.get(kind="telling")
    page = signed_in("decision_maker").get(f"/queues/telling/{telling.pk}/").content.decode()
    assert "They may appeal" in page


def test_reports_that_give_no_alert_do_not_keep_others_from_their_turn(late_work, django_assert_num_queries):
    LookedAt.objects.all().delete()
    WorkItem.objects.exclude(kind="recording").delete()
    late = WorkItem.objects.filter(kind="recording", open=True, due_at__lt=timezone.now())
    assert late.count() > 1
    Incident.objects.update(domestic=False)
    Screened.objects.update(disclosures=[])
    late.update(priority=99)
    WorkItem.objects.filter(pk=late_work.pk).update(priority=1)
    Incident.objects.filter(incident_id=late_work.incident_id).update(domestic=True)
    raised = [raise_due(timezone.now(), "worker", 1) for _ in late]
    alerted = set(WorkItem.objects.filter(kind="alert").values_list("incident_id", flat=True))
    assert raised[-1] == 1
    assert sum(raised) == len(alerted)
    assert late_work.incident_id in alerted
    with django_assert_num_queries(1):
        assert raise_due(timezone.now(), "worker") == 0
    other = late.exclude(incident_id__in=alerted).first()
    Incident.objects.filter(incident_id=other.incident_id).update(domestic=True)
    assert raise_all(timezone.now(), "screen") == 1


def test_an_appeal_that_came_in_keeps_the_decision_from_being_taken_back(act, late_work, signed_in):
    WorkItem.objects.exclude(kind="recording").delete()
    removed(act, late_work)
    grounds = {"appellant": "victim", "appeal_grounds": "He did hit me."}
    signed_in("imu_supervisor").post(f"/appeals/receive/{late_work.incident.pk}/", grounds)
    late_work.refresh_from_db()
    undo = {"version": late_work.version, "step": "undo"}
    assert signed_in("team_leader").post(f"/queues/recording/{late_work.pk}/", undo).status_code == 409
    assert WorkItem.objects.get(kind="appeal").particulars["appeal_grounds"] == "He did hit me."


def test_a_reported_rape_agreed_to_be_no_crime_asks_for_safeguarding_and_for_telling_the_victim(
    act, late_work, person
):
    WorkItem.objects.exclude(kind="recording").delete()
    Incident.objects.filter(incident_id=late_work.incident_id).update(domestic=True)
    own = {"reported_incident": [person("registrar").person.reference]}
    n100 = open_item(
        "n100", by="screen", now=timezone.now(), because="screen", incident=late_work.incident,
        particulars={"reported_code": "N100/01"}, authors=own,
    )  # fmt: skip
    WorkItem.objects.filter(pk=n100.pk).update(state="awaiting_oversight", waits_for="registrar")
    assert act("registrar", n100, "agree", decision_reason="Seen.").status_code == 403  # their own report
    WorkItem.objects.filter(pk=n100.pk).update(authors={})
    assert act("registrar", n100, "agree", decision_reason="Seen.").status_code == 302
    opened = WorkItem.objects.filter(kind__in=("safeguarding", "telling")).values_list("kind", flat=True)
    assert sorted(opened) == ["safeguarding", "telling"]


def test_a_report_alerted_to_as_overdue_is_alerted_to_again_once_it_became_no_crime(act, late_work):
    WorkItem.objects.exclude(kind="recording").delete()
    LookedAt.objects.all().delete()
    Incident.objects.filter(incident_id=late_work.incident_id).update(domestic=True)
    raise_due(timezone.now(), "worker")
    alerts = WorkItem.objects.filter(kind="alert", incident_id=late_work.incident_id)
    removed(act, late_work)
    raise_due(timezone.now(), "worker")
    raise_due(timezone.now(), "worker")
    assert sorted(alerts.values_list("because", flat=True)) == ["overdue", "unrecorded"]


def test_who_did_not_want_support_is_not_referred_when_the_report_is_decided_anew(act, fresh_work):
    act("decision_maker", fresh_work, "record", **RECORD)
    one, other = Referral.objects.order_by("pk")
    Referral.objects.filter(pk=one.pk).update(state="opted_out")
    Referral.objects.filter(pk=other.pk).update(state="sent")
    assert act("registrar", fresh_work, "reopen", reopen_reason="A third victim.").status_code == 302
    more = {**RECORD, "count-0": "3"}
    assert act("decision_maker", fresh_work, "record", **more).status_code == 302
    assert sorted(Referral.objects.values_list("state", flat=True)) == ["opted_out", "sent", "waiting"]


def test_a_referral_whose_answer_was_lost_goes_again_under_its_own_key(act, fresh_work, settings, received):
    address, came, answers = received
    settings.SHOWN = {"victim_support": {"webhook": address, "secret": "s3cret"}}
    one = {**RECORD, "count-0": "1"}
    act("decision_maker", fresh_work, "record", **one)
    now = timezone.now() + timedelta(seconds=1)
    answers.append(504)  # it may have arrived all the same
    assert send_due(now, "worker") == 0
    assert act("registrar", fresh_work, "reopen", reopen_reason="Two victims.").status_code == 302
    assert send_due(now + timedelta(hours=1), "worker") == 0
    assert act("decision_maker", fresh_work, "record", **RECORD).status_code == 302
    assert send_due(now + timedelta(hours=2), "worker") == 2
    first, *others = [headers["Idempotency-Key"] for _, headers in came]
    assert (len(others), others.count(first)) == (2, 1)
    assert Referral.objects.filter(state="sent").count() == 2


def test_who_says_no_just_before_the_file_is_written_does_not_stand_in_it(act, fresh_work, tmp_path):
    act("decision_maker", fresh_work, "record", **RECORD)
    due = list(Referral.objects.order_by("pk"))
    Referral.objects.filter(pk=due[0].pk).update(state="opted_out")
    assert sending._write(Support(folder=tmp_path), due, timezone.now(), "worker") == 1
    (written,) = tmp_path.glob("*.csv")
    assert str(due[1].key) in written.read_text()
    assert str(due[0].key) not in written.read_text()
    assert sending._write(Support(folder=tmp_path), due, timezone.now(), "worker") == 0


def test_a_report_reopened_after_it_became_no_crime_is_alerted_to_as_overdue_once(act, late_work):
    WorkItem.objects.exclude(kind="recording").delete()
    Incident.objects.filter(incident_id=late_work.incident_id).update(domestic=True)
    removed(act, late_work)
    raise_due(timezone.now(), "worker")
    alerts = WorkItem.objects.filter(kind="alert", incident_id=late_work.incident_id)
    assert [each.because for each in alerts] == ["unrecorded"]
    alerts.update(state="closed", open=False)
    assert act("registrar", late_work, "reopen", reopen_reason="She rang again.").status_code == 302
    for _ in range(2):
        raise_due(timezone.now(), "worker")
    assert [each.because for each in alerts.order_by("pk")] == ["unrecorded", "overdue"]


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59-14:00", "1066-10-14T09:00+00:00", "2031-01-01T09:00+00:00"]
)
def test_nobody_was_told_at_a_time_that_cannot_have_been(moment):
    told_at = next(each for each in casework.transition("telling", "tell").asks if each.name == "told_at")
    assert "told_at" in casework.faults_of([told_at], {"told_at": moment})


def test_a_report_that_never_came_onto_the_list_can_be_appealed_against_and_gets_there(
    act, late_work, signed_in
):
    incident = late_work.incident
    WorkItem.objects.exclude(kind="recording").delete()
    WorkItem.objects.filter(incident=incident).delete()
    grounds = {"appellant": "victim", "appeal_grounds": "I was told that it is no crime."}
    assert signed_in("imu_supervisor").post(f"/appeals/receive/{incident.pk}/", grounds).status_code == 302
    appeal = WorkItem.objects.get(kind="appeal")
    assert (
        act("designated_decision_maker", appeal, "uphold", decision_reason="She was hit.").status_code == 302
    )
    assert WorkItem.objects.get(kind="recording", incident=incident).open
