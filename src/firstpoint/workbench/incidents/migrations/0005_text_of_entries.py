from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_protected_characteristics")]

    operations = [
        migrations.AddField("incident", "text_joined", models.BooleanField(db_default=False, default=False)),
    ]
