"""What an administrator may do to accounts, and what nobody may; keeping out whoever guesses."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from test_every_page import check_page
from workbench_builders import PASSWORD

from firstpoint.errors import NotAllowed, Refused
from firstpoint.workbench.accounts import administering, guessing, people, second_factor
from firstpoint.workbench.accounts.models import GuessingAddress, PasswordLink, User
from firstpoint.workbench.api.tokens import make_token, user_of
from firstpoint.workbench.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NEW = {"new_password": "four words of nothing", "again": "four words of nothing"}


@pytest.fixture(autouse=True)
def _fast_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def administrator(signed_in):
    return signed_in("administrator")


def add(administrator, **more):
    form = {"username": "newcomer", "shown_name": "New Comer", "role": "investigator", **more}
    return administrator.post("/people/add/", form)


def last_entry():
    entry = LedgerEntry.objects.order_by("-sequence").first()
    return entry.action, entry.detail


def test_a_new_person_sets_their_password_by_a_link_that_works_once(administrator):
    answer = add(administrator, qualification="self_defence_trained")
    check_page(answer.content.decode())
    link = re.search(r"http://testserver(/set-password/[^<]+)", answer.content.decode()).group(1)
    assert last_entry() == (
        "account.added", {"roles": ["investigator"], "qualifications": ["self_defence_trained"]})  # fmt: skip
    door = Client()
    check_page(door.get(link).content.decode())
    assert door.post(link, {**NEW, "again": "other"}).status_code == 400
    assert door.post(link, NEW).status_code == 302
    assert door.post(link, NEW).status_code == 404
    entered = door.post("/sign-in/", {"username": "newcomer", "password": NEW["again"]})
    assert entered.status_code == 302
    assert door.get("/").status_code == 200


def test_a_link_grows_old_and_goes_with_the_account(administrator, person):
    link = re.search(r"/set-password/[^<]+", add(administrator).content.decode()).group(0)
    PasswordLink.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert Client().get(link).status_code == 404
    PasswordLink.objects.update(until=timezone.now() + timedelta(days=1))
    administering.close(person("newcomer"), person("administrator"), NOW)
    assert Client().get(link).status_code == 404


def test_a_new_link_makes_the_old_password_good_for_nothing(administrator, person):
    administrator.post(f"/people/{person('auditor').pk}/", {"do": "link"})
    assert Client().post("/sign-in/", {"username": "auditor", "password": PASSWORD}).status_code == 400


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"role": ["auditor", "decision_maker"]}, "cannot be data auditor and decision maker"),
        ({"role": []}, "needs a role"),
        ({"role": ["chief"]}, "no such role"),
        ({"username": "auditor"}, "is taken"),
        ({"username": "two words"}, "letters"),
        ({"username": ""}, "letters"),
    ],
)
def test_a_faulty_person_comes_back_with_what_was_written(administrator, given, words):
    answer = add(administrator, **given)
    assert (answer.status_code, words in answer.content.decode()) == (400, True)
    check_page(answer.content.decode())
    assert "New Comer" in answer.content.decode()
    assert not User.objects.filter(username="newcomer").exists()


def test_roles_are_changed_with_an_entry_and_clashing_ones_are_not(administrator, person):
    address = f"/people/{person('decision_maker').pk}/"
    clash = administrator.post(address, {"do": "roles", "role": ["decision_maker", "auditor"]})
    assert clash.status_code == 400
    check_page(clash.content.decode())
    assert person("decision_maker").roles == ["decision_maker"]
    form = {"do": "roles", "role": ["team_leader"], "qualification": ["registered_registrar"]}
    assert administrator.post(address, form).status_code == 302
    changed = {"roles": ["team_leader"], "qualifications": ["registered_registrar"]}
    assert last_entry() == ("account.roles", changed)
    check_page(administrator.get(address).content.decode())


EVERY_CHANGE = ["roles", "close", "reopen", "link", "unlock", "end-sessions", "second-factor"]


@pytest.mark.parametrize("do", EVERY_CHANGE)
def test_nobody_changes_their_own_account(administrator, person, do):
    own = person("administrator")
    answer = administrator.post(f"/people/{own.pk}/", {"do": do, "role": ["administrator", "board_reader"]})
    assert answer.status_code == 403
    assert "another administrator" in answer.content.decode()
    assert (person("administrator").roles, administrator.get("/").status_code) == (["administrator"], 200)
    assert 'name="do"' not in administrator.get(f"/people/{own.pk}/").content.decode()


def test_the_last_administrator_cannot_be_taken_away(person):
    # As it would be where two took each other away at once: whoever acts is no administrator any more.
    last, another = person("administrator"), person("registrar")
    with pytest.raises(Refused, match="last administrator"):
        administering.close(last, another, NOW)
    with pytest.raises(Refused, match="last administrator"):
        administering.change_roles(last, ["registrar"], [], another)
    assert person("administrator").is_active


def test_an_account_is_closed_and_opened_again(administrator, person):
    address = f"/people/{person('auditor').pk}/"
    administrator.post(address, {"do": "close"})
    assert last_entry()[0] == "account.closed"
    assert people.sign_in("auditor", PASSWORD, NOW) is None
    administrator.post(address, {"do": "reopen"})
    assert people.sign_in("auditor", PASSWORD, NOW) is not None


@pytest.mark.parametrize("do", ["close", "link"])
def test_programs_stop_acting_for_a_person_who_is_closed_or_gets_a_new_link(administrator, person, do):
    token = make_token(person("registrar"), "tests", ["registrar"], 5, NOW)
    assert user_of(token, NOW) == person("registrar")
    administrator.post(f"/people/{person('registrar').pk}/", {"do": do})
    administrator.post(f"/people/{person('registrar').pk}/", {"do": "reopen"})
    assert user_of(token, NOW) is None


def test_a_lost_telephone_is_taken_away_by_an_administrator(administrator, person):
    user = person("auditor")
    second_factor.secret_to_set_up(user)
    User.objects.filter(pk=user.pk).update(second_factor_since=NOW)
    administrator.post(f"/people/{user.pk}/", {"do": "second-factor"})
    assert person("auditor").second_factor_since is None
    assert last_entry()[0] == "second-factor.taken-away"


def test_a_form_that_says_nothing_changes_nothing(administrator):
    assert administrator.post("/people/1/", {"do": "promote"}).status_code == 400
    assert administrator.get("/people/999999/").status_code == 404


def test_a_registrar_sees_who_has_which_role_and_changes_nothing(signed_in):
    assert "Add a person" not in signed_in("registrar").get("/people/").content.decode()
    assert signed_in("registrar").post("/people/2/", {"do": "close"}).status_code == 403


# Guessing --------------------------------------------------------------------------------------------------


def guess(times, at=NOW, username="registrar", address=""):
    for _ in range(times):
        assert people.sign_in(username, "wrong", at, address) is None


def test_each_pause_is_twice_as_long_as_the_one_before_up_to_four_hours():
    assert [guessing.pause(n) / timedelta(minutes=1) for n in (1, 2, 3, 4, 5, 6, 60)] == [
        15, 30, 60, 120, 240, 240, 240]  # fmt: skip
    guess(5)
    later = NOW + timedelta(minutes=16)
    guess(5, later)
    assert people.sign_in("registrar", PASSWORD, later + timedelta(minutes=29)) is None
    assert people.sign_in("registrar", PASSWORD, later + timedelta(minutes=31)) is not None
    guess(5, later + timedelta(hours=1))
    assert people.sign_in("registrar", PASSWORD, later + timedelta(hours=1, minutes=16)) is not None


def test_one_password_tried_on_many_names_keeps_the_address_out_and_nobody_else():
    for number in range(30):
        guess(1, username=f"name-{number}", address="192.0.2.7")
    assert people.sign_in("registrar", PASSWORD, NOW, "192.0.2.7") is None
    assert people.sign_in("registrar", PASSWORD, NOW, "192.0.2.8") is not None
    assert people.sign_in("registrar", PASSWORD, NOW + timedelta(minutes=16), "192.0.2.7") is not None


def test_wrong_passwords_of_a_whole_day_at_one_station_lock_no_address():
    for hour in range(8):
        guess(6, NOW + timedelta(hours=hour), "nobody", "192.0.2.7")
    assert people.sign_in("registrar", PASSWORD, NOW + timedelta(hours=8), "192.0.2.7") is not None


def test_an_administrator_lets_a_locked_account_and_an_address_in_again(administrator, person):
    now = timezone.now()
    guess(5, now)
    for number in range(30):
        guess(1, now, f"name-{number}", "192.0.2.7")
    page = administrator.get("/people/").content.decode()
    check_page(page)
    assert "192.0.2.7" in page
    assert "Locked" in page
    address = GuessingAddress.objects.get()
    administrator.post(f"/people/addresses/{address.pk}/")
    administrator.post(f"/people/{person('registrar').pk}/", {"do": "unlock"})
    assert people.sign_in("registrar", PASSWORD, now, "192.0.2.7") is not None


def test_behind_a_proxy_that_is_not_named_all_addresses_are_not_one(settings, rf):
    from firstpoint.workbench.accounts.sessions import address_of

    assert address_of(rf.get("/")) == "127.0.0.1"
    settings.OVER_HTTPS = True
    assert address_of(rf.get("/")) == ""
    settings.PROXY = "127.0.0.1"
    assert address_of(rf.get("/")) == "127.0.0.1"


def test_nobody_takes_away_their_own_roles_by_any_way(person):
    own = person("administrator")
    with pytest.raises(NotAllowed):
        administering.change_roles(own, ["administrator", "board_reader"], [], own)
