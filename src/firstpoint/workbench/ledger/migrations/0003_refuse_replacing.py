"""Makes SQLite refuse an entry anywhere but at the end of the ledger.

``REPLACE INTO`` deletes the row that stands in its way without waking a trigger on DELETE, so it must be
stopped when it inserts. PostgreSQL knows no such statement; its own trigger comes with a later migration.
"""

from django.db import migrations

_ONLY_AT_THE_END = """CREATE TRIGGER ledger_grows_at_its_end BEFORE INSERT ON ledger_ledgerentry
   WHEN NEW.sequence IS NOT (SELECT COALESCE(MAX(sequence), 0) + 1 FROM ledger_ledgerentry)
     OR EXISTS (SELECT 1 FROM ledger_ledgerentry WHERE hash = NEW.hash)
   BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never replaced or slipped in'); END"""


def refuse_replacing(_apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(_ONLY_AT_THE_END)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_refuse_change")]
    # There is no way back: a ledger that could be opened by undoing a migration would prove nothing.
    operations = [migrations.RunPython(refuse_replacing)]
