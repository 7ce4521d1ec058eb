"""The quality sample of reviews that found nothing, and what reviews and sample found."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from attrs import frozen
from django.db.models import Count, Q

from firstpoint import casework
from firstpoint.casework.clocks import LONDON
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.work.clocks import amount_of
from firstpoint.workbench.work.models import Step, WorkItem

KINDS = ("secondary", "third_party")
SHARE = 0.1
"""The share of reviews that found nothing and get a second look, where nobody says otherwise."""


@frozen
class Results:
    """What became of one kind: open, with crimes disclosed, with none, in the sample, passed, and failed."""

    kind: casework.Kind
    open: int
    disclosed: int
    nothing: int
    to_sample: int
    passed: int
    failed: int


def draw_sample(day: date, now: datetime, by: str, *, share: float = SHARE, seed: int = 0) -> int:
    """How many of the day's reviews that found nothing were drawn for a second look; once for each day.

    Each has the same chance, and whether it is drawn follows from the seed, the day and its own number:
    anybody can repeat the draw, and repeating it draws nothing more.
    """
    start = datetime.combine(day, time(), LONDON)
    steps = Step.objects.filter(
        transition="nothing",
        undone=False,
        at__gte=start,
        at__lt=start + timedelta(days=1),
        item__kind__in=KINDS,
    )
    items = sorted(set(steps.values_list("item", flat=True)))
    drawn = [key for key in items if _chance(seed, day, key) < share]
    rows = WorkItem.objects.filter(pk__in=drawn, state="nothing_disclosed")
    state = casework.state("secondary", "to_sample")
    done = rows.update(
        state=state.state,
        open=True,
        waits_for=state.waits_for,
        due_at=casework.deadline(now, "quality", amount=amount_of("quality")),
        because="sample",
    )
    if done:
        keep(by, "secondary.sampled", f"day:{day}", {"drawn": done, "of": len(items), "seed": seed})
    return done


def _chance(seed: int, day: date, key: int) -> float:
    return random.Random(f"{seed}|{day}|{key}").random()  # noqa: S311 - a draw that can be repeated, no secret


def results() -> Sequence[Results]:
    """What reviews and quality samples found, by kind."""
    return [_of(kind) for kind in KINDS]


def _of(kind: str) -> Results:
    counts = WorkItem.objects.filter(kind=kind).aggregate(
        open=Count("pk", filter=Q(state="to_review")),
        disclosed=Count("pk", filter=Q(state="disclosed")),
        nothing=Count("pk", filter=Q(state="nothing_disclosed")),
        to_sample=Count("pk", filter=Q(state="to_sample")),
        passed=Count("pk", filter=Q(state="sampled")),
    )
    failed = Step.objects.filter(item__kind=kind, transition="disclose", from_state="to_sample").count()
    return Results(kind=casework.kind_of_work(kind), failed=failed, **counts)
