"""Many reports at once, in columns.

A report that stands in a file among millions is counted by the same rows as one that a person asks about, in
another form: arrays instead of objects, loops compiled to machine code instead of functions. The steps:

1. :mod:`~firstpoint.counting.columns.reading` reads JSON straight into columns, laid out by
   :mod:`~firstpoint.counting.columns.layout` from the published schema.
2. :mod:`~firstpoint.counting.columns.matters` takes the reports apart into matters, each a row of codes, one for
   each fact that the tables ask of its kind (:mod:`~firstpoint.counting.columns.book`).
3. :mod:`~firstpoint.counting.columns.tables` puts the codes to the decision tables as bitmaps, and
   :mod:`~firstpoint.counting.columns.findings` turns what comes of it into findings.
4. :mod:`~firstpoint.counting.columns.reckoning` links them to existing records, lets principal crimes take others
   in and counts units.
5. :mod:`~firstpoint.counting.columns.frames` makes frames of the results, and hands what is seldom said (a question
   about a record, an offence told by its title, a series across forces) to the way for single reports.

Nothing here knows a rule: the rows are those of the book, and tests compare both ways on random reports.
"""
