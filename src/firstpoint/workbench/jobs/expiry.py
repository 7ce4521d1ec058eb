"""Files of jobs go when their time is over."""

from __future__ import annotations

import shutil

from firstpoint.workbench.jobs import places
from firstpoint.workbench.jobs.configured import files_kept_for
from firstpoint.workbench.ledger.keeping import keep


def delete_old_files() -> int:
    """How many folders of uploads and results were deleted because their time is over; kept in the ledger."""
    old = list(places.older_than(files_kept_for().total_seconds()))
    for each in old:
        shutil.rmtree(each, ignore_errors=True)
    if old:
        keep("worker", "files.deleted", "files:jobs", {"folders": len(old)})
    return len(old)
