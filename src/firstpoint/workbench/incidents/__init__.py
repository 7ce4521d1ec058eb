"""The ranked list of incidents, and one incident with what it discloses and what the rules require.

Views get what they show from :mod:`~firstpoint.workbench.incidents.reading` (one incident, each look
written to the ledger) and :mod:`~firstpoint.workbench.incidents.listing` (references, times and scores, no
person's data).
"""
