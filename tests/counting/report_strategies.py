"""Reports for Hypothesis, made from the published schema's own kinds, attributes and values."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from firstpoint.counting import KINDS
from firstpoint.counting.facts import schema

DEFS = schema("report")["$defs"]
VICTIMS = ("v1", "v2", "b1", "h1")
OFFENDERS = ("o1", "o2")
RECORDS = ("p1", "p2")
_LINKS = {
    "victims",
    "offender",
    "incident",
    "during",
    "same_as_record",
    "continues_record",
    "disclosed_in",
    "id",
    "kind",
}


def value_of(field: dict[str, Any]) -> st.SearchStrategy[Any] | None:
    """Give values that fit a simple field of the schema."""
    if "enum" in field:
        return st.sampled_from(field["enum"])
    if "oneOf" in field:
        return st.sampled_from([entry["const"] for entry in field["oneOf"]])
    if field.get("type") == "integer":
        return st.integers(0, 12)
    if field.get("type") == "array" and "enum" in field["items"]:
        return st.lists(st.sampled_from(field["items"]["enum"]), min_size=1, max_size=3, unique=True)
    return None


def fields_of(properties: dict[str, Any], names: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Give some of these fields with fitting values."""
    simple = {name: value_of(properties[name]) for name in sorted(names)}
    return st.fixed_dictionaries(
        {}, optional={name: value for name, value in simple.items() if value is not None}
    )


@cache
def attributes_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Give some of the attributes of a kind, made once for each kind."""
    return fields_of(DEFS["allegation"]["properties"], set(KINDS[kind].attributes) - _LINKS)


@cache
def part_of(part: str) -> st.SearchStrategy[dict[str, Any]]:
    """Give some of the plain fields of a victim, offender, place, …, made once for each."""
    top = schema("report")["properties"]
    properties = (DEFS.get(part) or top[part])["properties"]
    return fields_of(
        properties, set(properties) - {"id", "household", "within", "victim_id", "record", "code", "kind"}
    )


@st.composite
def people(draw: st.DrawFn, part: str) -> dict[str, Any]:
    """Give what is said of a person, with an age that agrees with band and duty."""
    entry = draw(part_of(part))
    if entry.get("duty", "none") not in ("none", "unknown"):
        entry.pop("age_band", None)
        entry["age"] = 18 + entry.get("age", 0)
    elif "age" in entry and draw(st.booleans()):
        entry["age"] += 10
    if "age" in entry:
        entry.pop("age_band", None)
    return entry


@st.composite
def allegations(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(KINDS)) -> dict[str, Any]:
    """Give an allegation of one of these kinds, with any attributes its kind takes."""
    kind = draw(st.sampled_from(kinds))
    allegation: dict[str, Any] = {"kind": kind, **draw(attributes_of(kind))}
    if draw(st.booleans()):
        allegation.pop("victim_count", None)
        allegation["victims"] = draw(st.lists(st.sampled_from(VICTIMS), unique=True, max_size=3))
    if draw(st.booleans()):
        allegation["offender"] = draw(st.sampled_from(OFFENDERS))
    if draw(st.booleans()):
        allegation["place"] = draw(part_of("place"))
    for link in ("same_as_record", "continues_record", "disclosed_in"):
        if draw(st.integers(0, 9)) == 0:
            allegation[link] = draw(st.sampled_from(RECORDS))
    return allegation


@st.composite
def reports(draw: st.DrawFn) -> dict[str, Any]:
    """Give a report that fits the schema, with people, judgements, records and sometimes a question."""
    told = draw(st.lists(allegations(), max_size=4))
    for at, allegation in enumerate(told):
        allegation["id"] = f"a{at}"
        if at and draw(st.integers(0, 3)) == 0:
            allegation["during"] = f"a{draw(st.integers(0, at - 1))}"
    top = schema("report")["properties"]
    report: dict[str, Any] = {
        "schema_version": 1,
        "reported_at": draw(st.sampled_from(["2026-06-15T10:00:00+01:00", "2026-12-01T23:59:00Z"])),
        "allegations": told,
        "victims": [{"id": name, **draw(people("victim"))} for name in VICTIMS],
        "offenders": [{"id": name, **draw(people("offender"))} for name in OFFENDERS],
        "prior_records": [{**_record(draw), "id": name} for name in RECORDS],
    }
    for part in ("reporter", "school", "referral_centre", "fraud_routing"):
        if draw(st.integers(0, 3)) == 0:
            report[part] = draw(part_of(part))
    if draw(st.booleans()):
        report["received_by"] = draw(value_of(top["received_by"]))
    report["judgements"] = draw(st.lists(_judgements(), max_size=2))
    if draw(st.integers(0, 2)) == 0:
        report["ask"] = _question(draw)
    return report


def _record(draw: st.DrawFn) -> dict[str, Any]:
    record = {
        "class": draw(
            st.sampled_from(["8N", "8Q", "19C", "1", "28I", "N100/01", "N300/01", "49A", "NFIB3A", "8L"])
        )
    }
    if draw(st.booleans()):
        record |= {
            "victim": "v1",
            "offender": "o1",
            "last_act_on": draw(st.sampled_from(["2026-05-31", "2025-11-30"])),
        }
    told = draw(part_of("record"))
    return record | {name: told[name] for name in ("status", "offender_dealt_with") if name in told}


def _judgements() -> st.SearchStrategy[dict[str, Any]]:
    about = [entry["const"] for entry in DEFS["judgement"]["properties"]["about"]["oneOf"]]
    return st.fixed_dictionaries(
        {"about": st.sampled_from(about), "value": st.sampled_from(["yes", "no", "unknown", "a0"])}
    )


def _question(draw: st.DrawFn) -> dict[str, Any]:
    properties = DEFS["ask"]["properties"]
    ask = draw(part_of("ask"))
    ask.pop("duplicate_of", None)
    ask["kind"] = draw(value_of(properties["kind"]))
    ask["record"] = draw(st.sampled_from(RECORDS))
    if draw(st.booleans()):
        ask["code"] = draw(
            st.sampled_from(["C1", "C2", "C3", "C4", "C5", "1", "1A", "15", "16", "18", "23", "other"])
        )
    if draw(st.booleans()):
        ask["recorded_at"] = "2026-06-17T10:00:00+01:00"
    if draw(st.booleans()):
        ask["charged"] = {"kind": "assault", "same_facts": draw(st.sampled_from(["yes", "no", "unknown"]))}
    return ask
