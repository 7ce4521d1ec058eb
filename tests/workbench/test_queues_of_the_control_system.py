"""Reported rapes, secondary incidents, missed multiple crimes and the daily audit, as a force works them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from firstpoint.errors import Refused
from firstpoint.workbench.incidents.models import Crime, Incident, Screened
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.missed.finding import open_for_incidents as open_short
from firstpoint.workbench.missed.models import Shortfall
from firstpoint.workbench.missed.monthly import report_of, sign
from firstpoint.workbench.rape.opening import open_for_records
from firstpoint.workbench.risk.drawing import draw_day
from firstpoint.workbench.risk.models import Drawn
from firstpoint.workbench.risk.yielding import yield_of
from firstpoint.workbench.secondary.opening import open_for_incidents as open_reviews
from firstpoint.workbench.secondary.sampling import draw_sample
from firstpoint.workbench.work.clocks import due
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import open_item

pytestmark = pytest.mark.django_db

CRIMES = {"class-0": "8N", "count-0": "1"}


@pytest.fixture
def act(signed_in):
    """Take a step as somebody at the item's page; gives the answer."""

    def step(username, item, decision, **given):
        item.refresh_from_db()
        form = {"version": item.version, "step": "save", "decision": decision, **given}
        return signed_in(username).post(f"/queues/{item.kind.replace('_', '-')}/{item.pk}/", form)

    return step


def recording_of(incident_id):
    return WorkItem.objects.get(kind="recording", incident_id=incident_id)


def reported(incident_id="MK-00001", **instead):
    incident = Incident.objects.get(incident_id=incident_id)
    given = {"by": "user:1", "now": timezone.now(), "because": "decided", "incident": incident}
    return open_item("n100", **{**given, "particulars": {"reported_code": "N100/01"}, **instead})


def test_a_decision_to_record_a_reported_rape_opens_its_review(act, fresh_work, person):
    WorkItem.objects.filter(kind="n100").delete()
    given = {"reported_code": "N100/01", "rationale": "A friend told; the victim was not reached."}
    assert act("registrar", fresh_work, "reported_incident", **given).status_code == 302
    review = WorkItem.objects.get(kind="n100", incident_id=fresh_work.incident_id, because="decided")
    assert (review.state, review.particulars) == ("to_check", {"reported_code": "N100/01"})
    assert review.authors == {"reported_incident": [person("registrar").person.reference]}


def test_each_new_one_is_ticked_off_by_name_and_never_by_who_decided_it(act, person, signed_in):
    review = reported(authors={"reported_incident": [person("registrar").person.reference]})
    assert act("registrar", review, "tick_off", review_note="Read").status_code == 403
    assert "Nobody yet" in signed_in("registrar").get("/reported/check/").content.decode()
    assert act("public_protection", review, "tick_off", review_note="Victim seen today").status_code == 302
    assert "A public protection" in signed_in("registrar").get("/reported/check/").content.decode()
    review.refresh_from_db()
    assert review.state == "under_review"
    assert timedelta(days=13) < review.due_at - timezone.now() <= timedelta(days=14, hours=1)


@pytest.mark.parametrize(
    ("age", "sex", "ho_class"),
    [
        ("16_and_over", "female", "19C"),
        ("13_to_15", "male", "19G"),
        ("under_13", "female", "19E"),
    ],
)
def test_a_confirmed_rape_is_a_crime_at_once_in_the_class_of_age_and_sex(act, age, sex, ho_class):
    review = reported()
    given = {"victim_age": age, "victim_sex": sex, "rationale": "The victim confirmed it."}
    assert act("public_protection", review, "confirm", **given).status_code == 302
    work = recording_of("MK-00001")
    assert work.state == "recorded"
    assert work.steps.get(transition="record").given["crimes"] == [{"ho_class": ho_class, "count": 1}]
    assert LedgerEntry.objects.filter(action="recording.record").count() == 1


def test_a_rape_that_is_no_crime_needs_the_registrar_who_may_send_it_back(act):
    review = reported()
    act("public_protection", review, "tick_off", review_note="Read")
    assert act("public_protection", review, "unconfirmed", rationale="Untraced.").status_code == 302
    assert act("public_protection", review, "agree", decision_reason="x").status_code == 403
    assert act("registrar", review, "return", return_reason="Try her sister.").status_code == 302
    act("investigator", review, "unconfirmed", rationale="Sister seen; victim abroad.")
    assert act("registrar", review, "agree", decision_reason="All was tried.").status_code == 302
    review.refresh_from_db()
    assert (review.state, review.open) == ("overseen", False)


def test_only_a_genuine_error_in_entering_cancels_one_and_only_the_registrar_decides_it(act):
    review = reported()
    assert act("imu_supervisor", review, "cancel", entry_error="x").status_code == 403
    assert act("registrar", review, "cancel").status_code == 400
    assert act("registrar", review, "cancel", entry_error="op-17 keyed the wrong code.").status_code == 302


def test_records_of_reported_incidents_open_reviews_once():
    Crime.objects.filter(incident_id="MK-00003").update(ho_class="N100", ho_code="N100/02")
    assert open_for_records(timezone.now(), "command") == 1
    assert open_for_records(timezone.now(), "command") == 0
    assert WorkItem.objects.get(because="record").particulars["reported_code"] == "N100/02"


def test_the_registrar_sets_the_review_clock_and_its_history_is_kept(signed_in):
    client = signed_in("registrar")
    assert client.post("/clocks/", {"clock": "n100_review", "amount": "7", "reason": ""}).status_code == 400
    assert client.post("/clocks/", {"clock": "recording", "amount": "48", "reason": "x"}).status_code == 400
    given = {"clock": "n100_review", "amount": "7", "reason": "Agreed with public protection"}
    assert client.post("/clocks/", given).status_code == 302
    now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert due("n100_review", received_at=now, entered_at=now) == datetime(2026, 4, 4, 11, tzinfo=UTC)
    page = client.get("/clocks/").content.decode()
    assert "Agreed with public protection" in page
    assert LedgerEntry.objects.filter(action="clock.set", subject="clock:n100_review").exists()


def test_secondary_incidents_and_reports_by_professionals_open_reviews_once():
    WorkItem.objects.filter(kind__in=("secondary", "third_party")).delete()
    Incident.objects.filter(incident_id="MK-00002").update(secondary_to="MK-00001")
    Incident.objects.filter(incident_id="MK-00010").update(reporter_role="professional_education")
    assert open_reviews(timezone.now(), "command") == 2
    assert open_reviews(timezone.now(), "command") == 0
    kinds = dict(WorkItem.objects.filter(because="extract").values_list("incident_id", "kind"))
    assert kinds == {"MK-00002": "secondary", "MK-00010": "third_party"}


def test_a_secondary_incident_that_discloses_a_crime_goes_to_the_head_of_the_list(act, signed_in):
    incident = Incident.objects.get(incident_id="MK-00004")
    review = open_item("secondary", by="x", now=timezone.now(), because="extract", incident=incident)
    late = {"late_reason": "Found later"}
    assert act("decision_maker", review, "disclose", rationale="Hit.", **CRIMES, **late).status_code == 302
    work = recording_of("MK-00004")
    assert (work.open, work.because, work.particulars["crimes"]) == (
        True, "secondary", [{"ho_class": "8N", "count": 1}],
    )  # fmt: skip
    first = signed_in("decision_maker").get("/queues/recording/").content.decode()
    assert first.index("MK-00004") < first.index("MK-00000")


def test_a_quality_sample_is_read_by_somebody_else(act, person):
    incident = Incident.objects.get(incident_id="MK-00004")
    review = open_item("secondary", by="x", now=timezone.now(), because="extract", incident=incident)
    given = {"rationale": "Noise only.", "late_reason": "x", "note": "Read twice"}
    assert act("imu_supervisor", review, "nothing", **given).status_code == 302
    today = timezone.localdate()
    assert draw_sample(today, timezone.now(), "command", share=1.0) == 1
    assert draw_sample(today, timezone.now(), "command", share=1.0) == 0
    assert act("imu_supervisor", review, "pass").status_code == 403
    assert act("registrar", review, "pass").status_code == 302


def test_repeating_the_days_quality_sample_draws_nothing_more(person):
    now, by = timezone.now(), person("imu_supervisor")
    for incident in Incident.objects.all():
        item = open_item("secondary", by="x", now=now, because="extract", incident=incident)
        item.steps.create(
            transition="nothing", from_state="to_review", to_state="nothing_disclosed", by=by, at=now
        )
        WorkItem.objects.filter(pk=item.pk).update(state="nothing_disclosed", open=False)
    first = draw_sample(timezone.localdate(), now, "command", share=0.5)
    assert 0 < first < Incident.objects.count()
    assert draw_sample(timezone.localdate(), now, "command", share=0.5) == 0


def two_crimes_due(incident_id):
    """An incident in which an assault and damage are told, and one crime stands."""
    row = Screened.objects.get(incident_id=incident_id)
    told = {
        "kind": "assault", "offence": "assault", "certainty": 0.95, "context": "live", "victims": 1,
        "facts": '{"injury": "minor"}', "evidence": [], "pattern": "", "ho_class": "8N", "crimes": 1,
    }  # fmt: skip
    row.disclosures = [told, {**told, "facts": '{"injury": "minor", "victim.role": "other"}', "victims": 1}]
    row.expected_crimes, row.crimes_recorded, row.chance_crime = 2.0, 1, 0.95
    row.save()


def test_an_incident_with_fewer_crimes_than_required_is_found_once_and_reported_for_its_month(
    monkeypatch, act
):
    from firstpoint.workbench.incidents.verdicts import RequiredCrime, RequiredOf
    from firstpoint.workbench.missed import finding

    two_crimes_due("MK-00003")
    Crime.objects.filter(incident_id="MK-00003").update(ho_class="8N")
    required = RequiredOf(
        total=3, crimes=(RequiredCrime("8N", "x", 2), RequiredCrime("58D", "y", 1)), decision="Record"
    )
    monkeypatch.setattr(finding, "required_of", lambda *_: required)
    assert open_short(timezone.now(), "command") == 1
    assert open_short(timezone.now(), "command") == 0
    found = {each.ho_class: (each.required, each.recorded) for each in Shortfall.objects.all()}
    assert found == {"8N": (2, 1), "58D": (1, 0)}
    item = WorkItem.objects.get(kind="missed_multiple", because="screen")
    report = report_of(Shortfall.objects.first().month)
    assert (report.incidents, report.missing) == (1, 2)
    late = {"late_reason": "x"}
    assert act("decision_maker", item, "more", rationale="Two hit.", **CRIMES, **late).status_code == 302
    assert recording_of("MK-00003").because == "missed"
    assert report_of(Shortfall.objects.first().month).missing == 2


def test_a_crime_in_another_class_is_no_missing_crime():
    from collections import Counter

    from firstpoint.workbench.missed.finding import Short

    short = Short(Incident(), Counter({"8N": 1, "58D": 1}), Counter({"105A": 1}))
    assert short.missing.total() == 1


def test_a_month_is_signed_once_when_it_is_over_and_keeps_its_figures():
    month = date(2026, 5, 1)
    row = {"incident_id": "A", "month": month, "unit": "N", "ho_class": "8N", "found_at": timezone.now()}
    Shortfall.objects.create(**row, required=2, recorded=1)
    with pytest.raises(Refused, match="not over"):
        sign(month, "x", by="user:1", now=datetime(2026, 5, 20, tzinfo=UTC))
    sign(month, "Fed back to North", by="user:1", now=datetime(2026, 6, 2, tzinfo=UTC))
    with pytest.raises(Refused, match="signed off before"):
        sign(month, "y", by="user:1", now=datetime(2026, 6, 3, tzinfo=UTC))
    assert not report_of(month).changed_since
    Shortfall.objects.create(**{**row, "incident_id": "B"}, required=1, recorded=0)
    assert report_of(month).changed_since
    assert report_of(month).signed.incidents == 1


def a_day():
    first = Incident.objects.order_by("received_at").first()
    return first.received_at.astimezone(timezone.get_current_timezone()).date()


def test_a_day_is_drawn_once_with_known_chances_and_worked_blind_to_a_result(act, signed_in):
    WorkItem.objects.filter(kind="risk_audit").delete()
    day = a_day()
    draw = draw_day(day, timezone.now(), "user:1", budget=3, seed=11)
    with pytest.raises(Refused, match="drawn before"):
        draw_day(day, timezone.now(), "user:1")
    drawn = list(Drawn.objects.filter(draw=draw).select_related("item"))
    assert len(drawn) == min(3, draw.frame_size)
    assert all(0 < each.inclusion_probability <= 1 for each in drawn)
    page = signed_in("auditor").get(f"/queues/risk-audit/{drawn[0].item_id}/").content.decode()
    assert "What the rules require" not in page
    assert yield_of().estimate is None
    assert act("auditor", drawn[0].item, "missed", rationale="Hit.", **CRIMES).status_code == 302
    for each in drawn[1:]:
        assert act("auditor", each.item, "right").status_code == 302
    asked = WorkItem.objects.get(kind="safeguarding", because="missed")
    work = recording_of(drawn[0].incident_id)
    assert (work.open, asked.origin_id) == (True, drawn[0].item_id)
    found = yield_of()
    assert sum(lot.missed for lot in found.lots) == 1
    assert Drawn.objects.get(pk=drawn[0].pk).recorded_then == drawn[0].recorded_then


def test_a_day_without_screened_reports_is_refused(signed_in):
    with pytest.raises(Refused, match="No report"):
        draw_day(date(2020, 1, 1), timezone.now(), "user:1")
    answer = signed_in("registrar").post("/daily-audit/draw/", {"day": "2020-01-01", "budget": "5"})
    assert answer.status_code == 400
