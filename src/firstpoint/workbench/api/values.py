"""The values that operations take and give, as they stand in the description of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema


class Problem(Schema):
    """What was wrong, where, and what to do next; ``faults`` says by field what cannot be used."""

    message: str
    where: str = ""
    remedy: str = ""
    faults: dict[str, str] = {}


class Me(Schema):
    """Who calls: a reference, and the roles and qualifications with which they act."""

    reference: str
    shown_name: str
    roles: list[str]
    qualifications: list[str]


class ParticularOut(Schema):
    """What a step asks for; ``form`` is text, count, choice, crimes, moment, information or facts."""

    name: str
    title: str
    form: str
    choices: list[str]
    longest: int


class StepOffered(Schema):
    """A step that can be taken, what must be given for it and what may be.

    ``when_late`` must be given too where the deadline is past, ``when_against`` where the step leaves
    unrecorded what the rules require.
    """

    transition: str
    title: str
    from_states: list[str]
    to_state: str
    action: str
    must_give: list[ParticularOut]
    may_give: list[ParticularOut]
    when_late: list[ParticularOut]
    when_against: list[ParticularOut]


class StateOut(Schema):
    """A state in which work can stand."""

    state: str
    title: str
    open: bool
    waits_for: str
    clock: str


class KindOut(Schema):
    """A kind of work with its states and steps."""

    kind: str
    title: str
    about: str
    see: str
    states: list[StateOut]
    steps: list[StepOffered]


class WorkRow(Schema):
    """A piece of work as its queue shows it; ``priority`` is null where whoever does it must not see it."""

    key: int
    kind: str
    reference: str
    state: str
    open: bool
    version: int
    received_at: datetime
    due_at: datetime | None
    opening_code: str | None
    unit: str | None
    because: str | None
    priority: float | None
    restricted: bool


class WorkPage(Schema):
    """One page of a queue; ``count`` is null where more than 10,000 fit."""

    count: int | None
    page: int
    more: bool
    rows: list[WorkRow]


class StepTaken(Schema):
    """A step that was taken."""

    transition: str
    from_state: str
    to_state: str
    by: str
    at: datetime
    late: bool
    given: dict[str, Any]


class EntryOut(Schema):
    """An entry of an incident's log."""

    at: datetime | None
    author: str | None
    text: str


class CrimeOut(Schema):
    """A recorded crime."""

    crime_id: str
    ho_class: str | None
    title: str | None
    status: str | None
    reported_at: datetime | None
    recorded_at: datetime | None
    victim_id: str | None


class LinkOut(Schema):
    """A crime that does not name the incident as written: ``weight`` is the evidence in bits, ``how`` is
    formatting, slip or likeness, ``counts`` whether it counts as recorded here."""

    crime_id: str
    ho_class: str | None
    how: str
    weight: float | None
    probability: float | None
    reason: str
    counts: bool


class RequiredOut(Schema):
    """What the counting rules require on the facts found, and what is missing to say more."""

    headline: str
    total: int
    crimes: list[dict[str, Any]]
    missing: list[str]
    book: str
    problem: str


class Case(Schema):
    """What a piece of work is about: an incident with its log and crimes, or one crime."""

    incident_id: str | None = None
    received_at: datetime | None = None
    opening_code: str | None = None
    closing_code: str | None = None
    text: str | None = None
    entries: list[EntryOut] = []
    crimes: list[CrimeOut] = []
    links: list[LinkOut] = []
    required: RequiredOut | None = None


class WorkOut(WorkRow):
    """A piece of work with its case, the steps taken and those that whoever calls may take now."""

    particulars: dict[str, Any]
    case: Case
    steps: list[StepTaken]
    available: list[StepOffered]


class StepIn(Schema):
    """A step to take: which, on which version of the work, and what is given for it."""

    transition: str = Field(max_length=40)
    version: int = Field(ge=1, le=2_000_000_000)
    given: dict[str, Any] = {}


class UndoIn(Schema):
    """The version of the work on which the caller's last step is to be taken back."""

    version: int = Field(ge=1, le=2_000_000_000)


class StepDone(Schema):
    """The step that was taken, and where the work stands now."""

    key: int
    state: str
    open: bool
    version: int
    step: StepTaken


class PutOnIn(Schema):
    """Why a report should be decided: what in it tells of a crime, without names."""

    list_reason: str = Field(max_length=100_000)


class AppealIn(Schema):
    """Who appeals, as a choice, and what they say, without names."""

    appellant: str = Field(max_length=40)
    appeal_grounds: str = Field(max_length=100_000)


class CancellationIn(Schema):
    """A request: the force's reference of the crime, the category (such as C2), the facts that the rules rest
    it on by their names, and what else it asks for (``information``, ``rationale``, ``other_force``)."""

    crime_id: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    category: str = Field(max_length=10)
    facts: dict[str, str] = {}
    given: dict[str, Any] = {}


class IncidentRow(Schema):
    """An incident as the ranked list shows it; of a restricted one only its reference, moment and rank."""

    key: int
    incident_id: str
    received_at: datetime
    opening_code: str | None
    rank: int
    chance_unrecorded: float | None
    harm: float | None
    expected_crimes: float | None
    crimes_recorded: int | None
    not_read: str


class IncidentPage(Schema):
    """One page of the ranked list; ``count`` is null where more than 10,000 fit."""

    count: int | None
    page: int
    more: bool
    rows: list[IncidentRow]


class IncidentOut(Case):
    """One incident with its case, what the screen saw, and the work on it."""

    key: int
    disclosures: list[dict[str, Any]]
    work: list[WorkRow]


class SearchIn(Schema):
    """What to search for and by which way: words, reference, place or person."""

    way: Literal["words", "reference", "place", "person"]
    asked: str = Field(min_length=1, max_length=200)


class FoundOut(Schema):
    """An incident or crime that was found; a restricted one shows its reference alone."""

    about: str
    reference: str
    key: int | None
    at: datetime | None
    code: str
    unit: str
    shut: bool


class SearchOut(Schema):
    """What a search found; a count is null where more than 10,000 were found."""

    incidents: int | None
    crimes: int | None
    rows: list[FoundOut]


class LedgerRow(Schema):
    """An entry of the ledger."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous: str
    hash: str


class LedgerPage(Schema):
    """Entries of the ledger from a sequence on, oldest first; ``next`` is where to go on, null at the end."""

    rows: list[LedgerRow]
    next: int | None


class Verified(Schema):
    """A ledger that holds together."""

    entries: int
    head: str


class LoadOut(Schema):
    """An extract that was loaded."""

    number: int
    table: str
    file_name: str
    rows_read: int
    rows_added: int
    rows_replaced: int
    rows_set_aside: int
    loaded_at: datetime
    undone_at: datetime | None
