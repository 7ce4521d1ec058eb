"""One incident as its page shows it."""

from __future__ import annotations

from typing import Any

from firstpoint.workbench.incidents.reading import IncidentFile
from firstpoint.workbench.incidents.timeline import timeline
from firstpoint.workbench.incidents.verdicts import class_title, required_of

CONTEXTS = {
    "live": "Stands as told",
    "denied": "Denied",
    "hypothetical": "Only supposed or feared",
    "opening code only": "From the opening code alone",
}


def presented(file: IncidentFile) -> dict[str, Any]:
    """What the page of an incident needs: the file, its timeline, what the screen sees, what the rules require."""
    disclosures = file.screened.disclosures if file.screened else []
    return {
        **presented_blind(file),
        "screened": file.screened,
        "disclosures": [_disclosure(number, each) for number, each in enumerate(disclosures, start=1)],
        "timeline": _timeline(file, disclosures),
        "required": required_of(file.incident),
    }


def presented_blind(file: IncidentFile) -> dict[str, Any]:
    """What an auditor's page shows of an incident: nothing that the screen or the rules say."""
    return {
        "incident": file.incident,
        "crimes": [(crime, class_title(crime.ho_class or "")) for crime in file.crimes],
        "standing": [crime for crime in file.crimes if crime.status not in ("cancelled", "transferred")],
        "timeline": _timeline(file, []),
    }


def _timeline(file: IncidentFile, disclosures: list[dict[str, Any]]) -> Any:
    entries = [(each.entry_at, each.author, each.text or "") for each in file.entries]
    text = file.incident.text
    return timeline(
        text if text is not None else "\n".join(part for _, _, part in entries), entries, disclosures
    )


def _disclosure(number: int, told: dict[str, Any]) -> dict[str, Any]:
    context = str(told.get("context") or "live")
    return {
        **told,
        "number": number,
        "class_title": class_title(told["ho_class"]) if told.get("ho_class") else "",
        "context_words": CONTEXTS.get(context, context.replace("_", " ").capitalize()),
        "stands": context == "live",
    }
