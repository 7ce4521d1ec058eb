"""The verdict: what a report requires of the force, in the published form.

:func:`verdict_on` joins the rulings on single matters: links to existing records, principal crimes, units
of count, then the strongest decision, the limit, flags, and whatever fact is still missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from firstpoint.counting.books import Book, Remark
from firstpoint.counting.compiled import in_full
from firstpoint.counting.deadlines import moment, record_by
from firstpoint.counting.matters import Matter
from firstpoint.counting.open_classes import CLOCK_RUNS, MAY_BE_ONE_CRIME
from firstpoint.counting.pointers import pointer
from firstpoint.counting.principal import final_absorber
from firstpoint.counting.reckoning import Reckoning
from firstpoint.counting.rulings import Finding, MatterRuling, Step
from firstpoint.counting.units import Counted, count_units

#: A warning: its code, the matter it is about, and what it says.
Caution = tuple[str, Matter, str]


def verdict_on(report: Mapping[str, Any], reckoning: Reckoning) -> dict[str, Any]:
    """Write the verdict on a report in the published form."""
    for ruling in reckoning.rulings:
        ruling.finding = in_full(ruling, reckoning.book)
    crimes = [_crime(reckoning, counted) for counted in reckoning.counted]
    told = _allegations(report, reckoning)
    verdict: dict[str, Any] = {"schema_version": 1}
    if "report_id" in report:
        verdict["report_id"] = report["report_id"]
    verdict |= {
        "book": _book(reckoning.book),
        "decision": reckoning.decision,
        "total": reckoning.total,
        "crimes": crimes,
    }
    verdict |= _beside_crimes(reckoning)
    verdict["allegations"] = told
    if crimes or any(ruling.finding.crime_due for ruling in reckoning.rulings):
        received = moment(report["reported_at"])
        verdict["record_by"] = record_by(received, reckoning.book).isoformat(timespec="seconds")
    verdict |= _closing(reckoning)
    verdict["trace"] = _trace(reckoning)
    warnings = _warnings(reckoning)
    return verdict | ({"warnings": warnings} if warnings else {})


def _book(book: Book) -> dict[str, str]:
    return {
        "id": book.id,
        "valid_from": book.valid_from.isoformat(),
        "valid_to": book.valid_to.isoformat(),
        "edition": book.edition,
        "sha256": book.sha256,
    }


def gravest_of(reckoning: Reckoning, counted: Counted) -> Finding:
    """Give the finding on the gravest of the matters that make a crime."""
    return _gravest([reckoning.rulings[reckoning.recorded[at]] for at in counted.members]).finding


def _gravest(rulings: Sequence[MatterRuling]) -> MatterRuling:
    return min(rulings, key=lambda ruling: ruling.finding.rule.rank if ruling.finding.rule else 0.0)


def reported_incidents_in(reckoning: Reckoning) -> list[dict[str, Any]]:
    """Give the reported incidents that must be recorded, as the verdict lists them."""
    found: list[dict[str, Any]] = _beside_crimes(reckoning).get("reported_incidents", [])
    return found


def _crime(reckoning: Reckoning, counted: Counted) -> dict[str, Any]:
    rulings = [reckoning.rulings[reckoning.recorded[at]] for at in counted.members]
    gravest = _gravest(rulings)
    assert gravest.finding.reached
    crime: dict[str, Any] = {"ho_class": counted.ho_class}
    if gravest.finding.reached.ho_code:
        crime["ho_code"] = gravest.finding.reached.ho_code
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
        (ruling.finding.reached and ruling.finding.reached.attempt)
        or ruling.matter.allegation.get("attempted") == "yes"
        for ruling in rulings
    ):
        crime["attempt"] = True
    for at in counted.members:
        link = reckoning.records.get(reckoning.recorded[at])
        if link and link.effect == "reclassifies":
            crime["reclassifies"] = link.record
    if reckoning.report.get("received_by") == "national_fraud_service":
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
        if ruling.finding.decision == "reported_incident":
            _add_incident(incidents, relations, ruling)
        elif ruling.finding.information_only or ruling.finding.decision == "refer":
            _add_national(national, relations, ruling)
    referred = [
        ruling
        for ruling in reckoning.rulings
        if ruling.finding.decision == "refer" and ruling.finding.rule is not None
    ]
    for counted in count_units(referred, range(len(referred))):
        national[counted.ho_class, False]["count"] += counted.count
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
    key = (ruling.finding.incident_code, matter.allegation.get("same_as_record", ""))
    entry = incidents.setdefault(key, {"code": ruling.finding.incident_code, "count": 0, "allegations": []})
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
    ho_class = ruling.finding.reached.ho_class if ruling.finding.reached else ""
    key = (ho_class, ruling.finding.information_only)
    entry = national.setdefault(
        key, {**({"nfib_class": ho_class} if ho_class else {}), "count": 0, "allegations": []}
    )
    if ruling.finding.rule is None and not ruling.finding.information_only:
        relation = (ho_class, "national", ruling.matter.whom, ruling.matter.offender)
        if relation not in relations:
            relations.add(relation)
            entry["count"] += ruling.matter.people
    entry["allegations"] = sorted({*entry["allegations"], ruling.matter.id})
    entry["information_only"] = ruling.finding.information_only


def _allegations(report: Mapping[str, Any], reckoning: Reckoning) -> list[dict[str, Any]]:
    return [_allegation(report, reckoning, members) for members in reckoning.by_allegation()]


def _allegation(report: Mapping[str, Any], reckoning: Reckoning, members: Sequence[int]) -> dict[str, Any]:
    lead = reckoning.leading(members)
    ruling, decision = reckoning.rulings[lead], reckoning.decision_on(lead)
    told: dict[str, Any] = {"id": ruling.matter.id, "decision": decision}
    if decision == "record" and ruling.finding.reached:
        told["ho_class"] = ruling.finding.reached.ho_class
        if ruling.finding.reached.ho_code:
            told["ho_code"] = ruling.finding.reached.ho_code
        told["count"] = reckoning.crimes_among(members)
    into = _into(reckoning, lead)
    if decision == "absorbed" and into:
        told["into"] = into
    other = ruling.matter.allegation.get("place", {}).get("force", report.get("force"))
    if decision == "other_force" and other != report.get("force"):
        told["force"] = other
    missing = _missing(report, reckoning, members)
    if missing:
        told["missing"] = missing
    if ruling.finding.reason:
        told["reason"] = ruling.finding.reason
    return told


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
        found.update(
            dict.fromkeys(pointer(report, ruling.matter, column) for column in ruling.finding.missing)
        )
        found.update(dict.fromkeys(link.missing if link else ()))
    return list(found)


def _closing(reckoning: Reckoning) -> dict[str, Any]:
    categories = reckoning.book.incident_categories
    topics = [str(ruling.matter.facts.get("nsir_topic", "")) for ruling in reckoning.rulings]
    closing: dict[str, Any] = {}
    category = next((categories[topic] for topic in topics if topic in categories), None)
    if category:
        closing["incident_category"] = category
    uncounted = [ruling.matter for ruling in reckoning.rulings if ruling.finding.decision == "incident_only"]
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
        steps = list(ruling.finding.steps)
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
    warnings = [{"code": code, "allegation": allegation, "text": text} for code, allegation, text in unique]
    return [*_of_the_book(reckoning.book), *warnings]


def _of_the_book(book: Book) -> list[dict[str, str]]:
    if not book.reconstructed:
        return []
    text = f"Counted by a reconstructed rule book ({book.id}): {book.standing}."
    return [{"code": "reconstructed_book", "text": text}]


def _clocks(reckoning: Reckoning) -> Iterator[Caution]:
    """Give a warning for each victim to whom a crime is due in an open class, and one more where that crime
    may be one with another.
    """
    due = [at for at, ruling in enumerate(reckoning.rulings) if ruling.finding.crime_due]
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
        read = {column for step in ruling.finding.steps for column, _ in step.row.cells}
        for fact in sorted(read & ruling.matter.defaults):
            value = ruling.matter.facts[fact]
            text = f"{fact} was not given; taken as {value[0] if isinstance(value, tuple) else value}."
            yield "default_used", ruling.matter, text


def _open_choices(reckoning: Reckoning) -> Iterator[Caution]:
    for ruling in reckoning.rulings:
        matter = ruling.matter
        read = {column for step in ruling.finding.steps for column, _ in step.row.cells}
        if ruling.finding.uncovered:
            yield "kind_not_covered", matter, f"This book has no rule for kind {matter.kind} yet."
        for row in (step.row for step in ruling.finding.steps if step.row.result == "not_decidable"):
            yield "rule_not_known", matter, f"{row.clause}. {row.note}".strip()
        if ruling.finding.decision == "crime_related_incident" and "necessary" in read:
            yield (
                "judgement_open",
                matter,
                "Whether it is necessary or appropriate to record without confirmation was not judged.",
            )
        if ruling.finding.decision == "refer":
            yield (
                "fraud_routing",
                matter,
                "No ground for this force to record was given; passed to the national service.",
            )
    for absorption in reckoning.absorptions.values():
        if absorption.caution:
            matter = reckoning.rulings[reckoning.recorded[absorption.absorbed]].matter
            yield "gravity_placed", matter, absorption.caution
