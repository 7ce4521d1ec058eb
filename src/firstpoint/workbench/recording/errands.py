"""What a recording decision sends others to do: to find something out, or to tell somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from firstpoint.casework import particular
from firstpoint.workbench.recording.handling import removal_step
from firstpoint.workbench.work.handling import Handling
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.writing import said

_WHAT_AND_WHOM = ("information_needed", "information_from")
_WHY_NO_CRIME = ("removal_reason", "crime_related_reason", "other_force")
_PANEL = "workbench/errand.html"
_APPEAL = (
    "They may appeal or bring new information, to anybody in the force. It is taken in at the page of the "
    "incident, under “Receive an appeal”, and decided by somebody who had no hand in the decision."
)


def _asked(item: WorkItem) -> Mapping[str, Any]:
    """What has to be found out, and by whom."""
    return {"errand": "What is asked", "errand_rows": _rows(item.particulars, _WHAT_AND_WHOM)}


def _to_tell(item: WorkItem) -> Mapping[str, Any]:
    """What the victim or reporter is to be told: what became of the report, and why."""
    step = removal_step(item.origin) if item.origin else None
    if step:
        rows = [
            ("Decision", [step.move.title]),
            *_rows(step.given, _WHY_NO_CRIME),
            ("Their right", [_APPEAL]),
        ]
    elif item.because == "appeal":
        rows = [
            (
                "Decision",
                ["Their appeal was not upheld: no crime is recorded. The registrar decided finally."],
            )
        ]
    else:
        return {}
    return {"errand": "What they are to be told", "errand_rows": rows}


def _rows(given: Mapping[str, Any], names: Sequence[str]) -> list[tuple[str, list[str]]]:
    return [(particular(name).title, said(particular(name), given[name])) for name in names if name in given]


INFORMATION = Handling(beside=_asked, panel=_PANEL)
TELLING = Handling(beside=_to_tell, panel=_PANEL)
