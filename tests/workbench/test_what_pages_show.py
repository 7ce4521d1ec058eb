"""What a page shows of a log, a clock and a list is what is so."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstpoint import casework
from firstpoint.workbench import pages
from firstpoint.workbench.incidents import listing
from firstpoint.workbench.incidents.timeline import timeline
from firstpoint.workbench.work import queues
from firstpoint.workbench.work.models import WorkItem

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def disclosed(*spans, context="live", offence="assault"):
    return {
        "offence": offence,
        "context": context,
        "evidence": [{"start": s, "end": e, "text": ""} for s, e in spans],
    }


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=4))
def test_marking_words_never_changes_the_log(text, spans):
    shown = timeline(text, [], [disclosed(span) for span in spans])
    assert "".join(piece.text for piece in shown[0].pieces) == text


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4), st.data())
def test_words_are_marked_in_the_entry_that_holds_them(parts, data):
    text = "\n".join(parts)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    shown = timeline(text, [(AT, None, part) for part in parts], [disclosed((start, end))])
    assert ["".join(piece.text for piece in entry.pieces) for entry in shown] == parts
    marked = "".join(piece.text for entry in shown for piece in entry.pieces if piece.marked)
    assert marked == text[start:end].replace("\n", "") or "\n" in "".join(parts)


def test_a_mark_says_what_it_means_in_words():
    shown = timeline(
        "he hit me, no he did not", [], [disclosed((3, 6)), disclosed((11, 24), context="denied")]
    )
    labels = [label for piece in shown[0].pieces for label in piece.labels]
    assert labels == ["1 assault", "2 assault, denied"]
    assert [piece.stands for piece in shown[0].pieces if piece.marked] == [True, False]


def test_an_entry_that_is_not_in_the_text_that_was_read_shows_that_text_whole():
    shown = timeline("what the screen read", [(AT, "op-1", "something else")], [disclosed((0, 4))])
    assert len(shown) == 1
    assert shown[0].at is None


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "29 Mar 2026, 00:30"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "29 Mar 2026, 02:30"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "31 Dec 2026, 23:59"),
    ],
)
def test_times_are_shown_as_a_clock_in_london_shows_them(moment, words):
    assert pages.london(moment) == words


def test_an_address_says_only_what_differs_from_the_usual():
    asked = queues.wanted("recording", {"show": "overdue", "order": "-clock", "page": "3"})
    assert asked.address() == "?show=overdue&order=-clock"
    assert asked.address(page=4) == "?show=overdue&order=-clock&page=4"
    assert queues.wanted("recording", {}).address() == listing.wanted({}).address() == "?"


def test_a_heading_sorts_and_pressed_again_turns_round():
    usual = listing.wanted({})
    by_harm = listing.wanted({"order": usual.next_order("harm")})
    turned = listing.wanted({"order": by_harm.next_order("harm")})
    assert (by_harm.sorted_by("harm"), turned.sorted_by("harm")) == ("descending", "ascending")
    assert (usual.sorted_by("rank"), usual.sorted_by("harm")) == ("ascending", "none")


@pytest.mark.django_db
@pytest.mark.parametrize("order", [*listing.ORDERS, *(f"-{name}" for name in listing.ORDERS)])
def test_every_order_puts_every_incident_in_its_place(order):
    rows = listing.listed(listing.wanted({"order": order})).rows
    value = {
        "rank": lambda row: row.rank,
        "received": lambda row: row.incident.received_at,
        "chance": lambda row: -row.chance_unrecorded,
        "harm": lambda row: -row.harm,
        "crimes": lambda row: -row.expected_crimes,
    }[order.lstrip("-")]
    assert len(rows) == 24
    assert [value(row) for row in rows] == sorted(map(value, rows), reverse=order.startswith("-"))


@pytest.mark.django_db
def test_what_is_shown_adds_up():
    now = datetime.now(UTC)
    counts = {show: queues.how_many("recording", now, show) for show in queues.shown("recording")}
    states = sum(counts[each.state] for each in casework.states("recording"))
    assert states == counts["open"] + counts["done"] > 0
    assert counts["overdue"] + counts["soon"] <= counts["open"]


@pytest.mark.django_db
def test_a_filter_that_fits_nothing_says_how_to_go_on(signed_in):
    page = signed_in("registrar").get("/incidents/?find=nothing-like-it").content.decode()
    assert "No incident fits this choice" in page
    assert "Clear it" in page


@pytest.mark.django_db
def test_an_incident_shows_its_words_its_rules_and_its_crimes(signed_in):
    page = signed_in("decision_maker").get("/incidents/1/").content.decode()
    assert re.search(r'<mark class="fp-mark">[^<]*punched her in the face[^<]*</mark>', page)
    assert "What the rules require" in page
    assert "The rules could not be applied" not in page
    recorded = signed_in("decision_maker").get("/incidents/4/").content.decode()
    assert "CR/MK-00003" in recorded


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/incidents/", "/incidents/1/"])
def test_a_score_is_called_a_score_and_said_to_be_unchecked(signed_in, address):
    page = signed_in("decision_maker").get(address).content.decode()
    assert "It has not been checked against audits, so it is no chance and no rate" in page
    assert "Rank is by harm times score" in page
    assert "hance unrecorded" not in page


@pytest.mark.django_db
def test_who_read_the_log_is_said_in_words(signed_in):
    page = signed_in("decision_maker").get("/incidents/1/").content.decode()
    assert (
        "Read by the screen&#39;s lexicon, version" in page or "Read by the screen's lexicon, version" in page
    )


@pytest.mark.django_db
def test_the_ledger_is_searched_by_user_name_and_by_bare_reference(signed_in, person):
    signed_in("decision_maker").get("/incidents/1/")
    client = signed_in("registrar")
    for asked in ("subject=MK-00000", "subject=incident:MK-00000", "actor=decision_maker"):
        page = client.get(f"/ledger/?{asked}").content.decode()
        assert "incident.read" in page, asked
    assert "No entry fits" in client.get("/ledger/?actor=nobody-here").content.decode()


@pytest.mark.django_db
def test_the_first_to_decide_is_not_one_that_waits_for_information(signed_in):

    now = datetime.now(UTC)
    first = queues.first_few("recording", now)[0]
    WorkItem.objects.filter(pk=first.pk).update(state="awaiting_information")
    ready = queues.first_few("recording", now, show="awaiting_decision")[0]
    page = signed_in("decision_maker").get("/").content.decode()
    assert ready.pk != first.pk
    assert f'class="govuk-button" href="/queues/recording/{ready.pk}/"' in page


@pytest.mark.django_db
def test_pages_say_what_there_is_no_page_for_yet(signed_in):
    client = signed_in("registrar")
    assert "there is no page for it yet" in client.get("/audits/").content.decode()
    assert "there is no page for it yet" in client.get("/board/").content.decode()
    assert "data managers only look" in client.get("/roles/").content.decode()


@pytest.mark.django_db
def test_a_removal_waiting_for_endorsement_can_be_opened_by_its_reference(signed_in, fresh_work):
    fresh_work.state = "awaiting_endorsement"
    fresh_work.save()
    page = signed_in("registrar").get("/removals/").content.decode()
    assert f'href="/queues/recording/{fresh_work.pk}/">{fresh_work.incident_id}</a>' in page
