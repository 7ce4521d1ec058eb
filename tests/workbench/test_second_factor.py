"""A password and something in the pocket: codes good once, and nothing in the database that makes one."""

import re
from datetime import timedelta

import pyotp
import pytest
from django.test import Client
from django.utils import timezone
from test_every_page import check_page
from workbench_builders import PASSWORD

from firstpoint.workbench.accounts import second_factor
from firstpoint.workbench.accounts.models import OneTimeCodes, RecoveryCode
from firstpoint.workbench.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fast_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def code_of(user, *, steps=0):
    """The code that the person's telephone shows so many half minutes from now."""
    secret = second_factor.unseal("second-factor", OneTimeCodes.objects.get(user=user).sealed_secret)
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=30 * steps))


@pytest.fixture
def armed(signed_in, person):
    """A registrar with a second factor, their browser, and their recovery codes."""
    client, user = signed_in("registrar"), person("registrar")
    client.get("/account/second-factor/")
    answer = client.post("/account/second-factor/", {"code": code_of(user, steps=-1)})
    codes = re.findall(r"<code>([a-z0-9-]{14})</code>", answer.content.decode())
    return client, person("registrar"), codes


def with_password():
    browser = Client()
    answer = browser.post("/sign-in/", {"username": "registrar", "password": PASSWORD, "next": "/ledger/"})
    assert answer.headers["Location"] == "/sign-in/code/"
    return browser


def test_it_is_set_up_by_picture_or_by_key_and_gives_ten_recovery_codes_once(signed_in, person):
    client, user = signed_in("registrar"), person("registrar")
    page = check_page(client.get("/account/second-factor/").content.decode())
    picture = client.get(page.all("img")[0]["src"])
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")
    wrong = client.post("/account/second-factor/", {"code": "000000"})
    assert (wrong.status_code, person("registrar").second_factor_since) == (400, None)
    done = client.post("/account/second-factor/", {"code": code_of(user)})
    check_page(done.content.decode())
    assert len(set(re.findall(r"<code>([a-z0-9-]{14})</code>", done.content.decode()))) == 10
    assert person("registrar").second_factor_since
    assert client.get("/account/second-factor/picture.svg").status_code == 404
    assert "<code>" not in client.get("/account/second-factor/").content.decode()


def test_the_password_alone_no_longer_opens_the_door(armed):
    _, user, _ = armed
    browser = with_password()
    assert browser.get("/").status_code == 302
    check_page(browser.get("/sign-in/code/").content.decode())
    wrong = browser.post("/sign-in/code/", {"code": "000000"})
    assert wrong.status_code == 400
    check_page(wrong.content.decode())
    right = browser.post("/sign-in/code/", {"code": code_of(user)})
    assert right.headers["Location"] == "/ledger/"
    assert browser.get("/ledger/").status_code == 200


def test_a_code_seen_over_a_shoulder_is_of_no_use(armed):
    _, user, _ = armed
    seen = code_of(user)
    assert with_password().post("/sign-in/code/", {"code": seen}).status_code == 302
    assert with_password().post("/sign-in/code/", {"code": seen}).status_code == 400
    assert with_password().post("/sign-in/code/", {"code": code_of(user, steps=-1)}).status_code == 400


def test_a_recovery_code_gets_in_once(armed):
    _, _, codes = armed
    assert with_password().post("/sign-in/code/", {"code": codes[0].upper()}).status_code == 302
    assert with_password().post("/sign-in/code/", {"code": codes[0]}).status_code == 400
    assert LedgerEntry.objects.filter(action="second-factor.recovery-code").count() == 1


def test_the_database_alone_holds_no_secret_and_no_code(armed):
    _, user, codes = armed
    kept = OneTimeCodes.objects.get(user=user).sealed_secret
    assert second_factor.unseal("second-factor", kept) not in kept
    held = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not held & {code.replace("-", "") for code in codes}


def test_codes_cannot_be_guessed_for_ever_by_giving_the_right_password_between(armed, person):
    for _ in range(5):
        with_password().post("/sign-in/code/", {"code": "000000"})
    assert person("registrar").locked_until > timezone.now()
    assert Client().post("/sign-in/", {"username": "registrar", "password": PASSWORD}).status_code == 400


def test_the_half_open_door_shuts_after_five_minutes(armed):
    _, user, _ = armed
    browser = with_password()
    session = browser.session
    session["half_signed_in"] = {**session["half_signed_in"], "at": timezone.now().timestamp() - 301}
    session.save()
    answer = browser.post("/sign-in/code/", {"code": code_of(user)})
    assert answer.headers["Location"] == "/sign-in/"
    assert browser.get("/").status_code == 302


def test_where_it_is_required_nothing_opens_before_it_is_set_up(settings, signed_in, person):
    settings.SECOND_FACTOR = "required"
    client = signed_in("registrar")
    assert client.get("/api/v1/incidents").status_code == 401
    for address in ("/", "/incidents/", "/account/"):
        assert client.get(address).headers["Location"] == "/account/second-factor/"
    assert "Set yours up before you go on" in client.get("/account/second-factor/").content.decode()
    client.post("/account/second-factor/", {"code": code_of(person("registrar"))})
    assert client.get("/incidents/").status_code == 200


def test_setting_it_up_ends_the_sessions_that_were_opened_without_it(signed_in, person):
    elsewhere, here = signed_in("registrar"), signed_in("registrar")
    here.get("/account/second-factor/")
    here.post("/account/second-factor/", {"code": code_of(person("registrar"))})
    assert elsewhere.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_changing_it_asks_for_a_code_once_more(armed, person):
    client, _, codes = armed
    for do in ("codes", "remove"):
        assert client.post("/account/second-factor/", {"do": do, "code": "1"}).status_code == 400
    renewed = client.post("/account/second-factor/", {"do": "codes", "code": codes[1]})
    new = re.findall(r"<code>([a-z0-9-]{14})</code>", renewed.content.decode())
    assert not set(new) & set(codes)
    assert client.post("/account/second-factor/", {"do": "remove", "code": codes[2]}).status_code == 400
    assert client.post("/account/second-factor/", {"do": "remove", "code": new[0]}).status_code == 302
    assert person("registrar").second_factor_since is None
    assert client.get("/").status_code == 200
