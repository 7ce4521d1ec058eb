"""The checks of an extract, each in the module of its idea, and the table that describes them all.

``checks.toml`` holds a row a check (:data:`~firstpoint.records.checking.registry.CHECKS`): its id, title,
what it means, why it matters, what to do, how grave it is. The report, the page ``docs/checks.md`` and the
tests all come from that table. The modules hold the functions that look:

* ``references``: keys that point to nothing, in either direction;
* ``times``: order, the future, days and hours that nobody meant;
* ``codes``: codes on no list, new ones and vanished ones, results left out;
* ``fillers``: words, places and ages put in where nothing was known;
* ``people``: what is said of a victim and cannot be, and equality data;
* ``volumes``: days that have more or fewer rows than the same weekday before;
* ``shares``: which unit leaves a column empty, or records late, beyond the others;
* ``texts``: logs without words, or with the words of another; rows whose content stands twice.

Each function takes :class:`~firstpoint.records.checking.found.Material` and gives
:class:`~firstpoint.records.checking.found.Found` values. It reads the columns that it needs and no others, so
that the text of the logs is never held.

A check that weighs figures against chance is made so that of a hundred clean tables it speaks wrongly about
one at most (:data:`~firstpoint.records.chance.FALSE_ALARMS`); simulation in the tests holds it to that.
"""
