"""Takes over recording work and its decisions, each under the number it had, so that old addresses hold."""

from django.db import migrations
from django.db.models import Max

_OPEN = {
    "awaiting_decision": "decision_maker",
    "awaiting_information": "decision_maker",
    "returned": "decision_maker",
    "reopened": "decision_maker",
    "awaiting_endorsement": "team_leader",
}
_AT_ONCE = 1000


def take_over(apps, schema_editor):
    item, step = apps.get_model("work", "WorkItem"), apps.get_model("work", "Step")
    screened = apps.get_model("incidents", "Screened")
    old = apps.get_model("recording", "RecordingWork").objects.select_related("incident").order_by("pk")
    for some in _parts(old):
        seen = screened.objects.filter(incident_id__in=[each.incident_id for each in some])
        priority = {each.incident_id: each.harm * each.chance_unrecorded for each in seen}
        item.objects.bulk_create(
            item(
                pk=each.pk,
                kind="recording",
                incident_id=each.incident_id,
                state=each.state,
                open=each.state in _OPEN,
                waits_for=_OPEN.get(each.state, ""),
                version=each.version,
                due_at=each.due_at,
                opened_at=each.opened_at,
                received_at=each.incident.received_at,
                opening_code=each.incident.opening_code,
                unit=each.incident.unit,
                priority=priority.get(each.incident_id, 0.0),
                because="screen",
                authors=each.authors,
            )
            for each in some
        )
    for some in _parts(apps.get_model("recording", "Decision").objects.order_by("pk")):
        step.objects.bulk_create(
            step(
                pk=each.pk,
                item_id=each.work_id,
                transition=each.transition,
                from_state=each.from_state,
                to_state=each.to_state,
                by_id=each.by_id,
                at=each.at,
                late=each.late,
                given=each.given,
            )
            for each in some
        )
    if schema_editor.connection.vendor == "postgresql":
        for model in (item, step):
            _next_number(model, schema_editor)


def _parts(rows):
    last = 0
    while some := list(rows.filter(pk__gt=last)[:_AT_ONCE]):
        yield some
        last = some[-1].pk


def _next_number(model, schema_editor):
    # Rows that bring their own numbers do not move PostgreSQL's counter.
    highest = model.objects.aggregate(Max("pk"))["pk__max"]
    if highest:
        schema_editor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [model._meta.db_table, highest]
        )


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0001_initial"),
        ("recording", "0002_all_authors"),
        ("incidents", "0007_restrictions"),
    ]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
