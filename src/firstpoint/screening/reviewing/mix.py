"""The mix: how a day's reviews are shared between the top of the list, likely logs and all logs alike."""

from __future__ import annotations

import math

from attrs import field, frozen

from firstpoint.errors import InputError

_PARTS = "top, proportional and uniform"


@frozen
class Mix:
    """Shares of the reviews, which sum to 1.

    ``top`` is read from the head of the list, every log of it. ``proportional`` is drawn with chances that
    follow the score to the power ``power`` and ``uniform`` with the same chance for every log; the two are
    one draw in which the chances are added. A power of one half is the least noisy for an estimate of what is
    rare, because the noise of a rare event grows with the root of its chance. Without ``uniform`` a log of
    score 0 can never be chosen, and what it may hide is then beyond any estimate.
    """

    top: float = 0.6
    proportional: float = 0.3
    uniform: float = 0.1
    power: float = field(default=0.5, kw_only=True)

    def __attrs_post_init__(self) -> None:
        shares = (self.top, self.proportional, self.uniform)
        if any(not 0.0 <= share <= 1.0 for share in shares) or not math.isclose(sum(shares), 1.0):
            raise InputError(
                f"The shares {shares} are not three parts of one whole.",
                where="mix",
                remedy=f"Give {_PARTS} so that they sum to 100, such as 60,30,10.",
            )
        if not (math.isfinite(self.power) and self.power > 0.0):
            raise InputError(
                f"A power of {self.power} does not follow the score.",
                where="power of the score",
                remedy="Give a number above 0: 0.5 spreads the draw, 1 follows the score, 2 sharpens it.",
            )

    def split(self, budget: int) -> tuple[int, int]:
        """How many of ``budget`` reviews come from the top, and how many are drawn; rounded half up."""
        top = math.floor(budget * self.top + 0.5 + 1e-9)
        return top, budget - top

    @property
    def drawn_by_score(self) -> float:
        """The share of the drawn reviews that follows the score; 0 where nothing is drawn."""
        drawn = self.proportional + self.uniform
        return self.proportional / drawn if drawn > 0.0 else 0.0

    def words(self) -> str:
        """The mix in words."""
        parts = (f"{100 * self.top:g} % from the top", f"{100 * self.proportional:g} % by score")
        return f"{', '.join(parts)}, {100 * self.uniform:g} % uniform"


DEFAULT_MIX = Mix()
"""What is used unless another is asked for: four fifths of the best possible yield, and an estimate that
stays unbiased (docs/choosing.md)."""


def read_mix(text: str, *, power: float = 0.5) -> Mix:
    """The mix that ``top,proportional,uniform`` says in per cent, such as ``60,30,10``.

    Raises InputError for anything that is not three numbers which sum to 100.
    """
    try:
        top, proportional, uniform = (float(part) / 100.0 for part in text.split(","))
    except ValueError as error:
        raise InputError(
            f"{text!r} is not three numbers with commas between.",
            where="mix",
            remedy=f"Give the per cent for {_PARTS}, such as 60,30,10.",
        ) from error
    return Mix(top, proportional, uniform, power=power)
