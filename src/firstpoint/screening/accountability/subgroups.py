"""Does the screen serve every group alike? Recall and flag rates by group, and the largest gap.

``recall``
    of the logs that a reader would want flagged, the share that were flagged;
``flag_rate``
    of all logs, the share that were flagged;
``false_flag_rate``
    of the logs that hide nothing, the share that were flagged.

A group with fewer than :data:`LEAST_LOGS` logs of the kind that a measure counts gets no figure: a recall of
3 in 4 says nothing of the group and may point to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from firstpoint.errors import InputError
from firstpoint.records.needed_columns import need_columns
from firstpoint.screening.accountability.shares import Floats, Share, difference, share_of

LEAST_LOGS = 20
ALL_LOGS = "all logs"
NOT_STATED = "not stated"
MEASURE_WORDS = {
    "recall": "recall",
    "flag_rate": "flag rate",
    "false_flag_rate": "flag rate where nothing is hidden",
}
_SHARES: dict[str, type[pl.DataType]] = {
    "attribute": pl.String,
    "group": pl.String,
    "measure": pl.String,
    "enough": pl.Boolean,
    "logs": pl.Int64,
    "estimate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}
_GAPS: dict[str, type[pl.DataType]] = {
    "attribute": pl.String,
    "measure": pl.String,
    "best": pl.String,
    "worst": pl.String,
    "groups": pl.Int64,
    "gap": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def subgroup_shares(
    logs: pl.DataFrame, by: Sequence[str], *, least: int = LEAST_LOGS, confidence: float = 0.95
) -> pl.DataFrame:
    """Recall, flag rate and false flag rate of every group of every attribute.

    ``logs`` has a row a log: ``incident_id`` str, ``due`` bool (there is something to find), ``flagged``
    bool, an attribute a column of ``by`` (str, or a list of str where a log stands in several groups), and
    ``inclusion_probability`` f64 where the logs were drawn with unequal chances.

    Gives ``attribute, group, measure, enough, logs, estimate, low, high``; the last four are null where
    ``enough`` is false. The first attribute is ``all logs``. Raises InputError for missing columns, values
    and probabilities that cannot be.
    """
    _check(logs, by, least)
    rows = list(_rows_of("all", [ALL_LOGS], _one_group(logs.height), logs, least, confidence))
    for attribute in by:
        names, members = _groups(logs[attribute])
        rows += _rows_of(attribute, names, members, logs, least, confidence)
    return pl.DataFrame(rows, schema=pl.Schema(_SHARES), orient="row")


def largest_gaps(
    logs: pl.DataFrame, by: Sequence[str], *, least: int = LEAST_LOGS, confidence: float = 0.95
) -> pl.DataFrame:
    """For each attribute and measure the two groups furthest apart, with limits on how far.

    Takes what :func:`subgroup_shares` takes; groups with too few logs and those whose attribute is not
    stated are left out. The limits hold for all pairs of groups at once (Bonferroni), since the pair was
    picked for being furthest apart. Gives ``attribute, measure, best, worst, groups, gap, low, high``, gap
    and limits as differences of shares; no row where fewer than two groups have enough logs.
    """
    _check(logs, by, least)
    rows: list[tuple[Any, ...]] = []
    for attribute in by:
        names, members = _groups(logs[attribute])
        stated = [place for place, name in enumerate(names) if name != NOT_STATED]
        for measure in MEASURE_WORDS:
            rows += _largest(
                attribute,
                measure,
                [(names[place], members[place]) for place in stated],
                logs,
                least,
                confidence,
            )
    return pl.DataFrame(rows, schema=pl.Schema(_GAPS), orient="row")


def _largest(
    attribute: str,
    measure: str,
    groups: Sequence[tuple[str, NDArray[np.bool_]]],
    logs: pl.DataFrame,
    least: int,
    confidence: float,
) -> Iterator[tuple[Any, ...]]:
    enough = [(name, of) for name, of in groups if _counted(measure, logs, of).sum() >= least]
    pairs = len(list(combinations(enough, 2)))
    if not pairs:
        return
    at_once = 1.0 - (1.0 - confidence) / pairs
    shares = [(name, _share(measure, logs, of, at_once)) for name, of in enough]
    best = max(shares, key=lambda one: one[1].estimate)
    worst = min(reversed(shares), key=lambda one: one[1].estimate)
    yield (attribute, measure, best[0], worst[0], len(enough), *difference(best[1], worst[1]))


def _rows_of(
    attribute: str,
    names: Sequence[str],
    members: Sequence[NDArray[np.bool_]],
    logs: pl.DataFrame,
    least: int,
    confidence: float,
) -> Iterator[tuple[Any, ...]]:
    for name, of in zip(names, members, strict=True):
        for measure in MEASURE_WORDS:
            if _counted(measure, logs, of).sum() < least:
                yield (attribute, name, measure, False, None, None, None, None)
                continue
            share = _share(measure, logs, of, confidence)
            yield (attribute, name, measure, True, share.logs, share.estimate, share.low, share.high)


def _share(measure: str, logs: pl.DataFrame, of: NDArray[np.bool_], confidence: float) -> Share:
    """One measure of one group. How heavy a log may be is taken from all logs of the group, whatever they
    hide: one that hides something was drawn like the others."""
    counted = _counted(measure, logs, of)
    flagged = logs["flagged"].to_numpy()
    weights = _weights(logs)
    if weights is None:
        return share_of(flagged[counted], confidence=confidence)
    heaviest = (
        float(weights[of & flagged].max(initial=0.0)),
        float(weights[of & ~flagged].max(initial=0.0)),
    )
    return share_of(flagged[counted], weights[counted], heaviest=heaviest, confidence=confidence)


def _counted(measure: str, logs: pl.DataFrame, of: NDArray[np.bool_]) -> NDArray[np.bool_]:
    due: NDArray[np.bool_] = logs["due"].to_numpy()
    return {"recall": of & due, "flag_rate": of, "false_flag_rate": of & ~due}[measure]


def _weights(logs: pl.DataFrame) -> Floats | None:
    if "inclusion_probability" not in logs.columns:
        return None
    return np.asarray(1.0 / logs["inclusion_probability"].cast(pl.Float64).to_numpy())


def _one_group(height: int) -> list[NDArray[np.bool_]]:
    return [np.ones(height, dtype=np.bool_)]


def _groups(values: pl.Series) -> tuple[list[str], list[NDArray[np.bool_]]]:
    """The names of the groups, those not stated last, and for each which logs stand in it."""
    told = values.cast(pl.List(pl.String)) if values.dtype == pl.List else values.cast(pl.String)
    frame = pl.DataFrame({"row": range(len(values)), "group": told})
    if told.dtype == pl.List:
        frame = frame.explode("group")
    frame = frame.with_columns(pl.col("group").fill_null(NOT_STATED).replace("", NOT_STATED))
    names = sorted(set(frame["group"].to_list()), key=lambda name: (name == NOT_STATED, name))
    members = []
    for name in names:
        of = np.zeros(len(values), dtype=np.bool_)
        of[frame.filter(pl.col("group") == name)["row"].to_numpy()] = True
        members.append(of)
    return names, members


def _check(logs: pl.DataFrame, by: Sequence[str], least: int) -> None:
    need_columns(logs, ("incident_id", "due", "flagged", *by), "logs")
    if least < 2:
        raise InputError(f"A least number of {least} logs lets a single one be shown.", where="least")
    for column in ("due", "flagged"):
        unknown = logs.filter(pl.col(column).is_null())["incident_id"]
        if unknown.len():
            raise InputError(
                f"{unknown.len()} logs do not say whether they are {column}.",
                where=f"incident {unknown[0]}",
                remedy="Leave out logs that nobody marked or that were not screened.",
            )
    if "inclusion_probability" in logs.columns:
        chance = pl.col("inclusion_probability").cast(pl.Float64, strict=False)
        wrong = logs.filter(~((chance > 0) & (chance <= 1)).fill_null(value=False))["incident_id"]
        if wrong.len():
            raise InputError(
                f"{wrong.len()} logs have an inclusion probability that is missing or outside 0 to 1.",
                where=f"incident {wrong[0]}",
                remedy="Give the chance that the draw stored with each log.",
            )
