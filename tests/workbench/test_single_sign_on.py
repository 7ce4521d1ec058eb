"""Signing in with the organisation's account, against an identity provider that this test runs itself."""

import base64
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from django.test import Client
from identity_provider import CLIENT, SECRET, IdentityProvider
from joserfc.jwk import OctKey, RSAKey
from test_every_page import check_page

from firstpoint.errors import InputError
from firstpoint.workbench import configuration
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.configuration import Organisation, read_configuration
from firstpoint.workbench.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db
ROLES = {"Force.Registrar": "registrar", "Force.Auditor": "auditor", "Force.Board": "board_reader"}
JO = {"sub": "s-1", "preferred_username": "jo.bloggs@force.example", "name": "Jo Bloggs",
      "roles": ["Force.Registrar", "Other.App"]}  # fmt: skip


@pytest.fixture(scope="module")
def running():
    provider = IdentityProvider()
    yield provider
    provider.close()


@pytest.fixture
def provider(running, settings):
    running.person, running.says = dict(JO), {}
    running.forge, running.sign = lambda claims: claims, running.signed
    settings.ORGANISATION = Organisation(
        issuer=running.issuer, client_id=CLIENT, client_secret=SECRET, name="your force account",
        roles_claim="roles", redirect="", roles=ROLES)  # fmt: skip
    return running


def come(provider, client=None, onward="/ledger/"):
    """A browser that goes to the provider and comes back, and what it is answered."""
    client = client or Client()
    gone = client.get(f"/sign-in/organisation/?next={onward}")
    back = urlsplit(provider.authorise(gone.headers["Location"]))
    return client, client.get(f"{back.path}?{back.query}")


def test_a_person_of_the_organisation_is_made_at_their_first_sign_in(provider):
    door = Client().get("/sign-in/").content.decode()
    check_page(door)
    assert "Sign in with your force account" in door
    client, answer = come(provider)
    assert answer.headers["Location"] == "/ledger/"
    assert client.get("/ledger/").status_code == 200
    made = User.objects.get(issuer=provider.issuer, subject="s-1")
    assert (made.username, made.shown_name, made.roles) == ("jo.bloggs", "Jo Bloggs", ["registrar"])
    assert not made.has_usable_password()
    entries = LedgerEntry.objects.filter(subject=made.person.reference).values_list("action", flat=True)
    assert {"account.added", "sign-in"} <= set(entries)


def test_they_are_asked_for_no_second_factor_and_have_no_password_here(provider, settings):
    settings.SECOND_FACTOR = "required"
    client, _ = come(provider)
    assert client.get("/").status_code == 200
    for address in ("/account/password/", "/account/second-factor/"):
        assert client.get(address).status_code == 409
    check_page(client.get("/account/").content.decode())


def test_a_name_that_is_taken_takes_over_nobodys_account(provider, person):
    provider.person |= {"preferred_username": "registrar", "roles": ["Force.Board"]}
    come(provider)
    assert User.objects.get(subject="s-1").username == "registrar-2"
    assert person("registrar").roles == ["registrar"]


def test_roles_are_those_of_the_newest_sign_in_and_earlier_sessions_end_with_a_change(provider):
    before, _ = come(provider)
    provider.person["roles"] = "Force.Board"
    provider.person["name"] = "Somebody else"
    after, _ = come(provider, onward="/")
    assert User.objects.get(subject="s-1").roles == ["board_reader"]
    assert (before.get("/").status_code, after.get("/").status_code) == (302, 200)
    assert after.get("/ledger/").status_code == 403
    assert User.objects.filter(subject="s-1").count() == 1


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        (["Force.Auditor", "Force.Registrar"], "nobody may hold together"),
        (["Other.App"], "no role in Firstpoint"),
        ({"not": "a list"}, "no role in Firstpoint"),
    ],
)
def test_roles_that_do_not_fit_are_refused_with_a_page_and_end_what_was_open(provider, roles, words):
    before, _ = come(provider)
    provider.person["roles"] = roles
    client, answer = come(provider)
    assert (answer.status_code, words in answer.content.decode()) == (403, True)
    check_page(answer.content.decode())
    assert (client.get("/").status_code, before.get("/").status_code) == (302, 302)
    assert LedgerEntry.objects.order_by("-sequence").first().action == "sign-in.refused"


def test_a_closed_account_stays_closed_whatever_the_organisation_says(provider):
    come(provider)
    User.objects.filter(subject="s-1").update(is_active=False)
    _, answer = come(provider)
    assert (answer.status_code, "closed" in answer.content.decode()) == (403, True)


def part(content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def by_another_key(claims):
    from joserfc import jwt

    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048))


def by_our_secret(claims):
    from joserfc import jwt

    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(SECRET))


FORGED = {
    "expired": ("forge", lambda claims: {**claims, "exp": claims["iat"] - 3600, "iat": claims["iat"] - 7200}),
    "for another audience": ("forge", lambda claims: {**claims, "aud": "somebody-else"}),
    "of another issuer": ("forge", lambda claims: {**claims, "iss": "https://elsewhere.example"}),
    "with another nonce": ("forge", lambda claims: {**claims, "nonce": "replayed"}),
    "without a nonce": ("forge", lambda claims: {k: v for k, v in claims.items() if k != "nonce"}),
    "without a subject": ("forge", lambda claims: {k: v for k, v in claims.items() if k != "sub"}),
    "unsigned": ("sign", lambda claims: f"{part({'alg': 'none'})}.{part(claims)}."),
    "signed by another key": ("sign", by_another_key),
    "signed with our own secret": ("sign", by_our_secret),
    "no token at all": ("sign", lambda _: "nonsense"),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_token_that_is_not_the_providers_word_for_this_sign_in_opens_nothing(provider, forged):
    where, how = FORGED[forged]
    setattr(provider, where, how)
    client, answer = come(provider)
    assert answer.status_code == 403
    check_page(answer.content.decode())
    assert client.get("/").status_code == 302
    assert not User.objects.filter(subject="s-1").exists()


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(provider):
    back = urlsplit(provider.authorise(Client().get("/sign-in/organisation/").headers["Location"]))
    for query in (back.query, "code=x", "", "error=access_denied&state=x"):
        assert Client().get(f"{back.path}?{query}").status_code == 403
    client, _ = come(provider)
    again = client.get(f"{back.path}?{back.query}")
    assert again.status_code == 403


def test_a_provider_that_does_not_answer_or_is_another_is_a_page_that_says_so(provider, settings):
    provider.says = {"issuer": "https://elsewhere.example"}
    assert Client().get("/sign-in/organisation/").status_code == 503
    settings.ORGANISATION = Organisation(
        issuer="http://127.0.0.1:9", client_id=CLIENT, client_secret=SECRET, name="n",
        roles_claim="roles", redirect="", roles=ROLES)  # fmt: skip
    answer = Client().get("/sign-in/organisation/")
    assert (answer.status_code, "does not answer" in answer.content.decode()) == (503, True)


def test_behind_a_proxy_people_come_back_to_the_address_they_know(provider, settings):
    asked = Client().get("/sign-in/organisation/", secure=True, headers={"host": "localhost"})
    back = "redirect_uri=https%3A%2F%2Flocalhost%2Fsign-in%2Forganisation%2Fback%2F"
    assert back in asked.headers["Location"]
    settings.ORGANISATION = evolve(settings.ORGANISATION, redirect="https://cdi.force.example/back/")
    asked = Client().get("/sign-in/organisation/")
    assert "redirect_uri=https%3A%2F%2Fcdi.force.example%2Fback%2F" in asked.headers["Location"]


def test_where_no_organisation_is_configured_there_is_no_such_way(settings):
    settings.ORGANISATION = None
    for address in ("/sign-in/organisation/", "/sign-in/organisation/back/"):
        assert Client().get(address).status_code == 404


OIDC = '[oidc]\nissuer = "https://id.example/"\nclient_id = "c"\n'
MAPPED = '[oidc.roles]\n"A" = "registrar"\n'


def test_what_an_installation_says_of_itself_is_read_and_the_secret_comes_from_the_environment(tmp_path):
    (tmp_path / "workbench.toml").write_text('second_factor = "offered"\n' + OIDC + MAPPED)
    said = read_configuration(tmp_path, {"FIRSTPOINT_OIDC_SECRET": "from outside"})
    assert (said.second_factor, said.organisation.issuer) == ("offered", "https://id.example")
    assert said.organisation.client_secret == "from outside"
    assert "from outside" not in repr(said)
    assert read_configuration(None, {}).second_factor == "required"


@pytest.mark.parametrize(
    ("written", "setting"),
    [
        ('second_factor = "never"', "second_factor"),
        (OIDC + MAPPED, "oidc.client_secret"),
        (OIDC + 'client_secret = "s"\n', "oidc.roles"),
        (OIDC + 'client_secret = "s"\n[oidc.roles]\n"A" = "chief"', "oidc.roles"),
        (OIDC.replace("https", "http") + 'client_secret = "s"\n' + MAPPED, "oidc.issuer"),
        ('oidc = "yes"', "oidc"),
        ("[oidc]\n", "oidc.issuer"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, written, setting):
    (tmp_path / "workbench.toml").write_text(written)
    with pytest.raises(InputError, match=r"workbench\.toml") as refused:
        read_configuration(tmp_path, {})
    assert refused.value.where == f"workbench.toml, {setting}"


def test_every_setting_is_in_the_page_for_whoever_installs():
    page = (Path(__file__).parents[2] / "docs/signing-in.md").read_text(encoding="utf-8")
    room = Path(configuration.__file__).parent
    code = "".join((room / name).read_text(encoding="utf-8") for name in ("configuration.py", "settings.py"))
    asked = set(re.findall(r'(?:said\.get\(|said\[|environ\.get\(|environment\.get\()"(\w+)"', code))
    assert {"second_factor", "roles_claim", "FIRSTPOINT_PROXY"} <= asked
    assert [name for name in sorted(asked - {"FIRSTPOINT_DIR"}) if name not in page] == []
