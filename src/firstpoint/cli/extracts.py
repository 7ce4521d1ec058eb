"""``firstpoint check``: what is wrong with an extract; and the reading that other commands share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from firstpoint import records
from firstpoint.cli import check_report
from firstpoint.cli.console import finish, print_json, progress_bar, say, warn
from firstpoint.errors import InputError

TABLES = ("incidents", "log_entries", "crimes", "victims")
OUT = click.Path(dir_okay=False, path_type=Path)
MAPPING_HELP = "Mapping file (TOML), or the name of one that ships with Firstpoint."


@click.command(name="check")
@click.argument("extracts", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", help=MAPPING_HELP)
@click.option("--table", type=click.Choice(TABLES), help="The table, where the file's name does not tell it.")
@click.option(
    "--database",
    envvar="FIRSTPOINT_DATABASE_URL",
    show_envvar=True,
    help="Address of a database, from which every query of the mapping is read where no file is given. "
    "Keep a password off the command line: put the address into the variable.",
)
@click.option(
    "--suggest-mapping",
    "suggest",
    is_flag=True,
    help="Check nothing; print a mapping proposed for the one file given, to be looked through and saved.",
)
@click.option(
    "--against",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An earlier extract, to hold volumes, codes and gaps against; may be given several times.",
)
@click.option("--html", "page", type=OUT, help="Write the report as one web page.")
@click.option(
    "--workbook", type=OUT, help="Write the rows at fault, as they were sent, to a workbook with comments."
)
@click.option("--force", "force_name", default="", help="The force's name, for the page.")
@click.option(
    "--all-or-nothing/--keep-good-rows",
    help="Say that nothing would be loaded where any row is set aside; otherwise the good rows would be.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def check_command(
    extracts: tuple[Path, ...],
    mapping: str | None,
    table: str | None,
    database: str | None,
    suggest: bool,
    against: tuple[Path, ...],
    page: Path | None,
    workbook: Path | None,
    force_name: str,
    all_or_nothing: bool,
    as_json: bool,
) -> None:
    """Say everything that is wrong with extracts, in one pass.

    Nothing is loaded. Each file is one table: incidents, log_entries, crimes or victims, told by its name or
    --table. What is looked for stands in docs/checks.md.
    """
    if suggest:
        print_suggestion(extracts, table)
        return
    source = source_mapping(mapping)
    read = read_extracts(extracts, table, source)
    if not extracts:
        read = read_queries(database, source)
    earlier = read_extracts(against, table, source)
    with progress_bar("Checking") as step:
        report = records.check_extracts(read, against=earlier, as_of=datetime.now(UTC), progress=step)
    written = check_report.write_reports(
        report, read, source, against=earlier, page=page, workbook=workbook, force=force_name
    )
    if as_json:
        print_json(check_report.as_json(report, read, all_or_nothing=all_or_nothing))
    else:
        say(check_report.short_text(report, all_or_nothing=all_or_nothing))
        for path in written:
            say(f"Written: {path}")
    if all_or_nothing:
        check_report.refuse_partial(report)
    finish(rows_set_aside=report.rows_set_aside)


def read_queries(database: str | None, source: records.SourceMapping | None) -> list[records.Extract]:
    """Read every query of a mapping from the database; raises InputError where there is neither."""
    if database is None:
        raise click.UsageError("Give an extract, or a database and a mapping with queries.")
    names = [name for name, layout in source.tables.items() if layout.query] if source else []
    if source is None or not names:
        raise InputError(
            "The mapping has no query.",
            where=source.name if source else "--mapping",
            remedy="Write one for each table to be read; see docs/mapping.md.",
        )
    return [records.read_query(database, name, source) for name in names]


def print_suggestion(extracts: tuple[Path, ...], table: str | None) -> None:
    """Print the mapping proposed for one file; what is to be settled is said beside it, as comments."""
    if len(extracts) != 1:
        raise click.UsageError("--suggest-mapping proposes a mapping for one file at a time.")
    suggestion = records.suggest_mapping(extracts[0], table)
    click.echo(suggestion.toml, nl=False)


def source_mapping(value: str | None) -> records.SourceMapping | None:
    """Give the mapping that ``--mapping`` names: a file, or one that ships; None where none is named."""
    if value is None:
        return None
    return records.read_mapping(Path(value)) if Path(value).exists() else records.ready_mapping(value)


def read_extracts(
    paths: Sequence[Path], table: str | None, source: records.SourceMapping | None
) -> list[records.Extract]:
    """Read files, each as the table named, or that its name or folder tells, or the mapping's only one."""
    return [records.read_extract(path, table or table_of(path, source), source) for path in paths]


def table_of(path: Path, source: records.SourceMapping | None = None) -> str:
    """Give the table that a file holds, told by its name, its folder, or a mapping of one table.

    Raises InputError where none of them tells it, or the mapping has nothing for it.
    """
    mapped = list(source.tables) if source else []
    found = _told_by(path.stem) or _told_by(path.parent.name) or (mapped if len(mapped) == 1 else [])
    if len(found) != 1:
        raise InputError(
            "neither its name nor its folder says which table it holds.",
            where=str(path),
            remedy=f"Name it with --table, one of: {', '.join(TABLES)}.",
        )
    if mapped and found[0] not in mapped:
        raise InputError(
            f"the mapping has nothing for {found[0]}, only for {', '.join(mapped)}.",
            where=str(path),
            remedy="Give the mapping of this export, or say with --table what the file holds.",
        )
    return found[0]


def _told_by(name: str) -> list[str]:
    stem = name.lower()
    return [table for table in TABLES if stem.startswith(table) or stem.endswith(table)]


def report_rejects(extracts: Sequence[records.Extract], path: Path) -> int:
    """Write the rows set aside, and the remarks on rows kept, to a CSV; give the number set aside."""
    path.unlink(missing_ok=True)
    total = sum(each.rejected_rows for each in extracts)
    if total or any(each.warnings.height for each in extracts):
        path.parent.mkdir(parents=True, exist_ok=True)
        records.write_rejects(extracts, path)
        warn(f"Rows set aside: {total}. What was wrong, or only remarked on, is in {path}.")
    return total
