"""Who may move which piece of work, what they must give, and by when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstpoint import casework
from firstpoint.casework import Incomplete, Moved, Person
from firstpoint.errors import InputError, NotAllowed

LONDON = ZoneInfo("Europe/London")
DECIDER = Person("user:1", frozenset({"decision_maker"}))
LEADER = Person("user:2", frozenset({"team_leader"}))
BOTH = Person("user:3", frozenset({"decision_maker", "team_leader"}))
REGISTRAR = Person("user:4", frozenset({"registrar"}))
AUDITOR = Person("user:5", frozenset({"auditor"}))

GIVEN = {
    "crimes": [{"ho_class": "8N", "count": 1}],
    "rationale": "Victim states punched; injury seen.",
    "removal_reason": "no_notifiable_crime",
    "information_needed": "Age of the victim, from the attending officer",
    "late_reason": "Found by the daily review",
    "return_reason": "The caller says he was hit",
    "victim_told": "told",
    "reopen_reason": "New information from the victim",
    "should_record": 2,
    "recorded": 1,
    "in_time": 1,
    "right_class": 1,
}


def move(kind, name, state, person, authors=None, late=False, **given_instead):
    return casework.check(
        casework.transition(kind, name),
        state_name=state,
        person=person,
        authors=authors or {},
        given={**GIVEN, **given_instead},
        late=late,
    )


def test_a_decision_maker_records():
    assert move("recording", "record", "awaiting_decision", DECIDER) == "recorded"


def test_not_a_crime_does_not_remove_by_itself():
    assert move("recording", "not_a_crime", "awaiting_decision", DECIDER) == "awaiting_endorsement"


def test_a_team_leader_endorses_what_somebody_else_decided():
    authors = {"not_a_crime": [DECIDER.reference]}
    assert move("recording", "endorse", "awaiting_endorsement", LEADER, authors) == "removed"
    assert move("recording", "return", "awaiting_endorsement", LEADER, authors) == "returned"


def test_nobody_endorses_their_own_decision_whatever_roles_they_hold():
    authors = {"not_a_crime": [BOTH.reference]}
    with pytest.raises(NotAllowed, match="team leader other than you"):
        move("recording", "endorse", "awaiting_endorsement", BOTH, authors)
    assert casework.available("recording", "awaiting_endorsement", BOTH, authors) == ()


@given(
    st.frozensets(st.sampled_from([each.role for each in casework.roles()])),
    st.sampled_from(["endorse", "return"]),
)
def test_no_set_of_roles_lets_anyone_endorse_their_own(roles, name):
    person = Person("user:9", roles)
    with pytest.raises(NotAllowed):
        move("recording", name, "awaiting_endorsement", person, {"not_a_crime": "user:9"})


def test_a_decision_maker_cannot_endorse_and_is_told_who_can():
    with pytest.raises(NotAllowed, match="A team leader can"):
        move("recording", "endorse", "awaiting_endorsement", DECIDER, {"not_a_crime": "user:8"})


def test_a_decision_on_work_that_moved_says_where_it_stands():
    with pytest.raises(Moved, match="Decided: record"):
        move("recording", "not_a_crime", "recorded", DECIDER)


def test_all_that_is_missing_is_said_at_once():
    with pytest.raises(Incomplete) as caught:
        move(
            "recording",
            "record",
            "awaiting_decision",
            DECIDER,
            crimes=[],
            rationale="  ",
            late=True,
            late_reason="",
        )
    assert set(caught.value.faults) == {"crimes", "rationale", "late_reason"}


def test_a_late_decision_needs_a_reason_and_one_in_time_does_not():
    assert move("recording", "record", "awaiting_decision", DECIDER, late_reason="") == "recorded"
    with pytest.raises(Incomplete, match="later than 24 hours"):
        move("recording", "record", "awaiting_decision", DECIDER, late_reason="", late=True)


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("rationale", "x" * 4001),
        ("rationale", "gpj.exe\u202e looks harmless"),
        ("rationale", "nul \x00 inside"),
        ("rationale", 3),
        ("crimes", [{"ho_class": "999Z", "count": 1}]),
        ("crimes", [{"ho_class": "8N", "count": 0}]),
        ("crimes", [{"ho_class": "8N", "count": True}]),
        ("crimes", [{"count": 1}]),
        ("crimes", "8N"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(field, answer):
    with pytest.raises(Incomplete) as caught:
        move("recording", "record", "awaiting_decision", DECIDER, **{field: answer})
    assert list(caught.value.faults) == [field]


def test_a_reason_outside_the_list_is_refused():
    with pytest.raises(Incomplete):
        move("recording", "not_a_crime", "awaiting_decision", DECIDER, removal_reason="because")


def test_the_registrar_reopens_and_the_decision_is_taken_again():
    assert move("recording", "reopen", "removed", REGISTRAR) == "reopened"
    assert move("recording", "record", "reopened", DECIDER) == "recorded"


def test_an_auditor_changes_only_their_own_mark():
    assert move("marking", "amend", "marked", AUDITOR, {"mark": AUDITOR.reference}) == "marked"
    with pytest.raises(NotAllowed, match="Only the person who made it"):
        move("marking", "amend", "marked", AUDITOR, {"mark": "user:77"})


@pytest.mark.parametrize(
    ("numbers", "field"),
    [
        ({"recorded": 3}, "recorded"),
        ({"in_time": 2}, "in_time"),
        ({"right_class": 2}, "right_class"),
        ({"should_record": -1}, "should_record"),
        ({"kind_of_error": "typo"}, "kind_of_error"),
    ],
)
def test_marks_that_contradict_themselves_are_refused(numbers, field):
    with pytest.raises(Incomplete) as caught:
        move("marking", "mark", "unmarked", AUDITOR, **numbers)
    assert field in caught.value.faults


# Steps that people took on something else before the work was opened, and that are kept with it.
BEFORE = {"request", "decided", "receive", "reported_incident"}


def test_every_table_speaks_of_the_others():
    names = {each.role for each in casework.roles()}
    acts = {each.action for each in casework.actions()}
    assert all(each.roles and each.roles <= names for each in casework.actions())
    assert all(each.never_with <= names for each in casework.roles())
    for kind in casework.kinds():
        known = {each.state for each in casework.states(kind)}
        moves = {each.transition for each in casework.transitions(kind)}
        for each in casework.transitions(kind):
            assert {*each.from_states, each.to_state} <= known
            assert each.action in acts
            assert {*each.not_by, each.only_by} <= moves | BEFORE | {""}
            assert all(asked.missing for asked in (*each.must_give, *each.when_late))
            asked_forms = {asked.form for asked in (*each.must_give, *each.may_give, *each.when_late)}
            assert asked_forms <= {"text", "count", "choice", "crimes", "moment", "information", "facts"}
            for setting_off in each.set_off_by:
                assert casework.transition(*setting_off)
            assert all(a.choices for a in (*each.must_give, *each.may_give) if a.form == "choice")
        assert casework.kind_of_work(kind).opens in known
        assert casework.kind_of_work(kind).see in acts
        for each in casework.states(kind):
            assert not each.clock or casework.clock(each.clock)
            assert each.waits_for in names | {""}
            assert each.open == bool(each.waits_for)


def test_open_work_can_always_be_moved_by_the_role_it_waits_for():
    for kind in casework.kinds():
        for each in casework.states(kind):
            if each.open:
                person = Person("user:1", frozenset({each.waits_for}))
                assert casework.available(kind, each.state, person, {})


def test_an_administrator_sees_no_cases():
    allowed = {each.area for each in casework.actions() if "administrator" in each.roles}
    assert allowed == {"Every day", "Accounts", "Jobs"}


def test_an_auditor_never_sees_what_the_screen_sees():
    assert not casework.may({"auditor"}, "incidents.read")
    assert not casework.may({"auditor"}, "incidents.list")
    assert casework.clashing({"auditor", "decision_maker"}) == (("auditor", "decision_maker"),)
    assert casework.clashing({"decision_maker", "team_leader"}) == ()


def test_a_refusal_says_who_could():
    with pytest.raises(NotAllowed, match="A registrar or an inspector can"):
        casework.require({"auditor"}, "ledger.see")


def test_when_the_clocks_go_forward_the_deadline_is_an_hour_later_on_the_wall():
    start = datetime(2026, 3, 28, 20, 0, tzinfo=LONDON)
    assert casework.deadline(start).astimezone(LONDON) == datetime(2026, 3, 29, 21, 0, tzinfo=LONDON)


def test_when_the_clocks_go_back_the_deadline_is_an_hour_earlier_on_the_wall():
    start = datetime(2026, 10, 24, 20, 0, tzinfo=LONDON)
    assert casework.deadline(start).astimezone(LONDON) == datetime(2026, 10, 25, 19, 0, tzinfo=LONDON)


@given(st.integers(1_427_846_400, 2_051_222_400))
def test_every_report_has_exactly_24_hours_that_pass(second):
    start = datetime.fromtimestamp(second, LONDON)
    assert casework.hours_left(casework.deadline(start), start.astimezone(UTC)) == 24


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (190, "3 hours 10 minutes left"),
        (61, "1 hour 1 minute left"),
        (120, "2 hours left"),
        (0.5, "less than a minute left"),
        (0, "less than a minute left"),
        (-0.5, "overdue by 1 minute"),
        (-190, "overdue by 3 hours 10 minutes"),
        (-52 * 60, "overdue by 2 days 4 hours"),
        (-72 * 60, "overdue by 3 days"),
    ],
)
def test_the_time_left_in_words(minutes, words):
    now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    assert casework.time_left(now + timedelta(minutes=minutes), now) == words


def test_at_the_very_deadline_a_decision_is_still_in_time():
    now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    assert not casework.is_late(now, now)
    assert casework.is_late(now - timedelta(seconds=1), now)


def test_a_clock_without_a_zone_is_refused():
    with pytest.raises(InputError, match="time zone"):
        casework.deadline(datetime(2026, 5, 4, 12, 0, tzinfo=UTC).replace(tzinfo=None))
