"""The door: who gets in, who is kept out, and what an outsider can learn there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from workbench_builders import PASSWORD

from firstpoint.workbench.accounts import people
from firstpoint.workbench.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fast_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def enter(username="registrar", password=PASSWORD, **more):
    return Client().post("/sign-in/", {"username": username, "password": password, **more})


def test_the_right_password_opens_the_door():
    answer = enter()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert LedgerEntry.objects.order_by("-sequence").first().action == "sign-in"


def test_one_who_was_on_the_way_somewhere_arrives_there():
    assert enter(next="/ledger/").headers["Location"] == "/ledger/"


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_the_door_leads_nowhere_outside(elsewhere):
    assert enter(next=elsewhere).headers["Location"] == "/"


def test_a_wrong_name_and_a_wrong_password_look_the_same():
    wrong_name, wrong_password = enter("nobody"), enter(password="wrong password")
    assert wrong_name.status_code == wrong_password.status_code == 400
    strip = lambda answer, name: answer.content.decode().replace(name, "")  # noqa: E731
    assert len(strip(wrong_name, "nobody")) == len(strip(wrong_password, "registrar"))


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour():
    for _ in range(5):
        assert people.sign_in("registrar", "wrong", NOW) is None
    assert people.sign_in("registrar", PASSWORD, NOW) is None
    assert people.sign_in("registrar", PASSWORD, NOW + timedelta(minutes=14)) is None
    assert people.sign_in("registrar", PASSWORD, NOW + timedelta(minutes=16)) is not None


def test_a_right_password_clears_the_wrong_ones_before_it():
    for _ in range(4):
        people.sign_in("registrar", "wrong", NOW)
    assert people.sign_in("registrar", PASSWORD, NOW) is not None
    assert people.sign_in("registrar", "wrong", NOW) is None
    assert people.sign_in("registrar", PASSWORD, NOW) is not None


def test_the_way_out_is_a_press_of_a_button_and_not_a_link(signed_in):
    client = signed_in("registrar")
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/").status_code == 302


def test_a_name_with_a_nul_is_just_a_wrong_name():
    assert enter("regis\x00trar", "wrong password").status_code == 400
