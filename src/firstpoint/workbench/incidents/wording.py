"""The rules' own names for facts, in the words that a page uses.

A verdict names a fact by its place in the report (``/victims/0/sex``) or by its name (``victim.duty``). Pages
say "the sex of the first victim". The words are in ``fact_words.csv``; a fact without a row is told by its
name, with spaces.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_PEOPLE = {"victims": "victim", "offenders": "offender", "prior_records": "earlier record"}
_POINTER = re.compile(r"(?<![\w/])(?:/[a-z_]+(?:/\d+)?)+(?![\w/])")
_DEFAULT = re.compile(r"(?P<fact>[a-z_][\w.]*) was not given; taken as (?P<value>[^.;]+)\.")


def pointer_in_words(pointer: str, report: Mapping[str, Any]) -> str:
    """A place in a report's facts in words: ``/allegations/0/injury`` as "the injury in the assault"."""
    parts = [part for part in pointer.split("/") if part]
    if len(parts) > 1 and parts[1].isdigit():
        holder, named = _holder(parts[0], int(parts[1]), report), parts[2:]
        if not named:
            return holder
        joint = "in" if parts[0] == "allegations" else "of"
        return f"{_with_the(fact_in_words('.'.join(named)))} {joint} {holder}"
    if len(parts) > 1:
        return f"{_with_the(fact_in_words('.'.join(parts[1:])))} of the {_spaced(parts[0])}"
    return _with_the(fact_in_words(".".join(parts)))


def fact_in_words(fact: str) -> str:
    """The name of a fact in words: ``victim.duty`` as "the duty the victim was on"."""
    row = _words().get(fact) or _words().get(fact.rpartition(".")[2])
    return row["words"] if row else _spaced(fact)


def default_in_words(text: str) -> str:
    """A counting warning that a default was used: "number of onlookers: taken as none"."""
    found = _DEFAULT.fullmatch(text)
    return _default(found) if found else text


def told_in_words(text: str, report: Mapping[str, Any]) -> str:
    """A text of the rules with each place and default in it told in words."""
    said = _DEFAULT.sub(lambda found: f"{_default(found)}.", text)
    return _POINTER.sub(lambda found: pointer_in_words(found[0], report), said)


def value_in_words(fact: str, value: str) -> str:
    """A fact with its value: ``injury``, ``none`` as "injury: none"."""
    return f"{fact_in_words(fact)}: {_value(fact, value)}"


def _default(found: re.Match[str]) -> str:
    return f"{fact_in_words(found['fact'])}: taken as {_value(found['fact'], found['value'])}"


def _value(fact: str, value: str) -> str:
    as_no = _words().get(fact, {}).get("taken_as_no", "")
    return as_no if value == "no" and as_no else _spaced(value)


def _holder(table: str, place: int, report: Mapping[str, Any]) -> str:
    if table == "allegations":
        kinds = [str(each.get("kind", "allegation")) for each in report.get("allegations", ())]
        kind = kinds[place] if place < len(kinds) else "allegation"
        alike = kinds[: place + 1].count(kind)
        return f"the {_ordinal(alike - 1) + ' ' if kinds.count(kind) > 1 else ''}{_spaced(kind)}"
    return f"the {_ordinal(place)} {_PEOPLE.get(table, _spaced(table))}"


def _ordinal(place: int) -> str:
    return _ORDINALS[place] if 0 <= place < len(_ORDINALS) else f"number {place + 1}"


def _with_the(words: str) -> str:
    return words if words.startswith(("the ", "whether ", "which ", "what ")) else f"the {words}"


def _spaced(name: str) -> str:
    return name.replace(".", ", ").replace("_", " ")


@cache
def _words() -> dict[str, dict[str, str]]:
    text = files(__package__).joinpath("fact_words.csv").read_text(encoding="utf-8")
    rows: Sequence[dict[str, str]] = list(csv.DictReader(text.splitlines()))
    return {row["fact"]: row for row in rows}
