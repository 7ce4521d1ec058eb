"""``firstpoint screen subgroups``: does the screen serve every group alike, by the force's own marks?"""

from __future__ import annotations

from pathlib import Path

import click
import polars as pl

from firstpoint import records
from firstpoint.auditing.marks import standing_readings
from firstpoint.cli.console import heading, print_json, say, warn
from firstpoint.cli.extracts import MAPPING_HELP, source_mapping
from firstpoint.cli.tables import read_table, write_table
from firstpoint.errors import InputError
from firstpoint.records.needed_columns import need_columns
from firstpoint.screening import accountability
from firstpoint.vocabulary import offence_class

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FAMILY = "family"
_SEVERAL = ";"
# What is to be found, and the screen's own chance of it.
_QUESTIONS = {"missed": "chance_unrecorded", "crime": "chance_crime"}


@click.command(name="subgroups")
@click.argument("screened", type=EXISTING)
@click.option(
    "--marks",
    required=True,
    type=EXISTING,
    help="Marks: incident_id, should_record, recorded; inclusion_probability where the logs were drawn.",
)
@click.option(
    "--by",
    required=True,
    help="Columns to group by, parted by commas: of the marks or the incidents; family goes by ho_class.",
)
@click.option("--incidents", type=EXISTING, help="The extract that was screened, for its columns.")
@click.option("--mapping", help=MAPPING_HELP)
@click.option(
    "--question",
    type=click.Choice(list(_QUESTIONS)),
    default="missed",
    show_default=True,
    help="What was to be found: a crime missed, or any crime due whatever is recorded.",
)
@click.option(
    "--threshold",
    default=0.5,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Chance from which a log counts as flagged.",
)
@click.option("--top", type=click.IntRange(min=1), help="Or: the first so many of the list are flagged.")
@click.option(
    "--least",
    default=accountability.LEAST_LOGS,
    show_default=True,
    type=click.IntRange(min=2),
    help="Groups with fewer logs get no figure.",
)
@click.option("--confidence", default=0.95, show_default=True, type=click.FloatRange(0.5, 0.999))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Figures, as .csv or .parquet.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def subgroups_command(
    screened: Path,
    marks: Path,
    by: str,
    incidents: Path | None,
    mapping: str | None,
    question: str,
    threshold: float,
    top: int | None,
    least: int,
    confidence: float,
    out: Path | None,
    as_json: bool,
) -> None:
    """Say how much of what there was to find the screen flagged, group by group.

    SCREENED is what firstpoint screen wrote. Recall, the flag rate and the flag rate where nothing is hidden
    are given with limits for every group with enough logs, and for each column the two groups furthest
    apart. A cell may name several groups, parted by semicolons.
    """
    attributes = [name.strip() for name in by.split(",") if name.strip()]
    logs = _marked(read_table(screened), marks, question, threshold, top)
    if incidents is not None:
        logs = _with_incidents(logs, incidents, mapping, attributes)
    logs = _with_groups(logs, attributes, str(marks))
    shares = accountability.subgroup_shares(logs, attributes, least=least, confidence=confidence)
    gaps = accountability.largest_gaps(logs, attributes, least=least, confidence=confidence)
    if out is not None:
        write_table(shares, out)
    if as_json:
        print_json({"least": least, "shares": shares.to_dicts(), "gaps": gaps.to_dicts()})
        return
    _say(shares, gaps, least)
    if "inclusion_probability" not in logs.columns:
        warn("The marks carry no inclusion probability: the figures speak of the marked logs alone.")
    if out is not None:
        say(f"Result: {out}")


def _marked(
    screened: pl.DataFrame, path: Path, question: str, threshold: float, top: int | None
) -> pl.DataFrame:
    """The marked logs with ``due`` and ``flagged``, a row a log."""
    need_columns(screened, ("incident_id", "rank", _QUESTIONS[question]), "SCREENED")
    given = read_table(path)
    need_columns(given, ("incident_id", "should_record", "recorded"), str(path))
    marks = _counts(standing_readings(given), path, question)
    flagged = pl.col("rank") <= top if top is not None else pl.col(_QUESTIONS[question]) >= threshold
    # A log that could not be read has no chance: it was not flagged, and counts as missed where it hides one.
    known = screened.select(pl.col("incident_id").cast(pl.String), flagged=flagged.fill_null(value=False))
    strangers = marks.join(known, on="incident_id", how="anti")["incident_id"]
    if strangers.len():
        raise InputError(
            f"{strangers.len()} marked logs were not screened.",
            where=f"{path}: incident {strangers[0]}",
            remedy="Give the screened table that holds every marked log.",
        )
    return marks.join(known, on="incident_id", how="inner", maintain_order="left")


def _counts(marks: pl.DataFrame, path: Path, question: str) -> pl.DataFrame:
    """Marks summed to a row a log, with whether there was something to find; the first of other columns."""
    due, recorded = pl.col("should_record"), pl.col("recorded")
    marks = marks.with_columns(
        pl.col("incident_id").cast(pl.String),
        pl.col("should_record", "recorded").cast(pl.Float64, strict=False),
    )
    sound = due.is_finite() & recorded.is_finite() & (recorded >= 0) & (due >= recorded)
    wrong = marks.filter(~sound.fill_null(value=False))["incident_id"]
    if wrong.len():
        raise InputError(
            f"{wrong.len()} marks have a count that is missing or below 0, or more recorded than should be.",
            where=f"{path}: incident {wrong[0]}",
            remedy="Give should_record and recorded as whole numbers; recorded counts only what is due.",
        )
    found = due.sum() > recorded.sum() if question == "missed" else due.sum() > 0
    families = [pl.col("ho_class").drop_nulls().unique().alias(FAMILY)] if "ho_class" in marks.columns else []
    fixed = ("incident_id", "should_record", "recorded", "reading", "ho_class")
    others = [pl.col(name).first() for name in marks.columns if name not in fixed]
    return marks.group_by("incident_id", maintain_order=True).agg(*others, *families, due=found)


def _with_incidents(
    logs: pl.DataFrame, incidents: Path, mapping: str | None, attributes: list[str]
) -> pl.DataFrame:
    held = records.read_extract(incidents, "incidents", source_mapping(mapping), needs=("incident_id",)).frame
    wanted = [name for name in attributes if name in held.columns and name not in logs.columns]
    return logs.join(held.select("incident_id", *wanted), on="incident_id", how="left", maintain_order="left")


def _with_groups(logs: pl.DataFrame, attributes: list[str], where: str) -> pl.DataFrame:
    """The logs with each attribute as text or a list of texts."""
    need_columns(logs, tuple(attributes), where)
    if FAMILY in attributes and logs[FAMILY].dtype == pl.List:
        logs = logs.with_columns(
            pl.Series(FAMILY, [_families(classes) for classes in logs[FAMILY].to_list()], pl.List(pl.String))
        )
    texts = [name for name in attributes if logs[name].dtype == pl.String]
    others = [name for name in attributes if name not in texts and logs[name].dtype != pl.List]
    return logs.with_columns(
        *(
            pl.col(name).str.split(_SEVERAL).list.eval(pl.element().str.strip_chars().cast(pl.String))
            for name in texts
        ),
        *(pl.col(name).cast(pl.String) for name in others),
    )


def _families(classes: list[str]) -> list[str]:
    known = {one: offence_class(str(one)) for one in classes}
    return sorted({found.group if found else f"class {name}" for name, found in known.items()})


def _say(shares: pl.DataFrame, gaps: pl.DataFrame, least: int) -> None:
    for attribute in shares["attribute"].unique(maintain_order=True):
        heading(f"By {attribute}" if attribute != "all" else "All")
        rows = shares.filter(pl.col("attribute") == attribute)
        for group in rows["group"].unique(maintain_order=True):
            told = (
                f"{accountability.MEASURE_WORDS[row['measure']]} {accountability.share_words(row)}"
                for row in rows.filter(pl.col("group") == group).iter_rows(named=True)
            )
            say(f"  {group}: {'; '.join(told)}")
    for row in gaps.iter_rows(named=True):
        words = accountability.MEASURE_WORDS[row["measure"]]
        say(
            f"Largest gap by {row['attribute']} in {words}: {row['best']} above {row['worst']} by "
            f"{accountability.gap_words(row)}."
        )
    say(f"Groups with fewer than {least} logs of a kind get no figure for it.")
