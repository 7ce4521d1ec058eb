"""Groups of incidents that report one event, so that a crime recorded under one is held for all.

Pairs that belong together are joined into groups, the strongest first. Joining without a guard runs away: A
is like B, B like C, and a hundred calls of one night become one event. So a group grows only up to a size,
and two groups join only where at least half of the pairs between them are themselves linked or for review. A
pair that may not join stays, for review.
"""

from __future__ import annotations

import polars as pl
from attrs import frozen

from firstpoint.errors import InputError
from firstpoint.records.linking.bands import LINKED, REVIEW


@frozen
class ChainGuard:
    """How far a group of incidents may grow: ``largest`` incidents, ``tied_share`` of the pairs between."""

    largest: int = 12
    tied_share: float = 0.5

    def __attrs_post_init__(self) -> None:
        if self.largest < 2 or not 0 <= self.tied_share <= 1:
            raise InputError(
                f"a group of at most {self.largest} with a share of {self.tied_share} is no guard.",
                where="chain guard",
                remedy="Give a size of 2 or more and a share from 0 to 1.",
            )


def grouped(pairs: pl.DataFrame, guard: ChainGuard) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the groups, and the pairs with those put back to review that would have joined too much.

    ``pairs`` has ``incident_id, other_id, weight, band, reason`` in order of strength. Gives ``incident_id,
    event_id`` (the least reference of its group; incidents in no group are not listed) and the pairs.
    """
    kin: dict[str, set[str]] = {}
    for one, other in pairs.select("incident_id", "other_id").iter_rows():
        kin.setdefault(one, set()).add(other)
        kin.setdefault(other, set()).add(one)
    group_of: dict[str, set[str]] = {}
    refused = []
    for one, other, band in pairs.select("incident_id", "other_id", "band").iter_rows():
        refused.append(band == LINKED and not _joined(one, other, group_of, kin, guard))
    events = sorted((member, min(group)) for member, group in group_of.items())
    frame = pl.DataFrame(events, schema={"incident_id": pl.String, "event_id": pl.String}, orient="row")
    put_back = pl.Series("refused", refused, dtype=pl.Boolean)
    note = pl.format("{}; not joined: the group would run on to incidents unlike each other", "reason")
    marked = pairs.with_columns(
        band=pl.when(put_back).then(pl.lit(REVIEW)).otherwise("band"),
        reason=pl.when(put_back).then(note).otherwise("reason"),
    )
    return frame, marked


def _joined(
    one: str, other: str, group_of: dict[str, set[str]], kin: dict[str, set[str]], guard: ChainGuard
) -> bool:
    """Whether the two now stand in one group."""
    ours, theirs = group_of.get(one, {one}), group_of.get(other, {other})
    if ours is theirs:
        return True
    between = len(ours) * len(theirs)
    tied = sum(len(kin[member] & theirs) for member in ours)
    if len(ours) + len(theirs) > guard.largest or tied < guard.tied_share * between:
        return False
    together = ours | theirs
    for member in together:
        group_of[member] = together
    return True
