"""Several apps may let something follow a step of one kind of work."""

import pytest
from django.utils import timezone

from firstpoint import casework
from firstpoint.workbench.work import handling
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.stepping import take_step

pytestmark = pytest.mark.django_db


def test_what_another_app_adds_follows_a_step_once_and_stands_or_falls_with_it(
    monkeypatch, person, fresh_work
):
    seen = []

    def refuse(item: WorkItem, step: Step, _now) -> None:
        seen.append((item.pk, step.transition))
        if len(seen) == 2:
            raise ValueError("what follows could not be done")

    monkeypatch.setattr(handling, "_also", {})
    handling.also_follows("recording", refuse)
    handling.also_follows("recording", refuse)
    move = casework.transition("recording", "need_information")
    given = {
        "information_needed": "Age",
        "information_from": "Response East",
        "rationale": "Class turns on it",
    }
    take_step(fresh_work.pk, fresh_work.version, move, person("decision_maker"), given, timezone.now())
    assert seen == [(fresh_work.pk, "need_information")]
    move = casework.transition("recording", "record")
    given = {"crimes": [{"ho_class": "8N", "count": 1}], "rationale": "Injury seen."}
    with pytest.raises(ValueError, match="could not be done"):
        take_step(fresh_work.pk, 2, move, person("decision_maker"), given, timezone.now())
    fresh_work.refresh_from_db()
    assert fresh_work.state == "awaiting_information"
