"""Sending referrals: to a webhook one by one, or as a CSV file for those that wait; tried again on failure.

A referral carries its own key, and the receiver takes each key once: a try whose answer was lost may be
sent again without a victim being called twice. What is sent holds references alone.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import StringIO

import requests
from django.db import connection, transaction

from firstpoint.errors import InputError
from firstpoint.workbench.ledger.keeping import keep, reference
from firstpoint.workbench.referrals.configured import Support, support
from firstpoint.workbench.referrals.models import FAILED, SENT, WAITING, WITHDRAWN, Referral

MOST_TRIES = 12
MOST_AT_ONCE = 200
SECONDS = 10
_COLUMNS = ("key", "incident", "ho_class", "vulnerable", "raised_at")


def send_due(now: datetime, by: str) -> int:
    """How many referrals were sent that were due; none where nobody said where they go."""
    try:
        where = support()
    except InputError:
        return 0  # the page says so, and doctor's checks
    if not where.is_set:
        return 0
    Referral.objects.filter(state=WAITING).exclude(step__item__state="recorded").update(state=WITHDRAWN)
    due = list(
        Referral.objects.filter(state=WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")[
            :MOST_AT_ONCE
        ]
    )
    if not due:
        return 0
    if where.folder:
        return _write(where, due, now, by)
    return sum(_send(where, each, now, by) for each in due)


def send_of_the_day(_day: date, now: datetime, by: str) -> int:
    """The same, once a day, for an installation without a worker."""
    return send_due(now, by)


def content_of(each: Referral) -> dict[str, str]:
    """What is sent of a referral."""
    raised = each.raised_at.isoformat(timespec="seconds")
    told = (str(each.key), each.incident_id, each.ho_class, each.vulnerable, raised)
    return dict(zip(_COLUMNS, told, strict=True))


def signature(secret: str, body: bytes) -> str:
    """The signature by which the receiver knows who sent a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _send(where: Support, each: Referral, now: datetime, by: str) -> bool:
    # It may have been waiting for minutes behind others: the victim may not want it any more.
    if not Referral.objects.filter(pk=each.pk, state=WAITING).exists():
        return False
    body = json.dumps(content_of(each), sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(each.key),
        "X-Firstpoint-Signature": signature(where.secret, body),
    }
    try:
        answer = requests.post(
            where.webhook, data=body, headers=headers, timeout=SECONDS, allow_redirects=False
        )
    except requests.RequestException as fault:
        return _failed(each, f"It did not answer ({type(fault).__name__}).", now, by)
    if not 200 <= answer.status_code < 300:
        return _failed(each, f"It answered {answer.status_code}.", now, by)
    return bool(_sent([each], now, by))


def _write(where: Support, due: Sequence[Referral], now: datetime, by: str) -> int:
    assert where.folder is not None
    # They may have been read a while ago: a victim may not want it any more.
    due = list(Referral.objects.filter(pk__in=[each.pk for each in due], state=WAITING).order_by("pk"))
    if not due:
        return 0
    text = StringIO()
    rows = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    rows.writeheader()
    rows.writerows(content_of(each) for each in due)
    # One name for one lot: a try that was cut off before it was noted writes the same file again.
    lot = hashlib.sha256("".join(str(each.key) for each in due).encode()).hexdigest()[:12]
    path = where.folder / f"referrals-{lot}.csv"
    half = path.with_suffix(".part")
    try:
        half.write_text(text.getvalue(), encoding="utf-8")
        half.replace(path)
    except OSError as fault:
        return sum(_failed(each, f"The folder cannot be written: {fault.strerror}.", now, by) for each in due)
    return _sent(due, now, by)


def _sent(due: Sequence[Referral], now: datetime, by: str) -> int:
    with transaction.atomic():
        rows = Referral.objects.filter(pk__in=[each.pk for each in due], state=WAITING)
        if connection.features.has_select_for_update:
            rows = rows.select_for_update()
        done = [each.pk for each in rows]
        Referral.objects.filter(pk__in=done).update(state=SENT, sent_at=now, said="")
        for each in due:
            if each.pk in done:
                keep(by, "referral.sent", reference("incident", each.incident_id), {"referral": each.pk})
    return len(done)


def _failed(each: Referral, why: str, now: datetime, by: str) -> bool:
    """Note a try that failed: later ones wait longer, and after the last one people must look."""
    tries = each.tries + 1
    over = tries >= MOST_TRIES
    with transaction.atomic():
        Referral.objects.filter(pk=each.pk, state=WAITING).update(
            tries=tries,
            said=why,
            state=FAILED if over else WAITING,
            next_try_at=now + timedelta(minutes=2 ** min(tries, 10)),
        )
        if over:
            keep(by, "referral.failed", reference("incident", each.incident_id), {"referral": each.pk})
    return False
