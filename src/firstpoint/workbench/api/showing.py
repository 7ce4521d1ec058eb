"""Work, cases and steps as the values that operations give."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from firstpoint import casework
from firstpoint.casework import Kind, Particular, Transition
from firstpoint.workbench.api.values import (
    Case,
    CrimeOut,
    EntryOut,
    KindOut,
    LinkOut,
    ParticularOut,
    RequiredOut,
    StateOut,
    StepOffered,
    StepTaken,
    WorkRow,
)
from firstpoint.workbench.incidents.models import CrimeLink
from firstpoint.workbench.incidents.verdicts import RequiredOf
from firstpoint.workbench.work.models import Step, WorkItem


def kind_shown(kind: Kind) -> KindOut:
    """A kind of work with its states and steps."""
    return KindOut(
        kind=kind.kind,
        title=kind.title,
        about=kind.about,
        see=kind.see,
        states=[
            StateOut(
                state=each.state,
                title=each.title,
                open=each.open,
                waits_for=each.waits_for,
                clock=each.clock,
            )
            for each in casework.states(kind.kind)
        ],
        steps=[offered(each) for each in casework.transitions(kind.kind)],
    )


def offered(move: Transition) -> StepOffered:
    """A step with what it asks for."""
    return StepOffered(
        transition=move.transition,
        title=move.title,
        from_states=list(move.from_states),
        to_state=move.to_state,
        action=move.action,
        must_give=[_particular(each) for each in move.must_give],
        may_give=[_particular(each) for each in move.may_give],
        when_late=[_particular(each) for each in move.when_late],
        when_against=[_particular(each) for each in move.when_against],
    )


def row_of(item: WorkItem, shut: Collection[int] = ()) -> WorkRow:
    """A piece of work as its queue shows it; of one that ``shut`` holds the reference alone."""
    hidden, blind = item.pk in shut, item.of_kind.blind
    return WorkRow(
        key=item.pk,
        kind=item.kind,
        reference=item.reference,
        state=item.state,
        open=item.open,
        version=item.version,
        received_at=item.received_at,
        due_at=item.due_at,
        opening_code=None if hidden else item.opening_code,
        unit=None if hidden else item.unit,
        because=None if blind else item.because,
        priority=None if blind or hidden else item.priority,
        restricted=hidden,
    )


def taken(step: Step) -> StepTaken:
    """A step that was taken."""
    return StepTaken(
        transition=step.transition,
        from_state=step.from_state,
        to_state=step.to_state,
        by=step.by.person.reference,
        at=step.at,
        late=step.late,
        given=step.given,
    )


def case_shown(case: Mapping[str, Any]) -> Case:
    """A case as its page shows it, in plain values."""
    if "incident" not in case:
        return Case(crimes=[_crime(case["crime"])])
    incident = case["incident"]
    return Case(
        incident_id=incident.incident_id,
        received_at=incident.received_at,
        opening_code=incident.opening_code,
        closing_code=incident.closing_code,
        text=incident.text,
        entries=[
            EntryOut(at=each.at, author=each.author, text="".join(piece.text for piece in each.pieces))
            for each in case["timeline"]
        ],
        crimes=[_crime(crime) for crime, _ in case["crimes"]],
        links=[_link(link) for link, _, _ in case.get("links", ())],
        required=_required(case["required"]) if case.get("required") else None,
    )


def _crime(crime: Any) -> CrimeOut:
    return CrimeOut(
        crime_id=crime.crime_id,
        ho_class=crime.ho_class,
        title=crime.title,
        status=crime.status,
        reported_at=crime.reported_at,
        recorded_at=crime.recorded_at,
        victim_id=crime.victim_id,
    )


def _link(link: CrimeLink) -> LinkOut:
    return LinkOut(
        crime_id=link.crime_id,
        ho_class=link.crime.ho_class,
        how=link.how,
        weight=link.weight,
        probability=link.probability,
        reason=link.reason,
        counts=link.stands,
    )


def _required(required: RequiredOf) -> RequiredOut:
    return RequiredOut(
        headline=required.headline,
        total=required.total,
        crimes=[{"ho_class": each.ho_class, "count": each.count} for each in required.crimes],
        missing=list(required.missing),
        book=required.book,
        problem=required.problem,
    )


def _particular(each: Particular) -> ParticularOut:
    return ParticularOut(
        name=each.name,
        title=each.title,
        form=each.form,
        choices=[choice.choice for choice in each.choices],
        longest=each.longest,
    )
