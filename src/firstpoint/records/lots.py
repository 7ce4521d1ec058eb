"""Lots: a number for each report that anybody can work out again, so that a draw can be repeated.

The number is the SHA-256, in hexadecimal, of what is said about the draw and the report's reference, joined
by ``|``: with the same words it comes out the same in any language or spreadsheet that has SHA-256, whatever
the order of the rows. No random generator is involved.
"""

from __future__ import annotations

import hashlib

import polars as pl

_DIGITS = 8  # so few that a sum of a million probabilities can be added without rounding past a whole number


def lots(references: pl.Series, *said: object) -> pl.Series:
    """The lot of each reference (str, 64 hexadecimal digits), under what is ``said`` of the draw.

    ``said`` holds the seed, the frame's hash and whatever else tells this draw from another.
    """
    prefix = hashlib.sha256("".join(f"{one}|" for one in said).encode())

    def lot(reference: str) -> str:
        one = prefix.copy()
        one.update(reference.encode())
        return one.hexdigest()

    return pl.Series([lot(reference) for reference in references], dtype=pl.String)


def starting_point(*said: object) -> float:
    """A number between 0 and 1, neither included: where a systematic draw starts.

    It is the first eight hexadecimal digits of the SHA-256 of what is ``said``, joined by ``|``, plus a half,
    over 16 to the eighth.
    """
    digest = hashlib.sha256("|".join(str(one) for one in said).encode()).hexdigest()
    return float((int(digest[:_DIGITS], 16) + 0.5) / 16**_DIGITS)
