"""Many arrays handed to a compiled loop as one table of their addresses.

To hand a hundred arrays over one by one takes longer than to count a report. A table of where they stand and
of their shapes is handed over at once; in the loop, :func:`ints`, :func:`words` and the others make arrays of
its rows again. The arrays must outlive the table, and each row must be taken as what it is: nothing checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numba import types
from numba.extending import intrinsic
from numba.np import arrayobj, numpy_support
from numpy.typing import NDArray

from firstpoint.counting.columns.arrays import Int64

_MOST_DIMENSIONS = 4


def addresses(arrays: Sequence[NDArray[Any]]) -> Int64:
    """Give a table with a row for each array: its address, then its shape.

    Raises ValueError for an array that is not laid out row by row.
    """
    table = np.zeros((len(arrays), 1 + _MOST_DIMENSIONS), dtype=np.int64)
    for row, array in enumerate(arrays):
        if not array.flags.c_contiguous:
            raise ValueError(f"array {row} is not laid out row by row")
        table[row, 0] = array.ctypes.data
        table[row, 1 : 1 + array.ndim] = array.shape
    return table


def _reader(dtype: Any, dimensions: int) -> Any:
    """Give what makes, in a loop, an array of a table and the number of a row."""
    made = types.Array(numpy_support.from_dtype(np.dtype(dtype)), dimensions, "C")

    def typed(_: Any, table: Any, __: Any) -> Any:
        return made(table, types.intp), generate

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        table = context.make_array(signature.args[0])(context, builder, arguments[0])
        begin = builder.mul(arguments[1], context.get_constant(types.intp, 1 + _MOST_DIMENSIONS))

        def cell(at: int) -> Any:
            place = builder.add(begin, context.get_constant(types.intp, at))
            return builder.load(builder.gep(table.data, [place]))

        array, populate = context.make_array(made)(context, builder), cast(Any, arrayobj.populate_array)
        width = np.dtype(dtype).itemsize
        shape = [cell(1 + at) for at in range(dimensions)]
        strides = [context.get_constant(types.intp, width)]
        for length in reversed(shape[1:]):
            strides.insert(0, builder.mul(strides[0], length))
        populate(
            array,
            data=builder.inttoptr(cell(0), array.data.type),
            shape=shape,
            strides=strides,
            itemsize=context.get_constant(types.intp, width),
            meminfo=None,
        )
        return array._getvalue()

    return intrinsic(typed)


bytes_1, bytes_2, bytes_3 = (_reader(np.uint8, dimensions) for dimensions in (1, 2, 3))
shorts_1 = _reader(np.int16, 1)
names_2 = _reader(np.uint16, 2)
ints_1, ints_2, ints_3, ints_4 = (_reader(np.int32, dimensions) for dimensions in (1, 2, 3, 4))
longs_1, longs_2, longs_3 = (_reader(np.int64, dimensions) for dimensions in (1, 2, 3))
words_1, words_2, words_3, words_4 = (_reader(np.uint64, dimensions) for dimensions in (1, 2, 3, 4))
floats_1 = _reader(np.float64, 1)
