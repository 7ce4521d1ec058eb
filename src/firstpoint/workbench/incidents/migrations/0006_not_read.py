from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_text_of_entries")]

    operations = [
        migrations.AddField(
            model_name="screened",
            name="not_read",
            field=models.TextField(default=""),
        ),
    ]
