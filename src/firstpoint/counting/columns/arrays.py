"""Short names for the arrays that the columns are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
UInt64 = NDArray[np.uint64]
UInt16 = NDArray[np.uint16]
Floats = NDArray[np.float64]
Int16 = NDArray[np.int16]
