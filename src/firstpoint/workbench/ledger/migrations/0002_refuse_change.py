"""Makes the database itself refuse to change or delete an entry of the ledger."""

from django.db import migrations

_SQLITE = (
    """CREATE TRIGGER ledger_refuses_update BEFORE UPDATE ON ledger_ledgerentry
       BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END""",
    """CREATE TRIGGER ledger_refuses_delete BEFORE DELETE ON ledger_ledgerentry
       BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never deleted'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION ledger_refuses_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'entries of the ledger are never changed or deleted'; END $$""",
    """CREATE TRIGGER ledger_refuses_change BEFORE UPDATE OR DELETE ON ledger_ledgerentry
       FOR EACH ROW EXECUTE FUNCTION ledger_refuses_change()""",
    """CREATE TRIGGER ledger_refuses_truncate BEFORE TRUNCATE ON ledger_ledgerentry
       FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses_change()""",
)
_STATEMENTS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def refuse_change(_apps, schema_editor):
    for statement in _STATEMENTS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    # There is no way back: a ledger that could be opened by undoing a migration would prove nothing.
    operations = [migrations.RunPython(refuse_change)]
