"""Rows come again, late or corrected: the latest stands, the others are kept, and a load can be undone."""

from datetime import UTC, datetime

import polars as pl
import pytest
from attrs import evolve
from django.db import connection
from this_database import ON_SQLITE
from workbench_builders import canonical, entry_frame, extract, incident_frame

from firstpoint.casework import Person
from firstpoint.errors import InputError, Refused
from firstpoint.workbench.imports.loading import load, undo
from firstpoint.workbench.imports.models import EarlierRow, LoadedExtract
from firstpoint.workbench.imports.rows import MODELS, shape_of
from firstpoint.workbench.imports.screening import owed, screen_held
from firstpoint.workbench.incidents.finding import find
from firstpoint.workbench.incidents.models import Crime, Incident, Screened
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.work.models import Step, WorkItem

MONDAY, TUESDAY = datetime(2026, 6, 1, 6, tzinfo=UTC), datetime(2026, 6, 2, 6, tzinfo=UTC)
READER = Person("p.1", frozenset({"registrar"}))

pytestmark = pytest.mark.django_db


def incidents(*told: tuple[str, str]):
    rows = [
        {"incident_id": name, "received_at": MONDAY, "text": text, "qualifiers": ["a", "b"], "domestic": True}
        for name, text in told
    ]
    return extract("incidents", canonical("incidents", rows))


def everything() -> dict[str, list[tuple]]:
    """Every row held, column by column, without numbers that the database gives."""
    held = {}
    for table, model in MODELS.items():
        columns = ", ".join((*shape_of(table).columns, "extract_id"))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {model._meta.db_table} ORDER BY 1, 2, 3, 4")  # noqa: S608
            held[table] = cursor.fetchall()
    return held


def references(words: str) -> list[str]:
    return sorted(each.reference for each in find(READER, "words", words).rows)


def words_are_whole() -> None:
    if not ON_SQLITE:  # there the database keeps the index itself
        return
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO incident_words (incident_words, rank) VALUES ('integrity-check', 1)")


def test_rows_held_just_so_are_left_as_they_are():
    first = load([incidents(("A", "one"), ("B", "two"))])[0]
    second = load([incidents(("A", "one"), ("B", "other"), ("C", "three"))])[0]
    assert (second.added, second.replaced, second.unchanged) == (1, 1, 1)
    assert Incident.objects.get(incident_id="A").extract_id == second.number
    kept = EarlierRow.objects.get(key="A")
    assert (kept.row, kept.extract_id, kept.instead_id) == (None, first.number, second.number)


def test_the_row_that_gave_way_is_kept_with_the_load_that_brought_it():
    first = load([incidents(("A", "one"))])[0]
    second = load([incidents(("A", "two"))])[0]
    (earlier,) = EarlierRow.objects.filter(key="A")
    assert (earlier.extract_id, earlier.instead_id) == (first.number, second.number)
    assert earlier.row["text"] == "one"


def test_a_late_extract_of_an_earlier_moment_does_not_replace_what_is_newer():
    tuesday = load([incidents(("A", "as on Tuesday"))], as_of=TUESDAY)[0]
    monday = load([incidents(("A", "as on Monday"), ("B", "only on Monday"))], as_of=MONDAY)[0]
    assert (monday.added, monday.replaced, monday.older) == (1, 0, 1)
    assert Incident.objects.get(incident_id="A").text == "as on Tuesday"
    assert EarlierRow.objects.get(key="A").row["text"] == "as on Monday"
    assert Incident.objects.get(incident_id="A").extract_id == tuesday.number


def test_what_stands_does_not_hang_on_the_order_of_loading():
    monday, tuesday = incidents(("A", "m"), ("B", "m")), incidents(("B", "t"), ("C", "t"))
    load([monday], as_of=MONDAY), load([tuesday], as_of=TUESDAY)
    one = dict(Incident.objects.filter(incident_id__in="ABC").values_list("incident_id", "text"))
    Incident.objects.filter(incident_id__in="ABC").delete()
    load([evolve(tuesday, sha256="t")], as_of=TUESDAY), load([evolve(monday, sha256="m")], as_of=MONDAY)
    assert dict(Incident.objects.filter(incident_id__in="ABC").values_list("incident_id", "text")) == one


def test_an_earlier_moment_does_not_win_because_a_later_one_confirmed_it():
    third, second = datetime(2026, 6, 3, tzinfo=UTC), TUESDAY
    load([incidents(("A", "v1"))], as_of=MONDAY)
    load([incidents(("A", "v1"), ("B", "x"))], as_of=third)
    load([incidents(("A", "v2"))], as_of=second)
    assert Incident.objects.get(incident_id="A").text == "v1"


def test_a_row_that_two_loads_brought_goes_only_with_both():
    first = load([incidents(("A", "one"))])[0]
    second = load([incidents(("A", "one"), ("B", "two"))])[0]
    with pytest.raises(Refused, match=f"Load {second.number}"):
        undo(first.number)
    undo(second.number)
    assert Incident.objects.get(incident_id="A").extract_id == first.number
    undo(first.number)
    assert not Incident.objects.filter(incident_id="A").exists()


def test_a_moment_to_come_is_refused():
    with pytest.raises(InputError, match="still to come"):
        load([incidents(("A", "one"))], as_of=datetime(2126, 1, 1, tzinfo=UTC))


def test_a_file_read_by_another_mapping_is_another_extract():
    one = evolve(incidents(("A", "one")), reading="by a mapping")
    other = evolve(incidents(("A", "one"), ("B", "two")), sha256=one.sha256, reading="by another")
    load([one])
    assert (load([other])[0].added, load([other])[0].already) == (1, True)


def test_numbers_stand_again_to_the_last_figure():
    exact = canonical(
        "incidents", [{"incident_id": "A", "received_at": MONDAY, "easting": 530047.1234567892}]
    )
    load([extract("incidents", exact)])
    second = load([incidents(("A", "one"))])[0]
    undo(second.number)
    assert Incident.objects.get(incident_id="A").easting == 530047.1234567892


def test_an_incident_whose_crime_moved_to_another_is_screened_anew():
    crime = Crime.objects.exclude(incident=None).first()
    screen_held()
    left, to = crime.incident_id, Incident.objects.exclude(incident_id=crime.incident_id).first().incident_id
    rows = [{"crime_id": crime.crime_id, "incident_id": to, "status": "recorded", "ho_class": crime.ho_class}]
    before = Screened.objects.get(incident=left).crimes_recorded
    screen_held(loads=[load([extract("crimes", canonical("crimes", rows))])[0].number])
    assert Screened.objects.get(incident=left).crimes_recorded == before - 1


def test_what_no_screen_followed_is_owed_until_one_does():
    screen_held()
    assert owed() == []
    loaded = load([incidents(("MK-00003", "other words"))])[0]
    assert owed() == [loaded.number]
    screen_held(loads=owed())
    assert owed() == []


@pytest.mark.parametrize("table", ["incidents", "log_entries", "crimes"])
def test_a_load_taken_back_leaves_everything_as_it_was(table: str):
    screen_held()
    before = everything()
    new = {
        "incidents": lambda: incident_frame(30).with_columns(text=pl.lit("other words")),
        "log_entries": lambda: entry_frame(incident_frame(9)).with_columns(author=pl.lit("somebody else")),
        "crimes": lambda: canonical(
            "crimes",
            [
                {"crime_id": crime, "status": "cancelled"}
                for crime in (*Crime.objects.values_list("crime_id", flat=True)[:2], "CR/new")
            ],
        ),
    }[table]()
    loaded = load([extract(table, new)])[0]
    assert everything() != before
    taken = undo(loaded.number)
    assert everything() == before
    assert taken.again + taken.gone == loaded.added + loaded.replaced
    assert LoadedExtract.objects.get(pk=loaded.number).undone_at is not None
    assert LedgerEntry.objects.order_by("-sequence").first().action == "extract.undone"
    words_are_whole()


def test_a_load_taken_back_can_be_loaded_again():
    one = incidents(("A", "one"))
    first = load([one])[0]
    undo(first.number)
    again = load([one])[0]
    assert (again.added, again.already) == (1, False)
    with pytest.raises(InputError, match="taken back"):
        undo(first.number)


def test_a_load_on_which_a_later_one_built_is_not_taken_back():
    first = load([incidents(("A", "one"))])[0]
    second = load([incidents(("A", "two"))])[0]
    with pytest.raises(Refused, match=f"Load {second.number}"):
        undo(first.number)
    undo(second.number)
    undo(first.number)
    assert not Incident.objects.filter(incident_id="A").exists()


def test_a_load_that_made_a_late_one_wait_is_not_taken_back_before_it():
    tuesday = load([incidents(("A", "t"))], as_of=TUESDAY)[0]
    monday = load([incidents(("A", "m"))], as_of=MONDAY)[0]
    with pytest.raises(Refused, match=f"Load {monday.number}"):
        undo(tuesday.number)
    undo(monday.number)
    assert not EarlierRow.objects.filter(key="A").exists()


def test_a_load_whose_reports_were_decided_on_is_not_taken_back(person):
    loaded = load([incidents(("A", "one"))])[0]
    work = WorkItem.objects.create(
        kind="recording",
        incident_id="A",
        state="recorded",
        due_at=TUESDAY,
        opened_at=MONDAY,
        received_at=MONDAY,
    )
    Step.objects.create(
        item=work, transition="record", from_state="awaiting_decision", to_state="recorded",
        by=person("registrar"), at=TUESDAY, late=False,
    )  # fmt: skip
    with pytest.raises(Refused, match="Decisions or audits"):
        undo(loaded.number)
    assert Incident.objects.filter(incident_id="A").exists()


def test_words_find_the_incidents_that_hold_them_all_and_the_look_is_kept():
    load([incidents(("A", "Pelican forced, walrus seen"), ("B", "pelican broken by hail"), ("C", None))])
    assert references("pelican") == ["A", "B"]
    assert references("PELICAN walr*") == ["A"]
    assert references("o'clock \"OR) NEAR(") == []
    assert references("  ") == []
    last = LedgerEntry.objects.order_by("-sequence").first()
    assert (last.action, last.detail) == ("incidents.searched", {"found": 0})
    assert "clock" not in last.subject


def test_words_follow_every_change():
    first = load([incidents(("A", "a pelican"), ("B", "a pelican"))])[0]
    load([incidents(("B", "a walrus"), ("C", "a walrus"))])
    assert references("pelican") == ["A"]
    assert references("walrus") == ["B", "C"]
    words_are_whole()
    assert first.added == 2


def test_a_screen_of_what_changed_ranks_all():
    screen_held(open_from=0.3)
    whole = dict(Screened.objects.values_list("incident_id", "rank"))
    told = "Male punched the caller in the face, cut lip, caller wants police."
    loaded = load([incidents(("A", told), ("MK-00003", told))])[0]
    seen = screen_held(loads=[loaded.number], open_from=0.3)
    assert seen.incidents == 2
    in_part = dict(Screened.objects.values_list("incident_id", "rank"))
    screen_held(open_from=0.3)
    assert dict(Screened.objects.values_list("incident_id", "rank")) == in_part
    assert len(in_part) == len(whole) + 1


def test_a_search_is_posted_and_shows_references_and_nothing_of_what_was_said(signed_in):
    load([incidents(("A-1", "A pelican, seen at noon"))])
    client = signed_in("registrar")
    before = LedgerEntry.objects.count()
    assert b"Found:" not in client.get("/incidents/search/?words=pelican").content
    assert LedgerEntry.objects.count() == before
    page = client.post("/incidents/search/", {"asked": "pelican"})
    assert b"Found: 1 incidents" in page.content
    assert b"A-1" in page.content
    assert b"noon" not in page.content
    assert LedgerEntry.objects.get(sequence__gt=before).action == "incidents.searched"
    assert b"Nothing was found" in client.post("/incidents/search/", {"asked": "pelican dodo"}).content


def test_a_column_that_nothing_feeds_leaves_what_is_held():
    load([incidents(("A", "a pelican"))])
    renamed = incidents(("A", None), ("B", None))
    second = load([evolve(renamed, absent_columns=("text", "unit"))])[0]
    assert (second.added, second.unchanged) == (1, 1)
    closed = canonical("incidents", [{"incident_id": "A", "received_at": MONDAY, "closing_code": "done"}])
    third = load([evolve(extract("incidents", closed), absent_columns=("text", "qualifiers", "domestic"))])[0]
    held = Incident.objects.get(incident_id="A")
    assert (third.replaced, held.text, held.closing_code, held.domestic) == (1, "a pelican", "done", True)
    assert references("pelican") == ["A"]
    words_are_whole()


def entries(*told: tuple[str, int, str]):
    rows = [
        {"incident_id": name, "entry_at": datetime(2026, 6, 1, hour, tzinfo=UTC), "text": text}
        for name, hour, text in told
    ]
    return extract("log_entries", canonical("log_entries", rows))


def test_an_incident_without_text_takes_that_of_its_entries_night_after_night():
    load([incidents(("A", None), ("B", "its own")), entries(("A", 9, "a pelican"), ("B", 9, "an entry"))])
    assert Incident.objects.get(incident_id="A").text == "a pelican"
    assert Incident.objects.get(incident_id="B").text == "its own"
    second = load([entries(("A", 8, "first a walrus"), ("A", 9, "a pelican"))])[0]
    assert (second.added, second.unchanged) == (1, 1)
    assert Incident.objects.get(incident_id="A").text == "first a walrus\na pelican"
    assert references("walrus") == references("pelican") == ["A"]
    words_are_whole()
    undo(second.number)
    assert Incident.objects.get(incident_id="A").text == "a pelican"
    assert references("walrus") == []
    words_are_whole()


def test_a_text_of_its_own_takes_the_place_of_the_entries():
    load([incidents(("A", None)), entries(("A", 9, "a pelican"))])
    load([incidents(("A", "a walrus"))])
    load([entries(("A", 10, "one more"))])
    assert Incident.objects.get(incident_id="A").text == "a walrus"
    assert references("pelican") == []
    words_are_whole()


def test_entries_that_come_later_are_screened():
    told = "Male punched the caller in the face, cut lip, caller wants police."
    screen_held(
        loads=[each.number for each in load([incidents(("A", None)), entries(("A", 9, "caller rang"))])]
    )
    low = Screened.objects.get(incident="A").chance_crime
    screen_held(loads=[load([entries(("A", 10, told))])[0].number])
    assert Screened.objects.get(incident="A").chance_crime > low + 0.3
