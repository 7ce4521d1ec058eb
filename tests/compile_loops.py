"""Compiles the loops of counting and of screening, before tests that run side by side would each do it.

Compiling takes a minute or two for each room, once: what is compiled stays on disk
(:mod:`firstpoint.compiled`). Where that was done before, this takes moments.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import polars as pl

REPORT = {
    "schema_version": 1,
    "reported_at": "2026-06-15T10:00:00+01:00",
    "allegations": [{"kind": "assault", "victims": ["v1"], "injury": "minor"}],
}
MANY = 5_000


def counting() -> None:
    from firstpoint.counting import count_frame, quick_counter

    count_frame(pl.DataFrame({"report": [json.dumps(REPORT)] * MANY}))
    quick_counter().count(REPORT)


def screening() -> None:
    from firstpoint.screening import LogReader, screen

    texts = [f"He punched her in the face at number {number}." for number in range(MANY)]
    screen(pl.DataFrame({"incident_id": [str(number) for number in range(MANY)], "text": texts}))
    LogReader().read({"text": texts[0], "opening_code": "ASSAULT", "closing_code": "CLOSED"})


ROOMS: dict[str, Callable[[], None]] = {"counting": counting, "screening": screening}

if __name__ == "__main__":
    for name in sys.argv[1:] or ROOMS:
        ROOMS[name]()
