"""What is offered beside the word that a step was saved: to take it back, and the next in the queue."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.contrib.messages.storage.base import Message
from django.urls import reverse

from firstpoint.workbench.work.models import Step, WorkItem


def afterwards(step: Step, following: WorkItem | None, query: str) -> str:
    """What to offer after a step, as one text that travels with the message to the next page."""
    kind = step.item.kind
    offers: dict[str, Any] = {}
    if step.move.undo:
        offers["undo"] = reverse(f"item-{kind}", args=[step.item_id])
        offers["version"] = step.item.version
    if following:
        offers["next"] = reverse(f"item-{kind}", args=[following.pk]) + query
        offers["reference"] = following.reference
    return json.dumps(offers)


def offered(messages: Iterable[Message]) -> dict[str, Any]:
    """What the newest message that offers anything offers."""
    found = [json.loads(each.extra_tags) for each in messages if (each.extra_tags or "").startswith("{")]
    return dict(found[-1]) if found else {}
