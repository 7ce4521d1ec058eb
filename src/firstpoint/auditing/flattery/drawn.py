"""Whether what was audited was drawn as it is said to have been, and whether the frame itself was chosen.

An audit can be honest in every mark and still flatter, because the incidents were picked: a route with poor
recording left out, days on which all went well, records that had been through the daily check. Where the
frame and the chances are known, the same draw is made again many times, and what was audited is held against
it. Which routes a frame leaves out, and which days it covers, is no matter of chance: that is told as a fact,
or, for the dates, held against every other window of the same length.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl

from firstpoint.auditing.assisted.pareto import drawn_places, pareto_scale
from firstpoint.auditing.flattery.sign import Sign
from firstpoint.auditing.ratio import Floats
from firstpoint.errors import InputError

ROUTES = "routes of what was audited"
DAYS = "days of what was audited"
CHECKED = "records already checked"
LEFT_OUT = "routes left out of the frame"
WINDOW = "dates of the frame"

WORTH_ASKING = 0.02
"""A route with this share of all reports may not be missing from the frame without a reason (our choice)."""

Measure = Callable[[Floats], float]


def against_draw(
    frame: pl.DataFrame, audited: frozenset[str], seed: int, *, redraws: int = 999
) -> list[Sign]:
    """Say whether the audited incidents are like those that the stated draw would give.

    ``frame`` has ``stratum`` and ``incident_id``, ``inclusion_probability`` where chances differ, and any of
    ``route`` (str), ``received_on`` (date) and ``checked_before`` (bool, been through a check before the
    audit); a sign is given for each that is there. Chances are exact for ``redraws`` draws. Raises InputError
    where an audited incident is not in the frame.
    """
    frame = frame.sort("stratum", "incident_id")
    drawn = frame.get_column("incident_id").is_in(sorted(audited)).to_numpy()
    if int(drawn.sum()) != len(audited):
        outside = sorted(audited - set(frame.get_column("incident_id")))
        raise InputError(
            f"{len(outside)} audited incidents are not in the frame.",
            where=f"incident {outside[0]}",
            remedy="Give the frame that the sample was drawn from.",
        )
    strata = np.unique(frame.get_column("stratum").to_numpy(), return_inverse=True)[1]
    expected = _chances(frame, strata, drawn)
    measures = dict(_measures(frame, expected))
    if not measures:
        return []
    again = _redrawn(strata, expected, drawn, list(measures.values()), seed, redraws)
    return [
        Sign(name, _told(name, frame, drawn, expected), _as_far(again[:, at], measure(drawn.astype(float))))
        for at, (name, measure) in enumerate(measures.items())
    ]


def routes_left_out(reports: pl.DataFrame) -> Sign:
    """Say which routes of reporting the frame leaves out wholly or nearly.

    ``reports`` has a row for every report of the period: ``route`` and ``in_frame`` (bool). A route is told
    of where it holds :data:`WORTH_ASKING` of all reports or more and less than a tenth of its reports are in
    the frame.
    """
    share = pl.len() / reports.height
    routes = reports.group_by("route").agg(pl.col("in_frame").mean(), of_all=share).sort("route")
    missing = routes.filter((pl.col("of_all") >= WORTH_ASKING) & (pl.col("in_frame") < 0.1))
    if not missing.height:
        return Sign(LEFT_OUT, "Every route with more than a few reports is in the frame.")
    names = ", ".join(f"{route} ({of_all:.0%} of reports)" for route, _, of_all in missing.iter_rows())
    return Sign(
        LEFT_OUT,
        f"The frame leaves out {names}. The rate says nothing of them.",
        worth_asking=True,
    )


def window_among_others(foretold: pl.DataFrame, first: date, last: date) -> Sign:
    """Say whether the frame's dates are among those in which the screen expects least to be wrong.

    ``foretold`` has ``day`` (date) and ``missing`` and ``due`` (what is foretold of that day's reports),
    every day of a longer time in which the window lies. The share of all windows of the same length that look
    as good or better is the chance of such a window if it was chosen without looking.
    """
    days = (
        foretold.group_by("day").agg(pl.col("missing", "due").sum()).sort("day").upsample("day", every="1d")
    )
    days = days.with_columns(pl.col("missing", "due").fill_null(0.0))
    length = (last - first).days + 1
    start = (first - days.get_column("day")[0]).days
    windows = days.height - length + 1
    if length < 1 or start < 0 or start + 1 > windows:
        raise InputError(
            "The frame's dates do not lie within the days of which something is foretold.",
            where=f"{first} to {last}",
            remedy="Give what is foretold of every day of a year around the frame.",
        )
    shares = _moving(days, "missing", length) / np.maximum(_moving(days, "due", length), 1e-12)
    better = float(np.mean(shares <= shares[start] + 1e-12))
    return Sign(
        WINDOW,
        f"Of {windows} windows of {length} days {better:.0%} look as good as the frame's or better: the "
        f"screen "
        f"foretells {shares[start]:.1%} missing there and {float(np.median(shares)):.1%} in the middle one.",
        better,
    )


def _moving(days: pl.DataFrame, column: str, length: int) -> Floats:
    sums: Floats = np.convolve(
        days.get_column(column).to_numpy().astype(np.float64), np.ones(length), "valid"
    )
    return sums


def _chances(frame: pl.DataFrame, strata: np.ndarray, drawn: np.ndarray) -> Floats:
    """Give each incident's chance, adding up in each stratum to what was audited there."""
    audited, size = np.bincount(strata, weights=drawn), np.bincount(strata)
    if "inclusion_probability" not in frame.columns:
        equal: Floats = (audited / size)[strata]
        return equal
    given = frame.get_column("inclusion_probability").to_numpy().astype(np.float64)
    scale = audited / np.maximum(np.bincount(strata, weights=given), 1e-12)
    chances: Floats = np.minimum(given * scale[strata], 1.0)
    return chances


def _measures(frame: pl.DataFrame, expected: Floats) -> list[tuple[str, Measure]]:
    """Give, for each thing known of the incidents, how far a draw is from what is expected of it."""
    measures: list[tuple[str, Measure]] = []
    if "route" in frame.columns:
        routes = np.unique(frame.get_column("route").fill_null("").to_numpy(), return_inverse=True)[1]
        usual = np.bincount(routes, weights=expected)
        measures.append(
            (
                ROUTES,
                lambda drawn: float(
                    np.sum(
                        (np.bincount(routes, weights=drawn, minlength=len(usual)) - usual) ** 2
                        / np.maximum(usual, 1e-9)
                    )
                ),
            )
        )
    if "received_on" in frame.columns:
        days = np.unique(frame.get_column("received_on").to_numpy(), return_inverse=True)[1]
        by_day = np.bincount(days, weights=expected)
        measures.append(
            (
                DAYS,
                lambda drawn: float(
                    np.abs(np.cumsum(np.bincount(days, weights=drawn, minlength=len(by_day)) - by_day)).max()
                ),
            )
        )
    if "checked_before" in frame.columns:
        checked = frame.get_column("checked_before").fill_null(value=False).to_numpy().astype(np.float64)
        measures.append((CHECKED, lambda drawn: float(np.sum(checked * (drawn - expected)))))
    return measures


def _redrawn(
    strata: np.ndarray, expected: Floats, drawn: np.ndarray, measures: list[Measure], seed: int, redraws: int
) -> Floats:
    chance = np.random.default_rng(seed)
    places = [np.flatnonzero(strata == code) for code in range(int(strata.max()) + 1)]
    scales = [pareto_scale(expected[rows]) for rows in places]
    sizes = [int(drawn[rows].sum()) for rows in places]
    found = np.empty((redraws, len(measures)))
    for at in range(redraws):
        again = np.zeros(len(strata))
        for rows, scale, size in zip(places, scales, sizes, strict=True):
            again[rows[drawn_places(chance.random(len(rows)), scale, size)]] = 1.0
        found[at] = [measure(again) for measure in measures]
    return found


def _as_far(again: Floats, found: float) -> float:
    return float((1.0 + np.sum(again >= found - 1e-9)) / (1.0 + len(again)))


def _told(name: str, frame: pl.DataFrame, drawn: np.ndarray, expected: Floats) -> str:
    number = int(drawn.sum())
    if name == CHECKED:
        checked = frame.get_column("checked_before").fill_null(value=False).to_numpy()
        return (
            f"{int((checked & drawn).sum())} of {number} audited incidents had been checked before the "
            f"audit, where "
            f"the draw gives {float(expected[checked].sum()):.0f} on average."
        )
    column = "route" if name == ROUTES else "received_on"
    labels, codes = np.unique(
        frame.get_column(column).cast(pl.String).fill_null("").to_numpy(), return_inverse=True
    )
    short = np.bincount(codes, weights=expected) - np.bincount(codes, weights=drawn)
    worst = int(short.argmax())
    what = f"route {labels[worst]!s}" if name == ROUTES else f"the {labels[worst]!s}"
    return (
        f"Fewest against the draw are of {what}: {np.bincount(codes, weights=drawn)[worst]:.0f} of "
        f"{number} audited "
        f"incidents, where the draw gives {np.bincount(codes, weights=expected)[worst]:.1f} on average."
    )
