"""Keeping out whoever guesses: by name and by address, for longer each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from firstpoint.workbench.accounts.models import GuessingAddress, User
from firstpoint.workbench.ledger.keeping import keep

_COUNTED_FOR = timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(days=1)


def pause(locks: int) -> timedelta:
    """How long the so-manieth lock in a row lasts: twice as long as the one before, up to the longest."""
    minutes = settings.LOCKED_FOR_MINUTES * 2 ** min(locks - 1, 10)
    return timedelta(minutes=min(minutes, settings.LONGEST_LOCK_MINUTES))


def is_kept_out(address: str, now: datetime) -> bool:
    """Whether nobody gets in from this address now."""
    return bool(address) and GuessingAddress.objects.filter(address=address, locked_until__gt=now).exists()


def note_wrong(user: User | None, address: str, now: datetime) -> None:
    """Count a wrong name, password or code against the account, if there is one, and the address."""
    with transaction.atomic():
        if user is not None:
            _count_against_account(user, now)
        if address:
            _count_against_address(address, now)


def note_right(user: User) -> None:
    """Forget the wrong attempts on an account: its owner got in."""
    User.objects.filter(pk=user.pk).update(wrong_passwords=0, locks=0, locked_until=None)


def unlock(user: User, by: str) -> None:
    """Let an account in again that was locked."""
    with transaction.atomic():
        note_right(user)
        keep(by, "account.unlocked", user.person.reference)


def unlock_address(key: int, by: str) -> bool:
    """Whether an address that is kept out was there to be let in again."""
    with transaction.atomic():
        found, _ = GuessingAddress.objects.filter(pk=key).delete()
        if found:
            keep(by, "address.unlocked", f"address:{key}")
        return bool(found)


def addresses_kept_out(now: datetime) -> list[GuessingAddress]:
    """The addresses that are kept out now."""
    return list(GuessingAddress.objects.filter(locked_until__gt=now).order_by("address"))


def _count_against_account(given: User, now: datetime) -> None:
    user = User.objects.select_for_update().get(pk=given.pk)
    user.wrong_passwords += 1
    if user.wrong_passwords >= settings.WRONG_PASSWORDS_ALLOWED:
        user.wrong_passwords = 0
        user.locks += 1
        user.locked_until = now + pause(user.locks)
        keep("nobody", "account.locked", user.person.reference, {"lock": user.locks})
    user.save(update_fields=["wrong_passwords", "locks", "locked_until"])


def _count_against_address(address: str, now: datetime) -> None:
    GuessingAddress.objects.filter(counted_since__lt=now - _FORGOTTEN_AFTER).delete()
    GuessingAddress.objects.get_or_create(address=address, defaults={"counted_since": now})
    held = GuessingAddress.objects.select_for_update().get(address=address)
    if held.counted_since < now - _COUNTED_FOR:
        held.wrong, held.counted_since = 0, now
    held.wrong += 1
    if held.wrong >= settings.WRONG_BY_ADDRESS_ALLOWED:
        held.wrong = 0
        held.locks += 1
        held.locked_until = now + pause(held.locks)
        keep("nobody", "address.locked", f"address:{held.pk}", {"lock": held.locks})
    held.save()
