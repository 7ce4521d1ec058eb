"""The long trials of the rule books: every mutant of every table against the sheets, every table read in both
ways. ``make trials`` runs them and writes ``docs/trials.md``; they are no part of ``make test``.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen
from mutants import Grid, Mutant, answer_of, mutants, with_rows, witness
from plain_sheets import PlainTrial, trial_of_classes, trial_of_defaults, trial_of_told
from registrar_sheets import Case, cases_of, tables_of
from two_readings import Compared, compare

from firstpoint.counting.books import Book, books, newest_book
from firstpoint.counting.tables import Table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "trials.md"


@frozen
class Trial:
    """What came of the mutants of one table; ``survivors`` differ from it and are told by no case."""

    stage: str
    rows: int
    cases: int
    made: int
    alike: int
    survivors: tuple[Mutant, ...]
    seconds: float


def trial_of(table: Table, book: Book) -> Trial:
    """Hold every mutant against its table's sheet, and prove of each that passes that it means the same."""
    began, cases = time.monotonic(), cases_of(table, book)
    by_row: dict[str, list[Case]] = {}
    for case in cases:
        by_row.setdefault(case.answer[1], []).append(case)
    grid, rng = Grid(table, book), random.Random(1)  # noqa: S311
    made = alike = 0
    survivors = []
    for mutant in mutants(grid):
        made += 1
        first = by_row.get(mutant.row, ())
        if not _told(mutant, table, (*first, *cases)):
            if witness(grid, mutant, rng) is None:
                alike += 1
            else:
                survivors.append(mutant)
    return Trial(
        table.stage, len(table.rows), len(cases), made, alike, tuple(survivors), time.monotonic() - began
    )


def _told(mutant: Mutant, table: Table, cases: Sequence[Case]) -> bool:
    """Say whether some case has another answer in the mutant."""
    slip = with_rows(table, mutant.rows)
    return any(answer_of(slip.decide(case.facts)) != case.answer for case in cases)


def slips_of(table: Table, book: Book) -> Counter[str]:
    """Give how many mutants of each kind a table has."""
    return Counter(mutant.slip for mutant in mutants(Grid(table, book)))


def page(
    trials: Sequence[Trial],
    plain: Sequence[PlainTrial],
    slips: Counter[str],
    compared: Sequence[tuple[str, Compared, float]],
) -> str:
    """Give the page that tells what came of the trials."""
    lines = [
        "# Trials of the rule books",
        "",
        "Written by `make trials`; not part of `make test`.",
        "",
        "## Slips in a table, and the cases that tell them",
        "",
        "Each table of the newest book is given every slip of these kinds, one at a time. A slip that no",
        "report or question could show means the same as the table; that is proved by going through all",
        "combinations of facts that can stand together. All others must be told by a case on the table's",
        "sheet (`src/firstpoint/counting/books/<book>/sheets/`): another result or another row.",
        "",
        "| slip | mutants |",
        "| --- | ---: |",
        *(f"| {slip} | {number:,} |" for slip, number in sorted(slips.items())),
        "",
        "| table | rows | cases | mutants | mean the same | differ | told | seconds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for each in trials:
        differ = each.made - each.alike
        told = (differ - len(each.survivors)) / differ if differ else 1
        lines.append(
            f"| {each.stage} | {each.rows} | {each.cases} | {each.made:,} | {each.alike:,} | {differ:,} | "
            f"{told:.1%} | {each.seconds:.0f} |"
        )
    whole = [sum(getattr(each, name) for each in trials) for name in ("rows", "cases", "made", "alike")]
    lost = sum(len(each.survivors) for each in trials)
    differ = whole[2] - whole[3]
    lines += [
        f"| all | {whole[0]:,} | {whole[1]:,} | {whole[2]:,} | {whole[3]:,} | {differ:,} | "
        f"{(differ - lost) / differ:.1%} | {sum(each.seconds for each in trials):.0f} |",
        "",
        "What a book says outside its tables has sheets too. The slips: another unit of count, thing",
        "counted or family of a class, two neighbours in gravity swapped (those of one rank mean the same);",
        "a default left out, of another value, of a kind more or less, or that takes unknown otherwise.",
        "",
        "| file | rows | cases | mutants | mean the same | differ, not told |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {each.file} | {each.rows} | {each.cases} | {each.made:,} | {each.alike:,} | {each.missed} |"
            for each in plain
        ),
        "",
        "## Both readings of each table",
        "",
        "The plain reading of rows against the bitmaps: on every combination of codes where there are fewer",
        "than a million, else on every path through the rows; and on 100,000 random combinations a stage.",
        "Tables that a book has from a later one are not compared again.",
        "",
        "| book | tables and kinds | whole | by paths | combinations | differences | seconds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {name} | {each.tables} | {each.whole} | {each.tables - each.whole} | {each.combinations:,} | "
            f"{each.differences} | {seconds:.0f} |"
            for name, each, seconds in compared
        ),
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    """Run the trials and write the page; give 1 where something differs that must not."""
    book, trials, slips = newest_book(), [], Counter[str]()
    for table in tables_of(book):
        trials.append(trial_of(table, book))
        slips += slips_of(table, book)
        print(trials[-1].stage, trials[-1].made, "mutants", len(trials[-1].survivors), "not told", flush=True)
    plain = [trial_of_classes(book), trial_of_defaults(book), trial_of_told(book)]
    compared, seen = [], set[object]()
    for each in reversed(books()):
        began = time.monotonic()
        compared.append((each.id, compare(each, random_points=100_000, seen=seen), time.monotonic() - began))
        print(compared[-1][0], compared[-1][1], flush=True)
    PAGE.write_text(page(trials, plain, slips, compared), encoding="utf-8")
    failed = any(trial.survivors for trial in trials) or any(each.missed for each in plain)
    failed = failed or any(each.differences for _, each, _ in compared)
    for trial in trials:
        for mutant in trial.survivors[:5]:
            print("not told:", trial.stage, mutant)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
