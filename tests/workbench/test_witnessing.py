"""The ledger is witnessed outside the database, and people are told when it is not."""

import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from test_every_page import check_page

from firstpoint.errors import InputError, LedgerBroken
from firstpoint.ledger import outside_file, read_checkpoint, write_checkpoint
from firstpoint.workbench.ledger import witnessing
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.ledger.models import LedgerEntry, Witness
from firstpoint.workbench.ledger.witnessing import standing, witness

pytestmark = pytest.mark.django_db
BANNER = "No checkpoint of the ledger could be written"


@pytest.fixture
def place(tmp_path, settings):
    cache.clear()
    settings.CHECKPOINTS = tmp_path / "points.jsonl"
    yield settings.CHECKPOINTS
    cache.clear()


def test_a_checkpoint_is_written_when_something_is_new_and_not_again(place):
    keep("command", "test.done", "test:1")
    first = witness(place, timezone.now())
    assert first.count == LedgerEntry.objects.count()
    assert witness(place, timezone.now()) is None
    keep("command", "test.done", "test:2")
    assert witness(place, timezone.now()).count == first.count + 1
    assert len(read_checkpoint(place)) == 2


def test_the_ledgers_page_says_when_the_last_was_written_and_how_much_it_does_not_cover(place, signed_in):
    client = signed_in("registrar")
    assert "none was written yet" in client.get("/ledger/").content.decode()
    witness(place, timezone.now())
    for number in range(3):
        keep("command", "test.done", f"test:{number}")
    assert standing().uncovered == 3
    page = client.get("/ledger/").content.decode()
    check_page(page)
    assert str(place) in page
    assert "none was written yet" not in page
    verified = client.post("/ledger/verify/").content.decode()
    assert "1 checkpoints were met" in verified
    assert "the 3 newest entries" in verified


def test_a_checkpoint_that_cannot_be_written_is_told_on_every_page_to_those_who_can_mend_it(place, signed_in):
    gone = place.parent / "gone" / "points.jsonl"
    with pytest.raises(InputError, match="Checkpoints cannot be written: No such file"):
        witness(gone, timezone.now())
    for told in ("registrar", "administrator"):
        page = signed_in(told).get("/").content.decode()
        check_page(page)
        assert BANNER in page
    assert BANNER not in signed_in("decision_maker").get("/").content.decode()
    witness(place, timezone.now())
    assert BANNER not in signed_in("registrar").get("/").content.decode()


def test_when_nothing_tries_any_more_that_is_told_too(place, signed_in):
    witness(place, timezone.now())
    Witness.objects.update(tried_at=timezone.now() - timedelta(minutes=61))
    cache.clear()
    assert "None was tried for more than an hour" in signed_in("registrar").get("/").content.decode()


def test_two_processes_never_write_at_once_and_the_second_is_no_fault(place):
    with outside_file(place):
        assert witness(place, timezone.now()) is None
    assert not Witness.objects.exists()


def test_a_ledger_that_was_written_anew_is_found_at_the_next_checkpoint(place):
    keep("command", "test.done", "test:1")
    point = witness(place, timezone.now())
    place.write_text("")
    from attrs import evolve

    write_checkpoint(evolve(point, head="f" * 64), place)
    keep("command", "test.done", "test:2")
    with pytest.raises(LedgerBroken, match="not the one that the last checkpoint names"):
        witness(place, timezone.now())
    assert len(read_checkpoint(place)) == 1
    assert "not the one" in Witness.objects.get().fault


def test_the_writer_beside_the_server_outlives_a_failure(place, monkeypatch):
    stop, waits = threading.Event(), []

    def wait(seconds):
        waits.append(seconds)
        return len(waits) == 2

    tried = []
    monkeypatch.setattr(stop, "wait", wait)
    monkeypatch.setattr(witnessing, "close_old_connections", lambda: None)
    monkeypatch.setattr(witnessing, "witness", lambda *given: tried.append(given) or failing())
    witnessing.keep_witnessing(stop, place)
    assert (len(tried), waits) == (2, [600.0, 600.0])


def failing():
    raise InputError("full")


def test_a_place_on_the_disk_of_the_database_is_warned_of(place, settings):
    settings.DIRECTORY = place.parent
    assert "on the disk of the database" in witnessing.warnings()[0]
    assert standing().on_the_same_disk


def test_the_database_has_one_row_of_how_it_went(place):
    for _ in range(2):
        witness(place, timezone.now())
    assert Witness.objects.count() == 1
