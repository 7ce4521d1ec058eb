"""What programs may call: work and its steps, incidents, the search, the ledger and the loads."""

from typing import Annotated, Any

from django.core.paginator import Paginator
from django.http import Http404
from django.utils import timezone
from ninja import NinjaAPI, P, Query
from ninja.errors import ValidationError

from firstpoint import casework
from firstpoint.casework import Incomplete, Moved
from firstpoint.errors import FirstpointError, InputError, LedgerBroken, NotAllowed, Refused
from firstpoint.workbench.api import showing
from firstpoint.workbench.api.access import WAYS_IN, allowed, require
from firstpoint.workbench.api.values import (
    FoundOut,
    IncidentOut,
    IncidentPage,
    IncidentRow,
    KindOut,
    LedgerPage,
    LedgerRow,
    LoadOut,
    Me,
    Problem,
    SearchIn,
    SearchOut,
    StepDone,
    StepIn,
    UndoIn,
    Verified,
    WorkOut,
    WorkPage,
)
from firstpoint.workbench.gate import Signed
from firstpoint.workbench.imports.models import LoadedExtract
from firstpoint.workbench.incidents import finding, listing
from firstpoint.workbench.incidents.presenting import presented
from firstpoint.workbench.incidents.reading import read_incident
from firstpoint.workbench.incidents.restricting import Shut, is_shut
from firstpoint.workbench.ledger.keeping import keep, verify_ledger
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.paging import MOST_PAGES
from firstpoint.workbench.work import cases, queues, stepping, undoing
from firstpoint.workbench.work.opening import shut_to
from firstpoint.workbench.work.urls import KINDS

LARGEST_KEY = 9_223_372_036_854_775_807
MOST_ENTRIES = 1000

api = NinjaAPI(
    title="Firstpoint",
    version="1",
    description="What the pages of the workbench do, for programs, under the same policy and ledger.",
    auth=WAYS_IN,
    docs_url=None,
    urls_namespace="api",
)
Key = Annotated[int, P(ge=1, le=LARGEST_KEY)]
# What no address can hold is refused before any operation sees it.
NO_NUL = r"^[^\x00]*$"
Words = Annotated[str, Query(max_length=100, pattern=NO_NUL)]
Name = Annotated[str, Query(max_length=40, pattern=NO_NUL)]
PROBLEMS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 422: Problem}


def _status(fault: FirstpointError) -> int:
    if isinstance(fault, Moved | Refused | LedgerBroken):
        return 409
    return 403 if isinstance(fault, NotAllowed) else 422 if isinstance(fault, InputError) else 409


@api.exception_handler(FirstpointError)
def _refused(request: Signed, fault: FirstpointError) -> Any:
    if isinstance(fault, Shut):
        keep(request.user.person.reference, "incident.refused", fault.where)
    faults = fault.faults if isinstance(fault, Incomplete) else {}
    problem = Problem(message=fault.message, where=fault.where, remedy=fault.remedy, faults=faults)
    return api.create_response(request, problem, status=_status(fault))


@api.exception_handler(ValidationError)
def _not_readable(request: Signed, fault: ValidationError) -> Any:
    faults = {".".join(str(part) for part in each["loc"]): str(each["msg"]) for each in fault.errors}
    problem = Problem(message="What was sent cannot be read.", remedy="See the faults.", faults=faults)
    return api.create_response(request, problem, status=422)


@api.exception_handler(Http404)
def _not_there(request: Signed, _fault: Http404) -> Any:
    problem = Problem(message="There is nothing under this address.", remedy="Look for it by its queue.")
    return api.create_response(request, problem, status=404)


@api.get("/me", response={200: Me, **PROBLEMS}, tags=["People"])
@allowed("work.see")
def me(request: Signed) -> Me:
    """Who calls, and with which roles."""
    user = request.user
    return Me(
        reference=user.person.reference,
        shown_name=user.shown_name,
        roles=sorted(user.roles),
        qualifications=sorted(user.qualifications),
    )


@api.get("/kinds", response={200: list[KindOut], **PROBLEMS}, tags=["Work"])
@allowed("policy.see")
def kinds(request: Signed) -> list[KindOut]:
    """Every kind of work with its states and steps, and what each step asks for."""
    return [showing.kind_shown(casework.kind_of_work(kind)) for kind in KINDS]


@api.get("/queues/{kind}", response={200: WorkPage, **PROBLEMS}, tags=["Work"])
@allowed("work.queues")
def queue(
    request: Signed,
    kind: str,
    show: Name = "open",
    order: Name = "priority",
    opened_as: Words = "",
    unit: Words = "",
    find: Words = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> WorkPage:
    """One page of a queue, filtered and ordered as its page is."""
    require(request, _known(kind).see)
    given = {"show": show, "order": order, "opened_as": opened_as, "unit": unit, "find": find}
    here = queues.listed(queues.wanted(kind, {**given, "page": str(page)}), timezone.now())
    shut = shut_to(request.user.person, here.rows)
    rows = [showing.row_of(each, shut) for each in here.rows]
    return WorkPage(count=here.count, page=page, more=here.more, rows=rows)


@api.get("/queues/{kind}/{key}", response={200: WorkOut, **PROBLEMS}, tags=["Work"])
@allowed("work.queues")
def work(request: Signed, kind: str, key: Key) -> WorkOut:
    """One piece of work with its case; the look is kept in the ledger."""
    require(request, _known(kind).see)
    item = cases.work_item(kind, key)
    case = cases.case_of(item, request.user.person)
    return WorkOut(
        **showing.row_of(item).dict(),
        particulars=item.particulars,
        case=showing.case_shown(case),
        steps=[showing.taken(each) for each in cases.history(item)],
        available=[showing.offered(each) for each in stepping.steps_for(item, request.user)],
    )


@api.post("/queues/{kind}/{key}/steps", response={200: StepDone, 409: Problem, **PROBLEMS}, tags=["Work"])
@allowed("work.queues")
def take_step(request: Signed, kind: str, key: Key, step: StepIn) -> StepDone:
    """Take a step; who may, what must be given and whose own work it must not be is as at the page."""
    require(request, _known(kind).see)
    moves = {each.transition: each for each in casework.transitions(kind)}
    if step.transition not in moves:
        raise Http404
    move = moves[step.transition]
    taken = stepping.take_step(key, step.version, move, request.user, step.given, timezone.now())
    item = taken.item
    return StepDone(
        key=item.pk, state=item.state, open=item.open, version=item.version, step=showing.taken(taken)
    )


@api.post("/queues/{kind}/{key}/undo", response={200: StepDone, 409: Problem, **PROBLEMS}, tags=["Work"])
@allowed("work.queues")
def undo(request: Signed, kind: str, key: Key, seen: UndoIn) -> StepDone:
    """Take the caller's own last step back, within some minutes and while nobody has acted on it."""
    require(request, _known(kind).see)
    taken = undoing.take_back(kind, key, seen.version, request.user, timezone.now())
    item = taken.item
    return StepDone(
        key=item.pk, state=item.state, open=item.open, version=item.version, step=showing.taken(taken)
    )


@api.get("/incidents", response={200: IncidentPage, **PROBLEMS}, tags=["Incidents"])
@allowed("incidents.list")
def incidents(
    request: Signed,
    order: Name = "rank",
    opened_as: Words = "",
    find: Words = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> IncidentPage:
    """One page of the ranked list of incidents screened."""
    given = {"order": order, "opened_as": opened_as, "find": find, "page": str(page)}
    here = listing.listed(listing.wanted(given))
    shut = is_shut(request.user.person, [row.incident_id for row in here.rows])
    return IncidentPage(
        count=here.count,
        page=here.number,
        more=here.more,
        rows=[_incident_row(row, hidden=row.incident_id in shut) for row in here.rows],
    )


@api.get("/incidents/{key}", response={200: IncidentOut, **PROBLEMS}, tags=["Incidents"])
@allowed("incidents.read")
def incident(request: Signed, key: Key) -> IncidentOut:
    """One incident: its log, what is recorded, what the screen saw, what the rules require, and the work."""
    file = read_incident(request.user.person, key, "api")
    case = presented(file)
    items = [
        showing.row_of(item)
        for item in cases.items_on(file.incident.incident_id)
        if request.user.may(item.of_kind.see) and not item.of_kind.blind
    ]
    return IncidentOut(
        **showing.case_shown(case).dict(), key=key, disclosures=list(case["disclosures"]), work=items
    )


@api.post("/search", response={200: SearchOut, **PROBLEMS}, tags=["Incidents"])
@allowed("incidents.search")
def search(request: Signed, sought: SearchIn) -> SearchOut:
    """Incidents and crimes by words, reference, place or person; the search is kept in the ledger."""
    asked = " ".join(sought.asked.replace("\x00", " ").split())
    if not asked:
        return SearchOut(incidents=0, crimes=0, rows=[])
    found = finding.find(request.user.person, sought.way, asked)
    rows = [
        FoundOut(
            about=row.about,
            reference=row.reference,
            key=None if row.shut else row.key,
            at=row.at,
            code=row.code,
            unit=row.unit,
            shut=row.shut,
        )
        for row in found.rows
    ]
    return SearchOut(incidents=found.incidents, crimes=found.crimes, rows=rows)


@api.get("/ledger", response={200: LedgerPage, **PROBLEMS}, tags=["Ledger"])
@allowed("ledger.see")
def ledger(
    request: Signed,
    first: Annotated[int, Query(ge=1, le=LARGEST_KEY)] = 1,
    most: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = 100,
) -> LedgerPage:
    """Entries of the ledger from a sequence on, oldest first."""
    rows = list(LedgerEntry.objects.filter(sequence__gte=first).order_by("sequence")[:most])
    plain = [LedgerRow.model_validate(each.as_entry().as_dict()) for each in rows]
    return LedgerPage(rows=plain, next=rows[-1].sequence + 1 if len(rows) == most else None)


@api.post("/ledger/verify", response={200: Verified, 409: Problem, **PROBLEMS}, tags=["Ledger"])
@allowed("ledger.see")
def verify(request: Signed) -> Verified:
    """Whether the ledger holds together; 409 names the first entry that does not fit."""
    result = verify_ledger()
    keep(request.user.person.reference, "ledger.verified", f"entry:{result.entries}")
    return Verified(entries=result.entries, head=result.head)


@api.get("/loads", response={200: list[LoadOut], **PROBLEMS}, tags=["Imports"])
@allowed("imports.see")
def loads(request: Signed, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> list[LoadOut]:
    """The extracts that were loaded, newest first, a hundred at a time."""
    here = Paginator(LoadedExtract.objects.order_by("-pk"), 100).get_page(page)
    return [
        LoadOut(
            number=each.pk, **{name: getattr(each, name) for name in LoadOut.model_fields if name != "number"}
        )
        for each in here
    ]


def _known(kind: str) -> casework.Kind:
    if kind not in KINDS:
        raise Http404
    return casework.kind_of_work(kind)


def _incident_row(row: Any, *, hidden: bool) -> IncidentRow:
    return IncidentRow(
        key=row.incident.pk,
        incident_id=row.incident_id,
        received_at=row.incident.received_at,
        opening_code=None if hidden else row.incident.opening_code,
        rank=row.rank,
        chance_unrecorded=None if hidden else row.chance_unrecorded,
        harm=None if hidden else row.harm,
        expected_crimes=None if hidden else row.expected_crimes,
        crimes_recorded=None if hidden else row.crimes_recorded,
        not_read=row.not_read,
    )
