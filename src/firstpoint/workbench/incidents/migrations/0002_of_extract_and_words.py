import django.db.models.deletion
from django.db import migrations, models


def of_extract(model):
    return migrations.AddField(
        model,
        "extract",
        models.ForeignKey(
            null=True,
            on_delete=django.db.models.deletion.DO_NOTHING,
            related_name="+",
            to="imports.loadedextract",
        ),
    )


_SQLITE = (
    # Words without their places: half the size, and twice as quick to make.
    "CREATE VIRTUAL TABLE incident_words USING fts5("
    "text, content='incidents_incident', content_rowid='id', detail=none)",
    "INSERT INTO incident_words (rowid, text) SELECT id, text FROM incidents_incident",
)
_POSTGRESQL = (
    # The words of a text as SQLite's index has them: letters and digits in a row, whatever their case, without
    # accents. PostgreSQL's own parser would keep an address or a hyphened word whole. It indexes a megabyte of
    # words at most and refuses what has more: of a longer text the beginning is taken. A text of plain letters
    # alone, as nearly all are, takes the shorter way.
    r"""CREATE FUNCTION incident_words(text text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN to_tsvector('simple', CASE WHEN octet_length(text) = length(text)
            THEN translate(left(text, 250000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32))
            ELSE regexp_replace(
                regexp_replace(normalize(left(text, 250000), NFD), '[\u0300-\u036f]', '', 'g'),
                '[^[:alnum:]]+', ' ', 'g'
            ) END)""",
    "CREATE INDEX incident_words_held ON incidents_incident USING gin (incident_words(text))",
)
_INDEX = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
_WITHOUT = {
    "sqlite": ("DROP TABLE incident_words",),
    "postgresql": ("DROP INDEX incident_words_held", "DROP FUNCTION incident_words(text)"),
}


def index_words(_apps, schema_editor):
    for statement in _INDEX[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)  # no placeholders in it


def forget_words(_apps, schema_editor):
    for statement in _WITHOUT[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)  # no placeholders in it


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial"), ("imports", "0002_versions_and_undo")]

    operations = [
        of_extract("incident"),
        of_extract("logentry"),
        of_extract("victim"),
        of_extract("crime"),
        migrations.RunPython(index_words, forget_words),
    ]
