"""A log tried on the screen: read, explained, and kept nowhere.

The ledger keeps that somebody looked, how long the words were and a seal of them by which they can be proved
later, never the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from firstpoint import screening
from firstpoint.casework import Person
from firstpoint.screening.explaining import CueSeen, Explanation, Told
from firstpoint.vocabulary import offence_class
from firstpoint.workbench.incidents.presenting import CONTEXTS
from firstpoint.workbench.incidents.timeline import timeline
from firstpoint.workbench.incidents.verdicts import DECISIONS, class_title
from firstpoint.workbench.incidents.wording import pointer_in_words, value_in_words
from firstpoint.workbench.ledger.keeping import keep, text_digest
from firstpoint.workbench.times import in_london

LONGEST = 20_000
"""Characters of a log that can be tried: longer than any log should be, short enough to answer at once."""

_LONGEST_CODE = 200
_FIELDS = ("text", "opening_code", "closing_code", "channel", "received_at", "recorded")
_GRADES = {
    "same_class": "one of the same class",
    "possible_class": "one of a class that this could become",
    "told_otherwise": "one that the same words could tell",
    "same_subgroup": "one of a class near to it",
    "same_group": "one of the same group of classes",
    "unknown_class": "one whose class is not known",
}


def given_in(posted: Mapping[str, str]) -> dict[str, str]:
    """What a form gave, with line ends as a log has them."""
    given = {name: posted.get(name, "").replace("\r\n", "\n").replace("\r", "\n") for name in _FIELDS}
    return {name: value if name == "text" else value.strip() for name, value in given.items()}


def faults_of(given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a form, by field, in the order of the fields."""
    faults = {}
    if not given["text"].strip():
        faults["text"] = "Paste or type the words of a log"
    elif len(given["text"]) > LONGEST:
        faults["text"] = f"The log must be {LONGEST:,} characters or fewer; it has {len(given['text']):,}"
    for name, title in (("opening_code", "opening code"), ("closing_code", "closing code")):
        if len(given[name]) > _LONGEST_CODE:
            faults[name] = f"The {title} must be {_LONGEST_CODE} characters or fewer"
    if given["received_at"] and _moment(given["received_at"]) is None:
        faults["received_at"] = "Received must be a day and a time, such as 2026-05-04 14:05"
    if unknown := [code for code in _classes(given["recorded"]) if offence_class(code) is None]:
        faults["recorded"] = f"{unknown[0][:20]} is no offence class; write classes such as 8N, 49A"
    return faults


def try_log(person: Person, given: Mapping[str, str]) -> dict[str, Any]:
    """What the screen sees in the words given, as its page shows it; the look is kept in the ledger."""
    incident = {
        "incident_id": "tried",
        "text": given["text"],
        "received_at": _moment(given["received_at"]),
        **{name: given[name] or None for name in ("opening_code", "closing_code", "channel")},
    }
    with transaction.atomic():
        seen = screening.explain(incident, _classes(given["recorded"]))
        keep(
            person.reference,
            "screen.tried",
            f"text:{text_digest(given['text'])}",
            {
                "characters": len(given["text"]),
                "disclosed": len(seen.told),
                "reader": seen.reader.replace(" ", ":"),
            },
        )
    return _presented(seen)


def _presented(seen: Explanation) -> dict[str, Any]:
    told = [_told(each) for each in seen.told]
    return {
        "seen": seen,
        "told": told,
        "timeline": timeline(seen.text, (), told),
        "moves": [{"words": each.words, "points": round(100 * each.value, 1)} for each in seen.contributions],
    }


def _told(each: Told) -> dict[str, Any]:
    one = each.disclosure
    return {
        "offence": one.offence,
        "context": one.context,
        "context_words": CONTEXTS.get(one.context, one.context.replace("_", " ")),
        "evidence": [{"start": e.start, "end": e.end, "text": e.text} for e in one.evidence],
        "ho_class": one.ho_class,
        "class_title": class_title(one.ho_class) if one.ho_class else "",
        "certainty": one.certainty,
        "victims": one.victims,
        "crimes": one.crimes,
        "decision": DECISIONS.get(each.decision, each.decision.replace("_", " ")),
        "clauses": each.clauses,
        "missing": [pointer_in_words(pointer, {}) for pointer in each.missing],
        "facts": [value_in_words(fact, value) for fact, value in one.facts.items()],
        "assumed": [value_in_words(fact, value) for fact, value in each.assumed.items()],
        "quotes": _quotes(each),
        "around": _around(each),
        "patterns": one.patterns,
        "covered": each.covered,
        "covered_by": _GRADES.get(each.grade or "", ""),
        "doubts": each.doubts,
    }


def _quotes(each: Told) -> list[dict[str, Any]]:
    """The words found, each with the rows of the lexicon that stand there and their clauses."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for row in each.seen:
        quote = found.setdefault((row.at.start, row.at.end), {"text": row.at.text, "rows": [], "clauses": []})
        strength = "adds facts only" if row.strength == "detail" else row.strength
        quote["rows"].append(f"{row.row} {strength}")
        quote["clauses"] = list(dict.fromkeys([*quote["clauses"], row.cite]))
    return list(found.values())


def _around(each: Told) -> list[CueSeen]:
    """The cues that bear on any of the words found, each once, in the order of the log."""
    cues = {(cue.row, cue.at.start): cue for row in each.seen for cue in row.cues}
    return sorted(cues.values(), key=lambda cue: (cue.at.start, cue.row))


def _moment(written: str) -> datetime | None:
    """The moment that a form gave, by the clock in London; None where it gave none that is one."""
    try:
        return in_london(datetime.fromisoformat(written))
    except ValueError:
        return None


def _classes(written: str) -> list[str]:
    return [code.upper() for code in re.split(r"[\s,;]+", written) if code]
