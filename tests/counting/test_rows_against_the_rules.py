"""Answers that the official text settles, held to its pages."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from firstpoint.counting import count_report, newest_book
from firstpoint.counting.facts import UNKNOWN, values_of

TAKING = {"id": "a1", "kind": "vehicle_taking", "victims": ["v1"], "offender": "o1"}
DRIVING = {"id": "a2", "kind": "dangerous_driving", "offender": "o1", "points_to_prove": "made_out"}
BLACKMAIL = {"id": "a1", "kind": "blackmail", "victims": ["v1"], "offender": "o1"}
HACKING_EXTORTION = {"id": "a2", "kind": "hacking_extortion", "victims": ["v1"], "offender": "o1"}
STALKING = {"id": "a1", "kind": "stalking", "victims": ["v1"], "offender": "o1", "fear": "none"}
ARSON = {"id": "a2", "kind": "arson", "victims": ["v1"], "offender": "o1"}
OCCUPANCIES = values_of("allegation", "occupancy") or ()
LOCAL_SUSPECT = {"local_suspect": "yes"}


def verdict_on(*told: dict[str, Any], **more: Any) -> dict[str, Any]:
    report = {"schema_version": 1, "reported_at": "2026-05-04T18:20:00+01:00", "allegations": list(told)}
    return count_report(report | more)


def crimes_of(*told: dict[str, Any], **more: Any) -> list[tuple[str, str | None, int]]:
    crimes = verdict_on(*told, **more)["crimes"]
    return [(crime["ho_class"], crime.get("ho_code"), crime["count"]) for crime in crimes]


def warnings(*told: dict[str, Any]) -> list[dict[str, str]]:
    return list(verdict_on(*told).get("warnings", ()))


@pytest.mark.parametrize(
    ("premises", "occupancy"),
    [
        *product(("hotel_room", "holiday_home", "caravan", "cruising_boat"), OCCUPANCIES),
        *product(("house", "houseboat", "shed", "garage_block", "shop"), [UNKNOWN]),
    ],
)
def test_forced_door_and_attempted_burglary_agree_whoever_lives_there(premises: str, occupancy: str) -> None:
    place = {"victims": ["v1"], "premises": premises, "occupancy": occupancy}
    damage = {"kind": "criminal_damage", "damaged": "entry_point_of_building", "break_in_more_likely": "yes"}
    first, second = (verdict_on(place | told) for told in (damage, {"kind": "burglary", "attempted": "yes"}))
    assert first["crimes"] == second["crimes"]
    assert first["decision"] == second["decision"]


def test_short_let_hotel_room_with_a_forced_door_is_business_burglary_attempted() -> None:
    told = {"kind": "criminal_damage", "victims": ["b1"], "damaged": "entry_point_of_building",
            "break_in_more_likely": "yes", "premises": "hotel_room", "occupancy": "short_let"}  # fmt: skip
    assert crimes_of(told) == [("30D", "030/02", 1)]


@pytest.mark.parametrize("told", [(TAKING, DRIVING), (DRIVING, TAKING)])
def test_stolen_car_driven_dangerously_is_one_aggravated_taking(told: tuple[dict[str, Any], ...]) -> None:
    assert crimes_of(*told) == [("37/2", None, 1)]


def test_driving_not_made_out_leaves_the_taking_and_a_crime_related_incident() -> None:
    verdict = verdict_on(TAKING, DRIVING | {"points_to_prove": "not_made_out"})
    assert [crime["ho_class"] for crime in verdict["crimes"]] == ["48"]
    assert [told["decision"] for told in verdict["allegations"]] == ["record", "crime_related_incident"]


def test_dangerous_driving_of_another_vehicle_stands_beside_the_taking() -> None:
    classes = [name for name, _, _ in crimes_of(TAKING | {"dangerous_driving": "no"}, DRIVING)]
    assert classes == ["48", "802"]


@pytest.mark.parametrize("who_says_so", ["blackmail", "extortion", "both"])
def test_blackmail_is_the_principal_crime_once_the_victim_has_paid(who_says_so: str) -> None:
    paid = {"demand_complied": "yes"}
    told = (
        BLACKMAIL | (paid if who_says_so != "extortion" else {}),
        HACKING_EXTORTION | (paid if who_says_so != "blackmail" else {}),
    )
    assert crimes_of(*told, fraud_routing=LOCAL_SUSPECT) == [("35", "035/00", 1)]


def test_hacking_extortion_takes_in_the_blackmail_while_nobody_has_paid() -> None:
    assert crimes_of(BLACKMAIL, HACKING_EXTORTION, fraud_routing=LOCAL_SUSPECT) == [("NFIB52E", None, 1)]


@pytest.mark.parametrize(("setting", "ho_class"), [("street", "66"), ("dwelling", "88E"), ("online", "88E")])
def test_masturbation_before_onlookers_outrages_decency_only_in_a_public_place(
    setting: str, ho_class: str
) -> None:
    told = {"kind": "exposure", "victims": ["v1"], "masturbating": "yes", "onlookers": 3}
    assert [name for name, _, _ in crimes_of(told | {"place": {"setting": setting}})] == [ho_class]
    assert verdict_on(told)["allegations"][0]["missing"] == ["/allegations/0/place/setting"]


def test_arson_beside_stalking_is_left_to_a_registrar_where_no_life_was_endangered() -> None:
    warned = [w for w in warnings(STALKING, ARSON) if w["code"] == "gravity_placed"]
    assert [(w["allegation"], "fifth tier" in w["text"]) for w in warned] == [("a1", True)]
    grave = warnings(STALKING, ARSON | {"endangers_life": "yes"})
    assert "gravity_placed" not in [w["code"] for w in grave]


def test_registrar_may_choose_the_stalking_over_the_arson() -> None:
    choice = [{"about": "principal_choice", "value": "a1", "by": "registrar"}]
    verdict = verdict_on(STALKING, ARSON, judgements=choice)
    assert [crime["ho_class"] for crime in verdict["crimes"]] == ["8Q"]
    assert "gravity_placed" not in [w["code"] for w in verdict.get("warnings", ())]


@pytest.mark.parametrize(
    "conduct",
    [
        dict(zip(("fear", "fixated", "hostility", "relationship"), told, strict=True))
        for told in product(
            ("none", "of_violence", "serious_alarm_or_distress"),
            ("yes", "no"),
            (["race"], ["none"]),
            ("former_partner", "colleague"),
        )
    ],
)
def test_control_of_somebody_not_connected_is_weighed_as_harassment_is(conduct: dict[str, Any]) -> None:
    told = conduct | {"victims": ["v1"], "personally_connected": "no"}
    control = crimes_of(told | {"kind": "controlling_or_coercive_behaviour"})
    assert control == crimes_of(told | {"kind": "harassment"})


def test_drive_off_that_was_paid_before_any_call_is_recorded_and_may_then_be_cancelled() -> None:
    told = {"kind": "making_off_without_payment", "victims": ["b1"], "paid": "before_police_contact"}
    assert crimes_of(told) == [("49A", "053/25", 1)]
    assert verdict_on(told | {"contrary_evidence": "credible"})["decision"] == "incident_only"


@pytest.mark.parametrize(
    ("row", "clause"),
    [
        ("CLS-CONDUCT-03", "p 52"),
        ("CLS-CONDUCT-04", "p 52"),
        ("CLS-ASSAULT-08", "Notifiable offences list"),
        ("CLS-WEAPON-04", "Notifiable offences list"),
    ],
)
def test_row_cites_the_page_that_says_so(row: str, clause: str) -> None:
    rows = {each.id: each for table in newest_book().tables() for each in table.rows}
    assert clause in rows[row].clause


@pytest.mark.parametrize(
    ("identified_by", "attempt"),
    [
        ("laboratory", False),
        ("field_test", False),
        ("experienced_officer", True),
        ("admission_only", True),
        ("not_identified", True),
    ],
)
def test_cocaine_that_no_test_confirmed_is_attempted_possession(identified_by: str, attempt: bool) -> None:
    told = {"kind": "drug_possession", "drug": "cocaine", "identified_by": identified_by, "offender": "o1",
            "knew_of_it": "yes", "points_to_prove": "made_out"}  # fmt: skip
    (crime,) = verdict_on(told)["crimes"]
    assert crime["ho_class"] == "92D"
    assert crime.get("attempt", False) == attempt


def test_cannabis_known_to_an_experienced_officer_is_possession_outright() -> None:
    told = {"kind": "drug_possession", "drug": "cannabis", "identified_by": "experienced_officer",
            "knew_of_it": "yes", "points_to_prove": "made_out"}  # fmt: skip
    assert verdict_on(told)["crimes"] == [
        {"ho_class": "92E", "ho_code": "092/61", "count": 1, "allegations": ["a1"]}
    ]


def against_her(kind: str, **facts: Any) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "victims": ["v1"], "offender": "o1", **facts}


#: Two crimes of one offender against one victim in one incident, and the class that pages 12-14 count: the
#: gravest violence goes before the gravest crime against property, then the longer sentence.
PRINCIPAL = {
    "kidnap (life) over arson": ("kidnap", "arson", "36"),
    "false imprisonment over wounding": ("false_imprisonment", "assault", "36"),
    "cruelty to a child over damage by fire": ("child_cruelty", "arson", "11A"),
    "help with suicide over wounding": ("aiding_suicide", "assault", "76"),
    "abortion procured over wounding": ("procuring_abortion", "assault", "14"),
    "child abducted (7 years) over wounding (5)": ("child_abduction", "assault", "13"),
    "marriage forced (7) yields to a sexual assault (10)": ("forced_marriage", "sexual_assault", "20A"),
    "theft of electricity (5) over making off (2)": ("electricity_theft", "making_off_without_payment", "43"),
}


@pytest.mark.parametrize("pair", PRINCIPAL)
def test_graver_of_two_crimes_is_counted(pair: str) -> None:
    first, second, counted = PRINCIPAL[pair]
    wound = {"assault": {"injury": "wound"}}
    told = [against_her(kind, points_to_prove="made_out", **wound.get(kind, {})) for kind in (first, second)]
    victims = [{"id": "v1", "sex": "female", "age": 17}]
    assert [ho_class for ho_class, _, _ in crimes_of(*told, victims=victims)] == [counted]


@pytest.mark.parametrize("setting", [{}, {"place": {"setting": "school"}}])
def test_knife_at_school_is_told_by_the_school_or_by_the_place(setting: dict[str, Any]) -> None:
    knife = {"kind": "blade_possession", "offender": "o1", "points_to_prove": "made_out", **setting}
    school = {} if setting else {"on_premises": "yes", "in_school_hours": "yes"}
    assert crimes_of(knife, **({"school": school} if school else {})) == [("10D", "008/27", 1)]


def test_confirmed_rape_is_recorded_whoever_told_of_it() -> None:
    woman = {"id": "v1", "sex": "female", "age": 30, "confirms": "confirmed"}
    told = {"kind": "rape", "victims": ["v1"]}
    assert crimes_of(told, victims=[woman], reporter={"role": UNKNOWN}) == [("19C", "019/08", 1)]


@pytest.mark.parametrize("purpose", values_of("allegation", "spiking_purpose") or ())
def test_spiking_that_somebody_died_of_is_a_homicide(purpose: str) -> None:
    spiking = {"kind": "spiking", "victims": ["v1"], "injury": "fatal", "spiking_purpose": purpose}
    assert crimes_of(spiking, victims=[{"id": "v1", "age": 20}]) == [("1", "001/01", 1)]


@pytest.mark.parametrize("vehicle", ["motorcycle_or_moped", "e_bike_outside_limits", "car"])
def test_bicycle_theft_of_a_motor_vehicle_is_counted_as_the_taking_of_one(vehicle: str) -> None:
    told = {"victims": ["v1"], "vehicle": vehicle}
    assert crimes_of({"kind": "bicycle_theft", **told}) == crimes_of({"kind": "vehicle_taking", **told})
