"""Every kind of job: one table."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from attrs import frozen

from firstpoint.errors import InputError

if TYPE_CHECKING:
    from firstpoint.workbench.jobs.working import Task

DATA = "data"
"""The lane of jobs that change what the force holds, which therefore follow one another."""


@frozen
class Kind:
    """What a job does, which action of the policy asks for it, and the function that does it.

    ``does`` is module and function; it is given the task and must settle it in the transaction that keeps
    what it did. A job whose worker is lost, or whose database does not answer, is tried ``tries`` times.
    """

    kind: str
    title: str
    action: str
    does: str
    lane: str = ""
    tries: int = 3

    def function(self) -> Callable[[Task], None]:
        """The function that does it; its module is imported now and no earlier."""
        module, _, name = self.does.partition(":")
        found: Callable[[Task], None] = getattr(import_module(f"firstpoint.workbench.jobs.{module}"), name)
        return found


KINDS = (
    Kind("load", "Load an extract", "jobs.run", "loads:load_upload", DATA),
    Kind("undo", "Take a load back", "jobs.run", "loads:take_back", DATA),
    Kind("screen", "Run the screen", "jobs.run", "loads:screen", DATA),
    Kind("link", "Link crimes", "jobs.run", "loads:link", DATA),
    Kind("export-work", "Export the work list", "exports.run", "exports:work_list"),
    Kind("export-decisions", "Export decisions", "exports.run", "exports:decisions"),
    Kind("export-ledger", "Export the ledger", "exports.run", "exports:ledger"),
    Kind("digest", "Send the daily digest", "jobs.run", "digests:send"),
)


def kind_of(name: str) -> Kind:
    """The kind of this name; raises InputError when there is none."""
    for each in KINDS:
        if each.kind == name:
            return each
    raise InputError(
        "There is no such kind of job.",
        where=name[:40],
        remedy=f"Choose from {', '.join(each.kind for each in KINDS)}.",
    )
