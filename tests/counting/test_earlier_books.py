"""The same facts on both sides of every day on which the rules changed, and that each day has one book."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from firstpoint.counting import book_named, book_on, count_report, first_day, listed_books
from firstpoint.counting.books import read_class_result
from firstpoint.errors import Refused
from firstpoint.vocabulary import offence_class, outcomes

WOMAN = {"id": "v1", "sex": "female", "age": 30}
STALKING = {"id": "a1", "kind": "stalking", "victims": ["v1"], "offender": "o1"}
STATE = {"points_to_prove": "made_out"}
IN_THE_STREET = {"place": {"setting": "street"}}


def told(kind: str, *, victims: tuple[str, ...] = ("v1",), **facts: Any) -> dict[str, Any]:
    return {"id": facts.pop("id", "a1"), "kind": kind, "victims": list(victims), **facts}


def report_on(day: str, *allegations: dict[str, Any], **more: Any) -> dict[str, Any]:
    reporter = {"reporter": {"role": "victim"}, "victims": [WOMAN]}
    return {
        "schema_version": 1,
        "reported_at": f"{day}T10:00:00+00:00",
        "allegations": list(allegations),
        **reporter,
        **more,
    }


def answer(report: dict[str, Any]) -> str:
    """The crimes by class and code, else the reported incidents, else the decision."""
    verdict = count_report(report, reconstructed=True)
    crimes = sorted(
        " ".join(filter(None, (crime["ho_class"], crime.get("ho_code", "")))) + f" x{crime['count']}"
        for crime in verdict["crimes"]
    )
    incidents = sorted(f"{entry['code']}" for entry in verdict.get("reported_incidents", ()))
    return ", ".join(crimes or incidents or [verdict["decision"]])


#: What is told; the last day before and the first day of the change; the answer before and since. Expected
#: answers come from the dated notes that editions.csv names, not from the program.
TWINS: dict[str, tuple[list[dict[str, Any]], str, str, str, str]] = {
    "sex-based harassment in public": (
        [
            told(
                "public_order_fear_alarm_distress",
                level="intended_alarm_or_distress",
                hostility=["sex"],
                **IN_THE_STREET,
            )
        ],
        "2026-03-31",
        "2026-04-01",
        "9A 125/09 x1",
        "9A 068/25 x1",
    ),
    "false intimate image of an adult": (
        [told("intimate_image_creation")],
        "2026-02-05",
        "2026-02-06",
        "incident_only",
        "88C 175/09 x1",
    ),
    "nothing counted changed in November 2025": (
        [told("assault", injury="minor")],
        "2025-10-31",
        "2025-11-01",
        "8N 008/06 x1",
        "8N 008/06 x1",
    ),
    "constable strangled": (
        [told("strangulation")],
        "2025-03-31",
        "2025-04-01",
        "8N 008/77 x1",
        "8S 008/77 x1",
    ),
    "slavery referral, grounds awaited": (
        [
            told(
                "modern_slavery",
                referral="national_referral",
                grounds="awaited",
                exploited_in="england_wales",
            )
        ],
        "2025-03-31",
        "2025-04-01",
        "N200/01",
        "106 x1",
    ),
    "slavery referral, grounds refused, exploited abroad": (
        [
            told(
                "modern_slavery",
                referral="national_referral",
                grounds="reasonable_negative",
                exploited_in="overseas_with_uk_link",
            )
        ],
        "2025-03-31",
        "2025-04-01",
        "N200/05",
        "106 x1",
    ),
    "slavery told by the victim": (
        [told("modern_slavery", exploited_in="england_wales")],
        "2025-03-31",
        "2025-04-01",
        "106 x1",
        "106 x1",
    ),
    "dog taken from a garden": (
        [told("pet_taking", shared_household="no", place={"country": "england"})],
        "2024-08-23",
        "2024-08-24",
        "49 049/10 x1",
        "49 049/03 x1",
    ),
    "death of unknown cause": (
        [{"id": "a1", "kind": "unexplained_death", "cause": "unknown"}],
        "2024-03-31",
        "2024-04-01",
        "incident_only",
        "N300/01",
    ),
    "threat of serious harm by text": (
        [told("threatening_message", medium="text_or_online_message", meant_to_be_believed="yes")],
        "2024-01-30",
        "2024-01-31",
        "8R 008/72 x1",
        "8R 005/28 x1",
    ),
    "threat to kill by letter": (
        [told("threat_to_kill", medium="letter_or_note", meant_to_be_believed="yes")],
        "2024-01-30",
        "2024-01-31",
        "8R 008/72 x1",
        "8R 005/28 x1",
    ),
    "lesser threat by text": (
        [
            told(
                "threatening_message",
                medium="text_or_online_message",
                meant_to_be_believed="yes",
                threat_of="lesser_violence",
            )
        ],
        "2024-01-30",
        "2024-01-31",
        "8R 008/72 x1",
        "incident_only",
    ),
    "message known to be false": (
        [told("false_message", medium="email", known_false="yes", meant_to_distress="yes")],
        "2024-01-30",
        "2024-01-31",
        "8R 008/72 x1",
        "8R 138/52 x1",
    ),
    "intimate image shared to humiliate": (
        [told("intimate_image_sharing", share_purpose="distress_or_humiliation")],
        "2024-01-30",
        "2024-01-31",
        "8R 008/71 x1",
        "88C 088/15 x1",
    ),
    "nothing counted changed in December 2023": (
        [STALKING],
        "2023-12-19",
        "2023-12-20",
        "8Q 195/12 x1",
        "8Q 195/12 x1",
    ),
    "stalker slashes a tyre": (
        [
            STALKING,
            told("criminal_damage", id="a2", offender="o1", damaged="vehicle"),
        ],
        "2023-05-14",
        "2023-05-15",
        "58C 149/00 x1, 8Q 195/12 x1",
        "8Q 195/12 x1",
    ),
    "stalker slashes a tyre and bruises her": (
        [
            STALKING,
            told("criminal_damage", id="a2", offender="o1", damaged="vehicle"),
            told("assault", id="a3", offender="o1", injury="minor"),
        ],
        "2023-05-14",
        "2023-05-15",
        "8N 008/06 x1, 8Q 195/12 x1",
        "8Q 195/12 x1",
    ),
    "rude message": (
        [
            told(
                "offensive_message",
                medium="email",
                grossly_offensive="no",
                indecent="no",
                meant_to_distress="yes",
            )
        ],
        "2023-05-14",
        "2023-05-15",
        "not_decidable",
        "incident_only",
    ),
    "section 5, nobody's race or religion in it": (
        [told("public_order_fear_alarm_distress", level="likely_alarm_or_distress", **IN_THE_STREET)],
        "2023-04-30",
        "2023-05-01",
        "9A 125/12 x1",
        "incident_only",
    ),
    "burglary of a shed": (
        [told("burglary", premises="shed", connecting_door="no", entered="yes")],
        "2023-03-31",
        "2023-04-01",
        "28E 028/03 x1",
        "28M 028/03 x1",
    ),
    "attempted burglary of a house": (
        [told("burglary", premises="house", attempted="yes")],
        "2023-03-31",
        "2023-04-01",
        "28F 028/03 x1",
        "28J 028/03 x1",
    ),
    "armed burglary of a house": (
        [told("burglary", premises="house", weapon_carried="yes")],
        "2023-03-31",
        "2023-04-01",
        "29A 029/00 x1",
        "29B 029/00 x1",
    ),
    "grown woman made to marry": (
        [told("forced_marriage")],
        "2023-02-26",
        "2023-02-27",
        "36 036/05 x1",
        "36 036/05 x1",
    ),
    "public nuisance": (
        [{"id": "a1", "kind": "public_nuisance", "offender": "o1", **STATE}],
        "2022-06-27",
        "2022-06-28",
        "66 066/22 x1",
        "66 068/23 x1",
    ),
    "careless driving that seriously hurts": (
        [
            told(
                "driving_causing_death_or_serious_injury",
                driving="careless",
                result="serious_injury",
                **STATE,
            )
        ],
        "2022-06-27",
        "2022-06-28",
        "incident_only",
        "4/8 004/19 x1",
    ),
    "strangled, neck bruised": (
        [told("strangulation", injury="minor")],
        "2022-06-06",
        "2022-06-07",
        "8N 008/06 x1",
        "8N 008/77 x1",
    ),
    "nothing counted changed in April 2021": (
        [told("false_imprisonment")],
        "2021-03-31",
        "2021-04-01",
        "36 036/03 x1",
        "36 036/03 x1",
    ),
    "harassed by a former husband": (
        [told("harassment", offender="o1", relationship="former_partner")],
        "2020-03-31",
        "2020-04-01",
        "8L 195/94 x1",
        "8Q 195/12 x1",
    ),
    "controlled by a husband": (
        [told("controlling_or_coercive_behaviour", offender="o1", relationship="partner")],
        "2020-03-31",
        "2020-04-01",
        "8L 008/67 x1",
        "8U 008/67 x1",
    ),
    "shed damaged": (
        [told("criminal_damage", damaged="building", premises="shed")],
        "2020-03-31",
        "2020-04-01",
        "58B 149/00 x1",
        "58A 149/00 x1",
    ),
    "slavery referral before N200": (
        [
            told(
                "modern_slavery",
                referral="national_referral",
                grounds="awaited",
                exploited_in="england_wales",
            )
        ],
        "2019-03-31",
        "2019-04-01",
        "not_decidable",
        "N200/01",
    ),
    "rape by men who could not be told apart": (
        [told("rape", penetrators_undefined="yes")],
        "2019-03-31",
        "2019-04-01",
        "not_decidable",
        "19J 019/08 x1",
    ),
    "stalker slashes a tyre, April 2018": (
        [
            STALKING,
            told("criminal_damage", id="a2", offender="o1", damaged="vehicle"),
        ],
        "2018-03-31",
        "2018-04-01",
        "8Q 195/12 x1",
        "58C 149/00 x1, 8Q 195/12 x1",
    ),
    "burglary of a shed, April 2017": (
        [told("burglary", premises="shed", connecting_door="no", entered="yes")],
        "2017-03-31",
        "2017-04-01",
        "30A x1",
        "28E 028/03 x1",
    ),
    "burglary of a garage joined by a door": (
        [told("burglary", premises="garage", connecting_door="yes", entered="yes")],
        "2017-03-31",
        "2017-04-01",
        "28A x1",
        "28E 028/03 x1",
    ),
    "church broken into": (
        [told("burglary", premises="place_of_worship", entered="yes")],
        "2017-03-31",
        "2017-04-01",
        "30A x1",
        "30C 030/02 x1",
    ),
    "caller talks his way in": (
        [told("burglary", premises="flat", trick="yes")],
        "2017-03-31",
        "2017-04-01",
        "28C x1",
        "28G 028/03 x1",
    ),
    "till emptied behind a counter": (
        [told("shoplifting", area="till")],
        "2017-03-31",
        "2017-04-01",
        "30A x1",
        "30C 030/02 x1",
    ),
    "grossly offensive letter": (
        [
            told(
                "offensive_message",
                medium="letter_or_note",
                grossly_offensive="yes",
                meant_to_distress="yes",
            )
        ],
        "2017-03-31",
        "2017-04-01",
        "8L 008/72 x1",
        "8R 008/72 x1",
    ),
    "nothing counted changed in January 2016": (
        [STALKING],
        "2015-12-31",
        "2016-01-01",
        "8Q 195/12 x1",
        "8Q 195/12 x1",
    ),
    "controlled by a husband, before it was an offence": (
        [told("controlling_or_coercive_behaviour", offender="o1", relationship="partner")],
        "2015-12-28",
        "2015-12-29",
        "not_decidable",
        "8L 008/67 x1",
    ),
    "sold for sex": (
        [told("modern_slavery", exploitation="sexual", exploited_in="england_wales")],
        "2015-07-30",
        "2015-07-31",
        "72 x1",
        "106 x1",
    ),
    "made to work without pay": (
        [told("modern_slavery", exploitation="labour", exploited_in="england_wales")],
        "2015-07-30",
        "2015-07-31",
        "not_decidable",
        "106 036/07 x1",
    ),
    "grossly offensive letter, April 2015": (
        [
            told(
                "offensive_message",
                medium="letter_or_note",
                grossly_offensive="yes",
                meant_to_distress="yes",
            )
        ],
        "2015-04-12",
        "2015-04-13",
        "incident_only",
        "8L 008/72 x1",
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_same_facts_on_both_sides_of_a_change(name: str) -> None:
    allegations, before, since, answer_before, answer_since = TWINS[name]
    people = [{**WOMAN, "duty": "constable"}] if name == "constable strangled" else [WOMAN]
    assert answer(report_on(before, *allegations, victims=people)) == answer_before
    assert answer(report_on(since, *allegations, victims=people)) == answer_since


@pytest.mark.parametrize(
    ("duty", "injury", "before", "since"),
    [
        ("emergency_worker", "minor", "8N 008/06 x1", "8T 008/06 x1"),
        ("constable", "minor", "8S 008/06 x1", "8S 008/06 x1"),
        ("emergency_worker", "none", "105A 008/73 x1", "105A 008/73 x1"),
    ],
)
def test_class_for_emergency_workers_begins_in_april_2020(
    duty: str, injury: str, before: str, since: str
) -> None:
    people = [{**WOMAN, "duty": duty}]
    hit = told("assault", injury=injury)
    assert answer(report_on("2020-03-31", hit, victims=people)) == before
    assert answer(report_on("2020-04-01", hit, victims=people)) == since


@pytest.mark.parametrize(
    ("duty", "before", "since"),
    [
        ("constable", "104 x1", "104 008/73 x1"),
        ("emergency_worker", "105A 105/01 x1", "105A 008/73 x1"),
    ],
)
def test_code_for_assault_on_an_emergency_worker_is_listed_from_december_2018(
    duty: str, before: str, since: str
) -> None:
    people = [{**WOMAN, "duty": duty}]
    spat_at = told("assault", injury="none")
    assert answer(report_on("2018-11-30", spat_at, victims=people)) == before
    assert answer(report_on("2018-12-01", spat_at, victims=people)) == since


def test_bruised_constable_stands_in_his_own_class_from_april_2017() -> None:
    people = [{**WOMAN, "duty": "constable"}]
    assert answer(report_on("2017-03-31", told("assault", injury="minor"), victims=people)) == "8N 008/06 x1"
    assert answer(report_on("2017-04-01", told("assault", injury="minor"), victims=people)) == "8S 008/06 x1"


def test_child_married_off_is_left_to_a_registrar_before_it_was_an_offence_without_coercion() -> None:
    child = [{**WOMAN, "age": 16}]
    assert answer(report_on("2023-02-26", told("forced_marriage"), victims=child)) == "not_decidable"
    assert answer(report_on("2023-02-27", told("forced_marriage"), victims=child)) == "36 036/15 x1"


def test_disorder_over_on_arrival_is_no_longer_recorded_from_mid_may_2023() -> None:
    over = {
        "id": "a1",
        "kind": "public_order_fear_alarm_distress",
        "level": "fear_or_provocation_of_violence",
        "continuing_on_arrival": "no",
        "enquiries_found": "nothing",
        **IN_THE_STREET,
    }
    witness = {"reporter": {"role": "witness"}}
    assert answer(report_on("2023-05-14", over, **witness)) == "9A 125/11 x1"
    assert answer(report_on("2023-05-15", over, **witness)) == "incident_only"


def test_rape_told_by_a_friend_is_a_reported_incident_from_april_2015() -> None:
    friend = {
        "reporter": {"role": "friend_or_relative"},
        "victims": [{**WOMAN, "confirms": "not_spoken_to"}],
    }
    assert answer(report_on("2015-03-31", told("rape"), **friend)) == "incident_only"
    assert answer(report_on("2015-04-01", told("rape"), **friend)) == "N100/01"


def test_rape_in_another_force_area_before_there_was_a_code_for_it() -> None:
    elsewhere = told("rape", place={"force": "B"})
    assert answer(report_on("2015-03-31", elsewhere, force="A")) == "other_force"
    assert answer(report_on("2015-04-01", elsewhere, force="A")) == "N100/03"


def test_rape_abroad_is_not_decided_before_the_code_was_reworded() -> None:
    abroad = told("rape", place={"country": "abroad"})
    assert answer(report_on("2017-03-31", abroad, force="A")) == "not_decidable"
    assert answer(report_on("2017-04-01", abroad, force="A")) == "N100/03"


def test_limit_is_72_hours_before_april_2015() -> None:
    slap = told("assault", injury="minor")
    before, since = (
        count_report(report_on(day, slap), reconstructed=True)["record_by"]
        for day in ("2015-03-31", "2015-04-01")
    )
    assert before == "2015-04-03T10:00:00+00:00"
    assert since == "2015-04-02T10:00:00+00:00"


def test_forced_lock_of_a_house_was_an_attempt_to_break_in_before_april_2017() -> None:
    lock = told("criminal_damage", damaged="entry_point_of_building", premises="house")
    assert answer(report_on("2017-03-31", lock)) == "28B x1"
    assert answer(report_on("2017-04-01", lock)) == "not_decidable"


def test_spiking_flag_begins_in_april_2026() -> None:
    spiked = told("spiking", spiking_purpose="sexual")
    flags = [count_report(report_on(day, spiked)).get("flags") for day in ("2026-03-31", "2026-04-01")]
    assert flags == [None, ["spiking"]]


@pytest.mark.parametrize(
    ("ask", "before", "since"),
    [
        ({"kind": "outcome", "code": "22", "activity": "completed"}, "2019-03-31", "2019-04-01"),
        (
            {
                "kind": "cancel",
                "code": "C5",
                "self_defence": "shown",
                "information": {"additional": "yes", "verifiable": "yes"},
            },
            "2019-03-31",
            "2019-04-01",
        ),
        (
            {
                "kind": "cancel",
                "code": "C2",
                "information": {"additional": "yes", "verifiable": "yes", "shows_no_crime": "yes"},
            },
            "2015-03-31",
            "2015-04-01",
        ),
    ],
)
def test_code_does_not_hold_before_it_began(ask: dict[str, Any], before: str, since: str) -> None:
    record = [
        {"id": "p1", "class": "8N", "ho_code": "008/06", "victim": "v1", "offender": "o1", "status": "open"}
    ]
    name = "outcome" if ask["kind"] == "outcome" else "cancellation"
    answers = [
        count_report(
            {
                "schema_version": 1,
                "reported_at": f"{day}T10:00:00+00:00",
                "prior_records": record,
                "ask": {"record": "p1", **ask},
            },
            reconstructed=True,
        )[name]["valid"]
        for day in (before, since)
    ]
    known_to_begin_then = "no" if name == "outcome" else "not_decidable"
    assert answers == [known_to_begin_then, "yes"]


def test_negative_conclusive_decision_cancels_from_april_2020() -> None:
    record = [{"id": "p1", "class": "106", "victim": "v1", "status": "open"}]
    answers = [
        count_report(
            {
                "schema_version": 1,
                "reported_at": f"{day}T10:00:00+00:00",
                "prior_records": record,
                "ask": {"kind": "cancel", "record": "p1", "code": "C2", "grounds": "conclusive_negative"},
            },
            reconstructed=True,
        )["cancellation"]["valid"]
        for day in ("2020-03-31", "2020-04-01")
    ]
    assert answers == ["no", "yes"]


def test_decision_of_a_delegate_is_left_open_before_mid_may_2023() -> None:
    record = [{"id": "p1", "class": "8N", "victim": "v1", "status": "open"}]
    information = {"additional": "yes", "verifiable": "yes", "shows_no_crime": "yes"}
    answers = [
        count_report(
            {
                "schema_version": 1,
                "reported_at": f"{day}T10:00:00+01:00",
                "prior_records": record,
                "ask": {
                    "kind": "cancel",
                    "record": "p1",
                    "code": "C2",
                    "decided_by": "designated_decision_maker",
                    "information": information,
                },
            },
            reconstructed=True,
        )["cancellation"]["valid"]
        for day in ("2023-05-14", "2023-05-15")
    ]
    assert answers == ["not_decidable", "yes"]


def test_each_day_from_april_2014_to_march_2027_lies_in_exactly_one_book() -> None:
    listed = listed_books()
    day, end = date(2014, 4, 1), date(2027, 4, 1)
    assert listed[0].valid_from == day
    assert listed[-1].valid_to == end
    while day < end:
        assert len([book for book in listed if book.holds_on(day)]) == 1, day
        day += timedelta(days=1)


def test_day_before_the_first_book_is_refused_with_the_first_day_named() -> None:
    for day in (date(2014, 3, 31), date(2027, 4, 1)):
        with pytest.raises(Refused, match="Books cover 2014-04-01 up to but not including 2027-04-01"):
            book_on(day, reconstructed=True)


def test_books_before_may_2023_are_reconstructed_and_refused_unasked() -> None:
    assert first_day() == date(2023, 5, 1)
    assert first_day(reconstructed=True) == date(2014, 4, 1)
    assert [book.id for book in listed_books() if book.reconstructed][-1] == "2023-04-01"
    with pytest.raises(Refused, match=r"Give reconstructed=True \(firstpoint count --reconstructed\)"):
        book_on(date(2023, 4, 30))
    assert book_on(date(2023, 4, 30), reconstructed=True).reconstructed
    assert not book_on(date(2023, 5, 1)).reconstructed


def test_a_day_that_no_source_prints_is_said_to_be_unsure() -> None:
    unsure = {book.id for book in listed_books() if not book.day_sure}
    assert {"2023-05-15", "2024-04-01"} <= unsure
    assert not {"2023-05-01", "2024-01-31", "2024-08-24"} & unsure


@pytest.mark.parametrize("name", [book.id for book in listed_books()])
def test_every_book_holds_together(name: str) -> None:
    book = book_named(name)
    ids = [row.id for table in book.tables() for row in table.rows]
    assert len(ids) == len(set(ids))
    assert all(row.clause.strip() for table in book.tables() for row in table.rows)
    assert len(book.class_tables) > 150
    assert book.limit_hours == (72 if book.valid_from < date(2015, 4, 1) else 24)


def test_a_changed_row_names_the_book_that_changed_it() -> None:
    of_2016 = {row.id: row for table in book_named("2016-01-01").tables() for row in table.rows}
    changed = of_2016["CLS-BURGLARY-48@2016-01-01"]
    assert changed.result == "30A"
    assert "Lincolnshire" in changed.clause
    assert "CLS-BURGLARY-48" not in of_2016
    assert "PRI-C1" not in of_2016


def day_of(text: str, *, otherwise: date) -> date:
    """The first day that a year (of rules, from April), a month or a day of the lists can mean."""
    whole = text + {4: "-04-01", 7: "-01"}.get(len(text), "")
    return date.fromisoformat(whole) if text else otherwise


@pytest.mark.parametrize("name", [book.id for book in listed_books()])
def test_no_book_gives_a_class_or_an_outcome_of_another_time(name: str) -> None:
    book = book_named(name)
    given = {
        reached.ho_class
        for table in set(book.class_tables.values())
        for reached in (read_class_result(row.result) for row in table.rows)
        if reached
    }
    classes = {each for each in (offence_class(code) for code in given) if each}
    late = {each.code for each in classes if day_of(each.valid_from, otherwise=date.min) >= book.valid_to}
    gone = {each.code for each in classes if day_of(each.valid_to, otherwise=date.max) < book.valid_from}
    assert late | gone == set()
    asked = book.questions["outcome"].kinds()
    begun = {code: day_of(outcomes()[code].valid_from, otherwise=date.min) for code in asked}
    assert {code for code, day in begun.items() if day >= book.valid_to} == set()
