"""The API answers as its description says, whatever is sent to it."""

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from firstpoint.workbench.api.tokens import make_token

pytestmark = pytest.mark.django_db


SAMPLED = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@pytest.fixture
def described(person):
    from firstpoint.workbench.wsgi import application

    user = person("registrar")
    token = make_token(user, "tests", user.roles, 5, timezone.now())
    loaded = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    loaded.config.update(headers={"Authorization": f"Bearer {token}"})
    return loaded


def test_every_answer_is_one_that_the_description_tells_of(described):
    tried = 0
    for found in described.get_all_operations():
        operation = found.ok()

        @SAMPLED
        @given(case=operation.as_strategy())
        def ask(case):
            case.call_and_validate()

        ask()
        tried += 1
    assert tried > 10
