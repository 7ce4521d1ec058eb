"""One thing that was looked at: whether it speaks for an audit that flatters, and how surely."""

from __future__ import annotations

from attrs import frozen


@frozen
class Sign:
    """One look at an audit.

    ``looked_at`` names it and ``said`` tells in a sentence what was found. ``chance`` is how likely a finding
    at least as flattering is in an honest audit (a p-value), None where the look counts and does not test, or
    could not be taken. ``alarm`` says whether it stands out once all looks are allowed for; ``worth_asking``
    marks a fact, no matter of chance, that somebody must answer for.
    """

    looked_at: str
    said: str
    chance: float | None = None
    alarm: bool = False
    worth_asking: bool = False


def not_taken(looked_at: str, wanting: str) -> Sign:
    """Give the sign of a look that could not be taken, saying what it would need."""
    return Sign(looked_at, f"Not looked at: it needs {wanting}.")
