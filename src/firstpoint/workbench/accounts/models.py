"""People who sign in, how they prove who they are, and what their browsers hold."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from firstpoint import casework


class Users(BaseUserManager["User"]):
    """Finds people by the name they sign in with."""


class User(AbstractBaseUser):
    """A person who signs in, with the roles that the policy speaks of.

    In the ledger a person is a reference (``user:3``); who that is, this table alone says. Somebody whom the
    organisation's identity provider vouches for has an ``issuer`` and a ``subject``, and no password here.
    """

    username = models.CharField(max_length=60, unique=True)
    shown_name = models.CharField(max_length=120)
    roles = models.JSONField(default=list)
    qualifications = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    wrong_passwords = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    # How often in a row the account was locked: each pause is longer than the one before.
    locks = models.PositiveIntegerField(default=0, db_default=0)
    second_factor_since = models.DateTimeField(null=True, blank=True)
    # One more than before ends every session at once.
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0)
    issuer = models.TextField(default="", db_default="", blank=True)
    subject = models.TextField(default="", db_default="", blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Users] = Users()

    class Meta:
        """What an identity provider calls a person, it calls one person alone."""

        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=~models.Q(issuer=""), name="one_person_of_a_subject"
            )
        ]

    @cached_property
    def person(self) -> casework.Person:
        """The person as casework knows them: a reference, roles and qualifications."""
        return casework.Person(f"user:{self.pk}", frozenset(self.roles), frozenset(self.qualifications))

    @property
    def is_of_organisation(self) -> bool:
        """Whether the organisation vouches for this person, and not a password here."""
        return bool(self.issuer)

    def may(self, action: str) -> bool:
        """Whether the policy allows this person an action."""
        return casework.may(self.roles, action)

    def get_session_auth_hash(self) -> str:
        """What a session must carry to be this person's: new with each password, and when sessions end."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self):
        """The same by keys of before, while the key of the sessions is being renewed."""
        from django.conf import settings

        for key in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(key)

    def _session_hash(self, secret: str | bytes | None) -> str:
        said = f"{self.password}|{self.sessions_ended}"
        return salted_hmac("firstpoint.sessions", said, secret=secret, algorithm="sha256").hexdigest()

    def __str__(self) -> str:
        return self.shown_name


class OneTimeCodes(models.Model):
    """The secret from which a person's telephone makes its codes, sealed, and the last code that was used."""

    user = models.OneToOneField(User, models.CASCADE, related_name="one_time_codes")
    sealed_secret = models.TextField()
    last_step = models.BigIntegerField(default=0)


class RecoveryCode(models.Model):
    """A code to get in once without the telephone; only a digest of it is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)


class OpenSession(models.Model):
    """A browser in which somebody is signed in, as they see it in their list."""

    user = models.ForeignKey(User, models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    address = models.CharField(max_length=60)
    browser = models.CharField(max_length=60)


class GuessingAddress(models.Model):
    """An address from which wrong names, passwords or codes came, and how long it is kept out."""

    address = models.CharField(max_length=60, unique=True)
    wrong = models.PositiveIntegerField(default=0)
    counted_since = models.DateTimeField()
    locks = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)


class PasswordLink(models.Model):
    """A link by which somebody sets their password once; only a digest of it is kept."""

    user = models.OneToOneField(User, models.CASCADE, related_name="password_link")
    digest = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField()


class KeptForm(models.Model):
    """A form that was sent when its session was over: sealed, for the one who wrote it, in that browser."""

    user = models.ForeignKey(User, models.CASCADE, related_name="kept_forms")
    browser_digest = models.CharField(max_length=64, unique=True)
    address = models.TextField()
    sealed_fields = models.TextField()
    kept_at = models.DateTimeField()
