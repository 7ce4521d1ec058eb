"""Which crimes a report requires, in which class, how many, by when, and by which rule.

The question is the one a registrar answers all day: given what was said to the police, what must be
recorded? A report comes in as facts in a published form (``schemas/report.schema.json``): plain kinds of
offence, people, places, links to existing records, judgements with their authors. A class is never an
input. The verdict (``schemas/verdict.schema.json``) gives the decision, the crimes, the limit, the rows
that were applied, and what fact is missing where the rules cannot decide.

How a report passes through:

1. :mod:`~firstpoint.counting.facts` checks it against the form and names every fault by JSON pointer.
2. :mod:`~firstpoint.counting.books` chooses the rule book by the day of the report. A book is CSV decision
   tables with clause references; :mod:`~firstpoint.counting.tables` reads and checks them, and the content
   hash goes into the verdict. The books stand on a :mod:`~firstpoint.counting.shelf`; the newest is a full
   text, each earlier one tells what was otherwise before (:mod:`~firstpoint.counting.amendments`).
3. :mod:`~firstpoint.counting.matters` takes the report apart, one sheet of facts for each allegation and
   victim.
4. :mod:`~firstpoint.counting.rulings` classifies each matter, by the law on the day of the offence
   (``law_then.csv``), and puts it to the recording test.
5. :mod:`~firstpoint.counting.continuing` asks what a matter adds to an existing record,
   :mod:`~firstpoint.counting.principal` which crimes absorb others, :mod:`~firstpoint.counting.units` how
   many remain. :mod:`~firstpoint.counting.open_classes` finds the crimes that are due although their class
   is open; a verdict does not count them in ``total``, and ``crimes_due_with_open_class`` says how many
   they are at least.
6. :mod:`~firstpoint.counting.reckoning` joins all that, :mod:`~firstpoint.counting.verdict` writes it
   down; :mod:`~firstpoint.counting.questions` answers what is asked about records that exist;
   :mod:`~firstpoint.counting.explaining` tells it in plain English by replay.

Three programs read the same rows and are held to each other. The plain one writes out each sheet of facts
and asks each row. The quick one, for single reports, packs a sheet into one number
(:mod:`~firstpoint.counting.coding`, :mod:`~firstpoint.counting.compiled`) and a table into bits
(:mod:`~firstpoint.counting.bitmaps`). The third (:mod:`~firstpoint.counting.columns`) counts whole frames in
arrays. ``docs/counting.md`` says what each is for.

For those who keep a book, :mod:`~firstpoint.counting.book_faults` finds all that is wrong with one,
:mod:`~firstpoint.counting.row_words` tells its rows in plain words, :mod:`~firstpoint.counting.book_changes`
what changed between two and what that does to counts, and :mod:`~firstpoint.counting.book_sheets` takes it
through a workbook and back.

Everything particular to an offence stands in the rows of a book, nothing of it in code. Facts that are not
known are followed both ways: if all ways agree the verdict stands, otherwise it is ``not_decidable`` and
says what to ask.

Limits, honestly. The book of 2026/27 is a draft that a force crime registrar should review. The books from
May 2023 are that text with the dated changes since taken back. The books before, to April 2014, are
reconstructed from dated notes and lists: a report of those days is refused unless ``reconstructed`` asks for
it, and its verdict says so; what no source tells is answered ``not_decidable``. An earlier report is refused
with the first day covered. Which days are assumed stands in ``books/editions.csv``. Units and ranks that the
current official text does not print are marked as recalled or placed. Where each rule of the official text
ended up stands in the book's folder ``clauses``. Offences named only by their title are looked up on the
notifiable list (:mod:`~firstpoint.counting.titles`); a title that it does not bear, or that several classes
bear, is answered ``not_decidable``. Mandatory flags are raised only where the facts given show them.
The facts of damage do not say whether a door joins an outbuilding to the home: where one does and a break-in
is likelier, the attempted burglary has to be alleged as such.
"""

from firstpoint.counting.amendments import first_id
from firstpoint.counting.book_changes import (
    CountEffect,
    RowChange,
    book_changes,
    class_parts,
    effect_on_counts,
    written_tables,
)
from firstpoint.counting.book_fault import Fault
from firstpoint.counting.book_faults import book_faults
from firstpoint.counting.book_sheets import (
    CONTENTS,
    CONTENTS_HEADINGS,
    BookSheet,
    files_of_sheets,
    sheets_of_book,
)
from firstpoint.counting.book_texts import BookTexts, book_of_texts, shipped_texts, texts_in
from firstpoint.counting.books import (
    Book,
    ClassRule,
    book_named,
    book_on,
    books,
    content_hash,
    first_day,
    listed_books,
    newest_book,
)
from firstpoint.counting.deadlines import record_by
from firstpoint.counting.explaining import explain
from firstpoint.counting.facts import KINDS, Kind, judgements, report_faults
from firstpoint.counting.many import count_frame, quick_counter
from firstpoint.counting.open_classes import crimes_due_with_open_class
from firstpoint.counting.reckoning import Outcome
from firstpoint.counting.reports import (
    ReportSetAside,
    count_allegations,
    count_report,
    read_report,
    read_reports,
)
from firstpoint.counting.row_words import (
    class_words,
    column_words,
    columns_of,
    result_words,
    spoken,
    table_words,
    when_words,
)
from firstpoint.counting.shelf import ListedBook
from firstpoint.counting.tables import Row, Table

__all__ = [
    "CONTENTS",
    "CONTENTS_HEADINGS",
    "KINDS",
    "Book",
    "BookSheet",
    "BookTexts",
    "ClassRule",
    "CountEffect",
    "Fault",
    "Kind",
    "ListedBook",
    "Outcome",
    "ReportSetAside",
    "Row",
    "RowChange",
    "Table",
    "book_changes",
    "book_faults",
    "book_named",
    "book_of_texts",
    "book_on",
    "books",
    "class_parts",
    "class_words",
    "column_words",
    "columns_of",
    "content_hash",
    "count_allegations",
    "count_frame",
    "count_report",
    "crimes_due_with_open_class",
    "effect_on_counts",
    "explain",
    "files_of_sheets",
    "first_day",
    "first_id",
    "judgements",
    "listed_books",
    "newest_book",
    "quick_counter",
    "read_report",
    "read_reports",
    "record_by",
    "report_faults",
    "result_words",
    "sheets_of_book",
    "shipped_texts",
    "spoken",
    "table_words",
    "texts_in",
    "when_words",
    "written_tables",
]
