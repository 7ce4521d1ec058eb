"""What was asked for in the forms of jobs, as arguments, or what is wrong with it, by field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from attrs import field, frozen
from django.http import HttpRequest

from firstpoint import records
from firstpoint.workbench.imports.rows import MODELS
from firstpoint.workbench.jobs.exports import FORMATS
from firstpoint.workbench.jobs.uploading import Sent

ENDINGS = (".csv", ".txt", ".parquet", ".pq", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TABLES = tuple(MODELS)
MOST_MAPPING_BYTES = 1 << 20
_LONDON = ZoneInfo("Europe/London")


@frozen
class Asked:
    """The arguments of a job, or the faults of the form, by field."""

    arguments: dict[str, Any] = field(factory=dict)
    faults: dict[str, str] = field(factory=dict)


def load(request: HttpRequest, now: datetime) -> Asked:
    """What was sent to be loaded; its files are kept only where nothing is wrong."""
    posted, extract, mapping = request.POST, request.FILES.get("extract"), request.FILES.get("mapping")
    as_of, as_of_fault = _moment(posted.get("as_of", "").strip(), now)
    faults = {
        "extract": _fault_of_extract(extract),
        "table": "" if posted.get("table") in TABLES else "Select what the file holds.",
        "mapping": _fault_of_mapping(mapping, posted.get("ready", "")),
        "as_of": as_of_fault,
    }
    faults = {name: fault for name, fault in faults.items() if fault}
    if faults:
        return Asked(faults=faults)
    assert isinstance(extract, Sent)
    return Asked(
        {
            "upload": extract.keep(),
            "table": posted["table"],
            "mapping": mapping.keep() if isinstance(mapping, Sent) else "",
            "ready": posted.get("ready", ""),
            "as_of": as_of,
            "all_or_nothing": posted.get("all_or_nothing") == "yes",
        }
    )


def export(posted: Mapping[str, str]) -> tuple[str, Asked]:
    """The kind of export that was asked for, and its arguments or faults."""
    kind = posted.get("kind", "")
    ending = posted.get("format", "csv")
    faults = {}
    if kind not in ("export-work", "export-decisions", "export-ledger"):
        faults["kind"] = "Select what to export."
    if ending not in FORMATS:
        faults["format"] = "Select CSV or Excel."
    arguments: dict[str, Any] = {"format": ending}
    if kind == "export-decisions":
        period, wrong = _period(posted)
        arguments, faults = {**arguments, **period}, {**faults, **wrong}
    return kind, Asked(arguments, faults)


def _fault_of_extract(sent: Any) -> str:
    if sent is None:
        return "Select the file to load."
    if sent.path.suffix.lower() not in ENDINGS:
        return "The file must be a CSV, Excel or Parquet file, and its name must end so."
    return "" if sent.size else "The file is empty."


def _fault_of_mapping(sent: Any, ready: str) -> str:
    if ready and ready not in records.ready_mappings():
        return "Select a mapping from the list."
    if sent is None:
        return ""
    if ready:
        return "Send a mapping file or select one that ships, not both."
    if sent.path.suffix.lower() != ".toml" or sent.size > MOST_MAPPING_BYTES:
        return "A mapping is a small file whose name ends in .toml."
    return ""


def _moment(written: str, now: datetime) -> tuple[str, str]:
    if not written:
        return "", ""
    try:
        given = datetime.fromisoformat(written[:32]).replace(tzinfo=_LONDON)
    except ValueError:
        return "", "Write the moment like 2026-11-28 07:30."
    if given > now:
        return "", "This moment is still to come."
    return given.isoformat(), ""


def _period(posted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    days, faults = {}, {}
    for name in ("first", "last"):
        try:
            days[name] = date.fromisoformat(posted.get(name, "").strip()[:12])
        except ValueError:
            faults[name] = "Write the day like 2026-11-28."
    if not faults and not date(2000, 1, 1) <= days["first"] <= days["last"] < date(2200, 1, 1):
        faults["last"] = "The last day must not be before the first."
    return {name: found.isoformat() for name, found in days.items()}, faults
