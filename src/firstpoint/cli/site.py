"""``firstpoint import``, ``serve``, ``worker``, ``daily``, ``user``, ``ledger``: one workbench."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from firstpoint import ledger, records
from firstpoint.cli import check_report
from firstpoint.cli.console import finish, print_json, progress_bar, say, warn
from firstpoint.cli.extracts import MAPPING_HELP, TABLES, read_extracts, report_rejects, source_mapping

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
directory_option = click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("firstpoint-data"),
    show_default=True,
    help="The workbench's directory.",
)


@click.command(name="import")
@click.argument("extracts", nargs=-1, type=EXISTING)
@click.option("--mapping", help=MAPPING_HELP)
@click.option("--table", type=click.Choice(TABLES), help="The table, where a file's name does not tell it.")
@click.option("--all-or-nothing", is_flag=True, help="Load nothing where any row would be set aside.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
    help="The moment (London time) whose state the extracts show; now, where it is not given.",
)
@click.option("--link", is_flag=True, help="Then link crimes that name no report held; takes minutes.")
@click.option("--no-screen", is_flag=True, help="Load only; the next import without this screens it.")
@click.option("--undo", "taken_back", type=int, metavar="LOAD", help="Take one load back, by its number.")
@directory_option
def import_command(
    extracts: tuple[Path, ...],
    mapping: str | None,
    table: str | None,
    all_or_nothing: bool,
    as_of: datetime | None,
    link: bool,
    no_screen: bool,
    taken_back: int | None,
    directory: Path,
) -> None:
    """Load extracts into the workbench and screen what is new; or take one load back.

    Each file is one table: incidents, log_entries, crimes or victims, told by its name or --table. All of
    them load, or none; rows set aside are listed in DIR/rejects, a file for each import. The same extract
    read by the same mapping changes nothing.
    A row that comes again replaces the one held, unless --as-of says that it shows an earlier state; the
    other is kept. --undo restores what a load replaced and takes away what it added.
    """
    if (taken_back is None) == (not extracts):
        raise click.UsageError("Give extracts to load, or --undo and the number of a load.")
    if taken_back is not None:
        _take_back(directory, taken_back)
        return
    source = source_mapping(mapping)
    read = read_extracts(extracts, table, source)
    from firstpoint.workbench import launch

    launch.prepare(directory)
    from firstpoint.workbench.imports.linking import link_held
    from firstpoint.workbench.imports.loading import load
    from firstpoint.workbench.imports.screening import owed, screen_held

    report = records.check_extracts(read)
    say(report.text())
    for extract in read:
        if extract.table == "incidents" and "text" in extract.absent_columns:
            warn(
                f"{extract.path.name}: no heading feeds text. Texts held stay; incidents without one take "
                "that of log_entries; without either they cannot be screened."
            )
    set_aside = report_rejects(read, directory / "rejects" / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.csv")
    if all_or_nothing:
        check_report.refuse_partial(report)
    rows = sum(each.rows_kept for each in read)
    with launch.saying_what_is_wrong(directory), progress_bar("Loading") as step:
        loaded = load(
            read,
            as_of=as_of.replace(tzinfo=ZoneInfo("Europe/London")) if as_of else None,
            progress=_over_all(step, rows),
        )
    for each in loaded:
        say(str(each))
    if link:
        with launch.saying_what_is_wrong(directory), progress_bar("Linking") as step:
            say(str(link_held(progress=step)))
    unseen = owed()
    if (unseen or link) and not no_screen:
        with launch.saying_what_is_wrong(directory), progress_bar("Screening") as step:
            seen = screen_held(loads=unseen, progress=step)
        say(f"{seen.incidents:,} incidents screened; {seen.opened:,} put on the recording list.")
    finish(rows_set_aside=set_aside)


def _over_all(step: Callable[[int, int], None], rows: int) -> Callable[[str, int, int], None]:
    """Give progress over all tables from that of each."""
    done_of: dict[str, int] = {}

    def progress(table: str, done: int, _: int) -> None:
        done_of[table] = done
        step(sum(done_of.values()), rows)

    return progress


def _take_back(directory: Path, number: int) -> None:
    from firstpoint.workbench import launch

    launch.find(directory)
    launch.prepare(directory)
    from firstpoint.workbench.imports.loading import undo
    from firstpoint.workbench.imports.screening import screen_held

    with launch.saying_what_is_wrong(directory):
        say(str(undo(number)))
        with progress_bar("Screening") as step:
            screen_held(progress=step)


@click.command(name="serve")
@directory_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--no-worker", is_flag=True, help="Serve pages only; jobs are left to firstpoint worker.")
@click.option(
    "--processes",
    type=click.IntRange(1, 32),
    help="How many processes answer pages; one on a file, one for each core up to four on PostgreSQL.",
)
def serve_command(directory: Path, host: str, port: int, no_worker: bool, processes: int | None) -> None:
    """Serve the workbench, and do its jobs, until it is stopped with Ctrl-C."""
    from firstpoint.workbench import launch

    def ready(address: str) -> None:
        from firstpoint.workbench.ledger.witnessing import warnings

        say(f"The workbench is at {address}")
        for each in warnings():
            warn(each)

    launch.serve(directory, host, port, processes=processes, ready=ready, worker=not no_worker)


@click.command(name="worker")
@directory_option
def worker_command(directory: Path) -> None:
    """Do the jobs that people ask for on the pages, until stopped with Ctrl-C.

    firstpoint serve has a worker already; this is one more, or one apart.
    """
    from firstpoint.workbench import launch

    launch.work(directory, ready=lambda name: say(f"Worker {name} looks for jobs."))


@click.command(name="daily")
@directory_option
def daily_command(directory: Path) -> None:
    """Do what is to be done once a day: draw the daily audit and the quality sample, queue the digest.

    Meant for cron or a timer of the system. What was done for a day already is not done again.
    """
    from firstpoint.workbench import launch

    launch.find(directory)
    launch.prepare(directory)
    from django.utils import timezone

    from firstpoint.workbench.accounts.people import THE_COMMAND
    from firstpoint.workbench.jobs import digests, expiry
    from firstpoint.workbench.work.handling import do_daily

    with launch.saying_what_is_wrong(directory):
        now = timezone.now()
        yesterday = timezone.localdate(now) - timedelta(days=1)
        drawn = do_daily(yesterday, now, THE_COMMAND)
        deleted = expiry.delete_old_files()
        job = digests.queue_todays(THE_COMMAND)
    say(f"For {yesterday:%-d %B %Y}, {drawn:,} pieces of work were opened.")
    say(f"The digest waits as job {job.pk}." if job else "No digest is to be sent, or it waits already.")
    if deleted:
        say(f"Files of {deleted:,} old jobs were deleted.")


@click.group(name="user")
def user_command() -> None:
    """Look after who may sign in to the workbench."""


@user_command.command(name="add")
@click.argument("username")
@click.option("--role", "roles", multiple=True, required=True, help="May be given several times.")
@click.option("--name", "shown_name", default="", help="The name shown on pages.")
@click.password_option(help="Asked for when it is not given.")
@directory_option
def add_command(
    username: str, roles: tuple[str, ...], shown_name: str, password: str, directory: Path
) -> None:
    """Add a person with one or more roles."""
    from firstpoint.workbench import launch

    launch.prepare(directory)
    from firstpoint.workbench.accounts.people import add_user

    user = add_user(username, roles, password, shown_name=shown_name)
    say(f"{user.username} may sign in as {', '.join(user.roles)}.")


@click.group(name="ledger")
def ledger_command() -> None:
    """Prove that the record of decisions and looks is whole."""


@ledger_command.command(name="verify")
@click.option(
    "--dir", "directory", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A workbench."
)
@click.option("--export", "export", type=EXISTING, help="An export: nothing else is needed.")
@click.option(
    "--checkpoints",
    "--checkpoint",
    "checkpoints",
    multiple=True,
    type=EXISTING,
    help="Checkpoints kept elsewhere. With --dir those that its settings name are read too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify_command(
    directory: Path | None, export: Path | None, checkpoints: tuple[Path, ...], as_json: bool
) -> None:
    """Verify the ledger of a workbench, or an export of one.

    It says how many of the newest entries no checkpoint covers: those alone could have been written anew by
    whoever can write the database.
    """
    if (directory is None) == (export is None):
        raise click.UsageError("Give either --dir or --export.")
    points = [point for path in checkpoints for point in ledger.read_checkpoint(path)]
    if export:
        result = ledger.verify(ledger.read_entries(export), points)
    else:
        assert directory is not None
        from firstpoint.workbench import launch

        launch.find(directory)
        from django.conf import settings

        from firstpoint.workbench.ledger.keeping import verify_ledger
        from firstpoint.workbench.ledger.witnessing import warnings

        place = settings.CHECKPOINTS
        if place and place.is_file():
            points += ledger.read_checkpoint(place)
            for each in warnings():
                warn(each)
        result = verify_ledger(points)
    if as_json:
        print_json(
            {
                "entries": result.entries,
                "head": result.head,
                "checkpoints": result.checkpoints,
                "uncovered": result.uncovered,
            }
        )
        return
    say(f"{result.entries:,} entries, each following from the one before. Head: {result.head}")
    say(f"{result.checkpoints:,} checkpoints met.")
    say(f"{result.uncovered:,} entries are covered by no checkpoint kept elsewhere.")


@ledger_command.command(name="export")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@directory_option
def export_command(out: Path, directory: Path) -> None:
    """Write every entry to OUT, one JSON object a line: all that an outsider needs to verify them."""
    from firstpoint.workbench import launch

    launch.find(directory)
    from firstpoint.workbench.ledger.keeping import export_ledger

    say(f"{export_ledger(out):,} entries written to {out}.")


@ledger_command.command(name="checkpoint")
@click.argument("out", required=False, type=click.Path(dir_okay=False, path_type=Path))
@directory_option
def checkpoint_command(out: Path | None, directory: Path) -> None:
    """Add the ledger's length and last hash to OUT, where anything is new since its last line.

    Without OUT they go where the settings say. `firstpoint serve` does the same every ten minutes; this is
    for a timer where the workbench is served by something else. Keep the file where nobody who can write the
    database can write it.
    """
    from firstpoint.workbench import launch

    launch.find(directory)
    from django.conf import settings

    from firstpoint.workbench.ledger.witnessing import warnings, witness

    place = out or settings.CHECKPOINTS or directory / "checkpoints.jsonl"
    added = witness(place, datetime.now(UTC))
    if added is None:
        say(f"Nothing is new since the last checkpoint in {place}, or it is being written now.")
    else:
        say(f"Checkpoint of {added.count:,} entries added to {place}.")
    for each in warnings() if out is None else ():
        warn(each)
