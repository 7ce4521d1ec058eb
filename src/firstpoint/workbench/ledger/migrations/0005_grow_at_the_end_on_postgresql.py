"""Makes PostgreSQL, too, refuse an entry anywhere but at the end of the ledger.

The keys alone would let an entry in beyond the end, so that a gap is filled later.
"""

from django.db import migrations

_ONLY_AT_THE_END = (
    """CREATE FUNCTION ledger_grows_at_its_end() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF NEW.sequence IS DISTINCT FROM (SELECT COALESCE(MAX(sequence), 0) + 1 FROM ledger_ledgerentry) THEN
           RAISE EXCEPTION 'entries of the ledger are never replaced or slipped in';
         END IF;
         RETURN NEW;
       END $$""",
    """CREATE TRIGGER ledger_grows_at_its_end BEFORE INSERT ON ledger_ledgerentry
       FOR EACH ROW EXECUTE FUNCTION ledger_grows_at_its_end()""",
)


def refuse_slipping_in(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in _ONLY_AT_THE_END:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_witness")]
    # There is no way back: a ledger that could be opened by undoing a migration would prove nothing.
    operations = [migrations.RunPython(refuse_slipping_in)]
