"""Who may do what to a piece of work, and by when.

A piece of work is a report that needs a decision, a reported rape that needs a review, a cancellation that is
asked for, an appeal, and so on. This room holds how such work moves, as tables that a registrar can read and
change without Python:

* ``tables/kinds.csv``: every kind of work, and who may see it;
* ``tables/states.csv`` and ``tables/transitions.csv``: the states of each kind of work, and each way from one
  to the next: what must be given, and whose own work it must not be;
* ``tables/set_off.csv``: the steps that nobody takes by hand, since a step of other work sets them off;
  ``tables/undo.csv``: those that whoever took them may take back for some minutes;
* ``tables/policy.csv``: what each role may do, one row an action. Nothing else in Firstpoint decides it:
  pages, buttons and the permission tests are made from this table;
* ``tables/qualifications.csv``: what the rules leave to people who are registered or trained for it;
* ``tables/particulars.csv`` and ``tables/choices.csv``: what people are asked for, and between what they
  choose;
* ``tables/clocks.csv``: by when.

The way through it: :func:`available` says what a person may do to a piece of work now (the buttons), and
:func:`check` says to which state a chosen transition leads, or raises NotAllowed (who could) or
:class:`Incomplete` (what is missing, by field). :func:`may` and :func:`require` answer for actions that
change nothing, such as opening a page. :func:`check_undo` says whether somebody may take their own last step
back. :func:`deadline`, :func:`hours_left` and :func:`time_left` keep the
clock.

Two rules are worth saying aloud. The 24 hours in which a crime must be recorded are hours that pass, not the
hands of a clock: over a night when the clocks change the deadline stands one hour earlier or later on the
wall. And whoever decided that a report is not a crime can never be the one who endorses it, whatever roles
they hold.

Limits: what a person may decide in one particular case, as who may cancel which crime, the counting rules say
and not these tables. Working days and shifts are not known here: every day counts.
"""

from firstpoint.casework.clocks import Clock, clock, clocks, deadline, hours_left, is_late, time_left
from firstpoint.casework.policy import (
    Action,
    Qualification,
    Role,
    actions,
    clashing,
    may,
    qualifications,
    require,
    role,
    roles,
    who_could,
    who_may,
)
from firstpoint.casework.tables import Choice, Particular, choices, particular
from firstpoint.casework.transitions import (
    INFORMATION,
    UNDO,
    Incomplete,
    Kind,
    Moved,
    Person,
    State,
    Transition,
    available,
    check,
    faults_of,
    is_readable,
    kind_of_work,
    kinds,
    setting_off,
    state,
    states,
    transition,
    transitions,
    transitions_from,
)
from firstpoint.casework.undoing import UNDO_WITHIN, check_undo

__all__ = [
    "INFORMATION",
    "UNDO",
    "UNDO_WITHIN",
    "Action",
    "Choice",
    "Clock",
    "Incomplete",
    "Kind",
    "Moved",
    "Particular",
    "Person",
    "Qualification",
    "Role",
    "State",
    "Transition",
    "actions",
    "available",
    "check",
    "check_undo",
    "choices",
    "clashing",
    "clock",
    "clocks",
    "deadline",
    "faults_of",
    "hours_left",
    "is_late",
    "is_readable",
    "kind_of_work",
    "kinds",
    "may",
    "particular",
    "qualifications",
    "require",
    "role",
    "roles",
    "setting_off",
    "state",
    "states",
    "time_left",
    "transition",
    "transitions",
    "transitions_from",
    "who_could",
    "who_may",
]
