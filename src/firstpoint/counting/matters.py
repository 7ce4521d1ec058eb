"""A report taken apart into matters, each a flat sheet of facts that decision tables can read.

A *matter* is one allegation as it concerns one victim (or nobody in particular). Its sheet holds the
allegation's own facts, those of the victim and the offender under ``victim.`` and ``offender.``, and a few
that are worked out from the report as a whole: where it happened, whose word it rests on, what has been
judged. A fact that was not given is ``unknown``, unless the book's defaults give it a value; the defaults
used are remembered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, frozen

from firstpoint.counting.cells import ANY_NUMBER, MANY, Fact
from firstpoint.counting.days import offence_day
from firstpoint.counting.facts import KINDS, UNKNOWN, is_reported_incident, schema, values_of
from firstpoint.counting.places import WHERE, where_it_happened
from firstpoint.counting.titles import LISTED, NOT_LISTED, Meaning, kinds_told_by_title, meaning_of, places

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
    LISTED: (*places(), NOT_LISTED, UNKNOWN),
    "killing": ("yes", "serious_harm_not_meant", "no"),
    "break_in_said": ("yes", "no"),
    "offence_day": None,
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


#: What each worked-out fact is where the report says nothing that bears on it.
WHERE_NOTHING_IS_SAID: Mapping[str, Fact] = {
    "word": "own",
    "received_by": "force",
    "school_rule": "no",
    "fraud_route": "not_stated",
    "investigates_abroad": UNKNOWN,
    "country": UNKNOWN,
    "setting": UNKNOWN,
    "victim_here_then": "no",
    "where": "here",
    "former_record": "no",
    "in_law": "not_stated",
    "necessary": "no",
    "harassment_only": "no",
    "serious_school_incident": "no",
    "young_party": "no",
    "child_victim": "no",
    "killing": "no",
    "break_in_said": "no",
    **{f"hostility.{strand}": "no" for strand in STRANDS},
    "victim.confirms": "not_stated",
    "victim.age": ANY_NUMBER,
    "offender.age": ANY_NUMBER,
}

#: The stated facts that :func:`derived_facts` follow from.
DERIVED_FROM = frozenset({"injury", "break_in_more_likely"})

#: Judgements that only some may make, where the report says who made them: p 55 leaves it to the registrar.
MAY_JUDGE: Mapping[str, tuple[str, ...]] = {
    "harassment_only": ("registrar", "registered_registrar", "deputy_registrar"),
}

#: What a referral centre that says something, but not this, is taken to have done.
_KEPT_BACK: Mapping[str, str] = {"investigation_wanted": "no", "details_passed": "none", "samples": "none"}


class Matter:
    """One allegation as it concerns one victim.

    ``owner`` is who counts as one owner with the victim (the household, or the victim alone), ``shop`` the
    store a concession belongs to; ``offender`` and ``incident`` are empty where the report leaves them out.
    ``people`` is more than one only where the report gives a number instead of ids. ``key`` is the sheet of
    facts as one number (:mod:`~firstpoint.counting.coding`), ``part`` the part of an allegation that is
    counted apart. The sheet itself, ``facts``, is written out only when asked for; ``defaults`` are the facts
    on it that were assumed.
    """

    __slots__ = (
        "_sheet", "_told", "allegation", "id", "incident", "index", "key", "kind", "offender", "owner",
        "part", "people", "shop", "victim", "victim_index",
    )  # fmt: skip

    def __init__(
        self,
        told: Told,
        index: int,
        allegation: Mapping[str, Any],
        victim: str,
        entry: Mapping[str, Any],
        victim_index: int | None,
        part: Mapping[str, Fact],
        key: int,
    ) -> None:
        self._told = told
        self._sheet: tuple[dict[str, Fact], frozenset[str]] | None = None
        self.index = index
        self.id: str = allegation.get("id") or f"a{index + 1}"
        self.kind: str = allegation["kind"]
        self.victim = victim
        self.owner: str = entry.get("household", victim)
        self.shop: str = entry.get("within", victim)
        self.people = 1 if victim else max(1, allegation.get("victim_count", 1))
        self.offender: str = allegation.get("offender", "")
        self.incident: str = allegation.get("incident", "")
        self.allegation = allegation
        self.part = part
        self.key = key
        self.victim_index = victim_index

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The sheet of facts, defaults included."""
        if self._sheet is None:
            self._sheet = self._told.sheet(self)
        return self._sheet[0]

    @property
    def defaults(self) -> frozenset[str]:
        """The facts on the sheet that were assumed."""
        if self._sheet is None:
            self._sheet = self._told.sheet(self)
        return self._sheet[1]

    @property
    def whom(self) -> str:
        """What tells these victims from others: the id, or where only a number was given, all that was
        said.
        """
        if self.victim or self.people == 1:
            return self.victim
        said = {name: value for name, value in self.allegation.items() if name != "id"}
        return "*" + json.dumps(said, sort_keys=True)

    def number(self, name: str, otherwise: int) -> int:
        """Give a whole number that the allegation states, or what holds otherwise."""
        value = self.allegation.get(name)
        return value if isinstance(value, int) else otherwise


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


@define(eq=False)
class Told:
    """A report with what is needed to write out the sheet of facts of any of its matters.

    ``marks`` tells of each kind whether it has a victim (V), is against the state (S), either (M) or
    neither (-).
    """

    report: Mapping[str, Any]
    marks: Mapping[str, str]
    defaults: Sequence[Default]
    told_beside: Sequence[ToldBeside]

    def sheet(self, matter: Matter) -> tuple[dict[str, Fact], frozenset[str]]:
        """Give the facts of a matter, and which of them were assumed."""
        report, allegation = self.report, matter.allegation
        victim = entry_of(report, "victims", matter.victim)
        offender = entry_of(report, "offenders", matter.offender)
        listed = listed_offence(report, allegation)
        facts = {
            **WHERE_NOTHING_IS_SAID,
            "kind": matter.kind,
            **shared_facts(report),
            **_own_facts(allegation),
            **_facts_under("offender", offender),
            **judged(report, matter.id, "counter_allegation" in allegation),
            **told_by_others(report, allegation, self.told_beside),
            **place_facts(report, allegation),
            **record_facts(report, allegation),
            **_facts_under("victim", victim),
            **_victim_facts(allegation, matter.victim, listed.mark if listed else self.marks[matter.kind]),
            "offence_day": (offence_day(allegation, report["reported_at"]),) * 2,
            **matter.part,
        }
        if listed:
            facts |= {LISTED: listed.fact, "kind": listed.kind or matter.kind}
        if facts.get("victim.sex") == "other":
            facts["victim.sex"] = UNKNOWN
        facts["young_party"] = _yes(
            _surely_under(facts, "victim.age", 16) or _surely_under(facts, "offender.age", 16)
        )
        facts["child_victim"] = _yes(_surely_under(facts, "victim.age", 18))
        return facts, assume(facts, matter.kind, self.defaults)


def entry_of(report: Mapping[str, Any], part: str, name: str) -> Mapping[str, Any]:
    """Give what is said of a victim or offender, or an empty entry."""
    if not name:
        return {}
    return next((entry for entry in report.get(part, ()) if entry["id"] == name), {})


def allegation_id(allegation: Mapping[str, Any], index: int) -> str:
    """Give an allegation's id, or a1, a2 … by its place."""
    return str(allegation.get("id", f"a{index + 1}"))


def parts_of(allegation: Mapping[str, Any]) -> tuple[dict[str, Fact], ...]:
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
            facts[name] = (min(value, MANY),) * 2
    facts |= derived_facts(allegation)
    facts |= seen_by(allegation)
    if "result" in allegation:
        facts["driving_result"] = allegation["result"]
    if "hostility" in allegation:
        facts |= hostility_facts(allegation["hostility"])
    return facts


def derived_facts(allegation: Mapping[str, Any]) -> dict[str, Fact]:
    """Give the facts that follow from how an allegation states others (:data:`DERIVED_FROM`)."""
    return {
        "killing": _killing(allegation),
        "break_in_said": _yes(allegation.get("break_in_more_likely") == "yes"),
    }


def seen_by(allegation: Mapping[str, Any]) -> dict[str, Fact]:
    """Give how many looked on at least, where it is not stated and several are named as victims."""
    named = len(allegation.get("victims", ()))
    return {"onlookers": (named, MANY)} if named > 1 and "onlookers" not in allegation else {}


def _killing(allegation: Mapping[str, Any]) -> str:
    """Say whether the injury was fatal, and if so whether it was told that no serious harm was meant."""
    if allegation.get("injury") != "fatal":
        return "no"
    stated = allegation.get("harm_intent") in ("none", "less_than_serious")
    return "serious_harm_not_meant" if stated else "yes"


def place_facts(report: Mapping[str, Any], allegation: Mapping[str, Any]) -> dict[str, Fact]:
    """Give where an allegation happened, as far as the report says."""
    place = allegation.get("place", {})
    return {
        "where": where_it_happened(report, allegation),
        "country": place.get("country", UNKNOWN),
        "setting": place.get("setting", UNKNOWN),
        "victim_here_then": _yes(place.get("victim_at", {}).get("country") in ("england", "wales")),
    }


def hostility_facts(hostility: Sequence[str]) -> dict[str, Fact]:
    """Give the grounds of hostility as the rules tell them apart."""
    grounds = {f"hostility.{strand}": _yes(strand in hostility) for strand in STRANDS}
    return {"aggravation": _aggravation(hostility), **grounds}


def _aggravation(hostility: Sequence[str]) -> str:
    if "race" in hostility or "religion" in hostility:
        return "race_or_religion"
    if UNKNOWN in hostility:
        return UNKNOWN
    return "sex" if "sex" in hostility else "none" if set(hostility) <= {"none"} else "other"


def listed_offence(report: Mapping[str, Any], allegation: Mapping[str, Any]) -> Meaning | None:
    """Give what the title of an offence told by title means on the day of the offence."""
    if allegation["kind"] not in kinds_told_by_title():
        return None
    figures = f"{offence_day(allegation, report['reported_at']):08d}"
    day = f"{figures[:4]}-{figures[4:6]}-{figures[6:]}"
    return meaning_of(allegation.get("offence_title", ""), day)


def _facts_under(part: str, entry: Mapping[str, Any]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        f"{part}.{name}": value for name, value in entry.items() if isinstance(value, str)
    }
    facts[f"{part}.age"] = age_span(entry)
    return facts


def age_span(entry: Mapping[str, Any]) -> tuple[int, int]:
    """Give the lowest and highest age that a victim or offender may have had."""
    age = entry.get("age")
    return AGE_BANDS.get(entry.get("age_band", UNKNOWN), ANY_NUMBER) if age is None else (min(age, MANY),) * 2


def _victim_facts(allegation: Mapping[str, Any], victim: str, mark: str) -> dict[str, Fact]:
    found = bool(victim) or allegation.get("victim_count", 0) > 0
    marked = {"V": "victim", "S": "state", "M": "victim" if found else "state", "-": "none"}[mark]
    return {"victim_found": _yes(found), "mark": marked}


def shared_facts(report: Mapping[str, Any]) -> dict[str, Fact]:
    """Give the facts that the report as a whole states for each of its matters."""
    facts: dict[str, Fact] = {}
    reporter = report.get("reporter", {})
    centre = report.get("referral_centre")
    if reporter or centre:
        facts["word"] = _whose_word(reporter, bool(centre))
    if "role" in reporter:
        facts["reporter.role"] = reporter["role"]
    if "received_by" in report:
        facts["received_by"] = report["received_by"]
    if "school" in report:
        facts["school_rule"] = _school_rule(report["school"])
    if "fraud_routing" in report:
        facts["fraud_route"] = _fraud_route(report["fraud_routing"])
    if "force_investigates_abroad" in report:
        facts["investigates_abroad"] = report["force_investigates_abroad"]
    if centre:
        facts |= {f"centre.{name}": value for name, value in {**_KEPT_BACK, **centre}.items()}
    return facts | {f"other_force.{name}": value for name, value in report.get("other_force", {}).items()}


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


def judged(report: Mapping[str, Any], allegation: str, counter: bool) -> dict[str, Fact]:
    """Give what was judged of an allegation; ``counter``: it is made by someone who is himself accused."""
    said = {
        judgement["about"]: judgement["value"]
        for judgement in report.get("judgements", ())
        if judgement.get("allegation", allegation) == allegation
        and judgement.get("by") in (None, *MAY_JUDGE.get(judgement["about"], (judgement.get("by"),)))
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


def told_by_others(
    report: Mapping[str, Any], allegation: Mapping[str, Any], told_beside: Sequence[ToldBeside]
) -> dict[str, Fact]:
    """Give the facts of an allegation that another one of the same offender and incident tells."""
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


def record_facts(report: Mapping[str, Any], allegation: Mapping[str, Any]) -> dict[str, Fact]:
    """Give what kind of record already holds this very matter."""
    same = allegation.get("same_as_record")
    record = next((entry for entry in report.get("prior_records", ()) if entry["id"] == same), None)
    if record is None:
        return {"former_record": "no"}
    return {"former_record": "reported_incident" if is_reported_incident(record) else "crime"}


def assume(facts: dict[str, Fact], kind: str, defaults: Sequence[Default]) -> frozenset[str]:
    """Put the defaults of a kind on its sheet, and give the facts that were assumed."""
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
