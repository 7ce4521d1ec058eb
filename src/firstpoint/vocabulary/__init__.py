"""Which offences, outcomes and codes exist, and from when to when.

Every room speaks of the same offence classes, outcome codes and incident categories; this is where they are
listed. The lists are data, in ``lists/*.csv``, one row a thing, with the dates between which it was in use.
They carry over the facts of the Home Office *Notifiable offences* list of April 2026, the *Outcomes for
recorded crimes* guidance of April 2026, and the *National Standard for Incident Recording* of 2011 (Crown
copyright, Open Government Licence v3.0).

The look-ups a reader usually wants:

* :func:`offence_class` gives the class for a code such as ``8N``: its title, the group it is published under,
  the stratum in which auditors sample it, and the unit by which it is counted.
* :func:`offence_codes` gives the statutory offences, each under its six-figure Home Office code. One code can
  stand in several classes (028/03 is every residential burglary), so a code alone never names a class.
* :func:`outcomes`, :func:`cancellations`, :func:`reported_incidents` and :func:`incident_categories` give the
  other lists.

How a class is reached from the facts of a report is not here: that is ``counting``'s question.
"""

from firstpoint.vocabulary.lists import (
    AuditStratum,
    Cancellation,
    IncidentCategory,
    OffenceClass,
    OffenceCode,
    Outcome,
    ReportedIncident,
    cancellations,
    incident_categories,
    offence_class,
    offence_classes,
    offence_codes,
    outcomes,
    reported_incidents,
)

__all__ = [
    "AuditStratum",
    "Cancellation",
    "IncidentCategory",
    "OffenceClass",
    "OffenceCode",
    "Outcome",
    "ReportedIncident",
    "cancellations",
    "incident_categories",
    "offence_class",
    "offence_classes",
    "offence_codes",
    "outcomes",
    "reported_incidents",
]
