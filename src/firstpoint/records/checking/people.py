"""What is said of a victim and cannot be; and equality data that contradict themselves or are silent.

``class_victims.csv`` says whom the classes are against that are of offences against a female, a male or
somebody of a certain age: the title of each says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import polars as pl

from firstpoint.records.checking.found import Found, Material, is_used, part, where
from firstpoint.records.equality import CHARACTERISTICS, says_nothing

SEX = {"female": "female", "f": "female", "male": "male", "m": "male"}
DAYS_OF_A_YEAR = 365.25


def class_victims() -> pl.DataFrame:
    """Whom a class is against: ``ho_class, sex, age_from, age_below``, null where any."""
    path = resources.files("firstpoint.records.checking") / "class_victims.csv"
    schema = {"ho_class": pl.String, "sex": pl.String, "age_from": pl.Int64, "age_below": pl.Int64}
    return pl.read_csv(path.read_bytes(), schema=schema)


def against_the_class(material: Material) -> Iterator[Found]:
    """Crimes whose victim is of another sex or age than the class is of.

    The age is that at the time of the report. Somebody too young then was too young before; somebody too old
    then may have been a child when it happened, so the years since are taken off, and one more for the
    birthday between.
    """
    victims = [each.scan().select("victim_id", "age", "sex").collect() for each in material.others("victims")]
    if material.table != "crimes" or not victims:
        return
    crimes = part(material.extract, "ho_class", "victim_id", "occurred_from", "reported_at")
    known = pl.concat(victims).unique("victim_id", maintain_order=True)
    both = (
        crimes.join(class_victims(), on="ho_class")
        .join(known, on="victim_id", suffix="_of_victim")
        .sort("row")
    )
    sex = pl.col("sex_of_victim").str.to_lowercase().replace_strict(SEX, default=None, return_dtype=pl.String)
    years = (pl.col("reported_at") - pl.col("occurred_from")).dt.total_days() / DAYS_OF_A_YEAR
    wrong = {
        "sex": sex != pl.col("sex"),
        "age, too young,": pl.col("age") < pl.col("age_from"),
        "age, too old,": (pl.col("age") - years.ceil() - 1).floor() >= pl.col("age_below"),
    }
    for what, bad in wrong.items():
        yield from where(
            both,
            bad,
            check="victim-against-class",
            column="ho_class",
            message=f"The victim's {what} does not fit the class.",
        )


def equality(material: Material) -> Iterator[Found]:
    """Characteristics with both a value and a reason, with neither, or with a word that says nothing."""
    if material.table != "victims" or material.extract.row_numbers.is_empty():
        return
    silent = []
    for each in CHARACTERISTICS:
        value, reason = each.column, each.reason_column
        if not is_used(material.extract, value) and not is_used(material.extract, reason):
            silent.append(value)
            continue
        frame = part(material.extract, value, reason)
        yield from where(
            frame,
            pl.col(value).is_not_null() & pl.col(reason).is_not_null(),
            check="value-and-reason",
            column=reason,
            message=f"{each.title} has a value and a reason for having none.",
        )
        yield from where(
            frame,
            pl.col(value).is_null() & pl.col(reason).is_null(),
            check="silent-gap",
            column=value,
            message=f"{each.title} has neither a value nor a reason.",
        )
        if frame.schema[value] == pl.String:
            yield from where(
                frame,
                says_nothing(value),
                check="empty-value",
                column=value,
                message=f"{each.title} is filled with a word that says nothing.",
            )
    if silent:
        message = f"The source gives neither a value nor a reason for any victim: {', '.join(silent)}."
        yield Found("silent-gap", None, message)
