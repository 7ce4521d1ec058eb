"""One incident as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from firstpoint.workbench.incidents.linked import HOW
from firstpoint.workbench.incidents.reading import CrimeFile, IncidentFile
from firstpoint.workbench.incidents.timeline import Shown, timeline
from firstpoint.workbench.incidents.verdicts import class_title, required_of

# The screen's contexts in words; one that is not here is shown by its own name.
CONTEXTS = {
    "live": "stands as told",
    "hypothetical": "only supposed or feared",
    "subsumed": "counted within another crime",
    "no_support": "victim does not support action",
    "unconfirmed": "victim has not confirmed it",
    "professional_third_party": "reported by a professional",
    "historic": "happened in the past",
    "reported_incident": "a reported incident: no crime yet",
}


def presented(file: IncidentFile) -> dict[str, Any]:
    """What the page of an incident needs: the file, its timeline, what the screen sees and the rules ask."""
    disclosures = [_disclosure(each) for each in (file.screened.disclosures if file.screened else ())]
    return {
        **presented_blind(file),
        "screened": file.screened,
        "disclosures": disclosures,
        "links": [(link, class_title(link.crime.ho_class or ""), HOW[link.how]) for link in file.links],
        "timeline": _timeline(file, disclosures),
        "required": required_of(file.incident, file.screened),
    }


def presented_blind(file: IncidentFile) -> dict[str, Any]:
    """What an auditor's page shows of an incident: nothing that the screen or the rules say."""
    return {
        "incident": file.incident,
        "crimes": [(crime, class_title(crime.ho_class or "")) for crime in file.crimes],
        "timeline": _timeline(file, ()),
    }


def presented_crime(file: CrimeFile) -> dict[str, Any]:
    """What the page of a crime shows: the record, its class in words and its victim."""
    return {"crime": file.crime, "crime_title": class_title(file.crime.ho_class or "")}


def _timeline(file: IncidentFile, disclosures: Sequence[Mapping[str, Any]]) -> tuple[Shown, ...]:
    entries = [(each.entry_at, each.author, each.text or "") for each in file.entries]
    text = file.incident.text
    whole = text if text is not None else "\n".join(part for _, _, part in entries)
    return timeline(whole, entries, disclosures)


def _disclosure(told: Mapping[str, Any]) -> dict[str, Any]:
    context = str(told.get("context") or "live")
    return {
        **told,
        "class_title": class_title(told["ho_class"]) if told.get("ho_class") else "",
        "context_words": CONTEXTS.get(context, context.replace("_", " ")),
    }
