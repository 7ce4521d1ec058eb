"""Years of a made-up force, written month by month: what the processors and the memory of a desk can bear.

:func:`write_months` makes each month by itself (:func:`~firstpoint.simulation.make_month`), in as many
processes as asked, and writes its tables whole or not at all. A month is the same whoever makes it and
in whatever order; one that is finished is not made again. The folder:

    incidents/2026-04.parquet    and so log_entries/, crimes/, victims/: what its systems would export
    mapping.toml                 the strata of its opening codes
    months/2026-04.json          how many rows; written last, when all else is there
    simulation.json              of what making this folder is the result
    truth/incidents/2026-04.parquet    and so crimes/, errors/: what truly happened; and truth/profile.toml
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import polars as pl
from attrs import asdict, frozen

from firstpoint import __version__
from firstpoint.errors import InputError
from firstpoint.simulation.force import make_month
from firstpoint.simulation.grammar_files import Bank
from firstpoint.simulation.profile import ForceProfile, profile_of_text
from firstpoint.simulation.scenarios import opening_codes
from firstpoint.simulation.writing import EXTRACTS, TRUTHS, as_exported, mapping_of, write_whole

Format = Literal["parquet", "csv"]

_SETTINGS = "simulation.json"


@frozen
class Years:
    """A force to be written: everything that its files depend on, but which months are made.

    ``profile`` is the text of its profile (TOML). ``format`` is that of the extracts; the truth is always
    Parquet.
    """

    seed: int
    incidents_a_year: float
    bank: Bank
    format: Format
    profile: str
    version: str = __version__


@frozen
class MonthWritten:
    """One month of a folder: how many incidents, crimes and victims it has, and whether it was made now."""

    month: str
    incidents: int
    crimes: int
    victims: int
    made_now: bool


def months_from(first: date, number: int) -> list[date]:
    """Give the first days of so many months in a row."""
    start = first.year * 12 + first.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(start, start + number)]


def write_months(
    years: Years, months: Sequence[date], directory: str | Path, *, workers: int = 2
) -> Iterator[MonthWritten]:
    """Write the months that are not there yet, and give each as it is done (those there already first).

    ``workers`` is how many processes make them (with 1 this one does). Raises InputError where the folder
    holds something else, or another force than this one.
    """
    folder = Path(directory)
    _open(folder, years)
    waiting: list[date] = []
    for month in months:
        done = _finished(folder, month)
        if done is None:
            waiting.append(month)
        else:
            yield done
    if workers <= 1 or len(waiting) <= 1:
        for month in waiting:
            yield write_month(years, month, folder)
        return
    # Processes begun afresh: a copy of this one could inherit a lock that a thread of polars holds.
    with ProcessPoolExecutor(min(workers, len(waiting)), mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(write_month, years, month, folder) for month in waiting]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def write_month(years: Years, month: date, folder: Path) -> MonthWritten:
    """Make one month and write it; its mark in ``months/`` comes last."""
    force = make_month(
        seed=years.seed,
        month=month,
        incidents_a_year=years.incidents_a_year,
        profile=_profile(years),
        bank=years.bank,
    )
    name = f"{month:%Y-%m}"
    for table in EXTRACTS:
        _write_table(getattr(force, table), folder / table / f"{name}.{years.format}", years.format)
    for table in TRUTHS:
        _write_table(
            getattr(force, f"truth_{table}"), folder / "truth" / table / f"{name}.parquet", "parquet"
        )
    made = MonthWritten(
        name, force.incidents.height, force.crimes.height, force.victims.height, made_now=True
    )
    _write_json(folder / "months" / f"{name}.json", asdict(made))
    return made


def _profile(years: Years) -> ForceProfile:
    return profile_of_text(years.profile, where="profile")


def _open(folder: Path, years: Years) -> None:
    """Begin the folder, or find that it holds months of this very force; refuse anything else."""
    settings = folder / _SETTINGS
    asked = asdict(years)
    if not settings.exists():
        if folder.exists() and any(folder.iterdir()):
            raise InputError(
                "this folder is not empty and holds no made-up force, so nothing in it will be touched",
                where=str(folder),
                remedy="Name another folder.",
            )
        profile = years.profile
        write_whole(
            folder / "truth" / "profile.toml", lambda part: part.write_text(profile, encoding="utf-8")
        )
        mapping = mapping_of(opening_codes())
        write_whole(folder / "mapping.toml", lambda part: part.write_text(mapping, encoding="utf-8"))
        _write_json(settings, {name: value for name, value in asked.items() if name != "profile"})
        return
    held = {
        **_read_json(settings),
        "profile": (folder / "truth" / "profile.toml").read_text(encoding="utf-8"),
    }
    for name, value in asked.items():
        if held.get(name) != value:
            said = "another profile" if name == "profile" else f"{name} {held.get(name)!r}, not {value!r}"
            raise InputError(
                f"this folder holds months of another force: {said}",
                where=str(settings),
                remedy="Name another folder, or ask for the force that is there.",
            )


def _finished(folder: Path, month: date) -> MonthWritten | None:
    mark = folder / "months" / f"{month:%Y-%m}.json"
    if not mark.exists():
        return None
    return MonthWritten(**{**_read_json(mark), "made_now": False})


def _write_table(table: pl.DataFrame, path: Path, form: Format) -> None:
    if form == "csv":
        write_whole(path, lambda part: as_exported(table).write_csv(part))
    else:
        write_whole(path, lambda part: table.write_parquet(part))


def _write_json(path: Path, value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=1) + "\n"
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError(
            f"this file cannot be read ({fault}), so what the folder holds is not known",
            where=str(path),
            remedy="Put it back as it was, or name another folder.",
        ) from fault
    if not isinstance(found, dict):
        raise InputError(
            "this file holds something else than was written to it",
            where=str(path),
            remedy="Put it back as it was, or name another folder.",
        )
    return found
