"""The name that was probably meant: advice at the end of a message about a name that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str:
    """The most similar of ``names``, whatever its case; empty when none is similar."""
    by_folded = {each.casefold(): each for each in names}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[found[0]] if found else ""


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """The advice as a sentence with a leading space; empty when no name is similar."""
    found = nearest(name, names)
    return f" Did you mean {found!r}?" if found else ""
