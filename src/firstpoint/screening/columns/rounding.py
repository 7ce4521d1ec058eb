"""Rounding as Python does, in a compiled loop: by what a number is exactly, halves to the even side."""

from __future__ import annotations

import numpy as np

from firstpoint.screening.columns.compiling import compiled_loop

FOUR_PLACES, THREE_PLACES = 1e4, 1e3
_NEAR_HALF = 1e-6
_SPLITS = 134217729.0  # two to the 27th, and one


@compiled_loop
def rounded(number, scale):
    """Give a number to the places of a scale of at most 26 bits (``FOUR_PLACES``)."""
    scaled = number * scale
    low = np.floor(scaled)
    over = scaled - (low + 0.5)
    if abs(over) > _NEAR_HALF:
        return np.rint(scaled) / scale
    # What the product lost, exactly (Veltkamp and Dekker), tells on which side of the half the number lies.
    split = _SPLITS * number
    high = split - (split - number)
    over += (high * scale - scaled) + (number - high) * scale
    up = over > 0.0 or (over == 0.0 and low % 2.0 == 1.0)
    return (low + 1.0 if up else low) / scale
