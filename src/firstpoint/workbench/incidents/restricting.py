"""Restricted incidents, which open only to people who are named for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from firstpoint.casework import Person
from firstpoint.errors import NotAllowed
from firstpoint.workbench.accounts import people
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.models import Grant, Incident, Restriction
from firstpoint.workbench.ledger.keeping import keep, reference, text_digest

LONGEST_DAYS, LONGEST_REASON = 366, 2000
_SHUT = """
    SELECT incident_id FROM incidents_restriction WHERE incident_id IN ({places}) AND id NOT IN (
        SELECT restriction_id FROM incidents_grant WHERE holder = %s AND (until IS NULL OR until > %s)
    )
    """


class Shut(NotAllowed):
    """The incident is restricted, and this person has no grant; the refusal belongs in the ledger."""


def is_shut(person: Person, incident_ids: Collection[str]) -> frozenset[str]:
    """Those of some incidents that are restricted and to which this person has no grant now."""
    if not incident_ids:
        return frozenset()
    with connection.cursor() as cursor:
        # Every page asks this: written out, since Django takes longer to write it than a database to answer.
        cursor.execute(
            _SHUT.format(places=", ".join(["%s"] * len(incident_ids))),
            [*incident_ids, person.reference, connection.ops.adapt_datetimefield_value(timezone.now())],
        )
        return frozenset(str(each) for (each,) in cursor.fetchall())


def refuse_if_shut(person: Person, incident_id: str) -> None:
    """Raise Shut where an incident is restricted and this person has no grant."""
    if incident_id and is_shut(person, [incident_id]):
        raise Shut(
            "This incident is restricted to people who are named for it.",
            where=reference("incident", incident_id),
            remedy="Ask the registrar, who can name you.",
        )


def reference_of(key: int) -> str:
    """The force's reference of an incident by its key; Http404 when there is none."""
    found = Incident.objects.filter(pk=key).values_list("incident_id", flat=True).first()
    if found is None:
        raise Http404
    return found


def restriction_of(incident_id: str) -> Restriction | None:
    """The restriction of an incident, where it has one."""
    return Restriction.objects.filter(incident_id=incident_id).first()


def grants_of(incident_id: str) -> Sequence[Grant]:
    """Everybody who is or was named for a restricted incident, the newest first."""
    return list(Grant.objects.filter(restriction__incident_id=incident_id).order_by("-since", "-pk"))


def change(incident_id: str, posted: Mapping[str, str], user: User, now: datetime) -> dict[str, str]:
    """What is wrong with a change, by field; an empty answer means that it was made and is in the ledger."""
    changes = {"restrict": _restrict, "lift": _lift, "name": _name, "end": _end}
    chosen = changes.get(posted.get("change", ""))
    if chosen is None:
        return {"change": "Select what to change"}
    with transaction.atomic():
        return chosen(incident_id, posted, user.person, now)


def _restrict(incident_id: str, posted: Mapping[str, str], by: Person, now: datetime) -> dict[str, str]:
    reason = posted.get("reason", "").strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        return {"reason": f"Enter why it is restricted, in at most {LONGEST_REASON:,} characters"}
    _, new = Restriction.objects.get_or_create(
        incident_id=incident_id, defaults={"reason": reason, "by": by.reference, "since": now}
    )
    if new:
        _keep(by, "incident.restricted", incident_id, {"reason": f"hmac-sha256:{text_digest(reason)}"})
    return {}


def _lift(incident_id: str, posted: Mapping[str, str], by: Person, _now: datetime) -> dict[str, str]:
    reason = posted.get("reason", "").strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        return {"reason": f"Enter why it is opened again, in at most {LONGEST_REASON:,} characters"}
    gone, _ = Restriction.objects.filter(incident_id=incident_id).delete()
    if gone:
        _keep(by, "incident.opened", incident_id, {"reason": f"hmac-sha256:{text_digest(reason)}"})
    return {}


def _name(incident_id: str, posted: Mapping[str, str], by: Person, now: datetime) -> dict[str, str]:
    holder, days = posted.get("holder", ""), posted.get("days", "").strip()
    restriction = restriction_of(incident_id)
    if restriction is None:
        return {"change": "The incident is not restricted, so nobody has to be named"}
    if holder not in {reference for reference, _ in people.active()}:
        return {"holder": "Select a person"}
    if not (days.isascii() and days.isdigit() and 0 < int(days[:4]) <= LONGEST_DAYS):
        return {"days": f"Enter for how many days, from 1 to {LONGEST_DAYS}"}
    until = now + timedelta(days=int(days))
    Grant.objects.create(restriction=restriction, holder=holder, by=by.reference, since=now, until=until)
    _keep(by, "incident.named", incident_id, {"holder": holder, "days": int(days)})
    return {}


def _end(incident_id: str, posted: Mapping[str, str], by: Person, now: datetime) -> dict[str, str]:
    number = posted.get("grant", "")
    rows = Grant.objects.filter(
        restriction__incident_id=incident_id, pk=int(number) if number.isascii() and number.isdigit() else 0
    )
    grant = rows.filter(Q(until=None) | Q(until__gt=now)).first()
    if grant is None:
        return {"change": "That person is no longer named"}
    grant.until = now
    grant.save(update_fields=["until"])
    _keep(by, "incident.named-ended", incident_id, {"holder": grant.holder})
    return {}


def _keep(by: Person, action: str, incident_id: str, detail: Mapping[str, str | int]) -> None:
    keep(by.reference, action, reference("incident", incident_id), dict(detail))
