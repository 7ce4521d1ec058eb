"""Where each field of a report stands in columns: the published format as tables for a fast reader.

Everything here is worked out from the schema, so that the format is written down once. A *place* is one kind
of JSON object (the report, an allegation, a victim …); a field of a place is a *name* with a fixed list of
values, an *id*, a whole number, a day and so on, and has a *slot*: its column among those of its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from attrs import frozen

from firstpoint.counting.books import newest_book
from firstpoint.counting.columns.arrays import Bytes, Int32, Int64
from firstpoint.counting.columns.hashing import fill, hashed
from firstpoint.counting.facts import KINDS, schema
from firstpoint.vocabulary import offence_classes, offence_codes, reported_incidents

#: Kinds of place, each a number in the tables.
PLACES = (
    "report", "reporter", "allegation", "victim", "offender", "school", "referral_centre", "fraud_routing",
    "other_force", "place", "spot", "when", "judgement", "record",
)  # fmt: skip
REPORT, REPORTER, ALLEGATION, VICTIM, OFFENDER = 0, 1, 2, 3, 4
SCHOOL, CENTRE, ROUTING, OTHER_FORCE, PLACE, SPOT, WHEN, JUDGEMENT, RECORD = 5, 6, 7, 8, 9, 10, 11, 12, 13

#: The places whose entries have rows of their own.
WITH_ROWS = (REPORT, ALLEGATION, VICTIM, OFFENDER, JUDGEMENT, RECORD)

#: What a field holds, each a number in the tables.
NAME, ID, NUMBER, DAY, DAY_OR_MOMENT, MOMENT, TEXT, ONE, NAMES, IDS, OBJECT, OBJECTS, REMARK, UNREAD = range(
    14
)

_LISTS: Mapping[str, int] = {
    "allegations": ALLEGATION, "victims": VICTIM, "offenders": OFFENDER, "judgements": JUDGEMENT,
    "prior_records": RECORD,
}  # fmt: skip
_OBJECTS: Mapping[str, int] = {
    "reporter": REPORTER, "school": SCHOOL, "referral_centre": CENTRE, "fraud_routing": ROUTING,
    "other_force": OTHER_FORCE, "place": PLACE, "when": WHEN, "suspect_at": SPOT, "suspect_home": SPOT,
    "victim_at": SPOT, "victim_home": SPOT, "business_at": SPOT,
}  # fmt: skip
SPOTS = ("suspect_at", "suspect_home", "victim_at", "victim_home", "business_at")
#: Stands for a class of crime that no list holds.
UNLISTED = "unlisted"
#: Objects of which a report holds one at most; their fields stand among the report's own.
_OF_REPORT = ("reporter", "school", "referral_centre", "fraud_routing", "other_force")
#: Objects whose fields stand among those of the allegation that holds them.
_OF_ALLEGATION = ("place", "when")


@frozen
class Field:
    """One field: the place it is read in, where its value goes, what it holds, and its values in order.

    ``table`` is the place whose columns hold the value, ``column`` its name there, ``slot`` the column's
    number among the columns of that place with the same sort of content (names, or numbers).
    """

    place: int
    name: str
    holds: int
    table: int
    column: str
    slot: int
    values: tuple[str, ...]


@cache
def fields() -> tuple[Field, ...]:
    """Give every field of the format that the reader knows."""
    found: list[Field] = []
    slots: dict[tuple[int, bool], int] = {}
    for place, name, holds, table, column, values in _told():
        named = holds == NAME
        at = slots.get((table, named), 0)
        slots[table, named] = at + 1
        found.append(Field(place, name, holds, table, column, at, values))
    return tuple(found)


@cache
def slots(table: int, *, names: bool) -> dict[str, int]:
    """Give the columns of a place by name: those with names, or all others."""
    return {
        each.column: each.slot for each in fields() if each.table == table and (each.holds == NAME) == names
    }


@cache
def values_in(table: int, column: str) -> tuple[str, ...]:
    """Give the values of a column of names; code 0 is absence, the first value has code 1."""
    return next(each.values for each in fields() if each.table == table and each.column == column)


@cache
def classes_of_records() -> tuple[str, ...]:
    """Give every class that a prior record can have in columns, reported incidents first."""
    kept = {code.partition("/")[0] for code in reported_incidents()}
    national = {ho_class for ho_class, _ in newest_book().classes} - offence_classes().keys()
    return (*reported_incidents(), *sorted(kept), UNLISTED, *offence_classes(), *sorted(national))


@cache
def codes_of_records() -> tuple[str, ...]:
    """Give every offence code that a prior record can have in columns."""
    return tuple(sorted({each.ho_code for each in offence_codes()}))


def _told() -> Iterator[tuple[int, str, int, int, str, tuple[str, ...]]]:
    published = schema("report")
    defined = published["$defs"]
    for name, field in published["properties"].items():
        yield from _field(REPORT, name, field, REPORT, name)
    for name in _OF_REPORT:
        for inner, field in published["properties"][name]["properties"].items():
            yield from _field(_OBJECTS[name], inner, field, REPORT, f"{name}.{inner}")
    for name, field in defined["allegation"]["properties"].items():
        yield from _field(ALLEGATION, name, field, ALLEGATION, name)
    for name, field in defined["place"]["properties"].items():
        yield from _field(PLACE, name, field, ALLEGATION, f"place.{name}")
    for name in ("from", "to"):
        yield WHEN, name, DAY_OR_MOMENT, ALLEGATION, f"when.{name}", ()
    for part, place in (
        ("victim", VICTIM),
        ("offender", OFFENDER),
        ("judgement", JUDGEMENT),
        ("record", RECORD),
    ):
        for name, field in defined[part]["properties"].items():
            yield from _field(place, name, field, place, name)
    for spot in SPOTS:
        for name, field in defined["place"]["properties"][spot]["properties"].items():
            yield from _field(SPOT, f"{spot}.{name}", field, ALLEGATION, f"place.{spot}.{name}")


def _field(
    place: int, name: str, field: Mapping[str, Any], table: int, column: str
) -> Iterator[tuple[int, str, int, int, str, tuple[str, ...]]]:
    reference = field.get("$ref", "").rpartition("/")[2]
    values = tuple(field.get("enum", ())) or tuple(one["const"] for one in field.get("oneOf", ()))
    if (place, name) == (RECORD, "class"):
        yield place, name, NAME, table, column, classes_of_records()
    elif (place, name) == (RECORD, "ho_code"):
        yield place, name, NAME, table, column, codes_of_records()
    elif reference == "kind" and place == ALLEGATION:
        yield (
            place,
            name,
            NAME,
            table,
            column,
            tuple(one["const"] for one in schema("report")["$defs"]["kind"]["oneOf"]),
        )
    elif values:
        yield place, name, NAME, table, column, values
    else:
        holds = {"id": ID, "force": TEXT, "date": DAY, "datetime": MOMENT, "date_or_time": DAY_OR_MOMENT}.get(
            reference, UNREAD
        )
        if name in _LISTS and place == REPORT:
            holds = OBJECTS
        elif name in _OBJECTS:
            holds = OBJECT
        elif field.get("type") == "integer":
            holds = NUMBER
        elif "const" in field:
            holds = ONE
        elif name == "hostility":
            holds = NAMES
        elif (place, name) == (ALLEGATION, "victims"):
            holds = IDS
        elif (place, name) in ((REPORT, "report_id"), (JUDGEMENT, "value")):
            holds = TEXT
        elif name in ("note", "reason", "outcome", "section"):
            holds = REMARK
        values = tuple(field["items"]["enum"]) if holds == NAMES else ()
        yield place, name, holds, table, column, values


class Tables(NamedTuple):
    """The format as arrays: what stands in which place, and which values it may have.

    Names are found by hash and then compared letter by letter in ``letters``. ``keys`` finds the number of a
    field, counted from 1, by place and name, ``values`` the code of a value by 1000 + field and name: each
    row is hash, start and length in ``letters``, and what is found. A row of ``fields`` is the place in
    which a field is read, what it holds, the number of the place (among those with rows) and slot where it
    goes, and the place that it opens. ``allowed[kind, field]`` says whether an allegation of a kind may
    carry a field.
    """

    letters: Bytes
    keys: Int64
    values: Int64
    fields: Int32
    allowed: Bytes


@cache
def tables() -> Tables:
    """Give the format as arrays."""
    letters = bytearray()
    keys: dict[tuple[int, str], tuple[int, int, int, int]] = {}
    values = []
    told = fields()
    for number, field in enumerate(told):
        name = field.name.rpartition(".")[2] if field.place == SPOT else field.name
        key = (hashed(name.encode(), field.place), len(letters), len(name), number + 1)
        keys.setdefault((field.place, name), key)
        letters += name.encode()
        for code, value in enumerate(field.values, start=1):
            values.append((hashed(value.encode(), 1000 + number), len(letters), len(value), code))
            letters += value.encode()
    kinds = [frozenset[str](), *(kind.attributes | {"kind", "id"} for kind in KINDS.values())]
    return Tables(
        np.frombuffer(bytes(letters), dtype=np.uint8),
        fill(list(keys.values())),
        fill(values),
        np.array(
            [
                (
                    field.place, field.holds, WITH_ROWS.index(field.table), field.slot,
                    _LISTS.get(field.name, _OBJECTS.get(field.name.rpartition(".")[2], -1)),
                )
                for field in told
            ],
            dtype=np.int32,
        ),
        np.array(
            [[field.place != ALLEGATION or field.name in allowed for field in told] for allowed in kinds],
            dtype=np.uint8,
        ),
    )  # fmt: skip
