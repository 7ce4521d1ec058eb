"""Disclosures as the facts of a report, in the public format that ``counting`` takes in.

What a log does not say is mostly left unsaid, so that ``counting`` can answer that a crime is due though
its class is open: the age and sex of a victim are never assumed. Where no class could be named for most
logs of a kind, the ``assume`` column of ``kinds.csv`` fills in the plainest reading (an attack in which
no injury is told had none; an offence against the state that the words tell is made out; a threat was
spoken face to face). Each such fact is an assumption of the screen and not of the rules, and whoever
decides must check it. The note of the report says so, and says when the report had to be dated into the
first rule book because it came in before any book that the product holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from firstpoint import counting
from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.kinds import KindRow, kind_row

_LONDON = ZoneInfo("Europe/London")
_NOTE = (
    "Read by the screen from the words of the log; where the log is silent it assumes the plainest reading."
)
_AS_IF = " No rule book is used unasked for its day: counted as if reported on the newest one's first day."
_RECORD = "p1"
#: The log names a record but seldom its class. No book counts this one, so that nothing told is graver, and
#: what the log tells is "recorded already" whatever the class.
_ANY_CLASS = "0"
_PROFESSIONAL = "professional_other"
REPORTED_INCIDENT = "reported_incident"  # the context of rape told but not confirmed: an N100, no crime yet
_UNCONFIRMED = ("unconfirmed", REPORTED_INCIDENT)
_WHOLE_NUMBERS = {"times", "onlookers"}


def report_facts(incident: Mapping[str, Any], disclosures: Sequence[Disclosure]) -> dict[str, Any]:
    """The facts of a report (``report.schema.json``) that the disclosures of one incident amount to.

    ``incident`` needs ``incident_id``; ``received_at`` (zone-aware) is the report clock where a rule book
    covers it (reconstructed books aside), else the first day of the newest stands in and the note says so.
    """
    moment, as_if = report_clock(incident.get("received_at"))
    people = _Victims()
    report: dict[str, Any] = {
        "schema_version": 1,
        "report_id": str(incident.get("incident_id", ""))[:64],
        "reported_at": moment.astimezone(_LONDON).isoformat(),
        "note": _NOTE + (_AS_IF if as_if else ""),
        "allegations": [_allegation(number, one, people) for number, one in enumerate(disclosures, 1)],
        "victims": people.entries(),
    }
    if role := _reporter(disclosures):
        report["reporter"] = {"role": role}
    routing = [told for one in disclosures if (told := _under("fraud_routing.", one.facts))]
    if routing:
        report["fraud_routing"] = routing[0]
    if any(one.context == "already_recorded" for one in disclosures):
        report["prior_records"] = [{"id": _RECORD, "class": _ANY_CLASS}]
    if any(one.context == "other_force" for one in disclosures):
        report["force"] = "this force"
    return report


def report_clock(received_at: datetime | None) -> tuple[datetime, bool]:
    """The moment a report is counted at, and whether it is only *as if* (no book covers its own)."""
    if received_at is not None:
        moment = received_at if received_at.tzinfo else received_at.replace(tzinfo=UTC)
        # Compared as moments: not every moment can be told by the clock in London.
        if moment >= datetime.combine(counting.first_day(), time(), tzinfo=_LONDON):
            return moment, False
    return datetime.combine(counting.listed_books()[-1].valid_from, time(12), tzinfo=_LONDON), True


def report_day(received_at: datetime | None) -> date:
    """The day in London that a report is counted at."""
    return report_clock(received_at)[0].astimezone(_LONDON).date()


class _Victims:
    """The victims of one report: the same first person, owner or business throughout, since a log seldom says
    otherwise."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Any]] = {}

    def ids(self, disclosure: Disclosure, row: KindRow) -> list[str]:
        if row.holder == "state":
            return []
        letter = "b" if row.holder == "business" else "v"
        ids = [f"{letter}{number}" for number in range(1, disclosure.victims + 1)]
        for one in ids:
            entry = self._known.setdefault(
                one, {"id": one, **({"type": "business"} if letter == "b" else {})}
            )
            entry.update(_victim_facts(disclosure))
        return ids

    def entries(self) -> list[dict[str, Any]]:
        return list(self._known.values())


def _victim_facts(disclosure: Disclosure) -> dict[str, Any]:
    told = _under("victim.", {**kind_row(disclosure.kind).assume, **disclosure.facts})
    facts: dict[str, Any] = {name: int(value) if name == "age" else value for name, value in told.items()}
    if "age" in facts:
        facts.pop("age_band", None)
    if disclosure.context in ("no_support", "retracted"):
        facts["supports"] = "no"
    if disclosure.context in _UNCONFIRMED:
        facts["confirms"] = "not_spoken_to"
    return facts


def _allegation(number: int, disclosure: Disclosure, people: _Victims) -> dict[str, Any]:
    row = kind_row(disclosure.kind)
    known = {**row.assume, **disclosure.facts}
    told: dict[str, Any] = {name: value for name, value in known.items() if "." not in name}
    allegation: dict[str, Any] = {"id": f"a{number}", "kind": disclosure.kind, **told}
    for name in _WHOLE_NUMBERS & told.keys():
        allegation[name] = int(told[name])
    if "hostility" in told:
        allegation["hostility"] = [told["hostility"]]
    if place := _under("place.", known):
        allegation["place"] = place
    if victims := people.ids(disclosure, row):
        allegation["victims"] = victims
    return allegation | _standing(number, disclosure)


def _under(prefix: str, facts: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in facts.items() if name.startswith(prefix)}


def _standing(number: int, disclosure: Disclosure) -> dict[str, Any]:
    """What the context says in the language of the facts."""
    match disclosure.context:
        case "already_recorded":
            return {"same_as_record": _RECORD}
        case "other_force":
            return {"place": {"force": "another force"}}
        case "historic":
            return {"incident": f"earlier_{number}"}
        case _:
            return {}


def _reporter(disclosures: Sequence[Disclosure]) -> str | None:
    if any(one.context in _UNCONFIRMED for one in disclosures):
        return "passer_by"
    told = [one.facts["reporter.role"] for one in disclosures if "reporter.role" in one.facts]
    if told:
        return told[0]
    return _PROFESSIONAL if any(one.context == "professional_third_party" for one in disclosures) else None
