"""Each step of each kind of work, by each role, on others’, own and restricted work: as the tables say."""

import pytest
from django.test import Client
from django.utils import timezone
from workbench_builders import ROLES, SEEDED

from firstpoint import casework
from firstpoint.workbench.api.tokens import make_token
from firstpoint.workbench.incidents.models import Restriction
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import incident_of
from firstpoint.workbench.work.stepping import is_against

pytestmark = pytest.mark.django_db

STEPS = [
    pytest.param(each, id=f"{kind}-{each.transition}")
    for kind in casework.kinds()
    if kind != "marking"
    for each in casework.transitions(kind)
]


@pytest.fixture
def programs(person):
    """A program for each role."""
    users = {role: person(role) for role in ROLES}
    tokens = {role: make_token(user, "t", user.roles, 5, timezone.now()) for role, user in users.items()}
    return {
        role: (
            users[role].person.reference,
            Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"}),
        )
        for role, token in tokens.items()
    }


def may_take(move, role, relation, *, against):
    """Whether the tables let this role take a step, of which nothing that it asks for is given."""
    if move.set_off_by or relation == "restricted":
        return False
    if not casework.may([role], casework.kind_of_work(move.kind).see):
        return False
    if not casework.may([role], move.action):
        return False
    if against and move.action_against and not casework.may([role], move.action_against):
        return False
    if relation == "own":
        return not move.not_by
    return not move.only_by


@pytest.mark.parametrize("move", STEPS)
def test_a_step_is_open_to_those_whom_the_tables_name_and_to_nobody_else(programs, move):
    item = WorkItem.objects.get(pk=SEEDED[move.kind] if move.kind != "recording" else 1)
    against = is_against(item, move)
    for relation in ("others", "own", "restricted"):
        if relation == "restricted":
            Restriction.objects.create(
                incident_id=incident_of(item), reason="x", by="user:1", since=timezone.now()
            )
        for role, (reference, program) in programs.items():
            mine = {step: [reference] for step in (*move.not_by, move.only_by) if step}
            authors = mine if relation == "own" else {step: ["user:0"] for step in mine}
            rows = WorkItem.objects.filter(pk=item.pk)
            rows.update(state=move.from_states[0], version=1, authors=authors, open=True)
            answer = program.post(
                f"/api/v1/queues/{move.kind}/{item.pk}/steps",
                {"transition": move.transition, "version": 1},
                content_type="application/json",
            )
            told = (relation, role, answer.status_code, answer.content)
            # 422: may take it, but gave nothing; 409: the rules stand in the way of this case.
            assert (answer.status_code in (200, 409, 422)) == may_take(
                move, role, relation, against=against
            ), told
            assert answer.status_code in (200, 403, 409, 422), told
