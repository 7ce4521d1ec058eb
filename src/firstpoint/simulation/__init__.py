"""What a force would look like if we knew everything about it.

No real force knows which crimes it failed to record; a made-up one does. :func:`make_force` makes some
days of one, :func:`make_month` a calendar month, and :func:`write_months` years of them on disk, a
month being the same whoever makes it and when. Events come from scenarios (who did what to whom, and
which crimes the counting rules require for it), at the times at which such things are reported; several
callers may tell of one event, and some people, firms and places are met again and again. Each report
gets an opening code, a unit and route, and a log told by several authors; then the force errs as
recorders err: it dismisses in the closing line, records one of several victims, waits for a statement,
leaves it to another agency, records late, twice, in the wrong class or under another incident, or
cancels what should stand. Beside the extracts stands the truth.

The way of the data: ``moments`` (when, by ``rhythms``) → ``events`` from ``scenarios`` (truth) →
``recording`` (what the force made of it, by its ``profile``) → ``telling`` (words) → ``tables`` and
``truth`` (frames) → :func:`write_force` or :func:`write_months` (files). The words come from the event,
never the truth from the words. :func:`marks_by` gives the marks of an auditor whose own errors are
known. Where only an audit's arithmetic is tried, words and times are left out: ``audited_force`` makes
200,000 incidents of known truth in a tenth of a second, and ``trial_audits`` audits of it, honest or not.
All that can be chosen is data, in ``profile.toml`` and ``grammar/``.

Limits. The texts come from two banks of phrases that share none: what is tuned on ``training`` can be
tried on ``held_out``, and what that shows is how far it depends on the bank. Both are by one hand that
has seen no real log: no figure of accuracy on real logs may be claimed from either. Prevalence and
rates are set, not measured. The rules of the newest book are taken to hold in every year. Nothing in
screening or auditing may read the truth.
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
