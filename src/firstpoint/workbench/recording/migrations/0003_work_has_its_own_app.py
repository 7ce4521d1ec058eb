"""Drops the tables of recording work: what they held has moved to the app of work."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("recording", "0002_all_authors"), ("work", "0002_take_over_recording")]
    operations = [
        migrations.DeleteModel("Decision"),
        migrations.DeleteModel("RecordingWork"),
    ]
