"""Who does which job: claims, jobs whose worker is gone, and the four ways in which a job ends.

A job ends only under the number of the try by which it was claimed. A worker that stopped for long, and comes
back when another has taken its job up, changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from firstpoint.workbench.jobs import pulse
from firstpoint.workbench.jobs.kinds import kind_of
from firstpoint.workbench.jobs.models import CANCELLED, FAILED, QUEUED, RUNNING, Job
from firstpoint.workbench.ledger.keeping import keep

THE_WORKER = "worker"
LOST = (
    "The worker stopped {tries} times before it was done, perhaps for want of memory. Nothing of it was "
    "kept. Try it again when less is going on, and tell your administrator if it stops again."
)


def claim(worker: str, now: datetime) -> Job | None:
    """The job that waited longest, now running under this worker; None when none can run."""
    if not _waiting(now).exists():
        return None  # asked outside a transaction: SQLite's would keep every writer waiting, each second
    try:
        with transaction.atomic():
            job = _waiting(now).select_for_update(skip_locked=True).order_by("pk").first()
            if job is None:
                return None
            job.state, job.worker, job.started_at = RUNNING, worker, now
            job.tries += 1
            job.save(update_fields=["state", "worker", "started_at", "tries"])
            return job
    except IntegrityError:
        return None  # another worker has just started a job of the same lane


def take_up_abandoned(now: datetime) -> int:
    """How many jobs were put back in the queue, or ended, because their worker is gone."""
    running = list(Job.objects.filter(state=RUNNING))
    signs = {sign.worker: sign for sign in pulse.living()} if running else {}
    gone = [job for job in running if _is_abandoned(job, signs.get(job.worker), now)]
    for job in gone:
        if pulse.is_asked_to_stop(job.pk):
            end(job, CANCELLED)
        elif is_last_try(job):
            end(job, FAILED, LOST.format(tries=job.tries))
        else:
            put_back(job, now)
    return len(gone)


def is_last_try(job: Job) -> bool:
    """Whether a job has had its tries; somebody who asks for it again gives it as many more."""
    return job.tries % kind_of(job.kind).tries == 0


def put_back(job: Job, not_before: datetime, message: str = "") -> None:
    """Let a job wait again, not before a moment."""
    _under_this_try(job).update(state=QUEUED, worker="", not_before=not_before, message=message)


def end(job: Job, state: str, message: str = "") -> None:
    """End a job as failed or cancelled, and keep that in the ledger."""
    with transaction.atomic():
        ended = _under_this_try(job).update(state=state, message=message, ended_at=timezone.now())
        if ended:
            keep(THE_WORKER, f"job.{state}", job.reference, {"kind": job.kind, "tries": job.tries})
    pulse.forget_to_stop(job.pk)


def _waiting(now: datetime):
    busy = Job.objects.filter(state=RUNNING).exclude(lane="").values("lane")
    return Job.objects.filter(state=QUEUED, not_before__lte=now).exclude(lane__in=busy)


def _under_this_try(job: Job):
    return Job.objects.filter(pk=job.pk, state=RUNNING, tries=job.tries)


def _is_abandoned(job: Job, sign: pulse.Beat | None, now: datetime) -> bool:
    if sign is None:
        return True
    at_it = (sign.job, sign.tries) == (job.pk, job.tries)
    # A worker tells of its job a moment after the claim.
    claimed_long_ago = job.started_at is None or now - job.started_at > timedelta(seconds=pulse.DEAD_AFTER)
    return not at_it and claimed_long_ago
