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


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial"), ("imports", "0002_versions_and_undo")]

    operations = [
        of_extract("incident"),
        of_extract("logentry"),
        of_extract("victim"),
        of_extract("crime"),
        migrations.RunSQL(
            [
                # Words without their places: half the size, and twice as quick to make.
                "CREATE VIRTUAL TABLE incident_words USING fts5("
                "text, content='incidents_incident', content_rowid='id', detail=none)",
                "INSERT INTO incident_words (rowid, text) SELECT id, text FROM incidents_incident",
            ],
            "DROP TABLE incident_words",
        ),
    ]
