from django.db import migrations, models

ADDED = ("gender_reassignment", "marriage_civil_partnership", "pregnancy_maternity")


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_of_extract_and_words")]

    operations = [
        migrations.AddField("victim", name, models.TextField(null=True))
        for characteristic in ADDED
        for name in (characteristic, f"{characteristic}_absent")
    ]
