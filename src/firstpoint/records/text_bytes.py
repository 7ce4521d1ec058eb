"""The bytes of a text file in UTF-8, whatever it is written in, a stretch at a time.

A reader looks at what lies ahead, takes what it has understood, and may go back to the start of what it took
last. No more of the file is held than is being looked at.
"""

from __future__ import annotations

import codecs
import re
from typing import IO

from attrs import define, field

from firstpoint.records.encoding import Encoding
from firstpoint.records.raw_rows import READ_BYTES

LINE_END = re.compile(rb"\r\n|\n|\r")
NOT_DECODED = "surrogatepass"
"""How bytes that do not fit the encoding stand in the UTF-8: as half of a pair, which no text can hold."""


@define
class TextBytes:
    """A text file being read: ``held`` is what has been read of it, ``at`` how much of that is taken.

    ``taken`` counts the bytes (as UTF-8) before ``held``. UnicodeError when the file ends in half of a
    character.
    """

    stream: IO[bytes]
    decoder: codecs.IncrementalDecoder | None
    held: bytes = b""
    at: int = 0
    taken: int = 0
    ended: bool = False
    last: bytes = field(default=b"")

    @classmethod
    def of(cls, stream: IO[bytes], encoding: Encoding) -> TextBytes:
        """The text of an open file from its start on, without a mark of byte order."""
        if encoding.name in ("utf-8", "utf-8-sig") and not encoding.mixed:
            stream.seek(len(codecs.BOM_UTF8) if encoding.name == "utf-8-sig" else 0)
            return cls(stream, None)
        return cls(stream, codecs.getincrementaldecoder(encoding.name)("surrogateescape"))

    @property
    def position(self) -> int:
        """How many bytes have been taken since the start."""
        return self.taken + self.at

    @property
    def done(self) -> bool:
        """Whether everything has been taken."""
        return self.ahead(1) == b""

    def ahead(self, size: int) -> bytes:
        """The next ``size`` bytes, or all there are before the end, without taking them."""
        while len(self.held) - self.at < size and not self.ended:
            self._read(max(READ_BYTES, size - len(self.held) + self.at))
        return self.held[self.at : self.at + size]

    def take(self, size: int) -> None:
        """Go on behind the next ``size`` bytes, which must have been looked at."""
        self.at += size

    def go_back_to(self, position: int) -> None:
        """Go back to where :attr:`position` was, no farther than what has been kept since."""
        self.at = position - self.taken

    def line(self, keep_from: int) -> bytes:
        """The next line with its ending, taken; empty at the end. What stands from ``keep_from`` is kept."""
        searched = 0
        while True:
            found = LINE_END.search(self.held, self.at + searched)
            if found and (found.end() < len(self.held) or self.ended or found[0] == b"\n"):
                end = found.end()
                break
            if self.ended:
                end = len(self.held)
                break
            searched = max(0, len(self.held) - self.at - 1)
            self._read(max(READ_BYTES, len(self.held) - self.at), keep_from)
        line = self.held[self.at : end]
        self.at = end
        return line

    def _read(self, size: int, keep_from: int | None = None) -> None:
        """Hold more, dropping what was taken before ``keep_from`` (before now, when it is not given)."""
        kept_from = self.at if keep_from is None else min(keep_from - self.taken, self.at)
        block = self.stream.read(size)
        self.ended = not block
        if self.decoder is not None:
            text = self.decoder.decode(block, final=self.ended)
            block = text.encode("utf-8", NOT_DECODED)
        self.last = block[-1:] or self.last
        self.held = self.held[kept_from:] + block
        self.taken += kept_from
        self.at -= kept_from
