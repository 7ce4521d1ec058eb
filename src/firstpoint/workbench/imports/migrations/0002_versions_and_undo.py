import django.db.models.deletion
from django.db import migrations, models


def as_of_when_loaded(apps, _):
    apps.get_model("imports", "LoadedExtract").objects.update(
        as_of=models.F("loaded_at"), screened_at=models.F("loaded_at")
    )


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial")]

    operations = [
        migrations.AddField("loadedextract", "rows_unchanged", models.BigIntegerField(default=0)),
        migrations.AddField("loadedextract", "rows_older", models.BigIntegerField(default=0)),
        migrations.AddField("loadedextract", "as_of", models.DateTimeField(null=True)),
        migrations.AddField(
            "loadedextract",
            "reading",
            models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField("loadedextract", "screened_at", models.DateTimeField(null=True)),
        migrations.RunPython(as_of_when_loaded, migrations.RunPython.noop),
        migrations.AlterField("loadedextract", "as_of", models.DateTimeField()),
        migrations.AddField("loadedextract", "undone_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "loadedextract", "undone_by", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.RemoveConstraint("loadedextract", "extract_loaded_once"),
        migrations.AddConstraint(
            "loadedextract",
            models.UniqueConstraint(
                fields=["table", "sha256", "reading"],
                condition=models.Q(undone_at=None),
                name="extract_loaded_once",
            ),
        ),
        migrations.CreateModel(
            name="EarlierRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=40)),
                ("key", models.TextField()),
                ("row", models.JSONField(null=True)),
                (
                    "extract",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earlier_rows",
                        to="imports.loadedextract",
                    ),
                ),
                (
                    "instead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gave_way",
                        to="imports.loadedextract",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["table", "key"], name="earlier_row_of")]},
        ),
    ]
