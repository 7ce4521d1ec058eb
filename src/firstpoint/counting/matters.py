"""A report taken apart into matters, each a flat sheet of facts that decision tables can read.

A *matter* is one allegation as it concerns one victim (or nobody in particular). Its sheet holds the
allegation's own facts, those of the victim and the offender under ``victim.`` and ``offender.``, and a few
that are worked out from the report as a whole: where it happened, whose word it rests on, what has been
judged. A fact that was not given is ``unknown``, unless the book's defaults give it a value; the defaults
used are remembered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from attrs import frozen

from firstpoint.counting.cells import ANY_NUMBER, MANY, Fact
from firstpoint.counting.facts import KINDS, UNKNOWN, is_reported_incident, schema, values_of
from firstpoint.counting.places import WHERE, where_it_happened

YES_NO = ("yes", "no", UNKNOWN)
AGE_BANDS: Mapping[str, tuple[int, int]] = {
    "under_10": (0, 9),
    "under_13": (0, 12),
    "10_to_17": (10, 17),
    "13_to_15": (13, 15),
    "16_to_17": (16, 17),
    "under_16": (0, 15),
    "under_18": (0, 17),
    "16_and_over": (16, MANY),
    "18_and_over": (18, MANY),
}

#: The grounds of hostility that are told apart.
STRANDS = ("race", "religion", "sex", "sexual_orientation", "disability", "transgender")


def _field_of_report(part: str, field: str) -> tuple[str, ...]:
    return tuple(schema("report")["properties"][part]["properties"][field]["enum"])


#: Facts worked out from the whole report, with the values each may take (None: a whole number).
WORKED_OUT: Mapping[str, tuple[str, ...] | None] = {
    "kind": tuple(KINDS),
    "mark": ("victim", "state", "none"),
    "victim_found": ("yes", "no"),
    "word": ("own", "acting", "third_party", "police", "video", "centre", UNKNOWN),
    "where": WHERE,
    "aggravation": ("race_or_religion", "sex", "other", "none", UNKNOWN),
    "necessary": ("yes", "no"),
    "in_law": ("yes", "no", "not_stated"),
    "harassment_only": ("yes", "no"),
    "serious_school_incident": ("yes", "no"),
    "young_party": ("yes", "no"),
    "child_victim": ("yes", "no"),
    **{f"hostility.{strand}": ("yes", "no") for strand in STRANDS},
    "reporter.role": _field_of_report("reporter", "role"),
    "other_force.response": _field_of_report("other_force", "response"),
    "school_rule": ("applies", "lifted", "no", UNKNOWN),
    "fraud_route": ("ours", "not_ours", "not_stated"),
    "received_by": ("force", "national_fraud_service", UNKNOWN),
    "country": ("england", "wales", "scotland", "northern_ireland", "abroad", UNKNOWN),
    "setting": values_of("place", "setting"),
    "driving_result": values_of("allegation", "result"),
    "investigates_abroad": YES_NO,
    "victim_here_then": YES_NO,
    "centre.investigation_wanted": YES_NO,
    "centre.details_passed": ("for_police", "depersonalised_only", "none", UNKNOWN),
    "centre.samples": ("submitted", "frozen", "none", UNKNOWN),
    "former_record": ("reported_incident", "crime", "no"),
}

_WHOSE_WORD: Mapping[str, str] = {
    "victim": "own",
    "victim_organisation": "own",
    "party_to_relationship": "own",
    "parent_guardian_or_carer": "acting",
    "professional_health": "acting",
    "professional_social_care": "acting",
    "professional_education": "acting",
    "professional_other": "acting",
    "risk_conference": "acting",
    "multi_agency_panel": "acting",
    "competent_authority": "acting",
    "regulated_professional": "acting",
    "national_fraud_service": "own",
    "other_force": "own",
    "professional_standards": "own",
    "sexual_assault_referral_centre": "centre",
    "police_officer": "police",
    "police_enquiry": "police",
    "video_only": "video",
}


#: Judgements that only some may make, where the report says who made them: p 55 leaves it to the registrar.
_MAY_JUDGE: Mapping[str, tuple[str, ...]] = {
    "harassment_only": ("registrar", "registered_registrar", "deputy_registrar"),
}
#: What a referral centre that says something, but not this, is taken to have done.
_KEPT_BACK: Mapping[str, str] = {"investigation_wanted": "no", "details_passed": "none", "samples": "none"}


@frozen
class Matter:
    """One allegation as it concerns one victim.

    ``owner`` is who counts as one owner with the victim (the household, or the victim alone), ``shop`` the
    store a concession belongs to; ``offender`` and ``incident`` are empty where the report leaves them out.
    ``people`` is more than one only where the report gives a number instead of ids. ``defaults`` are the
    facts that were assumed.
    """

    index: int
    id: str
    kind: str
    victim: str
    owner: str
    shop: str
    people: int
    offender: str
    incident: str
    allegation: Mapping[str, Any]
    facts: Mapping[str, Fact]
    defaults: frozenset[str]
    victim_index: int | None

    @property
    def whom(self) -> str:
        """What tells these victims from others: the id, or where only a number was given, all that was
        said.
        """
        if self.victim or self.people == 1:
            return self.victim
        said = {name: value for name, value in self.allegation.items() if name != "id"}
        return "*" + json.dumps(said, sort_keys=True)


def vocabulary(column: str) -> tuple[str, ...] | None:
    """Give the values of a column of the recording and classification tables; None for whole numbers.

    Raises KeyError where no report can give such a fact.
    """
    if column in WORKED_OUT:
        return WORKED_OUT[column]
    part, dot, field = column.rpartition(".")
    if dot and field == "age":
        return None
    if column == "victim.sex":
        return ("female", "male", UNKNOWN)
    if column == "victim.confirms":
        return (*(values_of("victim", "confirms") or ()), "not_stated")
    from_schema = values_of(part if dot else "allegation", field if dot else column)
    if from_schema is None and not any(column in kind.attributes for kind in KINDS.values()):
        raise KeyError(column)
    return from_schema


@frozen
class Default:
    """A value taken for a fact that was not given: of which kinds (none named: all), and also where it is
    unknown.
    """

    id: str
    fact: str
    kinds: frozenset[str]
    value: str
    also_unknown: bool
    note: str


@frozen
class ToldBeside:
    """A fact of some kinds that another allegation of the same offender and incident tells.

    ``fact`` of ``kinds`` is ``value``, unless it is itself given as ``unless``, where an allegation of
    ``other_kind`` has ``other_value`` for its ``other_fact``.
    """

    id: str
    clause: str
    kinds: frozenset[str]
    fact: str
    value: str
    unless: str
    other_kind: str
    other_fact: str
    other_value: str


def matters_of(
    report: Mapping[str, Any],
    marks: Mapping[str, str],
    defaults: Sequence[Default],
    told_beside: Sequence[ToldBeside] = (),
) -> tuple[Matter, ...]:
    """Give the matters of a report, allegation by allegation and victim by victim.

    ``marks`` tells of each kind whether it has a victim (V), is against the state (S), either (M) or
    neither (-).
    """
    return tuple(_matters(report, marks, defaults, told_beside))


def allegation_id(allegation: Mapping[str, Any], index: int) -> str:
    """Give an allegation's id, or a1, a2 … by its place."""
    return str(allegation.get("id", f"a{index + 1}"))


def _matters(
    report: Mapping[str, Any],
    marks: Mapping[str, str],
    defaults: Sequence[Default],
    told_beside: Sequence[ToldBeside],
) -> Iterator[Matter]:
    people: dict[str, tuple[int | None, Mapping[str, Any]]] = {
        entry["id"]: (at, entry) for at, entry in enumerate(report.get("victims", ()))
    }
    offenders = {entry["id"]: entry for entry in report.get("offenders", ())}
    shared = _shared_facts(report)
    nobody: tuple[int | None, Mapping[str, Any]] = (None, {})
    for index, allegation in enumerate(report.get("allegations", ())):
        kind = allegation["kind"]
        named = allegation.get("victims") or ("",)
        offender = offenders.get(allegation.get("offender", ""), {})
        base = {**shared, **_own_facts(allegation), **_facts_under("offender", offender)}
        base |= _judged(report, allegation_id(allegation, index), "counter_allegation" in allegation)
        base |= _told_by_others(report, allegation, told_beside)
        base |= {"where": where_it_happened(report, allegation), **_record_facts(report, allegation)}
        for victim, part in product(named, _parts(allegation)):
            at, entry = people.get(victim, nobody)
            facts = {
                **base,
                **_facts_under("victim", entry),
                **_victim_facts(allegation, victim, marks[kind]),
                **part,
            }
            if facts.get("victim.sex") == "other":
                facts["victim.sex"] = UNKNOWN
            facts["victim.confirms"] = entry.get("confirms", "not_stated")
            facts["young_party"] = _yes(
                _surely_under(facts, "victim.age", 16) or _surely_under(facts, "offender.age", 16)
            )
            facts["child_victim"] = _yes(_surely_under(facts, "victim.age", 18))
            assumed = _assume(facts, kind, defaults)
            yield Matter(
                index=index,
                id=allegation_id(allegation, index),
                kind=kind,
                victim=victim,
                owner=entry.get("household", victim),
                shop=entry.get("within", victim),
                people=1 if victim else max(1, allegation.get("victim_count", 1)),
                offender=allegation.get("offender", ""),
                incident=allegation.get("incident", ""),
                allegation=allegation,
                facts=facts,
                defaults=assumed,
                victim_index=at,
            )


def _parts(allegation: Mapping[str, Any]) -> tuple[dict[str, Fact], ...]:
    """Give the parts of an allegation that are counted apart: people told apart, and others who cannot be."""
    if allegation.get("penetrators_undefined") != "yes":
        return ({},)
    others: dict[str, Fact] = {"penetrators_undefined": "yes"}
    told_apart: dict[str, Fact] = {"penetrators_undefined": "no"}
    return (told_apart, others) if allegation.get("penetrators_distinct", 0) else (others,)


def _own_facts(allegation: Mapping[str, Any]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for name, value in allegation.items():
        if isinstance(value, str):
            facts[name] = value
        elif isinstance(value, int):
            facts[name] = (value, value)
    place = allegation.get("place", {})
    facts["country"] = place.get("country", UNKNOWN)
    facts["setting"] = place.get("setting", UNKNOWN)
    facts["victim_here_then"] = _yes(place.get("victim_at", {}).get("country") in ("england", "wales"))
    seen_by = len(allegation.get("victims", ()))
    if "onlookers" not in facts and seen_by > 1:
        facts["onlookers"] = (seen_by, MANY)
    if "result" in allegation:
        facts["driving_result"] = allegation["result"]
    if "hostility" in allegation:
        facts["aggravation"] = _aggravation(allegation["hostility"])
    facts |= {f"hostility.{strand}": _yes(strand in allegation.get("hostility", ())) for strand in STRANDS}
    return facts


def _aggravation(hostility: Sequence[str]) -> str:
    if "race" in hostility or "religion" in hostility:
        return "race_or_religion"
    if UNKNOWN in hostility:
        return UNKNOWN
    return "sex" if "sex" in hostility else "none" if set(hostility) <= {"none"} else "other"


def _facts_under(part: str, entry: Mapping[str, Any]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        f"{part}.{name}": value for name, value in entry.items() if isinstance(value, str)
    }
    age = entry.get("age")
    band = AGE_BANDS.get(entry.get("age_band", UNKNOWN), ANY_NUMBER)
    facts[f"{part}.age"] = band if age is None else (age, age)
    return facts


def _victim_facts(allegation: Mapping[str, Any], victim: str, mark: str) -> dict[str, Fact]:
    found = bool(victim) or allegation.get("victim_count", 0) > 0
    marked = {"V": "victim", "S": "state", "M": "victim" if found else "state", "-": "none"}[mark]
    return {"victim_found": _yes(found), "mark": marked}


def _shared_facts(report: Mapping[str, Any]) -> dict[str, Fact]:
    reporter = report.get("reporter", {})
    centre = report.get("referral_centre", {})
    return {
        "word": _whose_word(reporter, bool(centre)),
        **({"reporter.role": reporter["role"]} if "role" in reporter else {}),
        **{f"other_force.{name}": value for name, value in report.get("other_force", {}).items()},
        "received_by": report.get("received_by", "force"),
        "school_rule": _school_rule(report.get("school", {})),
        "fraud_route": _fraud_route(report.get("fraud_routing")),
        "investigates_abroad": report.get("force_investigates_abroad", UNKNOWN),
        **{f"centre.{name}": value for name, value in ({**_KEPT_BACK, **centre} if centre else {}).items()},
    }


def _whose_word(reporter: Mapping[str, Any], through_centre: bool) -> str:
    role = reporter.get("role")
    if role is None:
        return "centre" if through_centre else "own"
    word = UNKNOWN if role == UNKNOWN else _WHOSE_WORD.get(role, "third_party")
    if role == "victim" and through_centre:
        return "centre"
    if role == "other_agency" and reporter.get("acting_for_victim") == "yes":
        word = "acting"
    return "third_party" if word == "acting" and reporter.get("in_doubt") == "yes" else word


def _school_rule(school: Mapping[str, Any]) -> str:
    there, then = school.get("on_premises", "no"), school.get("in_school_hours", "yes")
    if "no" in (there, then):
        return "no"
    if school.get("record_requested_by", "nobody") not in ("nobody", UNKNOWN):
        return "lifted"
    return UNKNOWN if UNKNOWN in (there, then) else "applies"


def _fraud_route(routing: Mapping[str, Any] | None) -> str:
    if not routing:
        return "not_stated"
    return "ours" if "yes" in routing.values() else "not_ours"


def _judged(report: Mapping[str, Any], allegation: str, counter: bool) -> dict[str, Fact]:
    said = {
        judgement["about"]: judgement["value"]
        for judgement in report.get("judgements", ())
        if judgement.get("allegation", allegation) == allegation
        and judgement.get("by") in (None, *_MAY_JUDGE.get(judgement["about"], (judgement.get("by"),)))
    }
    in_law = said.get("crime_in_law", "not_stated")
    facts: dict[str, Fact] = {"in_law": in_law if in_law in ("yes", "no") else "not_stated"}
    for about, name in (
        ("necessary_or_appropriate", "necessary"),
        ("harassment_only", "harassment_only"),
        ("serious_school_incident", "serious_school_incident"),
    ):
        facts[name] = _yes(said.get(about) == "yes")
    if said.get("intent_serious_harm") == "yes":
        facts["harm_intent"] = "serious"
    likelier = said.get("likelier_account", UNKNOWN)
    if counter and likelier not in ("yes", "no", UNKNOWN):
        facts["counter_allegation"] = "supported" if likelier == allegation else "unsupported"
    return facts


def _told_by_others(
    report: Mapping[str, Any], allegation: Mapping[str, Any], told_beside: Sequence[ToldBeside]
) -> dict[str, Fact]:
    others = [
        other
        for other in report["allegations"]
        if all(other.get(tie, "") == allegation.get(tie, "") for tie in ("offender", "incident"))
    ]
    return {
        told.fact: told.value
        for told in told_beside
        if allegation["kind"] in told.kinds and allegation.get(told.fact) != told.unless
        for other in others
        if other["kind"] == told.other_kind and other.get(told.other_fact) == told.other_value
    }


def _record_facts(report: Mapping[str, Any], allegation: Mapping[str, Any]) -> dict[str, Fact]:
    same = allegation.get("same_as_record")
    record = next((entry for entry in report.get("prior_records", ()) if entry["id"] == same), None)
    if record is None:
        return {"former_record": "no"}
    return {"former_record": "reported_incident" if is_reported_incident(record) else "crime"}


def _assume(facts: dict[str, Fact], kind: str, defaults: Sequence[Default]) -> frozenset[str]:
    assumed = set()
    for default in defaults:
        if default.kinds and kind not in default.kinds:
            continue
        given = facts.get(default.fact)
        if given in (None, ANY_NUMBER) or (given == UNKNOWN and default.also_unknown):
            facts[default.fact] = (int(default.value),) * 2 if default.value.isdigit() else default.value
            assumed.add(default.fact)
    return frozenset(assumed)


def _surely_under(facts: Mapping[str, Fact], age: str, limit: int) -> bool:
    span = facts.get(age, ANY_NUMBER)
    return isinstance(span, tuple) and span[1] < limit


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
