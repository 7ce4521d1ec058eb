"""Asking for a job, stopping one, and asking for it again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from firstpoint import casework
from firstpoint.errors import InputError, Refused
from firstpoint.workbench.jobs import pulse
from firstpoint.workbench.jobs.kinds import Kind, kind_of
from firstpoint.workbench.jobs.models import CANCELLED, FAILED, QUEUED, RUNNING, Job
from firstpoint.workbench.ledger.keeping import keep


def ask(kind: str, arguments: dict[str, Any], by: casework.Person) -> Job:
    """The job that this person asked for, waiting for a worker.

    ``arguments`` are plain values, as the kind's own function takes them. Raises InputError for a kind that
    is not there, and NotAllowed where the policy does not let this person ask for it.
    """
    casework.require(by.roles, kind_of(kind).action)
    return queue(kind, arguments, by.reference)


def queue(kind: str, arguments: dict[str, Any], by: str) -> Job:
    """A job put in the queue in the caller's transaction, if any, without asking who may."""
    with transaction.atomic():
        now = timezone.now()
        job = Job.objects.create(
            kind=kind,
            arguments=arguments,
            asked_by=by,
            asked_at=now,
            not_before=now,
            lane=kind_of(kind).lane,
        )
        keep(by, "job.asked", job.reference, {"kind": kind})
    return job


def cancel(key: int, by: casework.Person) -> Job:
    """The job, cancelled if it waited; if it runs, told to stop at its next step.

    Raises Refused where it has ended.
    """
    found = _job(key, by)
    if found.state == RUNNING:
        # Said first: the entry below may have to wait for the very transaction that is to stop.
        pulse.ask_to_stop(key)
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=key)
        if job.state == QUEUED:
            job.state, job.ended_at = CANCELLED, timezone.now()
            job.save(update_fields=["state", "ended_at"])
        elif found.state not in (QUEUED, RUNNING):
            raise Refused("This job has ended.", where=job.reference, remedy="There is nothing to cancel.")
        elif job.state == RUNNING:
            pulse.ask_to_stop(key)
        keep(by.reference, "job.cancel", job.reference, {"kind": job.kind})
    return job


def retry(key: int, by: casework.Person) -> Job:
    """The job, waiting once more as it was asked for; raises Refused unless it failed or was cancelled."""
    _job(key, by)
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=key)
        if job.state not in (FAILED, CANCELLED):
            raise Refused(
                "Only a job that failed or was cancelled can be tried again.",
                where=job.reference,
                remedy="Open it anew to see where it stands.",
            )
        job.state, job.message, job.ended_at = QUEUED, "", None
        job.not_before = timezone.now()
        job.save(update_fields=["state", "message", "ended_at", "not_before"])
        keep(by.reference, "job.retry", job.reference, {"kind": job.kind})
    pulse.forget_to_stop(key)
    return job


def _job(key: int, by: casework.Person) -> Job:
    job = Job.objects.filter(pk=key).first()
    if job is None:
        raise InputError("There is no such job.", where=f"job:{key}", remedy="Look at the list of jobs.")
    casework.require(by.roles, _kind(job).action)
    return job


def _kind(job: Job) -> Kind:
    return kind_of(job.kind)
