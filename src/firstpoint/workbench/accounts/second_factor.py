"""The second factor of a local account: codes that a telephone makes, each good once, and recovery codes.

The codes are those of RFC 6238: six digits, a new one every thirty seconds. One step to either side is
taken, since telephones' clocks differ. The step of the last code used is kept, and no code of that step or an
earlier one is taken again, so that one seen over a shoulder is of no use.
"""

from __future__ import annotations

import hmac
import io
import secrets
from datetime import datetime

import pyotp
import segno
from django.conf import settings
from django.db import transaction

from firstpoint.errors import InputError
from firstpoint.workbench.accounts.models import OneTimeCodes, RecoveryCode, User
from firstpoint.workbench.accounts.sealing import digest, seal, unseal
from firstpoint.workbench.accounts.sessions import end_sessions
from firstpoint.workbench.ledger.keeping import keep

_PURPOSE = "second-factor"
_RECOVERY = "recovery-code"
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_STEPS_AROUND = (-1, 0, 1)
HOW_MANY_RECOVERY_CODES = 10


def is_due(user: User) -> bool:
    """Whether this person has to set up a second factor before anything else."""
    return (
        settings.SECOND_FACTOR == "required"
        and user.second_factor_since is None
        and not user.is_of_organisation
    )


def secret_to_set_up(user: User) -> str:
    """The secret to put into the telephone, the same until it is confirmed; made where there is none."""
    if user.second_factor_since:
        raise InputError("A second factor is set up already.", where=user.username, remedy="Remove it first.")
    sealed = seal(_PURPOSE, pyotp.random_base32())
    held, _ = OneTimeCodes.objects.get_or_create(user=user, defaults={"sealed_secret": sealed})
    return unseal(_PURPOSE, held.sealed_secret)


def picture(user: User) -> bytes:
    """The secret to set up as a QR code, an SVG that telephones read."""
    name = settings.FORCE_NAME or "Firstpoint"
    made = pyotp.TOTP(secret_to_set_up(user)).provisioning_uri(name=user.username, issuer_name=name)
    out = io.BytesIO()
    segno.make(made, error="m").save(out, kind="svg", scale=5, border=4, light="#fff", xmldecl=False)
    return out.getvalue()


def confirm(user: User, code: str, now: datetime) -> list[str] | None:
    """The recovery codes, to be shown this once, when the code is right; None when it is wrong.

    Every other session of the person ends: it was opened without the second factor.
    """
    with transaction.atomic():
        if user.second_factor_since or not _is_fresh_code(user, code, now):
            return None
        User.objects.filter(pk=user.pk).update(second_factor_since=now)
        user.second_factor_since = now
        end_sessions(user)
        keep(user.person.reference, "second-factor.set-up", user.person.reference)
        return _new_recovery_codes(user)


def is_right(user: User, code: str, now: datetime) -> bool:
    """Whether this code proves the person now; a right one is used up by asking."""
    written = "".join(code.split()).replace("-", "").lower()
    if written.isascii() and written.isdigit():
        return _is_fresh_code(user, written, now)
    used = RecoveryCode.objects.filter(user=user, digest=digest(_RECOVERY, written), used_at=None)
    if not used.update(used_at=now):
        return False
    keep(user.person.reference, "second-factor.recovery-code", user.person.reference)
    return True


def renew_recovery_codes(user: User) -> list[str]:
    """New recovery codes, to be shown this once; the old ones are good no longer."""
    with transaction.atomic():
        keep(user.person.reference, "second-factor.codes-renewed", user.person.reference)
        return _new_recovery_codes(user)


def take_away(user: User, by: str) -> None:
    """Leave this person without a second factor, to set one up anew; their sessions end."""
    with transaction.atomic():
        OneTimeCodes.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(second_factor_since=None)
        user.second_factor_since = None
        end_sessions(user)
        keep(by, "second-factor.taken-away", user.person.reference)


def recovery_codes_left(user: User) -> int:
    """How many recovery codes were not used yet."""
    return user.recovery_codes.filter(used_at=None).count()


def _is_fresh_code(user: User, code: str, now: datetime) -> bool:
    held = OneTimeCodes.objects.filter(user=user).first()
    if held is None:
        return False
    codes = pyotp.TOTP(unseal(_PURPOSE, held.sealed_secret))
    here = codes.timecode(now)
    for step in (here + each for each in _STEPS_AROUND):
        if hmac.compare_digest(codes.generate_otp(step).encode(), "".join(code.split()).encode()):
            # Of two who send the same code at once, one finds it used.
            return bool(OneTimeCodes.objects.filter(pk=held.pk, last_step__lt=step).update(last_step=step))
    return False


def _new_recovery_codes(user: User) -> list[str]:
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(12)) for _ in range(HOW_MANY_RECOVERY_CODES)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=digest(_RECOVERY, code)) for code in codes
    )
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]
