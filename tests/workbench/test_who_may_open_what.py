"""Every page opens to those whom the policy lets in, and to nobody else."""

import pytest
from django.test import Client
from workbench_builders import ROLES
from workbench_routes import routes, shut_routes

from firstpoint import casework
from firstpoint.errors import InputError
from firstpoint.workbench.gate import OPEN_TO_ALL
from firstpoint.workbench.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", shut_routes(), ids=lambda route: route.name)
def test_a_role_opens_a_page_only_where_the_policy_says_so(signed_in, role, route):
    client = signed_in(role)
    answer = client.post(route.address) if route.posted else client.get(route.address)
    if casework.may([role], route.action):
        assert answer.status_code != 403
        assert answer.status_code < 500
    else:
        assert answer.status_code == 403
        assert "can." in answer.content.decode()


@pytest.mark.parametrize("route", shut_routes(), ids=lambda route: route.name)
def test_nobody_gets_in_without_signing_in(db, route):
    answer = Client().post(route.address) if route.posted else Client().get(route.address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")


def test_only_the_door_is_open_to_all():
    door = ["sign-in", "sign-in-code", "organisation", "organisation-back", "set-password"]
    assert [route.name for route in routes() if route.action == OPEN_TO_ALL] == door


def test_every_action_of_the_policy_opens_or_moves_something():
    steps = [each for kind in casework.kinds() for each in casework.transitions(kind)]
    moved = {each.action for each in steps} | {each.action_against for each in steps if each.action_against}
    assert {each.action for each in casework.actions()} == {route.action for route in shut_routes()} | moved


def test_a_refused_page_is_in_the_ledger(signed_in, person):
    signed_in("board_reader").get("/incidents/1/")
    entry = LedgerEntry.objects.order_by("-sequence").first()
    assert (entry.action, entry.subject) == ("page.refused", "action:incidents.read")
    assert entry.actor == person("board_reader").person.reference


def test_a_board_reader_finds_no_way_to_an_incident(signed_in):
    home = signed_in("board_reader").get("/").content.decode()
    assert "/incidents/" not in home
    assert "/board/1/" in home


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        (["auditor", "decision_maker"], "cannot be data auditor and decision maker"),
        (["administrator", "registrar"], "cannot be administrator and registrar"),
        (["chief"], "no such role"),
        ([], "needs a role"),
    ],
)
def test_roles_that_would_undo_the_control_are_not_given(roles, words):
    from firstpoint.workbench.accounts.people import add_user

    with pytest.raises(InputError, match=words):
        add_user("someone", roles, "a long enough password")


@pytest.mark.parametrize(
    ("username", "password", "words"),
    [
        ("registrar", "a long enough password", "taken"),
        ("two words", "a long enough password", "letters"),
        ("someone", "short", "at least 12"),
        ("someone", "123456789012", "numeric"),
    ],
)
def test_an_account_needs_a_free_name_and_a_strong_password(username, password, words):
    from firstpoint.workbench.accounts.people import add_user

    with pytest.raises(InputError, match=words):
        add_user(username, ["registrar"], password)
