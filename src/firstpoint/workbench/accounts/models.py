"""People who sign in."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from firstpoint import casework


class Users(BaseUserManager["User"]):
    """Finds people by the name they sign in with."""


class User(AbstractBaseUser):
    """A person who signs in, with the roles that the policy speaks of.

    In the ledger a person is a reference (``user:3``); who that is, this table alone says.
    """

    username = models.CharField(max_length=60, unique=True)
    shown_name = models.CharField(max_length=120)
    roles = models.JSONField(default=list)
    qualifications = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    wrong_passwords = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Users] = Users()

    @cached_property
    def person(self) -> casework.Person:
        """The person as casework knows them: a reference, roles and qualifications."""
        return casework.Person(f"user:{self.pk}", frozenset(self.roles), frozenset(self.qualifications))

    def may(self, action: str) -> bool:
        """Whether the policy allows this person an action."""
        return casework.may(self.roles, action)

    def __str__(self) -> str:
        return self.shown_name
