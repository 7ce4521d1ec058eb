"""The long trials of counting in columns; ``make trials`` runs them after those of the tables.

They add a part of their own to ``docs/trials.md``. Sizes can be given: reports compared, reports of the
properties, reports of the books, spoilt reports. ``--until 21:00`` (UTC) ends the comparison, the longest
part, at that time; the page says how many were compared.
"""

from __future__ import annotations

import platform
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl
from column_properties import Held, properties
from report_fuzz import spoilt
from report_mix import json_lines
from row_comparison import REFUSED, column_row, frame_of, plain_row

from firstpoint.counting import Book, books, count_frame, listed_books
from firstpoint.counting.columns.reckoning import MOST_CRIMES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "trials.md"
HEADING = "## Reports in columns"
AT_ONCE = 2_000
PROCESSES = 2
# A forked process has the locks of polars's threads but not the threads, and may wait for ever.
STARTED_AFRESH = get_context("spawn")


def compared(number: int, until: datetime | None = None) -> tuple[int, list[str], float, float]:
    """Give how many mixed reports of all books were compared with the interpreter, which differ, and the
    seconds that columns and interpreter took. At ``until``, or when interrupted, it stops where it is.
    """
    told = listed_books()
    parts = [(told[at % len(told)].id, at) for at in range(-(-number // AT_ONCE))]
    differ: list[str] = []
    done, seconds = 0, [0.0, 0.0]
    pool = ProcessPoolExecutor(PROCESSES, STARTED_AFRESH)
    try:
        for found, by_columns, by_interpreter in pool.map(_compared_part, parts):
            differ += found
            seconds = [seconds[0] + by_columns, seconds[1] + by_interpreter]
            done += AT_ONCE
            if done % (25 * AT_ONCE) == 0:
                print(f"compared so far: {done:,}, {len(differ)} differ", flush=True)
            if until and datetime.now(tz=UTC) > until:
                break
    except KeyboardInterrupt:
        print(f"interrupted after {done:,}", flush=True)
    pool.shutdown(wait=False, cancel_futures=True)
    return done, differ, *seconds


def _compared_part(part: tuple[str, int]) -> tuple[list[str], float, float]:
    name, seed = part
    day = next(book.valid_from for book in listed_books() if book.id == name)
    texts = json_lines(AT_ONCE, 1_000 + seed, book_day=day).decode().splitlines()
    began = time.perf_counter()
    rows = count_frame(frame_of(texts), reconstructed=True, workers=1).to_dicts()
    between = time.perf_counter()
    plain = [plain_row(text, reconstructed=True) for text in texts]
    ended = time.perf_counter()
    differ = [text for text, row, said in zip(texts, rows, plain, strict=True) if column_row(row) != said]
    return differ, between - began, ended - between


def fuzzed(number: int) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Give how many spoilt reports were counted and refused by kind of slip, and those on which columns and
    interpreter do not agree.
    """
    found: Counter[tuple[str, str]] = Counter()
    differ: list[str] = []
    with ProcessPoolExecutor(PROCESSES, STARTED_AFRESH) as pool:
        for counts, texts in pool.map(_fuzzed_part, range(-(-number // AT_ONCE))):
            found += counts
            differ += texts
    return found, differ


def _fuzzed_part(seed: int) -> tuple[Counter[tuple[str, str]], list[str]]:
    rng = random.Random(seed)  # noqa: S311
    whole = json_lines(AT_ONCE, 2_000_000 + seed).decode().splitlines()
    slips = [spoilt(text, rng) for text in whole]
    texts = [text for _, text in slips]
    rows = count_frame(frame_of(texts), workers=1).to_dicts()
    found: Counter[tuple[str, str]] = Counter()
    differ = []
    for (name, text), row in zip(slips, rows, strict=True):
        said, plain = column_row(row), plain_row(text)
        found[name, "refused" if said == REFUSED else "counted"] += 1
        too_many = (
            plain != REFUSED and plain[3] > MOST_CRIMES and "Correct victim_count" in (row["fault"] or "")
        )
        if said != plain and not too_many:
            differ.append(text)
    return found, differ


def twins(number: int) -> Iterator[tuple[str, str, int, int, Counter[str]]]:
    """Give for each boundary between books: their names, how many reports were counted, how many come out
    otherwise, and how many crimes more or fewer of each class the later book counts.
    """
    texts = frame_of(json_lines(number, 77).decode().splitlines())
    compared_columns = ["decision", "total", "due_in_open_class", "crimes", "reported_incidents"]
    before: tuple[Book, pl.DataFrame, Counter[str]] | None = None
    for book in books():
        rows = count_frame(texts, book=book).select(compared_columns)
        crimes = rows.select(pl.col("crimes").explode()).unnest("crimes").drop_nulls("ho_class")
        summed = crimes.group_by("ho_class").agg(pl.col("count").sum())
        classes = Counter(dict(summed.iter_rows()))
        if before is not None:
            earlier, others, held = before
            differ = _rows_that_differ(rows, others)
            change = Counter({name: classes[name] - held[name] for name in classes | held})
            yield earlier.id, book.id, number, differ, Counter({n: c for n, c in change.items() if c})
        before = book, rows, classes


def _rows_that_differ(one: pl.DataFrame, two: pl.DataFrame) -> int:
    as_text = [rows.select(pl.struct(pl.all()).struct.json_encode()).to_series() for rows in (one, two)]
    return int((as_text[0] != as_text[1]).sum())


def _told_change(change: Counter[str]) -> str:
    largest = sorted(change.items(), key=lambda item: (-abs(item[1]), item[0]))[:8]
    return ", ".join(f"{name} {number:+,}" for name, number in largest) or "none"


def page(
    comparison: tuple[int, list[str], float, float],
    held: dict[str, Held],
    seconds: float,
    reports: int,
    boundaries: Sequence[tuple[str, str, int, int, Counter[str]]],
    fuzz: tuple[Counter[tuple[str, str]], list[str]],
) -> str:
    """Give the part of the page that tells what came of the trials."""
    number, differ, by_columns, by_interpreter = comparison
    found, spoilt_differ = fuzz
    exceptions = held["contrary evidence"].excepted
    lines = [
        HEADING,
        "",
        f"{datetime.now(tz=UTC):%-d %B %Y}, {platform.machine()}, {PROCESSES} processes, Python "
        f"{platform.python_version()}. Speeds are those of a machine that others used at the same time.",
        "",
        f"**Columns and interpreter.** {number:,} mixed random reports of all {len(listed_books())} books: "
        f"{len(differ)} rows differ (decision, total, crimes due, crimes, reported incidents, limit, rows "
        f"applied in order, refusal). Columns {number / by_columns:,.0f} reports a second in one process "
        f"(small parts), interpreter {number / by_interpreter:,.0f}.",
        "",
        f"**Six properties** of {reports:,} reports changed and counted in columns: {seconds:.1f} s from "
        "coded reports to the answer, transformations included.",
        "",
        "| property | tried | do not hold | exceptions |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {name} | {each.tried:,} | {each.broken:,} | {each.excepted.total():,} |"
            for name, each in held.items()
        ),
        "",
        "Order: allegations told in the opposite order. Names: other ids for all people, incidents, forces "
        "and records. Repetition: the first allegation told once more; where only a number of victims is "
        "given nothing says that they are the same, so such reports are left out. Unrelated incident: the "
        "first allegation of another report, by another offender, elsewhere, against others, adds its own "
        "crimes. "
        "Contrary evidence: taking it away never lowers the total, except where the crime that then stands "
        "takes two or more others in; every exception cites the row of the table of pairs that does it: "
        + (", ".join(f"{row} ({times:,})" for row, times in exceptions.most_common()) or "none")
        + ". Day: another day of the same book moves the limit alone. The least number due in an open class "
        "is a bound found by going through the matters one after another; it may hang on their order, which "
        "the lines of their own count.",
        "",
        f"**The same facts under each book**, {boundaries[0][2]:,} reports: how many come out otherwise than "
        "under the book before, and the classes that change most.",
        "",
        "| from | to | otherwise | crimes by class, more or fewer |",
        "| --- | --- | ---: | --- |",
        *(f"| {one} | {two} | {otherwise:,} | {_told_change(change)} |"
          for one, two, _, otherwise, change in boundaries),
        "",
        f"**Spoilt reports.** {found.total():,} reports spoilt by a slip: columns and interpreter disagree "
        f"on {len(spoilt_differ)}; none ended the run.",
        "",
        "| slip | counted | refused |",
        "| --- | ---: | ---: |",
        *(
            f"| {slip} | {found[slip, 'counted']:,} | {found[slip, 'refused']:,} |"
            for slip in sorted({slip for slip, _ in found})
        ),
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def main(sizes: Sequence[int], until: datetime | None = None) -> int:
    """Run the trials and write their part of the page; give 1 where something differs that must not."""
    compare, own, dated, spoil = (*sizes, *(1_000_000, 1_000_000, 100_000, 300_000)[len(sizes) :])
    fuzz = fuzzed(spoil)
    print(f"spoilt: {fuzz[0].total():,}, {len(fuzz[1])} disagree", *fuzz[1][:5], sep="\n", flush=True)
    held, seconds = properties(own, 9)
    for name, each in held.items():
        print(name, each.tried, each.broken, dict(each.excepted), flush=True)
    print(f"{seconds:.1f} s", flush=True)
    boundaries = list(twins(dated))
    comparison = compared(compare, until)
    print(
        f"compared: {comparison[0]:,}, {len(comparison[1])} differ", *comparison[1][:5], sep="\n", flush=True
    )
    before = PAGE.read_text(encoding="utf-8").partition(HEADING)[0] if PAGE.is_file() else ""
    part = page(comparison, held, seconds, own, boundaries, fuzz)
    PAGE.write_text(f"{before.rstrip()}\n\n{part}".lstrip(), encoding="utf-8")
    strict = [each.broken for name, each in held.items() if "due" not in name]
    return int(bool(comparison[1] or fuzz[1] or np.any(strict)))


def told(arguments: Sequence[str]) -> tuple[list[int], datetime | None]:
    """Give sizes and end from the command line."""
    sizes = [int(each) for each in arguments if each.isdigit()]
    ends = [each for each in arguments if ":" in each]
    if not ends:
        return sizes, None
    hour, minute = map(int, ends[0].split(":"))
    return sizes, datetime.now(tz=UTC).replace(hour=hour, minute=minute, second=0)


if __name__ == "__main__":
    sys.exit(main(*told(sys.argv[1:])))
