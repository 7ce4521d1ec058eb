"""What every page says of jobs: that no worker runs though jobs wait, or that saving waits for a load."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest

from firstpoint.workbench.jobs import pulse
from firstpoint.workbench.jobs.models import QUEUED, RUNNING, Job

SAVING_WAITS = (
    "An extract or a screen is being written into the database. Pages open as usual; opening an incident and "
    "saving a decision may wait, for some seconds to a minute, until it is in. Nothing is lost."
)


def on_every_page(request: HttpRequest) -> dict[str, Any]:
    """The notices of jobs for this person; none for anybody who is not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    living = pulse.living()
    return {
        "saving_waits": SAVING_WAITS if saving_waits(living) else "",
        "jobs_wait_for_worker": _waiting() if not living and user.may("jobs.see") else 0,
    }


def saving_waits(living: tuple[pulse.Beat, ...] | None = None) -> bool:
    """Whether a job keeps the database, so that others wait with what they save; on PostgreSQL none does."""
    signs = pulse.living() if living is None else living
    return connection.vendor == "sqlite" and any(sign.keeps_database for sign in signs)


def _waiting() -> int:
    return Job.objects.filter(state__in=(QUEUED, RUNNING)).count()
