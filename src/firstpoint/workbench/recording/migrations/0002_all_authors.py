"""Names everyone who ever took a transition on a piece of work, where only the last of them was kept."""

from django.db import migrations


def name_all(apps, _schema_editor):
    work_model = apps.get_model("recording", "RecordingWork")
    decision_model = apps.get_model("recording", "Decision")
    for work in work_model.objects.exclude(authors={}).iterator():
        authors: dict[str, list[str]] = {}
        for transition, by in (
            decision_model.objects.filter(work=work).order_by("pk").values_list("transition", "by_id")
        ):
            taken = authors.setdefault(transition, [])
            if f"user:{by}" not in taken:
                taken.append(f"user:{by}")
        work.authors = authors
        work.save(update_fields=["authors"])


class Migration(migrations.Migration):
    dependencies = [("recording", "0001_initial")]
    operations = [migrations.RunPython(name_all, migrations.RunPython.noop)]
