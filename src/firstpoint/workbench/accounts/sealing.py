"""Sealing what must not be readable in the database, with keys made from the one kept for accounts."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from firstpoint.errors import InputError


def seal(purpose: str, text: str, *, held_elsewhere: str = "") -> str:
    """A text that only :func:`unseal` with the same purpose can read.

    ``held_elsewhere`` is a secret that is not kept here, such as one in a browser: without it nobody can.
    """
    return _fernet(purpose, held_elsewhere).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str, *, held_elsewhere: str = "") -> str:
    """The text that was sealed; raises InputError when another key, or another hand, made the seal."""
    try:
        return _fernet(purpose, held_elsewhere).decrypt(sealed.encode()).decode()
    except InvalidToken as fault:
        raise InputError(
            "What is sealed here was not sealed with the key that this workbench keeps.",
            where="accounts-key",
            remedy="Restore the key from a backup, or take the second factor away, to be set up anew.",
        ) from fault


def digest(purpose: str, secret: str) -> str:
    """The keyed digest by which a long random secret is known again without being kept."""
    return hmac.new(_derived(purpose, ""), secret.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _fernet(purpose: str, held_elsewhere: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(purpose, held_elsewhere)))


def _derived(purpose: str, held_elsewhere: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=held_elsewhere.encode() or None, info=purpose.encode())
    return made.derive(settings.ACCOUNTS_KEY)
