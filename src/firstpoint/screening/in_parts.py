"""The screen over more incidents than are to be held in memory: read part by part, ranked together.

Ranks need the figures of all logs, and nothing else of them; so the rows of each part are put by in a folder
until every log has been read, and come back with their ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import polars as pl

from firstpoint.screening.logreading import reader_for
from firstpoint.screening.reading import Reader
from firstpoint.screening.screened import RANKED_BY_COLUMNS, ranks, screened_parts

#: Logs of one part; parts are made so large that reading each in columns pays.
OF_A_PART = 20_000


def screen_in_parts(
    incidents: pl.LazyFrame,
    crimes: pl.DataFrame | None = None,
    *,
    folder: Path,
    reader: Reader | None = None,
    progress: Callable[[int, int], None] | None = None,
    of_a_part: int = OF_A_PART,
) -> Iterator[pl.DataFrame]:
    """What :func:`~firstpoint.screening.screen` gives of all incidents, in parts and in their order.

    ``folder`` (there already, and empty) takes the rows of parts that are read, some 1 kB a log, until all
    are; whoever made it clears it away. ``of_a_part`` is how many logs are read at a time. Arguments, rows
    and errors are otherwise those of ``screen``. All logs are read before the first part comes back.
    """
    total = int(incidents.select(pl.len()).collect().item())
    parts = (incidents.slice(first, of_a_part).collect() for first in range(0, max(total, 1), of_a_part))
    reader = reader or reader_for(total)
    told = screened_parts(parts, crimes, reader=reader, total=total, progress=progress)
    paths, figures = _put_by(told, folder)
    return _ranked(paths, ranks(pl.concat(figures)))


def _put_by(parts: Iterable[pl.DataFrame], folder: Path) -> tuple[list[Path], list[pl.DataFrame]]:
    paths, figures = [], []
    for number, part in enumerate(parts):
        path = folder / f"part-{number:06}.arrow"
        part.write_ipc(path)
        paths.append(path)
        figures.append(part.select(RANKED_BY_COLUMNS))
    return paths, figures


def _ranked(paths: Iterable[Path], ranks_of_all: pl.Series) -> Iterator[pl.DataFrame]:
    first = 0
    for path in paths:
        part = pl.read_ipc(path)
        at = part.columns.index("reader")
        yield part.insert_column(at, ranks_of_all.slice(first, part.height))
        first += part.height
        path.unlink()
