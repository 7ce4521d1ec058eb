"""A log that is pasted is read, explained and kept nowhere; the look is in the ledger without the words."""

import json
import re

import pytest
from django.db import connection
from test_every_page import check_page

from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.incidents.trying import LONGEST
from firstpoint.workbench.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db

LOG = "14:02 Zebedee punched her in the face.\r\n14:31 She does not want to support police action."
WELSH = "Mae'r galwr yn dweud bod ei chyn-bartner wedi ei tharo yn ei hwyneb neithiwr a bod hi'n ofnus iawn."
HEAVY = "not hit her if he punched my phone and two of them said "


def tried(client, text=LOG, **more):
    answer = client.post("/incidents/try/", {"text": text, **more})
    return answer, answer.content.decode()


def told(html):
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def test_the_form_alone_shows_no_result_and_writes_no_entry(signed_in):
    before = LedgerEntry.objects.count()
    html = signed_in("registrar").get("/incidents/try/").content.decode()
    assert "The words are kept nowhere" in html
    assert "What the screen sees" not in html
    assert LedgerEntry.objects.count() == before


def test_words_are_marked_and_told_with_clause_row_and_doubt(signed_in):
    answer, html = tried(signed_in("registrar"), opening_code="domestic", closing_code="no offences")
    assert answer.status_code == 200
    check_page(html)
    assert re.search(r'<mark class="fp-mark">[^<]*punched her in the face', html)
    words = told(html)
    parts = ("1 Assault (", "Victim does not support action", "Crimes due 1", "REC-")
    reasons = ("VIOL-001 certain", "Why it may be wrong", "What moves the score")
    assert [part for part in (*parts, *reasons) if part not in words] == []


def test_a_crime_recorded_already_is_told_and_lowers_the_score(signed_in):
    client = signed_in("registrar")
    score = [int(re.search(r"Score (\d+)", tried(client, recorded=r)[1])[1]) for r in ("", "105a, 58D")]
    assert score[1] < score[0]
    assert "Recorded already 1 of 1: one of the same class" in told(tried(client, recorded="8N")[1])


def test_the_look_is_in_the_ledger_and_the_words_are_nowhere(signed_in, person):
    before, held = LedgerEntry.objects.count(), Incident.objects.count()
    tried(signed_in("team_leader"))
    entry = LedgerEntry.objects.get(sequence__gt=before)
    assert (entry.action, entry.actor) == ("screen.tried", person("team_leader").person.reference)
    assert re.fullmatch(r"text:[0-9a-f]{64}", entry.subject)
    assert entry.detail["characters"] == len(LOG.replace("\r\n", "\n"))
    assert Incident.objects.count() == held
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names that the database gave
            assert "Zebedee" not in json.dumps(cursor.fetchall(), default=str), table


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": " \n "}, "Paste or type the words of a log"),
        ({"text": "x" * (LONGEST + 1)}, "20,000 characters or fewer; it has 20,001"),
        ({"text": LOG, "recorded": "8N 999Z"}, "999Z is no offence class"),
        ({"text": LOG, "received_at": "last night"}, "Received must be a day and a time"),
        ({"text": LOG, "opening_code": "x" * 201}, "The opening code must be 200 characters or fewer"),
    ],
)
def test_a_faulty_form_says_what_is_wrong_keeps_what_was_given_and_writes_no_entry(signed_in, given, words):
    before = LedgerEntry.objects.count()
    answer, html = tried(signed_in("registrar"), **given)
    assert answer.status_code == 400
    page = check_page(html)
    assert page.words["title"].strip().startswith("Error: ")
    assert words in told(html)
    assert given["text"].strip()[:30] in html
    assert LedgerEntry.objects.count() == before


def test_a_log_in_another_language_is_said_not_to_be_read_and_has_no_score(signed_in):
    _, html = tried(signed_in("registrar"), WELSH)
    assert "Not read by the screen: in Welsh." in told(html)
    assert "Score" not in html
    assert "Nothing that discloses a crime" not in html


def test_a_log_of_which_nothing_is_told_says_that_it_may_be_missed(signed_in):
    words = told(tried(signed_in("registrar"), "The caller is happy about the bins and thanks them.")[1])
    assert "Nothing that discloses a crime." in words
    assert "A crime told in other words is missed" in words


@pytest.mark.parametrize("text", ["<script>alert(1)</script> hit her", "‮hit her‬ \x07", "a|b\t" * 500])
def test_spiteful_words_are_shown_as_words(signed_in, text):
    answer, html = tried(signed_in("registrar"), text)
    assert answer.status_code == 200
    check_page(html)
    assert "<script>alert" not in html


def test_the_longest_log_is_answered(signed_in):
    answer, html = tried(signed_in("registrar"), (HEAVY * LONGEST)[:LONGEST], opening_code="assault")
    assert answer.status_code == 200
    assert "What moves the score" in html


@pytest.mark.parametrize("role", ["auditor", "board_reader", "data_manager", "administrator"])
def test_who_must_not_see_the_screen_cannot_try_it(signed_in, role):
    answer, _ = tried(signed_in(role))
    assert answer.status_code == 403


def test_the_list_of_incidents_leads_to_it(signed_in):
    assert 'href="/incidents/try/"' in signed_in("decision_maker").get("/incidents/").content.decode()
