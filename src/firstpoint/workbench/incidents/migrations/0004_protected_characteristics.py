from django.db import migrations, models

ADDED = ("gender_reassignment", "marriage_civil_partnership", "pregnancy_maternity")


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_place_and_words_of_crimes")]

    operations = [
        migrations.AddField("victim", name, models.TextField(null=True))
        for characteristic in ADDED
        for name in (characteristic, f"{characteristic}_absent")
    ]
