"""Rules of the house that hold on every page, for every role that may open it."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from workbench_builders import ROLES
from workbench_routes import shut_routes

from firstpoint import casework
from firstpoint.workbench.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db

READS_A_PERSON = {"incidents.read", "audits.mark"}


def reads_a_person(route) -> bool:
    return route.action in READS_A_PERSON or route.name.startswith("item-")


OPENED = [
    pytest.param(role, route, id=f"{role}-{route.name}")
    for role in ROLES
    for route in shut_routes()
    if casework.may([role], route.action) and not route.posted
]
VOID = {"link", "meta", "input", "img", "br", "hr"}


class Page(HTMLParser):
    """What the rules ask of a page, gathered in one reading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.words: dict[str, str] = {}
        self.unclosed: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.unclosed.append(tag)

    def handle_data(self, data):
        for tag in self.open:
            self.words[tag] = self.words.get(tag, "") + data

    def all(self, *names):
        return [attrs for tag, attrs in self.tags if tag in names]


def check_page(html: str) -> Page:
    page = Page(html)
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert page.unclosed == []
    assert len(page.all("h1")) == 1
    assert page.all("html")[0]["lang"] == "en"
    assert re.fullmatch(r"(Error: )?.{3,} – Firstpoint", " ".join(page.words["title"].split()))
    assert len(ids) == len(set(ids)), sorted(ids)
    assert not [
        attrs for _, attrs in page.tags if "style" in attrs or any(name.startswith("on") for name in attrs)
    ]
    check_scripts(html)
    check_controls(page, set(ids))
    check_tables(page, html)
    assert not re.search(r'(?:src|href|action)="https?:', html)
    assert "GOV.UK" not in html
    assert len(page.all("main")) == 1
    return page


def check_scripts(html: str) -> None:
    allowed = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"]
    for inline in re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", html, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed


def check_controls(page: Page, ids: set[str]) -> None:
    labelled = {attrs.get("for") for attrs in page.all("label")}
    for attrs in page.all("input", "select", "textarea"):
        if attrs.get("type") != "hidden":
            assert attrs.get("id") in labelled or attrs.get("aria-label"), attrs
    for attrs in page.all("a"):
        href = attrs.get("href", "")
        if href.startswith("#"):
            assert href[1:] in ids, href
    for attrs in page.all("form"):
        assert attrs.get("method") in {"get", "post"}


def check_tables(page: Page, html: str) -> None:
    assert len(page.all("table")) == html.count("<caption")
    assert all(attrs.get("scope") in {"col", "row", "rowgroup"} for attrs in page.all("th"))


@pytest.mark.parametrize(("role", "route"), OPENED)
def test_a_page_keeps_the_rules_of_the_house(signed_in, role, route):
    answer = signed_in(role).get(route.address, follow=True)
    if answer.headers["Content-Type"].startswith("text/html"):
        check_page(answer.content.decode())
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


# The search looks when words are posted to it, and not before; its own test sees to that.
@pytest.mark.parametrize(
    ("role", "route"),
    [each for each in OPENED if reads_a_person(each.values[1]) and each.values[1].name != "search"],
)
def test_every_look_at_a_report_is_one_entry_in_the_ledger(signed_in, person, role, route):
    client = signed_in(role)
    before = LedgerEntry.objects.count()
    answer = client.get(route.address)
    looks = LedgerEntry.objects.filter(sequence__gt=before)
    if answer.status_code == 200:
        seen = [(look.action, look.actor) for look in looks]
        about = "crime.read" if route.name == "item-cancellation" else "incident.read"
        assert seen == [(about, person(role).person.reference)]
    else:
        assert not looks.filter(action__endswith=".read").exists()


@pytest.mark.parametrize(("role", "route"), [each for each in OPENED if not reads_a_person(each.values[1])])
def test_other_pages_show_nothing_of_what_was_said(signed_in, role, route):
    answer = signed_in(role).get(route.address)
    for words in (b"ex-partner", b"kebab", b"jewellery", b"V-3"):
        assert words not in answer.content


@pytest.mark.parametrize("role", ROLES)
def test_a_person_finds_every_section_that_is_theirs_and_no_other(signed_in, role):
    html = signed_in(role).get("/").content.decode()
    for route in shut_routes():
        if route.name in {"incidents", "removals", "audits", "board", "ledger", "imports", "accounts"}:
            assert (f'href="{route.address}"' in html) == casework.may([role], route.action)


def test_the_door_keeps_the_rules_of_the_house(client):
    check_page(client.get("/sign-in/").content.decode())


def test_a_faulty_form_keeps_the_rules_of_the_house(signed_in, late_work):
    client = signed_in("decision_maker")
    for decision in ("", "record", "not_a_crime", "need_information"):
        form = {"version": late_work.version, "step": "check", "decision": decision}
        answer = client.post(f"/queues/recording/{late_work.pk}/", form)
        assert answer.status_code == 400
        page = check_page(answer.content.decode())
        assert page.words["title"].strip().startswith("Error: ")


@pytest.mark.parametrize(
    "address",
    ["/nowhere/", "/incidents/999999/", "/incidents/999999999999999999999/", "/board/1/chart/0.svg"],
)
def test_an_address_that_leads_nowhere_says_what_to_do(signed_in, address):
    answer = signed_in("registrar").get(address)
    assert answer.status_code == 404
    check_page(answer.content.decode())
    assert "Go to your work today" in answer.content.decode()


def test_a_fault_of_ours_is_a_page_that_keeps_the_rules(signed_in, monkeypatch):
    from firstpoint.workbench.incidents import listing

    monkeypatch.setattr(listing, "listed", lambda *_: 1 / 0)
    answer = signed_in("registrar").get("/incidents/")
    assert answer.status_code == 500
    check_page(answer.content.decode())


def test_the_roles_page_says_what_the_policy_says(signed_in):
    html = signed_in("board_reader").get("/roles/").content.decode()
    assert html.count('<td class="govuk-table__cell">Yes</td>') == sum(
        len(each.roles) for each in casework.actions()
    )
    assert all(each.title in html.replace("&#39;", "'") for each in casework.actions())


def test_a_chart_is_a_picture_that_can_do_nothing(signed_in):
    answer = signed_in("board_reader").get("/board/1/chart/21.svg")
    charts = re.findall(
        r"/board/1/chart/\d+\.svg", signed_in("board_reader").get("/board/1/").content.decode()
    )
    answer = signed_in("board_reader").get(charts[0])
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
