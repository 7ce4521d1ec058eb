"""Whether the sample was marked whole and once: no report left out, none counted twice."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl


def unmarked_cautions(marks: pl.DataFrame, incidents: dict[str, int]) -> Iterator[str]:
    """Give a caution for each stratum in which fewer reports are marked than were drawn.

    ``marks`` has a row an incident; where it carries one and the same ``inclusion_probability`` for a
    stratum, that times the stratum's ``incidents`` is the number drawn. Without it, or where it varies,
    nothing can be told from the marks alone.
    """
    if "inclusion_probability" not in marks.columns:
        return
    by_stratum = marks.group_by("stratum").agg(
        marked=pl.len(),
        least=pl.col("inclusion_probability").min(),
        most=pl.col("inclusion_probability").max(),
    )
    for stratum, marked, least, most in by_stratum.sort("stratum").iter_rows():
        if least is None or most - least > 1e-9:
            continue
        drawn = round(least * incidents[stratum])
        if marked < drawn:
            yield (
                f"{stratum}: only {marked:,} of the {drawn:,} drawn reports are marked; if more is wrong in "
                "those left out, the true rate is lower. Mark them all before the figure is used."
            )


def repeated_rows(marks: pl.DataFrame) -> Iterator[str]:
    """Give a caution where marks hold the same row of one incident again, which adds its crimes again.

    Rows of one incident are summed, since a file may have a row a crime; but a row that tells of no crime or
    of several, alike in every column, more likely came in twice.
    """
    whole = marks.filter(pl.col("should_record") != 1)
    again = whole.filter(whole.is_duplicated()).select("stratum", "incident_id").unique()
    for stratum, incidents in again.group_by("stratum").len().sort("stratum").iter_rows():
        first = again.filter(stratum=stratum).get_column("incident_id").sort()[0]
        yield (
            f"{stratum}: {incidents:,} incidents ({first} is one) have a row that is there twice, alike in "
            "every column, and their crimes were added up. If a row is an incident, take the second one out."
        )
