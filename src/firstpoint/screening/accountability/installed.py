"""What is installed: the reader's name and version, and fingerprints of the files behind a result."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from attrs import frozen

from firstpoint import __version__, counting
from firstpoint.screening.accountability.measured import measured_file
from firstpoint.screening.lexicon import Lexicon
from firstpoint.screening.logreading import LogReader, thorough_reader


@frozen
class Installed:
    """A reader and the words it reads with; ``reader`` is its name and version as in every screened row, and
    ``quick_reader`` that of the one which reads where logs are many."""

    reader: str
    lexicon: Lexicon
    quick_reader: str = ""

    def fingerprints(self) -> dict[str, str]:
        """Versions and SHA-256 fingerprints, by what they are of."""
        book = counting.newest_book()
        return {
            "Firstpoint": __version__,
            "Reader": self.reader,
            **({"Reader where logs are many": self.quick_reader} if self.quick_reader else {}),
            "Lexicon": f"{len(self.lexicon.phrases)} phrases, {len(self.lexicon.cues)} cues",
            **{file.name: sha256(file) for file in lexicon_files()},
            "Figures measured": sha256(measured_file()) if measured_file().is_file() else "none",
            f"Newest rule book ({book.id})": book.sha256,
        }


def installed_screen() -> Installed:
    """The reader that comes with the product, as it reads where logs are few."""
    reader = thorough_reader()
    quick = LogReader()
    return Installed(f"{reader.name} {reader.version}", reader.lexicon, f"{quick.name} {quick.version}")


def lexicon_files() -> Iterator[Traversable]:
    """The files of words and weights that ship, by name."""
    room = resources.files("firstpoint.screening")
    held = (file for folder in ("lexicon", "weights") for file in (room / folder).iterdir())
    files = (file for file in held if file.name.endswith((".csv", ".toml", ".parquet", ".onnx")))
    return iter(sorted(files, key=lambda file: file.name))


def sha256(file: Traversable) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
