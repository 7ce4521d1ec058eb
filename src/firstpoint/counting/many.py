"""Many reports: a frame of them at once, or one after another as they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstpoint.counting.books import Book

if TYPE_CHECKING:
    import polars as pl

    from firstpoint.counting.columns.single import QuickCounter


def count_frame(
    frame: pl.DataFrame, *, book: Book | None = None, reconstructed: bool = False, workers: int = 2
) -> pl.DataFrame:
    """Give what each report of a frame requires, a row for each in the order of the frame.

    ``frame`` has either a text column ``report`` that holds each report as JSON, or the fields of the format
    as columns (``reported_at``, ``allegations`` as lists of structs, …), where null means not stated. The
    result has ``report_id``, ``book``, ``decision``, ``total``, ``due_in_open_class`` (crimes at least that
    are due beyond ``total`` although their class is open), ``record_by`` (UTC; null where no clock runs),
    ``crimes`` and ``reported_incidents`` (lists of structs), ``trace`` (ids of the rows applied, matter
    after matter) and ``fault``: why a report could not be counted, null for all others. A bad report never
    stops the rest.

    It says of each report what :func:`~firstpoint.counting.reports.count_report` says, many times quicker:
    the first call in a new installation takes some time to compile its loops. ``workers`` is how many
    processors it may use.

    Raises InputError where the frame has neither sort of column.
    """
    from firstpoint.counting.columns import frames

    return frames.count_frame(frame, book=book, reconstructed=reconstructed, workers=workers)


def quick_counter(book: Book | None = None, *, reconstructed: bool = False) -> QuickCounter:
    """Give a counter that answers one report after another in microseconds.

    It is for a service that stays up: the first counter in a new installation takes a minute or more to
    compile its loops, each later one a few seconds to load them. ``counter.count(report)`` takes a report as
    a mapping or as JSON text and gives decision, total, crimes, reported incidents, limit and trace, the same
    as :func:`count_frame` gives of it; bad reports raise as in
    :func:`~firstpoint.counting.reports.count_report`. Each thread needs a counter of its own.
    """
    from firstpoint.counting.columns.single import QuickCounter

    return QuickCounter(book, reconstructed=reconstructed)
