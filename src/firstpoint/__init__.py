"""Firstpoint: crime data integrity for police forces in England and Wales.

Each package in here is a room, named by the question it answers. A room may use the rooms above it in this
list and never those below:

    vocabulary   which offences, outcomes and codes exist, and from when to when
    records      what does the force hold, and is it fit to be relied on
    counting     what should have been recorded, by which rule
    casework     who may do what to a piece of work, and by when
    ledger       who did or saw what, so that nobody can change the story later
    screening    what do the incident logs disclose
    auditing     how accurate is the force, and how sure are we
    insight      how does it change, and what kinds of error are behind it
    reporting    how is it told, on paper and on screen
    simulation   a made-up force whose truth is known
    bulk         the same work over many files
    workbench    the pages at which people decide
    cli          one command over all of it

All rooms but the workbench are a plain library: frames and values in, frames and values out; the clock and
every source of chance are arguments.
"""

__version__ = "0.1.0"
