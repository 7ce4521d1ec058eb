"""The verdict: what a report requires of the force, in the published form.

:func:`verdict_on` joins the rulings on single matters: links to existing records, principal crimes, units
of count, then the strongest decision, the limit, flags, and whatever fact is still missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from firstpoint.counting.books import Book, Remark
from firstpoint.counting.continuing import AgainstRecord, against_record
from firstpoint.counting.deadlines import moment, record_by
from firstpoint.counting.matters import Matter
from firstpoint.counting.open_classes import (
    CLOCK_RUNS,
    MAY_BE_ONE_CRIME,
    as_already_recorded,
    perhaps_one_crime,
)
from firstpoint.counting.pointers import pointer
from firstpoint.counting.principal import Absorption, final_absorber, principal_crimes
from firstpoint.counting.rulings import MatterRuling, Step
from firstpoint.counting.units import Counted, count_units

#: The strength of decisions, strongest first, as the published form orders them.
STRENGTH = (
    "record", "reported_incident", "crime_related_incident", "incident_only", "refer", "other_force",
    "absorbed", "answered", "not_decidable",
)  # fmt: skip

#: A warning: its code, the matter it is about, and what it says.
Caution = tuple[str, Matter, str]


@frozen
class Reckoning:
    """Everything found about a report, before it is written down.

    ``recorded`` are the positions (in ``rulings``) of matters that are crimes of this force; ``records``
    what linked matters do to prior records, by position; ``absorptions`` and ``counted`` are by position
    among ``recorded``. ``doubtful`` are the matters of open class that may be one crime with another, by
    position, with the allegation that may take them in.
    """

    book: Book
    rulings: tuple[MatterRuling, ...]
    recorded: tuple[int, ...]
    records: Mapping[int, AgainstRecord]
    absorptions: Mapping[int, Absorption]
    counted: tuple[Counted, ...]
    doubtful: Mapping[int, str]


def reckon(report: Mapping[str, Any], rulings: Sequence[MatterRuling], book: Book) -> Reckoning:
    """Work out which matters are counted, absorbed or already recorded."""
    linked: dict[int, AgainstRecord] = {}
    recorded: list[int] = []
    final = list(rulings)
    for at, ruling in enumerate(rulings):
        if ruling.crime_due:
            final[at], held = as_already_recorded(ruling, report, book)
            linked |= {at: held} if held else {}
        if ruling.decision != "record":
            continue
        effect = against_record(ruling, report, book)
        if effect:
            linked[at] = effect
        if effect is None or effect.effect in ("new", "reclassifies"):
            recorded.append(at)
    crimes = [rulings[at] for at in recorded]
    absorptions = principal_crimes(crimes, book, _choice(report))
    counted = count_units(crimes, [at for at in range(len(crimes)) if at not in absorptions])
    doubtful = perhaps_one_crime(final, recorded, book)
    return Reckoning(book, tuple(final), tuple(recorded), linked, absorptions, tuple(counted), doubtful)


def verdict_on(report: Mapping[str, Any], reckoning: Reckoning) -> dict[str, Any]:
    """Write the verdict on a report in the published form."""
    crimes = [_crime(reckoning, counted) for counted in reckoning.counted]
    told = _allegations(report, reckoning)
    decisions = [entry["decision"] for entry in told]
    verdict: dict[str, Any] = {"schema_version": 1}
    if "report_id" in report:
        verdict["report_id"] = report["report_id"]
    verdict |= {
        "book": _book(reckoning.book),
        "decision": strongest(decisions),
        "total": sum(crime["count"] for crime in crimes),
        "crimes": crimes,
    }
    verdict |= _beside_crimes(reckoning)
    verdict["allegations"] = told
    if crimes or any(ruling.crime_due for ruling in reckoning.rulings):
        received = moment(report["reported_at"])
        verdict["record_by"] = record_by(received, reckoning.book).isoformat(timespec="seconds")
    verdict |= _closing(reckoning)
    verdict["trace"] = _trace(reckoning)
    warnings = _warnings(reckoning)
    return verdict | ({"warnings": warnings} if warnings else {})


def strongest(decisions: Sequence[str]) -> str:
    """Give the decision on the whole report; a report that alleges nothing is an incident only."""
    return min(decisions, key=STRENGTH.index) if decisions else "incident_only"


def _choice(report: Mapping[str, Any]) -> str | None:
    for judgement in report.get("judgements", ()):
        if judgement["about"] == "principal_choice":
            return str(judgement["value"])
    return None


def _book(book: Book) -> dict[str, str]:
    return {
        "id": book.id,
        "valid_from": book.valid_from.isoformat(),
        "valid_to": book.valid_to.isoformat(),
        "edition": book.edition,
        "sha256": book.sha256,
    }


def _crime(reckoning: Reckoning, counted: Counted) -> dict[str, Any]:
    rulings = [reckoning.rulings[reckoning.recorded[at]] for at in counted.members]
    gravest = min(rulings, key=lambda ruling: ruling.rule.rank if ruling.rule else 0.0)
    assert gravest.reached
    crime: dict[str, Any] = {"ho_class": counted.ho_class}
    if gravest.reached.ho_code:
        crime["ho_code"] = gravest.reached.ho_code
    crime |= {"count": counted.count}
    victims = sorted({ruling.matter.victim for ruling in rulings if ruling.matter.victim})
    if victims:
        crime["victims"] = victims
    if gravest.matter.offender:
        crime["offender"] = gravest.matter.offender
    crime["allegations"] = sorted({ruling.matter.id for ruling in rulings})
    absorbed = _absorbed_into(reckoning, counted)
    if absorbed:
        crime["absorbed"] = absorbed
    if all(
        (ruling.reached and ruling.reached.attempt) or ruling.matter.allegation.get("attempted") == "yes"
        for ruling in rulings
    ):
        crime["attempt"] = True
    for at in counted.members:
        link = reckoning.records.get(reckoning.recorded[at])
        if link and link.effect == "reclassifies":
            crime["reclassifies"] = link.record
    if gravest.matter.facts.get("received_by") == "national_fraud_service":
        crime["recorder"] = "national_fraud_service" if counted.ho_class.startswith("NFIB") else "force"
    return crime


def _absorbed_into(reckoning: Reckoning, counted: Counted) -> list[str]:
    own = {reckoning.rulings[reckoning.recorded[at]].matter.id for at in counted.members}
    inside = {
        reckoning.rulings[reckoning.recorded[at]].matter.id
        for at in reckoning.absorptions
        if final_absorber(at, reckoning.absorptions) in counted.members
    }
    return sorted(inside - own)


def _beside_crimes(reckoning: Reckoning) -> dict[str, Any]:
    incidents: dict[tuple[str, str], dict[str, Any]] = {}
    relations: set[tuple[str, str, str, str]] = set()
    national: dict[tuple[str, bool], dict[str, Any]] = {}
    for ruling in reckoning.rulings:
        if ruling.decision == "reported_incident":
            _add_incident(incidents, relations, ruling)
        elif ruling.information_only or ruling.decision == "refer":
            _add_national(national, relations, ruling)
    beside: dict[str, Any] = {}
    if incidents:
        beside["reported_incidents"] = list(incidents.values())
    if national:
        beside["national_reports"] = list(national.values())
    return beside


def _add_incident(
    incidents: dict[tuple[str, str], dict[str, Any]],
    relations: set[tuple[str, str, str, str]],
    ruling: MatterRuling,
) -> None:
    matter = ruling.matter
    key = (ruling.incident_code, matter.allegation.get("same_as_record", ""))
    entry = incidents.setdefault(key, {"code": ruling.incident_code, "count": 0, "allegations": []})
    relation = (*key, matter.whom, matter.offender)
    if relation not in relations:
        relations.add(relation)
        entry["count"] += matter.people
    if matter.victim:
        entry["victims"] = sorted({*entry.get("victims", ()), matter.victim})
    entry["allegations"] = sorted({*entry["allegations"], matter.id})
    if key[1]:
        entry["reclassifies"] = key[1]


def _add_national(
    national: dict[tuple[str, bool], dict[str, Any]],
    relations: set[tuple[str, str, str, str]],
    ruling: MatterRuling,
) -> None:
    ho_class = ruling.reached.ho_class if ruling.reached else ""
    key = (ho_class, ruling.information_only)
    entry = national.setdefault(
        key, {**({"nfib_class": ho_class} if ho_class else {}), "count": 0, "allegations": []}
    )
    relation = (ho_class, "national", ruling.matter.whom, ruling.matter.offender)
    if relation not in relations and not ruling.information_only:
        relations.add(relation)
        entry["count"] += ruling.matter.people
    entry["allegations"] = sorted({*entry["allegations"], ruling.matter.id})
    entry["information_only"] = ruling.information_only


def _allegations(report: Mapping[str, Any], reckoning: Reckoning) -> list[dict[str, Any]]:
    by_allegation: dict[int, list[int]] = {}
    for at, ruling in enumerate(reckoning.rulings):
        by_allegation.setdefault(ruling.matter.index, []).append(at)
    return [_allegation(report, reckoning, members) for members in by_allegation.values()]


def _allegation(report: Mapping[str, Any], reckoning: Reckoning, members: Sequence[int]) -> dict[str, Any]:
    final = {at: _decision(reckoning, at) for at in members}
    lead = min(members, key=lambda at: STRENGTH.index(final[at]))
    ruling = reckoning.rulings[lead]
    told: dict[str, Any] = {"id": ruling.matter.id, "decision": final[lead]}
    if final[lead] == "record" and ruling.reached:
        told["ho_class"] = ruling.reached.ho_class
        if ruling.reached.ho_code:
            told["ho_code"] = ruling.reached.ho_code
        told["count"] = sum(
            counted.count
            for counted in reckoning.counted
            if reckoning.recorded[counted.members[0]] in members
        )
    into = _into(reckoning, lead)
    if final[lead] == "absorbed" and into:
        told["into"] = into
    other = ruling.matter.allegation.get("place", {}).get("force", report.get("force"))
    if final[lead] == "other_force" and other != report.get("force"):
        told["force"] = other
    missing = _missing(report, reckoning, members)
    if missing:
        told["missing"] = missing
    if ruling.reason:
        told["reason"] = ruling.reason
    return told


def _decision(reckoning: Reckoning, at: int) -> str:
    link = reckoning.records.get(at)
    if link and link.effect in ("absorbed", "open"):
        return "absorbed" if link.effect == "absorbed" else "not_decidable"
    if at in reckoning.recorded and reckoning.recorded.index(at) in reckoning.absorptions:
        return "absorbed"
    return reckoning.rulings[at].decision


def _into(reckoning: Reckoning, at: int) -> str | None:
    link = reckoning.records.get(at)
    if link and link.effect == "absorbed":
        return link.record
    if at not in reckoning.recorded:
        return None
    position = reckoning.recorded.index(at)
    if position not in reckoning.absorptions:
        return None
    return reckoning.rulings[reckoning.recorded[final_absorber(position, reckoning.absorptions)]].matter.id


def _missing(report: Mapping[str, Any], reckoning: Reckoning, members: Sequence[int]) -> list[str]:
    found: dict[str, None] = {}
    for at in members:
        ruling, link = reckoning.rulings[at], reckoning.records.get(at)
        found.update(dict.fromkeys(pointer(report, ruling.matter, column) for column in ruling.missing))
        found.update(dict.fromkeys(link.missing if link else ()))
    return list(found)


def _closing(reckoning: Reckoning) -> dict[str, Any]:
    categories = reckoning.book.incident_categories
    topics = [str(ruling.matter.facts.get("nsir_topic", "")) for ruling in reckoning.rulings]
    closing: dict[str, Any] = {}
    category = next((categories[topic] for topic in topics if topic in categories), None)
    if category:
        closing["incident_category"] = category
    uncounted = [ruling.matter for ruling in reckoning.rulings if ruling.decision == "incident_only"]
    recorded = [reckoning.rulings[at].matter for at in reckoning.recorded]
    qualifiers = _remarked(reckoning.book.qualifiers, uncounted)
    flags = _remarked(reckoning.book.flags, recorded)
    closing |= {"nsir_qualifiers": qualifiers} if qualifiers else {}
    return closing | ({"flags": flags} if flags else {})


def _remarked(remarks: Sequence[Remark], matters: Sequence[Matter]) -> list[str]:
    return sorted(
        {remark.name for remark in remarks for matter in matters if remark.applies_to(matter.facts)}
    )


def _trace(reckoning: Reckoning) -> list[dict[str, Any]]:
    trace = []
    for at, ruling in enumerate(reckoning.rulings):
        steps = list(ruling.steps)
        link = reckoning.records.get(at)
        if link and link.step:
            steps.append(link.step)
        if at in reckoning.recorded and reckoning.recorded.index(at) in reckoning.absorptions:
            steps.append(reckoning.absorptions[reckoning.recorded.index(at)].step)
        trace += [_step(step, ruling.matter) for step in steps]
    unique = {(step["stage"], step["allegation"], step["row"]): step for step in trace}
    return list(unique.values())


def _step(step: Step, matter: Matter) -> dict[str, Any]:
    read = [column for column, _ in step.row.cells]
    return {
        "stage": step.stage,
        "allegation": matter.id,
        "row": step.row.id,
        "clause": step.row.clause,
        "facts_read": read,
    }


def _warnings(reckoning: Reckoning) -> list[dict[str, str]]:
    told = [*_clocks(reckoning), *_taken_as_given(reckoning), *_open_choices(reckoning)]
    unique = {(code, matter.id, text): None for code, matter, text in told}
    return [{"code": code, "allegation": allegation, "text": text} for code, allegation, text in unique]


def _clocks(reckoning: Reckoning) -> Iterator[Caution]:
    """Give a warning for each victim to whom a crime is due in an open class, and one more where that crime
    may be one with another.
    """
    due = [at for at, ruling in enumerate(reckoning.rulings) if ruling.crime_due]
    alone = {_whom(reckoning, at) for at in due if at not in reckoning.doubtful}
    for at in due:
        matter = reckoning.rulings[at].matter
        against = f" against {matter.victim}" if len(matter.allegation.get("victims", ())) > 1 else ""
        yield CLOCK_RUNS, matter, f"A crime{against} is due within the limit although its class is open."
        if _whom(reckoning, at) not in alone:
            other = reckoning.doubtful[at]
            yield MAY_BE_ONE_CRIME, matter, f"The crime{against} may prove to be one with that of {other}."


def _whom(reckoning: Reckoning, at: int) -> tuple[str, str]:
    matter = reckoning.rulings[at].matter
    return matter.id, matter.victim


def _taken_as_given(reckoning: Reckoning) -> Iterator[Caution]:
    for ruling in reckoning.rulings:
        read = {column for step in ruling.steps for column, _ in step.row.cells}
        for fact in sorted(read & ruling.matter.defaults):
            value = ruling.matter.facts[fact]
            text = f"{fact} was not given; taken as {value[0] if isinstance(value, tuple) else value}."
            yield "default_used", ruling.matter, text


def _open_choices(reckoning: Reckoning) -> Iterator[Caution]:
    for ruling in reckoning.rulings:
        matter = ruling.matter
        read = {column for step in ruling.steps for column, _ in step.row.cells}
        if ruling.uncovered:
            yield "kind_not_covered", matter, f"This book has no rule for kind {matter.kind} yet."
        if ruling.decision == "crime_related_incident" and "necessary" in read:
            yield (
                "judgement_open",
                matter,
                "Whether it is necessary or appropriate to record without confirmation was not judged.",
            )
        if ruling.decision == "refer":
            yield (
                "fraud_routing",
                matter,
                "No ground for this force to record was given; passed to the national service.",
            )
    for absorption in reckoning.absorptions.values():
        if absorption.caution:
            matter = reckoning.rulings[reckoning.recorded[absorption.absorbed]].matter
            yield "gravity_placed", matter, absorption.caution
