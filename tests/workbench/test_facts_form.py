"""The facts of a report on its page: what the rules make of them as they are changed and as decided."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from firstpoint import counting
from firstpoint.counting.facts import KINDS
from firstpoint.workbench.incidents.facts import facts_of, faults_of
from firstpoint.workbench.incidents.questions import form_of_facts
from firstpoint.workbench.ledger.keeping import text_digest
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.work.models import WorkItem

pytestmark = pytest.mark.django_db

REPORT = {
    "schema_version": 1,
    "report_id": "made-up",
    "reported_at": "2026-05-04T12:00:00+01:00",
    "allegations": [
        {"id": "a1", "kind": "assault", "victims": ["v1"]},
        {"id": "a2", "kind": "rape", "victims": ["v1"], "during": "a1"},
    ],
    "victims": [{"id": "v1"}],
}


def written(**answers):
    """What a browser sends of the form for REPORT with some controls changed."""
    names = {key: value for key, value in answers.items() if not key.startswith("/")}
    places = {f"fact:{key}": value for key, value in answers.items() if key.startswith("/")}
    return {"facts": json.dumps(REPORT), **names, **places}


def asked_first(facts):
    return {each.id for part in form_of_facts(facts).parts for each in part.settling}


def test_the_facts_that_would_change_the_verdict_are_asked_first_and_answering_them_settles_it():
    assert asked_first(REPORT) == {"fact-allegations-0-injury", "fact-victims-0-sex", "fact-victims-0-age"}
    told = facts_of(
        written(**{"/allegations/0/injury": "minor", "/victims/0/sex": "female", "/victims/0/age": "34"})
    )
    assert told["victims"] == [{"id": "v1", "sex": "female", "age": 34}]
    assert asked_first(told) == set()
    assert form_of_facts(told).required.total == counting.count_report(told)["total"] > 0


def test_a_form_offers_every_kind_and_only_the_attributes_that_a_kind_takes():
    form = form_of_facts({**REPORT, "allegations": [{"id": "a1", "kind": "robbery", "victims": ["v1"]}]})
    assert [name for name, _ in form.kinds] == list(KINDS)
    part = form.parts[0]
    asked = {each.name.split("/")[3] for each in (*part.settling, *part.answered, *part.others)}
    assert asked <= KINDS["robbery"].attributes | {"kind"}


def test_allegations_and_victims_are_added_and_taken_out_and_what_no_control_touches_stays():
    told = facts_of(written(step="victim", **{"fact:add": "criminal_damage", "/allegations/0/out": "yes"}))
    assert [each["kind"] for each in told["allegations"]] == ["rape", "criminal_damage"]
    assert [each["id"] for each in told["victims"]] == ["v1", "v2"]
    assert "during" not in told["allegations"][0]
    assert told["report_id"] == "made-up"
    gone = facts_of(written(**{"/victims/0/out": "yes"}))
    assert [each["victims"] for each in gone["allegations"]] == [[], []]


def test_another_kind_leaves_behind_what_it_does_not_take():
    told = facts_of(written(**{"/allegations/0/injury": "minor", "/allegations/0/kind": "bicycle_theft"}))
    assert told["allegations"][0] == {"id": "a1", "kind": "bicycle_theft", "victims": ["v1"]}


@pytest.mark.parametrize(
    ("place", "answer", "control"),
    [
        ("/victims/0/age", "forty", "fact-victims-0-age"),
        ("/allegations/0/injury", "<script>", "fact-allegations-0-injury"),
        ("/allegations/0/when/from", "yesterday", "fact-allegations-0-when-from"),
        ("/allegations/0/kind", "mischief", "fact-allegations-0-kind"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(place, answer, control):
    assert list(faults_of(facts_of(written(**{place: answer})))) == [control]


@pytest.mark.parametrize(
    "forged",
    [
        "no json",
        "[]",
        "[" * 50_000,
        '{"a":' * 30 + "1" + "}" * 30,
        '{"victims": 3, "allegations": {"0": 1}}',
        '{"allegations": [{"id": [1], "kind": 7, "victims": [[], {}], "during": []}], "victims": [5]}',
        '{"schema_version": 1, "note": "\\u0000 \\ud800"}',
        '{"schema_version": 1, "reported_at": "2026-05-04T12:00:00+01:00", "allegations": [], "x": NaN}',
    ],
)
def test_forged_facts_are_a_page_that_says_so_and_never_a_fault_of_ours(signed_in, fresh_work, forged):
    given = {
        "facts": forged,
        "fact:/victims/0/age": "3",
        "fact:/offenders/0/age": "9",
        "fact:/judgements/x": "yes",
    }
    client = signed_in("decision_maker")
    for step in ("reckon", "check", "save"):
        form = {"version": fresh_work.version, "step": step, "decision": "record", "rationale": "x", **given}
        answer = client.post(f"/queues/recording/{fresh_work.pk}/", {**form, "class-0": "8N", "count-0": "1"})
        assert answer.status_code == 400
        assert "There is a problem" in answer.content.decode()
    fresh_work.refresh_from_db()
    assert fresh_work.state == "awaiting_decision"


def reckon(client, work, given, **more):
    form = {"version": work.version, "step": "reckon", **given, **more}
    return client.post(f"/queues/recording/{work.pk}/", form)


def test_reckoning_again_shows_the_new_verdict_fills_the_crimes_and_saves_nothing(signed_in, fresh_work):
    client = signed_in("decision_maker")
    given = written(**{"/allegations/0/injury": "minor", "/allegations/1/out": "yes"})
    untouched = {"class-0": "105A", "count-0": "1", "crimes-were": "105A:1"}
    page = reckon(client, fresh_work, given, rationale="Half a thought", **untouched).content.decode()
    assert "On the facts as written here." in page
    assert 'value="8N"' in page
    assert "Half a thought" in page
    touched = reckon(client, fresh_work, given, **{**untouched, "count-0": "2"}).content.decode()
    assert 'value="105A"' in touched
    fresh_work.refresh_from_db()
    assert fresh_work.particulars == {}


def test_a_script_gets_the_verdict_alone_without_a_look_at_the_report(signed_in, fresh_work):
    before = LedgerEntry.objects.count()
    client = signed_in("decision_maker")
    answer = reckon(
        client, fresh_work, written(**{"/allegations/1/out": "yes"}), part="live"
    ).content.decode()
    assert 'id="verdict"' in answer
    assert 'id="crimes-lines"' in answer
    assert "<html" not in answer
    assert LedgerEntry.objects.count() == before


def test_the_facts_as_decided_are_kept_prefill_the_next_decision_and_enter_the_ledger_by_digest(
    signed_in, person, fresh_work
):
    client = signed_in("decision_maker")
    told = written(**{"/allegations/0/injury": "serious", "/allegations/1/out": "yes"})
    form = {"decision": "record", "class-0": "5D", "count-0": "1", "rationale": "Broken arm.", **told}
    address = f"/queues/recording/{fresh_work.pk}/"
    page = client.post(address, {"version": 1, "step": "check", **form}).content.decode()
    assert "Injury: serious" in page.replace("injury", "Injury")
    assert 'name="fact:' not in page
    assert client.post(address, {"version": 1, "step": "save", **form}).status_code == 302
    fresh_work.refresh_from_db()
    kept = fresh_work.particulars["facts"]
    assert kept["allegations"] == [{"id": "a1", "kind": "assault", "victims": ["v1"], "injury": "serious"}]
    entry = LedgerEntry.objects.filter(action="recording.record").last()
    assert entry.detail["facts"] == f"hmac-sha256:{text_digest(json.dumps(kept, sort_keys=True))}"
    assert "serious" not in str(entry.detail)
    assert "On the facts as they were decided." in client.get(address).content.decode()


def test_a_removal_against_the_facts_that_its_author_wrote_needs_a_note_to_endorse(signed_in):
    quiet = next(each for each in WorkItem.objects.filter(kind="recording").order_by("priority"))
    WorkItem.objects.filter(pk=quiet.pk).update(
        state="awaiting_endorsement",
        due_at=timezone.now() + timedelta(hours=1),
        particulars={"facts": REPORT},
    )
    answer = signed_in("team_leader").post(
        f"/queues/recording/{quiet.pk}/", {"version": quiet.version, "step": "save", "decision": "endorse"}
    )
    assert answer.status_code == 400
    assert "note" in answer.content.decode()
