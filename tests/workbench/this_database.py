"""Which database these tests run on: the settings say it, before any connection is made."""

import pytest
from django.conf import settings

ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
on_sqlite_alone = pytest.mark.skipif(not ON_SQLITE, reason="only SQLite's own statements could do this")


def let_the_ledger_be_changed(cursor) -> None:
    """Take away what refuses it, as somebody with the whole machine could."""
    if ON_SQLITE:
        cursor.execute("DROP TRIGGER ledger_refuses_update")
    else:
        cursor.execute("DROP TRIGGER ledger_refuses_change ON ledger_ledgerentry")
