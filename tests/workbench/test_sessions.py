"""Where somebody is signed in, what ends it, and how a form outlives its session."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from test_every_page import check_page
from workbench_builders import PASSWORD

from firstpoint.workbench.accounts import administering, kept_forms
from firstpoint.workbench.accounts.models import KeptForm, OpenSession, User
from firstpoint.workbench.accounts.sessions import browser_of
from firstpoint.workbench.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36 Edg/142.0"


@pytest.fixture(autouse=True)
def _fast_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def enter(username="registrar", browser=FIREFOX, **more):
    client = Client(headers={"user-agent": browser}, **more)
    page = client.get("/sign-in/").content.decode()
    form = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token_in(page)}
    assert client.post("/sign-in/", form).status_code == 302
    return client


def token_in(page):
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)


def test_a_person_sees_where_they_are_signed_in_and_ends_what_they_do_not_know():
    here, elsewhere = enter(), enter(browser=EDGE)
    page = here.get("/account/").content.decode()
    check_page(page)
    assert "Firefox on Linux" in page
    assert "Edge on Windows" in page
    assert "127.0.0.1" in page
    other = OpenSession.objects.get(browser="Edge on Windows")
    here.post("/account/", {"session": other.pk})
    assert elsewhere.get("/").status_code == 302
    assert here.get("/").status_code == 200
    assert not Session.objects.filter(session_key=other.session_key).exists()


def test_nobody_ends_a_session_of_somebody_else_by_its_number():
    others, here = enter("auditor"), enter()
    here.post("/account/", {"session": OpenSession.objects.get(user__username="auditor").pk})
    here.post("/account/", {"session": "9" * 40})
    assert others.get("/").status_code == 200


def test_all_other_sessions_end_at_one_press():
    here, elsewhere = enter(), enter()
    here.post("/account/", {"do": "end-others"})
    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)


def test_a_new_password_ends_every_other_session_and_needs_the_old_one(person):
    here, elsewhere = enter(), enter()
    new = {"new_password": "four words of nothing", "again": "four words of nothing"}
    for wrong in ({**new, "old_password": "wrong"}, {"old_password": PASSWORD, "new_password": "short"},
                  {**new, "old_password": PASSWORD, "again": "other"}):  # fmt: skip
        answer = here.post("/account/password/", wrong)
        assert answer.status_code == 400
        check_page(answer.content.decode())
    assert here.post("/account/password/", {**new, "old_password": PASSWORD}).status_code == 302
    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)


@pytest.mark.parametrize("change", ["roles", "close", "link", "end-sessions"])
def test_what_an_administrator_changes_ends_sessions_at_once(change, signed_in, person):
    working = enter("decision_maker")
    form = {"do": change, "role": ["decision_maker", "team_leader"]}
    answer = signed_in("administrator").post(f"/people/{person('decision_maker').pk}/", form)
    assert answer.status_code in {200, 302}
    assert working.get("/").status_code == 302
    assert not OpenSession.objects.filter(user__username="decision_maker").exists()


def test_a_browser_that_says_nothing_of_itself_is_not_known(rf):
    assert browser_of(rf.get("/")) == "Not known"


# A half-written form ---------------------------------------------------------------------------------------

RATIONALE = "Read again with the caller; her account stands, \u2018as told\u2019."


def hidden_in(page):
    """The hidden fields of a page, as the browser reads them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def half_written(client, work):
    """The form as the browser holds it: its address and fields, with the rationale typed in."""
    address = f"/queues/recording/{work.pk}/"
    page = client.get(address).content.decode()
    hidden = {name: value for name, value in hidden_in(page).items() if not name.startswith("fact:")}
    typed = {
        "decision": "need_information",
        "information_needed": "Age.",
        "information_from": "North",
        "rationale": RATIONALE,
    }
    return address, {**hidden, **typed, "late_reason": "x", "step": "check"}


def expire(client):
    Session.objects.filter(session_key=client.session.session_key).delete()


def sign_in_again(client, username="decision_maker"):
    page = client.get("/sign-in/?next=/written/").content.decode()
    form = {"username": username, "password": PASSWORD, "next": "/written/",
            "csrfmiddlewaretoken": token_in(page)}  # fmt: skip
    assert client.post("/sign-in/", form).headers["Location"] == "/written/"
    return client.get("/written/").content.decode()


@pytest.fixture
def browser():
    return enter("decision_maker", enforce_csrf_checks=True)


def test_a_form_sent_after_its_session_is_offered_again_to_whoever_wrote_it_and_goes_on(browser, fresh_work):
    address, form = half_written(browser, fresh_work)
    old_token = form["csrfmiddlewaretoken"]
    expire(browser)
    refused = browser.post(address, form)
    assert refused.status_code == 403
    check_page(refused.content.decode())
    assert "kept" in browser.get("/sign-in/?next=/written/").content.decode()
    page = sign_in_again(browser)
    check_page(page)
    assert "Read again with the caller; her account stands, \u2018as told\u2019." in page
    offered = hidden_in(page)
    assert offered["rationale"] == RATIONALE
    assert browser.post(address, {**offered, "csrfmiddlewaretoken": old_token}).status_code == 403
    page = browser.get("/written/").content.decode()
    offered = hidden_in(page)
    checked = browser.post(address, offered)
    assert checked.status_code == 200
    assert "Check before saving" in checked.content.decode()
    assert "Nothing that you wrote is kept" in browser.get("/written/").content.decode()


def test_a_form_that_is_refused_once_more_is_not_lost_by_it(browser, fresh_work):
    address, form = half_written(browser, fresh_work)
    expire(browser)
    browser.post(address, form)
    page = sign_in_again(browser)
    offered = hidden_in(page)
    type(fresh_work).objects.update(version=9)
    assert browser.post(address, offered).status_code == 409
    assert "Read again with the caller" in browser.get("/written/").content.decode()


def test_a_form_with_the_token_of_an_earlier_session_is_kept_too(browser, fresh_work):
    address, form = half_written(browser, fresh_work)
    expire(browser)
    sign_in_again(browser)
    refused = browser.post(address, form)
    assert (refused.status_code, "See what you wrote" in refused.content.decode()) == (403, True)
    assert "Read again with the caller" in browser.get("/written/").content.decode()


def test_somebody_else_at_the_same_browser_is_not_shown_what_was_written(browser, fresh_work):
    address, form = half_written(browser, fresh_work)
    expire(browser)
    browser.post(address, form)
    assert "Read again" not in sign_in_again(browser, "team_leader")
    expire(browser)
    assert "Read again" in sign_in_again(browser)


def test_another_browser_is_not_shown_what_was_written(browser, fresh_work):
    address, form = half_written(browser, fresh_work)
    expire(browser)
    browser.post(address, form)
    assert "Read again" not in enter("decision_maker").get("/written/").content.decode()


def test_what_was_written_is_kept_sealed_for_an_hour(browser, fresh_work):
    address, form = half_written(browser, fresh_work)
    expire(browser)
    browser.post(address, form)
    kept = KeptForm.objects.get()
    assert "Read" not in kept.sealed_fields
    cookie = browser.cookies[kept_forms.COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert cookie.value not in kept.browser_digest + kept.sealed_fields
    KeptForm.objects.update(kept_at=timezone.now() - timedelta(minutes=61))
    assert "Read again" not in sign_in_again(browser)


def test_a_forged_writer_a_file_and_a_password_are_never_kept(browser, fresh_work, settings):
    address, form = half_written(browser, fresh_work)
    expire(browser)
    for forged in ({**form, "written_by": "1:forged"}, {**form, "rationale": "x" * 400_000}):
        assert browser.post(address, forged).status_code == 302
    secret = {**form, "old_password": PASSWORD, "new_password": "four words of nothing"}
    assert browser.post("/account/password/", secret).status_code == 302
    assert not KeptForm.objects.exists()
    browser.post(address, {**form, "evidence": SimpleUploadedFile("note.txt", b"what a file holds")})
    page = sign_in_again(browser)
    assert "Read again" in page
    assert [word for word in ("evidence", "note.txt", "what a file holds") if word in page] == []
    assert LedgerEntry.objects.filter(action="form.kept").count() == 1


def test_what_was_written_can_be_thrown_away(browser, fresh_work):
    address, form = half_written(browser, fresh_work)
    expire(browser)
    browser.post(address, form)
    token = token_in(sign_in_again(browser))
    assert browser.post("/written/", {"do": "throw-away", "csrfmiddlewaretoken": token}).status_code == 302
    assert not KeptForm.objects.exists()


def test_a_person_who_was_closed_meanwhile_leaves_nothing_behind(browser, fresh_work, person):
    address, form = half_written(browser, fresh_work)
    administering.close(person("decision_maker"), person("administrator"), timezone.now())
    assert browser.post(address, form).status_code == 302
    assert not KeptForm.objects.exists()
    assert not User.objects.get(username="decision_maker").is_active
