"""The rule on small numbers, in one place.

A board paper is read in public. A count of one to four can point to a person, so:

1. **A count from 1 to 4 is printed as "fewer than 5".** None is printed as 0.
2. **Where counts add up to a total that is printed too, one hidden count could be worked out from the
   others**, so the smallest of those is withheld as well ("not shown").
3. **A stratum with fewer than 5 incidents audited, or fewer than 5 crimes that should have been recorded,
   shows neither its counts nor its rate.** Larger strata are shown whole: their counts are of reports from
   across the force, and say nothing of any one of them. The kinds of error, which do describe particular
   reports, follow rules 1 and 2.
4. **A series of counts with a period of 1 to 4 is not drawn**: a chart cannot hide one of its points.

Callers who add words of their own must keep the same rule in them.
"""

from __future__ import annotations

from collections.abc import Sequence

SMALLEST_SHOWN = 5
HIDDEN = f"fewer than {SMALLEST_SHOWN}"
WITHHELD = "not shown"

EXPLANATION = (
    f"Counts from 1 to {SMALLEST_SHOWN - 1} are printed as “{HIDDEN}” because they could point to a person. "
    "“Not shown” stands where a hidden count could be worked out from the others. A stratum with so few "
    "reports or crimes shows neither counts nor a rate."
)


def is_small(count: float) -> bool:
    """Whether a count could point to a person (1 to 4; none points to nobody)."""
    return 0 < count < SMALLEST_SHOWN


def shown_count(count: int) -> int | str:
    """Give a count as a board may see it: itself, or ``fewer than 5``."""
    return HIDDEN if is_small(count) else count


def shown_parts(counts: Sequence[int]) -> list[int | str]:
    """Give counts whose sum is printed elsewhere: no hidden one can be had by subtraction.

    If just one is small, the smallest of the others is withheld too (none before few, where all the others
    are none). A single part is its own total and cannot be protected here; it is only hidden.
    """
    shown: list[int | str] = [shown_count(c) for c in counts]
    hidden = [place for place, count in enumerate(counts) if is_small(count)]
    others = [place for place in range(len(counts)) if place not in hidden]
    if len(hidden) == 1 and others:
        shown[min(others, key=lambda place: (counts[place] == 0, counts[place]))] = WITHHELD
    return shown


def may_be_shown(incidents: int, crimes: int) -> bool:
    """Whether a stratum is large enough for a board to see its counts and its rate."""
    return incidents >= SMALLEST_SHOWN and crimes >= SMALLEST_SHOWN
