"""What can go wrong, as one small tree.

    FirstpointError
    ├── InputError            something given to us cannot be used: exit code 2
    │   ├── UnreadableFile    not a file of the kind it claims to be, empty, cut off, wrongly encoded
    │   ├── BadMapping        a mapping names a column, table or format that is not there
    │   └── BadReport         a report's facts do not fit the published format
    ├── NoRoom                the disk is full: nothing was done
    ├── Refused               the question has no honest answer from this material (says what would mend it)
    ├── NotAllowed            this person may not do this to this piece of work
    └── LedgerBroken          an entry of the ledger does not follow from the one before it

Every error says what was wrong, where (file, row, field, value), and what to do next.
"""

from __future__ import annotations


class FirstpointError(Exception):
    """The base of every error that Firstpoint raises on purpose.

    ``message`` says what was wrong and why it matters; ``where`` names the file, row, field or stratum;
    ``remedy`` says what to do next.
    """

    def __init__(self, message: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.message}{advice}"


class InputError(FirstpointError):
    """Something given to us cannot be used; nothing was done."""


class UnreadableFile(InputError):
    """A file is missing, empty, cut off, wrongly encoded or of another kind than its name says."""


class BadMapping(InputError):
    """A mapping file names a table, column, format or translation that does not exist."""


class BadReport(InputError):
    """The facts of a report do not fit the published format."""


class NoRoom(FirstpointError):
    """The disk has no room for what is to be kept on it; nothing was done."""


class Refused(FirstpointError):
    """The question has no honest answer from the material given."""


class NotAllowed(FirstpointError):
    """This person may not do this to this piece of work."""


class LedgerBroken(FirstpointError):
    """An entry of the ledger does not follow from the one before it."""
