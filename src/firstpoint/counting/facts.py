"""The facts of a report: the published format, its vocabulary, and every fault of a report that misses it.

:func:`report_faults` gives all faults at once, each with the JSON pointer of the place and what to do;
:func:`KINDS` and the value lists are read from the same schema, so that the format is written down once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

import jsonschema_rs
from attrs import frozen

from firstpoint.counting.sense import faults_of_sense
from firstpoint.errors import BadReport
from firstpoint.vocabulary import reported_incidents

#: What stands for a fact that was not stated, or was asked and is not known.
UNKNOWN = "unknown"


@frozen
class Kind:
    """A plain kind of offence: its meaning in a few words and the attributes that an allegation of it may
    carry.
    """

    name: str
    meaning: str
    attributes: frozenset[str]


@cache
def schema(name: str) -> dict[str, Any]:
    """Give a published schema, ``report`` or ``verdict``, as parsed JSON."""
    text = (resources.files(__package__) / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


@cache
def validator(name: str) -> jsonschema_rs.Validator:
    """Give a compiled validator of a published schema."""
    return jsonschema_rs.validator_for(schema(name))


def report_faults(report: Any) -> list[str]:
    """Give every fault of a report as text, each beginning with its JSON pointer; an empty list means none.

    Beyond the schema, what nothing could be decided about is a fault too: a link to a record, allegation or
    victim that the report does not hold, an id that stands twice, a circle, facts that contradict each other.
    """
    if not isinstance(report, Mapping):
        return [": the report must be an object. Give one JSON object per report."]
    if validator("report").is_valid(report):
        return list(faults_of_sense(report))
    faults: dict[str, None] = {}
    for error in validator("report").iter_errors(report):
        faults.setdefault(_fault(report, error), None)
    return sorted(faults)


def require_report(report: Any) -> None:
    """Pass a well-formed report; raise :class:`BadReport` naming every fault otherwise."""
    faults = report_faults(report)
    if faults:
        raise BadReport("the report does not fit the format: " + " | ".join(faults), where="report")


def _kinds() -> dict[str, Kind]:
    definition = schema("report")["$defs"]
    common = frozenset(definition["on_every_kind"]["enum"])
    own: dict[str, frozenset[str]] = {}
    for branch in definition["allegation"]["allOf"]:
        names = branch["then"]["propertyNames"]
        extra = [name for part in names.get("anyOf", []) for name in part.get("enum", [])]
        for kind in branch["if"]["properties"]["kind"].get("enum", []):
            own[kind] = own.get(kind, frozenset()) | frozenset(extra)
    return {
        entry["const"]: Kind(
            entry["const"], entry["description"], common | own.get(entry["const"], frozenset())
        )
        for entry in definition["kind"]["oneOf"]
    }


#: Every kind of allegation by its name.
KINDS: Mapping[str, Kind] = _kinds()


@cache
def values_of(part: str, field: str) -> tuple[str, ...] | None:
    """Give the values a field may take (``part`` is ``allegation``, ``victim``, ``offender``, …), or None
    where it is a number, a text or an id.
    """
    field_schema = schema("report")["$defs"][part]["properties"].get(field, {})
    if "enum" in field_schema:
        return tuple(field_schema["enum"])
    if "oneOf" in field_schema:
        return tuple(entry["const"] for entry in field_schema["oneOf"])
    return tuple(field_schema["items"]["enum"]) if "enum" in field_schema.get("items", {}) else None


def judgements() -> dict[str, str]:
    """Give what a judgement may be about, each with its meaning."""
    about = schema("report")["$defs"]["judgement"]["properties"]["about"]
    return {entry["const"]: entry["description"] for entry in about["oneOf"]}


def is_reported_incident(record: Mapping[str, Any]) -> bool:
    """Say whether a prior record is a reported incident (N100, N200, N300) and no crime."""
    kept_as = {code.partition("/")[0] for code in reported_incidents()}
    return str(record.get("class", "")).partition("/")[0] in kept_as


def _fault(report: Mapping[str, Any], error: Any) -> str:
    pointer = "".join(f"/{step}" for step in error.instance_path)
    here = _at(report, error.instance_path)
    if pointer.endswith("/kind"):
        return f"{pointer}: {here!r} is not a kind of allegation.{_nearest(str(here), KINDS)}"
    path = [str(step) for step in error.schema_path]
    if "propertyNames" in path or path[-1] == "additionalProperties":
        return _unknown_fields(pointer, here)
    if path[-1] == "enum":
        return f"{pointer}: {error.message}.{_nearest(str(here), tuple(_enum(error)))}"
    return f"{pointer}: {error.message}."


def _unknown_fields(pointer: str, here: Any) -> str:
    known = _fields_allowed(pointer, here)
    strange = sorted(name for name in here if name not in known) if isinstance(here, Mapping) else [str(here)]
    told = "; ".join(f"{name!r} is not a field here.{_nearest(name, known)}" for name in strange)
    return f"{pointer}: {told or 'a field is not allowed here.'}"


def _fields_allowed(pointer: str, here: Any) -> tuple[str, ...]:
    steps = [step for step in pointer.split("/") if step and not step.isdigit()]
    if steps == ["allegations"] and isinstance(here, Mapping):
        kind = KINDS.get(str(here.get("kind")))
        return (
            tuple(sorted(kind.attributes))
            if kind
            else tuple(schema("report")["$defs"]["allegation"]["properties"])
        )
    node: Any = schema("report")
    singular = {
        "victims": "victim",
        "offenders": "offender",
        "prior_records": "record",
        "judgements": "judgement",
    }
    for step in steps:
        named = singular.get(step, step)
        node = schema("report")["$defs"].get(named) or node.get("properties", {}).get(step, {})
    return tuple(node.get("properties", {}))


def _enum(error: Any) -> list[str]:
    return [str(option) for option in getattr(error.kind, "options", []) or []]


def _nearest(name: str, known: Any) -> str:
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""


def _at(report: Any, path: Any) -> Any:
    for step in path:
        report = report[step]
    return report
