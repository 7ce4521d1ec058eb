"""Faults of a report that fits the format and still makes no sense.

Nothing could be decided about such a report, or something would be decided that nobody meant: a link leads
nowhere, an id stands for two, things happen in the course of each other, facts contradict each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from firstpoint.counting.days import day_in_london

#: As many victims as one allegation may name; more are given as a number.
MOST_VICTIMS = 2_000
#: The least age at which somebody can hold an office.
LEAST_AGE: Mapping[str, int] = {"constable": 18, "emergency_worker": 16}
_HIGHEST: Mapping[str, int] = {
    "under_10": 9, "under_13": 12, "13_to_15": 15, "under_16": 15, "10_to_17": 17, "16_to_17": 17,
    "under_18": 17,
}  # fmt: skip
_LOWEST: Mapping[str, int] = {
    "10_to_17": 10, "13_to_15": 13, "16_to_17": 16, "16_and_over": 16, "18_and_over": 18,
}  # fmt: skip
#: Years outside these are slips of the pen: nobody alive can tell of them.
YEARS = range(1900, 2200)
_DAYS_OF_RECORD = ("offence_from", "offence_to", "reported_on", "recorded_on", "last_act_on")
_LINKS_TO_RECORDS = ("same_as_record", "continues_record", "disclosed_in")


def faults_of_sense(report: Mapping[str, Any]) -> Iterator[str]:
    """Give every such fault of a report that fits the schema, each beginning with its JSON pointer."""
    allegations = report.get("allegations", ())
    ids = [allegation.get("id", f"a{at}") for at, allegation in enumerate(allegations, start=1)]
    yield from _repeated("allegations", ids)
    for part in ("victims", "offenders", "prior_records"):
        yield from _repeated(part, [entry["id"] for entry in report.get(part, ())])
    records = {record["id"] for record in report.get("prior_records", ())}
    for at, allegation in enumerate(allegations):
        yield from _of_allegation(f"/allegations/{at}", allegation, records, ids)
    yield from _circles(allegations, ids)
    yield from _days(report)
    yield from _people(report)
    yield from _judgements_and_question(report, records, ids)


def _repeated(part: str, ids: Sequence[str]) -> Iterator[str]:
    for name, times in Counter(ids).items():
        if times > 1:
            at = [place for place, other in enumerate(ids) if other == name][1]
            yield f"/{part}/{at}/id: {name!r} stands {times} times. Give each entry an id of its own."


def _of_allegation(
    pointer: str, allegation: Mapping[str, Any], records: set[str], ids: Sequence[str]
) -> Iterator[str]:
    for link in _LINKS_TO_RECORDS:
        if link in allegation and allegation[link] not in records:
            yield _unheld(f"{pointer}/{link}", allegation[link])
    during = allegation.get("during")
    if during is not None and during not in ids:
        yield f"{pointer}/during: no allegation has the id {during!r}. Name one of {', '.join(ids)}."
    named = len(allegation.get("victims", ()))
    if named > MOST_VICTIMS:
        yield (
            f"{pointer}/victims: {named} victims are named. Name at most {MOST_VICTIMS} of one allegation, "
            "or give victim_count."
        )
    stated = allegation.get("victim_count")
    if named and stated is not None and stated < named:
        yield f"{pointer}/victim_count: {stated} is less than the {named} victims named. Correct one of them."
    when = allegation.get("when", {})
    if len(when) == 2 and when["from"][:10] > when["to"][:10]:
        yield f"{pointer}/when: it ends before it begins. Correct from or to."
    for name, value in allegation.items():
        if isinstance(value, float):
            yield f"{pointer}/{name}: {value} is not written as a whole number. Write {value:.0f}."


def is_day(text: str) -> bool:
    """Say whether a date, or a time with zone, exists and lies in the years that can be meant."""
    try:
        return int(text[:4]) in YEARS and day_in_london(text).year in YEARS
    except (ValueError, OverflowError):
        return False


def _days(report: Mapping[str, Any]) -> Iterator[str]:
    for pointer, text in _days_told(report):
        if not is_day(text):
            yield (
                f"{pointer}: {text} is no day of the calendar or time of the clock in the years "
                f"{YEARS[0]} to {YEARS[-1]}. Correct it."
            )


def _days_told(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "/reported_at", report["reported_at"]
    for at, allegation in enumerate(report.get("allegations", ())):
        for name, text in allegation.get("when", {}).items():
            yield f"/allegations/{at}/when/{name}", text
    for part, names in (("judgements", ("on",)), ("prior_records", _DAYS_OF_RECORD)):
        for at, entry in enumerate(report.get(part, ())):
            yield from ((f"/{part}/{at}/{name}", entry[name]) for name in names if name in entry)
    asked = report.get("ask", {})
    yield from ((f"/ask/{name}", asked[name]) for name in ("decided_on", "recorded_at") if name in asked)


def _circles(allegations: Sequence[Mapping[str, Any]], ids: Sequence[str]) -> Iterator[str]:
    inside = {
        name: allegation["during"]
        for name, allegation in zip(ids, allegations, strict=True)
        if "during" in allegation
    }
    for at, name in enumerate(ids):
        seen = [name]
        while seen[-1] in inside:
            following = inside[seen[-1]]
            if following in seen:
                if following == name:
                    yield (
                        f"/allegations/{at}/during: {' is during '.join([*seen, name])}, which is a circle. "
                        "Take one of them out."
                    )
                break
            seen.append(following)


def _people(report: Mapping[str, Any]) -> Iterator[str]:
    for part in ("victims", "offenders"):
        for at, entry in enumerate(report.get(part, ())):
            yield from _of_age(f"/{part}/{at}", entry)
    listed = {entry["id"] for entry in report.get("victims", ())}
    listed.update(
        name for allegation in report.get("allegations", ()) for name in allegation.get("victims", ())
    )
    for at, offender in enumerate(report.get("offenders", ())):
        if "victim_id" in offender and offender["victim_id"] not in listed:
            yield (
                f"/offenders/{at}/victim_id: {offender['victim_id']!r} is no victim of this report. "
                "List the victim or leave the link out."
            )
    for at, entry in enumerate(report.get("victims", ())):
        if entry.get("household") == entry["id"] and entry.get("type", "household") != "household":
            yield (
                f"/victims/{at}/household: a person is not a household. Give the household an id of its own."
            )


def _of_age(pointer: str, entry: Mapping[str, Any]) -> Iterator[str]:
    age, band, duty = entry.get("age"), entry.get("age_band", ""), entry.get("duty", "")
    if isinstance(age, float):
        yield f"{pointer}/age: {age} is not written as a whole number. Write {age:.0f}."
    if age is not None and not _LOWEST.get(band, 0) <= age <= _HIGHEST.get(band, age):
        yield f"{pointer}/age_band: {band} contradicts the age of {age}. Correct one of them."
    oldest = age if age is not None else _HIGHEST.get(band)
    if oldest is not None and oldest < LEAST_AGE.get(duty, 0):
        yield (
            f"{pointer}/duty: {duty.replace('_', ' ')} contradicts an age of {oldest} or less. "
            "Correct the duty or the age."
        )


def _judgements_and_question(
    report: Mapping[str, Any], records: set[str], ids: Sequence[str]
) -> Iterator[str]:
    for at, judgement in enumerate(report.get("judgements", ())):
        if judgement.get("allegation", "") not in ("", *ids):
            yield (
                f"/judgements/{at}/allegation: no allegation has the id {judgement['allegation']!r}. "
                f"Name one of {', '.join(ids) or 'the allegations'}."
            )
        if judgement.get("record", "") not in ("", *records):
            yield _unheld(f"/judgements/{at}/record", judgement["record"])
    named = report.get("ask", {}).get("record")
    if named is not None and named not in records:
        yield _unheld("/ask/record", named)


def _unheld(pointer: str, name: str) -> str:
    return f"{pointer}: no prior record has the id {name!r}. Add it to prior_records or leave the link out."
