"""Many reports at once, in columns.

A report that stands in a file among millions is counted by the same rows as one that a person asks about, in
another form: arrays instead of objects, loops compiled to machine code instead of functions. The steps:

1. ``reading`` reads JSON straight into columns, laid out by ``layout`` from the published schema.
2. ``matters`` takes the reports apart into matters, each a row of codes, one for each fact that the tables
   ask of its kind (``book``).
3. ``tables`` puts the codes to the decision tables as bitmaps, and ``findings`` turns what comes of it into
   findings; ``standing`` says how classes stand to each other.
4. ``reckoning`` links them to existing records, lets principal crimes take others in and counts units.
5. ``frames`` makes frames of the results, and hands what is seldom said (a question about a record, an
   offence told by its title, a series across forces) to the way for single reports.

Nothing here knows a rule: the rows are those of the book, and tests compare both ways on random reports.
"""
