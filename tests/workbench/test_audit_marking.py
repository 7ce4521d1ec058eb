"""Auditors mark blind: without the screen, without each other, each only what they were given."""

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from workbench_builders import PASSWORD, sample

from firstpoint.errors import InputError, Refused
from firstpoint.workbench.accounts.people import add_user
from firstpoint.workbench.audits.models import Audit, Mark
from firstpoint.workbench.audits.sampling import enter_marks, marks_frame, open_audit, result
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.work.models import WorkItem

pytestmark = pytest.mark.django_db
MARK = {
    "should_record": "2",
    "recorded": "1",
    "in_time": "1",
    "right_class": "1",
    "kind_of_error": "fewer_than_required",
    "note": "Second victim missed.",
}


@pytest.fixture
def audit():
    return Audit.objects.get()


def mark(client, audit, number, version=1, **instead):
    return client.post(f"/audits/{audit.pk}/reports/{number}/", {"version": version, **MARK, **instead})


def test_a_blind_page_asks_nothing_of_the_screen(signed_in, audit):
    client = signed_in("auditor")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(f"/audits/{audit.pk}/reports/1/").content.decode()
    assert "incidents_screened" not in " ".join(query["sql"] for query in asked)
    assert "<mark" not in page
    assert "hat the screen sees" not in page
    assert "hat the rules require" not in page


def test_saving_a_mark_leads_to_the_next_report(signed_in, audit):
    answer = mark(signed_in("auditor"), audit, 1)
    assert answer.headers["Location"] == f"/audits/{audit.pk}/reports/2/"
    assert LedgerEntry.objects.order_by("-sequence").first().action == "marking.mark"


def test_a_missed_crime_goes_to_the_list_at_once_with_safeguarding_asked_once(signed_in, audit):
    client = signed_in("auditor")
    incident = audit.reports.get(number=1).incident
    work = WorkItem.objects.filter(incident=incident)
    work.all().delete()
    mark(client, audit, 1, recorded="2", kind_of_error="")
    assert not work.exists()
    mark(client, audit, 1, version=2)
    work.filter(kind="recording").update(version=7)
    mark(client, audit, 1, version=3, recorded="0")
    assert work.get(kind="recording").version == 7  # whoever decides it is not disturbed again
    assert sorted(work.values_list("kind", "because", "state")) == [
        ("recording", "audit", "awaiting_decision"),
        ("safeguarding", "missed", "to_ask"),
    ]


def test_an_auditor_can_change_their_mark_and_the_ledger_keeps_both(signed_in, audit):
    client = signed_in("auditor")
    mark(client, audit, 1)
    assert mark(client, audit, 1, version=2, recorded="2", kind_of_error="").status_code == 302
    assert Mark.objects.get().recorded == 2
    assert [
        entry.action
        for entry in LedgerEntry.objects.filter(action__startswith="marking.").order_by("sequence")
    ] == [
        "marking.mark",
        "marking.amend",
    ]


def test_the_same_form_sent_twice_is_told_so(signed_in, audit):
    client = signed_in("auditor")
    mark(client, audit, 1)
    assert mark(client, audit, 1).status_code == 409


@pytest.mark.parametrize(
    ("instead", "field"),
    [
        ({"recorded": "3"}, "recorded"),
        ({"should_record": ""}, "should_record"),
        ({"should_record": "two"}, "should_record"),
        ({"should_record": "-1"}, "should_record"),
        ({"in_time": "2"}, "in_time"),
        ({"in_time": ""}, "in_time"),
        ({"right_class": ""}, "right_class"),
        ({"kind_of_error": "late"}, "kind_of_error"),
        ({"kind_of_error": "wrong_class"}, "kind_of_error"),
        ({"kind_of_error": "not_recorded"}, "kind_of_error"),
        ({"should_record": "1"}, "kind_of_error"),
        (
            {
                "should_record": "0",
                "recorded": "0",
                "in_time": "",
                "right_class": "",
                "kind_of_error": "not_recorded",
            },
            "kind_of_error",
        ),
        ({"kind_of_error": "typo"}, "kind_of_error"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_at_its_field(signed_in, audit, instead, field):
    answer = mark(signed_in("auditor"), audit, 1, **instead)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert page.count(f'<a href="#{field}"') == 1
    assert not Mark.objects.exists()


def test_auditors_see_neither_each_others_reports_nor_marks(signed_in, audit):
    add_user("second", ["auditor"], PASSWORD)
    shared = open_audit(sample(), title="Shared", auditors=["auditor", "second"])
    mark(signed_in("auditor"), shared, 1)
    second = signed_in("second")
    refused = second.get(f"/audits/{shared.pk}/reports/1/")
    assert refused.status_code == 403
    assert "without sight of each other" in refused.content.decode()
    assert "0 of 3" in second.get(f"/audits/{shared.pk}/").content.decode()
    assert second.get(f"/audits/{audit.pk}/").status_code == 404


def test_an_auditor_never_sees_results(signed_in, audit):
    assert signed_in("auditor").get(f"/audits/{audit.pk}/results/").status_code == 403


def test_results_say_that_they_are_interim(signed_in, audit):
    page = signed_in("registrar").get(f"/audits/{audit.pk}/results/").content.decode()
    assert "Interim: 0 of 6" in page
    assert "There is no rate yet" in page


def test_the_marks_give_the_rate_with_its_interval(signed_in, audit):
    ids = [report.report_id for report in audit.reports.all()]
    marks = pl.DataFrame(
        {"incident_id": ids, "should_record": [1, 2, 1, 1, 2, 1], "recorded": [1, 1, 1, 1, 2, 1]}
    )
    assert enter_marks(audit, marks, auditor="auditor") == 6
    found = result(audit)
    page = signed_in("registrar").get(f"/audits/{audit.pk}/results/").content.decode()
    assert marks_frame(audit).height == 6
    assert found.overall.low < found.overall.estimate < found.overall.high
    assert f"{100 * found.overall.estimate:.1f}%" in page
    assert "Interim" not in page


def test_marks_from_elsewhere_leave_what_is_marked_alone(signed_in, audit):
    mark(signed_in("auditor"), audit, 1)
    first = audit.reports.get(number=1)
    marks = pl.DataFrame({"incident_id": [first.report_id], "should_record": [0], "recorded": [0]})
    assert enter_marks(audit, marks, auditor="auditor") == 0
    assert Mark.objects.get().should_record == 2


def test_marks_on_what_was_not_drawn_are_refused(audit):
    marks = pl.DataFrame({"incident_id": ["elsewhere"], "should_record": [0], "recorded": [0]})
    with pytest.raises(InputError, match="not drawn"):
        enter_marks(audit, marks, auditor="auditor")


def test_marks_that_contradict_themselves_are_refused_whole(audit):
    ids = [report.report_id for report in audit.reports.all()[:2]]
    marks = pl.DataFrame({"incident_id": ids, "should_record": [1, 1], "recorded": [1, 2]})
    with pytest.raises(InputError, match="hold together"):
        enter_marks(audit, marks, auditor="auditor")
    assert not Mark.objects.exists()


def test_an_audit_without_marks_gives_no_rate(audit):
    with pytest.raises((Refused, InputError)):
        result(audit)


def test_a_sample_of_reports_that_are_not_held_opens_no_audit():
    from firstpoint import auditing

    frame = pl.DataFrame({"stratum": ["other"] * 2, "incident_id": ["nowhere", "MK-00001"]})
    with pytest.raises(InputError, match="not held here"):
        open_audit(auditing.draw(frame, {"other": 2}, seed=1), title="Gone", auditors=["auditor"])
    assert not Audit.objects.filter(title="Gone").exists()


def test_only_an_auditor_is_given_reports():
    with pytest.raises(InputError, match="no auditor"):
        open_audit(sample(), title="Wrong", auditors=["registrar"])


def test_a_crime_recorded_without_an_incident_can_be_marked(signed_in, audit):
    from firstpoint import auditing

    frame = pl.DataFrame({"stratum": ["other"] * 2, "incident_id": ["CR/MK-00003", "MK-00001"]})
    direct = open_audit(auditing.draw(frame, {"other": 2}, seed=1), title="Direct", auditors=["auditor"])
    number = direct.reports.get(report_id="CR/MK-00003").number
    page = signed_in("auditor").get(f"/audits/{direct.pk}/reports/{number}/").content.decode()
    assert "recorded without an incident" in page
    assert LedgerEntry.objects.order_by("-sequence").first().action == "crime.read"


def test_marks_from_elsewhere_take_their_kind_from_the_numbers_and_keep_the_reason_as_a_note(
    audit, signed_in
):
    ids = [report.report_id for report in audit.reports.order_by("number")]
    marks = pl.DataFrame(
        {
            "incident_id": ids,
            "should_record": [1, 2, 1, 1, 1, 0],
            "recorded": [0, 1, 1, 1, 1, 0],
            "in_time": [0, 1, 1, 0, 1, 0],
            "right_class": [0, 1, 0, 1, 1, 0],
            "kind_of_error": ["not_seen_as_crime", "second_victim_missed", None, None, None, None],
        }
    )
    enter_marks(audit, marks, auditor="auditor")
    made = Mark.objects.order_by("report__number")
    assert list(made.values_list("kind_of_error", flat=True)) == [
        "not_recorded", "fewer_than_required", "wrong_class", "late", "", "",
    ]  # fmt: skip
    assert made[0].note == "not seen as crime"
    page = signed_in("registrar").get(f"/audits/{audit.pk}/results/").content.decode()
    for kind in ("Not recorded at all", "Fewer recorded than required", "Recorded in the wrong class"):
        assert page.count(f">{kind}<") == 1
    assert "second victim missed" not in page


def test_an_auditors_list_shows_what_is_to_mark_first_and_in_pages(signed_in, audit, monkeypatch):
    client = signed_in("auditor")
    mark(client, audit, 1)
    monkeypatch.setattr("firstpoint.workbench.audits.views.ROWS_A_PAGE", 5)
    first = client.get(f"/audits/{audit.pk}/").content.decode()
    last = client.get(f"/audits/{audit.pk}/?page=2").content.decode()
    assert ">Report 2</a>" in first
    assert ">Report 1</a>" not in first
    assert ">Report 1</a>" in last
    assert "1 of 6" in last
