"""The pages at which people decide.

A Django site over the rooms of the library, one app for each kind of work:

    accounts    who signs in, with which roles
    ledger      every look and every decision, chained; nothing here can be changed or deleted
    imports     extracts in, and the screen run over what is held
    incidents   the ranked list, and one incident with what it discloses and what the rules require
    recording   the decision on each report, its 24-hour clock, and the removal that needs a second person
    audits      a drawn sample, marked blind, and its results
    boards      published papers, for readers who see no personal data
    jobs        long work beside the pages: loads, screens, exports, the digest; and the worker that does it

:mod:`firstpoint.workbench.launch` starts it: ``configure`` a directory, ``prepare`` it, ``serve`` it. All
that is kept is in that directory: one SQLite database, three keys, and for some days the files of jobs; or
the database is a PostgreSQL that an address names (:mod:`firstpoint.workbench.database`).

How it is built, so that it can be checked:

* A view parses, calls, renders. What work may do next comes from the tables of ``casework``; what a page asks
  of its reader's roles is one word of the same policy (:mod:`firstpoint.workbench.gate`), and a page that
  names none cannot be opened at all.
* A person's data is read through one function, :func:`firstpoint.workbench.incidents.reading.read_incident`,
  which writes the look to the ledger in the same transaction. Views never ask those tables themselves; a test
  reads their code to see that it stays so.
* A decision, its ledger entry and the new state of the work are one transaction, tied to the version that the
  person saw. Whoever comes second is told.
* Long work is done by a worker, a process of its own: wholly and once, or not at all.
* Pages are whole without scripts.

Limits. A decision to record is kept here and shown; the crime record itself is made in the force's crime
system and comes back with its next extract.
"""
