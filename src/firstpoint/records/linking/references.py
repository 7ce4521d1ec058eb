"""References that mean the same incident although they are not written the same.

Two kinds, in this order of trust:

*Formatting*: ``Log 0412 of 07/05/2026``, ``412-7/5/2026`` and ``LOG 412/07/05/2026`` differ in case, signs,
leading zeros and filler words. Where exactly one incident has the same letters and digits, it is meant.

*A slip*: one character changed, left out, put in too often, or two neighbours swapped. Many references of one
day are a single character apart, so that a slip alone proves nothing: the crime must also have been reported
within minutes of the incident, and of no other that is a slip away.
"""

from __future__ import annotations

import polars as pl

SLIP_MINUTES = 10.0
REVIEW_MINUTES = 24 * 60.0
SHORTEST_FOR_SLIP = 6
"""Shorter references are a slip away from too many others to say anything."""

FORMATTING = "formatting"
SLIP = "slip"
FOUND = {
    "crime_id": pl.String,
    "incident_id": pl.String,
    "how": pl.String,
    "minutes_apart": pl.Float64,
    "sure": pl.Boolean,
}
_FILLER = r"\b(LOG|NO|NUMBER|REF|INCIDENT|INC|OF|CAD|URN)\b"


def same_reference(incidents: pl.DataFrame, crimes: pl.DataFrame) -> pl.DataFrame:
    """Give the incidents that crimes may mean by a reference that no incident bears as written.

    ``incidents`` needs ``incident_id, received_at``; ``crimes`` are those whose reference is not there, with
    ``crime_id, incident_id, reported_at, recorded_at``. Gives rows of ``crime_id, incident_id`` (the one
    found), ``how`` (``formatting`` or ``slip``), ``minutes_apart`` (from the incident's receipt to the
    crime's report; null where either is not known) and ``sure``: whether it is a link or one for review.
    A crime has at most one sure row, and none for review beside it.
    """
    named = crimes.select(
        "crime_id", reference="incident_id", at=pl.coalesce("reported_at", "recorded_at")
    ).filter(pl.col("reference").is_not_null())
    held = incidents.select("incident_id", "received_at").unique(subset="incident_id", keep="first")
    written = _differently_written(held, named)
    left = named.filter(~pl.col("crime_id").is_in(written["crime_id"].implode()))
    found = pl.concat([written, _slipped(held, left)])
    return found.sort("crime_id", "incident_id")


def _differently_written(held: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    by_parts = _joined(held, named, parts("incident_id"), parts("reference"))
    left = named.filter(~pl.col("crime_id").is_in(by_parts["crime_id"].implode()))
    by_signs = _joined(held, left, signs("incident_id"), signs("reference"))
    found = pl.concat([by_parts, by_signs])
    alone = pl.len().over("crime_id") == 1
    return _as_found(found.with_columns(sure=alone), FORMATTING)


def _joined(held: pl.DataFrame, named: pl.DataFrame, key_held: pl.Expr, key_named: pl.Expr) -> pl.DataFrame:
    """Pairs of equal keys; a key shared by more than three incidents says nothing."""
    keyed = held.with_columns(key=key_held).filter((pl.col("key") != "") & (pl.len().over("key") <= 3))
    return named.with_columns(key=key_named).join(keyed, on="key").drop("key")


def parts(column: str) -> pl.Expr:
    """Give the runs of digits (without leading zeros) and of letters of a reference, joined by one sign."""
    plain = pl.col(column).str.to_uppercase().str.replace_all(_FILLER, " ")
    runs = plain.str.extract_all(r"[0-9]+|[A-Z]+")
    return runs.list.eval(pl.element().str.strip_chars_start("0")).list.join("-")


def signs(column: str) -> pl.Expr:
    """Give the letters and digits of a reference alone, in capitals."""
    plain = pl.col(column).str.to_uppercase().str.replace_all(_FILLER, " ")
    return plain.str.replace_all(r"[^0-9A-Z]", "")


def _slipped(held: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    ours = named.with_columns(signs=signs("reference")).filter(
        pl.col("signs").str.len_chars() >= SHORTEST_FOR_SLIP
    )
    if ours.is_empty():
        return pl.DataFrame(schema=FOUND)
    theirs = held.with_columns(signs=signs("incident_id"))
    shortened = _shortened(theirs, ours["signs"])
    pairs = (
        _shortened(ours, ours["signs"])
        .join(shortened, on="short", suffix="_held")
        .unique(subset=["crime_id", "incident_id"], keep="first", maintain_order=False)
        .filter((_minutes().abs() <= REVIEW_MINUTES).fill_null(False))
    )
    near = pairs.filter(
        pl.struct("signs", "signs_held").map_elements(
            lambda both: one_slip(both["signs"], both["signs_held"]), return_dtype=pl.Boolean
        )
    )
    close = (_minutes().abs() <= SLIP_MINUTES).fill_null(False)
    one_close = close.sum().over("crime_id") == 1
    marked = near.with_columns(sure=close & one_close, settled=one_close)
    kept = marked.filter(pl.col("sure") | ~pl.col("settled"))
    few = kept.filter(pl.col("sure") | (pl.len().over("crime_id") <= 3))
    return _as_found(few, SLIP)


#: No reference is longer; a cell that is, is something else, and has too many ways to be mistyped.
_LONGEST = 64


def _shortened(rows: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """The rows once for each way of leaving out at most one character of ``signs``, as ``short``."""
    longest = min(_LONGEST, int(wanted.str.len_chars().max() or 0)) + 1  # type: ignore[arg-type]  # polars gives any literal
    rows = rows.filter(pl.col("signs").str.len_chars() <= longest)
    length = pl.col("signs").str.len_chars()
    each = [rows.with_columns(short=pl.col("signs"))]
    each += [
        rows.filter(length > place).with_columns(
            short=pl.col("signs").str.slice(0, place) + pl.col("signs").str.slice(place + 1)
        )
        for place in range(longest)
    ]
    return pl.concat(each).unique()


def one_slip(one: str, other: str) -> bool:
    """Whether one character changed, put in, left out or swapped with its neighbour makes both the same."""
    if one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest_one, rest_other = one[start:], other[start:]
    if len(one) == len(other):
        swapped = rest_one[1::-1] == rest_other[:2] and rest_one[2:] == rest_other[2:]
        return rest_one[1:] == rest_other[1:] or swapped
    return rest_one[1:] == rest_other or rest_one == rest_other[1:]


def _minutes() -> pl.Expr:
    return (pl.col("at") - pl.col("received_at")).dt.total_seconds() / 60


def _as_found(pairs: pl.DataFrame, how: str) -> pl.DataFrame:
    found = pairs.with_columns(how=pl.lit(how), minutes_apart=_minutes())
    return found.select(*FOUND).cast(FOUND)  # type: ignore[arg-type]  # a schema by name
