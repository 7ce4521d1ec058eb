"""Where a crime counts as having happened, seen from the force that asks.

Crime Recording Rules 2026/27, Location of offence, pp 15-17: the place of the suspect, then of the victim,
then the victim's home, then the place of business; by phone or internet the suspect's place, the suspect's
home, the victim's home. A fraud that a force takes on for its suspect counts where the suspect lives or works
(fraud section, April 2026); one taken on as a call for service, where the falsehood was told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WHERE = (
    "here",
    "other_force",
    "transport_police",
    "scotland_or_northern_ireland",
    "abroad",
    "inbound_flight",
)

_FORCES = frozenset({"here", "other_force"})
IN_PERSON = ("suspect_at", "victim_at", "victim_home", "business_at")
BY_WIRE = ("suspect_at", "suspect_home", "victim_home")
FRAUD_BY_SUSPECT = ("suspect_home", "business_at", "suspect_at", "victim_at", "victim_home")
_TAKEN_ON_FOR_SUSPECT = ("local_suspect", "package_from_bureau", "force_investigates")
WIRED = frozenset({"phone", "text_or_online_message", "email", "social_media_post", "image"})


def where_it_happened(report: Mapping[str, Any], allegation: Mapping[str, Any]) -> str:
    """Give one of :data:`WHERE` for an allegation; ``here`` where nothing is said against it.

    Like crimes of one offender against one victim in several areas are one crime, which the force of the
    latest records (p 16); so each of them is placed where the latest happened.
    """
    own = _where_by_itself(report, allegation)
    if own not in _FORCES or not (allegation.get("victims") and _began(allegation)):
        return own
    told = _but_for_time_and_place(allegation)
    series = [one for one in report["allegations"] if _began(one) and _but_for_time_and_place(one) == told]
    last = max(map(_began, series))
    latest = {_where_by_itself(report, one) for one in series if _began(one) == last}
    return latest.pop() if len(latest) == 1 and latest <= _FORCES else own


def _where_by_itself(report: Mapping[str, Any], allegation: Mapping[str, Any]) -> str:
    place = allegation.get("place", {})
    agreed = _agreed_force(report)
    if agreed is not None:
        return "here" if agreed == report.get("force", agreed) else "other_force"
    found = _by_country(place) or _by_transport(place, report)
    if found is None:
        found = (
            _seen_from(report, place["force"])
            if "force" in place
            else _by_principle(report, allegation, place)
        )
    return _where_the_victim_was(report, place) if _declined(report, found) else found


def _but_for_time_and_place(allegation: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in allegation.items()
        if name not in ("id", "incident", "when", "place", "times")
    }


def _began(allegation: Mapping[str, Any]) -> str:
    """Give when an allegation began as text that sorts by time, or nothing where that is not known."""
    return str(allegation.get("when", {}).get("from", ""))


def _agreed_force(report: Mapping[str, Any]) -> str | None:
    for judgement in report.get("judgements", ()):
        if judgement["about"] == "location_agreed" and judgement["value"] not in ("yes", "no", "unknown"):
            return str(judgement["value"])
    return None


def _declined(report: Mapping[str, Any], found: str) -> bool:
    refused = report.get("other_force", {}).get("response") == "refused"
    return refused and found == "scotland_or_northern_ireland"


def _where_the_victim_was(report: Mapping[str, Any], place: Mapping[str, Any]) -> str:
    """Give the place of the victim, which decides once Scotland or Northern Ireland declines (p 15)."""
    spot = place.get("victim_at", {})
    if "force" in spot:
        return _seen_from(report, spot["force"])
    here = spot.get("country") in ("england", "wales")
    return "here" if here else "scotland_or_northern_ireland"


def _by_country(place: Mapping[str, Any]) -> str | None:
    country = place.get("country")
    if country in ("scotland", "northern_ireland"):
        return "scotland_or_northern_ireland"
    return "abroad" if country == "abroad" else None


def _by_transport(place: Mapping[str, Any], report: Mapping[str, Any]) -> str | None:
    transport = place.get("transport", "none")
    if transport == "rail_or_transport_police_land":
        return "transport_police"
    if (
        not transport.endswith(("within_uk", "into_uk", "out_of_uk", "abroad"))
        or place.get("exact_place_known") == "yes"
    ):
        return None
    if transport == "aircraft_into_uk" and place.get("uk_registered") != "yes":
        return "inbound_flight"
    return _seen_from(report, place["departure_force"]) if "departure_force" in place else None


def _by_principle(report: Mapping[str, Any], allegation: Mapping[str, Any], place: Mapping[str, Any]) -> str:
    for principle in _order(report, allegation, place):
        spot = place.get(principle, {})
        if spot.get("clearly_evidenced") == "no":
            continue
        settled = _by_country(spot)
        if settled or "force" in spot:
            return settled or _seen_from(report, spot["force"])
    return "here"


def _order(
    report: Mapping[str, Any], allegation: Mapping[str, Any], place: Mapping[str, Any]
) -> tuple[str, ...]:
    routing = report.get("fraud_routing", {})
    if routing.get("call_for_service") != "yes" and any(
        routing.get(ground) == "yes" for ground in _TAKEN_ON_FOR_SUSPECT
    ):
        return FRAUD_BY_SUSPECT
    by_wire = allegation.get("medium") in WIRED or place.get("setting") == "online"
    return BY_WIRE if by_wire else IN_PERSON


def _seen_from(report: Mapping[str, Any], force: str) -> str:
    return "here" if force == report.get("force", force) else "other_force"
