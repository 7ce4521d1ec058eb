"""One thing wrong with a rule book, told so that whoever keeps the book can put it right."""

from __future__ import annotations

from attrs import asdict, frozen

from firstpoint.errors import InputError


@frozen
class Fault:
    """A fault of a rule book: the file, the row (its id, or its line) and the column, what is wrong there,
    and what to do.
    """

    file: str
    row: str
    column: str
    what: str
    remedy: str

    @property
    def where(self) -> str:
        """The place in words: file, row and column, as far as they are known."""
        row = f"row {self.row}" if self.row else ""
        column = f"column {self.column}" if self.column else ""
        return ", ".join(filter(None, (self.file, row, column)))

    def error(self) -> InputError:
        """Give the error with which a loader refuses the book."""
        return InputError(self.what, where=self.where, remedy=self.remedy)

    def as_dict(self) -> dict[str, str]:
        """Give the parts by name, for machines."""
        return asdict(self)
