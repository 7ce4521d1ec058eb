"""Random reports in a stated mix: what a force hears, and beside it every corner that the rules speak of.

For tests, trials and benchmarks. The shares below follow police recorded crime in England and Wales in round
figures; facts that decide little in life are stated more often than anybody would state them, so that the
tables are exercised. The same number, seed and day always give the same reports, and fewer are a beginning of
more.

A report is put together as JSON text from pools of ready pieces (one pool for every four attributes of a
kind), since that is much quicker than building and writing out objects.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from firstpoint.counting import KINDS
from firstpoint.counting.facts import schema
from firstpoint.vocabulary import offence_codes

#: The share of each family among first allegations (parts of their sum), and in it the kinds named by weight;
#: a kind of the family that is not named has weight 1.
FAMILIES: Mapping[str, tuple[float, Mapping[str, int]]] = {
    "assaults": (19, {"assault": 150, "strangulation": 8, "dog_dangerously_out_of_control": 5, "spiking": 2}),
    "conduct_and_messages": (
        14,
        {
            "stalking": 25, "harassment": 35, "controlling_or_coercive_behaviour": 12,
            "offensive_message": 18, "threatening_message": 10,
            "threat_of_violence": 8, "threat_to_kill": 6, "false_message": 2,
            "nuisance_calls": 2, "order_breach": 6,
        },
    ),
    "persons": (2, {"child_cruelty": 10, "child_abduction": 3, "kidnap": 3, "false_imprisonment": 3,
                    "modern_slavery": 5, "witness_intimidation": 3}),
    "theft": (
        30,
        {
            "theft": 70, "shoplifting": 90, "theft_from_person": 20, "bicycle_theft": 12,
            "making_off_without_payment": 8, "theft_in_dwelling": 8, "theft_by_employee": 4, "blackmail": 4,
            "theft_of_mail": 2, "handling_stolen_goods": 2,
        },
    ),
    "burglary": (5, {"burglary": 20}),
    "vehicle": (7, {"vehicle_taking": 25, "theft_from_vehicle": 35, "vehicle_interference": 10,
                    "dangerous_driving": 3}),
    "damage": (8, {"criminal_damage": 60, "arson": 5, "threat_to_damage": 3}),
    "public_order": (8, {"public_order_fear_alarm_distress": 60, "affray": 6, "violent_disorder": 2}),
    "sexual": (
        3.5,
        {
            "rape": 20, "sexual_assault": 25, "assault_by_penetration": 4, "sexual_activity_with_child": 8,
            "exposure": 7, "indecent_image_of_child": 8, "intimate_image_sharing": 5, "voyeurism": 3,
            "sexual_communication_with_child": 4, "inciting_child_sexual_activity": 4,
        },
    ),
    "drugs": (3, {"drug_possession": 30, "drug_possession_with_intent_to_supply": 8, "drug_supply": 4,
                  "drug_production": 3}),
    "weapons": (1.2, {"blade_possession": 8, "offensive_weapon_possession": 8, "threat_with_weapon": 2}),
    "robbery": (1.3, {"robbery": 1}),
    "fraud": (8, {"fraud_online_shopping": 15, "fraud_card_or_account": 15, "fraud_other": 8,
                  "hacking_social_media_or_email": 6, "fraud_other_advance_fee": 4}),
    "society": (1.5, {"perverting_justice": 4, "bail_offence": 4, "other_notifiable_offence": 8,
                      "going_equipped": 3}),
    "deaths": (0.6, {"unexplained_death": 8, "murder": 1, "driving_causing_death_or_serious_injury": 3}),
    "events": (10, {"no_crime_event": 12, "non_notifiable_offence": 2}),
}  # fmt: skip
#: The kinds of the families that are not in the list above by name.
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "persons": ("forced_marriage", "female_genital_mutilation", "danger_to_road_users", "flashing_images",
                "encouraging_self_harm", "endangering_life_by_other_means", "aiding_suicide",
                "concealing_birth", "procuring_abortion", "prostitution_exploitation", "brothel_keeping",
                "soliciting_for_prostitution", "bigamy"),
    "theft": ("theft_from_machine_or_meter", "electricity_theft", "pet_taking"),
    "damage": ("possession_with_intent_to_damage",),
    "public_order": ("riot", "public_nuisance"),
    "sexual": ("causing_sexual_activity", "familial_sexual_offence", "abuse_of_position_of_trust",
               "sexual_activity_with_mentally_disordered_person", "child_sexual_exploitation",
               "other_sexual_offence", "meeting_child_after_grooming", "intimate_image_threat",
               "intimate_image_creation", "genital_image_sending", "upskirting", "outraging_public_decency"),
    "drugs": ("drug_import_or_export", "drug_premises_permitting", "intoxicating_substance_supply"),
    "weapons": ("firearm_possession", "firearm_possession_with_intent", "other_weapon_offence"),
    "deaths": ("attempted_murder", "conspiracy_to_murder", "manslaughter", "corporate_manslaughter",
               "infanticide", "child_destruction", "causing_or_allowing_death_of_child_or_vulnerable_adult"),
    "society": ("proceeds_of_crime", "articles_for_fraud", "absconding_from_custody",
                "disclosure_or_obstruction", "false_identity_document", "forgery",
                "misconduct_in_public_office", "perjury", "prescription_forgery", "prison_offence",
                "vehicle_or_permit_document_fraud",
                "wildlife_offence"),
}  # fmt: skip
#: What comes with a first allegation: the same kind again, else one of these families.
SAME_KIND_AGAIN = 0.35
COMPANIONS: Mapping[str, tuple[str, ...]] = {
    "assaults": ("assaults", "damage", "public_order", "conduct_and_messages", "weapons"),
    "conduct_and_messages": ("conduct_and_messages", "assaults", "damage", "sexual"),
    "persons": ("assaults", "sexual", "conduct_and_messages"),
    "theft": ("theft", "assaults", "fraud", "damage"),
    "burglary": ("vehicle", "damage", "theft", "assaults", "society", "weapons"),
    "vehicle": ("vehicle", "theft", "damage"),
    "damage": ("damage", "public_order", "conduct_and_messages"),
    "public_order": ("assaults", "damage", "public_order"),
    "sexual": ("sexual", "assaults", "conduct_and_messages", "persons"),
    "drugs": ("drugs", "weapons", "society"),
    "weapons": ("drugs", "assaults", "weapons"),
    "robbery": ("assaults", "weapons", "theft", "fraud"),
    "fraud": ("fraud", "theft"),
    "society": ("society", "theft", "drugs"),
    "deaths": ("deaths", "assaults"),
    "events": ("events", "theft", "public_order"),
}
#: How many reports have 0, 1, 2 … allegations and 1, 2, 3 … victims.
ALLEGATIONS = (0.006, 0.70, 0.21, 0.06, 0.018, 0.006)
VICTIMS = (0.80, 0.13, 0.045, 0.015, 0.006, 0.004)
NOBODY_FOUND, ONLY_A_NUMBER, ONE_OF_SEVERAL = 0.03, 0.02, 0.25
#: Parts of a report that are not always there.
PRIOR_RECORDS, OUTSIDE_REPORTER, JUDGEMENTS, PLACED_ELSEWHERE = 0.12, 0.15, 0.02, 0.03
SCHOOL, REFERRAL_CENTRE, OTHER_FORCE, QUESTION = 0.02, 0.01, 0.005, 0.004
FRAUD_ROUTED = 0.35
OFFENDER_TOLD, INCIDENT_TOLD, SETTING_TOLD, DURING, LINKED = 0.6, 0.15, 0.25, 0.12, 0.8
#: Each attribute of a kind is stated as often as this, and then in this share as unknown.
STATED, STATED_UNKNOWN = 0.5, 0.08

BOOK_DAY = date(2026, 6, 15)
_BLOCK, _POOL, _AT_A_TIME = 2048, 64, 4
_DEFS = schema("report")["$defs"]
_LINKS_AND_PLACES = frozenset(_DEFS["on_every_kind"]["enum"])
_MARKS_STATE = 0.85
_SLOTS = ("v1", "v2", "v3", "v4", "v5", "v6")
_RECORD_CLASSES = (
    "8N", "8N", "8N", "8Q", "8L", "8L", "9A", "125", "105A", "19C", "20A", "28E", "28I", "30C", "45", "48",
    "58C", "49", "46", "NFIB3A", "N100/01", "N100/02", "N300/01", "34B", "3B", "5D", "66", "1",
)  # fmt: skip


def reports(number: int, seed: int, *, book_day: date = BOOK_DAY) -> Iterator[dict[str, Any]]:
    """Give this many reports that reached the police on ``book_day``."""
    for text in _texts(number, seed, book_day):
        yield json.loads(text)


def json_lines(number: int, seed: int, *, book_day: date = BOOK_DAY) -> bytes:
    """Give the same reports as JSON text, one a line."""
    return "".join(f"{text}\n" for text in _texts(number, seed, book_day)).encode()


def _texts(number: int, seed: int, book_day: date) -> Iterator[str]:
    for block in range(0, number, _BLOCK):
        made = _block(np.random.default_rng([seed, block]), block, book_day)
        yield from (next(made) for _ in range(min(_BLOCK, number - block)))


def _block(rng: np.random.Generator, first: int, book_day: date) -> Iterator[str]:
    """Give the reports of one block, all their choices drawn beforehand."""
    pieces, (said_when, recorded) = _pieces(), _dated(book_day)

    def chance(share: float) -> list[bool]:
        return (rng.random(_BLOCK) < share).tolist()

    def whole(high: int, size: int = _BLOCK) -> list[int]:
        return rng.integers(0, high, size).tolist()

    counts = rng.choice(len(ALLEGATIONS), _BLOCK, p=_parts(ALLEGATIONS)).tolist()
    people = rng.choice(len(VICTIMS), _BLOCK, p=_parts(VICTIMS)).tolist()
    leading = rng.choice(len(pieces.kinds), _BLOCK, p=pieces.shares).tolist()
    told_of = sum(counts)
    following = iter(whole(1 << 16, told_of))
    again = iter((rng.random(told_of) < SAME_KIND_AGAIN).tolist())
    drawn, draws = iter(whole(1 << 62, told_of)), iter(rng.random((told_of, 6)).tolist())
    seconds, records = whole(86400), chance(PRIOR_RECORDS)
    outside, judged = chance(OUTSIDE_REPORTER), chance(JUDGEMENTS)
    school, centre, elsewhere = chance(SCHOOL), chance(REFERRAL_CENTRE), chance(OTHER_FORCE)
    asks, routed, spare = chance(QUESTION), chance(FRAUD_ROUTED), whole(1 << 60)
    day = book_day.isoformat()
    for at in range(_BLOCK):
        kind, extra, count = leading[at], spare[at], counts[at]
        if asks[at]:
            count = min(count, extra & 1)
        with_records = records[at] or asks[at]
        victims = people[at] + 1
        told = []
        for place in range(count):
            if place and not next(again):
                kind = pieces.company(leading[at], next(following))
            told.append(
                _allegation(pieces, said_when, kind, place, victims, next(drawn), next(draws), with_records)
            )
        family = pieces.family[leading[at]]
        parts = [_received(seconds[at], day, first + at), '"allegations":[', ",".join(told), "]"]
        asked_of_victims = pieces.confirming if outside[at] else pieces.victims
        parts += (',"victims":[', _people(asked_of_victims, victims, extra, family == "theft"), "]")
        if extra & 3:
            parts += (',"offenders":[', pieces.offenders[extra >> 2 & 255], "]")
        if outside[at]:
            parts += (",", pieces.reporters[extra >> 10 & 255])
        if with_records:
            parts += (',"prior_records":[', recorded[extra >> 18 & 255], "]")
        if school[at]:
            parts += (",", pieces.schools[extra >> 26 & 63])
        if centre[at] or (family == "sexual" and not extra >> 26 & 15):
            parts += (",", pieces.centres[extra >> 32 & 63])
        if routed[at] and family == "fraud":
            parts += (",", pieces.routes[extra >> 38 & 63])
        if elsewhere[at]:
            parts += (",", pieces.forces[extra >> 38 & 31])
        if judged[at]:
            parts += (',"judgements":[', pieces.judgements[extra >> 44 & 255], "]")
        if asks[at]:
            parts += (",", pieces.questions[extra >> 44 & 255])
        parts.append("}")
        yield "".join(parts)


def _received(second: int, day: str, number: int) -> str:
    """Give the opening of a report; before one o'clock the zone is that of Greenwich, so that the day is the
    same in London in summer and winter.
    """
    hour, minute, zone = second // 3600, second // 60 % 60, "+01:00" if second & 1 else "Z"
    if hour in (0, 23):
        hour = 12
    stated = ("", '"force":"A",', '"received_by":"force",', '"force":"A","received_by":"force",')
    return (
        f'{{"schema_version":1,"report_id":"r{number}","reported_at":"{day}T{hour:02}:{minute:02}:'
        f'{second % 60:02}{zone}",{stated[second >> 1 & 3]}'
    )


def _allegation(
    pieces: _Pieces,
    said_when: Sequence[str],
    kind: int,
    place: int,
    victims: int,
    drawn: int,
    draws: Sequence[float],
    with_records: bool,
) -> str:
    parts = [f'{{"id":"a{place + 1}",', pieces.heads[kind]]
    bits = drawn
    for pool in pieces.own[kind]:
        parts.append(pool[bits & 63])
        bits >>= 6
    drawn = bits
    parts.append(pieces.common[kind][drawn & 255])
    if drawn & 256:
        parts.append(said_when[drawn >> 9 & 255])
    if draws[0] < PLACED_ELSEWHERE:
        parts.append(pieces.places[drawn >> 17 & 255])
    elif draws[0] > 1 - SETTING_TOLD:
        parts.append(pieces.settings[drawn >> 17 & 63])
    parts.append(_whom(pieces.has_victim[kind], victims, draws[1], drawn))
    if draws[2] < OFFENDER_TOLD:
        parts.append(',"offender":"o2"' if draws[2] < OFFENDER_TOLD / 6 else ',"offender":"o1"')
    if draws[3] < INCIDENT_TOLD:
        parts.append(',"incident":"i2"' if place and draws[3] < INCIDENT_TOLD / 2 else ',"incident":"i1"')
    if place and draws[4] < DURING:
        parts.append(',"during":"a1"')
    if with_records and draws[5] < LINKED:
        parts.append(pieces.links[int(draws[5] * 4096) & 7])
    parts.append("}")
    return "".join(parts)


def _whom(has_victim: bool, victims: int, draw: float, drawn: int) -> str:
    if not has_victim and drawn >> 25 & 7:
        return ""
    if draw < NOBODY_FOUND:
        return ""
    if draw < NOBODY_FOUND + ONLY_A_NUMBER:
        return f',"victim_count":{drawn >> 25 & 15}'
    if victims > 1 and draw > 1 - ONE_OF_SEVERAL:
        return f',"victims":["{_SLOTS[drawn >> 25 & 1]}"]'
    return _ALL_VICTIMS[victims]


_ALL_VICTIMS = tuple(f',"victims":[{",".join(map(json.dumps, _SLOTS[:many]))}]' for many in range(7))


def _people(pool: Sequence[str], victims: int, drawn: int, shop: bool) -> str:
    if victims == 1:
        piece = pool[drawn >> 4 & 1023]
        return '{"id":"v1","type":"business"}' if shop and drawn & 1 else f'{{"id":"v1"{piece}}}'
    home = ',"household":"h1"' if drawn >> 50 & 3 == 0 else ""
    return ",".join(f'{{"id":"{_SLOTS[at]}"{home}{pool[(drawn >> 5 * at) & 1023]}}}' for at in range(victims))


class _Pieces:
    """The ready pieces of JSON text, drawn once from a seed of their own."""

    def __init__(self) -> None:
        rng = random.Random(1)  # noqa: S311
        self.kinds, self.family, shares = _kinds_and_shares()
        self.shares = _parts(shares)
        self.by_family = {
            name: [at for at, family in enumerate(self.family) if family == name] for name in FAMILIES
        }
        self._weights = {
            name: _spread([self.shares[at] for at in members], members)
            for name, members in self.by_family.items()
        }
        marks = _marks()
        self.has_victim = [marks[kind] == "V" for kind in self.kinds]
        self.heads = [f'"kind":"{kind}"' for kind in self.kinds]
        self.own = [_pools_of(kind, rng) for kind in self.kinds]
        by_mark = {mark: _many(lambda mark=mark: _common(mark, rng), 256) for mark in "VSM-"}
        self.common = [by_mark[marks[kind]] for kind in self.kinds]
        self.settings = [
            f',"place":{{"setting":"{setting}"{country}}}'
            for setting, country in zip(
                rng.choices(_DEFS["place"]["properties"]["setting"]["enum"], k=64),
                rng.choices(("", ',"country":"england"', ',"country":"wales"'), k=64),
                strict=True,
            )
        ]
        self.places = _many(lambda: f',"place":{json.dumps(_place(rng))}', 256)
        self.victims = _many(lambda: _fields(_victim(rng, asked=False)), 1024)
        self.confirming = _many(lambda: _fields(_victim(rng, asked=True)), 1024)
        self.offenders = _many(lambda: _offenders(rng), 256)
        self.reporters = _many(lambda: _part("reporter", _reporter(rng)), 256)
        self.schools = _many(lambda: _part("school", _some("school", rng)), 64)
        self.centres = _many(lambda: _part("referral_centre", _some("referral_centre", rng)), 64)
        self.routes = _many(lambda: _part("fraud_routing", _some("fraud_routing", rng)), 64)
        self.forces = _many(lambda: _part("other_force", {"force": "B", **_some("other_force", rng)}), 32)
        self.judgements = _many(lambda: _judgement(rng), 256)
        self.questions = _many(lambda: _part("ask", _question(rng)), 256)
        self.links = [
            f',"{link}":"{record}"'
            for link, record in (
                ("continues_record", "p1"), ("continues_record", "p1"), ("continues_record", "p2"),
                ("same_as_record", "p1"), ("same_as_record", "p2"), ("disclosed_in", "p1"),
                ("disclosed_in", "p1"), ("disclosed_in", "p2"),
            )
        ]  # fmt: skip

    def company(self, leading: int, drawn: int) -> int:
        """Give the kind that goes with a leading one."""
        families = COMPANIONS[self.family[leading]]
        return self._weights[families[drawn % len(families)]][drawn // 8 % 256]


@cache
def _pieces() -> _Pieces:
    return _Pieces()


def _parts(shares: Sequence[float]) -> np.ndarray:
    return np.asarray(shares, dtype=float) / sum(shares)


def _spread(shares: Sequence[float], members: Sequence[int]) -> list[int]:
    """Give 256 members, each about as often as its share says and at least once where there is room."""
    whole = sum(shares)
    found = [
        member
        for share, member in zip(shares, members, strict=True)
        for _ in range(max(1, round(256 * share / whole)))
    ]
    return (found * 256)[:256] if len(found) < 256 else found[:: max(1, len(found) // 256)][:256]


def _kinds_and_shares() -> tuple[list[str], list[str], list[float]]:
    kinds, families, shares = [], [], []
    named = {kind for _, weights in FAMILIES.values() for kind in weights}
    named |= {kind for members in MEMBERS.values() for kind in members}
    rest = [kind for kind in KINDS if kind not in named]
    for family, (share, weights) in FAMILIES.items():
        members = {**dict.fromkeys(MEMBERS.get(family, ()), 1), **weights}
        if family == "fraud":
            members = {**dict.fromkeys(rest, 1), **members}
        for kind, weight in members.items():
            kinds.append(kind)
            families.append(family)
            shares.append(share * weight / sum(members.values()))
    return kinds, families, shares


@cache
def _marks() -> Mapping[str, str]:
    from firstpoint.counting.books import newest_book

    return newest_book().marks


def _many(make: Callable[[], str], number: int) -> list[str]:
    return [make() for _ in range(number)]


def _fields(entry: Mapping[str, Any]) -> str:
    return "".join(f",{json.dumps(name)}:{json.dumps(value)}" for name, value in entry.items())


def _part(name: str, entry: Mapping[str, Any]) -> str:
    return f"{json.dumps(name)}:{json.dumps(entry)}"


def _pools_of(kind: str, rng: random.Random) -> list[list[str]]:
    """Give pools of the attributes that are this kind's own, a few attributes to a pool."""
    names = sorted(KINDS[kind].attributes - _LINKS_AND_PLACES)
    rng.shuffle(names)
    chunks = [names[at : at + _AT_A_TIME] for at in range(0, len(names), _AT_A_TIME)]
    return [_many(lambda chunk=chunk: _fields(_stated(chunk, rng)), _POOL) for chunk in chunks]


def _stated(names: Sequence[str], rng: random.Random) -> dict[str, Any]:
    properties = _DEFS["allegation"]["properties"]
    return {
        name: _value(name, properties[name], rng) for name in names if rng.random() < STATED or name == "drug"
    }


def _value(name: str, field: Mapping[str, Any], rng: random.Random) -> Any:
    if name == "offence_title":
        return rng.choice(offence_codes()).title[:120]
    if field.get("type") == "integer":
        return rng.choice((0, 1, 1, 1, 2, 2, 3, 5, 12))
    values = field.get("enum") or [entry["const"] for entry in field["oneOf"]]
    known = [value for value in values if value != "unknown"]
    return "unknown" if "unknown" in values and rng.random() < STATED_UNKNOWN else rng.choice(known)


def _some(part: str, rng: random.Random) -> dict[str, Any]:
    properties = schema("report")["properties"][part]["properties"]
    return {
        name: _value(name, field, rng)
        for name, field in properties.items()
        if ("enum" in field or "oneOf" in field) and rng.random() < 0.7
    }


def _common(mark: str, rng: random.Random) -> str:
    """Give what any kind may carry beside its own attributes."""
    entry: dict[str, Any] = {}

    def sometimes(share: float, name: str, *values: Any) -> None:
        if rng.random() < share:
            entry[name] = rng.choice(values)

    proven = ("made_out", "made_out", "made_out", "not_made_out", "unknown")
    sometimes(_MARKS_STATE if mark in "SM" else 0.05, "points_to_prove", *proven)
    sometimes(0.10, "attempted", "yes", "yes", "no", "unknown")
    grounds = (["race"], ["religion"], ["sexual_orientation"], ["disability"], ["sex"], ["none"], ["unknown"],
               ["race", "religion"], ["transgender", "sex"])  # fmt: skip
    sometimes(0.06, "hostility", *grounds)
    sometimes(0.05, "contrary_evidence", "none", "not_credible", "credible", "unknown")
    sometimes(0.05, "witnessed_by_police", "yes", "yes", "no", "unknown")
    sometimes(0.35, "relationship", *_DEFS["allegation"]["properties"]["relationship"]["enum"])
    sometimes(0.01, "counter_allegation", "supported", "unsupported", "unknown")
    sometimes(0.04, "times", 1, 2, 3, 10)
    return _fields(entry)


def _place(rng: random.Random) -> dict[str, Any]:
    """Give a place that is not simply here."""
    properties = _DEFS["place"]["properties"]
    place: dict[str, Any] = {}
    if rng.random() < 0.7:
        place["force"] = rng.choice(("A", "B", "C"))
    for name, share in (("country", 0.5), ("setting", 0.4), ("transport", 0.4), ("exact_place_known", 0.3),
                        ("uk_registered", 0.2)):  # fmt: skip
        if rng.random() < share:
            place[name] = _value(name, properties[name], rng)
    for name in ("suspect_at", "suspect_home", "victim_at", "victim_home", "business_at"):
        if rng.random() < 0.25:
            known = properties[name]["properties"]["country"]
            place[name] = {"force": rng.choice(("A", "B")), "country": _value("country", known, rng)}
            if rng.random() < 0.5:
                place[name]["clearly_evidenced"] = rng.choice(("yes", "no"))
    return place


def _victim(rng: random.Random, *, asked: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if rng.random() < 0.15:
        entry["type"] = rng.choice(("person", "household", "business", "public_body", "charity", "society"))
    if rng.random() < 0.8:
        entry["sex"] = rng.choice(("female", "female", "male", "male", "male", "other", "unknown"))
    drawn = rng.random()
    if drawn < 0.65:
        entry["age"] = rng.choice((rng.randint(0, 17), rng.randint(10, 19), rng.randint(18, 60), 82))
    elif drawn < 0.75:
        entry["age_band"] = rng.choice(_DEFS["victim"]["properties"]["age_band"]["enum"])
    if rng.random() < 0.05 and entry.get("age", 18) >= 18 and "age_band" not in entry:
        entry["duty"] = rng.choice(("constable", "emergency_worker", "none", "unknown"))
    if asked or rng.random() < 0.03:
        entry["confirms"] = rng.choice(_DEFS["victim"]["properties"]["confirms"]["enum"])
    for name in ("supports", "at_risk", "vulnerable"):
        if rng.random() < 0.05:
            entry[name] = rng.choice(("yes", "no", "unknown"))
    return entry


def _offenders(rng: random.Random) -> str:
    properties = _DEFS["offender"]["properties"]
    entries = []
    for name in ("o1", "o2")[: rng.choice((1, 1, 1, 2))]:
        entry: dict[str, Any] = {"id": name}
        if rng.random() < 0.7:
            entry["sex"] = rng.choice(("male", "male", "female", "unknown"))
        drawn = rng.random()
        if drawn < 0.5:
            entry["age"] = rng.choice((rng.randint(8, 17), rng.randint(18, 50)))
        elif drawn < 0.6:
            entry["age_band"] = rng.choice(properties["age_band"]["enum"])
        shares = (("size", 0.1), ("identified", 0.2), ("lacks_capacity", 0.03), ("police", 0.03))
        for field, share in shares:
            if rng.random() < share:
                entry[field] = _value(field, properties[field], rng)
        if "police" in entry and rng.random() < 0.7:
            entry["authority_decision"] = _value("authority_decision", properties["authority_decision"], rng)
        if rng.random() < 0.02:
            entry["victim_id"] = "v1"
        entries.append(json.dumps(entry))
    return ",".join(entries)


def _reporter(rng: random.Random) -> dict[str, Any]:
    roles = schema("report")["properties"]["reporter"]["properties"]["role"]["enum"]
    entry: dict[str, Any] = {"role": rng.choice(roles)}
    for name in ("acting_for_victim", "in_doubt"):
        if rng.random() < 0.2:
            entry[name] = rng.choice(("yes", "no", "unknown"))
    return entry


def _records(book_day: date, rng: random.Random) -> str:
    """Give two prior records, one of which may concern the same people."""
    entries = []
    for name in ("p1", "p2"):
        entry: dict[str, Any] = {"id": name, "class": rng.choice(_RECORD_CLASSES)}
        if rng.random() < 0.75:
            entry |= {"victim": "v1", "offender": rng.choice(("o1", "o1", "o2"))}
        days = rng.choice((3, 20, 80, 91, 92, 93, 120, 400))
        if rng.random() < 0.6:
            entry["last_act_on"] = (book_day - timedelta(days=days)).isoformat()
        if rng.random() < 0.4:
            entry["recorded_on"] = (book_day - timedelta(days=days)).isoformat()
        for field, share in (
            ("status", 0.5),
            ("offender_dealt_with", 0.5),
            ("order_made_or_trial_ended", 0.3),
        ):
            if rng.random() < share:
                entry[field] = _value(field, _DEFS["record"]["properties"][field], rng)
        entries.append(json.dumps(entry))
    return ",".join(entries)


def _judgement(rng: random.Random) -> str:
    properties = _DEFS["judgement"]["properties"]
    about = _value("about", properties["about"], rng)
    value = "a1" if about in ("principal_choice", "likelier_account") else rng.choice(("yes", "yes", "no"))
    entry = {"about": about, "value": "A" if about == "location_agreed" else value}
    if rng.random() < 0.5:
        entry["by"] = _value("by", properties["by"], rng)
    return json.dumps(entry)


def _question(rng: random.Random) -> dict[str, Any]:
    properties = _DEFS["ask"]["properties"]
    entry: dict[str, Any] = {"kind": rng.choice(("cancel", "outcome", "reclassify", "in_time", "record"))}
    entry["record"] = rng.choice(("p1", "p1", "p2"))
    if rng.random() < 0.85:
        entry["code"] = rng.choice(("C1", "C2", "C3", "C4", "C5")) if entry["kind"] == "cancel" else (
            rng.choice(("1", "1A", "2", "3", "8", "10", "14", "15", "16", "18", "20", "21", "22", "23", "24"))
        )  # fmt: skip
    for name, field in properties.items():
        if name not in ("kind", "record", "code") and ("enum" in field or "oneOf" in field):
            if rng.random() < 0.4:
                entry[name] = _value(name, field, rng)
        elif name == "information" and rng.random() < 0.5:
            entry[name] = {
                inner: rng.choice(("yes", "no"))
                for inner in ("additional", "verifiable", "shows_no_crime")
                if rng.random() < 0.8
            }
    if rng.random() < 0.3:
        entry["charged"] = {"kind": "assault", "same_facts": rng.choice(("yes", "no", "unknown"))}
    if entry["kind"] == "in_time":
        entry["recorded_at"] = f"{BOOK_DAY + timedelta(days=rng.choice((0, 1, 2)))}T10:00:00Z"
    return entry


@cache
def _dated(book_day: date) -> tuple[list[str], list[str]]:
    """Give the pieces that name days: when it happened, and prior records."""
    rng = random.Random(2)  # noqa: S311
    return _when(book_day, rng), _many(lambda: _records(book_day, rng), 256)


def _when(book_day: date, rng: random.Random) -> list[str]:
    """Give days of offences: mostly of late, some months or years ago, a few in the last century."""
    told = []
    for _ in range(256):
        days = rng.choice(
            (0, 0, 0, 0, 1, 1, 2, 5, 14, 40, 100, 200, 400, 800, 1500, 2600, 4000, 6000, 9000, 14000)
        )
        first = book_day - timedelta(days=days + (rng.randint(0, 30) if days > 5 else 0))
        span = {"from": first.isoformat()}
        if rng.random() < 0.2:
            span["to"] = min(book_day, first + timedelta(days=rng.choice((0, 1, 30)))).isoformat()
        if rng.random() < 0.1:
            span["from"] += "T22:15:00Z"
            span.pop("to", None)
        told.append(f',"when":{json.dumps(span)}')
    return told
