"""The jobs that change what is held: an extract loaded, a load taken back, the screen run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from firstpoint import records
from firstpoint.errors import InputError, Refused
from firstpoint.workbench.imports import linking, loading, screening
from firstpoint.workbench.jobs import places
from firstpoint.workbench.jobs.asking import queue
from firstpoint.workbench.jobs.models import QUEUED, Job
from firstpoint.workbench.jobs.working import Task

REJECTS = "rows-set-aside.csv"


def load_upload(task: Task) -> None:
    """Read, check and load one uploaded extract; the screen of what is new follows as a job of its own.

    Arguments: ``upload`` and perhaps ``mapping`` as :func:`places.kept_as` gives them, or ``ready``, the name
    of a mapping that ships; ``table``; perhaps ``as_of`` (ISO, with its zone); ``all_or_nothing``.
    """
    given = task.arguments
    path = _held(given["upload"])
    task.step("Reading the file")
    extract = records.read_extract(path, given["table"], _mapping(given))
    task.step("Checking")
    report = records.check_extracts(
        [extract], as_of=datetime.now(UTC), progress=lambda done, of: task.step("Checking", done, of)
    )
    aside = _rows_set_aside(task, extract)
    if given.get("all_or_nothing") and report.rows_set_aside:
        raise Refused(
            f"{report.rows_set_aside:,} rows would be set aside, and all or nothing was asked for.",
            where=path.name,
            remedy="Mend them at the source, or load what is good. The first: " + _first_reason(extract),
        )
    task.step("Loading", 0, extract.rows_kept, keeps_database=True)

    def settle(loaded: tuple[loading.Loaded, ...]) -> None:
        says = [str(each) for each in loaded]
        if not all(each.already for each in loaded):
            says.append(_follow_with_screen(task))
        task.settle(says=says, files=aside, findings=places.as_sent(report.text(most=12)))

    as_of = datetime.fromisoformat(given["as_of"]) if given.get("as_of") else None
    loading.load(
        [extract],
        by=task.job.asked_by,
        as_of=as_of,
        progress=lambda _, done, of: task.step("Loading", done, of, keeps_database=True),
        also=settle,
    )
    places.drop(path)
    if given.get("mapping"):
        places.drop(places.upload(given["mapping"]))


def take_back(task: Task) -> None:
    """Take one load back (argument ``load``, its number); the screen of all that is held follows."""
    task.step("Taking the load back", keeps_database=True)

    def settle(gone: loading.TakenBack) -> None:
        task.settle(says=[str(gone), _follow_with_screen(task, anew=True)])

    loading.undo(task.arguments["load"], by=task.job.asked_by, also=settle)


def screen(task: Task) -> None:
    """Screen what no screen has read; everything, where ``anew`` is true."""
    task.step("Reading logs")

    def settle(result: screening.ScreenResult) -> None:
        task.settle(
            says=[f"{result.incidents:,} incidents screened; {result.opened:,} put on the recording list."]
        )

    screening.screen_held(
        loads=None if task.arguments.get("anew") else screening.owed(),
        by=task.job.asked_by,
        progress=lambda done, of: task.step("Reading logs", done, of, keeps_database=done >= of),
        also=settle,
    )


def link(task: Task) -> None:
    """Look for the incidents of crimes that name none which is held; the screen of what changed follows."""
    task.step("Comparing")

    def settle(result: linking.LinkResult) -> None:
        task.settle(says=[str(result), _follow_with_screen(task)])

    linking.link_held(
        by=task.job.asked_by,
        progress=lambda done, of: task.step("Comparing", done, of, keeps_database=done >= of),
        also=settle,
    )


def _held(kept: str) -> Path:
    path = places.upload(kept)
    if not path.is_file():
        raise InputError(
            "The file is no longer here: files are deleted some days after they came.",
            where=path.name,
            remedy="Send it once more.",
        )
    return path


def _mapping(given: dict[str, str]) -> records.SourceMapping | None:
    if given.get("mapping"):
        return records.read_mapping(_held(given["mapping"]))
    return records.ready_mapping(given["ready"]) if given.get("ready") else None


def _rows_set_aside(task: Task, extract: records.Extract) -> list[dict[str, object]]:
    if not (extract.rejected_rows or extract.warnings.height):
        return []
    lines = records.write_rejects(extract, places.result(task.job.pk, REJECTS))
    title = f"Rows set aside ({extract.rejected_rows:,}) and remarks on rows kept"
    return [{"name": REJECTS, "title": title, "rows": lines}]


def _first_reason(extract: records.Extract) -> str:
    first = extract.rejects.row(0, named=True)
    return f"row {first['row']}, {first['column']}: {first['reason']} {first['remedy']}"


def _follow_with_screen(task: Task, *, anew: bool = False) -> str:
    waiting = Job.objects.filter(kind="screen", state=QUEUED, arguments={"anew": anew}).first()
    follows = waiting or queue("screen", {"anew": anew}, task.job.asked_by)
    return f"The screen follows as job {follows.pk}."
