"""Who behind a report is vulnerable, and why: by the strata of grave reports, which are the screen's data."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from firstpoint.screening.reviewing import grave_of, grave_strata
from firstpoint.workbench.incidents.models import Screened

_AT_ONCE = 1000


def reasons(incident_ids: Collection[str]) -> dict[str, str]:
    """Why somebody behind each of these reports is vulnerable, in words; others are left out."""
    named = {one.id: one.name for one in grave_strata()}
    found: dict[str, str] = {}
    wanted = sorted(incident_ids)
    for start in range(0, len(wanted), _AT_ONCE):
        found |= _of(wanted[start : start + _AT_ONCE], named)
    return found


def _of(incident_ids: Collection[str], named: dict[str, str]) -> dict[str, str]:
    rows = list(Screened.objects.filter(incident_id__in=incident_ids).select_related("incident"))
    if not rows:
        return {}
    screened = pl.DataFrame({"disclosures": [each.disclosures for each in rows]}, strict=False)
    incidents = pl.DataFrame(
        {
            "incident_id": [each.incident_id for each in rows],
            "domestic": [each.incident.domestic for each in rows],
            "opening_code": [each.incident.opening_code for each in rows],
            "text": [each.incident.text for each in rows],
        },
        schema={
            "incident_id": pl.String,
            "domestic": pl.Boolean,
            "opening_code": pl.String,
            "text": pl.String,
        },
    )
    keyed = screened.with_columns(incident_id=incidents["incident_id"])
    grave = grave_of(keyed, incidents).to_list()
    return {each.incident_id: named[stratum] for each, stratum in zip(rows, grave, strict=True) if stratum}
