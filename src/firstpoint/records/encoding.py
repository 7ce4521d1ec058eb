"""In which encoding a text file is written.

The mapping may say. If it does not, a mark at the start, the NUL bytes of UTF-16, and whether every byte is
valid UTF-8 decide; a file that is none of these is Windows-1252, as older Windows programs write, or, where
its quotation marks say so, Mac Roman, and a warning says which.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import polars as pl
from attrs import field, frozen

from firstpoint.errors import UnreadableFile
from firstpoint.records.faults import finding, no_findings
from firstpoint.records.raw_rows import READ_BYTES

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

UTF8_BEYOND_ASCII = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
MAC_QUOTES = re.compile(rb"[a-z]\xd5[a-z]|\xd2[ -~\xa3]{1,400}\xd3")
WINDOWS_QUOTES = re.compile(rb"[A-Za-z]\x92[a-z]|\x93[ -~\xa3]{1,400}\x94")
"""Between small letters 0xD5 is an apostrophe on a Mac; in Windows-1252 it is a capital, never there."""


@frozen
class Encoding:
    """What a file's bytes are read as, what is to be said about it, and whether some bytes do not fit it."""

    name: str
    findings: pl.DataFrame = field(factory=no_findings)
    mixed: bool = False


def encoding_of(path: Path, named: str) -> Encoding:
    """The encoding the mapping names; else UTF-16 by its mark, UTF-8 if it is that, else Windows-1252."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    for mark, name in BYTE_ORDER_MARKS:
        if start.startswith(mark) and (not named or name.startswith(named.lower().removesuffix("-sig")[:6])):
            return Encoding(name, mixed=name == "utf-8-sig" and not _fits(path, "utf-8"))
    if named:
        known = _known_encoding(named, path)
        return Encoding(known, mixed=not _fits(path, known))
    if b"\0" in start and start[1::2].count(0) > len(start) // 4:
        return Encoding("utf-16-le")
    if b"\0" in start and start[::2].count(0) > len(start) // 4:
        return Encoding("utf-16-be")
    if _fits(path, "utf-8"):
        return Encoding("utf-8")
    if _holds(path, MAC_QUOTES) and not _holds(path, WINDOWS_QUOTES):
        reason = (
            "The file is not UTF-8; its quotation marks are those of old Mac programs, and it was read so."
        )
        remedy = (
            'Check them and a name with an accent; to be sure, set encoding = "mac_roman" in the mapping.'
        )
        return Encoding("mac-roman", finding("warning", None, None, None, reason, remedy))
    if _holds(path, UTF8_BEYOND_ASCII) or not _fits(path, "cp1252"):
        return Encoding("utf-8", mixed=True)
    reason = "The file is not UTF-8; it was read as Windows-1252, which every byte of it fits."
    remedy = 'Check a name with an accent or a £ sign; to be sure, set encoding = "cp1252" in the mapping.'
    return Encoding("cp1252", finding("warning", None, None, None, reason, remedy))


def _known_encoding(name: str, path: Path) -> str:
    try:
        "".encode(name)
        return codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise UnreadableFile(
            f"The mapping names the encoding {name!r}, which is none.",
            where=str(path),
            remedy="Write utf-8, cp1252 or utf-16, or leave it out.",
        ) from error


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(READ_BYTES):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _holds(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Whether the pattern stands anywhere in the file, inside one of the blocks in which it is read."""
    with path.open("rb") as stream:
        while block := stream.read(READ_BYTES):
            if pattern.search(block):
                return True
    return False
