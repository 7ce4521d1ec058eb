"""A report becomes a crime, or leaves the list by two people's hands; nobody decides on what has moved."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from this_database import ON_SQLITE, let_the_ledger_be_changed

from firstpoint.errors import LedgerBroken
from firstpoint.workbench.ledger.keeping import keep, verify_ledger
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.work.models import Step, WorkItem

pytestmark = pytest.mark.django_db

RECORD = {
    "decision": "record",
    "class-0": "8n",
    "count-0": "1",
    "rationale": "Punched; injury seen by officers.",
}
NOT_A_CRIME = {
    "decision": "not_a_crime",
    "removal_reason": "no_notifiable_crime",
    "rationale": "Nothing was damaged; caller withdrew before anything happened.",
    "victim_told": "told",
}
ENDORSE = {"decision": "endorse", "note": "Read again with the caller."}
LATE = {"late_reason": "Found by the daily review"}


def decide(client, work, given, step="save"):
    work.refresh_from_db()
    return client.post(f"/queues/recording/{work.pk}/", {"version": work.version, "step": step, **given})


def endorse(client, work, given, step="save"):
    work.refresh_from_db()
    return client.post(f"/queues/recording/{work.pk}/", {"version": work.version, "step": step, **given})


def removed_by(username, signed_in, work):
    assert decide(signed_in(username), work, {**NOT_A_CRIME, **LATE}).status_code == 302


def test_a_decision_is_checked_before_it_is_saved(signed_in, fresh_work):
    answer = decide(signed_in("decision_maker"), fresh_work, RECORD, step="check")
    fresh_work.refresh_from_db()
    assert answer.status_code == 200
    assert "1 × 8N" in answer.content.decode()
    assert fresh_work.state == "awaiting_decision"


def test_a_saved_decision_records_the_crime_and_writes_the_ledger(signed_in, fresh_work, person):
    answer = decide(signed_in("decision_maker"), fresh_work, RECORD)
    fresh_work.refresh_from_db()
    decision = fresh_work.steps.get()
    entry = LedgerEntry.objects.order_by("-sequence").first()
    assert answer.status_code == 302
    assert fresh_work.state == "recorded"
    assert decision.given["crimes"] == [{"ho_class": "8N", "count": 1}]
    assert (entry.action, entry.actor) == ("recording.record", person("decision_maker").person.reference)
    assert entry.detail["crimes"] == ["8N:1"]
    assert "Punched" not in str(entry.detail)


def test_going_back_keeps_what_was_written(signed_in, fresh_work):
    page = decide(signed_in("decision_maker"), fresh_work, RECORD, step="change").content.decode()
    assert "Punched; injury seen by officers." in page
    assert 'value="8N"' in page


def test_what_is_missing_is_said_with_a_link_to_its_field(signed_in, fresh_work):
    answer = decide(signed_in("decision_maker"), fresh_work, {"decision": "not_a_crime"}, step="check")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'href="#removal_reason"' in page
    assert 'href="#rationale"' in page
    assert "<title>Error: " in page


def test_no_choice_at_all_is_a_fault_too(signed_in, fresh_work):
    answer = decide(signed_in("decision_maker"), fresh_work, {}, step="check")
    assert answer.status_code == 400
    assert 'href="#decision"' in answer.content.decode()


def test_a_late_decision_needs_its_reason(signed_in, late_work):
    client = signed_in("decision_maker")
    assert decide(client, late_work, RECORD).status_code == 400
    assert decide(client, late_work, {**RECORD, **LATE}).status_code == 302
    assert late_work.steps.get().late


def test_a_late_decision_appears_to_the_registrar_and_to_nobody_else(signed_in, late_work):
    decide(signed_in("decision_maker"), late_work, {**RECORD, **LATE})
    line = f"{late_work.incident_id}: Record"
    assert line in signed_in("registrar").get("/").content.decode()
    assert line not in signed_in("team_leader").get("/").content.decode()


def test_a_removal_takes_two_people(signed_in, late_work):
    removed_by("decision_maker", signed_in, late_work)
    late_work.refresh_from_db()
    assert late_work.state == "awaiting_endorsement"
    assert endorse(signed_in("team_leader"), late_work, ENDORSE).status_code == 302
    late_work.refresh_from_db()
    assert late_work.state == "removed"


def test_nobody_endorses_their_own_removal_whatever_roles_they_hold(signed_in, late_work):
    removed_by("both", signed_in, late_work)
    client = signed_in("both")
    page = client.get(f"/queues/recording/{late_work.pk}/").content.decode()
    answer = endorse(client, late_work, {"decision": "endorse"})
    assert answer.status_code == 403
    for told in (page, answer.content.decode()):
        assert "team leader other than you can" in told
    assert '<form method="post" novalidate' not in page
    late_work.refresh_from_db()
    assert late_work.state == "awaiting_endorsement"
    assert "Your own: for somebody else" in client.get("/removals/").content.decode()


def test_a_returned_removal_must_be_decided_again_and_says_why(signed_in, late_work):
    removed_by("decision_maker", signed_in, late_work)
    reason = {"decision": "return", "return_reason": "The caller says he was hit."}
    assert endorse(signed_in("team_leader"), late_work, {"decision": "return"}).status_code == 400
    assert endorse(signed_in("team_leader"), late_work, reason).status_code == 302
    page = signed_in("decision_maker").get(f"/queues/recording/{late_work.pk}/").content.decode()
    assert "Returned by team leader" in page
    assert "The caller says he was hit." in page


def test_after_a_return_the_same_person_may_still_not_endorse_their_second_removal(signed_in, late_work):
    removed_by("both", signed_in, late_work)
    endorse(signed_in("team_leader"), late_work, {"decision": "return", "return_reason": "Look again."})
    removed_by("both", signed_in, late_work)
    assert endorse(signed_in("both"), late_work, {"decision": "endorse"}).status_code == 403


def test_a_colleague_repeating_a_removal_does_not_free_its_first_author_to_endorse_it(signed_in, late_work):
    removed_by("both", signed_in, late_work)
    endorse(signed_in("team_leader"), late_work, {"decision": "return", "return_reason": "Look again."})
    removed_by("decision_maker", signed_in, late_work)
    answer = endorse(signed_in("both"), late_work, {"decision": "endorse"})
    late_work.refresh_from_db()
    assert answer.status_code == 403
    assert late_work.state == "awaiting_endorsement"
    assert "Your own: for somebody else" in signed_in("both").get("/removals/").content.decode()


def test_reopening_does_not_make_anybody_forget_who_removed_it(signed_in, late_work):
    removed_by("both", signed_in, late_work)
    endorse(signed_in("team_leader"), late_work, ENDORSE)
    late_work.refresh_from_db()
    signed_in("registrar").post(
        f"/queues/recording/{late_work.pk}/",
        {
            "version": late_work.version,
            "step": "save",
            "decision": "reopen",
            "reopen_reason": "New information from the victim.",
        },
    )
    removed_by("decision_maker", signed_in, late_work)
    assert endorse(signed_in("both"), late_work, {"decision": "endorse"}).status_code == 403


def test_asking_for_information_stops_no_clock(signed_in, fresh_work):
    due = fresh_work.due_at
    given = {
        "decision": "need_information",
        "information_needed": "Age of the victim",
        "information_from": "Response East",
        "rationale": "Class turns on it.",
    }
    assert decide(signed_in("decision_maker"), fresh_work, given).status_code == 302
    fresh_work.refresh_from_db()
    assert (fresh_work.state, fresh_work.due_at) == ("awaiting_information", due)


def test_the_registrar_reopens_what_was_removed(signed_in, late_work):
    removed_by("decision_maker", signed_in, late_work)
    endorse(signed_in("team_leader"), late_work, ENDORSE)
    late_work.refresh_from_db()
    answer = signed_in("registrar").post(
        f"/queues/recording/{late_work.pk}/",
        {
            "version": late_work.version,
            "step": "save",
            "decision": "reopen",
            "reopen_reason": "New information from the victim.",
        },
    )
    late_work.refresh_from_db()
    assert answer.status_code == 302
    assert late_work.state == "reopened"


def test_a_decision_on_what_somebody_else_has_moved_is_told_so(signed_in, fresh_work):
    client = signed_in("decision_maker")
    seen = {"version": fresh_work.version, "step": "save"}
    decide(signed_in("registrar"), fresh_work, RECORD)
    answer = client.post(f"/queues/recording/{fresh_work.pk}/", {**seen, **NOT_A_CRIME})
    assert answer.status_code == 409
    assert "Somebody has moved this on" in answer.content.decode()
    assert fresh_work.steps.count() == 1


def test_a_form_sent_twice_decides_once(signed_in, fresh_work):
    client = signed_in("decision_maker")
    form = {"version": fresh_work.version, "step": "save", **RECORD}
    address = f"/queues/recording/{fresh_work.pk}/"
    assert [client.post(address, form).status_code for _ in range(2)] == [302, 409]
    assert Step.objects.filter(item=fresh_work).count() == 1


def test_when_the_ledger_cannot_be_written_nothing_is_decided(signed_in, fresh_work, monkeypatch):
    from firstpoint.workbench.work import stepping

    def fail(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(stepping, "keep", fail)
    answer = decide(signed_in("decision_maker"), fresh_work, RECORD)
    fresh_work.refresh_from_db()
    assert answer.status_code == 500
    assert "either done or not done" in answer.content.decode()
    assert fresh_work.state == "awaiting_decision"
    assert not fresh_work.steps.exists()


_FORGED = "sequence, at, 'user:9', action, subject, detail, previous, hash FROM ledger_ledgerentry"
_REPLACING = [
    f"REPLACE INTO ledger_ledgerentry SELECT {_FORGED} WHERE sequence = 2",
    f"INSERT OR REPLACE INTO ledger_ledgerentry SELECT {_FORGED} LIMIT 1",
    "INSERT OR REPLACE INTO ledger_ledgerentry SELECT 9999, at, actor, action, subject, detail, previous,"
    " hash FROM ledger_ledgerentry WHERE sequence = 2",
]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_ledgerentry SET actor = 'user:9'",
        "DELETE FROM ledger_ledgerentry",
        *(_REPLACING if ON_SQLITE else ["TRUNCATE ledger_ledgerentry"]),
        "INSERT INTO ledger_ledgerentry SELECT 0, at, actor, action, subject, detail, previous, 'x'"
        " FROM ledger_ledgerentry WHERE sequence = 2",
        "INSERT INTO ledger_ledgerentry SELECT (SELECT max(sequence) + 2 FROM ledger_ledgerentry), at, actor,"
        " action, subject, detail, previous, 'x' FROM ledger_ledgerentry WHERE sequence = 2",
    ],
)
def test_the_database_refuses_to_change_the_ledger(statement):
    with pytest.raises(DatabaseError, match="never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert LedgerEntry.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.filter(sequence=2).update(actor="user:9"),
        lambda entries: entries.filter(sequence=2).delete(),
        lambda entries: entries.get(sequence=2).delete(),
        lambda entries: entries.get(sequence=2).save(),
        lambda entries: entries.update_or_create(sequence=2, defaults={"actor": "user:9"}),
        lambda entries: entries.bulk_create(
            [entries.get(sequence=2)],
            update_conflicts=True,
            unique_fields=["sequence"],
            update_fields=["actor"],
        ),
    ],
)
def test_no_way_of_the_programs_own_changes_the_ledger(change):
    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        change(LedgerEntry.objects)
    assert verify_ledger().entries == LedgerEntry.objects.count()


_BEYOND_READING = ["detail = 'no JSON'", "detail = 'NaN'", "at = 'noon'", "actor = x'ff00'"]


@pytest.mark.parametrize("spoiled", ["detail = '[]'", *(_BEYOND_READING if ON_SQLITE else [])])
def test_an_entry_spoiled_beyond_reading_is_found_like_any_other(signed_in, spoiled):
    with connection.cursor() as cursor:
        let_the_ledger_be_changed(cursor)
        if ON_SQLITE:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE ledger_ledgerentry SET {spoiled} WHERE sequence = 3")  # noqa: S608
        if ON_SQLITE:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    with pytest.raises(LedgerBroken, match="ledger entry 3"):
        verify_ledger()
    assert "does not hold together" in signed_in("registrar").post("/ledger/verify/").content.decode()


def test_an_entry_of_a_time_that_no_calendar_has_is_named():
    with connection.cursor() as cursor:
        let_the_ledger_be_changed(cursor)
        time = "noon" if ON_SQLITE else "infinity"
        cursor.execute("UPDATE ledger_ledgerentry SET at = %s WHERE sequence = 3", [time])
    with pytest.raises(LedgerBroken, match="ledger entry 3"):
        verify_ledger()


def test_a_clock_that_goes_back_neither_breaks_nor_reorders_the_ledger(monkeypatch):
    from firstpoint.workbench.ledger import keeping

    early = LedgerEntry.objects.order_by("sequence").first().at - timedelta(days=1)
    last = keep("user:1", "test.done", "test:1")
    monkeypatch.setattr(keeping.timezone, "now", lambda: early)
    following = keep("user:1", "test.done", "test:2")
    assert following.sequence == last.sequence + 1
    assert following.at < last.at
    assert verify_ledger().entries == following.sequence


def test_the_ledger_holds_together_after_a_days_work(signed_in, late_work):
    removed_by("decision_maker", signed_in, late_work)
    endorse(signed_in("team_leader"), late_work, ENDORSE)
    keep("user:1", "test.done", "test:1")
    assert verify_ledger().entries == LedgerEntry.objects.count()


def test_the_ledger_page_says_that_it_holds_and_that_it_does_not(signed_in, monkeypatch):
    client = signed_in("registrar")
    assert "hold together" in client.post("/ledger/verify/").content.decode()
    with connection.cursor() as cursor:
        let_the_ledger_be_changed(cursor)
        cursor.execute("UPDATE ledger_ledgerentry SET actor = 'user:9' WHERE sequence = 3")
    page = client.post("/ledger/verify/").content.decode()
    assert "does not hold together" in page
    assert "ledger entry 3" in page


def test_the_list_shows_only_what_waits(signed_in, fresh_work):
    client = signed_in("decision_maker")
    link = f"/queues/recording/{fresh_work.pk}/"
    assert f'{link}"' in client.get("/queues/recording/").content.decode()
    decide(client, fresh_work, RECORD)
    assert f'href="{link}"' not in client.get("/queues/recording/").content.decode()
    assert f"{link}?show=recorded" in client.get("/queues/recording/?show=recorded").content.decode()
    assert WorkItem.objects.get(pk=fresh_work.pk).stands.title == "Decided: record"


def raped_and_not_confirmed(incident_id, *, crimes=()):
    """What is screened of an incident in which only a friend tells of a rape."""
    from firstpoint.workbench.incidents.models import Screened

    told = {
        "kind": "rape", "offence": "rape", "certainty": 0.9, "context": "reported_incident", "victims": 1,
        "facts": "{}", "evidence": [], "pattern": "", "ho_class": None, "crimes": 0,
    }  # fmt: skip
    Screened.objects.filter(incident_id=incident_id).update(disclosures=[told, *crimes])


def disclosed(facts="{}", kind="spiking"):
    return {
        "kind": kind, "offence": kind.replace("_", " "), "certainty": 0.9, "context": "live", "victims": 1,
        "facts": facts, "evidence": [], "pattern": "", "ho_class": None, "crimes": 1,
    }  # fmt: skip


def test_an_endorsement_against_the_rules_needs_a_note_and_is_shown_what_they_require(signed_in, late_work):
    from firstpoint.workbench.incidents.verdicts import required_of_work

    required = required_of_work(late_work.incident_id)
    assert required.asks_for_crimes
    page = decide(signed_in("decision_maker"), late_work, {**NOT_A_CRIME, **LATE}, step="check")
    assert required.headline in page.content.decode()
    removed_by("decision_maker", signed_in, late_work)
    client = signed_in("team_leader")
    refused = endorse(client, late_work, {"decision": "endorse"})
    assert refused.status_code == 400
    assert 'href="#note"' in refused.content.decode()
    checked = endorse(client, late_work, ENDORSE, step="check").content.decode()
    assert required.headline in checked
    assert "goes against what the rules require" in checked


def test_already_recorded_asks_under_which_reference(signed_in, late_work):
    client = signed_in("decision_maker")
    held = {**NOT_A_CRIME, **LATE, "removal_reason": "already_recorded"}
    refused = decide(client, late_work, held)
    assert refused.status_code == 400
    assert 'href="#recorded_reference"' in refused.content.decode()
    assert decide(client, late_work, {**held, "recorded_reference": "CR/77"}).status_code == 302
    assert late_work.steps.get().given["recorded_reference"] == "CR/77"


def test_a_reported_incident_is_shown_with_its_code_and_can_be_recorded_as_one(signed_in, late_work):
    raped_and_not_confirmed(late_work.incident_id)
    client = signed_in("decision_maker")
    page = client.get(f"/incidents/{late_work.incident.pk}/").content.decode()
    assert "<strong>N100/01</strong> Rape reported, not confirmed by the victim" in page
    given = {"decision": "reported_incident", "rationale": "A friend told of it.", **LATE}
    assert 'href="#reported_code"' in decide(client, late_work, given).content.decode()
    assert decide(client, late_work, {**given, "reported_code": "N100/01"}).status_code == 302
    late_work.refresh_from_db()
    assert late_work.state == "reported"


def test_a_crime_of_open_class_is_counted_and_waits_on_the_form_for_its_class(signed_in, late_work):
    from firstpoint.workbench.incidents.models import Screened

    disclosures = [disclosed(kind="theft"), disclosed(kind="rape")]
    Screened.objects.filter(incident_id=late_work.incident_id).update(disclosures=disclosures)
    client = signed_in("decision_maker")
    page = client.get(f"/incidents/{late_work.incident.pk}/").content.decode()
    assert "Record: 1 crime, and 1 of open class that may prove to be one of these" in page
    assert "the age of the first victim" in page or "the sex of the first victim" in page
    assert "/victims/0" not in page
    assert "kinds.csv" not in page
    form = client.get(f"/queues/recording/{late_work.pk}/").content.decode()
    assert "Rape, class open" in form
    left = {**RECORD, **LATE, "class-1": "", "count-1": "1"}
    refused = decide(client, late_work, left)
    assert refused.status_code == 400
    assert "Line 2 says how many but no class" in refused.content.decode()


def test_what_the_screen_and_the_rules_took_for_granted_is_told_apart_and_in_words(signed_in, late_work):
    from firstpoint.workbench.incidents.models import Screened
    from firstpoint.workbench.incidents.verdicts import required_of_work

    told = [disclosed('{"victim.sex": "female", "victim.age_band": "18_and_over"}', kind="rape")]
    told.append(disclosed(kind="assault"))
    Screened.objects.filter(incident_id=late_work.incident_id).update(disclosures=told)
    required = required_of_work(late_work.incident_id)
    assert "number of further attackers not told apart: taken as none" in required.defaults
    assert required.assumed == ("assault, injury: none",)
    page = signed_in("decision_maker").get(f"/incidents/{late_work.incident.pk}/").content.decode()
    assert "The log does not say; the screen assumed: assault, injury: none." in page
    assert ".duty" not in page
    assert "penetrators_undefined" not in page


def test_what_the_rules_require_never_reads_as_fewer_crimes_than_are_due():
    from firstpoint.workbench.incidents.verdicts import OpenCrimes, RequiredOf

    rape = OpenCrimes("rape", 1, 0, ("the sex of the first victim",))
    assert RequiredOf(total=1, open=(rape,)).headline == (
        "Record: 1 crime, and at least 1 more whose class is open"
    )
    assert RequiredOf(total=0, open=(rape,)).headline == "Record: at least 1 crime whose class is open"
    assert RequiredOf(decision="An incident only").headline == "An incident only"


def test_places_of_facts_are_told_in_words():
    from firstpoint.workbench.incidents.wording import pointer_in_words

    report = {"allegations": [{"kind": "assault"}, {"kind": "theft"}, {"kind": "theft"}]}
    assert pointer_in_words("/victims/0/sex", report) == "the sex of the first victim"
    assert pointer_in_words("/allegations/0/injury", report) == "the injury in the assault"
    assert pointer_in_words("/allegations/2/place/setting", report) == "the kind of place in the second theft"
    assert pointer_in_words("/reporter/role", report) == "the role of the reporter"


def test_a_crime_that_the_rules_require_becomes_an_n_code_only_by_the_registrars_hand(signed_in, late_work):
    from firstpoint.workbench.incidents.verdicts import required_of_work

    assert required_of_work(late_work.incident_id).asks_for_crimes
    given = {
        "decision": "reported_incident",
        "reported_code": "N100/01",
        "rationale": "She is not sure.",
        **LATE,
    }
    refused = decide(signed_in("decision_maker"), late_work, given)
    assert refused.status_code == 403
    assert "registrar" in refused.content.decode()
    late_work.refresh_from_db()
    assert late_work.state == "awaiting_decision"
    assert decide(signed_in("registrar"), late_work, given).status_code == 302
