"""``firstpoint link``: which incident each crime came from, and which incidents report one event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import polars as pl

from firstpoint import records
from firstpoint.cli.console import finish, print_json, progress_bar, say, warn
from firstpoint.cli.extracts import MAPPING_HELP, report_rejects, source_mapping
from firstpoint.cli.tables import write_table, write_text
from firstpoint.records import linking

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITTEN = click.Path(dir_okay=False, path_type=Path)
_DEFAULT = linking.Bands()


@click.command(name="link")
@click.option("--incidents", required=True, type=EXISTING, help="Incident extract: CSV, Parquet or Excel.")
@click.option("--crimes", required=True, type=EXISTING, help="Crime extract, in one of the same formats.")
@click.option("--mapping", help=MAPPING_HELP)
@click.option("--out", required=True, type=WRITTEN, help="The links, as .csv, .parquet or .jsonl.")
@click.option("--review", type=WRITTEN, help="What a person should look at; beside OUT unless given.")
@click.option("--events", type=WRITTEN, help="Incidents tied to incidents; beside OUT unless given.")
@click.option(
    "--linked-from",
    type=click.FloatRange(0, 1, min_open=True),
    default=_DEFAULT.linked_from,
    show_default=True,
    help="Probability from which a crime counts as linked.",
)
@click.option(
    "--review-from",
    type=click.FloatRange(0, 1, min_open=True),
    default=_DEFAULT.review_from,
    show_default=True,
    help="Probability from which a link is for a person to review.",
)
@click.option("--model", type=EXISTING, help="Linking model (TOML) in place of the one that ships.")
@click.option("--save-model", type=WRITTEN, help="Write the model as estimated on this data (TOML).")
@click.option("--by-reference", is_flag=True, help="Link by reference alone.")
@click.option(
    "--most-pairs",
    type=click.IntRange(1),
    default=linking.MOST_PAIRS,
    show_default=True,
    help="Pairs that may be compared.",
)
@click.option("--seed", default=1, show_default=True, help="Seed of the pairs sampled to estimate on.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def link_command(
    incidents: Path,
    crimes: Path,
    mapping: str | None,
    out: Path,
    review: Path | None,
    events: Path | None,
    linked_from: float,
    review_from: float,
    model: Path | None,
    save_model: Path | None,
    by_reference: bool,
    most_pairs: int,
    seed: int,
    as_json: bool,
) -> None:
    """Say which incident each crime came from, and which incidents report one event.

    By the reference that the crime carries; then, where the extra firstpoint[link] is installed, by likeness
    of time, place, people, offence and words. OUT holds a row a link, with its weight, probability and
    reason. docs/linking.md says how it decides.
    """
    source = source_mapping(mapping)
    read = [
        records.read_extract(incidents, "incidents", source),
        records.read_extract(crimes, "crimes", source),
    ]
    settings = linking.LinkSettings(
        bands=linking.Bands(linked_from, review_from),
        model=linking.read_model(model) if model else linking.ready_model("incident-to-crime"),
        seed=seed,
        most_pairs=most_pairs,
    )
    with progress_bar("Linking") as step:
        linkage = linking.link_records(
            read[0].frame,
            read[1].frame,
            opening_codes=source.opening_codes if source else None,
            by_likeness=False if by_reference else None,
            settings=settings,
            progress=step,
        )
    review = review or out.with_name(f"{out.stem}.review{out.suffix}")
    events = events or out.with_name(f"{out.stem}.events{out.suffix}")
    write_table(linkage.links, out)
    write_table(linkage.review, review)
    write_table(linkage.pairs, events)
    if save_model:
        write_text(_saved(linkage, settings), save_model)
    aside = report_rejects(read, out.with_name(out.name + ".rejects.csv"))
    summary = summary_of(linkage)
    if as_json:
        print_json(summary | {"out": str(out), "review": str(review), "events": str(events)})
    else:
        say_links(linkage)
        say(f"Links: {out}. For review: {review}. Incidents tied to incidents: {events}.")
    finish(rows_set_aside=aside)


def summary_of(linkage: linking.Linkage) -> dict[str, Any]:
    """Give the counts of a linkage for machines."""
    how = dict(linkage.links.group_by("how").len().sort("how").iter_rows())
    relation = linkage.pairs.group_by("relation", "band").len().sort("relation", "band")
    return {
        "linked": how,
        "crimes_for_review": linkage.review["crime_id"].n_unique(),
        "recorded_without_an_incident": linkage.direct.height,
        "naming_an_incident_not_there": linkage.dangling.height,
        "incidents_tied": {f"{kind}, {band}": number for kind, band, number in relation.iter_rows()},
        "incidents_that_share_an_event": linkage.events.height,
        "notes": list(linkage.notes),
    }


def say_links(linkage: linking.Linkage) -> None:
    """Print what was linked, how, and what is left."""
    how = dict(linkage.links.group_by("how").len().iter_rows())
    parts = [f"{how[name]:,} by {words}" for name, words in _HOW.items() if name in how]
    say(
        f"{linkage.links.height:,} crimes linked to their incident ({'; '.join(parts) or 'none'}); "
        f"{linkage.direct.height:,} recorded without one; "
        f"{linkage.dangling.height:,} name an incident that is not in the extract."
    )
    doubtful = linkage.review.filter(pl.col("how") == "reference").height
    unlinked = linkage.review.filter(pl.col("how") != "reference")["crime_id"].n_unique()
    if unlinked:
        say(f"{unlinked:,} of those not linked may have an incident: for review.")
    if doubtful:
        say(f"{doubtful:,} name an incident received over a week from their report: linked, and for review.")
    if linkage.events.height:
        say(
            f"{linkage.events.height:,} incidents report {linkage.events['event_id'].n_unique():,} events "
            "between them: second calls about the same thing."
        )
    for note in linkage.notes:
        (warn if note.startswith(("Linked by reference", "Crimes were not", "Incidents were not")) else say)(
            note
        )


_HOW = {
    "reference": "reference",
    "formatting": "reference written differently",
    "slip": "reference with a slip",
    "likeness": "likeness",
}


def _saved(linkage: linking.Linkage, settings: linking.LinkSettings) -> str:
    return linking.write_model(linkage.models.get(settings.model.id, settings.model))
