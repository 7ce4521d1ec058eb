"""What a force would look like if we knew everything about it.

No real force knows which crimes it failed to record; a made-up one does. :func:`make_force` makes events
from scenarios (who did what to whom, and which crimes the counting rules require for it), gives each an
opening code, a route, a log told by several authors, and then errs as recorders err: dismisses in the
closing line, records one of several victims, waits for a statement, leaves it to another agency, records
late or in the wrong class. Beside the extracts stands the truth.

The way of the data: ``scenarios`` (TOML and CSV under ``grammar/``) → ``events`` (truth) → ``recording``
(what the force made of it) → ``telling`` (words) → ``tables`` (frames) → :func:`write_force` (files). The
words come from the event, never the truth from the words. :func:`auditor_marks` gives the marks of an
auditor whose own errors are known.

Limits. The texts come from one bank of phrases written by one hand: a screen that finds crimes in them has
shown that it runs, not that it reads real logs, and no figure of accuracy may be claimed from them.
Prevalence and rates are set, not measured. Nothing in screening or auditing may read the truth.
"""

from firstpoint.simulation.auditors import (
    Auditor,
    auditor_marks,
    marks_by,
    second_readings,
    usual_auditors,
)
from firstpoint.simulation.force import FORCE, MadeUpForce, make_force, make_month
from firstpoint.simulation.grammar_files import BANKS, Bank
from firstpoint.simulation.profile import ForceProfile, read_profile, usual_profile, usual_profile_text
from firstpoint.simulation.scenarios import opening_codes, scenarios
from firstpoint.simulation.writing import TruthTables, mapping_of, read_truth, write_force
from firstpoint.simulation.years import MonthWritten, Years, months_from, write_months

__all__ = [
    "BANKS",
    "FORCE",
    "Auditor",
    "Bank",
    "ForceProfile",
    "MadeUpForce",
    "MonthWritten",
    "TruthTables",
    "Years",
    "auditor_marks",
    "make_force",
    "make_month",
    "mapping_of",
    "marks_by",
    "months_from",
    "opening_codes",
    "read_profile",
    "read_truth",
    "scenarios",
    "second_readings",
    "usual_auditors",
    "usual_profile",
    "usual_profile_text",
    "write_force",
    "write_months",
]
