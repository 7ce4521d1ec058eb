"""``firstpoint lexicon``: the words of the screen, for those who keep them: read, check, try, audit."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import polars as pl
from attrs import asdict

from firstpoint import records
from firstpoint.cli.console import finish, print_json, progress_bar, say
from firstpoint.cli.extracts import MAPPING_HELP, report_rejects, source_mapping
from firstpoint.cli.lexicon_page import lexicon_page
from firstpoint.cli.screen import NEEDED_OF_A_CRIME, NEEDED_OF_A_LOG
from firstpoint.cli.tables import write_table, write_text
from firstpoint.errors import InputError, UnreadableFile
from firstpoint.reporting import lexicon_html
from firstpoint.screening import Disclosure
from firstpoint.screening.audited import audited_precision, check_audited
from firstpoint.screening.comparing import ChangedLog, LexiconEffect, lexicon_effect
from firstpoint.screening.lexicon import lexicon_of, ready_lexicon, shipped_files
from firstpoint.screening.lexicon_changes import changes_in, laid_over
from firstpoint.screening.lexicon_faults import lexicon_faults
from firstpoint.screening.logreading import BY_WORDS

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
CHANGE = click.Path(exists=True, path_type=Path)
WORDS = click.option(
    "--words", type=EXISTING, multiple=True, help="A force's own words (CSV) that are in use already."
)
FAULTS_FOUND = 2
_QUOTED = 60


@click.group(name="lexicon")
def lexicon_command() -> None:
    """Read, check and try the words by which the screen reads logs.

    A change is a file or a folder of files with rows of the lexicon's own form (`screening/lexicon/`): a row
    whose id the lexicon holds stands in its place, any other is added. A folder that holds a whole lexicon
    stands by itself. A file of a force's own words, as `firstpoint screen --words` takes it, is a change too.
    """


def files_with(*changes: Path | None) -> dict[str, bytes]:
    """Give the files of the shipped lexicon, with changes laid over them one after the other."""
    files = shipped_files()
    for path in filter(None, changes):
        for change in changes_in(path):
            files = laid_over(files, change)
    return files


@lexicon_command.command(name="page")
@click.option("--changed", type=CHANGE, help="A change, or a whole lexicon, to be shown in its place.")
@WORDS
@click.option("--audited", type=EXISTING, help="Audited precision, as `firstpoint lexicon audited` wrote it.")
@click.option("--out", required=True, type=FILE, help="Where to write the page.")
def page_command(changed: Path | None, words: tuple[Path, ...], audited: Path | None, out: Path) -> None:
    """Write the whole lexicon as one page to read, search and print.

    Every row in readable words, with what it tells, its look-alikes, its clause, the sentences it must and
    must not hit, and how often audits bore it out; cues, word classes and codes; and an index of words.
    """
    files = files_with(*words, changed)
    figures = check_audited(read_table(audited), where=audited.name) if audited else None
    title = f"Words of the screen, {changed.name}" if changed else "Words of the screen"
    page = lexicon_page(files, figures, title=title)
    write_text(lexicon_html(page), out)
    rows = sum(len(table.rows) for table in page.tables)
    cues = sum(len(table.rows) for table in page.cues)
    say(f"{rows} rows, {cues} cues and {len(page.classes)} word classes written to {out}")


@lexicon_command.command(name="check")
@click.argument("changed", metavar="[DIR|FILE]", type=CHANGE, required=False)
@WORDS
@click.option("--json", "as_json", is_flag=True, help="Print the faults as JSON.")
def check_command(changed: Path | None, words: tuple[Path, ...], as_json: bool) -> None:
    """Find everything wrong with a lexicon or a change to it; without DIR|FILE, with the one that ships.

    Each row's cells and pattern, and whether it hits and misses its own sentences. Exit code 0 means sound;
    2 means faults, each with file, row, field and remedy.
    """
    faults = lexicon_faults(files_with(*words, changed))
    if as_json:
        print_json([asdict(each) for each in faults])
    else:
        name = changed.name if changed else "lexicon"
        say(f"{name}: {_number(len(faults), 'fault')}." if faults else f"{name}: sound.")
        for fault in faults:
            say(f"  {fault.error()}")
    if faults:
        sys.exit(FAULTS_FOUND)


@lexicon_command.command(name="try")
@click.argument("incidents", type=EXISTING)
@click.option("--changed", required=True, type=CHANGE, help="The change to try, or a whole lexicon.")
@WORDS
@click.option("--crimes", type=EXISTING, help="Crimes held already.")
@click.option("--mapping", help=MAPPING_HELP)
@click.option("--first", default=20, show_default=True, help="How many changed logs to show.")
@click.option("--out", type=FILE, help="Every changed log, as .jsonl or .parquet.")
@click.option("--json", "as_json", is_flag=True, help="Print what the change does as JSON.")
def try_command(
    incidents: Path,
    changed: Path,
    words: tuple[Path, ...],
    crimes: Path | None,
    mapping: str | None,
    first: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Tell what a change to the lexicon would do to a set of logs, before anybody adopts it.

    Which logs gain or lose a disclosure or move in chance or rank, with the words, and in how many logs each
    row speaks before and after. INCIDENTS as for `firstpoint screen`.
    """
    after = lexicon_of(files_with(*words, changed))
    before = lexicon_of(files_with(*words)) if words else ready_lexicon()
    source = source_mapping(mapping)
    logs = records.read_extract(incidents, "incidents", source, needs=NEEDED_OF_A_LOG)
    read = [logs]
    if crimes:
        read.append(records.read_extract(crimes, "crimes", source, needs=NEEDED_OF_A_CRIME))
    held = read[1].frame if crimes else None
    with progress_bar("Reading logs twice") as step:
        effect = lexicon_effect(logs.frame, before, after, crimes=held, progress=step)
    if out:
        write_table(_changed_logs(effect), out)
    if as_json:
        print_json(_as_dict(effect, first))
    else:
        for line in _told(effect, first):
            say(line)
        if out:
            say(f"Every changed log: {out}")
    beside = out or incidents
    finish(rows_set_aside=report_rejects(read, beside.with_name(beside.name + ".rejects.csv")))


@lexicon_command.command(name="audited")
@click.argument("marks", type=EXISTING)
@click.option(
    "--screened", required=True, type=EXISTING, help="What `firstpoint screen` wrote of the audited logs."
)
@click.option("--out", required=True, type=FILE, help="The table, as .csv; keep it beside the force's words.")
def audited_command(marks: Path, screened: Path, out: Path) -> None:
    """Fill in how often each row of the lexicon was right, from what auditors marked.

    MARKS (CSV or Parquet) needs incident_id and should_record; ho_class and inclusion_probability are used
    when they are there. The table is made anew each time and never edited by hand.
    """
    if out.suffix != ".csv":
        raise InputError(
            "the table of audited precision is a CSV.", where=str(out), remedy="End the name in .csv."
        )
    table = audited_precision(read_table(marks), read_table(screened))
    write_table(table, out)
    weakest = table.filter(pl.col("high") < 0.5).sort("high", "pattern")
    say(f"{table.height} rows of the lexicon spoke in audited logs. Result: {out}")
    for row in weakest.iter_rows(named=True):
        say(
            f"  {row['pattern']} was right in {row['confirmed']} of {row['hits']} "
            f"(95% interval up to {100 * row['high']:.0f}%): narrow it, or weaken it."
        )


def read_table(path: Path) -> pl.DataFrame:
    """Give a table from CSV, Parquet or JSON lines; raise UnreadableFile where it is none of them."""
    try:
        match path.suffix:
            case ".parquet":
                return pl.read_parquet(path)
            case ".jsonl":
                return pl.read_ndjson(path, infer_schema_length=None)
            case ".csv":
                return pl.read_csv(
                    path, infer_schema_length=None, schema_overrides={"incident_id": pl.String}
                )
            case ending:
                raise UnreadableFile(
                    f"cannot be read as a table by its ending {ending!r}.",
                    where=str(path),
                    remedy="Give .csv, .jsonl or .parquet.",
                )
    except (pl.exceptions.PolarsError, OSError) as fault:
        raise UnreadableFile(
            f"cannot be read: {fault}.", where=str(path), remedy="Look whether it is the file meant."
        ) from fault


def _told(effect: LexiconEffect, first: int) -> Iterator[str]:
    yield f"{effect.logs} logs read with {effect.versions[0]} and with {effect.versions[1]}."
    yield (
        f"Logs that read otherwise: {len(effect.changed)}. Logs that disclose something: "
        f"{_pair(effect.disclosing)}. Expected crimes: {_pair(effect.expected_crimes)}. "
        f"Ranks moved: {effect.ranks_moved}."
    )
    for log in effect.changed[:first]:
        yield from _log_told(log)
    if len(effect.changed) > first:
        yield f"and {len(effect.changed) - first} more logs"
    if effect.patterns:
        yield "Rows that speak in more or fewer logs:"
    for name, counts in effect.patterns.items():
        yield f"  {name:<12}{_pair(counts)}"


def _log_told(log: ChangedLog) -> Iterator[str]:
    chance = tuple("none" if each is None else round(100 * each) for each in log.chance_unrecorded)
    yield f"{log.incident_id}: score {_pair(chance)}, rank {_pair(log.rank)}"
    for one in log.gained:
        yield f"    gains {_one_told(one)}"
    for one in log.lost:
        yield f"    loses {_one_told(one)}"
    for was, now in log.moved:
        yield f"    {was.offence}: {_particulars(was)} -> {_particulars(now)}"


def _one_told(one: Disclosure) -> str:
    quotes = "; ".join(f"“{_short(each.text)}”" for each in one.evidence[:3])
    return f"{one.offence} ({_particulars(one)}){f': {quotes}' if quotes else ''} [{' '.join(one.patterns)}]"


def _particulars(one: Disclosure) -> str:
    crimes = _number(one.crimes, "crime")
    return f"{one.context.replace('_', ' ')}, certainty {100 * one.certainty:.0f}, {crimes} due"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED]}…"


def _pair(counts: tuple[Any, ...]) -> str:
    return f"{counts[0]} -> {counts[1]}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _as_dict(effect: LexiconEffect, first: int) -> dict[str, Any]:
    return {
        "logs": effect.logs,
        "versions": _both(effect.versions),
        "disclosing": _both(effect.disclosing),
        "expected_crimes": _both(effect.expected_crimes),
        "ranks_moved": effect.ranks_moved,
        "changed": len(effect.changed),
        "first_changed": [_log_as_dict(log) for log in effect.changed[:first]],
        "patterns": {name: _both(counts) for name, counts in effect.patterns.items()},
    }


def _both(pair: tuple[Any, Any]) -> Mapping[str, Any]:
    return {"before": pair[0], "after": pair[1]}


def _log_as_dict(log: ChangedLog) -> dict[str, Any]:
    return {
        "incident_id": log.incident_id,
        "rank": _both(log.rank),
        "chance_unrecorded": _both(log.chance_unrecorded),
        "gained": [_one_as_dict(one) for one in log.gained],
        "lost": [_one_as_dict(one) for one in log.lost],
        "moved": [_both((_one_as_dict(was), _one_as_dict(now))) for was, now in log.moved],
    }


def _one_as_dict(one: Disclosure) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "ho_class": one.ho_class,
        "crimes": one.crimes,
        "victims": one.victims,
        "certainty": one.certainty,
        "context": one.context,
        "evidence": [{"start": e.start, "end": e.end, "text": e.text} for e in one.evidence],
        "patterns": list(one.patterns),
    }


def _changed_logs(effect: LexiconEffect) -> pl.DataFrame:
    rows = [
        {
            "incident_id": log.incident_id,
            "rank_before": log.rank[0],
            "rank_after": log.rank[1],
            "chance_before": log.chance_unrecorded[0],
            "chance_after": log.chance_unrecorded[1],
            "gained": [one.kind for one in log.gained],
            "lost": [one.kind for one in log.lost],
            "moved": [was.kind for was, _ in log.moved],
            "patterns": sorted(
                {name for one in (*log.gained, *log.lost) for name in one.patterns if name != BY_WORDS}
            ),
        }
        for log in effect.changed
    ]
    return pl.DataFrame(
        rows,
        schema={
            "incident_id": pl.String,
            "rank_before": pl.Int64,
            "rank_after": pl.Int64,
            "chance_before": pl.Float64,
            "chance_after": pl.Float64,
            **dict.fromkeys(("gained", "lost", "moved", "patterns"), pl.List(pl.String)),
        },
    )
