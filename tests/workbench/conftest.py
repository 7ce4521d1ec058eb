"""The workbench filled once with a small invented force; each test's changes are undone."""

from __future__ import annotations

import pytest
import workbench_builders
from django.test import Client
from django.test.utils import override_settings

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=FAST):
        workbench_builders.seed(24)


@pytest.fixture(autouse=True)
def _second_factor_is_offered(settings):
    """Tests of other things sign people in with a password alone."""
    settings.SECOND_FACTOR = "offered"


@pytest.fixture
def signed_in(db):
    from firstpoint.workbench.accounts.models import User

    def sign_in(username: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(username=username))
        return client

    return sign_in


@pytest.fixture
def person(db):
    from firstpoint.workbench.accounts.models import User

    return lambda username: User.objects.get(username=username)


@pytest.fixture
def fresh_work(db):
    """Recording work that is not late yet."""
    from django.utils import timezone

    from firstpoint.workbench.work.models import WorkItem

    return WorkItem.objects.filter(
        kind="recording", state="awaiting_decision", due_at__gt=timezone.now()
    ).first()


@pytest.fixture
def late_work(db):
    """Recording work whose 24 hours are over."""
    from django.utils import timezone

    from firstpoint.workbench.work.models import WorkItem

    return WorkItem.objects.filter(
        kind="recording", state="awaiting_decision", due_at__lt=timezone.now()
    ).first()
