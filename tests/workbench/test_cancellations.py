"""Cancellations and transfers: what the book alone decides, and what a force sees of it."""

import csv
import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from test_every_page import check_page

from firstpoint import casework, counting
from firstpoint.casework import Person
from firstpoint.workbench.cancellation import asked_facts, deciding
from firstpoint.workbench.cancellation.asking import Question, Record, answer_of, must_tell_first
from firstpoint.workbench.cancellation.models import CancelledHere
from firstpoint.workbench.imports.screening import screen_held
from firstpoint.workbench.incidents.models import Crime, Screened
from firstpoint.workbench.incidents.restricting import Restriction
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.work.models import WorkItem

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
SHOWN = {
    "information.additional": "yes",
    "information.verifiable": "yes",
    "information.shows_no_crime": "yes",
}
#: For each category, facts on which it may stand, and the record that it is about.
STANDS = {
    "C1": ("49", {"offence_in": "other_force", "receiving_reference": "crime_number"}),
    "C2": ("49", SHOWN),
    "C3": ("49", {"duplicate_of": "B"}),
    "C4": ("49", {"disclosed_crime_when_recorded": "no"}),
    "C5": ("105A", {"self_defence": "shown"}),
}
GRAVE = ("1", "4/1", "19C", "19E", "19F", "19H")
HOLDS = [
    frozenset(held)
    for size in range(3)
    for held in itertools.combinations(("registered_registrar", "self_defence_trained"), size)
]
ROLES = [each.role for each in casework.roles()]


def question(code, ho_class="", facts=None, *, has_victim=True):
    usual, usual_facts = STANDS[code]
    record = Record("A", ho_class or usual, has_victim=has_victim, recorded_on=date(2026, 5, 1))
    same = Record("B", ho_class or usual, has_victim=has_victim)
    return Question(record, code, usual_facts if facts is None else facts, same if code == "C3" else None)


def may_decide(asked, role, held, *, registered):
    said = deciding.said_to(asked, Person("user:1", frozenset({role}), held), NOW, registered=registered)
    return said is not None and said.answer.is_yes


# The book ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ho_class", GRAVE)
def test_only_a_registered_registrar_cancels_a_rape_or_homicide_and_without_one_the_chief_officer(ho_class):
    for role, held, registered in itertools.product(ROLES, HOLDS, (True, False)):
        right = (role == "registrar" and "registered_registrar" in held) or (
            role == "chief_officer" and not registered
        )
        assert may_decide(question("C2", ho_class), role, held, registered=registered) == right, (role, held)


@pytest.mark.parametrize("code", ["C2", "C3", "C4", "C5"])
def test_any_other_is_a_registrars_or_designated_decision_makers_and_for_self_defence_a_trained_ones(code):
    for role, held, registered in itertools.product(ROLES, HOLDS, (True, False)):
        trained = code != "C5" or "self_defence_trained" in held
        right = role == "registrar" or (role == "designated_decision_maker" and trained)
        assert may_decide(question(code), role, held, registered=registered) == right, (role, held)


def test_the_ways_to_decide_are_those_of_the_roles_that_the_policy_lets_decide():
    named = {each.role for each in deciding.deciders()}
    assert named == {each.role for each in casework.who_may("cancellations.decide")}


def codes_that_wait_for_telling():
    """Read from the text of the book, not through the engine."""
    book = Path(counting.__path__[0]) / "books/2026-04-01/ask_cancel.csv"
    with book.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["victim_told"] == "no" and row["result"] == "no"]
    return {code: row["victim_crime"] for row in rows for code in row["code"].split("|")}


@pytest.mark.parametrize(("code", "has_victim"), list(itertools.product(STANDS, (True, False))))
def test_the_victim_is_told_before_what_the_book_says_so_of_and_before_nothing_else(code, has_victim):
    waits = codes_that_wait_for_telling()
    # Possession of a drug has no victim; the book looks at a class where the record names none.
    asked = question(code, "" if has_victim or code == "C5" else "92E", has_victim=has_victim)
    assert answer_of(asked, NOW).is_yes
    has_one = has_victim or code == "C5"
    assert must_tell_first(asked, NOW) == (code in waits and has_one)


def test_pressure_on_the_victim_and_a_bare_retraction_let_no_crime_be_cancelled():
    pressed = answer_of(question("C2", facts={**SHOWN, "pressure_on_victim": "yes"}), NOW)
    bare = answer_of(question("C2", facts={"withdrawal": "retraction", "pressure_on_victim": "no"}), NOW)
    assert (pressed.row, bare.row) == ("CAN-09", "CAN-27")


def test_the_book_is_not_asked_about_a_record_without_a_class():
    asked = Question(Record("A"), "C2", SHOWN)
    assert answer_of(asked, NOW).valid == "not_decidable"


def test_the_form_asks_for_every_fact_that_the_books_table_reads():
    table = set(counting.book_on(NOW.date()).questions["cancel"].columns)
    asked = {column for each in asked_facts.every_fact() for column in each.feeds}
    assert asked | asked_facts.SAID_OTHERWISE == table | {"code"}
    assert all(words for each in asked_facts.every_fact() for words in each.values.values())


# The pages --------------------------------------------------------------------------------------------------


@pytest.fixture
def theft(db):
    WorkItem.objects.filter(kind="cancellation").delete()
    Crime.objects.filter(crime_id="CR/MK-00003").update(ho_class="49", incident_id="MK-00003")
    return Crime.objects.get(crime_id="CR/MK-00003")


@pytest.fixture
def act(signed_in):
    def step(username, item, decision, **given):
        item.refresh_from_db()
        form = {"version": item.version, "step": "save", "decision": decision, **given}
        return signed_in(username).post(f"/queues/cancellation/{item.pk}/", form)

    return step


PIECE = {"what-0": "CCTV", "obtained-0": "3 May", "source-0": "The shop", "verified-0": "Times compared"}


def ask(client, crime, code, **given):
    form = {"category": code, "rationale": "Not taken: found at home.", **given}
    if code in ("C1", "C2", "C5"):
        form = {**PIECE, "information-additional": "yes", "information-verifiable": "yes", **form}
    if code == "C2":
        usual = {"withdrawal": "none", "pressure_on_victim": "no", "evidence_too_weak_to_charge": "no"}
        form = {"information-shows_no_crime": "yes", **usual, **form}
    answer = client.post(f"/cancellations/ask/{crime.pk}/", form)
    return answer, WorkItem.objects.filter(kind="cancellation", crime=crime).order_by("-pk").first()


def test_a_theft_that_never_was_is_cancelled_once_the_victim_was_told_and_stands_again_when_reversed(
    theft, signed_in, act
):
    answer, item = ask(signed_in("investigator"), theft, "C2")
    assert answer.status_code == 302
    assert (item.state, item.waits_for) == ("requested", "designated_decision_maker")
    agreed = {"independent": "yes", "decision_reason": "Found at home."}
    at_once = act("designated_decision_maker", item, "agree_at_once", **agreed)
    assert at_once.status_code == 409
    assert "told before" in at_once.content.decode()
    assert "Found at home." in at_once.content.decode()
    assert act("designated_decision_maker", item, "agree", **agreed).status_code == 302
    assert not CancelledHere.objects.exists()
    later = (timezone.localtime() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    told = {"told_how": "telephone", "told_at": later}
    assert act("investigator", item, "tell", **told).status_code == 400
    early = {**told, "told_at": "2026-06-01T10:00"}
    assert act("investigator", item, "tell", **early).status_code == 400  # before it was asked for
    now = {**told, "told_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}"}
    assert act("investigator", item, "tell", **now).status_code == 302
    page = signed_in("registrar").get(f"/incidents/{theft.incident.pk}/").content.decode()
    assert "until the next extract shows it" in page
    theft.refresh_from_db()
    assert theft.status == "recorded"
    before = Screened.objects.get(incident_id="MK-00003")
    assert before.crimes_recorded == 1
    screen_held(open_from=0.3)
    after = Screened.objects.get(incident_id="MK-00003")
    assert after.crimes_recorded == 0
    assert after.chance_unrecorded > before.chance_unrecorded
    assert act("registrar", item, "reverse", reverse_reason="It was another bicycle.").status_code == 302
    screen_held(loads=[])
    assert Screened.objects.get(incident_id="MK-00003").crimes_recorded == 1
    overseen = signed_in("registrar").get("/cancellations/in-effect/?show=reversed").content.decode()
    assert "CR/MK-00003" in overseen


def test_a_rape_is_for_no_designated_decision_maker_nor_an_unregistered_registrar(
    theft, signed_in, act, person
):
    Crime.objects.filter(pk=theft.pk).update(ho_class="19C")
    _, item = ask(signed_in("investigator"), theft, "C2")
    agreed = {"independent": "yes", "decision_reason": "x"}
    for who in ("designated_decision_maker", "registrar"):
        for step in ("agree", "refuse"):
            refusal = act(who, item, step, **agreed)
            assert refusal.status_code == 403
            assert "CAN-03" in refusal.content.decode()
            assert "The chief officer for crime recording" in refusal.content.decode()
    assert item.waits_for == "registrar"
    early = act("chief_officer", item, "agree", **agreed)
    assert (early.status_code, "no registrar has advised" in early.content.decode()) == (409, True)
    assert act("registrar", item, "advise", advice="cancel", decision_reason="x").status_code == 302
    item.refresh_from_db()
    assert item.waits_for == "chief_officer"
    assert act("chief_officer", item, "agree", **agreed).status_code == 302


def test_the_chief_officer_sees_the_advice_and_it_holds_until_something_else_is_put_to_the_request(
    theft, signed_in, act, person
):
    Crime.objects.filter(pk=theft.pk).update(ho_class="19C")
    _, item = ask(signed_in("investigator"), theft, "C2")
    told = {"advice": "do_not_cancel", "decision_reason": "The film ends before the street does."}
    agreed = {"independent": "yes", "decision_reason": "x"}
    address = f"/queues/cancellation/{item.pk}/"

    def advice_shown():
        page = signed_in("chief_officer").get(address).content.decode()
        check_page(page)
        assert "Do not cancel." in page
        assert told["decision_reason"] in page
        assert person("registrar").shown_name in page
        return "has to advise anew" not in page

    assert act("registrar", item, "advise", **told).status_code == 302
    assert advice_shown()
    facts = {each.name: item.particulars["facts"].get(each.fact, "") for each in asked_facts.every_fact()}
    item.refresh_from_db()
    anew = signed_in("imu_supervisor").post(
        f"/cancellations/facts/{item.pk}/", {**facts, "version": item.version}
    )
    assert anew.status_code == 302
    assert not advice_shown()
    item.refresh_from_db()
    assert item.waits_for == "registrar"
    refusal = act("chief_officer", item, "agree", **agreed)
    assert (refusal.status_code, "no registrar has advised" in refusal.content.decode()) == (409, True)
    assert act("registrar", item, "advise", **told).status_code == 302
    assert advice_shown()
    assert act("chief_officer", item, "ask_more", information_needed="Who holds it?").status_code == 302
    assert act("investigator", item, "supply", **PIECE).status_code == 302
    assert not advice_shown()
    assert act("chief_officer", item, "refuse", decision_reason="x").status_code == 409


def test_where_a_registrar_is_registered_the_chief_officer_has_no_say(theft, signed_in, act, person):
    Crime.objects.filter(pk=theft.pk).update(ho_class="1")
    registrar = person("registrar")
    registrar.qualifications = ["registered_registrar"]
    registrar.save()
    _, item = ask(signed_in("investigator"), theft, "C2")
    agreed = {"independent": "yes", "decision_reason": "x"}
    barred = act("chief_officer", item, "agree", **agreed)
    assert (barred.status_code, "CAN-04" in barred.content.decode()) == (403, True)
    assert act("registrar", item, "advise", advice="cancel", decision_reason="x").status_code == 409
    assert act("registrar", item, "agree", **agreed).status_code == 302


def test_what_is_not_shown_can_be_refused_but_not_agreed_and_the_page_says_what_is_missing(
    theft, signed_in, act
):
    _, item = ask(signed_in("investigator"), theft, "C2", **{"information-verifiable": "unknown"})
    agreed = {"independent": "yes", "decision_reason": "Seems right."}
    refusal = act("designated_decision_maker", item, "agree", **agreed)
    assert refusal.status_code == 409
    assert "Is it verifiable" in refusal.content.decode()
    involved = act("designated_decision_maker", item, "refuse", decision_reason="Not shown.")
    assert involved.status_code == 302
    theft.refresh_from_db()
    assert not CancelledHere.objects.exists()


def test_who_is_of_the_investigation_does_not_decide(theft, signed_in, act):
    _, item = ask(signed_in("investigator"), theft, "C2")
    own = act("designated_decision_maker", item, "agree", independent="no", decision_reason="x")
    assert (own.status_code, "CAN-02" in own.content.decode()) == (403, True)


def test_a_duplicate_is_cancelled_at_once_and_never_by_a_record_that_was_cancelled_itself(
    theft, signed_in, act
):
    Crime.objects.filter(crime_id="CR/MK-00007").update(ho_class="49")
    other = Crime.objects.get(crime_id="CR/MK-00007")
    agreed = {"independent": "yes", "decision_reason": "Same theft."}
    _, item = ask(signed_in("imu_supervisor"), theft, "C3", duplicate_of=other.crime_id)
    assert act("designated_decision_maker", item, "agree", **agreed).status_code == 409
    assert act("designated_decision_maker", item, "agree_at_once", **agreed).status_code == 302
    _, back = ask(signed_in("imu_supervisor"), other, "C3", duplicate_of=theft.crime_id)
    refusal = act("designated_decision_maker", back, "agree_at_once", **agreed)
    assert (refusal.status_code, "CAN-18" in refusal.content.decode()) == (409, True)


def test_a_transfer_needs_the_force_and_the_reference_that_it_gave(theft, signed_in):
    given = {"offence_in": "other_force", "receiving_reference": "crime_number"}
    answer, item = ask(signed_in("investigator"), theft, "C1", **given)
    assert answer.status_code == 400
    assert {"other_force", "other_reference"} <= {name for name in answer.content.decode().split('"') if name}
    answer, item = ask(
        signed_in("investigator"), theft, "C1", other_force="Next", other_reference="N/1", **given
    )
    assert (answer.status_code, item.particulars["other_reference"]) == (302, "N/1")


def test_information_is_given_piece_by_piece_with_all_four_parts(theft, signed_in):
    answer, item = ask(signed_in("investigator"), theft, "C2", **{"verified-0": ""})
    assert answer.status_code == 400
    assert item is None
    assert "does not say how it was verified" in answer.content.decode()


def test_facts_said_anew_bar_who_said_them_and_keep_what_was_typed_out_of_the_ledger(
    theft, signed_in, person
):
    both = person("imu_supervisor")
    both.roles = ["imu_supervisor", "designated_decision_maker"]
    both.save()
    _, item = ask(signed_in("investigator"), theft, "C3")
    client = signed_in("imu_supervisor")
    given = {"version": item.version, "duplicate_of": "CR/MK-00007"}
    assert client.post(f"/cancellations/facts/{item.pk}/", {**given, "duplicate_of": "?"}).status_code == 400
    assert client.post(f"/cancellations/facts/{item.pk}/", given).status_code == 302
    assert client.post(f"/cancellations/facts/{item.pk}/", given).status_code == 409
    item.refresh_from_db()
    assert item.authors["supply"] == [both.person.reference]
    form = {"version": item.version, "step": "save", "decision": "refuse", "decision_reason": "x"}
    assert client.post(f"/queues/cancellation/{item.pk}/", form).status_code == 403
    entry = LedgerEntry.objects.filter(action="cancellation.facts").get()
    assert "MK-00007" not in str(entry.detail)


def test_one_request_stands_for_a_crime_and_none_for_what_is_gone_or_never_was_a_crime(theft, signed_in):
    client = signed_in("investigator")
    assert ask(client, theft, "C4", disclosed_crime_when_recorded="no")[0].status_code == 302
    again, _ = ask(client, theft, "C2")
    assert (again.status_code, "asked for already" in again.content.decode()) == (409, True)
    WorkItem.objects.filter(kind="cancellation").update(open=False)
    for change in ({"status": "cancelled"}, {"status": "recorded", "ho_class": "N100/01"}):
        Crime.objects.filter(pk=theft.pk).update(**change)
        assert ask(client, theft, "C4", disclosed_crime_when_recorded="no")[0].status_code == 409


@pytest.mark.parametrize("code", STANDS)
def test_each_categorys_form_is_a_page_of_the_house_empty_refused_and_looked_at_again(theft, signed_in, code):
    client = signed_in("investigator")
    address = f"/cancellations/ask/{theft.pk}/"
    check_page(client.get(address, {"category": code}).content.decode())
    refused = client.post(address, {"category": code})
    assert refused.status_code == 400
    page = check_page(refused.content.decode())
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    links = {attrs["href"][1:] for attrs in page.all("a") if attrs.get("href", "").startswith("#")}
    assert links - {"main-content"} <= ids
    _, item = ask(client, theft, "C3")
    check_page(client.get(f"/queues/cancellation/{item.pk}/").content.decode())
    check_page(client.get(f"/cancellations/facts/{item.pk}/").content.decode())


def test_a_withdrawal_is_not_taken_back_once_the_crime_is_asked_about_anew(theft, signed_in, act):
    client = signed_in("investigator")
    _, item = ask(client, theft, "C4", disclosed_crime_when_recorded="no")
    assert act("investigator", item, "withdraw", withdraw_reason="Wrong category").status_code == 302
    ask(client, theft, "C2")
    item.refresh_from_db()
    undo = client.post(f"/queues/cancellation/{item.pk}/", {"version": item.version, "step": "undo"})
    assert (undo.status_code, "asked for anew" in undo.content.decode()) == (409, True)


def test_a_crime_is_found_by_its_reference_and_a_restricted_one_stays_shut(theft, signed_in):
    client = signed_in("investigator")
    assert client.post("/cancellations/", {"reference": "CR/none"}).status_code == 400
    found = client.post("/cancellations/", {"reference": theft.crime_id})
    assert found.headers["Location"] == f"/cancellations/ask/{theft.pk}/"
    assert "Under which category" in client.get(found.headers["Location"]).content.decode()
    Restriction.objects.create(incident_id=theft.incident_id, reason="x", by="user:0", since=timezone.now())
    assert client.get(found.headers["Location"]).status_code == 403
