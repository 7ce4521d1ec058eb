# ruff: noqa: ARG001 - numba takes the names of arguments from these functions and gives them their types.
"""Reading bytes at an address, in compiled loops: the texts of a column are never copied."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def byte_at(_: Any, address: Any) -> Any:
    """Give the byte at an address (int64) as int64."""

    def generate(__: Any, builder: Any, ___: Any, arguments: Any) -> Any:
        place = builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())
        return builder.zext(builder.load(place), ir.IntType(64))

    return types.int64(types.int64), generate


@intrinsic
def eight_at(_: Any, address: Any) -> Any:
    """Give the eight bytes at an address (int64), the first one lowest, as uint64."""

    def generate(__: Any, builder: Any, ___: Any, arguments: Any) -> Any:
        place = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
        loaded = builder.load(place)
        loaded.align = 1
        return loaded

    return types.uint64(types.int64), generate


@intrinsic
def lowest_set(_: Any, word: Any) -> Any:
    """Give the number of the lowest bit that is set in a word (uint64, not nought), as int64."""

    def generate(__: Any, builder: Any, ___: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


@intrinsic
def bits_set(_: Any, word: Any) -> Any:
    """Give how many bits are set in a word (uint64), as int64."""

    def generate(__: Any, builder: Any, ___: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


@intrinsic
def fetch_ahead(_: Any, address: Any) -> Any:
    """Ask for the memory at an address (int64 or uint64) before it is read."""

    def generate(__: Any, builder: Any, ___: Any, arguments: Any) -> Any:
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        settings = [ir.Constant(number, value) for value in (0, 3, 1)]  # to read, keep close, data
        builder.call(fetch, [builder.inttoptr(arguments[0], byte), *settings])
        return None

    return types.void(address), generate
