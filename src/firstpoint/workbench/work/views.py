"""The pages of work, made for each kind from casework's tables: its queue, and one piece of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from firstpoint import casework
from firstpoint.casework import Incomplete, Transition
from firstpoint.errors import NotAllowed, Refused
from firstpoint.vocabulary import offence_classes
from firstpoint.workbench.answers import answers, version
from firstpoint.workbench.desk import saving
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.incidents.facts import ADD_VICTIM, PREFIX
from firstpoint.workbench.paging import MOST_COUNTED
from firstpoint.workbench.work import cases, queues, stepping, undoing
from firstpoint.workbench.work.afterwards import afterwards
from firstpoint.workbench.work.handling import handling_of
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import shut_to
from firstpoint.workbench.work.writing import form_of, in_one_line, lines_of, said, untouched

# Buttons that show the form anew with what was written: back from the check, or with the facts reckoned.
_NO_STEP = ("change", "reckon", ADD_VICTIM)
View = Callable[..., HttpResponse]


@page("work.queues")
@require_GET
def every_queue(request: Signed) -> HttpResponse:
    """The queues that this person may see, each with how many pieces of work are open and overdue."""
    now = timezone.now()
    kinds = [casework.kind_of_work(kind) for kind in casework.kinds() if kind != "marking"]
    rows = [
        (kind, queues.how_many(kind.kind, now), queues.how_many(kind.kind, now, "overdue"))
        for kind in kinds
        if request.user.may(kind.see)
    ]
    return render(request, "workbench/queues.html", {"rows": rows, "most": MOST_COUNTED})


def queue_of(kind: str) -> View:
    """The view of one kind's queue."""

    @page(casework.kind_of_work(kind).see)
    @require_http_methods(["GET", "POST"])
    def queue(request: Signed) -> HttpResponse:
        asked = queues.wanted(kind, request.GET)
        if request.method == "GET":
            return _queue(request, asked)
        try:
            messages.success(request, saving.change(request.user, kind, asked.query, request.POST.dict()))
        except Incomplete as faults:
            return _queue(request, asked, faults.faults)
        return redirect(reverse(f"queue-{kind}") + (asked.query or "?show=open"))

    return queue


def _queue(request: Signed, asked: queues.Wanted, faults: Mapping[str, str] | None = None) -> HttpResponse:
    now, kind = timezone.now(), asked.kind
    views = saving.views_of(request.user, kind)
    default = next((each.query for each in views if each.default and each.query), "")
    if default and not request.GET:
        return redirect(reverse(f"queue-{kind}") + default)
    here = queues.listed(asked, now)
    context = {
        "kind": casework.kind_of_work(kind),
        "asked": asked,
        "here": here,
        "shut": shut_to(request.user.person, here.rows),
        "now": now,
        "shown": queues.shown(kind),
        "orders": queues.ORDERS,
        "pages": [each for each in handling_of(kind).pages if request.user.may(each[2])],
        "views": views,
        "faults": dict(faults or {}),
        "given": request.POST.dict(),
    }
    return render(request, "workbench/queue.html", context, status=400 if faults else 200)


def item_of(kind: str) -> View:
    """The view of one piece of work of a kind: the case, what was done, and what this person may do now."""

    @page(casework.kind_of_work(kind).see)
    @require_http_methods(["GET", "POST"])
    def item(request: Signed, key: int) -> HttpResponse:
        work = cases.work_item(kind, key)
        if request.method == "GET" or request.POST.get("step") in _NO_STEP:
            return _live(request, work) if request.POST.get("part") == "live" else _form(request, work)
        if request.POST.get("step") == casework.UNDO:
            return _take_back(request, work)
        return _step(request, work)

    return item


def _take_back(request: Signed, item: WorkItem) -> HttpResponse:
    undone = undoing.take_back(item.kind, item.pk, version(request.POST), request.user, timezone.now())
    messages.success(request, f"{item.reference}: {undone.move.says}")
    return redirect(f"item-{item.kind}", item.pk)


def _step(request: Signed, item: WorkItem) -> HttpResponse:
    chosen = request.POST.get("decision", "")
    moves = {each.transition: each for each in casework.transitions(item.kind)}
    if chosen not in moves or _does_not_start_here(moves[chosen], item, request):
        return _form(request, item, {"decision": "Select what to do"})
    move = moves[chosen]
    given = answers(request.POST, move.asks)
    seen, now = version(request.POST), timezone.now()
    try:
        if request.POST.get("step") == "save":
            taken = stepping.take_step(item.pk, seen, move, request.user, given, now)
            asked = queues.wanted(item.kind, request.GET)
            comforts = afterwards(taken, queues.beside(item, asked, now)[1], asked.query)
            messages.success(request, f"{item.reference}: {move.says}", extra_tags=comforts)
            return redirect(_after(request, item) + asked.query)
        stepping.check_step(item, seen, move, request.user, given, now)
    except Incomplete as faults:
        return _form(request, item, faults.faults)
    except Refused as refusal:  # the form comes back, so that nothing that was written is lost
        return _form(request, item, {"decision": f"{refusal.message} {refusal.remedy}".strip()}, status=409)
    return _check_page(request, item, move, given)


def _does_not_start_here(move: Transition, item: WorkItem, request: Signed) -> bool:
    """Whether a form that is not stale names a step that nobody could take from where the work stands."""
    return item.state not in move.from_states and version(request.POST) == item.version


def _after(request: Signed, item: WorkItem) -> str:
    return reverse(f"queue-{item.kind}" if request.user.may(item.of_kind.see) else "home")


def _form(
    request: Signed, item: WorkItem, faults: Mapping[str, str] | None = None, status: int = 400
) -> HttpResponse:
    now = timezone.now()
    case = cases.case_of(item, request.user.person)
    handling = handling_of(item.kind)
    drafted = handling.drafted(item, request.POST.dict(), case)
    faults = {**(faults or {}), **drafted.get("faults", {})}
    given = {**handling.prefilled(item), **request.POST.dict()}
    lines = lines_of(request.POST, drafted.get("required") or case.get("required"), given)
    given["crimes-were"] = _lines_were(request.POST, lines)
    moves = stepping.steps_for(item, request.user)
    asked = queues.wanted(item.kind, request.GET)
    before, after = queues.beside(item, asked, now)
    history = cases.history(item)
    context = {
        **case,
        **handling.beside(item),
        **drafted,
        **handling.beside_for(item, request.user.person),
        "panel": handling.panel,
        "drafts": handling.drafts if _asks_for(moves, "facts") else "",
        "kind": item.of_kind,
        "work": item,
        "now": now,
        "late": item.is_late(now),
        "moves": moves,
        "form": form_of(
            moves, late=item.is_late(now), against=lambda move: stepping.is_against(item, move, case)
        ),
        "why_none": "" if moves else _why_none(request, item),
        "faults": faults,
        "given": given,
        "lines": lines,
        "classes": _current_classes() if _asks_for(moves, "crimes") else (),
        "history": history,
        "undo_until": undoing.until(item, history, request.user, now),
        "asked": asked,
        "before": before,
        "after": after,
    }
    return render(request, "workbench/item.html", context, status=status if faults else 200)


def _live(request: Signed, item: WorkItem) -> HttpResponse:
    """The parts of the page that follow what is written, without the case: a script asks for them."""
    cases.refuse_if_shut(item, request.user.person)
    posted = request.POST.dict()
    drafted = handling_of(item.kind).drafted(item, posted, {})
    lines = lines_of(posted, drafted.get("required"), posted)
    crimes = [each for move in stepping.steps_for(item, request.user) for each in move.asks]
    context = {
        **drafted,
        "lines": lines,
        "lines_were": _lines_were(posted, lines),
        "crimes": next((each for each in crimes if each.form == "crimes"), None),
    }
    return render(request, "workbench/live.html", context)


def _lines_were(posted: Mapping[str, str], lines: Sequence[Mapping[str, str]]) -> str:
    """What the list of crimes was filled with, so that it is known later whether a person changed it."""
    return posted["crimes-were"] if "crimes-were" in posted and not untouched(posted) else in_one_line(lines)


def _why_none(request: Signed, item: WorkItem) -> str:
    """Why this person can do nothing to it now, in the words of the first step that somebody could take."""
    for move in casework.transitions_from(item.state, item.kind):
        if move.set_off_by:
            continue
        try:
            stepping.check_step(item, item.version, move, request.user, None, timezone.now())
        except Incomplete:
            continue
        except NotAllowed as refusal:
            return f"{refusal.message} {refusal.remedy}"
    return ""


def _check_page(request: Signed, item: WorkItem, move: Transition, given: Mapping[str, Any]) -> HttpResponse:
    asked = [each for each in move.asks if given.get(each.name)]
    handling = handling_of(item.kind)
    context = {
        "kind": item.of_kind,
        "work": item,
        "move": move,
        "rows": [(each, said(each, given[each.name])) for each in asked],
        "against": stepping.is_against(item, move),
        "posted": _carried(request, given),
        "now": timezone.now(),
        **handling.when_checking(item),
        **handling.drafted(item, request.POST.dict(), {}),
    }
    return render(request, "workbench/check_step.html", context)


def _carried(request: Signed, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the form held, carried along to be saved; the facts as one text in place of their controls."""
    own = ("step", "csrfmiddlewaretoken", "facts")
    kept = [
        (name, str(value))
        for name, value in request.POST.items()
        if name not in own and not name.startswith(PREFIX)
    ]
    return [*kept, ("facts", json.dumps(given["facts"]))] if given.get("facts") else kept


def _asks_for(moves: Sequence[Transition], form: str) -> bool:
    return any(each.form == form for move in moves for each in move.asks)


@cache
def _current_classes() -> tuple[tuple[str, str], ...]:
    return tuple((each.code, each.title) for each in offence_classes().values() if each.current)
