"""The facts of a report as a form writes them: each control is named by its place in the report.

A form carries the facts from which it was made as one JSON text (``facts``), and the controls that a person
saw as ``fact:`` and a place (``fact:/allegations/0/injury``). What no control touches stays as it was, so
that nothing the screen or a colleague told is lost on the way. The places and the words that may stand there
are those of the published format; nothing of it is written down here again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import count
from typing import Any

from firstpoint import casework
from firstpoint.counting.facts import KINDS, report_faults, schema
from firstpoint.workbench.incidents.wording import fact_in_words, told_in_words

PREFIX = "fact:"
LONGEST = 60_000
"""Characters of a report's facts that are taken: a hundred times what most reports need."""

MOST_ALLEGATIONS, MOST_PEOPLE = 30, 60
ADD_ALLEGATION, ADD_VICTIM, OUT = f"{PREFIX}add", "victim", "out"
_TABLES = {"allegations": "allegation", "victims": "victim", "offenders": "offender"}
_PLACE = re.compile(r"/(allegations|victims|offenders)/(\d{1,2})/([a-z_0-9]+)(?:/([a-z_0-9]+))?")
_OF_REPORT = re.compile(r"/([a-z_]+)(?:/([a-z_]+))?")
_FAULT = re.compile(r"(?P<pointer>[^:]*): (?P<text>.*)", re.DOTALL)

Report = dict[str, Any]


def facts_of(posted: Mapping[str, str]) -> object:
    """The facts that a form gives, or None where it holds none; a text that is no report stays a text."""
    written = posted.get("facts", "")
    if not written.strip():
        return None
    report = _read(written)
    if report is None:
        return written[:LONGEST]
    for name, value in posted.items():
        if name.startswith(PREFIX):
            _put(report, name.removeprefix(PREFIX), value.strip().replace("\x00", ""))
    _link_victims(report, posted)
    _take_out(report, posted)
    _add(report, posted)
    return _tidied(report)


def faults_of(facts: object) -> dict[str, str]:
    """What is wrong with the facts of a report in plain words, by the id of the control that can mend it."""
    if not isinstance(facts, Mapping):
        return {"facts": "The facts could not be read; open the report again and enter them anew"}
    allegations, victims = entries(facts, "allegations"), entries(facts, "victims")
    if len(allegations) > MOST_ALLEGATIONS or len(victims) > MOST_PEOPLE:
        return {
            "facts": f"At most {MOST_ALLEGATIONS} allegations and {MOST_PEOPLE} victims: say how many instead"
        }
    found: dict[str, str] = {}
    for fault in report_faults(facts):
        parted = _FAULT.match(fault)
        pointer, text = (parted["pointer"], parted["text"]) if parted else ("", fault)
        found.setdefault(control_id(pointer), _plain(pointer, text, facts))
    return found


def control_id(pointer: str) -> str:
    """The id of the control for a place of a report; that of the whole form where none stands for it."""
    return f"fact{pointer.replace('/', '-')}" if leaf(pointer) else "facts"


@lru_cache(maxsize=4096)
def leaf(pointer: str) -> Mapping[str, Any] | None:
    """What the published format says of the fact at this place; None where no single fact stands there."""
    if found := _PLACE.fullmatch(pointer):
        table, _, name, inner = found.groups()
        return _leaf(schema("report")["$defs"][_TABLES[table]]["properties"], name, inner)
    if found := _OF_REPORT.fullmatch(pointer):
        return _leaf(schema("report")["properties"], *found.groups())
    return None


def resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """A node of the published format with its reference followed."""
    reference = str(node.get("$ref", ""))
    return {**schema("report")["$defs"][reference.rpartition("/")[2]], **node} if reference else node


def is_fact(node: Mapping[str, Any]) -> bool:
    """Whether one answer stands here: a choice, a number or a text, and no id of something else."""
    if str(node.get("$ref", "")).endswith("/id"):
        return False
    whole = resolved(node)
    return bool(choices_in(whole)) or whole.get("type") in ("integer", "string") or "anyOf" in whole


def choices_in(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The answers among which the fact is chosen; none where it is a number or a text."""
    named = tuple(each["const"] for each in node.get("oneOf", ()))
    return named or tuple(node.get("enum") or node.get("items", {}).get("enum") or ())


def value_at(report: Mapping[str, Any], pointer: str) -> Any:
    """What a report says at a place; None where it says nothing."""
    here: Any = report
    for part in pointer.split("/")[1:]:
        if isinstance(here, list):
            here = here[int(part)] if int(part) < len(here) else None
        else:
            here = here.get(part) if isinstance(here, Mapping) else None
    return here


def entries(report: Mapping[str, Any], table: str) -> list[dict[str, Any]]:
    """The allegations, victims or offenders of a report; none where it names none or they are no list."""
    rows = report.get(table)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def in_lines(facts: Mapping[str, Any]) -> list[str]:
    """The facts of a report as lines: one for each allegation, and for each victim of whom one knows."""
    lines = [
        f"{str(each.get('kind', 'allegation')).replace('_', ' ').capitalize()}: {_told(each, ('id', 'kind'))}"
        for each in entries(facts, "allegations")
    ]
    people = [each for each in entries(facts, "victims") if each.keys() - {"id"}]
    return lines + [f"Victim {each.get('id', '')}: {_told(each, ('id',))}" for each in people]


def _read(written: str) -> Report | None:
    if len(written) > LONGEST:
        return None
    try:
        report = json.loads(written)
    except (ValueError, RecursionError):
        return None
    return report if isinstance(report, dict) and casework.is_readable(report) else None


def _put(report: Report, pointer: str, value: str) -> None:
    """Write an answer at its place; an empty one takes what stood there away."""
    node = leaf(pointer)
    if pointer.startswith("/judgements/"):
        _judge(report, pointer.rpartition("/")[2], value)
    elif node is not None and (holder := _holder(report, pointer, value)) is not None:
        name = pointer.rpartition("/")[2]
        if value:
            holder[name] = _typed(resolved(node), value)
        else:
            holder.pop(name, None)


def _holder(report: Report, pointer: str, value: str) -> dict[str, Any] | None:
    """The part of the report in which a place stands, made where an answer needs it."""
    parts = pointer.split("/")[1:-1]
    if parts and parts[0] in _TABLES:
        holder = _entry(report, parts[0], int(parts[1]), value)
        parts = parts[2:]
    else:
        holder = report
    for part in parts:
        if holder is None or (part not in holder and not value):
            return None
        inner = holder.setdefault(part, {})
        holder = inner if isinstance(inner, dict) else None
    return holder


def _entry(report: Report, table: str, at: int, value: str) -> dict[str, Any] | None:
    rows = report.get(table)
    if isinstance(rows, list) and at < len(rows):
        return rows[at] if isinstance(rows[at], dict) else None
    # The rules ask for the age of an offender of whom the report says nothing yet.
    if table == "offenders" and value and at == len(entries(report, "offenders")):
        made = {"id": f"o{at + 1}"}
        report["offenders"] = [*entries(report, "offenders"), made]
        for allegation in entries(report, "allegations"):
            allegation.setdefault("offender", made["id"])
        return made
    return None


def _typed(node: Mapping[str, Any], value: str) -> Any:
    if "items" in node:
        return value.split("|")
    if node.get("type") == "integer":
        return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else value
    return value[:200]


def _judge(report: Report, about: str, value: str) -> None:
    rows = report.get("judgements")
    others = [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []
    earlier = next((each for each in others if each.get("about") == about), {"about": about})
    others = [each for each in others if each.get("about") != about]
    report["judgements"] = [*others, {**earlier, "value": value}] if value else others
    if not report["judgements"]:
        del report["judgements"]


def _link_victims(report: Report, posted: Mapping[str, str]) -> None:
    # A box that is not ticked sends nothing, so the form says which boxes it showed.
    for at, each in enumerate(entries(report, "allegations")):
        mine = f"{PREFIX}/allegations/{at}/victims"
        if shown := [one for one in posted.get(f"{mine}:shown", "").split("|") if one]:
            kept = [one for one in _victims(each) if one not in shown]
            each["victims"] = [*kept, *(one for one in shown if posted.get(f"{mine}:{one}"))]


def _take_out(report: Report, posted: Mapping[str, str]) -> None:
    gone = [
        str(row.get("id"))
        for table in ("allegations", "victims")
        for at, row in enumerate(entries(report, table))
        if posted.get(f"{PREFIX}/{table}/{at}/{OUT}")
    ]
    for table in ("allegations", "victims"):
        if table in report:
            report[table] = [each for each in entries(report, table) if str(each.get("id")) not in gone]
    for each in entries(report, "allegations"):
        if isinstance(each.get("victims"), list):
            each["victims"] = [one for one in _victims(each) if one not in gone]
        if str(each.get("during")) in gone:
            del each["during"]


def _add(report: Report, posted: Mapping[str, str]) -> None:
    if posted.get("step") == ADD_VICTIM:
        report["victims"] = [*entries(report, "victims"), {"id": _free(report, "victims", "v")}]
    if kind := posted.get(ADD_ALLEGATION, ""):
        made: dict[str, Any] = {"id": _free(report, "allegations", "a"), "kind": kind[:100]}
        if harmed := entries(report, "victims")[:1]:
            made["victims"] = [harmed[0].get("id")]
        report["allegations"] = [*entries(report, "allegations"), made]


def _free(report: Report, table: str, letter: str) -> str:
    taken = [each.get("id") for each in entries(report, table)]
    return next(name for number in count(1) if (name := f"{letter}{number}") not in taken)


def _victims(allegation: Mapping[str, Any]) -> list[Any]:
    named = allegation.get("victims")
    return list(named) if isinstance(named, list) else []


def _tidied(report: Report) -> Report:
    """The report with an entry for each victim that is named, and without what its kinds do not take."""
    for each in entries(report, "allegations"):
        if kind := KINDS.get(str(each.get("kind"))):
            for name in each.keys() - kind.attributes - {"kind"}:
                del each[name]
        known = [one.get("id") for one in entries(report, "victims")]
        new = [{"id": one} for one in _victims(each) if one not in known][:MOST_PEOPLE]
        if new:
            report["victims"] = [*entries(report, "victims"), *new]
    return report


def _leaf(properties: Mapping[str, Any], name: str | None, inner: str | None) -> Mapping[str, Any] | None:
    node = properties.get(name or "")
    if node is not None and inner:
        node = resolved(node).get("properties", {}).get(inner)
    return node if node is not None and is_fact(node) else None


def _plain(pointer: str, text: str, facts: Mapping[str, Any]) -> str:
    node = leaf(pointer)
    if node is None:
        return told_in_words(text, facts)
    title = label_of(pointer)
    if resolved(node).get("type") == "integer":
        return f"{title}: enter a whole number, 0 or more"
    if pointer.endswith(("/from", "/to")):
        return f"{title}: enter a day such as 2026-05-04"
    return f"{title}: {told_in_words(text, facts)}"


def label_of(pointer: str) -> str:
    """The words that stand at the control for a place."""
    found = _PLACE.fullmatch(pointer) or _OF_REPORT.fullmatch(pointer)
    names = [each for each in found.groups() if each and not each.isdigit()] if found else []
    if names and names[0] in _TABLES:
        names = names[1:]
    words = fact_in_words(".".join(names))
    return f"{words[:1].upper()}{words[1:]}"


def _told(entry: Mapping[str, Any], without: tuple[str, ...]) -> str:
    return "; ".join(_parts(entry, without)) or "nothing more said"


def _parts(entry: Mapping[str, Any], without: tuple[str, ...], before: str = "") -> Iterator[str]:
    for name, value in entry.items():
        if name in without:
            continue
        if isinstance(value, Mapping):
            yield from _parts(value, (), f"{name}.")
        else:
            said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"{fact_in_words(before + name)}: {said.replace('_', ' ')}"
