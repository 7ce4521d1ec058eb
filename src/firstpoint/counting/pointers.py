"""JSON pointers to the facts behind the columns of decision tables, so that a missing fact can be named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firstpoint.counting.matters import STRANDS, Matter

_WORKED_OUT: Mapping[str, str] = {
    "word": "/reporter/role",
    "reporter.role": "/reporter/role",
    "other_force.response": "/other_force/response",
    "received_by": "/received_by",
    "fraud_route": "/fraud_routing",
    "school_rule": "/school",
    "investigates_abroad": "/force_investigates_abroad",
    "necessary": "/judgements",
    "in_law": "/judgements",
    "harassment_only": "/judgements",
    "serious_school_incident": "/judgements",
}
_IN_PLACE: Mapping[str, str] = {
    "where": "/place",
    "country": "/place/country",
    "setting": "/place/setting",
    "victim_here_then": "/place/victim_at/country",
    "aggravation": "/hostility",
    "driving_result": "/result",
    **{f"hostility.{strand}": "/hostility" for strand in STRANDS},
    "child_victim": "/victims",
    "mark": "/victims",
    "victim_found": "/victims",
    "listed_offence": "/offence_title",
    "offence_day": "/when",
    "killing": "/injury",
    "break_in_said": "/break_in_more_likely",
}


def pointer(report: Mapping[str, Any], matter: Matter, column: str) -> str:
    """Give the JSON pointer of the fact that a column reads for this matter.

    Where the entry of a victim or offender is not there yet, the pointer names the place after the last one.
    """
    part, _, field = column.rpartition(".")
    if part == "victim":
        at = matter.victim_index if matter.victim_index is not None else len(report.get("victims", ()))
        return f"/victims/{at}/{field}" if matter.victim else f"/allegations/{matter.index}/victims"
    if part == "offender":
        return f"/offenders/{_offender_index(report, matter)}/{field}"
    if part == "centre":
        return f"/referral_centre/{field}"
    if column in _WORKED_OUT:
        return _WORKED_OUT[column]
    return f"/allegations/{matter.index}{_IN_PLACE.get(column, f'/{column}')}"


def _offender_index(report: Mapping[str, Any], matter: Matter) -> int:
    offenders = report.get("offenders", ())
    return next((at for at, entry in enumerate(offenders) if entry["id"] == matter.offender), len(offenders))
